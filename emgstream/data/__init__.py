"""Demo data shipped with the package: a recording and a model, both synthetic."""

import os
from collections.abc import Mapping
from pathlib import Path

from emgstream.device_names import is_device_name

__all__ = [
    "DEMO",
    "DEMO_MODEL",
    "DEMO_RECORDING",
    "DEMO_SUBJECT",
    "NO_MODEL",
    "any_path",
    "chosen_model",
    "model_path",
    "recording_path",
]

DEMO = "demo"
"""Name of both on the command line."""
NO_MODEL = "none"
"""Name on the command line for no model."""
DEMO_MODEL = Path(__file__).with_name("demo.emgmodel")
"""A model trained on synthetic EMG."""
DEMO_RECORDING = Path(__file__).with_name("demo_recording.csv.gz")
"""A recording of synthetic EMG, from a session that the model was not trained on."""
DEMO_SUBJECT = 1
"""Seed of the simulated subject of both."""


def recording_path(name: str | os.PathLike[str]) -> Path:
    """Return the path of a recording; ``demo`` is the shipped one."""
    return _shipped_or(name, {DEMO: DEMO_RECORDING})


def model_path(name: str | os.PathLike[str]) -> Path:
    """Return the path of a model; ``demo`` is the shipped one."""
    return _shipped_or(name, {DEMO: DEMO_MODEL})


def chosen_model(path: Path) -> Path | None:
    """Return the path of a model; None for ``none``, unless that leads to a file on disk."""
    return None if str(path) == NO_MODEL and not path.exists() else path


def any_path(name: str | os.PathLike[str]) -> Path:
    """Return the path of a recording or a model; ``demo`` and ``demo.emgmodel`` are shipped."""
    return _shipped_or(name, {DEMO: DEMO_RECORDING, DEMO_MODEL.name: DEMO_MODEL})


def _shipped_or(name: str | os.PathLike[str], shipped: Mapping[str, Path]) -> Path:
    """Return the shipped file of a name, unless the name leads to a file on disk."""
    path = Path(name)
    is_taken = is_device_name(path) or path.exists()  # to look for a device would open it
    return path if is_taken else shipped.get(str(path), path)
