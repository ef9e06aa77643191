"""Measure a model on a person that it has not seen, each person of a data set in turn.

python scripts/evaluate_subjects.py FOLDER --rate myo_readings=200 unibo_inail=500

The network, the strong LDA, LDA as published and a random forest are trained on all sessions of the
other persons of the data set, and measured on all sessions of the one held out, without a label of
it. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from data_sets import add_words, calibration_error, recordings
from emgstream_training.evaluation import prepare
from emgstream_training.evaluation.baselines import STRONG_LDA
from emgstream_training.evaluation.folds import MODELS, NETWORK, judge_fold
from emgstream_training.evaluation.recorded_sessions import session_identities
from emgstream_training.recordings import read_recordings

from emgstream.errors import EmgStreamError
from emgstream.tables import ColumnChoice

_NAMES = {
    NETWORK: "network",
    STRONG_LDA: "strong LDA",
    "lda": "LDA",
    "random_forest": "random forest",
}
_SEED = 42


@dataclass(frozen=True)
class Person:
    """Figures on one person who was held out, by name of the model; all 0 to 1."""

    name: str
    """Data set and person."""
    accuracy: Mapping[str, float]
    """Balanced accuracy."""
    error: Mapping[str, float]
    """Expected calibration error."""


def main() -> int:
    """Measure person after person, printing each as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_words(parser)
    arguments = parser.parse_args()
    head = ["person", *_NAMES.values(), *(f"calibration error, {one}" for one in _NAMES.values())]
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}", flush=True)
    persons: list[Person] = []
    try:
        for folder, sessions in _groups(recordings(arguments)):
            for person in _persons(folder, sessions):
                persons.append(person)
                print(_row(person), flush=True)
    except EmgStreamError as error:
        print(f"evaluate_subjects: {error}", file=sys.stderr)
        return 1
    mean = _mean(persons)
    lead = mean.accuracy[NETWORK] - mean.accuracy[STRONG_LDA]
    print(_row(mean))
    print(f"\nNetwork against the strong LDA: {100 * lead:+.1f} points (wanted: not behind).")
    return 0


def _groups(
    found: list[tuple[Path, float]],
) -> Iterator[tuple[str, list[tuple[Path, float]]]]:
    """Yield the recordings of each data set that have the same channels, of several persons."""
    for folder, group in groupby(found, key=lambda one: one[0].parent.name):
        by_channels: dict[tuple[str, ...], list[tuple[Path, float]]] = {}
        for path, rate_hz in group:
            (table,) = read_recordings([path])
            by_channels.setdefault(table.channel_names, []).append((path, rate_hz))
        for channels, sessions in by_channels.items():
            persons = {one.subject for one in session_identities([path for path, _ in sessions])}
            if len(persons) > 1:
                yield folder, sessions
            else:
                names = ", ".join(path.name for path, _ in sessions)
                print(
                    f"left out: {names}, as nobody else was recorded on {', '.join(channels)}",
                    file=sys.stderr,
                )


def _persons(folder: str, sessions: list[tuple[Path, float]]) -> Iterator[Person]:
    """Yield the figures of each person of a data set."""
    paths = [path for path, _ in sessions]
    columns = ColumnChoice(rate_hz=sessions[0][1])
    prepared = prepare(paths, columns=columns, protocol="subject", seed=_SEED)
    for fold in prepared.plan.folds:
        found = judge_fold(prepared.study, fold, MODELS)
        errors = {name: calibration_error(one) for name, one in found.decisions.items()}
        yield Person(f"{folder}, {fold.name}", found.balanced_accuracy, errors)


def _mean(persons: list[Person]) -> Person:
    """Return the means over persons, each of the same weight."""
    return Person(
        "mean",
        {name: float(np.mean([one.accuracy[name] for one in persons])) for name in _NAMES},
        {name: float(np.mean([one.error[name] for one in persons])) for name in _NAMES},
    )


def _row(person: Person) -> str:
    scores = [f"{person.accuracy[name]:.1%}" for name in _NAMES]
    errors = [f"{person.error[name]:.3f}" for name in _NAMES]
    return f"| {' | '.join([person.name, *scores, *errors])} |"


if __name__ == "__main__":
    sys.exit(main())
