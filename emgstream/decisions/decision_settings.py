"""The settings of a model's decisions: numbers fitted in training and kept in the model file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from operator import ge
from typing import Annotated, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from emgstream.decisions.rails import ConverterRails
from emgstream.decisions.smoothing import NoSmoothing, Smoothing, smoothing_from_manifest
from emgstream.errors import ModelFileError
from emgstream.schema import LARGEST, Finite, SchemaError, checked, plain

__all__ = [
    "ARGMAX",
    "REST_NAMES",
    "DecisionSettings",
    "KnownSignal",
    "RestGate",
    "StrengthRange",
    "decision_from_manifest",
    "rest_class",
]

Doubles: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = tuple[Finite, ...]

REST_NAMES = frozenset({"rest", "idle", "relax", "none", "no_movement", "neutral"})
"""Names that a class of rest may have, in lower case."""

_ALWAYS_STATED = ("smoothing", "threshold", "tells_gaps", "confidence", "fitted")
"""Fields that every model file with settings has had; without one, the file is damaged."""


def rest_class(class_names: Sequence[str]) -> int | None:
    """Return the number of the class of rest; None where there is none.

    >>> rest_class(("fist", "Rest"))
    1
    """
    places = (place for place, name in enumerate(class_names) if name.lower() in REST_NAMES)
    return next(places, None)


@dataclass(frozen=True)
class KnownSignal:
    """Limits of the signals that training has seen; a signal beyond them is unknown.

    The limit is of the squared Mahalanobis distance (Mahalanobis 1936) between the strengths of a
    window and the nearest class of training, with one covariance for all classes:
    ``min_c |W (x - m_c)|^2`` where ``W' W`` is the inverse of the covariance.
    """

    whitening: tuple[Numbers, ...]
    """W, lower triangular, shape ``(n_strengths, n_strengths)``."""
    centres: tuple[Numbers, ...]
    """``W m_c``, shape ``(n_classes, n_strengths)``."""
    limit: Finite
    """Largest squared distance that is known."""
    quietest: Numbers
    """Lowest level of each channel that is still a muscle at rest; below, its electrode is off."""

    def is_known(self, strengths: Sequence[float]) -> bool:
        """Return whether a window is known; one with a NaN is not.

        ``strengths`` has the levels of the channels first.
        """
        if not all(map(ge, strengths, self.quietest)):
            return False
        whitened, limit = self._whitened(strengths), self.limit
        return any(_squared_distance(whitened, centre) <= limit for centre in self.centres)

    def distances(self, strengths: Doubles) -> Doubles:
        """Return the squared distances, shape ``(n_windows,)``.

        ``strengths`` has shape ``(n_windows, n_strengths)``.
        """
        whitened = [self._whitened(row) for row in strengths.tolist()]
        return np.array(
            [min(_squared_distance(row, centre) for centre in self.centres) for row in whitened]
        )

    def _whitened(self, strengths: Sequence[float]) -> list[float]:
        whitened = []
        for row in self._rows:
            total = 0.0
            for weight, strength in zip(row, strengths, strict=False):
                total += weight * strength
            whitened.append(total)
        return whitened

    @cached_property
    def _rows(self) -> tuple[Numbers, ...]:
        """The rows of the whitening up to the diagonal."""
        return tuple(row[: place + 1] for place, row in enumerate(self.whitening))


@dataclass(frozen=True)
class RestGate:
    """The muscle is at rest where no channel is above its highest level at rest."""

    levels: Numbers
    """Highest level of each channel at rest, on the scale of the model's features."""


