"""The model file, ``NAME.emgmodel``: all that turns a stream into decisions, and its origin.

One zip of four members: ``manifest.json``, the network for LiteRT twice (``classifier.tflite``
for one window, ``classifier_batch.tflite`` for many) and ``weights.npz``, the network's weights as
plain arrays to continue training from. The transforms are plain numbers in the manifest. Nothing in
it is code and reading it runs nothing. A model written before version 0.2 has ``network.keras`` in
place of the arrays; it is kept as it is, and read by `emgstream_training.weights_file` alone.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from emgstream.atomic_files import partial_file, replace_file
from emgstream.data import DEMO
from emgstream.decisions import DecisionSettings
from emgstream.device_names import device_problem, is_device_name, is_folder
from emgstream.errors import ModelFileError, OutputError
from emgstream.host_system import refusal
from emgstream.manifest import Manifest
from emgstream.text_documents import json_of
from emgstream.wording import did_you_mean

__all__ = [
    "KERAS_ARCHIVE",
    "MODEL_SUFFIX",
    "WEIGHTS",
    "Model",
    "check_place",
    "opened_archive",
    "read_member",
    "read_model",
    "write_model",
]

MODEL_SUFFIX = ".emgmodel"
"""Suffix of model files."""
WEIGHTS = "weights.npz"
"""Member with the network's weights."""
KERAS_ARCHIVE = "network.keras"
"""Member with the weights in a model written before version 0.2."""

_MANIFEST = "manifest.json"
_SINGLE = "classifier.tflite"
_BATCH = "classifier_batch.tflite"

