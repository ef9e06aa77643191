"""Smoothing: the settings of each way to combine the predictions of consecutive windows.

Consecutive windows overlap, and the class predicted for them may change back and forth. Each way
to smooth that costs delay. All work window by window in the order of time, so that any chunking
gives the same bits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta

from emgstream.decisions.smoothers import (
    BayesSmoother,
    HysteresisSmoother,
    MajoritySmoother,
    Row,
    Smoother,
)
from emgstream.schema import checked_kind, entry_of

__all__ = [
    "SMOOTHINGS",
    "BayesSmoothing",
    "HysteresisSmoothing",
    "MajoritySmoothing",
    "NoSmoothing",
    "Smoothing",
    "added_hops",
    "parameters",
    "smoothing_from_manifest",
]

_MOST_WINDOWS = 1000
"""Most windows that a smoothing may wait for: 20 s at a hop of 20 ms, longer than any use."""
_SETTLING_WINDOWS = 200
"""Windows of one class after which every smoothing with usual settings no longer changes."""

_Windows: TypeAlias = Annotated[int, Meta(ge=1, le=_MOST_WINDOWS)]


class Smoothing(ABC):
    """The settings of one way to smooth: a frozen dataclass."""

    kind: ClassVar[str]
    """The name in the model file and for people."""
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @abstractmethod
    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:
        """Return the state after a gap; ``rest`` is the number of the class of rest, if any."""

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON; one that is None is left out."""
        return {name: value for name, value in entry_of(self).items() if value is not None}


@dataclass(frozen=True)
class NoSmoothing(Smoothing):
    """Each window is decided by itself."""

    kind: ClassVar[str] = "none"

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state after a gap."""
        return MajoritySmoother(n_classes, 1)


@dataclass(frozen=True)
class MajoritySmoothing(Smoothing):
    """The class predicted for most of the newest windows; of equals, the one decided for before."""

    kind: ClassVar[str] = "majority"
    votes: _Windows = 5
    """Windows that vote."""

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state after a gap."""
        return MajoritySmoother(n_classes, self.votes)


@dataclass(frozen=True)
class HysteresisSmoothing(Smoothing):
    """The class stays until another one was the likeliest of several windows in a row."""

    kind: ClassVar[str] = "hysteresis"
    agreeing: _Windows = 3
    """Windows in a row that another class needs."""

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state after a gap."""
        return HysteresisSmoother(n_classes, self.agreeing)


@dataclass(frozen=True)
class BayesSmoothing(Smoothing):
    """The forward filter of a hidden Markov model over the classes (Rabiner 1989).

    Before each window, a movement stays the same with probability ``stay``; otherwise it changes
    to rest with probability ``to_rest``, or to any movement with equal probability. Rest ends with
    probability ``from_rest``, in any movement with equal probability. Then the probability of each
    class is multiplied by the one that the window gives it. Overlapping windows repeat much of
    the same signal, so the probabilities of a window are raised to the power ``weight`` first.
    doi:10.1109/5.18626
    """

    kind: ClassVar[str] = "bayes"
    stay: Annotated[float, Meta(ge=0, lt=1)] = 0.9
    """Probability that the movement is the same one window later, below 1."""
    weight: Annotated[float, Meta(gt=0, le=1)] = 0.5
    """Share of each window that counts as new information, above 0, up to 1."""
    to_rest: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """Probability that a change is one to rest, below 1; without a class of rest it is not used."""
    from_rest: Annotated[float, Meta(gt=0, lt=1)] | None = None
    """Probability that rest ends one window later, above 0, below 1; None for that of any change
    to a movement, ``(1 - stay) * (1 - to_rest)``."""

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:
        """Return the state after a gap."""
        return BayesSmoother(n_classes, rest, **asdict(self))


@cache
def added_hops(
    smoothing: Smoothing, n_classes: int, confidence: float = 0.9, rest: int | None = None
) -> int:
    """Return how many windows later a movement is decided for than without smoothing.

    Counted from rest, or from another movement where there is no class of rest. Each window gives
    its true class a probability of ``confidence``.

    >>> added_hops(MajoritySmoothing(5), 4), added_hops(HysteresisSmoothing(3), 4)
    (2, 2)
    """
    smoother = smoothing.begin(n_classes, rest)
    first = rest or 0
    other = (first + 1) % n_classes
    before, after = (_row_of(one, n_classes, confidence) for one in (first, other))
    for _ in range(_SETTLING_WINDOWS):
        smoother.update(before)
    for n_more in range(_MOST_WINDOWS):
        if smoother.update(after)[0] == other:
            return n_more
    return _MOST_WINDOWS


def _row_of(chosen: int, n_classes: int, confidence: float) -> Row:
    row = [(1.0 - confidence) / max(n_classes - 1, 1)] * n_classes
    row[chosen] = confidence
    return row


_KINDS: dict[str, type[Smoothing]] = {
    kind.kind: kind
    for kind in (NoSmoothing, MajoritySmoothing, HysteresisSmoothing, BayesSmoothing)
}


def smoothing_from_manifest(entry: Mapping[str, Any]) -> Smoothing:
    """Build the smoothing that a manifest states.

    Raises ModelFileError for a kind that is not known, and for a value that does not fit.
    """
    return checked_kind(entry, _KINDS, "smoothing", advice="")


SMOOTHINGS: tuple[Smoothing, ...] = tuple(kind() for kind in _KINDS.values())
"""One of each kind, with its default settings."""


def parameters(smoothing: Smoothing) -> dict[str, type[int] | type[float]]:
    """Return the settings of a kind of smoothing, in order, and whether each is a whole number.

    >>> parameters(MajoritySmoothing())
    {'votes': <class 'int'>}
    """
    return {one.name: int if isinstance(one.default, int) else float for one in fields(smoothing)}
