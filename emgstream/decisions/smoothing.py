"""Smoothing: what to make of one window after the other.

Windows overlap and classifiers flicker; each way to steady them costs delay. All work decision by
decision in the order of time, so that any chunking gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any, ClassVar, Protocol

from emgstream.decisions.smoothers import Belief, Holding, Row, Smoother, Votes
from emgstream.errors import ModelFileError

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


class Smoothing(Protocol):
    """The settings of one way to smooth."""

    kind: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]

    def __hash__(self) -> int: ...

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:
        """Return the state at the start of a stretch of time; ``rest`` is the class of rest."""
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        ...


@dataclass(frozen=True)
class NoSmoothing:
    """Every window for itself."""

    kind: ClassVar[str] = "none"

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state at the start of a stretch of time."""
        return Votes(n_classes, 1)

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        return {"kind": self.kind}


@dataclass(frozen=True)
class MajoritySmoothing:
    """The class that most of the newest windows are for; of equals, the one decided for before."""

    kind: ClassVar[str] = "majority"
    votes: int = 5
    """Windows that vote."""

    def __post_init__(self) -> None:
        _check_count("votes", self.votes)

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state at the start of a stretch of time."""
        return Votes(n_classes, self.votes)

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class HysteresisSmoothing:
    """The class stays until another was the likeliest of so many windows in a row."""

    kind: ClassVar[str] = "hysteresis"
    agreeing: int = 3
    """Windows in a row that another class needs."""

    def __post_init__(self) -> None:
        _check_count("agreeing", self.agreeing)

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:  # noqa: ARG002
        """Return the state at the start of a stretch of time."""
        return Holding(n_classes, self.agreeing)

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True)
class BayesSmoothing:
    """A hidden Markov model's forward filter over the classes (Rabiner 1989).

    Before each window, a movement stays as it is with probability ``stay``, or it changes: to rest
    with probability ``to_rest``, as people rest more often than they do any one movement, or to any
    movement alike. Rest ends with probability ``from_rest``, in any movement alike. Then what was
    believed is weighed by what the window says. Windows that overlap say the same thing again, so
    each counts for a part only: its probabilities are raised to ``weight``.
    doi:10.1109/5.18626
    """

    kind: ClassVar[str] = "bayes"
    stay: float = 0.9
    """Probability that the movement is the same one window later, below 1."""
    weight: float = 0.5
    """How much of a window counts as news, above 0, up to 1."""
    to_rest: float = 0.5
    """Probability that a change is one to rest, below 1; of no matter without a class of rest."""
    from_rest: float | None = None
    """Probability that rest ends one window later, above 0, below 1; None for that of any change
    to a movement, ``(1 - stay) * (1 - to_rest)``."""

    def __post_init__(self) -> None:
        leaves = self.from_rest is None or 0.0 < self.from_rest < 1.0
        if not (
            0.0 <= self.stay < 1.0
            and 0.0 < self.weight <= 1.0
            and 0.0 <= self.to_rest < 1.0
            and leaves
        ):
            raise ValueError(
                f"stay {self.stay!r}, weight {self.weight!r}, to_rest {self.to_rest!r}, from_rest "
                f"{self.from_rest!r}; expected 0 to below 1, weight and from_rest above 0, the "
                "weight to 1"
            )

    def begin(self, n_classes: int, rest: int | None = None) -> Smoother:
        """Return the state at the start of a stretch of time."""
        return Belief(n_classes, rest, **asdict(self))

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        entry = {"kind": self.kind, **asdict(self)}
        if self.from_rest is None:
            del entry["from_rest"]
        return entry


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


_KINDS: dict[
    str,
    type[NoSmoothing] | type[MajoritySmoothing] | type[HysteresisSmoothing] | type[BayesSmoothing],
] = {
    kind.kind: kind
    for kind in (NoSmoothing, MajoritySmoothing, HysteresisSmoothing, BayesSmoothing)
}


def smoothing_from_manifest(entry: Mapping[str, Any]) -> Smoothing:
    """Build the smoothing a manifest names; raises ModelFileError for what it does not know."""
    kind = entry.get("kind")
    if kind not in _KINDS:
        raise ModelFileError(
            f"smoothing of kind {kind!r}; this version knows {', '.join(_KINDS)}; "
            "update emgstream, or train the model again"
        )
    try:
        return _KINDS[kind](**{name: value for name, value in entry.items() if name != "kind"})
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"smoothing {kind!r} is not as expected: {error}") from None


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST:
        raise ValueError(f"{name} {value!r}; expected a whole number from 1 to {_MOST}")


SMOOTHINGS: tuple[Smoothing, ...] = tuple(kind() for kind in _KINDS.values())
"""One of each kind, as it is unless somebody says otherwise."""


def parameters(smoothing: Smoothing) -> dict[str, type[int] | type[float]]:
    """Return what a kind of smoothing can be given, in order, and whether in whole numbers.

    >>> parameters(MajoritySmoothing())
    {'votes': <class 'int'>}
    """
    return {one.name: int if isinstance(one.default, int) else float for one in fields(smoothing)}
