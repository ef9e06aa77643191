"""Figures of an audit as names and short texts, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from emgstream.audit.audit import Audit
from emgstream.audit.channel_figures import MOST_PAIRED, ChannelCorrelation
from emgstream.significant_digits import percent
from emgstream.wording import counted

__all__ = ["MOST_LISTED", "audit_facts", "lost_text"]

Fact: TypeAlias = tuple[str, str]

MOST_LISTED = 20
"""Most channels, channel pairs, labels and findings of a kind that a terminal lists. A choice: more
do not fit on a screen."""


def audit_facts(audit: Audit, most: int | None = MOST_LISTED) -> Iterator[Fact]:
    """Yield name and text of every figure.

    Of more than ``most`` channels, channel pairs and labels, the rest are summed up in one line;
    None lists all.
    """
    yield "recording", audit.table.path.name
    yield "rows", _rows(audit)
    yield "lost", lost_text(audit)
    yield "rate", _rate(audit)
    yield from _channels(audit, most)
    yield from _pairs(audit, most)
    yield (
        "duplicates",
        (
            f"{counted(audit.duplicates.n_repeated, 'row')} equal to an earlier one, "
            f"{audit.duplicates.n_consecutive:,} equal to the row just before"
        ),
    )
    yield "stuck loops", f"{len(audit.stuck_loops)}, {counted(audit.n_stuck_rows, 'row')}"
    if audit.copied is not None:
        yield "copies", f"{audit.copied.n:,} of {counted(audit.copied.n_repetitions, 'repetition')}"
    yield from _labels(audit, most)
    if audit.n_transition_rows:
        yield (
            "transition",
            f"{counted(audit.n_transition_rows, 'row')} between cue and onset, without a class",
        )


def lost_text(audit: Audit) -> str:
    """Return a text on the lost samples: number, seconds, number of gaps, row of the first."""
    lost = audit.lost
    if lost is None:
        return "not known, without an index or time_s"
    if not lost.n:
        return "0 samples"
    seconds = "" if audit.rate.hz is None else f" ({lost.n / audit.rate.hz:,.3g} s)"
    first = "" if lost.n_places == 1 else "the first "
    return (
        f"{counted(lost.n, 'sample')}{seconds} in {counted(lost.n_places, 'place')}, "
        f"{first}before data row {lost.first_row}"
    )


def _rows(audit: Audit) -> str:
    table = audit.table
    n_segments = 0 if table.segments is None else len(np.unique(table.segments))
    segments = f", {counted(n_segments, 'segment')}" if n_segments else ""
    seconds = "" if audit.duration_s is None else f", {audit.duration_s:,.1f} s"
    return f"{table.n_rows:,}{seconds}{segments}"


def _rate(audit: Audit) -> str:
    rate = audit.rate
    by_mains = ", ".join(f"{hz:.1f}" for hz in rate.by_mains_hz)
    fit = f"; a mains line at {by_mains} Hz would fit" if by_mains else ""
    return f"not known{fit}" if rate.hz is None else f"{rate.hz:.6g} Hz, {rate.source}{fit}"


def _channels(audit: Audit, most: int | None) -> Iterator[Fact]:
    names = audit.table.channel_names
    for place, name in enumerate(names[:most]):
        yield f"channel {name}", _channel(audit, place)
    rest = audit.ranges[len(names[:most]) :]
    if rest:
        low, high = (np.array([getattr(one, end) for one in rest]) for end in ("low", "high"))
        n_constant = np.count_nonzero(~(low < high))
        known = f"{np.nanmin(low):.6g} to {np.nanmax(high):.6g}, " if np.isfinite(low).any() else ""
        yield (
            "more channels",
            f"{len(rest):,}: {known}{n_constant:,} constant or without a value, the most saturated "
            f"{percent(max(one.saturated for one in rest), 1)}",
        )


def _pairs(audit: Audit, most: int | None) -> Iterator[Fact]:
    """Yield the pairs of channels; if not all are listed, those most alike."""
    pairs = list(audit.correlations)
    if most is not None and len(pairs) > most:
        pairs.sort(key=_likeness, reverse=True)
    for pair in pairs[:most]:
        yield f"{pair.first} and {pair.second}", f"correlation {pair.correlation:+.3f}"
    rest = pairs[len(pairs[:most]) :]
    if rest:
        yield (
            "more pairs",
            f"{len(rest):,}, none more alike than {max(map(_likeness, rest)):.3f}",
        )
    n_channels = len(audit.table.channel_names)
    if n_channels > MOST_PAIRED:
        yield "pairs", f"only of the first {MOST_PAIRED} of {n_channels:,} channels"


def _likeness(pair: ChannelCorrelation) -> float:
    """Return the absolute correlation; 0 if one channel is constant."""
    return 0.0 if np.isnan(pair.correlation) else abs(pair.correlation)


def _labels(audit: Audit, most: int | None) -> Iterator[Fact]:
    for place, label in enumerate(audit.labels[:most]):
        yield f"label {label.name}", _label(audit, place)
    rest = audit.labels[len(audit.labels[:most]) :]
    if rest:
        rows = [label.n_rows for label in rest]
        yield "more labels", f"{len(rest):,}, of {min(rows):,} to {max(rows):,} rows each"


def _channel(audit: Audit, place: int) -> str:
    values, missing = audit.ranges[place], audit.missing[place]
    hum = "" if audit.mains is None else f", {percent(audit.mains.shares[place], 1)} mains hum"
    gaps = f", {missing.n:,} missing, at most {missing.longest} in a row" if missing.n else ""
    return (
        f"{values.low:.6g} to {values.high:.6g}, level at rest {audit.levels[place]:.6g}, "
        f"{percent(values.saturated, 1)} saturated{hum}{gaps}"
    )


def _label(audit: Audit, place: int) -> str:
    label = audit.labels[place]
    rms = audit.amplitudes[place]
    more = f" and {len(rms) - MOST_LISTED:,} more" if len(rms) > MOST_LISTED else ""
    amplitudes = ", ".join(f"{value:.4g}" for value in rms[:MOST_LISTED]) + more
    blocks = "1 block" if label.n_blocks == 1 else f"{label.n_blocks} blocks"
    times = counted(label.n_repetitions, "repetition")
    return f"{counted(label.n_rows, 'row')} in {blocks}, {times}, RMS {amplitudes}"
