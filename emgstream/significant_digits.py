"""Shares as percentages with the digits that the data justify, and no more.

A share that was measured on few decisions is not known to a tenth of a percent. Its 95 % interval
says how many digits are: the last one shown is at the place of the interval's first digit, the rule
of the Guide to the Expression of Uncertainty in Measurement (JCGM 100:2008, 7.2.6), though never
less than whole percents. Terminal, window and reports all write shares by these functions.
"""

from __future__ import annotations

import math

__all__ = [
    "NOT_KNOWN",
    "decimals_of",
    "half_width",
    "independent",
    "per_hour",
    "percent",
    "percent_difference",
    "percent_of",
    "percents_apart",
]

NOT_KNOWN = "–"
"""Stands for a figure that was not measured."""

_Z = 1.96
"""Quantile of the normal distribution for 95 %."""
_OVERLAP = 10
"""Successive decisions that share samples: the steps of a window, one decision per step (the
recipe's; published window of ten). As observations they count as one."""
_MOST_DECIMALS = 2
"""Finer shares than a hundredth of a percent would take days of data (choice)."""
_FEW_EVENTS = 10
"""A count of ten is known to about a third, so that its second digit means little."""
_MOST_APART = 4
"""Most decimals of two percentages that must not look equal: a float32 holds no more (choice)."""


def independent(n_decisions: int) -> int:
    """Return how many independent observations so many decisions on overlapping windows are.

    >>> independent(2500)
    250
    """
    return max(n_decisions // _OVERLAP, 1)


def half_width(share: float, n: int) -> float:
    """Return half the width of the 95 % interval of a share of ``n`` independent observations.

    Wilson 1927 (doi:10.1080/01621459.1927.10502953), which holds for shares near 0 and 1 as well.

    >>> round(half_width(0.5, 100), 3), round(half_width(0.0, 100), 3)
    (0.096, 0.018)
    """
    spread = share * (1.0 - share) / n + _Z**2 / (4.0 * n**2)
    return _Z * math.sqrt(spread) / (1.0 + _Z**2 / n)


def decimals_of(reach: float | None) -> int:
    """Return the decimals of a percentage that is known to ``reach`` (0 to 1) on either side.

    None for a share whose interval is not known: whole percents.

    >>> decimals_of(0.023), decimals_of(0.004), decimals_of(0.0004), decimals_of(None)
    (0, 1, 2, 0)
    """
    if reach is None or not math.isfinite(reach):
        return 0
    if reach <= 0.0:
        return _MOST_DECIMALS
    return min(max(-math.floor(math.log10(100.0 * reach)), 0), _MOST_DECIMALS)


def percent(share: float | None, decimals: int = 0) -> str:
    """Return a share, 0 to 1, in percent; a dash where it is not known.

    A share that is not 0 or 1 is never shown as 0 % or 100 %.

    >>> percent(0.8341), percent(0.8341, 1), percent(None), percent(0.002), percent(0.998)
    ('83 %', '83.4 %', '–', '<1 %', '>99 %')
    """
    if share is None or not math.isfinite(share):
        return NOT_KNOWN
    least = 10.0**-decimals
    if share > 0.0 and round(100.0 * share, decimals) == 0.0:
        return f"<{least:.{decimals}f} %"
    if share < 1.0 and round(100.0 * share, decimals) == 100.0:
        return f">{100.0 - least:.{decimals}f} %"
    return f"{100.0 * share:.{decimals}f} %"


def percent_of(share: float | None, n_decisions: int) -> str:
    """Return a share of so many decisions on overlapping windows, in percent.

    >>> percent_of(0.0349, 2500), percent_of(0.0349, 180_000)
    ('3 %', '3.5 %')
    """
    if share is None or not math.isfinite(share):
        return NOT_KNOWN
    if share in (0.0, 1.0):
        return percent(share)
    return percent(share, decimals_of(half_width(share, independent(n_decisions))))


def percent_difference(larger: float | None, smaller: float | None, decimals: int = 0) -> str:
    """Return a difference of shares in points, as the two percentages beside it are rounded.

    >>> percent_difference(0.976, 0.834), percent_difference(0.976, 0.834, 1)
    ('+15', '+14.2')
    """
    if larger is None or smaller is None or not math.isfinite(larger - smaller):
        return NOT_KNOWN
    points = round(100.0 * larger, decimals) - round(100.0 * smaller, decimals)
    return f"{points + 0.0:+.{decimals}f}"


def per_hour(rate: float | None, n_events: int | None = None) -> str:
    """Return a number per hour that was counted over less than that, rounded.

    One digit for fewer than ten events, else two: a count is known to its square root.

    >>> per_hour(1443.2, 2), per_hour(1443.2), per_hour(0.0), per_hour(None)
    ('1,000', '1,400', '0', '–')
    """
    if rate is None or not math.isfinite(rate):
        return NOT_KNOWN
    if rate <= 0.0:
        return "0"
    digits = 1 if n_events is not None and n_events < _FEW_EVENTS else 2
    decimals = digits - 1 - math.floor(math.log10(rate))
    return f"{round(rate, decimals):,.{max(decimals, 0)}f}"


def percents_apart(share: float, least: float) -> tuple[str, str]:
    """Return a share and the least one it had to reach, with the digits that tell them apart.

    >>> percents_apart(0.61, 0.9), percents_apart(0.981, 0.983), percents_apart(0.9, 0.9)
    (('61 %', '90 %'), ('98.1 %', '98.3 %'), ('90 %', '90 %'))
    """
    for decimals in range(_MOST_APART + 1):
        both = round(100.0 * share, decimals), round(100.0 * least, decimals)
        if both[0] < both[1] or share >= least:
            break
    return f"{both[0]:.{decimals}f} %", f"{both[1]:.{decimals}f} %"
