"""Steps: what the network sees at each of its time steps.

A step is one raw sample, or a short stretch of samples reduced to one number a channel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.errors import ModelFileError
from emgstream.types import FloatArray

__all__ = ["RawSample", "Rms", "Step", "StepStream", "step_from_manifest"]

Doubles: TypeAlias = npt.NDArray[np.float64]

_LONGEST = 100_000
_HIGHEST = 1e9
_LONGEST_SPAN = 100
_MOST_SPANS = 10


class Step(Protocol):
    """How ``length`` consecutive samples become one row of features; no state."""

    kind: ClassVar[str]

    @property
    def length(self) -> int:
        """Samples a step."""
        ...

    def n_reduced(self, n_channels: int) -> int:
        """Return how many numbers a step of so many channels is reduced to."""
        ...

    def n_features(self, n_channels: int) -> int:
        """Return how many numbers the network sees of it."""
        ...

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return what each of these numbers is, for people."""
        ...

    @property
    def n_earlier(self) -> int:
        """Steps before a step that its features reach back to."""
        ...

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return ``(n_steps, n_reduced)`` for ``(n_steps * length, n_channels)`` samples."""
        ...

    def features(self, reduced: Doubles) -> Doubles:
        """Return ``(n_steps, n_features)`` for reduced steps, ``n_earlier`` of NaN before them.

        ``reduced`` has shape ``(n_earlier + n_steps, n_reduced)``; a row of NaN is no step.
        """
        ...

    def n_strengths(self, n_channels: int) -> int:
        """Return how many numbers tell how strong the signal is at a step."""
        ...

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:
        """Return these of ``(n_steps, n_features)`` features: a level a channel, then the others.

        Each rises with the contraction, and is over the longest stretch the step knows.
        """
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        ...


@dataclass(frozen=True)
class RawSample:
    """One sample a step, as it is: the published form.

    >>> RawSample().reduce(np.array([[1, 2, 3]], dtype=np.float32))
    array([[1., 2., 3.]])
    """

    kind: ClassVar[str] = "raw"
    length: ClassVar[int] = 1
    """Samples a step."""
    n_earlier: ClassVar[int] = 0
    """It reaches back to no other."""

    def n_reduced(self, n_channels: int) -> int:
        """One number a channel."""
        return n_channels

    n_features = n_reduced

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the channels' own names."""
        return tuple(channel_names)

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return the samples, shape ``(n_steps, n_channels)``."""
        return samples.astype(np.float64)

    def features(self, reduced: Doubles) -> Doubles:
        """Return the same."""
        return reduced

    def n_strengths(self, n_channels: int) -> int:  # noqa: ARG002 - as of every step
        """None: one sample of a swinging signal tells nothing of its strength."""
        return 0

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:  # noqa: ARG002
        """Return nothing, shape ``(n_steps, 0)``."""
        return features[:, :0]

    def to_manifest(self) -> dict[str, Any]:
        """Return ``{"kind": "raw"}``."""
        return {"kind": self.kind}


@dataclass(frozen=True)
class Rms:
    """How strong each channel is, and how fast it changes: root mean squares on a soft scale.

    Over a step and over longer spans. The level's are taken about the stretch's own mean when
    ``about_mean``, so that the level at which a board rests (mid-scale) does not hide the muscle;
    about zero for a signal that has no such level. The change's are of the differences between
    neighbouring samples of a step, as the waveform length (Hudgins 1993) is.

    >>> Rms(length=2).features(Rms(length=2).reduce(np.array([[511], [513]], dtype=np.float32)))
    array([[0.]])
    """

    kind: ClassVar[str] = "rms"
    length: int
    """Samples a step."""
    about_mean: bool = True
    """Whether the mean of the stretch is taken out first."""
    floor: float = 0.1
    """Smallest root mean square, in the stream's unit: a flat line has no logarithm."""
    power: float = 0.0
    """What the root mean square is raised to; 0 for its natural logarithm."""
    spans: tuple[int, ...] = (1,)
    """How many of the newest steps each number is over; one number a channel for each."""
    change: bool = False
    """Whether there are as many numbers again, of the differences."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(self.spans))
        if not (
            isinstance(self.length, int)
            and 1 <= self.length <= _LONGEST
            and 0.0 < self.floor < _HIGHEST
        ):
            raise ValueError(f"length {self.length!r}, floor {self.floor!r}; both must be positive")
        if not 0.0 <= self.power <= 1.0:
            raise ValueError(f"power {self.power!r}; expected 0 to 1")
        if self.change and self.length < 2:
            raise ValueError("a step of one sample has no change; expected at least 2 samples")
        if not (
            1 <= len(self.spans) <= _MOST_SPANS
            and all(isinstance(span, int) and 1 <= span <= _LONGEST_SPAN for span in self.spans)
        ):
            raise ValueError(f"spans {self.spans!r}; expected up to {_MOST_SPANS} numbers of steps")

    @property
    def n_earlier(self) -> int:
        """Steps before a step that its longest span reaches back to."""
        return max(self.spans) - 1

    def n_reduced(self, n_channels: int) -> int:
        """One mean square a channel, or two."""
        return n_channels * (1 + self.change)

    def n_features(self, n_channels: int) -> int:
        """One number for each mean square and span."""
        return self.n_reduced(n_channels) * len(self.spans)

    def feature_names(self, channel_names: Sequence[str]) -> tuple[str, ...]:
        """Return the channels' names, with what is more than the strength of a step."""
        spoken = {span: f" over {span} steps" if span > 1 else "" for span in self.spans}
        kinds = ("", " change") if self.change else ("",)
        return tuple(
            f"{name}{kind}{spoken[span]}"
            for span in self.spans
            for kind in kinds
            for name in channel_names
        )

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return mean squares, shape ``(n_steps, n_reduced)``; NaN where a sample is missing."""
        stretches = samples.reshape(-1, self.length, samples.shape[1]).astype(np.float64)
        level = stretches
        if self.about_mean:
            level = stretches - _mean(stretches)[:, np.newaxis, :]
        squares = _mean(level * level)
        if not self.change:
            return squares
        changes = stretches[:, 1:] - stretches[:, :-1]
        return np.concatenate((squares, _mean(changes * changes)), axis=1)

    def features(self, reduced: Doubles) -> Doubles:
        """Return the root mean squares over the known steps of each span, on the soft scale.

        ``reduced``, shape ``(n_earlier + n_steps, n_reduced)``, begins with the steps before; the
        result has shape ``(n_steps, n_features)``.
        """
        by_span = [
            _mean_of_known(reduced[self.n_earlier - (span - 1) :], span) for span in self.spans
        ]
        square = np.maximum(np.concatenate(by_span, axis=1), self.floor**2)
        if self.power == 0.0:
            logarithm: Doubles = 0.5 * np.log(square)
            return logarithm
        powered: Doubles = square ** (0.5 * self.power)
        return powered

    def n_strengths(self, n_channels: int) -> int:
        """As many as a step is reduced to."""
        return self.n_reduced(n_channels)

    def strengths(self, features: Doubles, n_channels: int) -> Doubles:
        """Return the numbers over the longest span, shape ``(n_steps, n_strengths)``."""
        n = self.n_strengths(n_channels)
        place = self.spans.index(max(self.spans)) * n
        return features[:, place : place + n]

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        return {"kind": self.kind, **asdict(self), "spans": list(self.spans)}


def _mean(stretches: Doubles) -> Doubles:
    """Average over axis 1, added up in the order of time.

    numpy's own sum may choose another order for another number of stretches, and then the last
    bit would depend on how the samples were chunked. A running sum has one order only.
    """
    total: Doubles = np.add.accumulate(stretches, axis=1)[:, -1]
    total /= stretches.shape[1]
    return total


def _mean_of_known(reduced: Doubles, span: int) -> Doubles:
    """Average each row with the ``span - 1`` before it, NaN left out; NaN where all of them are."""
    n_steps = max(len(reduced) - (span - 1), 0)
    if span == 1 or n_steps == 0:
        return reduced[span - 1 :]
    within = np.arange(n_steps)[:, np.newaxis] + np.arange(span)
    stretches = reduced[within]
    known = np.isfinite(stretches)
    if known.all():
        return _mean(stretches)
    totals = np.add.accumulate(np.where(known, stretches, 0.0), axis=1)[:, -1]
    counts = known.sum(axis=1)
    unknown: Doubles = np.full_like(totals, np.nan)
    np.divide(totals, counts, out=unknown, where=counts > 0)
    return unknown


_KINDS: dict[str, type[RawSample] | type[Rms]] = {kind.kind: kind for kind in (RawSample, Rms)}


def step_from_manifest(entry: Mapping[str, Any]) -> Step:
    """Build the step a manifest names; raises ModelFileError for what it does not know."""
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ModelFileError(
            f"step of kind {kind!r}; this version knows {', '.join(_KINDS)}; "
            "update emgstream, or train the model again"
        )
    try:
        return _KINDS[kind](**{name: value for name, value in entry.items() if name != "kind"})
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"step {kind!r} is not as expected: {error}") from None


class StepStream:
    """Cuts a stream of samples into steps, whatever the chunks it comes in.

    One thread uses it.
    """

    def __init__(self, step: Step, n_channels: int) -> None:
        self._step = step
        self._pending = np.empty((0, n_channels), dtype=np.float32)
        self._nothing = np.full((step.n_earlier, step.n_reduced(n_channels)), np.nan)
        self._earlier = self._nothing
        self._no_steps = np.empty((0, step.n_features(n_channels)))

    def push(self, samples: FloatArray) -> Doubles:
        """Return the steps completed by these samples, shape ``(n_steps, n_features)``."""
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        n_used = len(samples) - len(samples) % self._step.length
        self._pending = samples[n_used:]
        if not n_used:
            return self._no_steps
        reduced = np.concatenate((self._earlier, self._step.reduce(samples[:n_used])))
        self._earlier = reduced[len(reduced) - self._step.n_earlier :]
        return self._step.features(reduced)

    def reset(self) -> None:
        """Drop the samples of an unfinished step, and the steps that spans reach back to."""
        self._pending = self._pending[:0]
        self._earlier = self._nothing
