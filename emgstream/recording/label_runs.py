"""Labels from cues: each movement is labelled from the onset of the muscles to the end of its cue.

People react 200 to 400 ms after a cue. The samples between the cue and the onset are labelled
``transition``, which training ignores. A rest is labelled from the release of the muscles on. A
repetition that was discarded or interrupted has no label.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emgstream.cue_schedule import REST
from emgstream.recording.cue_events import RepetitionOutcome
from emgstream.recording.muscle_onset import find_onset, find_release
from emgstream.types import FloatArray, IndexArray

__all__ = ["METHOD", "CueRun", "LabelledCueRun", "label_runs"]

METHOD = (
    "onset of the EMG envelope against rest, double threshold (after Hodges & Bui 1996, Bonato et "
    "al. 1998); samples between cue and onset are 'transition'"
)

# Choices, but for the first: the middle of the 200 to 400 ms that people take to react.
_USUAL_REACTION_S = 0.3
_LATEST_S = 1.5  # a contraction that begins later was hardly meant for this cue
_REST_BEFORE_S = 2.0  # of rest before the cue, from which mean and spread are taken
_ANTICIPATION_S = 0.2  # before the cue, left out of it: people who expect a cue begin early
_LEAST_REST_S = 0.5  # a shorter rest gives no reliable spread


@dataclass(frozen=True, slots=True)
class CueRun:
    """The rows of one cue."""

    label: str
    """The movement that was asked for; empty if none was."""
    repetition: int
    """Number of the repetition, from 1; 0 if nothing was asked for."""
    start: int
    """First row."""
    end: int
    """First row behind it."""


@dataclass(frozen=True, slots=True)
class LabelledCueRun:
    """The rows of one cue, and those of them that get its label."""

    run: CueRun
    """The rows."""
    outcome: RepetitionOutcome
    """The outcome of the repetition."""
    label_from: int | None
    """First row that gets the label; None if none does."""
    note: str = ""
    """A hint for the person who checks the labels; empty if there is none."""


def label_runs(
    runs: Sequence[CueRun],
    outcomes: Mapping[tuple[str, int], RepetitionOutcome],
    samples: FloatArray,
    segments: IndexArray,
    rate_hz: float | None,
    *,
    trim: bool,
) -> list[LabelledCueRun]:
    """Return the labelled rows of each cue that asked for a movement or rest.

    ``samples`` and ``segments`` are those of the rows, shapes ``(n_rows, n_channels)`` and
    ``(n_rows,)``. With ``trim=False``, and if the rate is not known, labels begin at the cue.
    """
    labelled: list[LabelledCueRun] = []
    at_rest = None
    for run in runs:
        outcome = outcomes.get((run.label, run.repetition), RepetitionOutcome.CUT_SHORT)
        first, note = run.start, ""
        if trim and rate_hz is not None and run.label and outcome.counts:
            first, note = _first_row(run, at_rest, samples, segments, rate_hz)
        at_rest = slice(first, run.end) if run.label in (REST, "") else None
        if run.label:
            labelled.append(LabelledCueRun(run, outcome, first if outcome.counts else None, note))
    return labelled


def _first_row(
    run: CueRun, at_rest: slice | None, samples: FloatArray, segments: IndexArray, rate_hz: float
) -> tuple[int, str]:
    """Return the first row of a cue that gets its label, and a hint or an empty text.

    ``at_rest`` are the rows of rest just before it, None if there are none.
    """
    usual = min(run.start + round(_USUAL_REACTION_S * rate_hz), run.end)
    if run.label == REST:
        return _released(run, samples, segments, rate_hz) or (usual, "no rest found in it")
    rest = None if at_rest is None else _rest_before(run, at_rest, segments, rate_hz)
    if rest is None:
        return usual, f"no rest before it; starts after the usual {_USUAL_REACTION_S:g} s"
    onset = find_onset(
        samples[rest.start : run.end],
        slice(0, rest.stop - rest.start),
        run.start - rest.start,
        rate_hz,
    )
    if onset is None or onset + rest.start > run.start + _LATEST_S * rate_hz:
        return usual, "no contraction found; was the movement made?"
    return rest.start + onset, ""


def _rest_before(run: CueRun, at_rest: slice, segments: IndexArray, rate_hz: float) -> slice | None:
    """Return the rows of rest before a cue, without its anticipation; None if there are too few."""
    breaks = np.flatnonzero(np.diff(segments[at_rest.start : run.start + 1]))
    unbroken = at_rest.start + int(breaks[-1]) + 1 if len(breaks) else at_rest.start
    start = max(unbroken, run.start - round(_REST_BEFORE_S * rate_hz))
    end = run.start - round(_ANTICIPATION_S * rate_hz)
    return slice(start, end) if end - start >= _LEAST_REST_S * rate_hz else None


def _released(
    run: CueRun, samples: FloatArray, segments: IndexArray, rate_hz: float
) -> tuple[int, str] | None:
    """Return the row at which the muscles are at rest, judged by the second half of the rest.

    None if they never are.
    """
    breaks = np.flatnonzero(np.diff(segments[run.start : run.end]))
    end = run.start + int(breaks[0]) + 1 if len(breaks) else run.end
    half = (end - run.start) // 2
    if half < _LEAST_REST_S * rate_hz:
        return None
    still = slice(half, end - run.start - round(_ANTICIPATION_S * rate_hz))
    row = find_release(samples[run.start : end], still, 0, rate_hz)
    return None if row is None else (run.start + row, "")
