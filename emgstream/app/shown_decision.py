"""The newest decision of a session, rounded as it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from emgstream.app.live_session import LiveSession

__all__ = ["ShownDecision", "newest_decision", "why_there_is_none"]


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

    @property
    def accepted(self) -> bool:
        """True where it is to be acted on."""
        return self.status == "ok"

    @property
    def decides(self) -> bool:
        """True where it names a movement, rest included."""
        return self.status in ("ok", "rest")


def newest_decision(session: LiveSession) -> ShownDecision | None:
    """Return the newest decision; None before the first and in a gap of the signal."""
    update = session.latest
    if update is None:
        return None
    decision = update.decisions[-1]
    if decision.status == "gap":
        return None
    return ShownDecision(
        probabilities=tuple(round(share, 2) for share in decision.probabilities.values()),
        chosen=update.decisions.class_names.index(decision.label),
        confidence=round(decision.confidence, 2),
        status=decision.status,
        truth=update.labels[-1],
    )


def why_there_is_none(session: LiveSession) -> str:
    """Return the reason why `newest_decision` returned None."""
    return "waiting for enough signal" if session.latest is None else "a gap in the signal"
