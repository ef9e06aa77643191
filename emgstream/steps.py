"""Steps: what the network sees at each of its time steps.

A step is one raw sample, or a short stretch of samples reduced to one number a channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.errors import ModelFileError
from emgstream.types import FloatArray

__all__ = ["LogRms", "RawSample", "Step", "StepStream", "step_from_manifest"]

Doubles: TypeAlias = npt.NDArray[np.float64]

_LONGEST = 100_000
_HIGHEST = 1e9


class Step(Protocol):
    """How ``length`` consecutive samples become one row of features; no state."""

    kind: ClassVar[str]

    @property
    def length(self) -> int:
        """Samples a step."""
        ...

    def n_features(self, n_channels: int) -> int:
        """Return how many numbers a step of so many channels is."""
        ...

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return ``(n_steps, n_features)`` for ``(n_steps * length, n_channels)`` samples."""
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

    def n_features(self, n_channels: int) -> int:
        """One number a channel."""
        return n_channels

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return the samples, shape ``(n_steps, n_channels)``."""
        return samples.astype(np.float64)

    def to_manifest(self) -> dict[str, Any]:
        """Return ``{"kind": "raw"}``."""
        return {"kind": self.kind}


@dataclass(frozen=True)
class LogRms:
    """The natural logarithm of each channel's root mean square over ``length`` samples.

    Taken about the stretch's own mean when ``about_mean``, so that the level at which a board
    rests (mid-scale) does not hide the muscle; about zero for a signal that has no such level.

    >>> LogRms(length=2).reduce(np.array([[511], [513]], dtype=np.float32))
    array([[0.]])
    """

    kind: ClassVar[str] = "log_rms"
    length: int
    """Samples a step."""
    about_mean: bool = True
    """Whether the mean of the stretch is taken out first."""
    floor: float = 0.1
    """Smallest root mean square, in the stream's unit: a flat line has no logarithm."""

    def __post_init__(self) -> None:
        if not (
            isinstance(self.length, int)
            and 1 <= self.length <= _LONGEST
            and 0.0 < self.floor < _HIGHEST
        ):
            raise ValueError(f"length {self.length!r}, floor {self.floor!r}; both must be positive")

    def n_features(self, n_channels: int) -> int:
        """One number a channel."""
        return n_channels

    def reduce(self, samples: FloatArray) -> Doubles:
        """Return log RMS, shape ``(n_steps, n_channels)``; NaN where a sample is missing."""
        stretches = samples.reshape(-1, self.length, samples.shape[1]).astype(np.float64)
        if self.about_mean:
            stretches = stretches - _mean(stretches)[:, np.newaxis, :]
        square = np.maximum(_mean(stretches * stretches), self.floor**2)
        logarithm: Doubles = 0.5 * np.log(square)
        return logarithm

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        return {"kind": self.kind, **asdict(self)}


def _mean(stretches: Doubles) -> Doubles:
    """Average over axis 1, added up in a fixed order.

    numpy's own sum may choose another order for another number of stretches, and then the last
    bit would depend on how the samples were chunked.
    """
    total: Doubles = stretches[:, 0].copy()
    for position in range(1, stretches.shape[1]):
        total += stretches[:, position]
    total /= stretches.shape[1]
    return total


_KINDS: dict[str, type[RawSample] | type[LogRms]] = {
    kind.kind: kind for kind in (RawSample, LogRms)
}


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

    def push(self, samples: FloatArray) -> Doubles:
        """Return the steps completed by these samples, shape ``(n_steps, n_features)``."""
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        n_used = len(samples) - len(samples) % self._step.length
        self._pending = samples[n_used:]
        return self._step.reduce(samples[:n_used])

    def reset(self) -> None:
        """Drop the samples of an unfinished step."""
        self._pending = self._pending[:0]
