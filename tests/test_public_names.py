from __future__ import annotations

import subprocess
import sys

import pytest

import emgstream

PUBLIC = [
    "Chunk",
    "Decision",
    "DecisionStream",
    "Decisions",
    "EmgStreamError",
    "EmgTable",
    "Engine",
    "Model",
    "Output",
    "Pipeline",
    "ReplaySource",
    "Source",
    "StreamInfo",
    "Update",
    "live",
    "read_model",
    "read_table",
    "replay",
    "write_model",
]


def test_the_public_names_are_these() -> None:
    assert sorted(emgstream.__all__) == sorted(PUBLIC)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(emgstream, name).__doc__


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Streamer'"):
        _ = emgstream.Streamer


def test_importing_the_package_loads_nothing_else() -> None:
    program = "import sys, emgstream; print('numpy' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
