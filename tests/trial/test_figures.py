from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emgstream.data import DEMO_MODEL
from emgstream.decisions import Decisions, DecisionStatus
from emgstream.errors import OutputError
from emgstream.trial import (
    TrueMovements,
    add_to_history,
    added_delay_s,
    check_history,
    cued_test,
    history_path,
    read_history,
    score,
)

CLASSES = ("fist", "open", "rest")
OK, REJECTED, GAP = DecisionStatus.OK, DecisionStatus.REJECTED, DecisionStatus.GAP


def decisions(classes: list[int], statuses: list[int] | None = None) -> Decisions:
    n = len(classes)
    return Decisions(
        CLASSES,
        np.arange(n),
        np.zeros((n, 3), dtype=np.float32),
        np.array(classes),
        np.full(n, 0.9),
        np.array(statuses or [OK] * n, dtype=np.int8),
        np.full(n, np.nan),
    )


def truth(classes: list[int]) -> TrueMovements:
    changes = np.diff(classes) != 0
    return TrueMovements(np.array(classes), np.concatenate(([0], np.cumsum(changes))))


def test_only_what_moves_wrongly_is_an_active_error() -> None:
    found = score(decisions([0, 1, 2, 1]), truth([0, 0, 0, 2]), 0.02)
    assert found.active_error_rate == pytest.approx(2 / 4)
    assert found.accuracy == pytest.approx(1 / 4)


def test_what_is_rejected_moves_nothing_and_is_neither_right_nor_wrong() -> None:
    found = score(decisions([0, 1, -1], [OK, REJECTED, GAP]), truth([0, 0, 0]), 0.02)
    assert found.active_error_rate == 0.0
    assert found.accuracy == 1.0
    assert found.abstained == pytest.approx(2 / 3)


def test_only_what_begins_in_settled_rest_is_a_false_activation() -> None:
    late, false, early = [2, 2, 0, 2, 2], [1, 1, 2], [0, 0]
    found = score(decisions([0, *late, *false, *early]), truth([0] + [2] * 10), hop_s=0.25)
    assert found.false_activations_per_h == pytest.approx(1 / (4 * 0.25 / 3600.0))


def test_without_settled_rest_nobody_knows_of_false_activations() -> None:
    found = score(decisions([0, 2, 1, 2]), truth([0, 2, 2, 2]), hop_s=0.25)
    assert np.isnan(found.false_activations_per_h)


def test_decisions_on_other_labels_do_not_count() -> None:
    found = score(decisions([0, 1]), truth([0, -1]), 0.02)
    assert (found.n_decisions, found.active_error_rate) == (1, 0.0)


def test_the_delay_is_that_of_movements_both_named() -> None:
    cues = truth([0, 0, 0, 1, 1, 1, 0, 0])
    plain = score(decisions([0, 0, 0, 1, 1, 1, 0, 0]), cues, 0.02)
    later = score(decisions([1, 0, 0, 0, 0, 1, 1, 1]), cues, 0.02)
    assert added_delay_s(later, plain) == pytest.approx(0.03)
    assert later.missed == pytest.approx(1 / 3)


def test_a_movement_is_completed_once_it_is_named_for_long_enough() -> None:
    cues = truth([2, 0, 0, 0, 0, 0, 2, 1, 1, 1])
    found = cued_test(decisions([2, 1, 0, 1, 0, 0, 2, 1, 2, 1]), cues, hop_s=0.1, dwell_s=0.2)
    assert [(one.label, one.to_correct_s) for one in found.attempts] == [
        ("fist", pytest.approx(0.3)),
        ("open", None),
    ]
    assert found.completion_rate == 0.5
    assert found.by_class()["open"] == {
        "attempts": 1,
        "completion_rate": 0.0,
        "to_correct_s": None,
        "active_error_rate": 0.0,
        "abstained": 0.0,
    }


def test_a_rejected_decision_breaks_the_run() -> None:
    said = decisions([0, 0, 0], [OK, REJECTED, OK])
    assert cued_test(said, truth([0, 0, 0]), 0.1, dwell_s=0.2).completion_rate == 0.0


def test_lost_samples_break_the_run() -> None:
    said = decisions([0, 0, 0, 0])
    whole = cued_test(said, truth([0, 0, 0, 0]), 0.1, dwell_s=0.3)
    broken = replace(said, indices=np.array([0, 1, 7, 8]))
    assert whole.completion_rate == 1.0
    assert cued_test(broken, truth([0, 0, 0, 0]), 0.1, dwell_s=0.3).completion_rate == 0.0


def test_what_comes_sooner_after_a_break_breaks_no_other_run() -> None:
    said = replace(decisions([0] * 6), indices=np.array([0, 30, 60, 75, 105, 135]))
    found = cued_test(said, truth([0] * 6), 0.1, dwell_s=0.3, reaction_s=0.0)
    assert found.attempts[0].to_correct_s == 0.0
    broken = replace(decisions([0] * 4), indices=np.array([0, 30, 45, 75]))
    assert cued_test(broken, truth([0] * 4), 0.1, dwell_s=0.3).completion_rate == 0.0


def test_in_the_time_to_react_nothing_counts_but_the_time_to_correct() -> None:
    cues = truth([2] * 6 + [0] * 4)
    said = decisions([0, 0, 2, 1, 2, 2, 2, 1, 0, 0])
    strict = cued_test(said, cues, hop_s=0.5, dwell_s=1.0)
    fair = cued_test(said, cues, hop_s=0.5, dwell_s=1.0, reaction_s=1.0)
    assert strict.score.active_error_rate == pytest.approx(4 / 10)
    assert fair.score.n_decisions == 6
    assert fair.score.active_error_rate == pytest.approx(1 / 6)
    assert fair.score.false_activations_per_h == pytest.approx(3600.0 / 1.5)
    assert fair.score.rest_s == pytest.approx(1.5)
    assert fair.by_class()["fist"]["active_error_rate"] == 0.0
    assert strict.to_correct_s == fair.to_correct_s == pytest.approx(1.0)


def test_the_time_to_correct_is_that_of_the_clock_where_there_is_one() -> None:
    cues = replace(truth([0, 0, 0]), since_s=np.array([0.31, 0.41, 0.51]))
    found = cued_test(decisions([1, 0, 0]), cues, hop_s=0.1, dwell_s=0.2)
    assert found.to_correct_s == pytest.approx(0.41)


def test_the_history_grows_and_what_is_none_is_left_alone(tmp_path: Path) -> None:
    model = tmp_path / "arm.emgmodel"
    add_to_history(model, {"n": 1})
    path = add_to_history(model, {"n": 2})
    assert path == history_path(model)
    assert json.loads(path.read_text(encoding="utf-8")) == [{"n": 1}, {"n": 2}]
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(OutputError, match="is not a history of tests"):
        add_to_history(model, {"n": 3})
    assert path.read_text(encoding="utf-8") == "{}"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_what_cannot_be_added_to_is_told_before_a_test(tmp_path: Path) -> None:
    model = tmp_path / "arm.emgmodel"
    check_history(model)
    assert list(tmp_path.iterdir()) == []
    assert read_history(model) == []
    with pytest.raises(OutputError, match="expected a writable folder"):
        check_history(tmp_path / "nowhere" / "arm.emgmodel")
    history_path(model).write_text("[1]", encoding="utf-8")
    with pytest.raises(OutputError, match="it has no list of tests"):
        check_history(model)


def test_the_shipped_model_gets_its_history_in_the_present_folder() -> None:
    assert history_path(DEMO_MODEL) == Path("demo.emgmodel.tests.json")
