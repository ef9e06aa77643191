"""Export to a BIDS data set, by BIDS 1.11 with its extension for EMG (BEP042).

::

    dataset_description.json   README   participants.tsv
    sub-S/ses-N/sub-S_ses-N_scans.tsv
    sub-S/ses-N/emg/sub-S_ses-N_task-movements_run-1_emg.bdf   _emg.json
                                                    _channels.tsv   _events.tsv   _events.json

A session is added to a data set that exists; one of the same subject and name is its next run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from emgstream import __version__
from emgstream.cue_schedule import REST, TRANSITION
from emgstream.errors import OutputError
from emgstream.export.edf import write_edf
from emgstream.host_system import refusal
from emgstream.recording.recorded_session import RecordedSession

__all__ = ["write_bids"]

BIDS_VERSION = "1.11.0"
TASK = "movements"

_NOT_KNOWN = "n/a"
_MARKER = "Text of a marker, set by a key or by another program; n/a for a movement."


def write_bids(session: RecordedSession, root: Path, mains_hz: int | None = None) -> list[Path]:
    """Add a session to the data set in a folder, which is created if it does not exist.

    Returns the files that were written. Raises the errors of `write_edf`.
    """
    subject = _label(session.sidecar.get("subject"), "unknown")
    name = _label(session.sidecar.get("session"), "1")
    folder = root / f"sub-{subject}" / f"ses-{name}" / "emg"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stem = _free_stem(folder, f"sub-{subject}_ses-{name}_task-{TASK}")
        data = folder / f"{stem}_emg.bdf"
        write_edf(session, data, "bdf")
        return [data, *_write_beside(session, root, folder, stem, subject, name, mains_hz)]
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(
            f"cannot write the data set {root}: {refusal(error)}; expected a folder that "
            "is writable and has free space; choose another with --out"
        ) from error


def _write_beside(
    session: RecordedSession,
    root: Path,
    folder: Path,
    stem: str,
    subject: str,
    name: str,
    mains_hz: int | None,
) -> Iterator[Path]:
    """Write the files beside the signal; yield the path of each."""
    yield _json(folder / f"{stem}_emg.json", _emg(session, mains_hz))
    yield _tsv(folder / f"{stem}_channels.tsv", _channels(session))
    yield _tsv(folder / f"{stem}_events.tsv", _events(session))
    yield _json(folder / f"{stem}_events.json", _event_columns(session))
    scans = folder.parent / f"sub-{subject}_ses-{name}_scans.tsv"
    started = session.started
    when = _NOT_KNOWN if started is None else started.replace(tzinfo=None).isoformat()
    yield _grown_tsv(scans, {"filename": f"emg/{stem}_emg.bdf", "acq_time": when})
    yield _grown_tsv(root / "participants.tsv", {"participant_id": f"sub-{subject}"})
    description = root / "dataset_description.json"
    if not description.exists():
        yield _json(description, _DESCRIPTION)
    readme = root / "README"
    if not readme.exists():
        readme.write_text(_README, encoding="utf-8")
        yield readme


def _emg(session: RecordedSession, mains_hz: int | None) -> dict[str, Any]:
    table, sidecar = session.table, session.sidecar
    board = sidecar.get("source", {}).get("board") or {}
    index = session.index
    placements = [
        f"{one['name']}: {one['placement']}"
        for one in sidecar.get("channels", ())
        if one.get("placement")
    ]
    return {
        "TaskName": TASK,
        "TaskDescription": "movements of the arm and hand, held at a cue on the screen",
        "EMGPlacementScheme": "Other",
        "EMGPlacementSchemeDescription": "; ".join(placements) or "not recorded",
        "EMGReference": _NOT_KNOWN,
        "EMGGround": _NOT_KNOWN,
        "EMGChannelCount": len(table.channel_names),
        "SamplingFrequency": session.rate_hz,
        "PowerLineFrequency": mains_hz or _NOT_KNOWN,
        "SoftwareFilters": _NOT_KNOWN,
        "HardwareFilters": _NOT_KNOWN,
        "RecordingType": "continuous",
        "RecordingDuration": float((index[-1] + 1) / session.rate_hz),
        "Manufacturer": _NOT_KNOWN,
        "ManufacturersModelName": board.get("board", _NOT_KNOWN),
        "SoftwareVersions": str(sidecar.get("software", _NOT_KNOWN)),
    }


def _channels(session: RecordedSession) -> list[dict[str, str]]:
    placements = {
        one.get("name"): one.get("placement") for one in session.sidecar.get("channels", ())
    }
    return [
        {
            "name": name,
            "type": "EMG",
            "units": _NOT_KNOWN,
            "description": "counts of the converter, unfiltered",
            "sampling_frequency": f"{session.rate_hz:.6f}",
            "placement_description": placements.get(name) or _NOT_KNOWN,
        }
        for name in session.table.channel_names
    ]


def _events(session: RecordedSession) -> list[dict[str, str]]:
    """Return the labels and, without a duration, the markers, by their onset."""
    events = [
        _event(session, one.first_index, one.end_index, one.label, str(one.repetition))
        for one in session.stretches()
    ]
    markers = list(session.markers())
    if markers:
        for event in events:
            event["marker"] = _NOT_KNOWN
        for at, text in markers:
            event = _event(session, at, at, _NOT_KNOWN, _NOT_KNOWN)
            events.append({**event, "marker": " ".join(text.split()) or _NOT_KNOWN})
    return sorted(events, key=lambda event: int(event["sample"]))


def _event(
    session: RecordedSession, first: int, end: int, label: str, repetition: str
) -> dict[str, str]:
    return {
        "onset": f"{first / session.rate_hz:.6f}",
        "duration": f"{(end - first) / session.rate_hz:.6f}",
        "trial_type": label,
        "sample": str(first),
        "repetition": repetition,
    }


def _event_columns(session: RecordedSession) -> dict[str, Any]:
    """Return the description of the columns of the events; every label must be among the levels."""
    named = {REST: "nothing", TRANSITION: "time between a cue and the onset of the muscles"}
    labels = dict.fromkeys(stretch.label for stretch in session.stretches())
    return {
        "trial_type": {
            "Description": "Name of the movement.",
            "Levels": {label: named.get(label, f"held: {label}") for label in labels},
        },
        "sample": {"Description": "First sample of the event; the first sample of the file is 0."},
        "repetition": {"Description": "Number of the repetition of this movement, from 1."},
        **({"marker": {"Description": _MARKER}} if session.table.markers else {}),
    }


def _label(text: str | None, otherwise: str) -> str:
    """Return the letters and digits of a text, as BIDS allows no others in a label.

    >>> _label("S-01", "unknown"), _label("", "unknown")
    ('S01', 'unknown')
    """
    return re.sub(r"[^A-Za-z0-9]", "", text or "") or otherwise


def _free_stem(folder: Path, start: str) -> str:
    """Return the first name of a run that does not exist yet."""
    stems = (f"{start}_run-{number}" for number in count(1))
    return next(stem for stem in stems if not (folder / f"{stem}_emg.bdf").exists())


def _json(path: Path, document: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _tsv(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    lines = ["\t".join(rows[0])] if rows else ["onset\tduration\ttrial_type\tsample\trepetition"]
    lines += ["\t".join(row.values()) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _grown_tsv(path: Path, row: Mapping[str, str]) -> Path:
    """Add a row to a table, unless it is there; the table is created if it does not exist."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else ["\t".join(row)]
    names = lines[0].split("\t")
    line = "\t".join(row.get(name, _NOT_KNOWN) for name in names)
    if line.split("\t")[0] not in [one.split("\t")[0] for one in lines[1:]]:
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


_DESCRIPTION = {
    "Name": "EMG of arm and hand movements",
    "BIDSVersion": BIDS_VERSION,
    "DatasetType": "raw",
    "GeneratedBy": [{"Name": "emgstream", "Version": __version__}],
}

_README = """EMG of arm and hand movements

Recorded with emgstream, which wrote this folder. Signals are counts of the converter, unfiltered.
A person followed cues on a screen; the events hold each movement from the onset of the muscles to
the end of its cue, and what lies between cue and onset as 'transition'.
"""
