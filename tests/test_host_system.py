"""What differs from system to system: terminals, readers that leave, files in use, commands."""

from __future__ import annotations

import errno
import io
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from emgstream.app.doctor.system_packages import qt_library_command
from emgstream.app.installation_plan import plan_installation
from emgstream.atomic_files import read_start, replace_file
from emgstream.cli import main
from emgstream.host_system import (
    demo_command,
    how_to_get_python,
    is_reader_gone,
    is_terminal,
    refusal,
)
from emgstream.long_paths import path_problem
from emgstream.outputs.output import cannot_write


def of_windows(number: int, words: str, code: int) -> OSError:
    error = OSError(number, words)
    error.winerror = code  # type: ignore[attr-defined,unused-ignore]
    return error


def test_a_reader_that_left_is_told_on_every_system() -> None:
    assert is_reader_gone(BrokenPipeError(errno.EPIPE, "Broken pipe"), "linux")
    assert is_reader_gone(OSError(errno.EINVAL, "Invalid argument"), "win32")
    assert not is_reader_gone(OSError(errno.EINVAL, "Invalid argument"), "linux")
    assert not is_reader_gone(OSError(errno.EINVAL, "Invalid argument", "arm.csv"), "win32")
    assert not is_reader_gone(OSError(errno.ENOSPC, "No space left on device"), "win32")


def test_standard_output_whose_reader_left_is_one_line_on_windows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Left(io.StringIO):
        """What writing to a closed pipe gives on Windows."""

        def write(self, _: str) -> int:
            raise OSError(errno.EINVAL, "Invalid argument")

        def flush(self) -> None:
            """Do nothing: nothing is held back."""

    assert main(["completion", "bash"]) == 0  # imports what it needs
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("sys.stdout", Left())
    assert main(["completion", "bash"]) == 1
    assert capsys.readouterr().err == "emgstream: standard output was closed by its reader\n"
    error = cannot_write("-", OSError(errno.EINVAL, "Invalid argument"))
    assert "its reader has closed it" in str(error)


@pytest.mark.parametrize("code", [5, 32, 33])
def test_a_file_that_is_open_in_another_program_is_told_as_such(code: int) -> None:
    error = of_windows(errno.EACCES, "Zugriff verweigert", code)
    assert "open in another program, such as Excel" in refusal(error, "win32")
    assert refusal(error, "linux") == "Zugriff verweigert"
    assert refusal(OSError("no words of the system"), "win32") == "no words of the system"


def test_a_file_that_another_program_looks_at_for_a_moment_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = tmp_path / "arm.csv.partial", tmp_path / "arm.csv"
    new.write_text("new")
    old.write_text("old")
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("time.sleep", lambda _: None)
    usual = Path.replace
    refused: list[Path] = []

    def sometimes(self: Path, target: Path) -> Path:
        if len(refused) < 3:
            refused.append(target)
            raise PermissionError(errno.EACCES, "Access is denied")
        return usual(self, target)

    monkeypatch.setattr(Path, "replace", sometimes)
    replace_file(new, old)
    assert (old.read_text(), len(refused)) == ("new", 3)


def test_a_file_that_stays_open_elsewhere_is_refused_and_both_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = tmp_path / "arm.csv.partial", tmp_path / "arm.csv"
    new.write_text("new")
    old.write_text("old")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        replace_file(new, old)
    assert (new.read_text(), old.read_text()) == ("new", "old")


def test_on_windows_a_file_that_is_being_replaced_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "arm.csv.columns.json"
    path.write_text("settled")
    refused: list[Path] = []
    usual = Path.open

    def sometimes(self: Path, *words: Any) -> Any:
        if len(refused) < 3:
            refused.append(self)
            raise PermissionError(errno.EACCES, "Access is denied")
        return usual(self, *words)

    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(Path, "open", sometimes)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(PermissionError):
        read_start(path, 4)
    monkeypatch.setattr("sys.platform", "win32")
    assert (read_start(path, 4), len(refused)) == (b"sett", 3)


@pytest.mark.parametrize("device", ["nul" if os.name == "nt" else os.devnull])
def test_the_device_that_forgets_everything_is_no_terminal(device: str) -> None:
    with open(device) as nothing:  # noqa: PTH123 - a device, not a path
        assert not is_terminal(nothing)


def test_every_system_gets_its_own_commands() -> None:
    assert demo_command("win32") == r"py scripts\demo.py"
    assert "winget install Python.Python.3.13" in how_to_get_python("3.13", "win32")
    assert "python.org" in how_to_get_python("3.13", "darwin")
    assert "package manager" in how_to_get_python("3.13", "linux")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_no_command_of_debian_is_given_elsewhere(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("emgstream.app.installation_plan.extra_requirements", lambda _: ())
    monkeypatch.setattr("emgstream.app.installation_plan._installer", lambda: None)
    monkeypatch.setattr("emgstream.app.installation_plan._is_managed", lambda: False)
    assert "PyQt5" in qt_library_command()
    obstacle = plan_installation("lsl").obstacle
    assert obstacle is not None
    assert "python.org" in obstacle
    for text in (qt_library_command(), obstacle):
        assert not any(word in text for word in ("apt", "sudo", "Debian"))


@pytest.mark.parametrize(("n_letters", "is_told"), [(60, False), (95, False), (96, True)])
def test_a_folder_too_deep_for_tensorflow_is_told_before_it_is_installed(
    n_letters: int, is_told: bool
) -> None:
    folder = Path("/" + "x" * (n_letters - 1))
    if os.name == "nt":
        folder = Path("C:\\" + "x" * (n_letters - 3))
    problem = path_problem(folder, is_limited=True)
    assert (problem is not None) == is_told
    assert path_problem(folder, is_limited=False) is None
    if problem is not None:
        assert all(word in problem for word in (f"{n_letters} letters", "LongPathsEnabled"))


def test_the_extra_for_training_is_not_installed_into_a_folder_too_deep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("emgstream.app.installation_plan.extra_requirements", lambda _: ())
    monkeypatch.setattr("emgstream.long_paths._paths_are_limited", lambda: True)
    monkeypatch.setattr("emgstream.app.installation_plan._is_managed", lambda: False)
    monkeypatch.setattr("os.access", lambda *_: True)
    monkeypatch.setattr("sysconfig.get_path", lambda _: "/" + "deep/" * 30)
    train, lsl = plan_installation("train").obstacle, plan_installation("lsl").obstacle
    assert train is not None
    assert "260" not in (lsl or "")
    assert "letters, and Windows allows 259" in train


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "utf-8", "ascii"])
def test_a_label_in_any_script_is_printed_on_every_code_page(encoding: str, tmp_path: Path) -> None:
    table = tmp_path / "arm.csv"
    rows = "".join(f"{n / 1000},{500 + 300 * math.sin(n * n):.0f},閉じる→\n" for n in range(500))
    table.write_text(f"time,biceps,label\n{rows}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "emgstream", "inspect", str(table)],
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "閉じる→".encode(encoding, "backslashreplace") in done.stdout
