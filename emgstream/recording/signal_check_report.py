"""The report of the signal check: quality at rest and in one strong contraction. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emgstream.cue_schedule import REST, CueSchedule
from emgstream.decisions import REST_NAMES
from emgstream.quality import QualityKind, judge_quality
from emgstream.recording.repetition_monitor import amplitudes
from emgstream.types import FloatArray

__all__ = ["SignalCheckReport", "check_cues", "contraction_for", "judge_signal_check"]

REST_S = 2.0
"""Seconds of rest, a choice: 100 periods of the mains, so that hum shows."""
CONTRACTION_S = 3.0
"""Seconds of contraction: a choice; the reaction (0.8 s) and two steady seconds."""

_LEAST_CONTRAST = 2.0  # a choice: below it, a movement is hard to tell from rest
_SWAPPED = 1.5  # a choice: the antagonist works along, but not more than its prime mover
_QUIETEST_COUNTS = 0.5  # half a count, as no converter resolves less
_SHOWS_AT_REST = (QualityKind.HUM, QualityKind.SATURATED, QualityKind.FLAT, QualityKind.SAME)
_FIST = "hand_close"
_PRIME_MOVERS: dict[str, tuple[str, str]] = {"elbow_bend": ("biceps", "triceps")}
"""The movements with a known prime mover: its channel, and that of its antagonist."""


@dataclass(frozen=True, slots=True)
class SignalCheckReport:
    """The result of the signal check."""

    channel_names: tuple[str, ...]
    """The channels."""
    contrasts: tuple[float, ...]
    """Amplitude of the contraction divided by that at rest, per channel; 0 without a signal."""
    problems: tuple[str, ...]
    """The problems found, each with advice, for people; empty if there are none."""

    def document(self) -> dict[str, Any]:
        """Return the report for the sidecar."""
        contrasts = zip(self.channel_names, self.contrasts, strict=True)
        return {
            "contrast": {name: round(value, 2) for name, value in contrasts},
            "problems": list(self.problems),
        }


def contraction_for(channel_names: Sequence[str], movements: Sequence[str]) -> str:
    """Return the movement to ask for: one of those that are recorded, where there is one.

    One whose prime mover is known comes first, as it reveals swapped wires, then a fist, which
    tenses most of a forearm.

    >>> contraction_for(("biceps", "triceps"), ("rest", "hand_close", "elbow_bend"))
    'elbow_bend'
    >>> contraction_for(("biceps", "triceps"), ("rest", "wrist_up")), contraction_for(("emg1",), ())
    ('wrist_up', 'hand_close')
    """
    revealing = [name for name, used in _PRIME_MOVERS.items() if set(used) <= set(channel_names)]
    recorded = [movement for movement in movements if movement.lower() not in REST_NAMES]
    wanted = [name for name in (*revealing, _FIST) if name in recorded]
    return next(iter([*wanted, *recorded]), _FIST)


def check_cues(contraction: str) -> CueSchedule:
    """Return the cues of the check: five seconds in all."""
    return CueSchedule.of([(REST, REST_S), (contraction, CONTRACTION_S)])


def judge_signal_check(
    rest: FloatArray,
    contraction: FloatArray,
    channel_names: tuple[str, ...],
    rate_hz: float | None,
    movement: str,
) -> SignalCheckReport:
    """Return the report on raw samples of rest and of a contraction, each ``(n, n_channels)``.

    ``movement`` is the movement that was asked for. A weak signal at rest is no problem; hum is.
    """
    if min(len(rest), len(contraction)) < 2:
        problem = (
            "too few samples arrived in five seconds to judge the signal; check the connection"
        )
        return SignalCheckReport(channel_names, (0.0,) * len(channel_names), (problem,))
    problems = _quality_problems(rest, contraction, channel_names, rate_hz)
    level = rest.mean(axis=0, dtype="float64")
    quiet = amplitudes(rest).clip(min=_QUIETEST_COUNTS)
    shares = np.nan_to_num(amplitudes(contraction, level) / quiet)
    contrasts = dict(zip(channel_names, shares.tolist(), strict=True))
    is_whole = np.isfinite(np.concatenate([rest, contraction])).all(axis=0).tolist()
    for name, contrast, is_measured in zip(contrasts, shares, is_whole, strict=True):
        if not is_measured:
            problems[name] = f"{name}: values are missing in the signal; check the connection"
        elif name not in problems and contrast < _LEAST_CONTRAST:
            problems[name] = (
                f"{name}: the contraction is only {contrast:.1f} times as strong as rest; put the "
                "electrodes along the muscle's belly, moisten the skin, or turn the gain up"
            )
    found = (*problems.values(), *_swapped(contrasts, movement))
    return SignalCheckReport(channel_names, tuple(contrasts.values()), found)


def _quality_problems(
    rest: FloatArray,
    contraction: FloatArray,
    channel_names: tuple[str, ...],
    rate_hz: float | None,
) -> dict[str, str]:
    """Return the problems of the signal itself, by channel."""
    at_rest = judge_quality(rest, channel_names, rate_hz)
    at_work = judge_quality(contraction, channel_names, rate_hz)
    problems = {}
    for name, quiet, busy in zip(channel_names, at_rest, at_work, strict=True):
        worst = quiet if busy.fine and quiet.kind in _SHOWS_AT_REST else busy
        if quiet.kind is QualityKind.FLAT and busy.fine:
            worst = busy  # a converter may well stand still at rest
        if not worst.fine:
            problems[name] = f"{name}: {worst.words}. {worst.advice}"
    return problems


def _swapped(contrasts: Mapping[str, float], movement: str) -> list[str]:
    mover, other = _PRIME_MOVERS.get(movement, ("", ""))
    if mover not in contrasts or other not in contrasts:
        return []
    if contrasts[other] < _SWAPPED * contrasts[mover] or contrasts[other] < _LEAST_CONTRAST:
        return []
    return [
        f"{other} works {contrasts[other] / contrasts[mover]:.1f} times as hard as {mover} in "
        f"{movement}: are the two wires swapped? Swap them, or the channels' names"
    ]
