"""Movements that press keys: the rules of the switch, and a real window that receives them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from emgstream.cli import main
from emgstream.clock import ManualClock
from emgstream.decisions import Decision, Decisions
from emgstream.errors import UsageError
from emgstream.outputs.control import (
    Bindings,
    ControlOutput,
    Hold,
    Move,
    Scroll,
    Tap,
    read_bindings,
    write_bindings,
)
from emgstream.simulation import CueSchedule, record_session
from tests.outputs.screen import screen
from tests.outputs.updates import CLASSES, update
from tests.processes import EMGSTREAM, run
from tests.simulation.boards import PATIENCE_S, wait_for

SPACE, CLICK = Hold("space"), Hold("left", is_button=True)
BINDINGS = Bindings({"fist": SPACE, "open": CLICK})


class Diary:
    """A desk that writes down what is done at it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.bindings: Bindings | None = None
        self.on_key: Callable[[str], None] = self.done.append

    def open(self, bindings: Bindings, on_key: Callable[[str], None]) -> Diary:
        self.bindings, self.on_key = bindings, on_key
        return self

    def __enter__(self) -> Diary:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.done.append("left")

    def press(self, hold: Hold) -> None:
        self.done.append(f"+{hold.name}")

    def release(self, hold: Hold) -> None:
        self.done.append(f"-{hold.name}")

    def move(self, move: Move) -> None:
        self.done.append(f"{move.right},{move.down}")

    def scroll(self, scroll: Scroll) -> None:
        self.done.append(f"scroll {scroll.right},{scroll.down}")


REST, FIST, OPEN = ([number] for number in range(3))


def test_nothing_is_pressed_before_it_is_armed_and_all_is_let_go_of_at_the_end() -> None:
    diary = Diary()
    with ControlOutput(BINDINGS, open_desk=diary.open) as control:
        assert control.state == "disarmed: F8 arms"
        control.write(update(0, FIST))
        assert diary.done == []
        diary.on_key("arm")
        assert control.state == "ARMED: movements press keys, F12 stops"
        for number, classes in enumerate((FIST, FIST, REST, OPEN, FIST)):
            control.write(update(number, classes))
    assert diary.done == ["+space", "-space", "+left", "-left", "+space", "-space", "left"]


def test_a_tap_comes_once_a_repeated_one_and_the_wheel_again_while_it_lasts() -> None:
    diary, clock = Diary(), ManualClock()
    bindings = Bindings(
        {"fist": Tap(SPACE, repeats=True), "open": Tap(CLICK), "rest": Scroll(0, 1)}
    )
    with ControlOutput(bindings, open_desk=diary.open, clock=clock) as control:
        diary.on_key("arm")
        for number, classes in enumerate((FIST, FIST, OPEN, OPEN, OPEN, REST, REST)):
            control.write(update(number, classes))
            clock.advance(0.15)
    space, click, wheel = ["+space", "-space"], ["+left", "-left"], ["scroll 0,1"]
    assert diary.done == [*space, *click, *wheel, "left"]
    diary.done.clear()
    with ControlOutput(bindings, open_desk=diary.open, clock=clock) as control:
        diary.on_key("arm")
        for number in range(6):
            control.write(update(number, FIST))
            clock.advance(0.15)
    assert diary.done == [*space * 3, "left"]


def test_bindings_are_written_as_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "keys.json"
    bindings = Bindings(
        {
            "fist": SPACE,
            "open": Tap(CLICK),
            "pinch": Tap(Hold("a"), repeats=True),
            "up": Scroll(0, -1),
            "left": Move(-10, 0),
        },
        arm="f9",
    )
    write_bindings(path, bindings)
    assert read_bindings(path, None) == bindings


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("MOUSE:Left", CLICK),
        ("Tap:Mouse:LEFT", Tap(CLICK)),
        ("Repeat:A", Tap(Hold("A"), repeats=True)),
        ("SCROLL:Up", Scroll(0, -1)),
        ("Move:1,2", Move(1, 2)),
        ("TAP:", Hold("tap:")),
    ],
)
def test_an_action_in_any_letters_is_the_same_once_it_is_written(
    tmp_path: Path, written: str, action: object
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"movements": {"fist": written}}))
    bindings = read_bindings(path, None)
    assert bindings.actions["fist"] == action
    write_bindings(path, bindings)
    assert read_bindings(path, None) == bindings


@pytest.mark.parametrize("key", ["arm", "panic"])
def test_a_key_lets_go_at_once_and_disarms(key: str) -> None:
    diary = Diary()
    with ControlOutput(BINDINGS, open_desk=diary.open) as control:
        diary.on_key("arm")
        control.write(update(0, FIST))
        diary.on_key(key)
        assert diary.done == ["+space", "-space"]
        control.write(update(1, FIST))
        assert diary.done == ["+space", "-space"]


