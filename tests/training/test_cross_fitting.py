from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.cross_fitting import CrossFitted, cross_fitted
from emgstream_training.examples import ClassArray
from emgstream_training.path_mixing import NEW_ALONE, OF_ONE_REPETITION
from emgstream_training.paths import Doubles
from emgstream_training.realtime import (
    N_STEPS,
    NEITHER,
    NO_FOLD,
    TRAINING,
    held_movements,
)
from emgstream_training.recipes import REALTIME
from emgstream_training.recordings import class_names_of, read_recordings
from emgstream_training.trained_network import TrainedNetwork
from emgstream_training.training_material import TrainingMaterial, prepare, prepare_front_end

from emgstream.network.network_weights import CNN_LSTM_PATH, KERNEL_PATH, LINEAR_PATH
from emgstream.types import FloatArray


class Witness(TrainedNetwork):
    """A network that says of every window which network it is."""

    def logits(self, windows: FloatArray) -> dict[str, Doubles]:
        return {CNN_LSTM_PATH: np.full((len(windows), 3), float(self.n_context))}


@pytest.fixture(scope="module")
def material(session_path: Path) -> TrainingMaterial:
    tables = read_recordings([session_path])
    return prepare(REALTIME, tables, class_names_of(tables), None)


def witnessed(material: TrainingMaterial) -> CrossFitted:
    folds = [material.without(fold) for fold in material.folds]
    return cross_fitted(material, folds, [Witness(None, one.fold) for one in folds], None)


def test_every_window_is_judged_by_the_network_that_has_not_seen_its_fold(
    material: TrainingMaterial,
) -> None:
    crossed = witnessed(material)
    judge = crossed.logits[CNN_LSTM_PATH][:, 0]
    assert set(judge.tolist()) == set(material.folds)
    held_out = crossed.folds != NO_FOLD
    np.testing.assert_array_equal(judge[held_out], crossed.folds[held_out])
    assert np.count_nonzero(crossed.judged & crossed.clear) == len(material.training)


def test_what_is_in_no_fold_is_judged_by_the_network_of_what_came_before(
    material: TrainingMaterial,
) -> None:
    (cut,) = material.cuts
    folds = cut.folds.copy()
    folds[200:230] = NO_FOLD
    (fold,) = {*folds[190:200].tolist()}
    crossed = witnessed(replace(material, cuts=(replace(cut, folds=folds),)))
    judge = crossed.logits[CNN_LSTM_PATH][:, 0]
    assert set(judge[200 - N_STEPS + 1 : 230 - N_STEPS + 1].tolist()) == {float(fold)}


def test_values_are_given_back_by_stretch(material: TrainingMaterial) -> None:
    (cut,) = material.cuts
    steps, classes, folds = cut.steps, cut.classes, cut.folds
    pieces = [
        replace(
            cut,
            steps=steps[one],
            classes=classes[one],
            folds=folds[one],
            repetitions=cut.repetitions[one],
            filled=cut.filled[one],
        )
        for one in (slice(0, 300), slice(300, 305), slice(305, None))
    ]
    crossed = witnessed(replace(material, cuts=tuple(pieces)))
    lengths = [
        len(one)
        for one in crossed.by_stretch(crossed.probabilities(NEW_ALONE, {CNN_LSTM_PATH: 1.0}))
    ]
    assert lengths == [300 - N_STEPS + 1, len(steps) - 305 - N_STEPS + 1]  # one is too short


def told(rights: list[bool], classes: ClassArray) -> Doubles:
    """Logits that are right or wrong in each fold."""
    logits = np.zeros((len(classes), 3))
    for fold, right in enumerate(rights):
        here = np.flatnonzero(np.arange(len(classes)) % 3 == fold)
        logits[here, classes[here] if right else (classes[here] + 1) % 3] = 9.0
    return logits


def test_no_fold_is_judged_by_shares_that_were_chosen_on_it() -> None:
    """In fold 0 the linear path alone is right, elsewhere the kernel path alone."""
    classes = np.repeat(np.arange(3), 30)
    folds = np.arange(90) % 3
    crossed = CrossFitted(
        {
            CNN_LSTM_PATH: np.zeros((90, 3)),
            LINEAR_PATH: told([True, False, False], classes),
            KERNEL_PATH: 0.8 * told([False, True, True], classes),
        },
        {},
        classes=classes,
        folds=folds,
        clear=np.ones(90, dtype=np.bool_),
        starts=(0,),
    )
    _, shares = crossed.best_mix()
    assert shares[KERNEL_PATH] > shares[LINEAR_PATH]
    is_right = crossed.judged_apart(1.0).argmax(axis=1) == classes
    assert not is_right[folds == 0].any()


def test_parts_of_one_repetition_choose_nothing(material: TrainingMaterial) -> None:
    """They are more alike than repetitions are: what is right on them is not right on others."""
    draws = np.random.default_rng(0)
    sure = {
        path: 9.0 * np.eye(3)[draws.integers(3, size=90)] for path in (LINEAR_PATH, KERNEL_PATH)
    }
    logits = {CNN_LSTM_PATH: np.zeros((90, 3)), **sure}
    known = CrossFitted(
        logits=logits,
        earlier={path: np.zeros((90, 3)) for path in logits},
        classes=sure[LINEAR_PATH].argmax(axis=1),
        folds=np.arange(90) % 3,
        clear=np.ones(90, dtype=np.bool_),
        starts=(0,),
    )
    assert known.best_mix()[0].linear == 0.0
    assert replace(known, of_one_repetition=True).best_mix() == OF_ONE_REPETITION
    alone = replace(known, of_one_repetition=True, earlier={})
    assert alone.best_mix() == replace(alone, of_one_repetition=False).best_mix()
    assert not witnessed(material).of_one_repetition


def test_one_repetition_of_each_class_is_known_as_such(material: TrainingMaterial) -> None:
    (table,) = material.tables
    codes, numbers = held_movements([table], material.class_names)
    first = [numbers[0][codes[0] == code][0] for code in range(len(material.class_names))]
    part = np.where(np.isin(numbers[0], first) & (codes[0] >= 0), TRAINING, NEITHER)
    once = prepare_front_end(
        [table], [part], material.class_names, material.sampling_rate_hz, material.front_end
    )
    assert witnessed(once).of_one_repetition
