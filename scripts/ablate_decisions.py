"""Measure each part of the decisions on held-out repetitions, in the live pipeline.

    python scripts/ablate_decisions.py FOLDER --rate myo_readings=200 unibo_inail=500

For each session: every fifth repetition of each movement is held out, a model is trained on the
others with the settings of its decisions, and the whole session is replayed through the live
pipeline; then each way to decide is applied to its predictions, and the decisions in the held-out
repetitions are counted. Prints a Markdown table of means over the sessions, for BENCHMARKS.md.
Needs the extra ``train``; a model takes some minutes, and is kept in ``--models FOLDER`` to be used
again.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from data_sets import add_words, held_out_repetitions, recordings
from emgstream_training.fold import train_fold
from emgstream_training.realtime import PartArray
from emgstream_training.recordings import class_names_of
from emgstream_training.temperature import expected_calibration_error

from emgstream.bundle import Model, read_model, write_model
from emgstream.decisions import (
    ARGMAX,
    BayesSmoothing,
    DecisionSettings,
    HysteresisSmoothing,
    MajoritySmoothing,
    NoSmoothing,
    Smoothing,
)
from emgstream.tables import EmgTable, read_table
from emgstream.trial import DecisionScore, added_delay_s, attempts_of, score, seen_on

_SEED = 1
_SMOOTHINGS: tuple[Smoothing, ...] = (
    MajoritySmoothing(3),
    MajoritySmoothing(5),
    MajoritySmoothing(9),
    HysteresisSmoothing(2),
    HysteresisSmoothing(3),
    HysteresisSmoothing(5),
    BayesSmoothing(0.9, 0.5, 0.2),
    BayesSmoothing(0.95, 0.5, 0.5),
    BayesSmoothing(0.95, 0.5, 0.7),
    BayesSmoothing(0.95, 0.5, 0.9),
    BayesSmoothing(0.8, 0.7, 0.5),
    BayesSmoothing(0.3, 0.7, 0.7),
    BayesSmoothing(0.3, 0.7, 0.7, 0.7),
    BayesSmoothing(0.3, 0.8, 0.7, 0.7),
    BayesSmoothing(0.3, 0.8, 0.9, 0.3),
    BayesSmoothing(0.3, 0.8, 0.9, 0.1),
    BayesSmoothing(0.5, 0.5, 0.5, 0.7),
    BayesSmoothing(0.9, 1.0, 0.5),
    BayesSmoothing(0.9, 0.3, 0.5),
    BayesSmoothing(0.95, 0.2, 0.9),
)


@dataclass(frozen=True)
class Figures:
    """Figures of one way to decide in one session."""

    found: DecisionScore
    """Figures of this way."""
    plain: DecisionScore
    """Figures of the likeliest class of every window."""
    completed: float
    """Share of the movements that this way completes, 0 to 1; NaN without any."""
    calibration_error: float
    """Expected calibration error of the same windows, 0 to 1."""


def main() -> int:
    """Train the missing models, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_words(parser)
    parser.add_argument("--models", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    rows: dict[str, list[Figures]] = {}
    sessions = recordings(arguments)
    for path, rate_hz in sessions:
        print(path.name, file=sys.stderr, flush=True)
        for name, figures in _session(path, rate_hz, arguments.models):
            rows.setdefault(name, []).append(figures)
    print(_table(rows, len(sessions)))
    return 0


def _session(path: Path, rate_hz: float, folder: Path | None) -> Iterator[tuple[str, Figures]]:
    table = read_table(path)
    held_out, parts = held_out_repetitions(table)
    model = _model(table, parts, rate_hz, folder)
    index = np.arange(table.n_rows) if table.index is None else table.index
    seen = seen_on(table, model, rate_hz)
    first = seen.decided(ARGMAX)
    known = held_out[np.searchsorted(index, first.decisions.indices)] & (first.truth.classes >= 0)
    error = expected_calibration_error(
        first.decisions.probabilities[known], first.truth.classes[known]
    )
    plain: DecisionScore | None = None
    for name, settings in _ways(model.manifest.decision):
        replayed = seen.decided(settings)
        rows = np.searchsorted(index, replayed.decisions.indices)
        counted = held_out[rows]
        found = score(replayed.decisions, replayed.truth, replayed.hop_s, counted)
        plain = plain or found
        asked = replace(
            replayed.truth, classes=np.where(counted, replayed.truth.classes, -1), since_s=None
        )
        attempts = attempts_of(replayed.decisions, asked, replayed.hop_s)
        completed = _mean([float(one.to_correct_s is not None) for one in attempts])
        yield name, Figures(found, plain, completed, error)


def _model(table: EmgTable, parts: PartArray, rate_hz: float, folder: Path | None) -> Model:
    """Return a model of a session, trained without its held-out repetitions."""
    kept = None if folder is None else folder / f"{table.path.name}.emgmodel"
    if kept is not None and kept.exists():
        return read_model(kept)
    model = train_fold(
        [table],
        [parts],
        class_names=class_names_of([table]),
        sampling_rate_hz=rate_hz,
        seed=_SEED,
    )
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_model(kept, model)
    return model


def _ways(own: DecisionSettings) -> Iterator[tuple[str, DecisionSettings]]:
    """Return the ways to decide, the plain one first."""
    yield "likeliest class of every window", ARGMAX
    bare = replace(ARGMAX, confidence=own.confidence, tells_gaps=True)
    for smoothing in _SMOOTHINGS:
        yield _named(smoothing), replace(bare, smoothing=smoothing)
    yield (
        "rejection alone",
        replace(
            bare, threshold=own.threshold, begin_odds=own.begin_odds, class_odds=own.class_odds
        ),
    )
    yield "all, one threshold for all movements", replace(own, class_odds=None)
    yield "all, no surer to begin", replace(own, begin_odds=1.0)
    yield "rest gate alone", replace(bare, rest_gate=own.rest_gate)
    yield "unknown signals alone", replace(bare, familiar=own.familiar)
    yield "all, without smoothing", replace(own, smoothing=NoSmoothing())
    yield "all, without rejection", replace(own, threshold=0.0)
    yield "all, without rest gate", replace(own, rest_gate=None)
    yield "all, as trained", own


def _named(smoothing: Smoothing) -> str:
    kind, *values = smoothing.to_manifest().values()
    return " ".join(map(str, (kind, *values)))


def _table(rows: dict[str, list[Figures]], n_sessions: int) -> str:
    error = _mean([one.calibration_error for one in next(iter(rows.values()))])
    lines = [
        f"Means over {n_sessions} sessions; calibration error of their windows {error:.3f}.",
        "",
        "| decisions | active errors | of plain | abstained | false activations/h of rest "
        "| of plain | later by | completed | never named | unsteady |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, figures in rows.items():
        errors = [one.found.active_error_rate for one in figures]
        plain_errors = [one.plain.active_error_rate for one in figures]
        false = [one.found.false_activations_per_h for one in figures]
        plain_false = [one.plain.false_activations_per_h for one in figures]
        later_s = [added_delay_s(one.found, one.plain) for one in figures]
        lines.append(
            f"| {name} | {_mean(errors):.2%} | {_ratio(errors, plain_errors)} "
            f"| {_mean([one.found.abstained for one in figures]):.2%} | {_mean(false):,.0f} "
            f"| {_ratio(false, plain_false)} | {1e3 * _mean(later_s):+.0f} ms "
            f"| {_mean([one.completed for one in figures]):.1%} "
            f"| {_mean([one.found.missed for one in figures]):.1%} "
            f"| {_mean([one.found.instability for one in figures]):.2%} |"
        )
    return "\n".join(lines)


def _ratio(found: list[float], plain: list[float]) -> str:
    whole = _mean(plain)
    return "–" if not whole > 0.0 else f"{_mean(found) / whole:.2f}"


def _mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


if __name__ == "__main__":
    sys.exit(main())
