"""Facts that the comments and the preamble of a table state: the sampling rate and the names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from emgstream.text_documents import json_of

__all__ = ["StatedFacts", "rate_in_units", "stated_facts"]

_GROUPED = r"\d{1,3}(?:[ ,'’\u00a0\u202f]\d{3})+"
"""A number with marks between its thousands."""
_ASIDE = r"\s*(?:\([^()\n]{0,40}\)|(?:of|for|per)\s+\d+\s+[a-z]+)?"
"""Words between the words for a rate and the rate, with numbers of their own."""
_NUMBER = (
    _ASIDE + r"[^0-9\n]{0,24}?(?<![-\d])(?<!\d[.,])"
    rf"({_GROUPED}(?!\d)|" + r"\d+(?:[.,]\d+)?(?:e[+-]?\d{1,2})?(?![.,]?\d))"
    r"\s*(k?)(?:hz|sps|samples)?(?!\s*(?:[-–/]|of\b|to\b)\s*\d)"
)
"""A number that may have a mark between its thousands or an exponent; no part of a range."""
_RATES = tuple(
    re.compile(words + _NUMBER, re.IGNORECASE)
    for words in (
        r"emg\w*[\s_-]*sampl\w*[\s_-]*(?:rate|freq\w*)",
        r"(?:sampl\w*[\s_-]*(?:rate|freq\w*)|\bs(?:ample)?_?rate\b|\bsampled\s+at\b|\bfs\b|\bsrate\b|"
        r"abtast(?:rate|frequenz)|frecuencia\s+de\s+muestreo|"
        r"fr[eé]quence\s+d.[eé]chantillonnage|frequenza\s+di\s+campionamento)",
        r"^\W*(?:rate|frequency)\b",
    )
)
"""Words that state a sampling rate, the surest first. A bare frequency may be that of a filter."""
_OTHER_RATE = re.compile(
    r"\b(?:acc\w*|gyro\w*|imu|display|screen|refresh|notch|filter|pass|cut.?off|stimul\w*|baud|bit|"
    r"original)\b",
    re.IGNORECASE,
)
"""Words of a line whose rate is not that of the samples in the file."""
_PERIODS = (
    re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|u|)s(?:ec)?\s*/\s*sample", re.IGNORECASE),
    re.compile(
        r"(?:^\W*interval|\bsampl\w*[\s_-]*(?:period|interval|time))\W{1,4}(\d+(?:[.,]\d+)?)\s*(m|u|)s",
        re.IGNORECASE,
    ),
)
_PERIOD_UNITS = {"": 1.0, "m": 1e-3, "u": 1e-6}
_RATE_ALONE = re.compile(r"^\W*(\d+(?:\.\d+)?)\s*(?:hz)?\W*$", re.IGNORECASE)
_RATE_HEADING = re.compile(r"\W*[\w ]*(?:rate|fr[eé]q|hz|sampl|devices)[\w ]*\W*", re.IGNORECASE)
"""A line that the rate alone may stand below."""
_UNIT_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(k?)hz", re.IGNORECASE)
_NAMES = re.compile(
    r"^\W*(?:(?:channel|column|sensor|signal)\s*)?(?:labels?|columns?|channels?|names?|title)"
    r"\s*:?=+\s*(.+)$|"
    r"^\W*(?:(?:columns?|channels?)(?:\s+names?)?|kan[aä]le?|spalten?|canaux|colonnes?|"
    r"canales|columnas?)\s*:\s*(.+)$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"[\d\s.,:+–-]*(?:[kmuµμ]?(?:hz|v|s|ohm)|%)?", re.IGNORECASE)
"""A number, with a unit or without, or a unit alone."""
_RANGE_HZ = (0.5, 200_000.0)
"""Rates that are believed: a choice, from one sample in two seconds to an audio interface."""
_LONGEST_QUOTE = 50


@dataclass(frozen=True)
class StatedFacts:
    """Facts in the text above a table."""

    rate_hz: float | None = None
    """Sampling rate in Hz; None if none is stated."""
    rate_reason: str = ""
    """The line that states it."""
    names: tuple[str, ...] = ()
    """Names of the columns; empty if none are stated."""


def stated_facts(lines: Sequence[str], width: int) -> StatedFacts:
    """Return the facts in the lines above the data of a table with ``width`` columns."""
    names = _names(lines, width)
    for pattern in _RATES:
        for line in lines:
            if (match := pattern.search(line)) and not _is_of_others(line, match):
                rate_hz = _rate_hz(match[1], match[2])
                if _RANGE_HZ[0] <= rate_hz <= _RANGE_HZ[1]:
                    return StatedFacts(rate_hz, _origin(line, match[0]), names)
    for at, line in enumerate(lines):
        by_period = _rate_by_period(line)
        if by_period is not None:
            return StatedFacts(by_period, _origin(line, line), names)
        if at and (match := _RATE_ALONE.match(line)) and _RATE_HEADING.fullmatch(lines[at - 1]):
            rate_hz = float(match[1])
            if 10.0 <= rate_hz <= _RANGE_HZ[1]:
                above = lines[at - 1].strip(" ,;\t")
                return StatedFacts(rate_hz, f"the line below {above!r}", names)
    return StatedFacts(names=names)


def _is_of_others(line: str, match: re.Match[str]) -> bool:
    """Return whether a word before the rate says that it is a filter's or another sensor's."""
    before = line[: match.end()]
    emg = before.lower().rfind("emg")
    return any(other.start() > emg for other in _OTHER_RATE.finditer(before))


def _rate_by_period(line: str) -> float | None:
    """Return the rate of ``0.5 msec/sample`` or ``Interval= 0.001 s``; None if there is none."""
    for pattern in _PERIODS:
        if match := pattern.search(line):
            period_s = float(match[1].replace(",", ".")) * _PERIOD_UNITS[match[2].lower()]
            if period_s > 0.0 and _RANGE_HZ[0] <= 1.0 / period_s <= _RANGE_HZ[1]:
                return 1.0 / period_s
    return None


def rate_in_units(units: Sequence[str]) -> float | None:
    """Return the highest rate in units such as ``1259.26 Hz, 148.15 Hz``; None without one."""
    rates = [
        float(match[1]) * (1000.0 if match[2] else 1.0)
        for unit in units
        if (match := _UNIT_RATE.fullmatch(unit.strip()))
    ]
    return max(rates) if rates else None


def _rate_hz(text: str, prefix: str) -> float:
    """Return a rate that may have marks between its thousands, or a decimal comma.

    ``2.000`` Hz is two thousand, as many languages write it: no EMG is sampled at so few.
    """
    if re.fullmatch(_GROUPED, text):
        number = float(re.sub(r"\D", "", text))
    else:
        number = float(text.replace(",", "."))
        if not prefix and re.fullmatch(r"\d\.\d{3}", text):
            number *= 1000.0
    return number * (1000.0 if prefix else 1.0)


def _origin(line: str, found: str) -> str:
    text = line.strip().strip("#%/; ")
    return f"the line {text if len(text) <= _LONGEST_QUOTE else found.strip()!r}"


def _names(lines: Sequence[str], width: int) -> tuple[str, ...]:
    for line in lines:
        for names, sensors in _lists_in_json(line):
            if width - len(names) in {0, 1}:
                return tuple(_with_sensor(name, sensors.get(name, "")) for name in names)
        if match := _NAMES.search(line):
            text = match[1] or match[2]
            if "," in text:
                text = text.partition(";")[0]  # another fact
            cells = (one.strip(" \"'") for one in re.split(r"[,;\t]", text))
            names = tuple(filter(None, cells))
            is_list = len(names) == width and (match[1] or width > 1)
            if is_list and not any(_NO_NAME.fullmatch(one) for one in names):
                return names
    return ()


def _with_sensor(name: str, sensor: str) -> str:
    """Return the name of an input with its sensor, unless it is EMG or not stated."""
    return name if sensor.upper() in {"", "EMG", "RAW"} else f"{name} {sensor}"


def _lists_in_json(line: str) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """Yield the columns in the JSON of a comment and the sensor of each, as OpenSignals writes."""
    start = line.find("{")
    if start < 0:
        return
    try:
        document = json_of(line[start:])
    except ValueError:
        return
    pending: list[Any] = [document]
    while pending:
        one = pending.pop()
        if not isinstance(one, dict):
            continue
        sensors = dict(zip(_texts(one.get("label")), _texts(one.get("sensor")), strict=False))
        for key in one:
            if key.lower() in {"column", "columns", "names", "channels"} and _texts(one[key]):
                yield _texts(one[key]), sensors
        pending.extend(one.values())


def _texts(value: object) -> tuple[str, ...]:
    """Return a list of texts; empty for anything else."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return ()
    return tuple(one.replace("\0", "") for one in value)
