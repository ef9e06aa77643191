"""Extras are installed from what the package itself declares, into environments of every kind."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
import venv
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from packaging.markers import default_environment

from emgstream.app import installation_plan
from emgstream.app.doctor.doctor_check import CheckState
from emgstream.app.doctor.python_checks import extra_checks
from emgstream.app.extra_installation import ExtraInstallation, InstallationState
from emgstream.app.installation_plan import Installer, plan_installation
from emgstream.app.installer_output import InstallerOutput, failure_sentence
from emgstream.child_python import child_import
from emgstream.cli import main
from emgstream.errors import OutputError, UsageError
from emgstream.extras import EXTRAS, PACKAGE, extra_requirements, training_obstacle

ROOT = Path(__file__).resolve().parent.parent

PIP = """\
Collecting scipy<2,>=1.14
  Downloading scipy-1.17.1-cp311-cp311-manylinux_2_27_x86_64.whl (33.7 MB)
Progress 0 of 33700000
Progress 12000000 of 33700000
Collecting numpy<2.7,>=1.26.4
  Using cached numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (16.1 MB)
Installing collected packages: numpy, scipy
"""
UV = """\
Resolved 3 packages in 173ms
Downloading numpy (16.1MiB)
Downloading scipy (33.7MiB)
 Downloaded numpy
