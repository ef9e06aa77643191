"""The sampling rate that the sidecar of a recorded session states, for short recordings."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from emgstream.tables.raw_columns import RawRecording

__all__ = ["SIDECAR_FORMAT", "sidecar_path", "with_session_rate"]

SIDECAR_FORMAT = "emgstream session"
"""Entry ``format`` of the sidecar of a recorded session."""
_SHORT_S = 10.0
"""Length up to which the sidecar knows the rate better than the time stamps. A choice: stamps that
are late by 50 ms at one end, by the buffer of a serial port, then deviate by 0.5 %, which is what a
model tolerates."""
_OWN_CLOCK = "time_s"


def sidecar_path(recording: Path) -> Path:
    """Return the path of the sidecar of a recording, the same for a recording that was packed.

    >>> sidecar_path(Path("arm.csv")).name, sidecar_path(Path("arm.csv.gz")).name
    ('arm.json', 'arm.json')
    """
    is_packed = recording.suffix.lower() == ".gz"
    return (recording.with_suffix("") if is_packed else recording).with_suffix(".json")


def with_session_rate(recording: Path, raw: RawRecording) -> RawRecording:
    """Return a recording with the rate of its sidecar, if it is short or has no time stamps.

    It stays as it is if the file itself states a rate, or if there is no sidecar of a session.
    """
    rate_hz = None if raw.rate_hz is not None else _stated_rate(sidecar_path(recording))
    if rate_hz is None:
        return raw
    has_clock = any(column.name == _OWN_CLOCK for column in raw.columns)
    if has_clock and raw.n_rows > _SHORT_S * rate_hz:
        return raw
    reason = f"its sidecar {sidecar_path(recording).name}"
    return replace(raw, rate_hz=rate_hz, rate_reason=reason)


def _stated_rate(sidecar: Path) -> float | None:
    """Return the measured rate, else the nominal one; None for neither, and for other files."""
    try:
        document = json.loads(sidecar.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(document, dict) or document.get("format") != SIDECAR_FORMAT:
        return None
    rates = document.get("rate")
    if not isinstance(rates, dict):
        return None
    return _number(rates.get("measured_hz")) or _number(rates.get("nominal_hz"))


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and math.isfinite(value) and value > 0
    return float(value) if is_number else None
