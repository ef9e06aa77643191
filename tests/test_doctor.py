"""The checks of this computer, each on a computer that has the trouble it looks for."""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from emgstream.app.doctor import (
    child_trial,
    display_checks,
    folder_checks,
    port_checks,
    python_checks,
)
from emgstream.app.doctor.child_trial import TrialFailedError, try_out
from emgstream.app.doctor.doctor_check import CheckState, good, problem, report_text, verdict
from emgstream.app.doctor.examination import examine
from emgstream.app.doctor.system_packages import qt_library_command
from emgstream.extras import EXTRAS
from emgstream.sources.serial_board import PortInfo

NOWHERE = ":4321"  # no X server has so many displays


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE")
    }
    return subprocess.run(
        [sys.executable, "-m", "emgstream", *words],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.tensorflow
def test_every_check_of_this_computer_is_made_and_printed_as_json() -> None:
    done = run("doctor", "--json")
    checks = json.loads(done.stdout)
    topics = {check["topic"] for check in checks}
    assert topics >= {"python", "package", "network", "display", "home", "temp", "config", "log"}
    has_problem = any(check["state"] == "problem" for check in checks)
    assert done.returncode == has_problem, done.stderr
    assert all(check["state"] == "ok" or check["cure"] for check in checks)


def test_a_check_that_fails_itself_is_a_problem_among_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken_checks() -> None:
        raise ValueError("odd")

    path = "emgstream.app.doctor.examination._CHECKS"
    monkeypatch.setattr(path, (broken_checks, folder_checks.folder_checks))
    first, *others = examine()
    assert (first.state, first.topic) == (CheckState.PROBLEM, "broken")
    assert others


@pytest.mark.skipif(sys.platform != "linux", reason="displays of X and Wayland")
@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": NOWHERE},
        {"WAYLAND_DISPLAY": "wayland-77"},
        {"DISPLAY": NOWHERE, "WAYLAND_DISPLAY": "wayland-77", "XDG_SESSION_TYPE": "wayland"},
        {"QT_QPA_PLATFORM": "xcb", "DISPLAY": NOWHERE},
    ],
)
def test_a_dead_display_is_one_sentence_and_no_abort(environment: dict[str, str]) -> None:
    done = run(**environment)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert "answers" in line


def test_a_display_that_needs_no_server_is_not_asked() -> None:
    assert display_checks.display_failure({"QT_QPA_PLATFORM": "offscreen"}, "linux") is None
    assert display_checks.display_failure({}, "win32") is None


