"""The real window, opened off screen, run for a while and measured."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["EMGSTREAM_CONFIG"] = os.devnull  # not the user's own defaults

import numpy as np
from PyQt5.QtCore import QEventLoop, QTimer
from PyQt5.QtWidgets import QApplication

from emgstream.app.open_requests import SourceRequest, WindowRequest
from emgstream.data import DEMO_MODEL
from emgstream.gui.application import make_window, short_switch_interval
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.window import Window
from emgstream.types import TimeArray

__all__ = ["Pace", "first_signal", "opened", "pace", "pictures_s", "spin", "spin_until"]

_SIZE = (1280, 800)
_DEADLINE_S = 60.0
_application: list[QApplication] = []


@dataclass(frozen=True)
class Pace:
    """Figures of a window that ran for a while."""

    frames_per_s: float
    """Pictures of the signals drawn per second."""
    cpu_share: float
    """Processor time of this whole process, in parts of a core."""


@contextmanager
def opened(
    source: SourceRequest, model: Path = DEMO_MODEL, span_s: float = 10.0
) -> Iterator[Window]:
    """Give a window on a source, its settings in a file of its own; it is closed with the block."""
    if not _application:
        _application.append(QApplication(["emgstream"]))
    with tempfile.TemporaryDirectory() as folder:
        request = WindowRequest(
            source, model=model, theme="light", settings=Path(folder, "settings.ini")
        )
        window = make_window(_application[0], request)
        window.resize(*_SIZE)
        window.page(LivePage).timeline.set_span(span_s)
        window.show()
        try:
            with short_switch_interval():
                yield window
        finally:
            window.close()


def spin(seconds: float) -> None:
    """Let Qt run for some seconds."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1e3), loop.quit)
    loop.exec_()


def spin_until(claim: Callable[[], bool], what: str, deadline_s: float = _DEADLINE_S) -> None:
    """Let Qt run until something is so; raises RuntimeError where it does not come to be."""
    end_s = time.monotonic() + deadline_s
    while not claim():
        if time.monotonic() > end_s:
            raise RuntimeError(f"no {what} within {deadline_s:g} s")
        spin(0.05)


def first_signal(window: Window) -> None:
    """Let Qt run until there are samples to draw."""
    spin_until(lambda: window.page(LivePage).timeline.shows_session, "samples")


def pace(window: Window, seconds: float) -> Pace:
    """Let a window run for some seconds and tell how it did."""
    drawn: list[float] = []

    def count() -> None:
        drawn.append(time.perf_counter())

    window.page(LivePage).timeline.drawn.connect(count)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    spin(seconds)
    elapsed_s = time.perf_counter() - began_s
    cpu_s = time.process_time() - began_cpu_s
    window.page(LivePage).timeline.drawn.disconnect(count)
    return Pace(len(drawn) / elapsed_s, cpu_s / elapsed_s)


def pictures_s(window: Window, n: int = 100) -> TimeArray:
    """Return the processor seconds that each of some pictures of the signals takes to draw.

    On a machine that is shared, only these tell one version of the window from another.
    """
    took_s = np.empty(n)
    for number in range(n):
        began_s = time.thread_time()
        window.page(LivePage).timeline.repaint()
        took_s[number] = time.thread_time() - began_s
        spin(0.0)  # samples go on to come in
    return took_s
