"""The leads of the network over simpler methods, and what each of its paths adds.

They are read from the document of ``emgstream evaluate``. One of an older version states no leads:
there they are the differences of the means, without an interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emgstream.app.evaluation_names import MODEL_NAMES, NETWORK, PATH_NAMES
from emgstream.significant_digits import NOT_KNOWN, decimals_of, percent
from emgstream.translation import tr

__all__ = [
    "LEAD_COLUMNS",
    "LEAD_HINTS",
    "PATH_COLUMNS",
    "PATH_HINTS",
    "NetworkLead",
    "lead_rows",
    "lead_words",
    "main_lead",
    "network_leads",
    "path_rows",
]

LEAD_COLUMNS = (tr("network compared with"), tr("points"), tr("95 % interval"))
"""Heads of the columns of `lead_rows`."""
LEAD_HINTS = (
    tr(
        "The strong LDA looks back as far as the network, with compressed amplitudes; the LDA is "
        "that of publications, over 200 ms"
    ),
    tr("Balanced accuracy of the network minus that of the other method, on the same decisions"),
    tr("Of the difference: if 0 lies in it, the lead may be chance"),
)
"""The meaning of each of these columns, in one sentence."""

PATH_COLUMNS = (
    tr("part of the network"),
    tr("alone"),
    tr("95 % interval"),
    tr("adds, points"),
    tr("95 % interval"),
)
"""Heads of the columns of `path_rows`."""
PATH_HINTS = (
    tr("The network adds up the scores of its parts before it decides"),
    tr("Balanced accuracy if this part decides alone"),
    tr("Of the balanced accuracy of this part alone"),
    tr("Balanced accuracy of the network minus that of its other parts together"),
    tr("Of what it adds: if 0 lies in it, the part may add nothing"),
)
"""The meaning of each of these columns, in one sentence."""


@dataclass(frozen=True, slots=True)
class NetworkLead:
    """The lead of the network over another method on the same decisions."""

    name: str
    """Name of the other method in files."""
    title: str
    """Its name for people."""
    mean: float
    """Difference of the balanced accuracies, mean over the folds, -1 to 1."""
    interval: tuple[float, float] | None
    """Its 95 % interval; None where it is not known, as of a single fold."""

    @property
    def points(self) -> str:
        """The lead in points, with its sign and the digits that the interval justifies."""
        return _points(self.mean, self.interval)

    @property
    def interval_words(self) -> str:
        """Both ends of the interval in points; a dash where it is not known."""
        return _interval_words(self.interval)


def network_leads(document: Mapping[str, Any]) -> tuple[NetworkLead, ...]:
    """Return the lead over each method, that over the strong LDA first."""
    stated = document.get("leads")
    leads = _differences(document["models"]) if stated is None else stated
    return tuple(
        NetworkLead(name, title, leads[name]["difference"], _interval(leads[name]))
        for name, title in MODEL_NAMES.items()
        if name in leads and leads[name]["difference"] is not None
    )


def main_lead(document: Mapping[str, Any]) -> NetworkLead | None:
    """Return the lead that is stated alone: over the strong LDA.

    Of an older document it is the one over LDA; None where the network was not judged.
    """
    against = document.get("lead_against", "lda")
    return next((one for one in network_leads(document) if one.name == against), None)


def lead_words(document: Mapping[str, Any]) -> str:
    """Return the main lead in one or two sentences; empty where there is none."""
    lead = main_lead(document)
    if lead is None:
        return ""
    if lead.interval is None:
        return tr(
            "Lead of the network over {method} on the same decisions: {points} points.",
            method=lead.title,
            points=lead.points,
        )
    words = tr(
        "Lead of the network over {method} on the same decisions: {points} points (95 % interval "
        "{interval}).",
        method=lead.title,
        points=lead.points,
        interval=lead.interval_words,
    )
    low, high = lead.interval
    if low > 0.0 or high < 0.0:
        return words
    doubt = tr("As 0 lies in the interval, the lead may be chance.")
    return f"{words} {doubt}"


def lead_rows(document: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return the lead over each method, with the columns of `LEAD_COLUMNS`."""
    return tuple((one.title, one.points, one.interval_words) for one in network_leads(document))


def path_rows(document: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return what each path of the network is worth, with the columns of `PATH_COLUMNS`.

    Nothing for a network with a single path, and for an older document.
    """
    return tuple(
        _path_row(PATH_NAMES.get(name, name), figures)
        for name, figures in document.get("paths", {}).items()
    )


def _path_row(title: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    interval, adds = _interval(figures), figures["adds"]
    decimals = _decimals(interval)
    return (
        title,
        percent(figures["balanced_accuracy"], decimals),
        NOT_KNOWN
        if interval is None
        else tr(
            "{low:.{decimals}f} to {high:.{decimals}f} %",
            low=100.0 * interval[0],
            decimals=decimals,
            high=100.0 * interval[1],
        ),
        _points(adds["difference"], _interval(adds)),
        _interval_words(_interval(adds)),
    )


def _differences(models: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the differences of the means, where the network and the other model have one."""
    means = {name: of["balanced_accuracy"] for name, of in models.items()}
    network = means.pop(NETWORK, None)
    if network is None:
        return {}
    return {
        name: {"difference": network - mean, "confidence_interval_95": [None, None]}
        for name, mean in means.items()
        if mean is not None
    }


def _interval(figures: Mapping[str, Any]) -> tuple[float, float] | None:
    low, high = figures["confidence_interval_95"]
    return None if low is None or high is None else (low, high)


def _decimals(interval: tuple[float, float] | None) -> int:
    return decimals_of(None if interval is None else (interval[1] - interval[0]) / 2.0)


def _points(difference: float | None, interval: tuple[float, float] | None) -> str:
    if difference is None:
        return NOT_KNOWN
    return _signed(difference, _decimals(interval))


def _interval_words(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return NOT_KNOWN
    low, high = (_signed(end, _decimals(interval)) for end in interval)
    return tr("{low} to {high}", low=low, high=high)


def _signed(difference: float, decimals: int) -> str:
    points = round(100.0 * difference, decimals) + 0.0  # no minus sign before a zero
    return f"{points:+.{decimals}f}"
