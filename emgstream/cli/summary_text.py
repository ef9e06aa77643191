"""The summary of a run, for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console

from emgstream.cli.terminal import print_facts
from emgstream.session_shift import SHIFTED
from emgstream.significant_digits import percent, percent_of
from emgstream.wording import counted, shortened

__all__ = ["print_summary"]


def print_summary(terminal: Console, document: dict[str, Any]) -> None:
    """Print the summary of a run."""
    print_facts(terminal, _summary_facts(document))


def _summary_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if "stream" in document:
        yield "stream", document["stream"]
    yield "source", document["source"]
    yield "model", document["model"] or "none"
    if document["network"]:
        yield "network", f"run by {document['network']}"
    yield "samples", f"{document['samples']:,}{_lost(document)}"
    if "rate_hz" in document:
        yield from _live_facts(document)
    yield from _decision_facts(document)
    shift = document["session_shift"]
    if shift is not None and shift > SHIFTED:
        yield "session", "unlike those that the model was trained on; see emgstream calibrate"
    if document["skipped"]:
        yield "skipped", f"{counted(document['skipped'], 'sample')}: the classifier was too slow"
    if document["decisions"]:
        yield "latency", _percentiles(document["latency_ms"])
        yield from _delay_facts(document["delay_ms"])
    for output in document["outputs"]:
        dropped = f"   dropped {output['dropped']:,}" if output["dropped"] else ""
        yield "output", f"{output['name']}   {output['written']:,}{dropped}"
    if document["accuracy"] is not None:
        yield from _accuracy_facts(document)
    if document["labels_unknown_to_model"]:
        yield (
            "unknown labels",
            f"{counted(document['labels_unknown_to_model'], 'decision')} on labels that the "
            f"model does not know",
        )


def _accuracy_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return the accuracy against known labels, and the recall of each."""
    whose = "the labels of the recording"
    if "port" in document:
        whose = (
            "the movements of the simulated person"
            if document["synthetic"]
            else "the labels of the source"
        )
    n_labelled = sum(sum(row.values()) for row in document["confusion"].values())
    yield "accuracy", f"{percent_of(document['accuracy'], n_labelled)} compared with {whose}"
    for name, recall in document["recall"].items():
        yield "", f"{percent(recall):>5} of {name}"


def _lost(document: dict[str, Any]) -> str:
    """Return the losses of all kinds; nothing if none could be noticed, as the row "loss" says."""
    if not document["lost"] and not document.get("sees_loss", True):
        return ""
    return f"   lost {document['lost']:,}"


def _decision_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return the number of decisions, by status if not all of them are to act on.

    Nothing without a model.
    """
    if document["model"] is None:
        return
    if document["decisions"]:
        pace = f"{document['decisions_per_s']:,.0f} per second"
    else:
        pace = f"a window needs {counted(document['window_samples'], 'sample')} without a gap"
    yield "decisions", f"{document['decisions']:,}   {pace}"
    if document["statuses"]["ok"] != document["decisions"]:
        told = (f"{n:,} {status}" for status, n in document["statuses"].items() if n)
        yield "", "   ".join(told)
    yield from _gap_facts(document)


def _gap_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return the reasons for decisions of status gap, and for none of them being looked for."""
    reasons = document["reasons_for_gaps"]
    converter = reasons["converter"]
    if converter is not None and not converter["is_range_of_stream"]:
        yield (
            "range",
            "not known: some values are outside the range of the model's converter, "
            f"{converter['low']:g} to {converter['high']:g}; they are of another board or in "
            "another unit, so that saturation cannot be detected",
        )
    if not document["statuses"]["gap"]:
        return
    n_lost = reasons["after_lost_samples"]
    if n_lost:
        yield "gap", f"{counted(n_lost, 'decision')} on windows with lost samples or a pause"
    if document["statuses"]["gap"] > n_lost and converter is not None:
        n = document["statuses"]["gap"] - n_lost
        yield "gap", f"{counted(n, 'decision')} with a channel at the end of the converter's range:"
        yield from (("", text) for text in _saturated(converter, reasons["sampling_rate_hz"]))


def _saturated(converter: dict[str, Any], rate_hz: float | None) -> Iterable[str]:
    """Return each channel that reached an end of the range: which end, how often, how long."""
    for end in ("low", "high"):
        for name, n in converter[f"at_{end}"].items():
            if n:
                length = "" if rate_hz is None else f", {n / rate_hz:,.1f} s"
                share = f"{percent(n / converter['samples'], 1)} of the samples{length}"
                yield f"{shortened(name)} at {converter[end]:g}: {share}"


def _delay_facts(delays: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return the delay from the muscle to the output, by stage."""
    fixed = {name: value for name, value in delays.items() if not isinstance(value, dict)}
    told = (f"{name.replace('_', ' ')} {ms:g} ms" for name, ms in fixed.items() if ms is not None)
    lines = ["   ".join(told)]  # nothing where the rate is not known
    for name, stage in delays.items():
        if name not in fixed and stage["p50"] is not None:
            lines.append(f"{name:8} {_percentiles(stage)}")
    known = list(filter(None, lines))
    yield from zip(["delay", *[""] * len(known)], known, strict=False)


def _percentiles(figures: dict[str, float]) -> str:
    return "   ".join(f"{name} {value:.2f} ms" for name, value in figures.items())


def _parts_of_loss(document: dict[str, Any], *parts: str) -> Iterable[str]:
    """Return the parts of the samples lost that are not 0; all parts add up to them."""
    words = {
        "lost_on_line": "on the line",
        "unreadable": "in lines that could not be read",
        "missed": "while nothing came",
    }
    return (f"{document[part]:,} {words[part]}" for part in parts if document[part])


def _live_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return rate, losses and alarms of a live stream."""
    if document["rate_hz"] is not None:
        ppm = "" if document["ppm"] is None else f"   the board's clock {document['ppm']:+.0f} ppm"
        yield "rate", f"{document['rate_hz']:.3f} Hz{ppm}"
    reconnects = counted(document["reconnects"], "reconnect")
    gaps = counted(document["gaps"], "gap")
    if document["sees_loss"]:
        line = f"{document['lost_on_line']:,} ({percent(document['loss'], 3)}) on the line"
        yield "loss", "   ".join([line, *_parts_of_loss(document, "missed"), gaps, reconnects])
    else:
        unseen = "not known" if document["sees_loss"] is None else "single lines not seen in text"
        parts = _parts_of_loss(document, "lost_on_line", "unreadable", "missed")
        known = [gaps] if document["gaps"] else []
        yield "loss", "   ".join([unseen, *parts, *known, reconnects])
    incomplete = document["counters"].get("n_incomplete")
    if incomplete:
        yield "incomplete", f"{counted(incomplete, 'sample')} with a value that is not a number"
    for alarm in document["alarms"]:
        yield "alarm", alarm