Prepared 3 packages in 1.11s
"""


def test_every_extra_for_users_can_be_installed() -> None:
    declared = metadata.metadata(PACKAGE).get_all("Provides-Extra")
    assert sorted(extra.name for extra in EXTRAS) == sorted(
        set(declared or ()) - {"dev", "docs", "proof"}
    )
    for extra in EXTRAS:
        assert extra_requirements(extra.name), extra.name


def test_the_requirements_are_those_of_this_computer() -> None:
    names = [re.split(r"[<>=]", one)[0] for one in extra_requirements("train")]
    has_packages = sys.version_info < (3, 14)  # of TensorFlow
    assert sum(name.startswith("tensorflow") for name in names) == has_packages
    assert not {"numpy", "pytest"} & set(names)


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_progress_of_pip_is_read_in_pieces_of_any_size(step: int) -> None:
    output = InstallerOutput()
    fetched: list[float] = []
    for start in range(0, len(PIP), step):
        output.feed(PIP[start : start + step])
        fetched.append(output.fetched_mb)
    assert fetched == sorted(fetched)
    assert output.fetched_mb == pytest.approx(33.7 + 16.1)
    assert (output.is_writing, output.names) == (True, ["numpy", "scipy"])


def test_progress_within_one_file_is_told_with_its_name() -> None:
    output = InstallerOutput()
    output.feed(PIP[: PIP.index("Collecting numpy")])
    assert output.fetched_mb == pytest.approx(12.0)
    assert output.fetching == "scipy (34 MB)"
    assert not output.is_writing


def test_progress_of_uv_counts_files_that_are_complete() -> None:
    output = InstallerOutput()
    output.feed(UV[: UV.index("Prepared")])
    assert output.fetched_mb == pytest.approx(16.1 * 2**20 / 1e6)
    assert output.fetching == "scipy (35 MB)"
    assert not output.is_writing
    output.feed(UV[UV.index("Prepared") :])
    assert output.is_writing


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("connection broken by 'NameResolutionError'\nERROR: No matching distribution", "internet"),
        ("error: Failed to fetch: `https://host/simple`\n  Caused by: dns error", "internet"),
        ("ERROR: No matching distribution found for pylsl", "does not exist for this Python"),
        ("ERROR: ResolutionImpossible", "do not fit"),
        ("  × No solution found when resolving dependencies:", "do not fit"),
        ("error: externally-managed-environment", "PEP 668"),
        ("ERROR: Failed building wheel for evdev", "C compiler"),
        ("ERROR: something new", "something new"),
        ("", "printed nothing"),
    ],
)
def test_a_failure_of_an_installer_is_one_sentence(printed: str, told: str) -> None:
    sentence = failure_sentence(printed)
    assert told in sentence
    assert "\n" not in sentence


def test_packages_that_are_installed_keep_their_versions() -> None:
    kept = list(plan_installation("train").kept_versions())
    assert f"numpy=={metadata.version('numpy')}" in kept
    assert not [line for line in kept if line.startswith("emgstream")]


def test_a_python_of_the_operating_system_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    place = sysconfig.get_path
    monkeypatch.setattr(
        sysconfig, "get_path", lambda name: str(tmp_path) if name == "stdlib" else place(name)
    )
    plan = plan_installation("mqtt")
    assert plan.obstacle is not None
    assert "PEP 668" in plan.obstacle
    with pytest.raises(OutputError, match="environment of your own"):
        ExtraInstallation(plan)


def test_a_disk_without_room_is_told_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage:
        free = 500_000_000

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage)
    assert plan_installation("mqtt").obstacle is None
    obstacle = plan_installation("train").obstacle
    assert obstacle is not None
    assert "500 MB are free" in obstacle


def test_an_unknown_extra_is_told_with_the_likeliest_one() -> None:
    with pytest.raises(UsageError, match=r"no extra 'tarin' \(did you mean train\?\)"):
        plan_installation("tarin")


@pytest.mark.parametrize(
    ("system", "machine", "python", "told"),
    [
        ("Linux", "x86_64", "3.10", None),
        ("Linux", "x86_64", "3.13", None),
        ("Linux", "aarch64", "3.13", None),
        ("Windows", "AMD64", "3.13", None),
        ("Darwin", "arm64", "3.12", None),
        ("Linux", "x86_64", "3.14", "for Python 3.14 yet; .*expected Python 3.10 to 3.13"),
        ("Windows", "AMD64", "3.15", "for Python 3.15 yet"),
        ("Windows", "ARM64", "3.13", "for Windows on ARM64; .*expected Windows on x86-64"),
        ("Darwin", "x86_64", "3.11", "for macOS on x86_64"),
    ],
)
def test_where_tensorflow_has_no_packages_one_sentence_says_so(
    system: str, machine: str, python: str, told: str | None
) -> None:
    computer = {"platform_system": system, "platform_machine": machine, "python_version": python}
    obstacle = training_obstacle(computer)
    if told is None:
        assert obstacle is None
    else:
        assert obstacle is not None
        assert re.search(told, obstacle)
        assert "its models work here, too" in obstacle


def test_training_that_cannot_be_had_is_told_by_verb_plan_and_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "tensorflow" else find_spec(name, *rest),
    )
    here = default_environment() | {"python_version": "3.14"}
    monkeypatch.setattr("packaging.markers.default_environment", lambda: dict(here))
    assert main(["train", "demo", "--out", "arm.emgmodel"]) == 1
    line = capsys.readouterr().err
    assert "no packages for Python 3.14 yet" in line
    obstacle = plan_installation("train").obstacle
    assert obstacle is not None
    assert obstacle in line
    assert main(["install", "train"]) == 1
    assert "no packages for Python 3.14 yet" in capsys.readouterr().err
    (check,) = (one for one in extra_checks() if one.topic == "train")
    assert check.state is CheckState.OK
    assert check.text in line


def test_the_list_shows_size_and_state(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install"]) == 0
    printed = capsys.readouterr().out
    for extra in EXTRAS:
        assert extra.purpose in printed
    assert main(["install", "train", "--dry-run"]) == 0
    assert sys.prefix in capsys.readouterr().out


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with small wheels: this package declares one extra of each name for them."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    write_wheel(folder, "paho-mqtt", "2.1.0", {"paho/__init__.py": "", "paho/mqtt.py": "X = 1\n"})
    return folder


def write_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """Write a wheel with some modules."""
    base = f"{name.replace('-', '_')}-{version}"
    meta = f"{base}.dist-info"
    files = files | {
        f"{meta}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{meta}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    path = folder / f"{base}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            rows.append(f"{file},sha256={digest.rstrip(b'=').decode()},{len(text)}")
        archive.writestr(f"{meta}/RECORD", "\n".join([*rows, f"{meta}/RECORD,,"]) + "\n")
    return path


INSTALLS = """
import sys, time
sys.path.extend({path!r})
from emgstream.app.installation_plan import plan_installation
from emgstream.app.doctor.doctor_check import CheckState
from emgstream.app.doctor.python_checks import extra_checks
from emgstream.app.extra_installation import ExtraInstallation
plan = plan_installation("mqtt")
print(plan.installer.name)
job = ExtraInstallation(plan)
while job.is_running:
    job.poll()
    time.sleep(0.02)
