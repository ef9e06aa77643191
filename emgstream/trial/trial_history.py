"""The history of tests of a model: a file beside it, to which every test is added."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from emgstream.atomic_files import partial_file, replace_file
from emgstream.bundle import Model
from emgstream.data import DEMO_MODEL
from emgstream.errors import OutputError
from emgstream.host_system import refusal
from emgstream.text_documents import json_of
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
    """Return the path of the history of a model: beside the model.

    That of the shipped model is in the current folder, as its own folder may be read-only.
    """
    beside = model.with_name(f"{model.name}.tests.json")
    return Path(beside.name) if model == DEMO_MODEL else beside


def network_hash(model: Model) -> str:
    """Return the SHA-256 hash of a network, which tells apart models of the same name."""
    return hashlib.sha256(model.classifier).hexdigest()


def history_entry(
    test: CuedTest, model: Model, source: Mapping[str, Any], protocol: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the entry of a test in the history, as JSON types.

    ``source`` describes the source of the samples; its ``kind`` is ``live`` or ``replay``.
    ``protocol`` is the protocol of the test.
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
    """Return the tests of a model, oldest first; none if there is no history.

    Raises OutputError if the file cannot be read or is no history.
    """
    path = history_path(model)
    try:
        found = json_of(path.read_text(encoding="utf-8")) if path.exists() else []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise ValueError("it has no list of tests")
    except OSError as error:
        raise OutputError(
            f"cannot read {path}: {refusal(error)}; expected the results of earlier "
            "tests; check its permissions"
        ) from error
    except ValueError as error:
        raise OutputError(
            f"{path} is not a history of tests ({error}); expected the results of earlier tests; "
            "move it "
            "away to begin a new one"
        ) from error
    return found


def add_to_history(model: Path, entry: Mapping[str, Any]) -> Path:
    """Add a test to the history, completely or not at all; return the path.

    Raises OutputError if the file cannot be written, or is no history.
    """
    path, text = history_path(model), json.dumps([*read_history(model), entry], indent=2)
    with _partial(path) as partial:
        partial.write_text(text + "\n", encoding="utf-8")
        replace_file(partial, path)
    return path


def check_history(model: Path) -> None:
    """Raise OutputError if no test could be added, before time is spent on one."""
    read_history(model)
    with _partial(history_path(model)) as partial:
        partial.touch()


@contextmanager
def _partial(path: Path) -> Iterator[Path]:
    """Give a path to write to until the file is complete; a file at that path does not stay."""
    try:
        with partial_file(path) as partial:
            yield partial
    except OSError as error:
        raise OutputError(
            f"cannot write {path}: {refusal(error)}; expected a writable folder; copy the "
            "model to one"
        ) from error
