"""The newest decision of a session, rounded as it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.app.live_session import LiveSession
from emgstream.decisions import DecisionSettings
from emgstream.significant_digits import percent, percents_apart
from emgstream.translation import tr

__all__ = ["ShownDecision", "newest_decision", "threshold_words", "why_there_is_none"]


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """A decision in whole percents, so that equal ones look equal."""

    probabilities: tuple[float, ...]
    """Probability of each class, 0 to 1."""
    chosen: int
    """Number of the class decided for."""
    confidence: float
    """Smoothed confidence in that class, 0 to 1: the figure a threshold is compared with."""
    status: str
    """The status of the decision; see `emgstream.decisions.DecisionStatus`."""
    truth: str | None
    """The true label, where it is known."""
    needed: float = 0.0
    """The threshold that the confidence is held against now, 0 to 1; 0 where there is none."""

    @property
    def accepted(self) -> bool:
        """True where it is to be acted on."""
        return self.status == "ok"

    @property
    def decides(self) -> bool:
        """True where it names a movement, rest included."""
        return self.status in ("ok", "rest")

    def bar_of(self, number: int) -> float:
        """Return the length of a class's bar, 0 to 1: of the chosen one it is its confidence.

        Those of the others are of this window alone.
        """
        return self.confidence if number == self.chosen else self.probabilities[number]

    @property
    def words(self) -> str:
        """The confidence, or why nothing is acted on, for people."""
        if self.status == "rejected":
            had, needed = percents_apart(self.confidence, self.needed)
            return tr("not sure enough to act ({had}, needs {needed})", had=had, needed=needed)
        sure = tr("{confidence} sure", confidence=percent(self.confidence))
        if self.needed:
            sure = tr(
                "{confidence} sure, needs {needed}",
                confidence=percent(self.confidence),
                needed=percent(self.needed),
            )
        return {
            "ok": sure,
            "rest": tr("the muscle is quiet"),
            "unknown": tr("unlike the signals in training"),
        }.get(self.status, self.status)


def newest_decision(session: LiveSession) -> ShownDecision | None:
    """Return the newest decision; None before the first and in a gap of the signal."""
    update = session.latest
    if update is None:
        return None
    decision = update.decisions[-1]
    if decision.status == "gap":
        return None
    is_rejected = decision.status == "rejected"
    return ShownDecision(
        probabilities=tuple(round(share, 2) for share in decision.probabilities.values()),
        chosen=update.decisions.class_names.index(decision.label),
        confidence=round(decision.confidence, 4 if is_rejected else 2),
        status=decision.status,
        truth=update.labels[-1],
        needed=decision.needed if is_rejected else round(decision.needed, 2),
    )


def threshold_words(settings: DecisionSettings) -> str:
    """Return the thresholds that a confidence is held against, for people.

    >>> threshold_words(DecisionSettings(threshold=0.8, begin_odds=2.0))
    'Acts from 80 %, after a rest from 89 %'
    """
    n_classes = len(settings.class_odds or (1.0,))
    return tr(
        "Acts from {threshold}, after a rest from {begin}",
        threshold=_range(settings.thresholds(n_classes)),
        begin=_range(settings.begins(n_classes)),
    )


def _range(shares: tuple[float, ...]) -> str:
    least, most = percent(min(shares)), percent(max(shares))
    if least == most:
        return least
    return tr("{least} to {most} by movement", least=least, most=most)


def why_there_is_none(session: LiveSession) -> str:
    """Return the reason why `newest_decision` returned None."""
    return tr("waiting for enough signal") if session.latest is None else tr("a gap in the signal")
