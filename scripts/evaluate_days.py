"""Measure a model of earlier days on a new day, before and after calibration on it.

python scripts/evaluate_days.py FOLDER --rate myo_readings=200 unibo_inail=500

Of each subject, every session but the first is a new day: the network is trained on all sessions
before it, and calibrated with the first half of its repetitions, a minute per class at most. All
models are measured on the other half. LDA gets the same rows: those of all days, or those of the
new day alone. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
from data_sets import add_words, recordings
from emgstream_training.calibrate import calibrate_on
from emgstream_training.evaluation.fold_training import train_on
from emgstream_training.evaluation.folds import NETWORK, Study, judge_fold
from emgstream_training.evaluation.protocols import Fold, RecordingSet
from emgstream_training.evaluation.recorded_sessions import session_identities
from emgstream_training.realtime import NEITHER, TRAINING, PartArray, hold_out
from emgstream_training.recipes import REALTIME
from emgstream_training.recordings import class_names_of, read_recordings

from emgstream.bundle import Model
from emgstream.errors import EmgStreamError, TrainingDataError
from emgstream.tables import EmgTable

_MOST_S = 60.0
_SEED = 42
_HEAD = "| new day | before | calibrated | LDA, all days | LDA, new day | random forest, all days |"


@dataclass(frozen=True)
class Day:
    """Balanced accuracies on the second half of one new day, 0 to 1."""

    name: str
    """The recording."""
    before: float
    """Network before the calibration."""
    calibrated: float
    """Network after the calibration."""
    lda_all: float
    """LDA on all rows that the calibrated network was trained on."""
    lda_new: float
    """LDA on the rows of the new day alone."""
    forest_all: float
    """Random forest on all rows."""

    @property
    def gain(self) -> float:
        """Lead of the calibrated network on the better LDA."""
        return self.calibrated - max(self.lda_all, self.lda_new)


def main() -> int:
    """Measure day after day, printing each as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_words(parser)
    arguments = parser.parse_args()
    print(f"{_HEAD}\n|{'---|' * 6}", flush=True)
    days: list[Day] = []
    try:
        for paths, rate_hz in _subjects(recordings(arguments)):
            for n_before in range(1, len(paths)):
                days.append(_day(paths[: n_before + 1], rate_hz))
                print(_row(days[-1]), flush=True)
    except EmgStreamError as error:
        print(f"evaluate_days: {error}", file=sys.stderr)
        return 1
    print(_together(days))
    return 0


def _subjects(found: list[tuple[Path, float]]) -> Iterator[tuple[list[Path], float]]:
    """Return the sessions of each subject in their order, and their rate."""
    identities = session_identities([path for path, _ in found])
    by_subject = groupby(zip(identities, found, strict=True), key=lambda one: one[0].subject)
    for _, group in by_subject:
        sessions = [session for _, session in group]
        yield [path for path, _ in sessions], sessions[0][1]


def _day(paths: list[Path], rate_hz: float) -> Day:
    tables = tuple(read_recordings(paths))
    names = class_names_of(tables)
    sessions = RecordingSet(tables, names, session_identities(paths), rate_hz)
    *earlier, new = sessions.codes
    learned, judged = _halves(tables[-1], new, rate_hz)
    old_parts = tuple(np.where(codes >= 0, TRAINING, NEITHER) for codes in earlier)
    nothing = tuple(np.full_like(part, NEITHER) for part in old_parts)
    test = (*(np.zeros(len(part), dtype=np.bool_) for part in old_parts), judged)
    unseen = np.full_like(learned, NEITHER)
    model = train_on(sessions, (*old_parts, unseen), REALTIME, _SEED)
    calibrated = _calibrated(model, tables[-1], learned, rate_hz)
    study = Study(sessions, REALTIME, _SEED, model)
    before = judge_fold(study, Fold("before", (*old_parts, unseen), test))
    after = judge_fold(replace(study, model=calibrated), Fold("all", (*old_parts, learned), test))
    alone = judge_fold(study, Fold("new", (*nothing, learned), test))
    return Day(
        paths[-1].name,
        before.balanced_accuracy[NETWORK],
        after.balanced_accuracy[NETWORK],
        after.balanced_accuracy["lda"],
        alone.balanced_accuracy["lda"],
        after.balanced_accuracy["random_forest"],
    )


def _halves(
    table: EmgTable, codes: np.ndarray[tuple[int], np.dtype[np.int64]], rate_hz: float
) -> tuple[PartArray, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return the part of each row, and a mask of the test rows."""
    movements = table.movement_numbers()
    learned = np.full(table.n_rows, NEITHER)
    judged = np.zeros(table.n_rows, dtype=np.bool_)
    for code in np.unique(codes[codes >= 0]):
        numbers = np.unique(movements[codes == code])
        half = (len(numbers) + 1) // 2
        rows = np.flatnonzero((codes == code) & np.isin(movements, numbers[:half]))
        learned[rows[: round(_MOST_S * rate_hz)]] = TRAINING
        judged |= (codes == code) & np.isin(movements, numbers[half:])
    return learned, judged


def _calibrated(model: Model, table: EmgTable, learned: PartArray, rate_hz: float) -> Model:
    """Return the calibrated model, or the given one where calibration would make it worse."""
    parts = hold_out([table], model.manifest.class_names, [learned])
    try:
        found = calibrate_on(model, [table], parts, sampling_rate_hz=rate_hz, seed=_SEED)
    except TrainingDataError as error:
        print(f"kept as it was: {error}", file=sys.stderr)
        return model
    return found.model


def _row(day: Day) -> str:
    scores = day.before, day.calibrated, day.lda_all, day.lda_new, day.forest_all
    return f"| {day.name} | {' | '.join(f'{score:.1%}' for score in scores)} |"


def _together(days: list[Day]) -> str:
    gain = 100.0 * float(np.mean([day.gain for day in days]))
    over_all, over_new = (
        100.0 * float(np.mean([day.calibrated - getattr(day, name) for day in days]))
        for name in ("lda_all", "lda_new")
    )
    return (
        f"\nCalibrated, over {len(days)} days: {over_all:+.1f} points against LDA on all days, "
        f"{over_new:+.1f} against LDA on the new day, {gain:+.1f} against the better of both each "
        "day (wanted: at least +3)."
    )


if __name__ == "__main__":
    sys.exit(main())
