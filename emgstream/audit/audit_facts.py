"""Figures of an audit as names and short texts, for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from emgstream.audit.audit import Audit
from emgstream.wording import counted

__all__ = ["audit_facts", "lost_text"]


def audit_facts(audit: Audit) -> Iterator[tuple[str, str]]:
    """Yield name and text of every figure."""
    yield "recording", audit.table.path.name
    yield "rows", _rows(audit)
    yield "lost", lost_text(audit)
    yield "rate", _rate(audit)
    for place, name in enumerate(audit.table.channel_names):
        yield f"channel {name}", _channel(audit, place)
    for pair in audit.correlations:
        yield f"{pair.first} and {pair.second}", f"correlation {pair.correlation:+.3f}"
    yield (
        "duplicates",
        (
            f"{audit.duplicates.n_repeated:,} rows equal an earlier one, "
            f"{audit.duplicates.n_consecutive:,} the very one before"
        ),
    )
    yield "stuck loops", f"{len(audit.stuck_loops)}, {counted(audit.n_stuck_rows, 'row')}"
    for place, label in enumerate(audit.labels):
        yield f"label {label.name}", _label(audit, place)


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


def _channel(audit: Audit, place: int) -> str:
    values, missing = audit.ranges[place], audit.missing[place]
    hum = "" if audit.mains is None else f", {audit.mains.shares[place]:.1%} mains hum"
    gaps = f", {missing.n:,} missing, at most {missing.longest} in a row" if missing.n else ""
    return (
        f"{values.low:.6g} to {values.high:.6g}, rests at {audit.levels[place]:.6g}, "
        f"{values.saturated:.2%} saturated{hum}{gaps}"
    )


def _label(audit: Audit, place: int) -> str:
    label = audit.labels[place]
    amplitudes = ", ".join(f"{rms:.4g}" for rms in audit.amplitudes[place])
    blocks = "1 block" if label.n_blocks == 1 else f"{label.n_blocks} blocks"
    times = "1 repetition" if label.n_repetitions == 1 else f"{label.n_repetitions} repetitions"
    return f"{label.n_rows:,} rows in {blocks}, {times}, RMS {amplitudes}"
