"""Learning of a binding: which movement is taken, which keys are refused, what is saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from emgstream.app.key_bindings import KeyBindings, PressKind, action_words
from emgstream.app.key_learning import HOLD_S, KeyLearning, LearningState
from emgstream.outputs.control import Action, Hold, Move, Scroll, Tap, read_bindings

RESTING = frozenset({"rest"})


def held(movement: str) -> KeyLearning:
    learning = KeyLearning(RESTING)
    learning.see(movement, 5.0)
    learning.see(movement, 5.0 + HOLD_S)
    assert learning.state is LearningState.KEY
    return learning


def test_a_movement_is_taken_once_it_was_decided_for_a_second_without_a_break() -> None:
    learning = KeyLearning(RESTING)
    learning.see("fist", 0.0)
    learning.see("fist", 0.9)
    assert learning.share == pytest.approx(0.9)
    learning.see(None, 0.95)
    assert learning.share == 0.0
    learning.see("fist", 1.0)
    learning.see("open", 1.9)
    learning.see("open", 2.8)
    assert learning.state is LearningState.MOVEMENT
    learning.see("open", 2.9)
    assert (learning.state, learning.movement) == (LearningState.KEY, "open")
    learning.see("fist", 9.0)
    assert learning.movement == "open"


def test_rest_is_never_taken() -> None:
    learning = KeyLearning(RESTING)
    for now_s in range(10):
        learning.see("Rest", float(now_s))
    assert (learning.state, learning.movement) == (LearningState.MOVEMENT, "")


def test_a_key_before_the_movement_is_ignored() -> None:
    learning = KeyLearning(RESTING)
    learning.press_key("space")
    learning.turn_wheel(0, 1)
    assert (learning.state, learning.action) == (LearningState.MOVEMENT, None)


@pytest.mark.parametrize("name", ["f8", "f12"])
def test_the_keys_that_arm_and_stop_are_refused_with_a_reason(name: str) -> None:
    learning = held("fist")
    learning.press_key(name)
    assert learning.state is LearningState.KEY
    assert learning.problem.startswith(f"{name.upper()} is kept for you")
    learning.press_key("a")
    assert (learning.state, learning.problem) == (LearningState.DONE, "")


def test_keys_buttons_and_the_wheel_become_actions() -> None:
    learnt: list[Action | None] = []
    for press in (
        lambda one: one.press_key("space"),
        lambda one: one.press_button("right"),
        lambda one: one.turn_wheel(0, 120),
        lambda one: one.turn_wheel(-120, 0),
    ):
        learning = held("fist")
        press(learning)  # type: ignore[no-untyped-call]
        learnt.append(learning.action)
    assert learnt == [Hold("space"), Hold("right", is_button=True), Scroll(0, 1), Scroll(-1, 0)]


def test_every_change_is_saved_in_the_form_of_a_file_of_bindings(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    bindings = KeyBindings(path)
    bindings.set_action("fist", Hold("space"))
    bindings.set_action("open", Scroll(0, 1))
    bindings.set_kind("fist", PressKind.REPEAT)
    bindings.set_kind("open", PressKind.TAP)  # the wheel has one way only
    expected = {"fist": Tap(Hold("space"), repeats=True), "open": Scroll(0, 1)}
    assert read_bindings(path, ("fist", "open")).actions == expected
    bindings.set_kind("fist", PressKind.HOLD)
    bindings.remove("open")
    assert KeyBindings(path).bindings.actions == {"fist": Hold("space")}


def test_a_file_of_toml_is_read_and_changed_beside(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('arm = "f9"\n[movements]\nfist = "mouse:left"\nopen = "move:10,0"\n')
    bindings = KeyBindings(path)
    bindings.remove("fist")
    assert bindings.path == tmp_path / "keys.json"
    kept = read_bindings(bindings.path, None)
    assert (kept.actions, kept.arm) == ({"open": Move(10, 0)}, "f9")
    assert "mouse:left" in path.read_text()


def test_a_file_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("{")
    bindings = KeyBindings(path)
    assert bindings.problem.startswith(f"{path} is not JSON")
    bindings = KeyBindings(tmp_path)  # a folder
    assert bindings.problem.startswith(f"cannot read {tmp_path}")


def test_the_ways_of_the_mouse_are_told_in_words() -> None:
    words = [action_words(one) for one in (Move(10, -5), Scroll(-1, 0), Tap(Hold("page_up")))]
    assert words == ["mouse 10 px right, 5 px up", "scroll left", "Page Up"]
