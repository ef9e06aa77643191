"""Cue scripts: what a person writes, and what is shuffled."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.errors import UsageError
from emgstream.simulation import ACTIVATIONS, MOVEMENTS, Cue, CueSchedule

SIX = MOVEMENTS[1:]


def test_there_are_rest_and_six_movements_with_an_activation_of_three_muscles_each() -> None:
    assert MOVEMENTS == (
        "rest",
        "elbow_bend",
        "elbow_extend",
        "wrist_left",
        "wrist_right",
        "hand_open",
        "hand_close",
    )
    assert all(len(levels) == 3 and max(levels) <= 1.0 for levels in ACTIVATIONS.values())


def test_a_script_is_read_with_repetitions_counted_label_by_label() -> None:
    script = CueSchedule.parse("rest:3,hand_close:2, rest : 1.5,\n hand_close:2 # the last\n")
    assert script.cues == (
        Cue("rest", 3.0, 1),
        Cue("hand_close", 2.0, 1),
        Cue("rest", 1.5, 2),
        Cue("hand_close", 2.0, 2),
    )
    assert script.duration_s == 8.5
    assert script.labels == ("rest", "hand_close")
    assert not script.repeats


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "without a cue"),
        ("# nothing but a remark", "without a cue"),
        ("rest", "'rest' has no duration"),
        ("rest:", "'rest:' has no number"),
        ("rest:two", "'rest:two' has no number"),
        ("rest:1:2", "'rest:1:2' has no number"),
        ("rest:0", "lasts 0.0 s"),
        ("rest:-1", "lasts -1.0 s"),
        ("rest:nan", "lasts nan s"),
        ("rest:inf", "lasts inf s"),
        ("rest:1,handclose:2", "'handclose:2' names no simulated movement"),
    ],
)
def test_a_bad_script_is_one_line_that_names_the_entry(text: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as raised:
        CueSchedule.parse(text)
    assert "\n" not in str(raised.value)


@given(st.text(alphabet="rest:1,.\n#-e \x00é", max_size=40))
def test_any_text_is_a_script_or_a_usage_error(text: str) -> None:
    try:
        script = CueSchedule.parse(text)
    except UsageError:
        return
    assert script.duration_s > 0.0


@given(seed=st.integers(0, 1000), repetitions=st.integers(1, 6))
def test_every_block_holds_each_movement_once_with_rests_between(
    seed: int, repetitions: int
) -> None:
    script = CueSchedule.shuffled(
        MOVEMENTS, repetitions=repetitions, hold_s=2.5, rest_s=1.5, seed=seed
    )
    labels = [cue.label for cue in script.cues]
    assert set(labels[0::2]) == {"rest"}
    held = labels[1::2]
    for block in range(repetitions):
        assert sorted(held[block * 6 : block * 6 + 6]) == sorted(SIX)
    assert script.duration_s == repetitions * 6 * 4.0 + 1.5
    assert [cue.repetition for cue in script.cues if cue.label == "hand_open"] == list(
        range(1, repetitions + 1)
    )


def test_the_order_is_the_seeds_and_differs_from_block_to_block() -> None:
    scripts = [CueSchedule.shuffled(repetitions=4, seed=seed) for seed in range(5)]
    assert scripts[3] == CueSchedule.shuffled(repetitions=4, seed=3)
    assert all(one != other for one, other in itertools.combinations(scripts, 2))
    held = [cue.label for cue in scripts[0].cues][1::2]
    assert len({tuple(held[block : block + 6]) for block in range(0, 24, 6)}) > 1


def test_without_rests_between_rest_is_held_like_any_movement() -> None:
    script = CueSchedule.shuffled(MOVEMENTS, repetitions=2, hold_s=1.0, rest_s=0.0)
    assert sorted(cue.label for cue in script.cues[:7]) == sorted(MOVEMENTS)
    assert len(script.cues) == 14


@pytest.mark.parametrize("values", [{"repetitions": 0}, {"seed": -1}, {"hold_s": 0.0}])
def test_a_shuffle_of_nothing_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        CueSchedule.shuffled(**values)  # type: ignore[arg-type]
