"""The facts that the sidecar of a recorded session adds: channels, rate, and if it broke off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from emgstream.tables.raw_columns import RawRecording
from emgstream.tables.table_column import name_in_header
from emgstream.text_documents import json_of
from emgstream.wording import command_line

__all__ = ["SIDECAR_FORMAT", "own_channel_places", "sidecar_path", "with_session_facts"]

SIDECAR_FORMAT = "emgstream session"
"""Entry ``format`` of the sidecar of a recorded session."""
_SHORT_S = 10.0
"""Length up to which the sidecar knows the rate better than the time stamps. A choice: stamps that
are late by 50 ms at one end, by the buffer of a serial port, then deviate by 0.5 %, which is what a
model tolerates."""
_OWN_CLOCK = "time_s"
_BEFORE = ("index", _OWN_CLOCK)
"""Columns before the channels of a recording of ours."""
_UNFINISHED = ("recording", "ended")  # states of a sidecar before the labels are final
_DUE = (
    "the recording was not ended in order: its labels are those of the cues, and its last line may "
    "be incomplete; repair it first: emgstream recover {}"
)


def sidecar_path(recording: Path) -> Path:
    """Return the path of the sidecar of a recording, the same for a recording that was packed.

    >>> sidecar_path(Path("arm.csv")).name, sidecar_path(Path("arm.csv.gz")).name
    ('arm.json', 'arm.json')
    """
    is_packed = recording.suffix.lower() == ".gz"
    return (recording.with_suffix("") if is_packed else recording).with_suffix(".json")


def is_unfinished(recording: Path) -> bool:
    """Return True if a recording has the sidecar of a session that was not ended in order."""
    return _session(sidecar_path(recording)).get("state") in _UNFINISHED


def own_channel_places(recording: Path, names: Sequence[str]) -> frozenset[int]:
    """Return the places of the channels that the sidecar lists, whatever they are called.

    Those of columns that stand where a recorder writes channels, behind the index and the time;
    empty where the table or the list is another.
    """
    if tuple(names[: len(_BEFORE)]) != _BEFORE:
        return frozenset()
    channels = _session(sidecar_path(recording)).get("channels")
    if not isinstance(channels, list):
        return frozenset()
    listed = [one.get("name") for one in channels if isinstance(one, dict)]
    places = range(len(_BEFORE), len(_BEFORE) + len(channels))
    is_so = [*map(name_in_header, names[places.start : places.stop])] == listed
    return frozenset(places if is_so else ())


def with_session_facts(recording: Path, raw: RawRecording) -> RawRecording:
    """Return a recording with the facts of its sidecar; as it is without one of a session.

    Its list of channels decides which columns are channels. The rate is taken if the recording is
    short or has no time stamps, and the file itself states none. A note says that a recording was
    not ended in order.
    """
    document = _session(sidecar_path(recording))
    own_channels = own_channel_places(recording, [column.name for column in raw.columns])
    raw = replace(raw, own_channels=own_channels)
    if is_unfinished(recording):
        raw = replace(raw, notes=(*raw.notes, _DUE.format(command_line(recording))))
    rate_hz = None if raw.rate_hz is not None else _stated_rate(document)
    if rate_hz is None:
        return raw
    has_clock = any(column.name == _OWN_CLOCK for column in raw.columns)
    if has_clock and raw.n_rows > _SHORT_S * rate_hz:
        return raw
    reason = f"its sidecar {sidecar_path(recording).name}"
    return replace(raw, rate_hz=rate_hz, rate_reason=reason)


def _session(sidecar: Path) -> dict[str, Any]:
    """Return the content of the sidecar of a session; empty for other files."""
    try:
        document = json_of(sidecar.read_bytes())
    except (OSError, ValueError):
        return {}
    is_session = isinstance(document, dict) and document.get("format") == SIDECAR_FORMAT
    return document if is_session else {}


def _stated_rate(document: dict[str, Any]) -> float | None:
    """Return the measured rate, else the nominal one; None for neither."""
    rates = document.get("rate")
    if not isinstance(rates, dict):
        return None
    return _number(rates.get("measured_hz")) or _number(rates.get("nominal_hz"))


def _number(value: Any) -> float | None:
    if not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON may write a whole number of any length
        return None
    return number if math.isfinite(number) and number > 0 else None
