"""The tests of a model, written down beside it: one after the other, none ever taken out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from emgstream.atomic_files import partial_file
from emgstream.bundle import Model
from emgstream.data import DEMO_MODEL
from emgstream.errors import OutputError
from emgstream.trial.cued_test import CuedTest

__all__ = [
    "add_to_history",
    "check_history",
    "history_entry",
    "history_path",
    "network_hash",
    "read_history",
]


def history_path(model: Path) -> Path:
    """Return where the tests of a model are written down: beside it.

    Those of the shipped model are in the present folder: it is nobody's place to write to.
    """
    beside = model.with_name(f"{model.name}.tests.json")
    return Path(beside.name) if model == DEMO_MODEL else beside


def network_hash(model: Model) -> str:
    """Return what tells one network from another that was trained under the same name."""
    return hashlib.sha256(model.classifier).hexdigest()


def history_entry(
    test: CuedTest, model: Model, source: Mapping[str, Any], protocol: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is written down of a test, as JSON's own types.

    ``source`` says where the samples came from, its ``kind`` whether they were ``live`` or a
    ``replay``; ``protocol`` what was asked for.
    """
    return {
        "tested": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "source": dict(source),
        "protocol": dict(protocol),
        "network_sha256": network_hash(model),
        "decision": model.manifest.decision.to_manifest(),
        **test.to_json(),
    }


def read_history(model: Path) -> list[dict[str, Any]]:
    """Return the tests of a model, oldest first; none where nothing was written down.

    Raises OutputError where what stands there cannot be read or is no such history.
    """
    path = history_path(model)
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise ValueError("it holds no list of tests")
    except OSError as error:
        raise OutputError(
            f"cannot read {path}: {error.strerror or error}; expected what earlier tests wrote; "
            "see who may read it"
        ) from error
    except ValueError as error:
        raise OutputError(
            f"{path} is no history of tests ({error}); expected what earlier tests wrote; move it "
            "away to begin a new one"
        ) from error
    return found


def add_to_history(model: Path, entry: Mapping[str, Any]) -> Path:
    """Write a test down behind those before it, whole or not at all, and return where.

    Raises OutputError where that cannot be, or where what stands there is no such history.
    """
    path, text = history_path(model), json.dumps([*read_history(model), entry], indent=2)
    with _partial(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(path)
    return path


def check_history(model: Path) -> None:
    """Raise OutputError where no test could be added: before one is made."""
    read_history(model)
    with _partial(history_path(model)) as partial:
        partial.touch()


@contextmanager
def _partial(path: Path) -> Iterator[Path]:
    """Give the name to write under until all is written; nothing of that name stays."""
    try:
        with partial_file(path) as partial:
            yield partial
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {error.strerror or error}; expected a folder that may be "
            "written to; copy the model to one"
        ) from error
