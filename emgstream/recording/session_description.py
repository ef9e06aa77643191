"""What is known of a session beside its samples, as the sidecar tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emgstream import __version__
from emgstream.recording.sidecar import FORMAT, VERSION
from emgstream.sources.source_status import SourceStatus

__all__ = ["SessionDescription"]


@dataclass(frozen=True)
class SessionDescription:
    """What is known of a session before it begins."""

    subject: str = ""
    """Who was recorded, as typed; empty where nobody said."""
    session: str = ""
    """Name or number of the sitting."""
    notes: str = ""
    """Anything else."""
    placements: Mapping[str, str] = field(default_factory=dict)
    """Where the electrodes of a channel sit, by its name."""
    protocol: Mapping[str, Any] = field(default_factory=dict)
    """How the person was guided: see the sidecar."""
    is_trimmed: bool = True
    """Whether the labels are to be trimmed to what the muscles did."""
    quality: Mapping[str, Any] = field(default_factory=dict)
    """What the check before the start found."""

    def document(
        self,
        *,
        state: str,
        started: str | None,
        channel_names: tuple[str, ...],
        info: Mapping[str, Any],
        status: SourceStatus | None,
        n_samples: int,
        warnings: Sequence[str],
        repetitions: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Return the sidecar's object at one moment of the take."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "state": state,
            "software": f"emgstream {__version__}",
            "subject": self.subject,
            "session": self.session,
            "notes": self.notes,
            "started": started,
            "source": {"name": info.get("name"), **_board(status)},
            "unit": info.get("unit"),
            "rate": {
                "nominal_hz": info.get("rate_hz"),
                "measured_hz": status.rate_hz if status else None,
                "ppm": status.ppm if status else None,
            },
            "channels": [
                {"name": name, "placement": self.placements.get(name, "")} for name in channel_names
            ],
            "protocol": dict(self.protocol),
            "labels": {"is_trimmed": self.is_trimmed},
            "repetitions": [dict(repetition) for repetition in repetitions],
            "samples": {"n": n_samples, **_losses(status)},
            "quality": {**self.quality, "warnings": list(warnings)},
        }


def _board(status: SourceStatus | None) -> dict[str, Any]:
    if status is None:
        return {"port": None, "is_synthetic": None, "board": None}
    return {
        "port": status.port,
        "is_synthetic": status.is_synthetic,
        "board": None if status.identity is None else dict(status.identity),
    }


def _losses(status: SourceStatus | None) -> dict[str, Any]:
    if status is None:
        return {}
    return {
        "n_lost": status.n_lost,
        "n_missed": status.n_missed,
        "n_gaps": status.n_gaps,
        "n_reconnects": status.n_reconnects,
        "sees_loss": status.sees_loss,
    }