print(job.state.name, job.words)
import paho.mqtt
print(paho.__file__)
"""


@pytest.mark.parametrize("with_pip", [True, False])
def test_an_extra_is_installed_into_an_environment_with_and_without_pip(
    with_pip: bool, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "environment"
    venv.create(place, with_pip=with_pip)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # without uv
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    # the packages of this environment, but for those of the extra, after those of the new one
    lacking = packages_without(tmp_path / "lacking", "paho")
    done = subprocess.run(
        [python, "-c", INSTALLS.format(path=[str(ROOT), str(lacking)])],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    installer, state, module = done.stdout.splitlines()
    assert installer == (Installer.PIP if with_pip else Installer.ENSUREPIP).name
    assert state == "DONE the extra 'mqtt' is installed"
    assert Path(module).is_relative_to(place)


REPAIRS = """
import sys, time
from pathlib import Path
sys.path.extend({path!r})
from emgstream.app.installation_plan import plan_installation
from emgstream.app.extra_installation import ExtraInstallation
for repairs in (False, True):
    job = ExtraInstallation(plan_installation("mqtt", repairs=repairs))
    while job.is_running:
        job.poll()
        time.sleep(0.02)
    print(job.state.name, job.words)
"""


def test_the_libraries_are_tried_with_the_folder_that_windows_is_to_search(tmp_path: Path) -> None:
    (tmp_path / "needing.py").write_text("print('imported')\n", encoding="utf-8")
    *python, code, folder, module = child_import(["needing"], "C:\\libraries")
    told = "import os; os.add_dll_directory = lambda folder: print(folder, flush=True); "
    done = subprocess.run(
        [*python, told + code, folder, module],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["C:\\libraries", "imported"]


@pytest.mark.parametrize("is_mended", [True, False])
def test_a_damaged_extra_is_told_and_written_again(
    is_mended: bool, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first installation finds all versions there; only the repair writes files again."""
    if not is_mended:
        write_wheel(wheels, "paho-mqtt", "2.1.0", {"paho/__init__.py": "import nothing_such\n"})
    place = tmp_path / "environment"
    venv.create(place, with_pip=True)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # without uv
    python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "paho-mqtt"], check=True, timeout=300)
    (module,) = place.rglob("paho/__init__.py")
    module.write_text("import nothing_such\n", encoding="utf-8")
    lacking = packages_without(tmp_path / "lacking", "paho")
    done = subprocess.run(
        [python, "-c", REPAIRS.format(path=[str(ROOT), str(lacking)])],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    first, again = done.stdout.splitlines()
    assert first.startswith("FAILED the packages of the extra 'mqtt' were installed, and cannot be")
    assert "No module named 'nothing_such'" in first
    assert first.endswith("install the extra 'mqtt' again, to repair it")
    if is_mended:
        assert again == "DONE the extra 'mqtt' is installed"
        assert module.read_text(encoding="utf-8") == ""
    else:
        assert again.startswith("FAILED")
        assert again.endswith(
            "make a new environment and install emgstream and the extra into that"
        )


@pytest.mark.parametrize("installer", list(Installer))
def test_a_repair_names_the_packages_of_the_extra_and_none_of_emgstream(
    installer: Installer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation_plan, "_installer", lambda: installer)
    monkeypatch.setattr(installation_plan, "_uv_program", lambda: tmp_path / "uv")
    kept = tmp_path / "kept.txt"
    option = "--reinstall-package" if installer is Installer.UV else "--force-reinstall"
    usual = plan_installation("dask").command_lines(kept)
    assert not any(option in command for command in usual)
    commands = plan_installation("dask", repairs=True).command_lines(kept)
    (repair,) = (command for command in commands if option in command)
    assert {"distributed", "dask", "tblib"} <= set(repair)  # its own, and what those need
    assert not {"numpy", "pyserial", "emgstream"} & set(repair)
    assert commands[-1][-len(extra_requirements("dask")) :] == list(extra_requirements("dask"))


CANCELS = """
import os, sys, sysconfig, time
sys.path.extend({path!r})
import psutil
from emgstream.app.installation_plan import plan_installation
from emgstream.app.doctor.doctor_check import CheckState
from emgstream.app.doctor.python_checks import extra_checks
from emgstream.app.extra_installation import ExtraInstallation
there = sorted(os.listdir(sysconfig.get_path("purelib")))
job = ExtraInstallation(plan_installation("mqtt"))
while job.is_running and job.fraction is None:
    job.poll()
    time.sleep(0.02)
assert job.can_be_cancelled
print(job.cancel(), job.state.name, job.words)
left = sorted(os.listdir(sysconfig.get_path("purelib")))
print(there == [one for one in left if not one.startswith({brought!r})])
print(psutil.Process().children(recursive=True))
"""


@pytest.mark.parametrize("with_pip", [True, False])
def test_a_download_that_is_cancelled_ends_at_once_and_changes_nothing(
    with_pip: bool, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "environment"
    venv.create(place, with_pip=with_pip)
    brought = () if with_pip else ("pip", "setuptools", "_distutils", "distutils-", "pkg_resources")
    noise = base64.b64encode(np.random.default_rng(0).bytes(3_000_000)).decode()
    wheel = write_wheel(wheels, "paho-mqtt", "2.1.1", {"paho/__init__.py": f"X = {noise!r}\n"})
    with package_index(wheel) as address:
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_INDEX_URL", address)
        monkeypatch.setenv("PATH", "/usr/bin:/bin")  # without uv
        python = place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        lacking = packages_without(tmp_path / "lacking", "paho")
        done = subprocess.run(
            [python, "-c", CANCELS.format(path=[str(ROOT), str(lacking)], brought=brought)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr + done.stdout
    state, is_unchanged, children = done.stdout.splitlines()
    assert state == "True CANCELLED cancelled; no package was changed"
    assert (is_unchanged, children) == ("True", "[]")


@contextmanager
def package_index(wheel: Path) -> Iterator[str]:
    """A package index on this computer that sends half of a wheel, and no more until the end."""
    content = wheel.read_bytes()
    is_over = threading.Event()

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_wheel = self.path.endswith(".whl")
            page = f'<a href="/{wheel.name}">{wheel.name}</a>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/zip" if is_wheel else "text/html")
            self.send_header("Content-Length", str(len(content if is_wheel else page)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if is_wheel else page)
            if is_wheel:
                is_over.wait(300.0)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        serving = threading.Thread(target=server.serve_forever, name="package index")
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple"
        finally:
            is_over.set()
            server.shutdown()
            serving.join(30.0)


def packages_without(folder: Path, *left_out: str) -> Path:
    """Make a folder that leads to all packages of this environment but a few."""
    folder.mkdir()
    for one in Path(sysconfig.get_path("purelib")).iterdir():
        if not one.name.startswith((*left_out, "pip", "_distutils", "distutils-")):
            (folder / one.name).symlink_to(one)
    return folder


def test_cancelling_before_anything_is_written_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = plan_installation("mqtt")
    monkeypatch.setattr(
        type(plan),
        "command_lines",
        lambda *_: [[sys.executable, "-c", "import time; print('Collecting'); time.sleep(600)"]],
    )
    job = ExtraInstallation(plan)
    job.poll()
    assert job.can_be_cancelled
    assert job.cancel()
    assert (job.state, job.is_running) == (InstallationState.CANCELLED, False)


def test_an_installation_that_writes_is_not_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_installation("mqtt")
    writes = "print('Installing collected packages: paho-mqtt', flush=True)"
    program = f"import time; {writes}; time.sleep(1)"
    monkeypatch.setattr(type(plan), "command_lines", lambda *_: [[sys.executable, "-c", program]])
    job = ExtraInstallation(plan)
    follow(job, lambda: job.state is InstallationState.WRITING)
    assert not job.cancel()
    assert job.is_running
    follow(job, lambda: not job.is_running)
    assert job.state.name == "DONE"


def follow(job: ExtraInstallation, reached: Callable[[], bool]) -> None:
    """Poll an installation until something is so; fail with its words after a minute."""
    deadline_s = time.monotonic() + 60.0
    while not reached():
        assert time.monotonic() < deadline_s, job.words
        job.poll()
        time.sleep(0.01)


def test_nothing_in_the_project_names_an_extra_of_a_package_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("emgstream", "training", "scripts", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".md", ".html", ".ino")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"""pip install .*(emgstream|["'.])\[""", line)
    ]
    assert found == []
