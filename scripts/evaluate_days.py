"""Measure a model of earlier days on a new day: without a label, after one repetition, a minute.

python scripts/evaluate_days.py FOLDER --rate myo_readings=200 unibo_inail=500

Of each subject, every session but the first is a new day: the network is trained on all sessions
before it. It is measured as it is, after calibration with the first repetition of each movement,
without labels and with them, and after calibration with the first half of the repetitions, a minute
per class at most. All models are measured on the other half. LDA gets the same labels: those of
all days, or those of the new day alone. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
from data_sets import add_words, calibration_error, recordings
from emgstream_training.calibrate import calibrate_on
from emgstream_training.evaluation.baselines import STRONG_LDA
from emgstream_training.evaluation.fold_training import train_on
from emgstream_training.evaluation.folds import NETWORK, Study, judge_fold
from emgstream_training.evaluation.protocols import Fold, RecordingSet
from emgstream_training.evaluation.recorded_sessions import session_identities
from emgstream_training.realtime import NEITHER, TRAINING, PartArray
from emgstream_training.recipes import REALTIME
from emgstream_training.recordings import class_names_of, read_recordings
from emgstream_training.unlabelled_calibration import calibrate_unlabelled

from emgstream.bundle import Model
from emgstream.errors import EmgStreamError, TrainingDataError
from emgstream.tables import EmgTable

_MOST_S = 60.0
_SEED = 42
_UNLABELLED = "none, levels adapted"
_WANTED = {"none": 3, _UNLABELLED: 3, "one repetition": 5, "half": 8}
"""Lead over the better strong LDA to reach, in points, by what is labelled of the new day."""
_HEAD = (
    *("new day", "labelled of it", "network", "strong LDA, all days", "strong LDA, new day"),
    *("LDA, all days", "LDA, new day", "random forest, all days"),
    *("calibration error of the network", "of the strong LDA"),
)

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Outcome:
    """Figures on the second half of one new day; balanced accuracies are 0 to 1."""

    day: str
    """The recording."""
    labelled: str
    """What is labelled of the new day, a key of the leads wanted."""
    network: float
    """The network, calibrated where anything is labelled."""
    strong_all: float
    """Strong LDA on all rows that the network was trained or calibrated on."""
    strong_new: float
    """Strong LDA on the rows of the new day alone; NaN without any."""
    lda_all: float
    """LDA as published, on all rows."""
    lda_new: float
    """LDA as published, on the rows of the new day alone; NaN without any."""
    forest_all: float
    """Random forest on all rows."""
    error: float
    """Expected calibration error of the network, 0 to 1."""
    strong_error: float
    """The same of the strong LDA on all rows."""

    @property
    def gain(self) -> float:
        """Lead of the network on the better strong LDA."""
        return self.network - float(np.nanmax([self.strong_all, self.strong_new]))


def main() -> int:
    """Measure day after day, printing each as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_words(parser)
    arguments = parser.parse_args()
    print(f"| {' | '.join(_HEAD)} |\n|{'---|' * len(_HEAD)}", flush=True)
    outcomes: list[Outcome] = []
    try:
        for paths, rate_hz in _subjects(recordings(arguments)):
            for n_before in range(1, len(paths)):
                for outcome in _day(paths[: n_before + 1], rate_hz):
                    outcomes.append(outcome)
                    print(_row(outcome), flush=True)
    except EmgStreamError as error:
        print(f"evaluate_days: {error}", file=sys.stderr)
        return 1
    print(f"\n{_together(outcomes)}")
    return 0


def _subjects(found: list[tuple[Path, float]]) -> Iterator[tuple[list[Path], float]]:
    """Return the sessions of each subject in their order, and their rate."""
    identities = session_identities([path for path, _ in found])
    by_subject = groupby(zip(identities, found, strict=True), key=lambda one: one[0].subject)
    for _, group in by_subject:
        sessions = [session for _, session in group]
        yield [path for path, _ in sessions], sessions[0][1]


def _day(paths: list[Path], rate_hz: float) -> Iterator[Outcome]:
    """Yield the figures of the last recording, in the order of what is labelled of it."""
    tables = tuple(read_recordings(paths))
    sessions = RecordingSet(tables, class_names_of(tables), session_identities(paths), rate_hz)
    *earlier, new = sessions.codes
    old_parts = tuple(np.where(codes >= 0, TRAINING, NEITHER) for codes in earlier)
    learned_of, judged = _halves(tables[-1], new, rate_hz)
    test = (*(np.zeros(len(part), dtype=np.bool_) for part in old_parts), judged)
    model = train_on(sessions, (*old_parts, learned_of["none"]), REALTIME, _SEED)
    study = Study(sessions, REALTIME, _SEED, model)
    for labelled, learned in learned_of.items():
        if labelled == _UNLABELLED:
            once = learned_of["one repetition"]
            adapted = replace(study, model=_levelled(model, tables[-1], once, rate_hz))
            yield _outcome(adapted, labelled, old_parts, learned, test)
            continue
        if labelled != "none":
            study = replace(study, model=_calibrated(model, tables[-1], learned, rate_hz))
        yield _outcome(study, labelled, old_parts, learned, test)


