"""Libraries that some computers cannot have: told in one true sentence, and left out by pip."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from emgstream import extras, library_gaps
from emgstream.app.doctor import display_checks, python_checks, qt_checks
from emgstream.app.doctor.doctor_check import CheckState
from emgstream.app.installation_plan import plan_installation
from emgstream.cli import main
from emgstream.errors import MissingExtraError
from emgstream.extras import EXTRAS, PACKAGE, missing_extra
from emgstream.library_gaps import Machine, gap_of
from emgstream.sources import lsl_library

ROOT = Path(__file__).resolve().parent.parent
PI = Machine("Linux", "aarch64", (3, 13))
MACHINES = [
    Machine(system, processor, (3, minor))
    for system, processor in (
        ("Linux", "x86_64"),
        ("Linux", "aarch64"),
        ("Windows", "AMD64"),
        ("Windows", "ARM64"),
        ("Darwin", "arm64"),
        ("Darwin", "x86_64"),
    )
    for minor in (10, 13, 14, 15)
]
PACKAGES = {
    "brainflow": {"brainflow"},
    "PyQt5": {"pyqt5"},
    "h5py": {"h5py"},
    "ai_edge_litert": {"ai-edge-litert"},
}
"""The requirements by which pip installs a library, by the name of its module."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[Machine], None]:
    """Let this program run on another computer, as far as libraries are concerned."""

    def put(machine: Machine) -> None:
        monkeypatch.setattr(library_gaps, "this_machine", lambda: machine)
        monkeypatch.setattr(qt_checks, "this_machine", lambda: machine)

    return put


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Hide modules that are installed here."""

    def hide(*names: str) -> None:
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)

    return hide


def required(machine: Machine) -> Iterator[str]:
    """The packages that pip installs on a computer, of emgstream and all its extras."""
    names = {"Windows": "win32", "Darwin": "darwin", "Linux": "linux"}
    version = f"3.{machine.python[1]}"
    environment = {
        "platform_system": machine.system,
        "platform_machine": machine.processor,
        "sys_platform": names[machine.system],
        "os_name": "nt" if machine.system == "Windows" else "posix",
        "python_version": version,
        "python_full_version": f"{version}.0",
    }
    for one in map(Requirement, metadata.requires(PACKAGE) or ()):
        for extra in ("", *(known.name for known in EXTRAS)):
            if one.marker is None or one.marker.evaluate(environment | {"extra": extra}):
                yield extras.normal_name(one.name)


@pytest.mark.parametrize("machine", MACHINES, ids=str)
@pytest.mark.parametrize("library", PACKAGES)
def test_pip_leaves_out_what_is_told_to_be_missing_and_nothing_else(
    library: str, machine: Machine
) -> None:
    is_installed = bool(PACKAGES[library] & set(required(machine)))
    assert is_installed == (gap_of(library, machine) is None)


@pytest.mark.parametrize("machine", MACHINES, ids=str)
def test_one_package_of_tensorflow_at_most_is_installed(machine: Machine) -> None:
    assert len({"tensorflow", "tensorflow-cpu"} & set(required(machine))) <= 1


@pytest.mark.parametrize(
    ("library", "machine", "told"),
    [
        ("brainflow", PI, "no library for Linux on aarch64; expected"),
        ("brainflow", Machine("Windows", "ARM64", (3, 13)), "no library for Windows on ARM64"),
        ("brainflow", Machine("Darwin", "arm64", (3, 13)), None),
        ("edfio", PI, None),
        ("h5py", Machine("Linux", "x86_64", (3, 15)), "no package for Python 3.15"),
    ],
)
def test_a_library_that_cannot_be_had_is_never_advised(
    library: str, machine: Machine, told: str | None, at: Callable[[Machine], None]
) -> None:
    at(machine)
    message = str(missing_extra("this", library, "some"))
    if told is None:
        assert message.endswith("emgstream install some")
    else:
        assert message.startswith(f"this needs {library}, which has {told}")
        assert "install" not in message
        assert "\n" not in message


def test_an_extra_without_its_library_is_not_installed(
    at: Callable[[Machine], None], without: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    at(PI)
    without("brainflow")
    assert main(["install", "brainflow"]) == 1
    assert "brainflow has no library for Linux on aarch64" in capsys.readouterr().err
    assert plan_installation("brainflow").obstacle == extras.extra_named("brainflow").gap


def test_an_extra_that_lacks_one_further_library_is_complete_without_it(
    at: Callable[[Machine], None],
    without: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(python_checks, "try_out", lambda *_: "")  # else TensorFlow is imported
    formats = extras.extra_named("formats")
    without("h5py")
    at(Machine("Linux", "x86_64", (3, 14)))
    assert formats.missing == ["h5py"]
    assert formats.gaps_of_parts == {}
    at(Machine("Linux", "x86_64", (3, 15)))
    assert formats.is_installed
    assert formats.gap is None
    assert main(["install"]) == 0
    assert "yes, without h5py" in capsys.readouterr().out
    assert main(["install", "formats"]) == 0
    assert "without   h5py has no package for Python 3.15; expected" in capsys.readouterr().out
    (check,) = (check for check in python_checks.extra_checks() if check.topic == "formats")
    assert check.state is CheckState.OK
    assert "; h5py has no package for Python 3.15; expected" in check.text


def test_an_extra_for_training_that_cannot_be_had_is_not_offered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(extras, "_has_tensorflow", lambda _: False)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert main(["install"]) == 0
    (row,) = (one for one in capsys.readouterr().out.splitlines() if one.startswith("train "))
    assert row.rstrip().endswith("not for this computer")


def test_the_list_of_extras_and_the_doctor_name_what_this_computer_cannot_have(
    at: Callable[[Machine], None],
    without: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(python_checks, "try_out", lambda *_: "")  # else TensorFlow is imported
    at(PI)
    without("brainflow", "paho")
    assert main(["install"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (row,) = (line for line in lines if line.lstrip().startswith("brainflow"))
    assert "not for this computer" in row
    told = [
        check for check in python_checks.extra_checks() if check.topic in ("brainflow", "extras")
    ]
    assert {check.state for check in told} == {CheckState.OK}
    assert any("brainflow has no library for Linux on aarch64" in check.text for check in told)
    (missing,) = (check.text for check in told if check.text.startswith("not installed"))
    assert "brainflow" not in missing
    assert "mqtt" in missing


@pytest.mark.parametrize("name", ["liblsl.so.1.17.7", "liblsl.so"])
def test_pylsl_gets_the_library_of_mne_lsl_where_its_own_package_has_none(
    name: str, at: Callable[[Machine], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "mne_lsl" / "lsl" / "lib" / name
    library.parent.mkdir(parents=True)
    library.touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(lsl_library, "find_library", lambda _: None)
    monkeypatch.setenv("PYLSL_LIB", "kept")
    at(PI)
    lsl_library.lend_liblsl()
    assert os.environ["PYLSL_LIB"] == "kept"
    monkeypatch.delenv("PYLSL_LIB")
    lsl_library.lend_liblsl()
    assert os.environ["PYLSL_LIB"] == str(library)
    monkeypatch.delenv("PYLSL_LIB")
    at(Machine("Linux", "x86_64", (3, 13)))
    lsl_library.lend_liblsl()
    assert "PYLSL_LIB" not in os.environ


@pytest.mark.parametrize(
    ("machine", "advice"),
    [
        (PI, "python -m pip install --no-deps mne-lsl, or set PYLSL_LIB to its file"),
        (Machine("Windows", "ARM64", (3, 13)), "use Python for x86-64, or set PYLSL_LIB"),
        (Machine("Linux", "x86_64", (3, 13)), "https://github.com/sccn/liblsl/releases, or set"),
    ],
)
def test_a_missing_liblsl_is_told_with_the_way_to_get_it_there(
    machine: Machine,
    advice: str,
    at: Callable[[Machine], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "pylsl.py").write_text("raise RuntimeError('LSL binary library was not found')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pylsl", raising=False)
    monkeypatch.setattr(lsl_library, "find_library", lambda _: None)
    lsl_library.pylsl_library.cache_clear()
    at(machine)
    with pytest.raises(MissingExtraError) as raised:
        lsl_library.pylsl_library()
    assert advice in str(raised.value)


@pytest.fixture
def no_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "PyQt5" else find(name)
    )


@pytest.mark.usefixtures("no_qt")
@pytest.mark.parametrize(
    ("machine", "told"),
    [
        (PI, "no package for Linux on aarch64; expected that of the system; install it with: sudo"),
        (Machine("Windows", "ARM64", (3, 13)), "expected Python for x86-64; use that"),
        (Machine("Linux", "x86_64", (3, 13)), "is not installed; install emgstream again"),
    ],
)
def test_a_window_without_pyqt5_is_one_sentence(machine: Machine, told: str) -> None:
    sentence = qt_checks.missing_qt(machine)
    assert sentence is not None
    assert told in sentence
    assert sentence.startswith("the window needs PyQt5, which ")


@pytest.mark.usefixtures("no_qt")
@pytest.mark.parametrize(
    ("prefix", "base", "sees", "is_told"),
    [
        ("env", "/usr", "true", False),
        ("env", "/usr", "false", True),
        ("env", "/opt/python", "true", True),
        ("/usr", "/usr", "", False),
    ],
)
def test_the_environment_is_named_only_if_it_hides_the_packages_of_the_system(
    prefix: str,
    base: str,
    sees: str,
    is_told: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "env").mkdir()
    settings = f"home = /usr/bin\nInclude-System-Site-Packages = {sees}\n"
    (tmp_path / "env" / "pyvenv.cfg").write_text(settings)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / prefix))  # an absolute path stays itself
    monkeypatch.setattr(sys, "base_prefix", base)
    assert ("--system-site-packages" in (qt_checks.missing_qt(PI) or "")) == is_told


@pytest.mark.usefixtures("no_qt")
def test_the_doctor_warns_of_a_missing_window_where_pip_has_none(
    at: Callable[[Machine], None],
) -> None:
    at(PI)
    (check,) = display_checks.display_checks()
    assert (check.state, check.topic) == (CheckState.WARNING, "qt")
    assert check.advice.startswith("install it with: sudo ")
    at(Machine("Linux", "x86_64", (3, 13)))
    (check,) = display_checks.display_checks()
    assert check.state is CheckState.PROBLEM


HIDDEN = "import sys; sys.modules['PyQt5'] = None\n"
AS_ON_A_PI = HIDDEN + (
    "from emgstream import library_gaps\n"
    "from emgstream.app.doctor import qt_checks\n"
    "pi = library_gaps.Machine('Linux', 'aarch64', (3, 13))\n"
    "library_gaps.this_machine = qt_checks.this_machine = lambda: pi\n"
)


def python(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT / "scripts",
    )


@pytest.mark.parametrize("words", [[], ["live", "--port", "simulated"], ["replay", "demo"]])
def test_every_way_to_the_window_without_pyqt5_is_one_line(words: list[str]) -> None:
    program = AS_ON_A_PI + "from emgstream.cli import main; sys.exit(main(sys.argv[1:]))"
    done = python(program, *words)
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert "the window needs PyQt5, which has no package for Linux on aarch64" in line
    assert line.endswith("; or use --headless for the terminal")


def test_the_terminal_needs_no_pyqt5() -> None:
    program = AS_ON_A_PI + "from emgstream.cli import main; sys.exit(main(sys.argv[1:]))"
    done = python(program, "replay", "demo", "--headless", "--speed", "max")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_demo_goes_into_the_terminal_and_says_how_to_get_the_window() -> None:
    shown = python(AS_ON_A_PI + "import demo; exec(demo.CAN_SHOW)")
    (line,) = shown.stderr.splitlines()
    assert shown.returncode == 1
    assert "install it with: sudo " in line
    assert "--headless" not in line
    program = (
        "import sys, demo\n"
        "calls = []\n"
        "def run(*command):\n"
        "    calls.append(command)\n"
        "    return int('-c' in command)  # what the program in CAN_SHOW returned above\n"
        "demo.run, demo.ensure = run, lambda *_: None\n"
        "sys.argv[1:] = ['--speed', 'max']\n"
        "code = demo.main()\n"
        "print(code, *calls[-1][1:])\n"
    )
    done = python(program)
    assert done.stdout.splitlines()[-1] == (
        "0 -m emgstream replay demo --model demo --headless --speed max"
    )
