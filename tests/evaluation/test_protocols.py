from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.evaluation.protocols import FoldPlan, RecordingSet, make_plan
from emgstream_training.evaluation.recorded_sessions import SessionIdentity, session_identities
from emgstream_training.realtime import NEITHER, TRAINING

from emgstream.errors import TableError, TrainingDataError, UsageError
from tests.evaluation.conftest import Writer, recordings


def check_never_both(plan: FoldPlan, used: RecordingSet) -> None:
    """No fold learns from what it holds out, and every labelled row is held out exactly once."""
    for fold in plan.folds:
        for part, test in zip(fold.parts, fold.test, strict=True):
            assert not np.any((part == TRAINING) & test)
    for place, codes in enumerate(used.codes):
        times = np.sum([fold.test[place] for fold in plan.folds], axis=0)
        np.testing.assert_array_equal(times, codes >= 0)


def test_repetitions_are_held_out_whole_each_once_with_the_rest_before_them(write: Writer) -> None:
    table = write("rxryrxryrxry-r")
    used = recordings(table)
    plan = make_plan(used)
    assert plan.protocol == "repetition"
    assert "at least 3 repetitions of every label" in plan.reason
    assert len(plan.folds) == 3
    check_never_both(plan, used)
    numbers = table.movement_numbers()
    for fold in plan.folds:
        held_out = fold.test[0]
        assert not set(numbers[held_out]) & set(numbers[fold.parts[0] == TRAINING])
        for start in np.flatnonzero(np.diff(held_out.astype(int)) == 1) + 1:
            assert table.label_names_by_row()[start] == "rest"


def test_a_rest_of_its_own_segment_is_held_out_once_too(write: Writer) -> None:
    used = recordings(write("rrxrxryryr", segments=[1, 2, 2, 2, 2, 3, 3, 3, 3, 4]))
    check_never_both(make_plan(used), used)


def test_unlabelled_rows_are_neither_learned_from_nor_judged(write: Writer) -> None:
    used = recordings(write("x-y-x-y"))
    for fold in make_plan(used).folds:
        unlabelled = used.codes[0] < 0
        assert np.all(fold.parts[0][unlabelled] == NEITHER)
        assert not np.any(fold.test[0][unlabelled])


def test_time_is_held_out_where_a_label_comes_up_once_with_a_guard_around(write: Writer) -> None:
    used = recordings(write("xyr", 500), rate_hz=100.0)
    plan = make_plan(used)
    assert plan.protocol == "blocks"
    assert "cannot be distinguished" in plan.reason
    check_never_both(plan, used)
    for fold in plan.folds:
        learned, test = np.flatnonzero(fold.parts[0] == TRAINING), np.flatnonzero(fold.test[0])
        assert np.abs(learned[:, np.newaxis] - test).min() > 20
        assert np.bincount(used.codes[0][fold.test[0]]).tolist() == [100, 100, 100]


@pytest.mark.parametrize(
    ("names", "protocol", "reason"),
    [
        (("subject1_session1.csv", "subject2_session1.csv"), "subject", "2 subjects, by file name"),
        (("user1_day1.csv", "user1_day2.csv"), "session", "2 sessions of one subject"),
        (("arm.csv", "leg.csv"), "session", "2 sessions of one subject, by file name"),
    ],
)
def test_the_strictest_protocol_is_chosen_and_why_is_said(
    write: Writer, names: tuple[str, ...], protocol: str, reason: str
) -> None:
    used = recordings(*(write("rxryrxry", name=name) for name in names))
    plan = make_plan(used)
    assert (plan.protocol, plan.reason.startswith(reason)) == (protocol, True)
    check_never_both(plan, used)
    assert len(plan.folds) == 2


def test_a_held_out_session_is_judged_by_the_others_of_the_same_subject(write: Writer) -> None:
    names = ("sub1_day1.csv", "sub1_day2.csv", "sub2_day1.csv", "sub2_day2.csv")
    plan = make_plan(recordings(*(write("rxryrxry", name=name) for name in names)), "session")
    for fold in plan.folds:
        (test,) = [place for place, each in enumerate(fold.test) if each.any()]
        (learned,) = [place for place, each in enumerate(fold.parts) if np.any(each == TRAINING)]
        assert test != learned
        assert names[test][:4] == names[learned][:4]