@dataclass(frozen=True)
class StrengthRange:
    """The range of each class's strength: the level averaged over the channels."""

    low: Numbers
    """Level of each class that counts as strength 0."""
    high: Numbers
    """Level of each class that counts as strength 1, above the low one."""

    def __post_init__(self) -> None:
        if not all(low < high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError(
                f"strengths from {self.low} to {self.high}; expected the first to be the smaller"
            )

    def share(self, chosen: int, level: float) -> float:
        """Return the strength of a class at a level, 0 to 1; NaN for NaN."""
        low = self.low[chosen]
        return min(max((level - low) / (self.high[chosen] - low), 0.0), 1.0)


@dataclass(frozen=True)
class DecisionSettings:
    """Settings of the stage that decides. The default decides for the most probable class."""

    smoothing: Smoothing = field(default_factory=NoSmoothing)
    """The way to combine consecutive windows."""
    threshold: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """Least confidence to act on a movement, 0 to 1; a decision for rest needs none."""
    begin_odds: Annotated[float, Meta(ge=1, le=LARGEST)] = 1.0
    """Factor on the odds of ``threshold`` that a movement needs to begin after a rest."""
    class_odds: tuple[Annotated[float, Meta(gt=0, le=LARGEST)], ...] | None = None
    """Factor on the odds of ``threshold`` for each class; None where it is the same for all."""
    familiar: KnownSignal | None = None
    """Limits of a known signal; None where every signal counts as known."""
    rest_gate: RestGate | None = None
    """Levels of a muscle at rest; None without a rest gate."""
    strength: StrengthRange | None = None
    """Ranges of the strength; None where decisions have none."""
    rails: ConverterRails | None = None
    """Limit of saturation; None where no window counts as saturated."""
    most_filled: Annotated[float, Meta(ge=0, le=1)] = 0.3
    """Largest share of a window that may be filled, 0 to 1; beyond, its status is gap.

    The default was chosen by `scripts/loss_study.py` (BENCHMARKS.md, Losses)."""
    tells_gaps: bool = False
    """True if a decision of status gap is made for each window that a gap makes incomplete."""
    confidence: Finite = 0.9
    """Typical confidence of the classifier, which the delay of the smoothing is computed with."""
    fitted: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """The target of the fit and the figures reached, for people."""

    @property
    def begin(self) -> float:
        """Least confidence that begins a movement after a rest, 0 to 1.

        >>> round(DecisionSettings(threshold=0.9, begin_odds=2.0).begin, 3)
        0.947
        """
        return _at_odds(self.threshold, self.begin_odds)

    def thresholds(self, n_classes: int) -> Numbers:
        """Return the least confidence at which each movement goes on, 0 to 1, by class.

        >>> DecisionSettings(threshold=0.5, class_odds=(1.0, 3.0)).thresholds(2)
        (0.5, 0.75)
        """
        odds = (1.0,) * n_classes if self.class_odds is None else self.class_odds
        return tuple(_at_odds(self.threshold, factor) for factor in odds)

    def begins(self, n_classes: int) -> Numbers:
        """Return the least confidence that begins each movement after a rest, by class."""
        return tuple(_at_odds(one, self.begin_odds) for one in self.thresholds(n_classes))

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        if self == ARGMAX:
            return {"kind": "argmax"}
        entry = {
            "kind": "guarded",
            **plain(asdict(self)),
            "smoothing": self.smoothing.to_manifest(),
        }
        for name in ("most_filled", "class_odds"):  # not in files from before there were these
            if getattr(self, name) == getattr(ARGMAX, name):
                del entry[name]
        return entry


ARGMAX = DecisionSettings()
"""The most probable class of every window, without smoothing or rejection."""


def decision_from_manifest(
    entry: Mapping[str, Any], n_classes: int, n_channels: int, n_strengths: int
) -> DecisionSettings:
    """Build the settings that a manifest states.

    Raises ModelFileError for an unknown kind, and for numbers that are not as many as there are
    classes, channels, and strengths per step.
    """
    kind = entry.get("kind")
    if kind == "argmax":
        return ARGMAX
    if kind != "guarded":
        raise ModelFileError(
            f"decisions of kind {kind!r}; this version knows argmax, guarded; update emgstream, or "
            "train the model again"
        )
    try:
        settings = checked(entry, DecisionSettings, hooks={Smoothing: smoothing_from_manifest})
        for name in _ALWAYS_STATED:
            if name not in entry:
                raise SchemaError(f"no {name}")
        _check_sizes(settings, n_classes, n_channels, n_strengths)
    except SchemaError as error:
        raise ModelFileError(
            f"the settings of the decisions are not as expected: {error}; train the model again"
        ) from None
    return settings


def _check_sizes(
    settings: DecisionSettings, n_classes: int, n_channels: int, n_strengths: int
) -> None:
    sizes: list[tuple[Sequence[object], int, str]] = []
    if (familiar := settings.familiar) is not None:
        rows = (*familiar.whitening, *familiar.centres)
        sizes += [(familiar.whitening, n_strengths, "rows"), (familiar.centres, n_classes, "rows")]
        sizes += [(row, n_strengths, "numbers") for row in rows]
        sizes += [(familiar.quietest, n_channels, "numbers")]
    if settings.rest_gate is not None:
        sizes += [(settings.rest_gate.levels, n_channels, "numbers")]
    if settings.strength is not None:
        sizes += [(settings.strength.low, n_classes, "numbers")]
        sizes += [(settings.strength.high, n_classes, "numbers")]
    if settings.class_odds is not None:
        sizes += [(settings.class_odds, n_classes, "factors of classes")]
    for values, n, what in sizes:
        if len(values) != n:
            raise SchemaError(f"{len(values)} {what}; expected {n}")


def _squared_distance(one: Sequence[float], other: Sequence[float]) -> float:
    total = 0.0  # in one order in every version of Python, which `sum` is not
    for here, there in zip(one, other, strict=True):
        apart = here - there
        total += apart * apart
    return total


def _at_odds(share: float, factor: float) -> float:
    """Return the share whose odds are a multiple of those of another share, both 0 to 1."""
    if factor == 1.0:
        return share
    times = factor * share
    return times / (1.0 - share + times)
