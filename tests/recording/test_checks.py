"""The check before a session and the warnings in it, on signals that are wrong in known ways."""

from __future__ import annotations

import numpy as np
import pytest

from emgstream.cue_schedule import REST, CueSchedule
from emgstream.recording import SignalCheckReport, contraction_for, judge_signal_check
from emgstream.recording.repetition_monitor import RepetitionMonitor
from emgstream.simulation import Disturbances, SyntheticEmg
from emgstream.types import FloatArray

NAMES = ("biceps", "triceps", "middle")


def signals(label: str = "elbow_bend", **disturbances: float) -> tuple[FloatArray, FloatArray]:
    """Return two seconds of rest and of a movement."""
    emg = SyntheticEmg(
        CueSchedule.of([(REST, 2), (label, 3)]), 1000.0, 1, 0, Disturbances(**disturbances)
    )
    samples = emg.read(5000)
    return samples[:2000], samples[3000:]


def gate(rest: FloatArray, contraction: FloatArray) -> SignalCheckReport:
    return judge_signal_check(rest, contraction, NAMES, 1000.0, "elbow_bend")


def test_a_good_set_up_passes_and_its_contrast_is_told() -> None:
    report = gate(*signals())
    assert report.problems == ()
    assert report.contrasts[0] > 10
    assert report.document()["contrast"]["biceps"] == pytest.approx(report.contrasts[0], abs=0.01)


def test_mains_hum_is_found_at_rest() -> None:
    report = gate(*signals(hum_counts=30.0))
    assert len(report.problems) == 3
    assert all("mains hum" in problem for problem in report.problems)


def test_a_wire_that_fell_off_a_cut_signal_and_a_doubled_one_are_named() -> None:
    rest, contraction = signals()
    flat = contraction.copy()
    flat[:, 1] = 512
    assert ["triceps: flat" in p for p in gate(rest, flat).problems] == [True]
    cut = np.clip(contraction * 8 - 3584, 0, 1023)
    assert any("saturated" in problem for problem in gate(rest, cut).problems)
    doubled = contraction.copy()
    doubled[:, 2] = doubled[:, 0]
    problems = gate(rest, doubled).problems
    assert any("biceps: same as middle" in problem for problem in problems)


def test_a_contraction_no_stronger_than_rest_is_told_by_how_much() -> None:
    rest, _ = signals()
    again = np.roll(rest, 500, axis=0)
    problems = gate(rest, again).problems
    assert len(problems) == 3
    assert all("times as strong as rest" in problem for problem in problems)


def test_swapped_wires_show_in_a_movement_whose_muscle_is_known() -> None:
    rest, contraction = signals()
    swapped = [1, 0, 2]
    (problem,) = gate(rest[:, swapped], contraction[:, swapped]).problems
    assert "triceps works" in problem
    assert "swapped" in problem


def test_the_check_asks_for_a_movement_that_is_recorded() -> None:
    board = ("biceps", "triceps", "middle")
    assert contraction_for(board, ("rest", "hand_close", "elbow_bend")) == "elbow_bend"
    assert contraction_for(board, ("wrist_up", "hand_close", "rest")) == "hand_close"
    assert contraction_for(board, ("rest", "pinch", "point")) == "pinch"
    assert contraction_for(board, ("rest",)) == "hand_close"
    assert contraction_for(board, ("Rest", "idle")) == "hand_close"
    assert contraction_for(board, ("idle", "pinch")) == "pinch"
    assert contraction_for(("emg1", "emg2"), ("rest", "hand_close", "elbow_bend")) == "hand_close"


def test_values_that_are_no_numbers_are_a_problem_and_no_figure() -> None:
    rest, contraction = signals()
    contraction[10:, 0] = np.nan
    report = gate(rest, contraction)
    (problem,) = [one for one in report.problems if "missing" in one]
    assert problem.startswith(report.channel_names[0])
    assert all(np.isfinite(report.contrasts))


def test_too_few_samples_are_told_and_not_judged() -> None:
    rest, contraction = signals()
    (problem,) = gate(rest[:1], contraction).problems
    assert "too few samples" in problem


def held(label: str, seed: int) -> FloatArray:
    emg = SyntheticEmg(CueSchedule.of([(REST, 1), (label, 3)]), 1000.0, seed)
    return emg.read(4000)[2000:]


def test_a_repetition_that_looks_like_rest_is_warned_of_at_once() -> None:
    looks = RepetitionMonitor()
    looks.add(REST, 1, held(REST, 1))
    assert looks.add("hand_close", 1, held("hand_close", 1)) == []
    (warning,) = looks.add("hand_close", 2, held(REST, 2))
    assert "hand_close no. 2 looks like rest" in warning


def test_two_movements_that_look_the_same_are_warned_of_once_and_different_ones_never() -> None:
    looks = RepetitionMonitor()
    looks.add(REST, 1, held(REST, 1))
    said: list[str] = []
    for number in range(1, 5):
        said += looks.add("elbow_bend", number, held("elbow_bend", number))
        said += looks.add("hand_close", number, held("hand_close", 10 + number))
        said += looks.add("fist", number, held("hand_close", 20 + number))
    assert [warning.split(" look ")[0] for warning in said] == ["fist and hand_close"]


def test_without_a_rest_to_compare_with_nothing_is_said() -> None:
    assert RepetitionMonitor().add("hand_close", 1, held(REST, 1)) == []
    assert RepetitionMonitor().add(REST, 1, np.empty((0, 3), np.float32)) == []