_MAX_MEMBER_BYTES = 64 * 2**20
"""Hundred times the weights of the published network: room to grow, and no zip bomb."""
_MAX_MANIFEST_BYTES = 4 * 2**20
"""Some times the manifest of 64 channels and eight sessions; numbers in JSON take much memory."""
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED = "the file is damaged: train or fetch it again"


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model, as read from or written to its file."""

    manifest: Manifest
    """Description of the network: its inputs, the meaning of its outputs, its origin."""
    classifier: bytes = field(repr=False)
    """The network as a LiteRT flatbuffer for one window."""
    classifier_batch: bytes = field(repr=False)
    """The same network as a LiteRT flatbuffer for a batch of windows."""
    weights: bytes = field(repr=False)
    """The weights of the same network, to continue training from."""
    weights_member: str = WEIGHTS
    """Name of that member, which tells its format: `WEIGHTS` or `KERAS_ARCHIVE`."""

    @property
    def members(self) -> dict[str, bytes]:
        """The members of the file but for the manifest, by name."""
        return {
            _SINGLE: self.classifier,
            _BATCH: self.classifier_batch,
            self.weights_member: self.weights,
        }

    def tuned(self, settings: DecisionSettings) -> Model:
        """Return the model with other settings, marked as set by hand."""
        if settings != self.manifest.decision:
            settings = replace(settings, fitted={"tuned": "by hand, on a recording"})
        return replace(self, manifest=replace(self.manifest, decision=settings))


def write_model(path: str | os.PathLike[str], model: Model) -> None:
    """Write a model whole or not at all; raises OutputError where it cannot be written."""
    path = Path(path)
    document = model.manifest.to_json()
    document["members"] = {name: _sha256(content) for name, content in model.members.items()}
    with _partial(path) as partial:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_MANIFEST, json.dumps(document, indent=2, allow_nan=False))
            for name, content in model.members.items():
                archive.writestr(name, content)
        replace_file(partial, path)


def check_place(path: str | os.PathLike[str]) -> None:
    """Raise OutputError where no model can be written; called before time is spent on training."""
    path = Path(path)
    with _partial(path) as partial:
        if is_folder(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        partial.touch()


@contextmanager
def _partial(path: Path) -> Iterator[Path]:
    """Give a temporary name to write under; no file of that name is left."""
    try:
        with partial_file(path) as partial:
            yield partial
    except OSError as error:
        raise OutputError(
            f"cannot write the model {path}: {refusal(error)}; choose another place with --out"
        ) from error


def read_model(path: str | os.PathLike[str]) -> Model:
    """Return the model of a file after checking that it is complete.

    Raises ModelFileError, naming the file, where it is missing, foreign, damaged, oversized, of a
    newer format, or where its parts disagree.
    """
    path = Path(path)
    if is_device_name(path):
        raise ModelFileError(f"{device_problem(path)}; expected a .emgmodel file; check the name")
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # /dev/zero has no end
            raise ModelFileError("is no file; expected a .emgmodel, as `emgstream train` writes")
        return _read(path)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from None
    except FileNotFoundError:
        meant = did_you_mean(str(path), [*_models_beside(path), DEMO])
        raise ModelFileError(
            f"{path}: no such file{meant}; expected a .emgmodel, as `emgstream train` writes"
        ) from None
    except OSError as error:
        raise ModelFileError(
            f"{path}: cannot be read: {refusal(error)}; expected a .emgmodel file"
        ) from None


def _models_beside(path: Path) -> list[str]:
    """Return the paths of the models in the folder of a path, written as the path is."""
    try:
        return sorted(str(path.with_name(one.name)) for one in path.parent.glob(f"*{MODEL_SUFFIX}"))
    except OSError:
        return []


def _read(path: Path) -> Model:
    with opened_archive(path) as archive:
        document = _parse(read_member(archive, _MANIFEST, _MAX_MANIFEST_BYTES))
        is_old = KERAS_ARCHIVE in archive.namelist() and WEIGHTS not in archive.namelist()
        weights_member = KERAS_ARCHIVE if is_old else WEIGHTS
        single, batch, weights = (
            read_member(archive, name) for name in (_SINGLE, _BATCH, weights_member)
        )
    model = Model(Manifest.from_json(document), single, batch, weights, weights_member)
    _check_hashes(document, model.members)
    return model


@contextmanager
def opened_archive(file: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a zip to read members of; raises ModelFileError where it is none, or damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except zipfile.BadZipFile as error:
        raise ModelFileError(
            f"not a model, or a damaged one ({error}); expected a .emgmodel, "
            "as `emgstream train` writes"
        ) from None
    except (EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise ModelFileError(f"a part does not unpack ({error}); {_DAMAGED}") from None


def read_member(archive: zipfile.ZipFile, name: str, most_bytes: int = _MAX_MEMBER_BYTES) -> bytes:
    """Return one member's content, of 64 MiB at most unless told otherwise.

    Raises ModelFileError where it is missing, larger, or packed in a way emgstream never uses.
    """
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise ModelFileError(
            f"holds no {name}; expected a .emgmodel, as `emgstream train` writes"
        ) from None
    if entry.file_size > most_bytes:
        raise ModelFileError(
            f"{name} would unpack to {entry.file_size:,} bytes, over the {most_bytes:,} "
            "that any model needs; do not trust this file"
        )
    if entry.compress_type not in _PACKINGS:
        raise ModelFileError(
            f"{name} is packed in a way (zip method {entry.compress_type}) that emgstream never "
            "uses; expected a .emgmodel, as `emgstream train` writes"
        )
    try:
        with archive.open(entry) as stream:
            content = stream.read(most_bytes + 1)
    except ValueError:  # of a place before the beginning of the file
        raise ModelFileError(f"{name} is not where the file says; {_DAMAGED}") from None
    if len(content) != entry.file_size:
        raise ModelFileError(f"{name} is not as long as the file says; {_DAMAGED}")
    return content


def _parse(content: bytes) -> Mapping[str, Any]:
    try:
        document = json_of(content, allows_nan=False)
    except ValueError as error:
        raise ModelFileError(f"{_MANIFEST} is not JSON ({error}); {_DAMAGED}") from None
    if not isinstance(document, dict):
        raise ModelFileError(f"{_MANIFEST} is not a JSON object; {_DAMAGED}")
    return document


def _check_hashes(document: Mapping[str, Any], contents: Mapping[str, bytes]) -> None:
    stated = document.get("members")
    if not isinstance(stated, dict):
        raise ModelFileError(f"{_MANIFEST} does not name the members' hashes; {_DAMAGED}")
    for name, content in contents.items():
        if stated.get(name) != _sha256(content):
            raise ModelFileError(f"{name} is not the one the manifest was written for; {_DAMAGED}")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
