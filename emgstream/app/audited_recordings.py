"""The recordings picked for a training, each audited in a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from emgstream.app.name_lists import listed
from emgstream.app.recording_verdict import RecordingVerdict, judge
from emgstream.errors import EmgStreamError
from emgstream.recording import put_in_order
from emgstream.tables import ALL_GUESSED
from emgstream.tables.formats import RECORDING_SUFFIXES
from emgstream.tables.settled_columns import read_settled, remember
from emgstream.tables.table_assembly import label_of_name
from emgstream.translation import tr
from emgstream.worker import Worker

__all__ = ["AuditedRecordings", "conflict", "recordings_in"]

_SAME_RATE = 0.005
"""Largest relative difference of two clocks at one nominal rate: ceramic resonators are ±0.5 %."""


class AuditedRecordings:
    """An ordered set of recordings with their verdicts; one thread calls everything."""

    def __init__(self) -> None:
        self.verdicts: dict[Path, RecordingVerdict | None] = {}
        self._worker: Worker | None = None
        self._judged: list[RecordingVerdict] = []
        self._unasked: list[Path] = []
        self._unfinished: set[Path] = set()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in the order they were added."""
        return tuple(self.verdicts)

    @property
    def known(self) -> list[RecordingVerdict]:
        """The verdicts of the audits that are done."""
        return [verdict for verdict in self.verdicts.values() if verdict is not None]

    @property
    def busy(self) -> bool:
        """True while an audit is still to be done."""
        return None in self.verdicts.values()

    @property
    def nameable(self) -> list[RecordingVerdict]:
        """Recordings without a label column, whose names are their labels or can be."""
        return [one for one in self.known if one.lacks_label or one.is_label_from_name]

    @property
    def name_words(self) -> str:
        """The labels that the `nameable` recordings have by their names, for people."""
        pairs = [
            tr("{name} is {label}", name=one.path.name, label=label_of_name(one.path))
            for one in self.nameable
        ]
        return ",  ".join(pairs)

    @property
    def are_labelled_by_name(self) -> bool:
        """True if the names of all `nameable` recordings are their labels."""
        nameable = self.nameable
        return bool(nameable) and all(one.is_label_from_name for one in nameable)

    def add(self, paths: Iterable[Path]) -> list[Path]:
        """Add files that are not in the set yet, and return those."""
        new = [
            path for path in dict.fromkeys(map(Path.absolute, paths)) if path not in self.verdicts
        ]
        self.verdicts.update(dict.fromkeys(new))
        return new

    def remove(self, path: Path) -> None:
        """Remove a file."""
        self.verdicts.pop(path, None)

    def audit_again(self, paths: Iterable[Path]) -> None:
        """Audit files of the set once more, as their columns have been settled."""
        self.verdicts.update((path, None) for path in paths if path in self.verdicts)

    def put_in_order(self, path: Path) -> None:
        """Put the files of an interrupted recording in order, then audit it once more."""
        self._unfinished.add(path)
        self.audit_again([path])

    def take_undecided(self) -> list[Path]:
        """Return the files whose columns the user must settle, each once; none during an audit."""
        if self.busy:
            return []
        taken, self._unasked = self._unasked, []
        return [path for path in taken if path in self.verdicts]

    def label_by_name(self, is_named: bool) -> None:
        """Remember for all `nameable` recordings that the name is the label, or that it is not.

        Raises OutputError where that cannot be remembered.
        """
        for one in self.nameable:
            earlier = read_settled(one.path, one.sha256) or ALL_GUESSED
            remember(one.path, one.sha256, replace(earlier, label_from_name=is_named))
            self.audit_again([one.path])

    def poll(self) -> list[RecordingVerdict]:
        """Audit one file after the other; return the verdicts that are new."""
        if self._worker is not None:
            if self._worker.alive:
                return []
            worker, self._worker = self._worker, None
            worker.check()
        new = [verdict for verdict in self._judged if verdict.path in self.verdicts]
        self._judged = []
        self.verdicts.update((verdict.path, verdict) for verdict in new)
        self._unasked += [verdict.path for verdict in new if verdict.is_undecided]
        waiting = [path for path, verdict in self.verdicts.items() if verdict is None]
        if waiting:
            self._start(waiting[0])
        return new

    def shut_down(self) -> None:
        """Wait for the audit that runs."""
        if self._worker is not None:
            self._worker.join(threading.TIMEOUT_MAX)
            self._worker = None

    def _start(self, path: Path) -> None:
        is_mended = path in self._unfinished
        self._unfinished.discard(path)

        def look_over(_: threading.Event) -> None:
            failure = _mending_failure(path) if is_mended else None
            verdict = judge(path)
            self._judged.append(
                verdict if failure is None else replace(verdict, kind="wrong", line=str(failure))
            )

        self._worker = Worker("emg-auditor", look_over)
        self._worker.start()


def _mending_failure(path: Path) -> EmgStreamError | None:
    """Put the files of a session in order; return the reason where that cannot be done."""
    try:
        put_in_order(path)
    except EmgStreamError as error:
        return error
    return None


def recordings_in(paths: Iterable[Path]) -> list[Path]:
    """Return the recordings among files and in folders, sorted by name within a folder."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        found += [one for one in inside if one.name.lower().endswith(RECORDING_SUFFIXES)]
    return found


def conflict(
    verdicts: Sequence[RecordingVerdict], rate_hz: float | None, *, adapts: bool = False
) -> str:
    """Return why one model cannot be trained on all of them; empty where it can.

    A model that is adapted needs no label: to recordings without any, its levels are.
    """
    needs_labels = not adapts or any(verdict.labels for verdict in verdicts)
    for verdict in verdicts:
        if verdict.is_undecided:
            return tr(
                "The columns of {name} are not settled; choose Columns… beside it",
                name=verdict.path.name,
            )
        if not needs_labels and verdict.channel_names:  # it can be read
            continue
        if verdict.lacks_label:
            return tr(
                "{name} has no label; take its name as the label, or remove it",
                name=verdict.path.name,
            )
        if verdict.kind == "unusable":
            return tr("{name} cannot be used for training; remove it", name=verdict.path.name)
    first = verdicts[0] if verdicts else None
    for verdict in verdicts:
        if first is not None and verdict.channel_names != first.channel_names:
            return tr(
                "{name} has channels {channel_names}; expected "
                "{first_channel_names} as in {first_name}; remove one of them",
                name=verdict.path.name,
                channel_names=listed(verdict.channel_names),
                first_channel_names=listed(first.channel_names),
                first_name=first.path.name,
            )
    labels = {label for verdict in verdicts for label in verdict.labels}
    if len(labels) == 1:
        return tr(
            "only the label {label} in all; add a recording of another movement",
            label=labels.pop(),
        )
    return "" if rate_hz is not None else _rate_conflict(verdicts)


def _rate_conflict(verdicts: Sequence[RecordingVerdict]) -> str:
    known: list[tuple[Path, float]] = []
    for verdict in verdicts:
        if verdict.rate_hz is None:
            return tr("{name} does not tell its sampling rate; say it", name=verdict.path.name)
        known.append((verdict.path, verdict.rate_hz))
    for path, rate_hz in known:
        first, first_hz = known[0]
        if abs(rate_hz / first_hz - 1.0) > _SAME_RATE:
            return tr(
                "{name} has {rate_hz:.6g} Hz, {first_name} has {first_hz:.6g} Hz; expected "
                "one rate; remove one, or say the rate of all",
                name=path.name,
                rate_hz=rate_hz,
                first_name=first.name,
                first_hz=first_hz,
            )
    return ""
