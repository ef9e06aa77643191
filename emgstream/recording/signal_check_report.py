"""The check before a session: a few seconds of rest and of one strong contraction. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emgstream.cue_schedule import REST, CueSchedule
from emgstream.quality import QualityKind, judge_quality
from emgstream.recording.repetition_monitor import amplitudes
from emgstream.types import FloatArray

__all__ = ["SignalCheckReport", "check_cues", "contraction_for", "judge_signal_check"]

REST_S = 2.0
CONTRACTION_S = 3.0

_LEAST_CONTRAST = 2.0
_SWAPPED = 1.5
_QUIETEST_COUNTS = 0.5
_SHOWS_AT_REST = (QualityKind.HUM, QualityKind.SATURATED, QualityKind.FLAT, QualityKind.SAME)
_PRIME_MOVERS: dict[str, tuple[str, str]] = {"elbow_bend": ("biceps", "triceps")}
"""A movement with the muscle that does it and the one that must not do more."""


@dataclass(frozen=True, slots=True)
class SignalCheckReport:
    """What the check found."""

    channel_names: tuple[str, ...]
    """The channels."""
    contrasts: tuple[float, ...]
    """Amplitude of the contraction against rest, one a channel; 0 where there was no signal."""
    problems: tuple[str, ...]
    """What is wrong and what to do about it, for people; empty where all is well."""

    def document(self) -> dict[str, Any]:
        """Return it for the sidecar."""
        contrasts = zip(self.channel_names, self.contrasts, strict=True)
        return {
            "contrast": {name: round(value, 2) for name, value in contrasts},
            "problems": list(self.problems),
        }


def contraction_for(channel_names: Sequence[str]) -> str:
    """Return the movement to ask for: where its prime mover is known, swapped wires show too.

    >>> contraction_for(("biceps", "triceps", "middle")), contraction_for(("emg1", "emg2"))
    ('elbow_bend', 'hand_close')
    """
    for movement, muscles in _PRIME_MOVERS.items():
        if set(muscles) <= set(channel_names):
            return movement
    return "hand_close"


def check_cues(contraction: str) -> CueSchedule:
    """Return the five seconds of the check."""
    return CueSchedule.of([(REST, REST_S), (contraction, CONTRACTION_S)])


def judge_signal_check(
    rest: FloatArray,
    contraction: FloatArray,
    channel_names: tuple[str, ...],
    rate_hz: float | None,
    movement: str,
) -> SignalCheckReport:
    """Return what is wrong with the set-up.

    ``rest`` and ``contraction`` are raw samples, shapes ``(n, n_channels)``; ``movement`` is what
    was asked for. A weak signal at rest is as it should be; hum shows there.
    """
    if min(len(rest), len(contraction)) < 2:
        problem = "too few samples came in five seconds to tell anything; check the connection"
        return SignalCheckReport(channel_names, (0.0,) * len(channel_names), (problem,))
    problems = _quality_problems(rest, contraction, channel_names, rate_hz)
    level = rest.mean(axis=0, dtype="float64")
    quiet = amplitudes(rest).clip(min=_QUIETEST_COUNTS)
    contrasts = dict(zip(channel_names, amplitudes(contraction, level) / quiet, strict=True))
    for name, contrast in contrasts.items():
        if name not in problems and contrast < _LEAST_CONTRAST:
            problems[name] = (
                f"{name}: the contraction is only {contrast:.1f} times as strong as rest; put the "
                "electrodes along the muscle's belly, moisten the skin, or turn the gain up"
            )
    found = (*problems.values(), *_swapped(contrasts, movement))
    return SignalCheckReport(channel_names, tuple(map(float, contrasts.values())), found)


def _quality_problems(
    rest: FloatArray,
    contraction: FloatArray,
    channel_names: tuple[str, ...],
    rate_hz: float | None,
) -> dict[str, str]:
    """Return what is wrong with the signal itself, by channel."""
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
