"""The package as somebody gets it: its sdist builds its wheel, and the wheel works by itself.

The wheel is installed without its requirements; those of the suite's environment come after it on
the search path, from a folder that leads to all of them but emgstream.
"""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest

from emgstream import __version__
from tests.simulation.boards import PATIENCE_S

ROOT = Path(__file__).resolve().parent.parent
BUILD = """
import sys
from hatchling.build import build_sdist, build_wheel
print({"sdist": build_sdist, "wheel": build_wheel}[sys.argv[1]](sys.argv[2]))
"""
"""What an installer calls to build (PEP 517), in the folder of the project."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def built(what: str, project: Path, folder: Path) -> Path:
    done = subprocess.run(
        [sys.executable, "-c", BUILD, what, str(folder)],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=8 * PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the extra dev is not installed")
    return built("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that the sdist builds, without the checkout."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        if hasattr(tarfile, "data_filter"):  # it came with security releases of 3.10 and 3.11
            archive.extraction_filter = tarfile.data_filter  # the default from Python 3.14 on
        archive.extractall(unpacked)
    (project,) = unpacked.iterdir()
    return built("wheel", project, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Calls of a Python in an environment with the wheel, in an empty folder."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False)
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = Path(sysconfig.get_path("purelib", vars={"base": str(place)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # what an installer does with a wheel of pure Python
    (site / "requirements.pth").write_text(f"{requirements(tmp_path_factory.mktemp('site'))}\n")
    folder = tmp_path_factory.mktemp("work")

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(
            [python, "-W", "error", *words],
            cwd=folder,
            env=kept | environment,
            capture_output=True,
            text=True,
            timeout=8 * PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done

    return run


def requirements(folder: Path) -> Path:
    """Make a folder that leads to the packages of this environment, without emgstream."""
    ours = ("emgstream", "_emgstream", "__pycache__", "pip")
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if not one.name.startswith(ours) and one.suffix != ".pth":
            (folder / one.name).symlink_to(one)
    return folder


def test_the_wheel_holds_two_packages_and_nothing_that_collides(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"emgstream", "emgstream_training", f"emgstream-{__version__}.dist-info"}
    for kind in (".emgmodel", ".ino", ".typed", ".pyi", ".html", ".csv.gz"):
        assert [name for name in names if name.endswith(kind)], kind
    assert f"emgstream-{__version__}.dist-info/licenses/LICENSE" in names


def test_the_sdist_holds_what_the_tests_need(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        path.name for path in ROOT.iterdir() if path.suffix in (".md", ".cff", ".toml", ".txt")
    }
    assert wanted | {"LICENSE", "tests/conftest.py", "scripts/demo.py", "docs/index.md"} <= names
    # the build itself reads .gitignore
    assert {name for name in names if name.startswith(".")} <= {".gitignore"}


def test_the_metadata_are_complete(metadata: Message) -> None:
    for name in ("Summary", "Keywords", "License-Expression", "License-File", "Requires-Python"):
        assert metadata[name], name
    classifiers = metadata.get_all("Classifier", [])
    pythons = [re.sub(r".*:: (3\.\d+)$", r"\1", one) for one in classifiers if ":: 3." in one]
    oldest, newest = pythons[0], pythons[-1].split(".")
    assert metadata["Requires-Python"] == f"<3.{int(newest[1]) + 1},>={oldest}"
    assert len(pythons) == int(newest[1]) - int(oldest.split(".")[1]) + 1
    assert "Typing :: Typed" in classifiers


def test_the_page_of_the_package_has_nothing_that_leads_nowhere(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    page = str(metadata.get_payload())
    assert "![" not in page
    assert [link for link in re.findall(r"\]\(([^)]*)\)", page) if "://" not in link] == []
    for script in ("scripts/demo.py", "scripts/test.py", ".venv"):
        assert script not in page
    assert "emgstream install train" in page
    assert "## Safety" in page
    assert len(page.splitlines()) > 60


def test_no_code_comes_from_the_checkout(installed: Run) -> None:
    program = (
        "import emgstream, emgstream_training as t; print(emgstream.__file__); print(t.__file__)"
    )
    for place in installed("-c", program).stdout.split():
        assert not Path(place).is_relative_to(ROOT)
    with pytest.raises(AssertionError, match="No module named 'training'"):
        installed("-c", "import training")


def test_from_the_wheel_a_recording_is_played_and_a_live_board_is_recorded(
    installed: Run, tmp_path: Path
) -> None:
    decisions = tmp_path / "decisions.jsonl"
    words = ("--headless", "--speed", "max", "--jsonl", str(decisions))
    installed("-m", "emgstream", "replay", "demo", *words)
    assert len(decisions.read_text().splitlines()) == 2491
    live = installed(
        "-m", "emgstream", "live", "--port", "simulated", "--headless", "--seconds", "1"
    )
    assert "accuracy" in live.stdout or "decisions" in live.stdout
    recording = tmp_path / "arm.csv"
    script = ("--unattended", "--no-check", "--script", "rest:1,hand_close:1,rest:1")
    installed("-m", "emgstream", "record", "--port", "simulated", *script, "--out", str(recording))
    inspected = installed("-m", "emgstream", "inspect", str(recording)).stdout
    assert "hand_close" in inspected


@pytest.mark.tensorflow
def test_from_the_wheel_a_model_is_trained_and_decides(installed: Run, tmp_path: Path) -> None:
    model = tmp_path / "arm.emgmodel"
    installed("-m", "emgstream", "train", "demo", "--epochs", "1", "--out", str(model))
    assert "run on this computer by" in installed("-m", "emgstream", "inspect", str(model)).stdout


def test_from_the_wheel_the_firmware_is_exported(installed: Run, tmp_path: Path) -> None:
    installed("-m", "emgstream", "firmware", "export", str(tmp_path))
    assert {path.name for path in (tmp_path / "emg_board").iterdir()} == {
        "README.md",
        "emg_board.ino",
    }


@pytest.mark.window
def test_from_the_wheel_the_window_opens(installed: Run, tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    words = ("live", "--port", "simulated", "--screenshot", str(picture))
    installed("-m", "emgstream", *words, QT_QPA_PLATFORM="offscreen")
    assert picture.stat().st_size > 10_000


def test_from_the_wheel_the_doctor_finds_the_package_whole(installed: Run) -> None:
    checks = json.loads(installed("-m", "emgstream", "doctor", "--json").stdout)
    states = {check["topic"]: check["state"] for check in checks}
    assert (states["package"], states["network"]) == ("ok", "ok")
