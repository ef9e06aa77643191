from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.app import decision_log
from emgstream.app.decision_log import NONE, DecisionLog
from emgstream.decisions import decide
from emgstream.latency import StageTimes
from emgstream.outputs.output import Update

CLASSES = ("rest", "fist", "open")


def update(indices: list[int], classes: list[int], labels: list[str | None]) -> Update:
    probabilities = np.eye(3, dtype=np.float32)[classes]
    return Update(
        decisions=decide(CLASSES, np.array(indices, dtype=np.int64), probabilities),
        time_s=np.array(indices) / 1000.0,
        latency_s=np.full(len(indices), 0.004),
        labels=labels,
        stages=StageTimes(
            line_s=np.full(len(indices), np.nan),
            queue_s=np.full(len(indices), 0.003),
            laps_s={"network": 0.001},
        ),
    )


def test_a_decision_stands_until_the_next_one_is_due() -> None:
    log = DecisionLog(CLASSES, hold_samples=20)
    log.observe(update([199, 219, 300], [1, 2, 0], ["fist", "fist", None]))
    strip = log.strip(np.array([0, 100, 200, 210, 220, 239, 250, 301, 319, 321]))
    assert strip.classes.tolist() == [NONE, 1, 1, 2, 2, NONE, 0, 0, 0]
    assert strip.truths.tolist() == [NONE, 1, 1, 1, 1, NONE, NONE, NONE, NONE]
    assert strip.accepted.tolist() == [False, True, True, True, True, False, True, True, True]


def test_a_label_the_model_was_not_taught_gets_a_number_of_its_own() -> None:
    log = DecisionLog(CLASSES, 1)
    log.observe(update([5, 6], [0, 0], ["thumb", "open"]))
    assert log.label_names == (*CLASSES, "thumb")
    assert log.strip(np.array([5, 6, 7])).truths.tolist() == [3, 2]


def test_nothing_is_shown_before_the_first_decision() -> None:
    strip = DecisionLog(CLASSES, 20).strip(np.array([0, 10, 20]))
    assert strip.classes.tolist() == [NONE, NONE]
    assert not strip.accepted.any()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(1, 8))
def test_it_keeps_the_newest_decisions_when_it_is_full(sizes: list[int], capacity: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decision_log, "_CAPACITY", capacity)
        log = DecisionLog(CLASSES, hold_samples=1)
        end = 0
        for size in sizes:
            indices = list(range(end, end + size))
            log.observe(update(indices, [index % 3 for index in indices], [None] * size))
            end += size
        shown = log.strip(np.arange(end + 1)).classes
    kept = min(end, capacity)
    assert shown[: end - kept].tolist() == [NONE] * (end - kept)
    assert shown[end - kept :].tolist() == [index % 3 for index in range(end - kept, end)]
