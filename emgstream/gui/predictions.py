"""The newest decision of a session as a panel shows it."""

from __future__ import annotations

from emgstream.app.live_session import LiveSession
from emgstream.gui.prediction_panel import ShownDecision

__all__ = ["newest_prediction", "why_there_is_none"]


def newest_prediction(session: LiveSession) -> ShownDecision | None:
    """Return the newest decision, in whole percents: the panel is drawn where one changed."""
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
    """Return why there is no prediction."""
    return "waiting for enough signal" if session.latest is None else "a gap in the signal"
