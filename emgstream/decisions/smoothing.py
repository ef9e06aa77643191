"""Smoothing: what to make of one window after the other.

Windows overlap and classifiers flicker; each way to steady them costs delay. All work decision by
decision in the order of time, so that any chunking gives the same bits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Annotated, Any, ClassVar, TypeAlias

from msgspec import Meta

from emgstream.decisions.smoothers import Belief, Holding, Row, Smoother, Votes
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

_MOST = 1000
_SETTLING = 200

Count: TypeAlias = Annotated[int, Meta(ge=1, le=_MOST)]


class Smoothing(ABC):
    """The settings of one way to smooth: a frozen dataclass."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    @abstractmethod
    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:
        """Return the state at the start of a segment; ``rest`` is the number of the rest class."""

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON; one that is None is left out."""
        return {name: value for name, value in entry_of(self).items() if value is not None}


@dataclass(frozen=True)
class NoSmoothing(Smoothing):
    """Every window for itself."""

    kind: ClassVar[str] = "none"

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state at the start of a stretch of time."""
        return Votes(n_classes, 1)


@dataclass(frozen=True)
class MajoritySmoothing(Smoothing):
    """The class that most of the newest windows are for; of equals, the one decided for before."""

    kind: ClassVar[str] = "majority"
    votes: Count = 5
    """Windows that vote."""

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state at the start of a stretch of time."""
        return Votes(n_classes, self.votes)


@dataclass(frozen=True)
class HysteresisSmoothing(Smoothing):
    """The class stays until another was the likeliest of so many windows in a row."""

    kind: ClassVar[str] = "hysteresis"
    agreeing: Count = 3
    """Windows in a row that another class needs."""

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state at the start of a stretch of time."""
        return Holding(n_classes, self.agreeing)


@dataclass(frozen=True)
class BayesSmoothing(Smoothing):
    """A hidden Markov model's forward filter over the classes (Rabiner 1989).

    Before each window, a movement stays as it is with probability ``stay``, or it changes: to rest
    with probability ``to_rest``, as people rest more often than they do any one movement, or to any
    movement alike. Rest ends with probability ``from_rest``, in any movement alike. Then what was
    believed is weighed by what the window says. Windows that overlap say the same thing again, so
    each counts for a part only: its probabilities are raised to ``weight``.
    doi:10.1109/5.18626
    """

    kind: ClassVar[str] = "bayes"
    stay: Annotated[float, Meta(ge=0, lt=1)] = 0.9
    """Probability that the movement is the same one window later, below 1."""
    weight: Annotated[float, Meta(gt=0, le=1)] = 0.5
    """How much of a window counts as news, above 0, up to 1."""
    to_rest: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    """Probability that a change is one to rest, below 1; of no matter without a class of rest."""
    from_rest: Annotated[float, Meta(gt=0, lt=1)] | None = None
    """Probability that rest ends one window later, above 0, below 1; None for that of any change
    to a movement, ``(1 - stay) * (1 - to_rest)``."""

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:
        """Return the state at the start of a stretch of time."""
        return Belief(n_classes, rest, **asdict(self))


@cache
def added_hops(
    smoothing: Smoothing, n_classes: int, confidence: float = 0.9, rest: int | None = None
) -> int:
    """Return how many windows later a movement is decided for than without smoothing.

    Counted from rest, or from another movement where there is none, with every window for its true
    class with this confidence.

    >>> added_hops(MajoritySmoothing(5), 4), added_hops(HysteresisSmoothing(3), 4)
    (2, 2)
    """
    smoother = smoothing.begin(n_classes, rest)
    first = rest or 0
    other = (first + 1) % n_classes
    before, after = (_sure_of(one, n_classes, confidence) for one in (first, other))
    for _ in range(_SETTLING):
        smoother.push(before)
    for n_more in range(_MOST):
        if smoother.push(after)[0] == other:
            return n_more
    return _MOST


def _sure_of(chosen: int, n_classes: int, confidence: float) -> Row:
    row = [(1.0 - confidence) / max(n_classes - 1, 1)] * n_classes
    row[chosen] = confidence
    return row


_KINDS: dict[str, type[Smoothing]] = {
    kind.kind: kind
    for kind in (NoSmoothing, MajoritySmoothing, HysteresisSmoothing, BayesSmoothing)
}


def smoothing_from_manifest(entry: Mapping[str, Any]) -> Smoothing:
    """Build the smoothing that a manifest names.

    Raises ModelFileError for a kind that is not known, and for a value that does not fit.
    """
    return checked_kind(entry, _KINDS, "smoothing", advice="")


SMOOTHINGS: tuple[Smoothing, ...] = tuple(kind() for kind in _KINDS.values())
"""One of each kind, as it is unless somebody says otherwise."""


def parameters(smoothing: Smoothing) -> dict[str, type[int] | type[float]]:
    """Return what a kind of smoothing can be given, in order, and whether in whole numbers.

    >>> parameters(MajoritySmoothing())
    {'votes': <class 'int'>}
    """
    return {one.name: int if isinstance(one.default, int) else float for one in fields(smoothing)}
