"""The summary of a run, for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console

from emgstream.cli.terminal import print_facts
from emgstream.wording import counted

__all__ = ["print_summary"]


def print_summary(terminal: Console, document: dict[str, Any]) -> None:
    """Print the summary of a run."""
    print_facts(terminal, _summary_facts(document))


def _summary_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if "stream" in document:
        yield "stream", document["stream"]
    yield "source", document["source"]
    yield "model", document["model"] or "none"
    yield "samples", f"{document['samples']:,}   lost {document['lost']:,}"
    if "rate_hz" in document:
        yield from _live_facts(document)
    yield from _decision_facts(document)
    if document["skipped"]:
        yield "skipped", f"{counted(document['skipped'], 'sample')} the classifier was too late for"
    if document["decisions"]:
        yield "latency", _percentiles(document["latency_ms"])
        yield from _delay_facts(document["delay_ms"])
    for output in document["outputs"]:
        dropped = f"   dropped {output['dropped']:,}" if output["dropped"] else ""
        yield "output", f"{output['name']}   {output['written']:,}{dropped}"
    if document["accuracy"] is not None:
        whose = "the recording's own labels"
        if "port" in document:
            whose = "what the simulated person did" if document["synthetic"] else "the source's own"
        yield "accuracy", f"{document['accuracy']:.1%} against {whose}"
        for name, recall in document["recall"].items():
            yield "", f"{recall:6.1%} of {name}"
    if document["labels_unknown_to_model"]:
        yield (
            "not taught",
            f"{counted(document['labels_unknown_to_model'], 'decision')} on other labels",
        )


def _decision_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return the number of decisions, by status if not all of them are to act on.

    Nothing without a model.
    """
    if document["model"] is None:
        return
    if document["decisions"]:
        pace = f"{document['decisions_per_s']:,.0f} a second"
    else:
        pace = f"a window takes {document['window_samples']:,} samples in a row"
    yield "decisions", f"{document['decisions']:,}   {pace}"
    if document["statuses"]["ok"] != document["decisions"]:
        told = (f"{n:,} {status}" for status, n in document["statuses"].items() if n)
        yield "", "   ".join(told)


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


def _live_facts(document: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Return rate, losses and alarms of a live stream."""
    if document["rate_hz"] is not None:
        ppm = "" if document["ppm"] is None else f"   the board's clock {document['ppm']:+.0f} ppm"
        yield "rate", f"{document['rate_hz']:.3f} Hz{ppm}"
    reconnects = counted(document["reconnects"], "reconnect")
    if document["sees_loss"]:
        away = f"   and {document['missed']:,} while it was away" if document["missed"] else ""
        loss = f"{document['lost_on_line']:,} ({document['loss']:.3%}) on the line{away}"
        yield "loss", f"{loss}   {counted(document['gaps'], 'gap')}   {reconnects}"
    else:
        seen = "not known" if document["sees_loss"] is None else "not seen in text"
        yield "loss", f"{seen}   {reconnects}"
    for alarm in document["alarms"]:
        yield "alarm", alarm
