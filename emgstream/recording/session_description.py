"""The description of a session: subject, electrodes, protocol, as the sidecar states it."""

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
    """Facts about a session that are known before it begins."""

    subject: str = ""
    """Code of the subject, as typed; empty if none was given."""
    session: str = ""
    """Name or number of the session."""
    notes: str = ""
    """Free text."""
    placements: Mapping[str, str] = field(default_factory=dict)
    """Position of the electrodes, by channel name."""
    protocol: Mapping[str, Any] = field(default_factory=dict)
    """The protocol, as in the sidecar: see `emgstream.recording.sidecar`."""
    is_trimmed: bool = True
    """True if labels begin at the onset of the muscles, False if they begin at the cue."""
    quality: Mapping[str, Any] = field(default_factory=dict)
    """The report of the signal check, see `SignalCheckReport.document`."""

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
        markers: Sequence[Mapping[str, Any]] = (),
        repetitions: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Return the content of the sidecar at one moment of the take."""
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
            "markers": list(markers),
            "samples": {"n": n_samples, **_losses(status)},
            "quality": {**self.quality, "warnings": list(warnings)},
        }


def _board(status: SourceStatus | None) -> dict[str, Any]:
    if status is None:
        return {"port": None, "is_synthetic": None, "board": None, "notes": []}
    return {
        "port": status.port,
        "is_synthetic": status.is_synthetic,
        "board": None if status.identity is None else dict(status.identity),
        "notes": [*status.notes, *status.alarms],
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
