"""Figures of a running session: rate, loss, latency, decisions and pictures per second."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from emgstream.app.live_session import LiveSession
from emgstream.app.meters import PaceMeter
from emgstream.app.stream_words import loss_words, milliseconds
from emgstream.latency import STAGES, LatencyFigures, LatencyHistogram
from emgstream.translation import tr

__all__ = ["SessionFigures", "SessionMeters"]

_NOT_MEASURED = ("–", "–", "–")


@dataclass(frozen=True, slots=True)
class SessionFigures:
    """Figures of a session at one moment."""

    rate_hz: float | None = None
    """Samples per second and channel, measured; None before it is known."""
    ppm: float | None = None
    """Error of the board's clock in millionths, positive where it is fast; None where not known."""
    loss: str = tr("lost  –")
    """Samples lost in the session and in the last five seconds, in words; ``loss not known`` of a
    source that does not tell."""
    p50_s: float = math.nan
    """Median time from the receipt of a sample to its decision, in seconds."""
    p99_s: float = math.nan
    """99th percentile of that time, in seconds."""
    decisions_per_s: float | None = 0.0
    """Decisions per second; None where nothing decides."""
    frames_per_s: float | None = None
    """Pictures of the signals drawn per second; None where none are shown."""


class SessionMeters:
    """Measures one session after the other. Only the window's thread calls it."""

    def __init__(self) -> None:
        self._frames = PaceMeter()
        self.begin(None)

    def begin(self, session: LiveSession | None) -> None:
        """Measure another session from now on; None for none."""
        self._session = session
        self._n_decisions = self._n_drawn = 0
        self._decisions = PaceMeter()
        self._paint = LatencyHistogram()

    def count_picture(self, now_s: float) -> None:
        """Count a picture of the signals, and how long the newest decision waited for it."""
        self._frames.tick(now_s)
        if self._session is not None and self._session.log.n_decisions > self._n_drawn:
            self._n_drawn = self._session.log.n_decisions
            self._paint.add(np.array([now_s - self._session.log.decided_s]))

    def figures(self, now_s: float, is_drawn: bool) -> SessionFigures:
        """Return the figures at host time ``now_s``; ``is_drawn`` while signals are shown."""
        frames_per_s = self._frames.per_s(now_s) if is_drawn else None
        session = self._session
        if session is None:
            return SessionFigures(frames_per_s=frames_per_s)
        self._decisions.tick(now_s, session.log.n_decisions - self._n_decisions)
        self._n_decisions = session.log.n_decisions
        latency = session.summary.latency()
        rate_hz, ppm = session.measured_rate()
        return SessionFigures(
            rate_hz=rate_hz,
            ppm=ppm,
            loss=_loss(session),
            p50_s=latency.p50_s,
            p99_s=latency.p99_s,
            decisions_per_s=None if session.model is None else self._decisions.per_s(now_s),
            frames_per_s=frames_per_s,
        )

    def latency_rows(self) -> list[tuple[str, ...]]:
        """Return a name and three percentiles in milliseconds for each stage, then for the whole.

        The last rows are not delays: the length of a window and the time between two of them.
        """
        session = self._session
        if session is None:
            return []
        stages = {name: _percentiles(figures) for name, figures in session.summary.stages().items()}
        return [
            *((tr(name), *stages.get(name, _NOT_MEASURED)) for name in STAGES),
            (tr("paint"), *_percentiles(self._paint.figures())),
            (tr("received to decided"), *_percentiles(session.summary.latency())),
            *_window_rows(session),
        ]


def _loss(session: LiveSession) -> str:
    loss, status = session.loss, session.status()
    counted = tr(
        "lost  {n_lost:,}  ({n_lost_lately:,} in 5 s)",
        n_lost=loss.n_lost,
        n_lost_lately=loss.n_lost_lately,
    )
    return loss_words(counted, status.n_lost + status.n_missed, status.sees_loss)


def _window_rows(session: LiveSession) -> list[tuple[str, ...]]:
    manifest = session.manifest
    if manifest is None:
        return []
    step_s = manifest.step.length / (session.rate_hz if session.is_timed else math.nan)
    return [
        (tr("signal in a window"), milliseconds(step_s * manifest.n_steps)),
        (tr("from window to window"), milliseconds(step_s * manifest.hop)),
    ]


def _percentiles(figures: LatencyFigures) -> tuple[str, ...]:
    return tuple(milliseconds(s, 2) for s in (figures.p50_s, figures.p95_s, figures.p99_s))