def test_the_panic_key_never_arms() -> None:
    diary = Diary()
    with ControlOutput(BINDINGS, open_desk=diary.open) as control:
        diary.on_key("panic")
        control.write(update(0, FIST))
        assert control.state.startswith("disarmed")
        assert diary.done == []


def test_a_reconnect_disarms() -> None:
    diary, n_reconnects = Diary(), [0]
    with ControlOutput(BINDINGS, lambda: n_reconnects[0], diary.open) as control:
        diary.on_key("arm")
        control.write(update(0, FIST))
        n_reconnects[0] = 1
        control.write(update(1, FIST))
        assert control.state.startswith("disarmed")
        assert diary.done == ["+space", "-space"]


def test_silence_lets_go_and_the_next_decision_presses_again() -> None:
    diary, clock = Diary(), ManualClock()
    with ControlOutput(BINDINGS, open_desk=diary.open, clock=clock) as control:
        diary.on_key("arm")
        control.write(update(0, FIST))
        clock.advance(0.29)
        control.idle()
        assert diary.done == ["+space"]
        clock.advance(0.02)
        control.idle()
        control.write(update(1, FIST))
        assert diary.done == ["+space", "-space", "+space"]


def test_only_the_newest_of_several_decisions_counts() -> None:
    diary = Diary()
    with ControlOutput(Bindings({"fist": Move(5, -3)}), open_desk=diary.open) as control:
        diary.on_key("arm")
        control.write(update(0, [2, 2, 1]))
        control.write(update(60, [1, 1, 2]))
        assert diary.done == ["5,-3"]


class Rejected(Decisions):
    """Decisions that are not to be acted on."""

    def __getitem__(self, position: int) -> Decision:
        return replace(super().__getitem__(position), status="rejected")


def test_a_decision_that_is_not_to_be_acted_on_presses_nothing() -> None:
    diary, one = Diary(), update(0, FIST)
    values = {part.name: getattr(one.decisions, part.name) for part in fields(Decisions)}
    with ControlOutput(BINDINGS, open_desk=diary.open) as control:
        diary.on_key("arm")
        control.write(one)
        control.write(replace(one, decisions=Rejected(**values)))
        assert diary.done == ["+space", "-space"]


