"""The window as the command line opens it: real processes, drawn off screen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt5.QtGui import QImage

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def emgstream(tmp_path: Path) -> Run:
    """Run a command as on a machine without a display, with settings of its own."""
    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in gone}
    environment["XDG_CONFIG_HOME"] = str(tmp_path / "settings")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "emgstream", *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def words_of_failure(run: subprocess.CompletedProcess[str]) -> str:
    """The one line of a command that failed as it should."""
    assert run.returncode == 1
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("emgstream:")]
    assert "Traceback" not in run.stderr
    return line


@pytest.mark.realtime
@pytest.mark.parametrize(
    "words",
    [
        ("live", "--port", "simulated"),
        ("replay", "demo", "--theme", "dark"),
        ("replay", "demo", "--model", "none"),
    ],
)
def test_a_picture_of_the_real_window_is_saved_and_the_program_ends(
    emgstream: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    picture = tmp_path / "window.png"
    run = emgstream(*words, "--screenshot", str(picture), "--after", "3")
    assert run.returncode == 0, run.stderr
    image = QImage(str(picture))
    assert (image.width(), image.height()) >= (1000, 650)
    colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in (200, 350, 500)}
    assert len(colours) > 3, "nothing is drawn"


def test_a_picture_that_cannot_be_written_is_one_line(emgstream: Run, tmp_path: Path) -> None:
    picture = str(tmp_path / "nowhere" / "window.png")
    run = emgstream("replay", "demo", "--screenshot", picture, "--after", "0.1")
    assert "cannot write the picture" in words_of_failure(run)


@pytest.mark.parametrize("words", [(), ("live",), ("replay", "demo")])
def test_without_a_display_the_line_names_headless(emgstream: Run, words: tuple[str, ...]) -> None:
    assert "--headless" in words_of_failure(emgstream(*words))


def test_words_for_other_programs_need_no_headless(emgstream: Run) -> None:
    run = emgstream("replay", "demo", "--speed", "max", "--jsonl", "-")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith('{"index"')


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("replay demo --jsonl - --theme dark", "--jsonl is for the terminal, --theme for the win"),
        ("live --headless --screenshot x.png", "--headless is for the terminal"),
        ("live --after 2", "add --screenshot"),
        ("replay nowhere.csv", "nowhere.csv does not exist"),
        ("replay demo --model nowhere.emgmodel --screenshot x.png", "nowhere.emgmodel"),
    ],
)
def test_words_that_do_not_fit_are_told_before_a_window_opens(
    emgstream: Run, words: str, said: str
) -> None:
    assert said in words_of_failure(emgstream(*words.split()))


def test_the_window_writes_a_log_and_a_bug_in_it_goes_there(tmp_path: Path) -> None:
    program = (
        "import sys; from PyQt5.QtCore import QTimer; from emgstream.gui import application\n"
        "from emgstream.cli import main; make = application.make_window\n"
        "def make_window(*what):\n"
        "    QTimer.singleShot(200, lambda: {}['nowhere'])\n"
        "    return make(*what)\n"
        "application.make_window = make_window\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    picture = tmp_path / "window.png"
    words = ("replay", "demo", "--screenshot", str(picture), "--after", "2")
    environment = os.environ | {"EMGSTREAM_LOG_FOLDER": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0
    assert "Traceback" not in run.stderr
    log = (tmp_path / "emgstream.log").read_text(encoding="utf-8")
    assert "emgstream.worker: thread started" in log
    assert "    KeyError: 'nowhere'" in log
