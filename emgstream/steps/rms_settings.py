"""The usual features by a few settings: the step of kind "rms" in model files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta

from emgstream.steps.correlation import Correlation
from emgstream.steps.feature import LONGEST_SPAN, Feature, Span
from emgstream.steps.root_mean_square import (
    Floor,
    Power,
    RootMeanSquare,
    RootMeanSquareOfChange,
)
from emgstream.steps.step import Step, StepLength

__all__ = ["RmsSettings"]

_Spans: TypeAlias = Annotated[tuple[Span, ...], Meta(min_length=1, max_length=10)]


@dataclass(frozen=True)
class RmsSettings:
    """The level of each channel, its change, and the correlation of each two channels.

    >>> RmsSettings(20, spans=(1, 10), change=True).step().feature_names(["biceps"])
    ('biceps', 'biceps change', 'biceps over 10 steps', 'biceps change over 10 steps')
    """

    kind: ClassVar[str] = "rms"
    length: StepLength
    """Samples per step."""
    about_mean: bool = True
    """True if the mean of each step is subtracted first."""
    floor: Floor = 0.1
    """Smallest root mean square, in the stream's unit."""
    power: Power = 0.0
    """The power that root mean squares are raised to; 0 for their natural logarithm."""
    spans: _Spans = (1,)
    """Numbers of the newest steps that levels are over; each gives one number per channel."""
    change: bool = False
    """True if there are as many numbers again, for the changes."""
    correlation: Annotated[int, Meta(ge=0, le=LONGEST_SPAN)] = 0
    """Number of the newest steps that the correlation of two channels is over; 0 for none."""

    def __post_init__(self) -> None:
        self.step()  # raises where there is no such step

    def step(self) -> Step:
        """Return the step with these features."""
        features: list[Feature] = []
        for span in self.spans:
            features.append(RootMeanSquare(span, self.floor, self.power, self.about_mean))
            if self.change:
                features.append(RootMeanSquareOfChange(span, self.floor, self.power))
        if self.correlation:
            features.append(Correlation(self.correlation, self.about_mean, self.floor))
        return Step(self.length, tuple(features))

    @classmethod
    def of(cls, step: Step) -> RmsSettings | None:
        """Return the settings that give a step; None where it has other features."""
        levels = [one for one in step.features if isinstance(one, RootMeanSquare)]
        if not levels:
            return None
        correlations = [one.span for one in step.features if isinstance(one, Correlation)]
        settings = cls(
            step.length,
            levels[0].about_mean,
            levels[0].floor,
            levels[0].power,
            spans=tuple(one.span for one in levels),
            change=any(isinstance(one, RootMeanSquareOfChange) for one in step.features),
            correlation=correlations[0] if correlations else 0,
        )
        return settings if settings.step() == step else None
