"""What the window looks at on its timers, and what it changes where something is new."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from emgstream.app.live_session import LiveSession
from emgstream.app.meters import PaceMeter
from emgstream.errors import ModelFileError, StreamMismatchError
from emgstream.gui.status_bar import StatusFigures, milliseconds
from emgstream.latency import STAGES, LatencyFigures, LatencyHistogram

if TYPE_CHECKING:
    from emgstream.gui.window import Window

__all__ = ["Refresher"]

_NOT_MEASURED = ("–", "–", "–")


class Refresher:
    """Polls the connection and passes on what changed. No worker ever touches the window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._live = False
        self._session: LiveSession | None = None
        self._drawn_session: LiveSession | None = None
        self._frames = PaceMeter()
        self._decisions = PaceMeter()
        self._n_decisions = self._n_drawn = 0
        self._paint = LatencyHistogram()
        self._failure: object = None
        self._notes: tuple[str, ...] = ()

    def frame(self) -> None:
        """Look for new samples and decisions; called some sixty times a second."""
        window, now_s = self._window, time.perf_counter()
        came = window.connection.poll(now_s)
        session = window.connection.session
        if session is not self._session:
            self._begin(session)
        if window.connection.live != self._live:
            self._live = window.connection.live
            self.slow()  # the button must not say Disconnect when there is nothing to end
        if session is not None and self._drawn_session is None and session.traces is not None:
            self._drawn_session = session
            for page in window.pages:
                page.show_session(session)
        for page in window.pages:
            page.frame(now_s, came)
        self._tell_failure()

    def slow(self) -> None:
        """Refresh the figures and words; called four times a second."""
        window, now_s = self._window, time.perf_counter()
        connection = window.connection
        window.source_bar.show_state(connection.state, connection.live)
        window.show_holding()
        session = connection.session
        for page in window.pages:
            page.slow(now_s)
        if session is None:
            return
        self._decisions.tick(now_s, session.log.n_decisions - self._n_decisions)
        self._n_decisions = session.log.n_decisions
        window.status.show_figures(self._figures(session, now_s))
        if window.latency_popup.isVisible():
            self.show_latency()
        self._tell_notes(session)

    def show_latency(self) -> None:
        """Fill the latency card, where there is a session."""
        if self._session is not None:
            self._window.latency_popup.show_stages(_stages(self._session, self._paint))

    def drawn(self) -> None:
        """Count a picture, and how long the newest decision waited for it."""
        now_s = time.perf_counter()
        self._frames.tick(now_s)
        if self._session is not None and self._session.log.n_decisions > self._n_drawn:
            self._n_drawn = self._session.log.n_decisions
            self._paint.add(np.array([now_s - self._session.log.written_s]))

    def _begin(self, session: LiveSession | None) -> None:
        self._session, self._drawn_session = session, None
        self._n_decisions = self._n_drawn = 0
        self._paint = LatencyHistogram()
        self._decisions = PaceMeter()
        self._notes = ()
        for page in self._window.pages:
            page.begin_session(session)

    def _figures(self, session: LiveSession, now_s: float) -> StatusFigures:
        latency = session.log.latency()
        rate_hz, ppm = session.measured_rate()
        return StatusFigures(
            rate_hz=rate_hz,
            ppm=ppm,
            n_lost=session.loss.n_lost,
            n_lost_lately=session.loss.n_lost_lately,
            p50_s=latency.p50_s,
            p99_s=latency.p99_s,
            decisions_per_s=None if session.model is None else self._decisions.per_s(now_s),
            frames_per_s=self._frames.per_s(now_s) if self._window.front.shows_signals else None,
        )

    def _tell_failure(self) -> None:
        failure = self._window.connection.failure
        if failure is not self._failure:
            self._failure = failure
            if failure is not None:
                is_of_model = isinstance(failure, (StreamMismatchError, ModelFileError))
                self._window.show_error(str(failure), is_of_model)

    def _tell_notes(self, session: LiveSession) -> None:
        alarms = session.status().alarms
        notes = (*session.notes, *self._window.connection.notes, *alarms)
        if notes != self._notes:
            self._notes = notes
            if notes:
                more = f"   (and {len(notes) - 1} more)" if len(notes) > 1 else ""
                self._window.strip.show_note(notes[-1] + more, warns=bool(alarms))
                self._window.strip.setToolTip("\n".join(notes))


def _stages(session: LiveSession, paint: LatencyHistogram) -> list[tuple[str, ...]]:
    """Return the rows of the latency card: every stage, the whole, and what is there by design."""
    stages = {name: _percentiles(figures) for name, figures in session.log.stages().items()}
    return [
        *((name, *stages.get(name, _NOT_MEASURED)) for name in STAGES),
        ("paint", *_percentiles(paint.figures())),
        ("received to decided", *_percentiles(session.log.latency())),
        *_by_design(session),
    ]


def _by_design(session: LiveSession) -> list[tuple[str, ...]]:
    """Return how much signal a decision looks at, and how often there is one."""
    manifest = session.manifest
    if manifest is None:
        return []
    step_s = manifest.step.length / (session.rate_hz if session.is_timed else math.nan)
    return [
        ("signal in a window", milliseconds(step_s * manifest.n_steps)),
        ("from window to window", milliseconds(step_s * manifest.hop)),
    ]


def _percentiles(figures: LatencyFigures) -> tuple[str, ...]:
    return tuple(milliseconds(s, 2) for s in (figures.p50_s, figures.p95_s, figures.p99_s))
