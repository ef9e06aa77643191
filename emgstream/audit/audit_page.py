"""The audit as one HTML page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from emgstream.audit.audit import Audit
from emgstream.audit.audit_facts import audit_facts
from emgstream.audit.audit_findings import findings
from emgstream.audit.channel_figures import MOST_PAIRED
from emgstream.report import (
    ChartLine,
    bars,
    document,
    facts,
    lines,
    note,
    section,
    table,
    tile,
    tiles,
)
from emgstream.report.page_text import page_text
from emgstream.significant_digits import percent

__all__ = ["audit_page"]

_N_BINS = 320  # points of a drawn spectrum; a choice: about one for every two pixels
_MOST_DRAWN = 20
"""Most labels and channels in a chart. A choice: of more, neither bars nor colours can be told
apart; the tables have all."""
_UNIT = "counts"


def audit_page(audit: Audit) -> str:
    """Return the page as HTML that needs no other file."""
    name = audit.table.path.name
    return document(f"Data audit: {name}", _parts(audit, name))


def _parts(audit: Audit, name: str) -> Iterator[str]:
    yield f"<h1>Data audit</h1><p class='lead'>{page_text(name)}</p>"
    yield _headline(audit)
    yield section("Findings", _found(audit))
    if audit.labels:
        yield section("Labels", _labels(audit))
    yield section("Channels", _channels(audit))
    if audit.spectrum is not None:
        yield section("Spectra", _spectra(audit))
    yield section("All figures", facts(dict(audit_facts(audit, most=None))))


def _headline(audit: Audit) -> str:
    n_wrong = sum(finding.kind == "wrong" for finding in findings(audit))
    seconds = "" if audit.duration_s is None else f", {audit.duration_s:,.0f} s"
    rate = "not known" if audit.rate.hz is None else f"{audit.rate.hz:.6g} Hz"
    return tiles(
        [
            tile(
                "yes" if audit.accuracy_support.supported else "no",
                "can support an accuracy claim",
                audit.accuracy_support.reason,
                "" if audit.accuracy_support.supported else "honest",
            ),
            tile(
                str(n_wrong),
                "problem" if n_wrong == 1 else "problems",
                "to solve before a model is trained on the recording",
            ),
            tile(f"{audit.table.n_rows:,}", "rows", f"sampling rate {rate}{seconds}"),
        ]
    )


def _found(audit: Audit) -> str:
    found = findings(audit)
    if not found:
        return "<p>No problem was found.</p>"
    return "".join(note(finding.text, finding.kind) for finding in found)


def _labels(audit: Audit) -> str:
    names = [label.name for label in audit.labels[:_MOST_DRAWN]]
    channels = audit.table.channel_names[:_MOST_DRAWN]
    drawn = audit.amplitudes[:_MOST_DRAWN, :_MOST_DRAWN]
    rows = [
        (label.name, f"{label.n_rows:,}", str(label.n_blocks), str(label.n_repetitions))
        for label in audit.labels
    ]
    return (
        bars(names, {"rows": [label.n_rows for label in audit.labels[:_MOST_DRAWN]]}, "rows")
        + table(("label", "rows", "blocks", "repetitions"), rows)
        + "<h3>Amplitude by label</h3><p>Root mean square (RMS) of each channel, measured from "
        "its level at rest. Labels with similar amplitudes are hard to distinguish.</p>"
        + bars(names, dict(zip(channels, drawn.T.tolist(), strict=True)), f"RMS ({_UNIT})")
        + _drawn_of(len(audit.labels), "labels")
        + _drawn_of(len(audit.table.channel_names), "channels")
    )


def _channels(audit: Audit) -> str:
    head = (
        "channel",
        "lowest",
        "highest",
        "level at rest",
        "saturated",
        "values missing",
        "mains hum",
    )
    shares = audit.mains.shares if audit.mains is not None else [float("nan")] * len(audit.ranges)
    rows = [
        (
            name,
            f"{values.low:.6g}",
            f"{values.high:.6g}",
            f"{level:.6g}",
            percent(values.saturated, 1),
            f"{missing.n:,}",
            "rate not known" if np.isnan(share) else percent(share, 1),
        )
        for name, values, level, missing, share in zip(
            audit.table.channel_names,
            audit.ranges,
            audit.levels,
            audit.missing,
            shares,
            strict=True,
        )
    ]
    pairs = [
        (f"{pair.first} and {pair.second}", f"{pair.correlation:+.3f}")
        for pair in audit.correlations
    ]
    alike = table(("channels", "correlation"), pairs) if pairs else ""
    if len(audit.table.channel_names) > MOST_PAIRED:
        alike += f"<p>Only the first {MOST_PAIRED} channels are compared in pairs.</p>"
    return table(head, rows) + "<h3>Similarity of channels</h3>" + alike


def _spectra(audit: Audit) -> str:
    if audit.spectrum is None:
        return ""
    rate_hz = audit.rate.hz
    frequencies = audit.spectrum.frequencies[1:] * (rate_hz or 1.0)
    n_bins = min(_N_BINS, len(frequencies))
    edges = np.linspace(0, len(frequencies), n_bins + 1).astype(int)[:-1]
    widths = np.diff(np.append(edges, len(frequencies)))
    centres = np.add.reduceat(frequencies, edges) / widths
    drawn = []
    names = audit.table.channel_names[:_MOST_DRAWN]
    for name, power in zip(names, audit.spectrum.power[:_MOST_DRAWN], strict=True):
        highest = np.maximum.reduceat(power[1:], edges)  # a mean would hide a narrow line
        drawn.append(ChartLine(name, centres, 10.0 * np.log10(np.maximum(highest, 1e-12))))
    unit = "cycles per sample" if rate_hz is None else "Hz"
    line = audit.line
    peak = ""
    if line is not None:
        peak = f" One narrow line stands out at {line.frequency * (rate_hz or 1.0):.4g} {unit}."
    return f"<p>Power of each channel by frequency, in decibels of {_UNIT}².{peak}</p>" + (
        lines(drawn, f"frequency ({unit})", "power (dB)")
        + _drawn_of(len(audit.table.channel_names), "channels")
    )


def _drawn_of(n: int, what: str) -> str:
    """Return a sentence on a chart that does not show all of ``n``."""
    return f"<p>The first {_MOST_DRAWN} of {n:,} {what} are drawn.</p>" if n > _MOST_DRAWN else ""
