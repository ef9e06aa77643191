"""The host's clock, hurried: a session of minutes takes seconds, with all of its threads."""

from __future__ import annotations

import time

import pytest

from emgstream import clock
from emgstream.clock import MonotonicClock, host_now
from emgstream.gui import window
from emgstream.gui.timeline import timeline_canvas

__all__ = ["hurry"]


def hurry(monkeypatch: pytest.MonkeyPatch, speed: float) -> None:
    """Let the clock of the host run ``speed`` times as fast, for everything that asks it."""
    begin_s = host_now()

    def hurried() -> float:
        return begin_s + speed * (host_now() - begin_s)

    for module in (window, timeline_canvas, clock):
        monkeypatch.setattr(module, "host_now", hurried)
    monkeypatch.setattr(MonotonicClock, "now", lambda _: hurried())
    monkeypatch.setattr(MonotonicClock, "sleep", lambda _, s: time.sleep(max(s, 0.0) / speed))