@pytest.mark.parametrize("name", ["keys.json", "keys.toml"])
def test_bindings_are_read_from_json_and_toml(tmp_path: Path, name: str) -> None:
    texts = {
        "keys.json": '{"movements": {"fist": "space", "open": "move:10,-4", "rest": "mouse:left"},'
        ' "panic": "Esc"}',
        "keys.toml": 'panic = "esc"\n[movements]\nfist = "space"\nopen = "move:10,-4"\n'
        'rest = "mouse:left"\n',
    }
    (tmp_path / name).write_text(texts[name])
    assert read_bindings(tmp_path / name, CLASSES) == Bindings(
        {"fist": SPACE, "open": Move(10, -4), "rest": CLICK}, arm="f8", panic="esc"
    )


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "no table of movements"),
        ('{"movements": {"wave": "space"}}', "the model has no movement 'wave'"),
        ('{"movements": {"fist": 3}}', "fist = 3; expected a key"),
        ('{"movements": {"fist": "mouse:top"}}', "the mouse has left, middle, right"),
        ('{"movements": {"fist": "move:1"}}', "expected move:RIGHT,DOWN"),
        ('{"movements": {"fist": "move:1,99999"}}', "at most 1000"),
        ('{"movements": {"fist": "f8"}}', "the key 'f8' is used twice"),
        ('{"movements": {}, "arm": "x", "panic": "x"}', "the key 'x' is used twice"),
        ('{"movements": {}, "speed": 3}', "'speed' is not known"),
        ('{"movements": {}, "arm": ""}', "arm = ''"),
        ('{"movements": {"fist": "tap:tap:a"}}', "only a key or a mouse button can be tapped"),
        ('{"movements": {"fist": "%s"}}' % ("tap:" * 5000 + "a"), "can be tapped"),
        ('{"movements": {"fist": "scroll:a\\nb"}}', r"fist = 'scroll:a\nb'; expected one of up"),
        ('{"movements": {"fist": "move:\\n1"}}', r"fist = 'move:\n1'; expected move"),
        ('{"movements": {"fist": "\\ud800"}}', "half of a surrogate pair"),
    ],
)
def test_what_is_wrong_with_bindings_is_told_with_the_file(
    tmp_path: Path, document: str, reason: str
) -> None:
    path = tmp_path / "keys.json"
    path.write_text(document)
    with pytest.raises(UsageError) as told:
        read_bindings(path, CLASSES)
    assert str(path) in str(told.value)
    assert reason in str(told.value)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--control", "none.json"], "cannot read none.json"),
        (["--port", "x", "--port", "y", "--control", "keys.json"], "there is one keyboard"),
    ],
)
def test_a_mistake_is_one_line(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["live", *words]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux a screen is named by DISPLAY")
def test_without_a_screen_it_is_one_line(tmp_path: Path) -> None:
    if find_spec("pynput") is None:
        pytest.skip("needs the extra control")
    keys = tmp_path / "keys.json"
    keys.write_text('{"movements": {"hand_close": "space"}}')
    words = [*EMGSTREAM, "replay", "demo", "--control", str(keys)]
    environment = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "there is no screen to press keys on" in line


@pytest.mark.skipif(sys.platform != "linux", reason="needs a screen of its own")
def test_a_key_that_the_computer_does_not_have_is_one_line(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"movements": {"hand_close": "spce"}}')
    words = [*EMGSTREAM, "replay", "demo", "--control", str(keys)]
    with screen() as there:
        environment = os.environ | {"DISPLAY": there.name}
        done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "no key is called 'spce'; expected one character, or one of: " in line
    assert " space," in line


@pytest.mark.skipif(sys.platform != "linux", reason="needs a screen of its own")
def test_a_system_that_forbids_it_is_one_line(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text('{"movements": {"hand_close": "space"}}')
    program = (
        "import sys; from pynput import keyboard; keyboard.Listener.IS_TRUSTED = False; "
        "from emgstream.cli import main; "
        f"sys.exit(main(['replay', 'demo', '--control', {str(keys)!r}]))"
    )
    words = [sys.executable, "-c", program]
    with screen() as there:
        environment = os.environ | {"DISPLAY": there.name}
        done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "System Settings, Privacy & Security, in Accessibility and in Input" in line


def test_a_wayland_session_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    control = ControlOutput(BINDINGS, open_desk=Diary().open)
    monkeypatch.setenv("XDG_SESSION_TYPE", "x11")
    assert control.state == "disarmed: F8 arms"
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    assert control.state.startswith("disarmed: F8 arms, in X11 windows only: Wayland blocks ")


def read_decisions(process: subprocess.Popen[str], n: int) -> None:
    assert process.stdout is not None
    for _ in range(n):
        assert process.stdout.readline()


@pytest.mark.realtime
@pytest.mark.skipif(sys.platform != "linux", reason="needs a screen of its own")
def test_a_window_receives_the_keys_once_armed_and_none_after_the_panic_key(
    tmp_path: Path,
) -> None:
    take, keys = tmp_path / "take.csv", tmp_path / "keys.json"
    record_session(take, CueSchedule.parse("hand_close:120"), seed=9)
    keys.write_text(json.dumps({"movements": {"hand_close": "space"}, "panic": "f9"}))
    words = [*EMGSTREAM, "replay", str(take), "--control", str(keys), "--jsonl", "-"]
    pipe = subprocess.PIPE
    with screen() as there:
        environment = os.environ | {"DISPLAY": there.name}
        with subprocess.Popen(
            words, stdout=pipe, stderr=pipe, text=True, env=environment
        ) as process:
            try:
                assert process.stderr is not None
                read_decisions(process, 20)
                assert there.listen() == []
                there.type("F8")
                wait_for(lambda: "+space" in there.listen(), there.listen)
                told = [process.stderr.readline().strip() for _ in range(2)]
                there.type("F9")
                wait_for(lambda: "-F9" in there.listen(), there.listen)
                read_decisions(process, 20)
                heard = [*there.listen()]
                assert [key for key in heard if "space" in key][-1] == "-space"
                read_decisions(process, 20)
                assert there.listen() == heard
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=PATIENCE_S)
            finally:
                process.kill()
    disarmed = "note: disarmed: F8 arms"
    assert told == [disarmed, "note: ARMED: movements press keys, F9 stops"]
    assert errors.splitlines()[0] == disarmed
    assert errors.splitlines()[-1] == "emgstream: stopped by Ctrl-C"


def test_without_the_extra_it_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "pynput.py").write_text("raise ModuleNotFoundError('no pynput', name='pynput')")
    keys = tmp_path / "keys.json"
    keys.write_text('{"movements": {"hand_close": "space"}}')
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from emgstream.cli import main; "
        "sys.exit(main(sys.argv[1:]))"
    )
    done = run("replay", "demo", "--control", str(keys), program=program)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("emgstream: pressing keys needs pynput, which is not installed")
    assert line.endswith("emgstream install control")
