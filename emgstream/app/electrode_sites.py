"""Places for the electrodes, by the movements that are to be told apart.

The places follow the recommendations of SENIAM (Hermens et al. 2000,
doi:10.1016/S1050-6411(00)00027-4) for the upper arm. For the forearm, where SENIAM has none, they
are a third of the way from elbow to wrist, over the bellies of the flexors and the extensors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from emgstream.cue_schedule import REST
from emgstream.translation import tr

__all__ = ["REFERENCE", "ArmSide", "ElectrodeSite", "sites_for"]


class ArmSide(Enum):
    """The side of a right arm that is looked at."""

    INSIDE = tr("inside, palm up")
    BACK = tr("back, palm down")


@dataclass(frozen=True, slots=True)
class ElectrodeSite:
    """The place of one pair of electrodes."""

    name: str
    """Name of the muscle."""
    where: str
    """The way to find it."""
    side: ArmSide
    """The side of the arm it is on."""
    x: float
    """Distance from the shoulder along the arm; the elbow is at 0.4, the wrist at 0.8."""
    y: float
    """Place across the arm, from -1 (thumb side, in the picture above) to 1."""


_BICEPS = ElectrodeSite(
    tr("biceps"),
    tr("a third of the way up from the crease of the elbow"),
    ArmSide.INSIDE,
    *(0.26, 0.0),
)
_TRICEPS = ElectrodeSite(
    tr("triceps"),
    tr("half way up the back of the upper arm"),
    ArmSide.BACK,
    *(0.20, 0.1),
)
_FLEXORS = ElectrodeSite(
    tr("flexors"),
    tr("inside of the forearm, a third of the way to the wrist"),
    ArmSide.INSIDE,
    *(0.53, 0.35),
)
_EXTENSORS = ElectrodeSite(
    tr("extensors"),
    tr("back of the forearm, a third of the way to the wrist"),
    ArmSide.BACK,
    *(0.53, 0.0),
)
_THUMB_SIDE = ElectrodeSite(
    tr("thumb side"),
    tr("edge of the forearm, a hand's width below the elbow"),
    ArmSide.INSIDE,
    *(0.50, -0.55),
)
REFERENCE = ElectrodeSite(
    tr("reference"), tr("bone at the tip of the elbow"), ArmSide.BACK, *(0.40, 0.0)
)
"""The reference electrode, which every circuit needs once."""


def sites_for(movements: Iterable[str], n_channels: int) -> tuple[ElectrodeSite, ...]:
    """Return a place for each of at most three channels, the most useful first.

    More channels than that are an array or an armband, which goes around the forearm.

    >>> [site.name for site in sites_for(["rest", "hand_open", "hand_close"], 2)]
    ['flexors', 'extensors']
    >>> [site.name for site in sites_for(["elbow_bend", "hand_close"], 3)]
    ['biceps', 'triceps', 'flexors']
    """
    asked = [name for name in movements if name != REST]
    of_elbow = [name for name in asked if name.startswith("elbow")]
    if not of_elbow:
        ranked = (_FLEXORS, _EXTENSORS, _THUMB_SIDE)
    elif len(of_elbow) == len(asked):
        ranked = (_BICEPS, _TRICEPS, _THUMB_SIDE)
    elif n_channels == 2:
        ranked = (_BICEPS, _FLEXORS, _TRICEPS)
    else:
        ranked = (_BICEPS, _TRICEPS, _FLEXORS)
    return ranked[:n_channels]
