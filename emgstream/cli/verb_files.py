"""The files that a verb reads and writes: none over another, and none missing for another."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from emgstream.atomic_files import is_same_file
from emgstream.cli.terminal import note
from emgstream.device_names import is_device_name
from emgstream.errors import EmgStreamError, UsageError
from emgstream.report import check_place, write_json, write_page
from emgstream.text_documents import json_of

__all__ = ["check_report_files", "hand_over", "refuse_to_overwrite"]


def refuse_to_overwrite(read: Iterable[Path], written: Iterable[str | Path | None]) -> None:
    """Raise UsageError where a file would be written over what is read, or over another.

    What a recorder wrote beside a recording is not to be written over either.
    """
    taken = [each for path in read for each in (path, *_sidecars(path))]
    for out in written:
        if out is None:
            continue
        path = Path(out)
        if any(is_same_file(path, other) for other in taken):
            raise UsageError(
                f"{out} is read or written already; expected another file for every output; "
                "choose another name"
            )
        taken.append(path)


def check_report_files(arguments: argparse.Namespace, read: Iterable[Path]) -> None:
    """Look at the places of ``--json`` and ``--html`` before time is spent on what goes there.

    Raises UsageError where one is read or written already, OutputError where it cannot be written.
    """
    refuse_to_overwrite(read, [arguments.json, arguments.html])
    for path, option in ((arguments.json, "--json"), (arguments.html, "--html")):
        if path is not None:
            check_place(path, option)


def hand_over(
    arguments: argparse.Namespace,
    document: Mapping[str, Any],
    page: Callable[[], str],
    tell: Callable[[], None],
) -> None:
    """Write what ``--json`` and ``--html`` ask for, then tell people what there is.

    Each is done whatever becomes of the others; then what the first failed with is raised.
    """
    steps = [tell]
    if arguments.html is not None:
        steps.insert(0, lambda: write_page(arguments.html, page()))
    if arguments.json is not None:
        steps.insert(0, lambda: write_json(arguments.json, document))
    failures: list[Exception] = []
    for step in steps:
        try:
            step()
        except (EmgStreamError, OSError) as error:
            failures.append(error)
    for failure in failures[1:]:
        if isinstance(failure, EmgStreamError):
            note(str(failure))
    if failures:
        raise failures[0]


def _sidecars(recording: Path) -> Iterator[Path]:
    """Give what was written down beside a recording when it was recorded, if anything was."""
    from emgstream.recording import sidecar_path  # not with the verb: `replay` starts sooner

    if not recording.name or is_device_name(recording):
        return
    path = sidecar_path(recording)
    try:
        facts = json_of(path.read_bytes())
    except (OSError, ValueError):
        return
    if isinstance(facts, dict) and not facts.keys().isdisjoint(("format", "subject", "session")):
        yield path