def test_a_package_that_crashes_python_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "crashing.py").write_text("import os\nos.abort()\n")
    (tmp_path / "broken.py").write_text("raise ImportError('libodd.so: no such file')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(TrialFailedError, match="SIGABRT"):
        try_out("crashing")
    with pytest.raises(TrialFailedError, match=r"libodd\.so"):
        try_out("broken")


def test_a_package_is_imported_after_the_runtime_libraries_of_windows_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []
    monkeypatch.setattr(child_trial, "find_runtime_libraries", lambda: order.append("found"))
    monkeypatch.setattr(sys, "argv", ["", "tensorflow"])
    with monkeypatch.context() as patch:
        patch.setattr(importlib, "import_module", order.append)
        child_trial.main()
    assert order == ["found", "tensorflow"]


def test_an_extra_that_cannot_be_tried_without_a_display_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    control = next(one for one in EXTRAS if one.name == "control")
    installed = dataclasses.replace(control, libraries=("json",))
    monkeypatch.setattr(python_checks, "EXTRAS", (installed,))
    monkeypatch.setattr(python_checks, "can_be_tried", lambda _: False)
    first, *_ = python_checks.extra_checks()
    assert (first.state, first.topic) == (CheckState.OK, "control")
    assert "json is installed, and not tried: it needs an X server" in first.text
    monkeypatch.setattr(python_checks, "can_be_tried", lambda _: True)
    assert next(python_checks.extra_checks()).text == "json can be imported"


def test_with_a_broken_litert_numpy_runs_the_models_and_the_doctor_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "ai_edge_litert"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "interpreter.py").write_text("raise ImportError('libodd.so: no such file')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (check,) = [one for one in python_checks.package_checks() if one.topic == "network"]
    assert check.state is CheckState.WARNING
    assert "NumPy" in check.text
    assert "libodd.so" in check.text
    words = ("replay", "demo", "--model", "demo", "--headless", "--speed", "max")
    decided = run(*words, PYTHONPATH=str(tmp_path))
    assert decided.returncode == 0, decided.stderr
    assert re.search(r"network +run by NumPy .*libodd\.so", decided.stdout)
    forced = {"EMGSTREAM_NETWORK": "litert", "EMGSTREAM_LOG_FOLDER": str(tmp_path / "log")}
    done = run(*words, PYTHONPATH=str(tmp_path), **forced)
    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    assert "libodd.so" in line


def test_a_wrong_word_for_the_network_is_told_and_no_library_is_blamed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMGSTREAM_NETWORK", "onnx")
    (check,) = [one for one in python_checks.package_checks() if one.topic == "network"]
    assert check.state is CheckState.PROBLEM
    assert check.text.startswith("EMGSTREAM_NETWORK is 'onnx', which is not a backend")
    assert "expected litert, numpy or auto" in check.text
    assert check.cure == "change the variable, or remove it"


@pytest.mark.parametrize(
    ("release", "manager"),
    [
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "apt-get"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "apt-get"),
        ({"ID": "fedora"}, "dnf"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "pacman"),
        ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, "zypper"),
    ],
)
def test_the_line_for_the_libraries_of_qt_is_that_of_the_distribution(
    release: dict[str, str], manager: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    assert f"sudo {manager} " in qt_library_command()


def test_paths_that_windows_has_trouble_with_are_told() -> None:
    paths = ("C:/Users/me/OneDrive - School/emg", "C:/Users/Jörg/emg", f"C:/{'x' * 130}", "C:/emg")
    told = [len(list(folder_checks.path_warnings(Path(path)))) for path in paths]
    assert told == [1, 1, 1, 0]


def test_a_slow_latency_timer_is_told_with_the_line_that_sets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timer = tmp_path / "ttyUSB0" / "latency_timer"
    timer.parent.mkdir()
    timer.write_text("16\n")
    monkeypatch.setattr(port_checks, "_TIMERS", tmp_path)
    ports = [PortInfo("/dev/ttyUSB0", "FT232R", 0x0403, 0x6001)]
    monkeypatch.setattr(port_checks, "list_ports", lambda: ports)
    _, slow = port_checks.port_checks()
    assert (slow.state, slow.topic) == (CheckState.WARNING, "latency")
    assert f"tee {timer}" in slow.command
    assert "sudo" not in slow.cure


def test_a_board_without_a_driver_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1-2").mkdir()
    (tmp_path / "1-2" / "idVendor").write_text("1a86\n")
    monkeypatch.setattr(port_checks, "_USB", tmp_path)
    monkeypatch.setattr(port_checks, "list_ports", list)
    *_, check = port_checks.port_checks()
    assert (check.state, check.topic) == (CheckState.PROBLEM, "driver")
    assert "modprobe ch341" in check.command


def test_a_deleted_folder_is_one_sentence() -> None:
    program = (
        "import os, sys, tempfile; place = tempfile.mkdtemp(); os.chdir(place); os.rmdir(place); "
        "os.execv(sys.executable, [sys.executable, '-m', 'emgstream', *sys.argv[1:]])"
    )
    record = ("record", "--port", "simulated", "--unattended", "--free", "--seconds", "1")
    for words, code, told in ((("config",), 0, ""), (record, 1, "folder has been deleted")):
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_the_report_and_its_sum_are_plain_text() -> None:
    checks = [good("python", "Python 3.11"), problem("home", "no home folder", "set HOME")]
    assert report_text(checks).splitlines()[-1].strip() == "-> set HOME"
    assert verdict(checks) == "1 problem"
    assert verdict(checks[:1]) == "No problems found"
