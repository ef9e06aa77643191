"""The verdict of an audit, for users who pick recordings to train on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from emgstream.app.column_words import sentence
from emgstream.app.name_lists import listed
from emgstream.app.window_words import window_words
from emgstream.audit import Audit, audit_facts, audit_table, findings_to_read
from emgstream.errors import EmgStreamError, UndecidedColumnsError
from emgstream.opening import refuse_open_questions
from emgstream.tables import read_table
from emgstream.tables.session_rate import is_unfinished
from emgstream.translation import tr, tr_n

__all__ = ["RecordingVerdict", "judge"]


_BROKE_OFF = tr("it broke off, and its labels are those of the cues: put it in order")


@dataclass(frozen=True)
class RecordingVerdict:
    """The verdict on one recording."""

    path: Path
    """The file."""
    kind: str
    """``good``, ``look``, ``wrong``, or ``unusable`` where no training is possible."""
    line: str
    """The most serious finding, or that there is none."""
    facts: str
    """Length, rate, channels and number of labels, on one line."""
    details: str
    """All findings and facts of the audit, one per line."""
    channel_names: tuple[str, ...] = ()
    """Its channels; empty where it cannot be read."""
    labels: tuple[str, ...] = ()
    """Its labels, without unlabelled rows and transitions."""
    rate_hz: float | None = None
    """Its sampling rate by its own clock; None where it has none."""
    is_undecided: bool = False
    """True where the user must say what its columns mean."""
    lacks_label: bool = False
    """True where no column is a label, so that its name may be."""
    is_label_from_name: bool = False
    """True where its name is its label."""
    sha256: str = ""
    """SHA-256 of its content; empty where it cannot be read."""
    is_unfinished: bool = False
    """True for a recorded session that was not ended in order, so that it can be put in order."""


def judge(path: Path) -> RecordingVerdict:
    """Return the verdict on a recording, also on a file that cannot be read.

    Its texts are those of the window.
    """
    verdict = _judge(path)
    words = replace(verdict, line=window_words(verdict.line), details=window_words(verdict.details))
    if not is_unfinished(path):
        return words
    kind = "unusable" if verdict.kind == "unusable" else "wrong"
    details = f"{kind}: {_BROKE_OFF}\n{words.details}"
    return replace(words, kind=kind, line=_BROKE_OFF, details=details, is_unfinished=True)


def _judge(path: Path) -> RecordingVerdict:
    try:
        table = read_table(path)
        refuse_open_questions(table)
        return _verdict(audit_table(table))
    except UndecidedColumnsError as error:
        asked = [sentence(question) for question in error.questions]
        line = asked[0] + _more(len(asked) - 1)
        return RecordingVerdict(
            path, "wrong", line, tr("columns not settled"), "\n".join(asked), is_undecided=True
        )
    except EmgStreamError as error:
        return RecordingVerdict(path, "unusable", str(error), tr("cannot be read"), str(error))


def _verdict(audit: Audit) -> RecordingVerdict:
    table = audit.table
    by_name = table.choice.label_from_name
    # The rate is asked for on the page, for all at once; one label a file is what was chosen.
    found = [
        one
        for one in findings_to_read(audit)
        if not one.text.startswith("no sampling rate")
        and not (by_name and one.text == audit.accuracy_support.reason)
    ]
    labels = tuple(label.name for label in audit.labels if label.n_rows)
    if not labels:
        kind = "unusable"
        line = tr(
            "no label, so no model can be trained on it, only adapted to its levels; record each "
            "movement, and rest, with cues"
        )
    elif len(labels) == 1 and not by_name:
        kind, line = (
            "look",
            tr("only the label {label}: add recordings of other movements", label=labels[0]),
        )
    elif found:
        kind, line = found[0].kind, found[0].text + _more(len(found) - 1)
    else:
        kind, line = "good", _repetitions(audit, labels, by_name)
    good = [tr("good: {reason}", reason=audit.accuracy_support.reason)]
    said = [f"{one.kind}: {one.text}" for one in found] or good
    figures = [f"{name}: {text}" if name else text for name, text in audit_facts(audit)]
    return RecordingVerdict(
        path=table.path,
        kind=kind,
        line=line,
        facts=_facts(audit, labels),
        details="\n".join([*said, "", *figures]),
        channel_names=table.channel_names,
        labels=labels,
        rate_hz=table.sampling_rate_hz,
        lacks_label=table.labels is None,
        is_label_from_name=by_name,
        sha256=table.sha256,
    )


def _repetitions(audit: Audit, labels: tuple[str, ...], by_name: bool) -> str:
    if by_name:
        return tr("good: the label of the whole file is its name, {label}", label=labels[0])
    least = min(label.n_repetitions for label in audit.labels if label.name in labels)
    return tr("good: at least {least} repetitions of every label", least=least)


def _more(n: int) -> str:
    return tr("   (and {n} more)", n=n) if n else ""


def _facts(audit: Audit, labels: tuple[str, ...]) -> str:
    table = audit.table
    length = tr_n("{n:,} row", "{n:,} rows", table.n_rows)
    rate = tr("no clock")
    if audit.rate.hz is not None and audit.duration_s is not None:
        length, rate = _duration(audit.duration_s), f"{audit.rate.hz:.0f} Hz"
    names = listed(table.channel_names)
    n_labels = tr_n("{n:,} label", "{n:,} labels", len(labels))
    return f"{length}  ·  {rate}  ·  {names}  ·  {n_labels}"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else tr("{seconds:.1f} min", seconds=seconds / 60)
