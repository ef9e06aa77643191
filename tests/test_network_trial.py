"""The trial of a network that this computer has not run: crashes, and what is remembered."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emgstream.bundle import Model, read_model
from emgstream.errors import ModelFileError
from emgstream.network import network_trial
from emgstream.network.backend_preference import NetworkBackend
from emgstream.network.network_backend import open_classifier

LITERT = NetworkBackend.LITERT
CASES = Path(__file__).resolve().parents[2] / "shared" / "cases" / "models"
CRASHING = CASES / "crashes_the_runtime.emgmodel"


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Count the child processes; nothing is remembered yet."""
    monkeypatch.setattr(network_trial, "data_folder", lambda: tmp_path / "data")
    started: list[Any] = []
    run = subprocess.run

    def counted(command: list[str], **options: Any) -> Any:
        started.append(command)
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    return started


@pytest.mark.skipif(not CRASHING.exists(), reason="needs the cases handed to the project")
def test_a_network_that_crashes_the_runtime_is_one_sentence_each_time(trials: list[Any]) -> None:
    model = read_model(CRASHING)
    for _ in range(2):
        with pytest.raises(ModelFileError, match="crashes LiteRT, which runs it; expected"):
            open_classifier(model, LITERT)
    assert len(trials) == 2


def test_a_network_is_tried_once(trials: list[Any], demo_model: Model) -> None:
    for _ in range(2):
        open_classifier(demo_model, LITERT)
    assert len(trials) == 1
    other = replace(demo_model, classifier=demo_model.classifier + b"\0")
    open_classifier(other, LITERT)
    open_classifier(demo_model, LITERT)
    assert len(trials) == 2


def test_a_network_that_is_refused_is_refused_in_the_same_words(
    trials: list[Any], demo_model: Model
) -> None:
    damaged = replace(demo_model, classifier=demo_model.classifier[:5000])
    with pytest.raises(ModelFileError, match="the network in the model does not load"):
        open_classifier(damaged, LITERT)
    assert len(trials) == 1


def test_a_network_without_an_answer_is_given_up(
    trials: list[Any], demo_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_trial, "_PATIENCE_S", 0.0)
    with pytest.raises(ModelFileError, match="gives no answer within"):
        open_classifier(demo_model, LITERT)
    assert len(trials) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"not a hash\n" * 5])
def test_a_damaged_memory_is_begun_anew(
    content: bytes, trials: list[Any], demo_model: Model, tmp_path: Path
) -> None:
    memory = tmp_path / "data" / "tried_networks.txt"
    memory.parent.mkdir()
    memory.write_bytes(content)
    for _ in range(2):
        open_classifier(demo_model, LITERT)
    assert len(trials) == 1


def test_a_network_runs_where_nothing_can_be_remembered_or_started(
    trials: list[Any], demo_model: Model, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where the folder would be")
    open_classifier(demo_model, LITERT)
    assert len(trials) == 1

    def refused(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(subprocess, "run", refused)
    assert open_classifier(demo_model, LITERT).n_classes == len(demo_model.manifest.class_names)
