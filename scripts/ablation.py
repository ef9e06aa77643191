"""Measure each choice of the realtime recipe on held-out repetitions.

    python scripts/ablation.py results.jsonl --rate 200 myo/*.csv.gz
    python scripts/ablation.py results.jsonl --rate 500 envelopes/*.csv.gz
    python scripts/ablation.py days.jsonl --rate 500 day1.csv.gz day2.csv.gz --across
    python scripts/ablation.py results.jsonl

Every third repetition of each label is held out of each session, a model is trained on the others,
and its decisions within the held-out repetitions are measured in the live path. With ``--across``
the model is trained on the first recording of each two and measured on the second. Results in the
file are not measured again, so the script can be stopped and continued; without recordings it
prints the table. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from emgstream_training.examples import ClassArray
from emgstream_training.fold import train_fold
from emgstream_training.front_end import USUAL_STEPS
from emgstream_training.metrics import balanced_accuracy
from emgstream_training.realtime import NEITHER, TRAINING, PartArray, held_movements
from emgstream_training.recipes import REALTIME, Recipe
from emgstream_training.recordings import class_names_of
from emgstream_training.temperature import expected_calibration_error

from emgstream.bundle import Model
from emgstream.decisions import ARGMAX
from emgstream.errors import EmgStreamError, UsageError
from emgstream.network.network_weights import LINEAR_PATH
from emgstream.pipeline import Pipeline
from emgstream.tables import EmgTable, read_table
from emgstream.types import Chunk, FloatArray, IndexArray

HELD_OUT_OF, HELD_OUT_PLACE = 3, 2


def _with_steps(**changes: Any) -> Recipe:
    return replace(REALTIME, steps=replace(USUAL_STEPS, **changes))


def _with_schedule(**changes: Any) -> Recipe:
    return replace(REALTIME, schedule=replace(REALTIME.schedule, **changes))


VARIANTS: dict[str, Recipe] = {
    "as it is": REALTIME,
    "log RMS of 20 ms only": _with_steps(
        spans=(1,), change=False, correlation=0, envelope_power=0.0
    ),
    "no change of the signal": _with_steps(change=False),
    "no span of 200 ms": _with_steps(spans=(1,)),
    "spans of 20, 100 and 200 ms": _with_steps(spans=(1, 5, 10)),
    "no correlation of channels": _with_steps(correlation=0),
    "correlation over 200 ms": _with_steps(correlation=10),
    "correlation over 600 ms": _with_steps(correlation=30),
    "span of 500 ms": _with_steps(spans=(1, 25)),
    "envelopes on a logarithm": _with_steps(envelope_power=0.0),
    "envelopes as they are": _with_steps(envelope_power=1.0),
    "constant learning rate": _with_schedule(cosine=False, learning_rate=5e-4),
    "twice the epochs": _with_schedule(max_epochs=2 * REALTIME.schedule.max_epochs),
    "half the epochs": _with_schedule(max_epochs=REALTIME.schedule.max_epochs // 2),
    "batches of 32": _with_schedule(batch_size=32),
    "no context": _with_steps(context=()),
    "context of 400 ms": _with_steps(context=(20,)),
    "the CNN-LSTM alone": replace(REALTIME, paths=()),
    "no kernel path": replace(REALTIME, paths=(LINEAR_PATH,)),
}
"""Variants of the recipe by name; all other settings are those of the recipe."""


@dataclass(frozen=True)
class Trial:
    """The recordings that a model is trained and measured on."""

    learned: Path
    judged: Path
    """The same recording, where repetitions of it are held out."""

    @property
    def name(self) -> str:
        """Name in the results."""
        if self.judged == self.learned:
            return self.judged.name
        return f"{self.judged.name} after {self.learned.name}"


def main() -> int:
    """Measure what is missing in the file, then print the table."""
    arguments = _parser().parse_intermixed_args()
    try:
        for name in arguments.variants or VARIANTS:
            for trial in _trials(arguments.recordings, arguments.across):
                if (name, trial.name) not in {key for key, _ in _results(arguments.results)}:
                    _append(arguments.results, _measured(name, trial, arguments.rate))
    except EmgStreamError as error:
        print(f"ablation: {error}", file=sys.stderr)
        return 1
    _print_table(arguments.results)
    return 0


def _trials(paths: Sequence[Path], across: bool) -> Iterator[Trial]:
    if not across:
        yield from (Trial(path, path) for path in paths)
        return
    if len(paths) % 2:
        raise UsageError(f"{len(paths)} recordings; expected two for each trial; add one")
    yield from (Trial(*pair) for pair in zip(paths[::2], paths[1::2], strict=True))


def _measured(name: str, trial: Trial, rate_hz: float | None) -> dict[str, Any]:
    """Train on the training rows of a trial, and measure the live decisions on the rest."""
    learned, part, judged, codes, repetitions = _shared_out(trial)
    started_s = time.perf_counter()
    model = train_fold(
        [learned],
        [part],
        class_names=class_names_of([learned]),
        sampling_rate_hz=rate_hz,
        seed=1,
        recipe=VARIANTS[name],
    )
    elapsed_s = time.perf_counter() - started_s
    classes, probabilities = _judged(model, judged, codes, repetitions)
    return {
        "variant": name,
        "session": trial.name,
        "balanced_accuracy": balanced_accuracy(classes, probabilities.argmax(axis=1)),
        "expected_calibration_error": expected_calibration_error(probabilities, classes),
        "n_windows": len(classes),
        "seconds": round(elapsed_s, 1),
    }


def _shared_out(trial: Trial) -> tuple[EmgTable, PartArray, EmgTable, ClassArray, IndexArray]:
    """Return the training table with the part of each row, and the test table.

    Of the latter, the class of each row, -1 where it is not measured, and its held movement.
    """
    table = read_table(trial.learned)
    class_names = class_names_of([table])
    (codes,), (repetitions,) = held_movements([table], class_names)
    part = np.where(codes >= 0, TRAINING, NEITHER)
    if trial.judged != trial.learned:
        other = read_table(trial.judged)
        (codes,), (repetitions,) = held_movements([other], class_names)
        return table, part, other, codes, repetitions
    for code in range(len(class_names)):
        numbers = np.unique(repetitions[codes == code])
        part[np.isin(repetitions, numbers[HELD_OUT_PLACE::HELD_OUT_OF])] = NEITHER
    return table, part, table, np.where(part == NEITHER, codes, -1), repetitions


def _judged(
    model: Model, table: EmgTable, codes: ClassArray, repetitions: IndexArray
) -> tuple[ClassArray, FloatArray]:
    """Return class and probabilities of each decision whose window is in one test repetition."""
    pipeline = Pipeline(model)
    pipeline.tune(ARGMAX)
    true, sure = [], []
    window = model.manifest.n_steps * model.manifest.step.length
    for chunk in _segments(table):
        decisions = pipeline.push(chunk)
        first, last = decisions.indices - (window - 1), decisions.indices
        inside = (repetitions[first] == repetitions[last]) & (codes[last] >= 0)
        inside &= codes[first] >= 0
        true.append(codes[last[inside]])
        sure.append(decisions.probabilities[inside])
    return np.concatenate(true), np.concatenate(sure)


def _segments(table: EmgTable) -> Iterator[Chunk]:
    segments = np.zeros(table.n_rows, np.int64) if table.segments is None else table.segments
    starts = np.concatenate(([0], np.flatnonzero(np.diff(segments)) + 1, [table.n_rows]))
    for number, start in enumerate(starts[:-1].tolist()):
        yield Chunk(start, table.samples[start : starts[number + 1]], number)


def _results(path: Path) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    if not path.exists():
        return []
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [((line["variant"], line["session"]), line) for line in lines]


def _append(path: Path, line: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    print(line, file=sys.stderr, flush=True)


def _print_table(path: Path) -> None:
    """Print each variant beside the recipe, over the sessions that both were measured on."""
    results = dict(_results(path))
    print("| variant | sessions | balanced accuracy | as it is, same sessions | ECE | training |")
    print("|---|---|---|---|---|---|")
    for name in VARIANTS:
        sessions = [s for v, s in results if v == name and ("as it is", s) in results]
        if sessions:
            rows = [results[name, session] for session in sessions]
            usual = [results["as it is", session] for session in sessions]
            print(
                f"| {name} | {len(rows)} | {_mean(rows, 'balanced_accuracy'):.3f} | "
                f"{_mean(usual, 'balanced_accuracy'):.3f} | "
                f"{_mean(rows, 'expected_calibration_error'):.3f} | "
                f"{_mean(rows, 'seconds'):.0f} s |"
            )


def _mean(rows: list[dict[str, Any]], name: str) -> float:
    return float(np.mean([row[name] for row in rows]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "results", type=Path, help="file of JSON lines; an existing one is continued"
    )
    parser.add_argument(
        "recordings", type=Path, nargs="*", help="labelled sessions of the same sampling rate"
    )
    parser.add_argument("--rate", type=float, help="samples per second, if the files have no rate")
    parser.add_argument(
        "--across", action="store_true", help="train on one of each two, test on the other"
    )
    parser.add_argument(
        "--variants",
        nargs="+",
        choices=tuple(VARIANTS),
        metavar="NAME",
        help="default: all; put them last",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