def test_the_sidecar_tells_who_and_when_before_the_name_does(tmp_path: Path) -> None:
    path = tmp_path / "subject9_session9.csv.gz"
    (tmp_path / "subject9_session9.json").write_text(json.dumps({"subject": "ann", "session": 3}))
    assert session_identities([path]) == (SessionIdentity("ann", "3", "sidecar"),)
    assert session_identities(
        [tmp_path / "subject12345_session1.csv.gz", tmp_path / "user1_day2.csv"]
    ) == (
        SessionIdentity("12345", "1", "file name"),
        SessionIdentity("1", "2", "file name"),
    )
    for name in ("arm", "session", "my_session", "subject"):  # a word alone names nobody
        assert session_identities([tmp_path / f"{name}.csv"]) == (
            SessionIdentity(None, name, "file name"),
        )


def test_a_damaged_sidecar_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "arm.json").write_text("{")
    with pytest.raises(TableError, match=r"arm.json cannot be read.*correct it, or move it away"):
        session_identities([tmp_path / "arm.csv"])


def test_what_the_recordings_do_not_allow_is_refused_with_the_reason(write: Writer) -> None:
    one = recordings(write("rxryrxry"))
    with pytest.raises(UsageError, match=r"subject with 0 subjects.*expected at least two"):
        make_plan(one, "subject")
    with pytest.raises(UsageError, match="besides session arm there is none to train on"):
        make_plan(one, "session")
    with pytest.raises(UsageError, match="--folds 1; expected at least 2"):
        make_plan(one, n_folds=1)
    with pytest.raises(UsageError, match="no protocol is called 'best'; there are auto"):
        make_plan(one, "best")
    with pytest.raises(UsageError, match="repetition with a label that was recorded once"):
        make_plan(recordings(write("rxyr")), "repetition")


def test_sessions_of_other_labels_are_not_held_out_against_each_other(write: Writer) -> None:
    used = recordings(write("rxrxr", name="day1.csv"), write("ryryr", name="day2.csv"))
    with pytest.raises(TrainingDataError, match="no row of 'x' to train on"):
        make_plan(used)


def test_rows_in_which_the_recorder_was_stuck_are_left_out_of_everything(write: Writer) -> None:
    samples = np.random.default_rng(1).normal(0.0, 20.0, (1500, 3))
    samples[600:800] = np.tile(samples[600:602], (100, 1))
    used = recordings(write("xyr", 500, samples=samples))
    assert np.all(used.codes[0][600:800] == -1)
    assert np.count_nonzero(used.codes[0] < 0) == 200
    check_never_both(make_plan(used), used)


def test_one_file_per_movement_is_one_session_and_never_held_out_as_a_class(
    write: Writer,
) -> None:
    used = recordings(write("r", name="rest.csv"), write("x", name="fist.csv"))
    plan = make_plan(used)
    assert plan.protocol == "blocks"
    assert "record several files of each, as rock_1.csv and rock_2.csv" in plan.reason
    check_never_both(plan, used)
    with pytest.raises(UsageError, match="there is none to train on"):
        make_plan(used, "session")
    with pytest.raises(UsageError, match="a label that was recorded once only"):
        make_plan(used, "repetition")


def test_with_several_files_per_movement_each_file_is_a_repetition(write: Writer) -> None:
    names = [f"{name}_{k}" for k in range(3) for name in "rxy"]
    used = recordings(*(write(name[0], name=f"{name}.csv") for name in names))
    plan = make_plan(used)
    assert plan.protocol == "repetition"
    assert plan.reason == "one movement per file, and at least 3 files of every label"
    assert len(plan.folds) == 3
    check_never_both(plan, used)
    for k, fold in enumerate(plan.folds):
        held_out = [name for name, test in zip(names, fold.test, strict=True) if test.any()]
        assert held_out == [f"{name}_{k}" for name in "rxy"]


def test_a_folder_of_files_of_each_movement_is_a_session(write: Writer, tmp_path: Path) -> None:
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
    names = [f"{day}/{name}.csv" for day in ("monday", "tuesday") for name in "xy"]
    used = recordings(*(write(Path(name).stem, name=name) for name in names))
    assert [one.session for one in used.sessions] == ["monday", "monday", "tuesday", "tuesday"]
    plan = make_plan(used)
    assert plan.protocol == "session"
    check_never_both(plan, used)


def test_a_folder_of_each_movement_is_no_session(write: Writer, tmp_path: Path) -> None:
    for label in "xy":
        (tmp_path / label).mkdir()
    used = recordings(*(write(name[0], name=name) for name in ("x/1.csv", "x/2.csv", "y/1.csv")))
    assert len(set(used.sessions)) == 1
    assert make_plan(used).protocol == "blocks"
