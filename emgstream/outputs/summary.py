"""Summary of a run: counts, latencies, and accuracy if true labels are known."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emgstream.decisions import STATUSES
from emgstream.latency import UNKNOWN_DELAY, LatencyFigures, LatencyHistogram, StageHistograms
from emgstream.outputs.delivery import OutputFigures
from emgstream.outputs.output import Update, cannot_write
from emgstream.replaced_files import holds_object, refuse_to_replace

__all__ = ["Summary", "check_summary", "write_summary"]

_NO_FIGURES = LatencyHistogram().figures()


class Summary:
    """An observer that counts decisions; any thread may ask for the figures.

    A decision is right if it names the true label of the last sample of its window. Abstentions are
    neither right nor wrong; they are counted by their status. Samples with labels that the model
    does not know are counted separately and do not affect the accuracy.
    """

    def __init__(self, class_names: tuple[str, ...]) -> None:
        self._class_names = class_names
        self._numbers = {name: number for number, name in enumerate(class_names)}
        n_classes = len(class_names)
        self._confusion: npt.NDArray[np.int64] = np.zeros((n_classes, n_classes), dtype=np.int64)
        self._n_unknown_labels = 0
        self._by_status: npt.NDArray[np.int64] = np.zeros(len(STATUSES), dtype=np.int64)
        self.n_decisions = 0
        self._latency = LatencyHistogram()
        self._stages = StageHistograms()
        self._compute = LatencyHistogram()
        self._fixed = UNKNOWN_DELAY
        self._lock = threading.Lock()

    def observe(self, update: Update) -> None:
        """Count new decisions."""
        with self._lock:
            self.n_decisions += len(update.decisions)
            self._latency.add(update.latency_s)
            self._stages.add(update.stages)
            self._compute.add(update.latency_s - update.stages.queue_s)
            self._fixed = update.fixed
            truth = np.array([self._number(label) for label in update.labels])
            known = (truth >= 0) & update.decisions.decided
            self._by_status += np.bincount(update.decisions.statuses, minlength=len(STATUSES))
            np.add.at(self._confusion, (truth[known], update.decisions.classes[known]), 1)

    def latency(self) -> LatencyFigures:
        """Return the percentiles of the latency from the receipt of the last sample."""
        with self._lock:
            return self._latency.figures()

    def stages(self) -> dict[str, LatencyFigures]:
        """Return the percentiles of the duration of each stage, by its name."""
        with self._lock:
            return self._stages.figures()

    @property
    def accuracy(self) -> float | None:
        """Share of right decisions; None if no true label is known."""
        total = int(self._confusion.sum())
        return float(np.trace(self._confusion)) / total if total else None

    @property
    def recall(self) -> dict[str, float]:
        """Share of right decisions of each labelled class, by class name."""
        totals = self._confusion.sum(axis=1)
        return {
            name: float(self._confusion[number, number] / totals[number])
            for name, number in self._numbers.items()
            if totals[number]
        }

    def to_json(self, outputs: Sequence[OutputFigures] = ()) -> dict[str, Any]:
        """Return the figures as JSON's own types; None for what is not known."""
        with self._lock:
            return self._document(outputs)

    def _document(self, outputs: Sequence[OutputFigures]) -> dict[str, Any]:
        recall = self.recall
        return {
            "decisions": self.n_decisions,
            "latency_ms": _milliseconds(self._latency.figures()),
            "stages_ms": {
                name: _milliseconds(figures) for name, figures in self._stages.figures().items()
            },
            "delay_ms": self._delays(outputs),
            "outputs": [_output(figures) for figures in outputs],
            "accuracy": self.accuracy,
            "balanced_accuracy": sum(recall.values()) / len(recall) if recall else None,
            "recall": recall,
            "confusion": {
                name: dict(zip(self._class_names, row.tolist(), strict=True))
                for name, row in zip(self._class_names, self._confusion, strict=True)
                if row.any()
            },
            "labels_unknown_to_model": self._n_unknown_labels,
            "statuses": dict(zip(STATUSES, self._by_status.tolist(), strict=True)),
        }

    def _delays(self, outputs: Sequence[OutputFigures]) -> dict[str, Any]:
        """Return the delay of every stage, under the names in ``delay_ms`` of a decision."""
        measured, output = self._stages.figures(), LatencyHistogram()
        for figures in outputs:
            output.merge(figures.latency)
        return {
            "window_span": _or_none(self._fixed.window_s * 1e3),
            "hop": _or_none(self._fixed.hop_s * 1e3),
            "smoothing": _or_none(self._fixed.smoothing_s * 1e3),
            "line": _milliseconds(measured.get("line", _NO_FIGURES)),
            "queue": _milliseconds(measured.get("queue", _NO_FIGURES)),
            "compute": _milliseconds(self._compute.figures()),
            "output": _milliseconds(output.figures()),
        }

    def _number(self, label: str | None) -> int:
        if label is None:
            return -1
        number = self._numbers.get(label, -1)
        self._n_unknown_labels += number < 0
        return number


def _milliseconds(figures: LatencyFigures) -> dict[str, float | None]:
    named = {"p50": figures.p50_s, "p95": figures.p95_s, "p99": figures.p99_s}
    return {name: _or_none(s * 1e3) for name, s in named.items()}


def _output(figures: OutputFigures) -> dict[str, Any]:
    return {
        "name": figures.name,
        "written": figures.n_written,
        "dropped": figures.n_dropped,
        "delay_ms": _milliseconds(figures.latency.figures()),
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def check_summary(path: str) -> None:
    """Raise OutputError if the summary cannot be written; to be called before the run.

    A summary that is there is replaced, and no other file.
    """
    refuse_to_replace(Path(path), _is_summary, "summaries")
    try:
        Path(path).open("ab").close()
    except OSError as error:
        raise cannot_write(path, error) from error


def write_summary(path: str, document: dict[str, Any]) -> None:
    """Write a summary as JSON; raises OutputError if it cannot be written."""
    try:
        Path(path).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise cannot_write(path, error) from error


def _is_summary(path: Path) -> bool:
    return holds_object(path, ("decisions", "outputs"), ("streams",))
