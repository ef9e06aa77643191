from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from emgstream_training.session_shift_fitting import shift_limits

from emgstream.session_shift import ShiftFollower, ShiftLimits

N_REPETITIONS, N_STEPS, N_FEATURES, MEMORY = 8, 50, 40, 200
Doubles = npt.NDArray[np.float64]


def recorded(seed: int, moved: float = 0.0) -> tuple[Doubles, npt.NDArray[np.int64]]:
    """Return the features of a session of rest and two movements, and their classes.

    Each repetition lies a little elsewhere; all of another day lie elsewhere in one direction. As
    windows that follow each other overlap, five of them have the same noise.
    """
    random = np.random.default_rng(seed)
    classes = np.repeat(np.tile(np.arange(3), N_REPETITIONS), N_STEPS)
    of_repetition = np.repeat(
        random.normal(0.0, 0.3, (3 * N_REPETITIONS, N_FEATURES)), N_STEPS, axis=0
    )
    centres = 5.0 * np.eye(3, N_FEATURES)[classes] + moved * (classes > 0)[:, np.newaxis]
    noise = np.repeat(random.normal(0.0, 1.0, (len(classes) // 5, N_FEATURES)), 5, axis=0)
    return centres + of_repetition + noise, classes


def fitted(n_repetitions: int = N_REPETITIONS, sessions: tuple[float, ...] = (0.0,)) -> ShiftLimits:
    parts = [recorded(7 + k, moved) for k, moved in enumerate(sessions)]
    n = 3 * n_repetitions * N_STEPS
    features = np.concatenate([of_session[:n] for of_session, _ in parts])
    classes = np.concatenate([of_session[:n] for _, of_session in parts])
    limits = shift_limits(
        features,
        classes,
        np.arange(len(features)) // N_STEPS,
        np.arange(len(features)) // n,
        rest=0,
        memory=MEMORY,
    )
    assert limits is not None
    return limits


@pytest.mark.parametrize("seed", range(20, 26))
def test_other_repetitions_of_the_same_session_stay_below_the_limit(seed: int) -> None:
    features, _ = recorded(seed)
    assert ShiftFollower(fitted(), rest=0).push(features).max() < 1.0


def test_what_was_trained_on_stays_below_the_limit() -> None:
    features, _ = recorded(7)
    assert ShiftFollower(fitted(), rest=0).push(features).max() < 1.0


def test_movements_that_all_lie_elsewhere_are_beyond_it_before_the_session_ends() -> None:
    features, _ = recorded(30, moved=1.5)
    shifts = ShiftFollower(fitted(), rest=0).push(features)
    assert shifts[:N_STEPS].max() < 1.0  # rest is as it was, and proves nothing
    assert shifts[-1] > 1.0


def test_a_day_that_was_learned_from_too_is_known() -> None:
    features, _ = recorded(30, moved=1.5)
    limits = fitted(sessions=(0.0, 1.5))
    assert len(limits.sessions) == 2
    assert ShiftFollower(limits, rest=0).push(features).max() < 1.0


def test_two_repetitions_do_not_tell_how_much_they_differ() -> None:
    features, classes = recorded(7)
    n = 2 * 3 * N_STEPS
    numbers = np.arange(n) // N_STEPS
    nowhere = np.zeros(n, dtype=np.int64)
    assert shift_limits(features[:n], classes[:n], numbers, nowhere, 0, MEMORY) is None