def _outcome(
    study: Study,
    labelled: str,
    old_parts: Sequence[PartArray],
    learned: PartArray,
    test: tuple[Mask, ...],
) -> Outcome:
    found = judge_fold(study, Fold("all", (*old_parts, learned), test))
    scores = found.balanced_accuracy
    alone = {STRONG_LDA: float("nan"), "lda": float("nan")}
    if np.any(learned == TRAINING):
        nothing = tuple(np.full_like(part, NEITHER) for part in old_parts)
        new_day = Fold("new", (*nothing, learned), test)
        alone = judge_fold(study, new_day, (STRONG_LDA, "lda")).balanced_accuracy
    return Outcome(
        day=study.recordings.tables[-1].path.name,
        labelled=labelled,
        network=scores[NETWORK],
        strong_all=scores[STRONG_LDA],
        strong_new=alone[STRONG_LDA],
        lda_all=scores["lda"],
        lda_new=alone["lda"],
        forest_all=scores["random_forest"],
        error=calibration_error(found.decisions[NETWORK]),
        strong_error=calibration_error(found.decisions[STRONG_LDA]),
    )


def _halves(
    table: EmgTable, codes: np.ndarray[tuple[int], np.dtype[np.int64]], rate_hz: float
) -> tuple[dict[str, PartArray], Mask]:
    """Return the part of each row by what is labelled of the day, and a mask of the test rows."""
    movements = table.movement_numbers()
    parts = {labelled: np.full(table.n_rows, NEITHER) for labelled in _WANTED}
    judged = np.zeros(table.n_rows, dtype=np.bool_)
    for code in np.unique(codes[codes >= 0]):
        numbers = np.unique(movements[codes == code])
        half = (len(numbers) + 1) // 2
        rows = np.flatnonzero((codes == code) & np.isin(movements, numbers[:half]))
        parts["half"][rows[: round(_MOST_S * rate_hz)]] = TRAINING
        parts["one repetition"][(codes == code) & (movements == numbers[0])] = TRAINING
        judged |= (codes == code) & np.isin(movements, numbers[half:])
    return parts, judged


def _calibrated(model: Model, table: EmgTable, learned: PartArray, rate_hz: float) -> Model:
    """Return the calibrated model, or the given one where calibration would make it worse."""
    try:
        found = calibrate_on(model, [table], [learned], sampling_rate_hz=rate_hz, seed=_SEED)
    except TrainingDataError as error:
        print(f"kept as it was: {error}", file=sys.stderr)
        return model
    return found.model


def _levelled(model: Model, table: EmgTable, seen: PartArray, rate_hz: float) -> Model:
    """Return the model at the levels of the day, or the given one where that is refused."""
    try:
        return calibrate_unlabelled(model, [table], rate_hz, [seen]).model
    except TrainingDataError as error:
        print(f"kept as it was: {error}", file=sys.stderr)
        return model


def _row(one: Outcome) -> str:
    scores = one.network, one.strong_all, one.strong_new, one.lda_all, one.lda_new, one.forest_all
    shown = " | ".join("" if np.isnan(score) else f"{score:.1%}" for score in scores)
    return f"| {one.day} | {one.labelled} | {shown} | {one.error:.3f} | {one.strong_error:.3f} |"


def _together(outcomes: list[Outcome]) -> str:
    """Return the means over the days, by what is labelled."""
    lines = [
        "| labelled of the new day | network | strong LDA, all days | strong LDA, new day | "
        "against the better | wanted | worst day | calibration error |",
        f"|{'---|' * 8}",
    ]
    for labelled, wanted in _WANTED.items():
        chosen = [one for one in outcomes if one.labelled == labelled]
        network, strong_all, strong_new, gain, error = (
            float(np.mean([getattr(one, name) for one in chosen]))
            for name in ("network", "strong_all", "strong_new", "gain", "error")
        )
        new = "" if np.isnan(strong_new) else f"{strong_new:.1%}"
        worst = min(one.gain for one in chosen)
        lines.append(
            f"| {labelled} | {network:.1%} | {strong_all:.1%} | {new} | {100 * gain:+.1f} points | "
            f"{wanted:+} | {100 * worst:+.1f} | {error:.3f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
