"""The network by NumPy: the labels of LiteRT, the central theorem, and the choice of the two."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.app.doctor import python_checks
from emgstream.app.doctor.doctor_check import CheckState
from emgstream.app.network_words import network_words
from emgstream.bundle import Model, read_model
from emgstream.cli import main
from emgstream.configuration import configuration_path
from emgstream.data import DEMO_MODEL
from emgstream.errors import NetworkBackendError, UsageError
from emgstream.library_gaps import Machine
from emgstream.network.backend_choice import BackendChoice, BackendReason
from emgstream.network.backend_preference import VARIABLE, NetworkBackend, prefer_backend
from emgstream.network.network_backend import choose_backend, numpy_classifier, open_classifier
from emgstream.network.runtime_libraries import runtime_cure, runtime_folder
from emgstream.pipeline import Pipeline
from emgstream.translation import use_language
from emgstream.types import Chunk, FloatArray
from tests.conftest import OLD_FORM_MODEL
from tests.network_windows import assert_backends_agree, both, distances
from tests.processes import EMGSTREAM
from tests.simulation.boards import PATIENCE_S
from tests.test_pipeline import assert_same, pieces, synthetic

NUMPY, LITERT = NetworkBackend.NUMPY, NetworkBackend.LITERT


@pytest.fixture(autouse=True)
def _nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(VARIABLE, raising=False)
    yield
    prefer_backend(None)


def installed() -> list[NetworkBackend]:
    """The backends of this computer."""
    return [NUMPY] if find_spec("ai_edge_litert") is None else [NUMPY, LITERT]


needs_litert = pytest.mark.skipif(
    LITERT not in installed(), reason="LiteRT has no package for this computer"
)


def windows_of(model: Model, n_windows: int, spread: float = 1.0) -> FloatArray:
    shape = n_windows, model.manifest.n_steps, model.manifest.n_features
    values = spread * np.random.default_rng(7).standard_normal(shape)
    return values.astype(np.float32)


@needs_litert
def test_on_10_000_windows_of_each_recipe_numpy_and_litert_give_the_same(model: Model) -> None:
    assert_backends_agree(model)


@needs_litert
def test_on_windows_of_noise_they_differ_by_the_rounding_of_litert(model: Model) -> None:
    """Steps of noise have nothing in common, so the linear path adds up to 300 and more."""
    windows = windows_of(model, 10_000)
    computed, expected = (one.predict(windows) for one in both(model))
    differences = distances(computed, expected)
    assert np.quantile(differences, 0.999) < 1e-5
    assert differences.max() < 2e-5
    np.testing.assert_array_equal(computed.argmax(axis=1), expected.argmax(axis=1))


@pytest.mark.parametrize("spread", [0.0, 1e-20, 30.0, 1e4])
def test_windows_far_from_training_give_finite_probabilities(model: Model, spread: float) -> None:
    windows = windows_of(model, 50, spread)
    with np.errstate(over="raise", invalid="raise"):
        probabilities = open_classifier(model, NUMPY).predict(windows)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)


def test_the_bits_of_a_window_do_not_depend_on_how_many_come(model: Model) -> None:
    windows = windows_of(model, 70)
    classifier = open_classifier(model, NUMPY)
    one_by_one = [classifier.predict(windows[row : row + 1]) for row in range(len(windows))]
    np.testing.assert_array_equal(classifier.predict(windows), np.concatenate(one_by_one))


def test_the_paths_of_a_network_add_up_to_what_the_softmax_gets(model: Model) -> None:
    windows = windows_of(model, 50)
    network = numpy_classifier(model)
    paths = network.path_logits(windows)
    assert tuple(paths) == network.path_names
    assert paths["cnn_lstm"].shape == (50, network.n_classes)
    logits = np.sum([*paths.values()], axis=0)
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = raised / raised.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network.predict(windows), expected, atol=1e-4)
    assert all(not len(path) for path in network.path_logits(windows[:0]).values())


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 700), max_size=30))
def test_any_chunking_gives_the_same_decisions_by_each(model: Model, cuts: list[int]) -> None:
    samples = synthetic(700)
    for backend in installed():
        pipeline = Pipeline(model, backend=backend)
        found = [pipeline.push(chunk) for chunk in pieces(samples, cuts)]
        assert_same(found, Pipeline(model, backend=backend).push(Chunk(0, samples)))


@needs_litert
def test_the_variable_chooses_and_a_wrong_word_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert choose_backend().backend is LITERT
    monkeypatch.setenv(VARIABLE, "numpy")
    chosen = choose_backend()
    assert chosen.backend is NUMPY
    assert re.fullmatch(rf"NumPy [\d.]+ \(as {VARIABLE} asks\)", chosen.words)
    monkeypatch.setenv(VARIABLE, "onnx")
    with pytest.raises(UsageError, match=r"'onnx'.*expected litert, numpy or auto"):
        choose_backend()


@needs_litert
def test_the_configuration_chooses_and_the_variable_comes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(tmp_path / "config.toml"))
    assert main(["config", "--set", "network=numpy"]) == 0
    assert re.search(r"network +numpy \(file\)", capsys.readouterr().out)
    assert main(["inspect", str(DEMO_MODEL)]) == 0
    assert re.search(r"run on this computer by NumPy .*as the configuration", told(capsys))
    monkeypatch.setenv(VARIABLE, "litert")
    assert main(["inspect", str(DEMO_MODEL)]) == 0
    assert re.search(r"run on this computer by LiteRT .*as EMGSTREAM_NETWORK", told(capsys))
    monkeypatch.setenv(VARIABLE, "auto")
    assert main(["inspect", str(DEMO_MODEL)]) == 0
    assert re.search(r"run on this computer by LiteRT [\d.]+$", told(capsys), re.MULTILINE)
    assert main(["config", "--set", "network=onnx"]) == 1
    assert 'expected "auto", "litert" or "numpy"' in capsys.readouterr().err
    assert "onnx" not in configuration_path().read_text(encoding="utf-8")


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


@needs_litert
def test_a_model_without_arrays_needs_litert() -> None:
    old = read_model(OLD_FORM_MODEL)
    assert len(open_classifier(old).predict(windows_of(old, 3))) == 3
    with pytest.raises(NetworkBackendError, match=r"NumPy cannot read; .*train the model again"):
        open_classifier(old, NUMPY)


@needs_litert
@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("ImportError('DLL load failed while importing: MSVCP140.dll')", "MSVCP140.dll"),
        ("OSError('libm.so.6: version `GLIBC_2.35\\' not found')", "GLIBC_2.35"),
        ("ModuleNotFoundError('No module', name='ai_edge_litert')", "is not installed"),
    ],
)
def test_without_litert_numpy_decides_the_same(tmp_path: Path, raised: str, told: str) -> None:
    broken = tmp_path / "modules" / "ai_edge_litert"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(f"raise {raised}\n")
    runs = {}
    for name, environment in (
        ("litert", {}),
        ("numpy", {"PYTHONPATH": str(broken.parent)}),
    ):
        out, log = tmp_path / f"{name}.jsonl", tmp_path / f"{name}.log"
        words = ["replay", "demo", "--headless", "--speed", "max", "--jsonl", str(out)]
        done = subprocess.run(
            [*EMGSTREAM, *words, "--log", str(log)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        runs[name] = [json.loads(line)["label"] for line in out.read_text().splitlines()]
        assert (told in log.read_text()) == (name == "numpy")
    assert runs["numpy"] == runs["litert"]


NOT_MADE_FOR_HERE = """
import sys
from emgstream.library_gaps import Machine
sys.modules["emgstream.network.network_backend"].this_machine = lambda: {machine!r}
raise ModuleNotFoundError("No module", name="ai_edge_litert")
"""
"""In place of LiteRT, in a program that runs on another computer as far as LiteRT is concerned."""


@pytest.mark.parametrize(
    ("machine", "reason"),
    [
        (Machine("Linux", "x86_64", (3, 15)), "LiteRT has no package for Python 3.15"),
        (Machine("Windows", "ARM64", (3, 15)), "LiteRT has no package for Windows on ARM64"),
        (Machine("Darwin", "x86_64", (3, 13)), "LiteRT has no package for macOS on x86_64"),
        (Machine("Linux", "aarch64", (3, 13)), "LiteRT is not installed"),
    ],
    ids=str,
)
def test_summary_inspect_and_doctor_tell_the_same_reason_for_numpy(
    tmp_path: Path, machine: Machine, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "ai_edge_litert").mkdir()
    fake = tmp_path / "ai_edge_litert" / "__init__.py"
    fake.write_text(NOT_MADE_FOR_HERE.format(machine=machine))
    words = f"NumPy {version('numpy')} ({reason})"

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*EMGSTREAM, *arguments],
            env={**os.environ, "COLUMNS": "200", **environment},
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE_S,
            check=False,
        )

    replay = ("replay", "demo", "--headless", "--speed", "max")
    summary = tmp_path / "summary.json"
    assert f"run by {words}\n" in run(*replay, "--summary", str(summary)).stdout
    assert json.loads(summary.read_text())["network"] == words
    assert f"run on this computer by {words}\n" in run("inspect", str(DEMO_MODEL)).stdout
    (check,) = [one for one in python_checks.package_checks() if one.topic == "network"]
    is_installable = reason.endswith("not installed")
    assert check.text.startswith(f"{words} runs the shipped model")
    assert check.state is (CheckState.WARNING if is_installable else CheckState.OK)
    (line,) = run(*replay, **{VARIABLE: "litert"}).stderr.splitlines()
    assert f"{reason}; expected it to run the network; " in line
    assert ("install the package" in line) == is_installable


def test_each_reason_is_told_in_the_language_of_the_user() -> None:
    choice = BackendChoice(NUMPY, BackendReason.NO_PACKAGE_FOR_PYTHON, {"python": "3.15"})
    use_language("de")
    try:
        told = network_words(choice)
    finally:
        use_language("en")
    assert told == f"NumPy {version('numpy')} (für Python 3.15 gibt es kein LiteRT)"
    assert network_words(choice) == choice.words


def test_windows_searches_the_folder_of_the_runtime_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "MSVCP140.dll"
    library.touch()

    class Packaged:
        """A file of a package, as its metadata lists it."""

        name = library.name

        def locate(self) -> Path:
            return tmp_path / "Scripts" / ".." / self.name

    (tmp_path / "Scripts").mkdir()
    monkeypatch.setattr("importlib.metadata.files", lambda _: [Packaged()])
    assert runtime_folder("win32") == str(tmp_path)
    assert runtime_folder("linux") is None


def test_windows_without_the_runtime_libraries_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.files", missing)
    assert runtime_folder("win32") is None


@pytest.mark.parametrize(
    ("platform", "problem", "cure"),
    [
        (
            "win32",
            "DLL load failed while importing x: Modul nicht gefunden.",
            "msvc-runt",
        ),
        ("linux", "libgomp.so.1: cannot open shared object file: No such file", "libgomp.so.1"),
        ("darwin", "dlopen(x.so, 0x0002): symbol not found", "macOS 12"),
    ],
)
def test_a_runtime_that_does_not_load_is_told_with_what_to_install(
    platform: str, problem: str, cure: str
) -> None:
    assert cure in runtime_cure(problem, platform)
