"""The window on the screens people have: all of it there, and what begins something in sight."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from PyQt5.QtCore import QPoint, QRect
from PyQt5.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.folded_label import FoldedLabel
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.scrolled import PageFrame
from emgstream.gui.train.train_page import TrainPage
from emgstream.gui.trial.trial_page import TrialPage
from emgstream.gui.tune.tune_page import TunePage
from emgstream.gui.window import Window
from emgstream.gui.window_place import fitted
from tests.gui.conftest import OpenWindow

FRAME = (16, 88)
"""Width and height in logical pixels that a title, a frame and a panel take from a screen."""
SCREENS = {
    "1366x768": (1366, 768),
    "1366x768 at 125 %": (1092, 614),
    "1920x1080 at 150 %": (1280, 720),
    "1920x1080 at 200 %": (960, 540),
    "1024x600": (1024, 600),
}
"""Screens as logical pixels: what a scale factor leaves of the real ones."""
WIDE = (2560, 1440)
LARGE_TEXT = 1.5


@pytest.fixture(params=list(SCREENS))
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """Size of the window that fills a screen."""
    width, height = SCREENS[request.param]
    return width - FRAME[0], height - FRAME[1]


def views(page: QWidget) -> Iterator[None]:
    """Show every view of every stack of a page, one after the other."""
    yield
    for stack in page.findChildren(QStackedWidget):
        before = stack.currentIndex()
        for number in range(stack.count()):
            stack.setCurrentIndex(number)
            if stack.isVisible():
                yield
        stack.setCurrentIndex(before)


def every_view(window: Window, qtbot: QtBot) -> Iterator[str]:
    """Show every page in each of its views; yield the title of the page."""
    for number, page in enumerate(window.pages):
        window.show_page_at(number)
        for _ in views(page):
            for _ in range(3):  # a scroll bar that comes takes width, which may take height
                QApplication.processEvents()
            qtbot.wait(1)
            yield page.title


def frame_of(window: Window) -> PageFrame:
    shown = window.book.currentWidget()
    assert isinstance(shown, PageFrame)
    return shown


def assert_nothing_is_beside(window: Window, where: str) -> None:
    bar = frame_of(window).horizontalScrollBar()
    assert bar is not None
    assert bar.maximum() == 0, f"{where}: nothing is beside the window"


def seen(part: QWidget) -> bool:
    """Whether all of a widget is on the screen."""
    return part.isVisible() and part.visibleRegion().boundingRect() == part.rect()


def scrolls(part: QWidget) -> bool:
    """Whether a widget is a part of something that scrolls."""
    above = part.parentWidget()
    while above is not None and not isinstance(above, QAbstractScrollArea):
        above = above.parentWidget()
    return above is not None


def outside(window: Window) -> list[str]:
    """Return what is not inside of the window, or of the part that scrolls it."""
    found = []
    for part in window.findChildren(QWidget):
        if not part.isVisible() or part.window() is not window:
            continue
        place = QRect(part.mapTo(window, QPoint(0, 0)), part.size())
        if not scrolls(part) and not window.rect().contains(place):
            found.append(f"{type(part).__name__} {place.getRect()}")
    return found


def squeezed(window: Window) -> list[str]:
    """Return buttons, fields and texts that are smaller than what they say."""
    found = []
    for part in window.front.findChildren(QWidget):
        if not part.isVisible() or isinstance(part, (ElidedLabel, FoldedLabel)):
            continue
        if isinstance(part, (QPushButton, QLineEdit, QAbstractSpinBox, QLabel)):
            least = part.minimumSizeHint()
            if isinstance(part, QLineEdit) or (isinstance(part, QLabel) and part.wordWrap()):
                least.setWidth(0)
            if part.height() < least.height() - 1 or part.width() < least.width():  # rounded
                words = part.text() if not isinstance(part, QAbstractSpinBox) else ""
                found.append(f"{type(part).__name__} {words[:40]!r} {part.size()} of {least}")
    return found


def once_settled(qtbot: QtBot, faults: Callable[[], list[str]]) -> list[str]:
    """Return the faults that stay; results that come just now are laid out within some frames."""
    for _ in range(20):
        if not faults():
            break
        qtbot.wait(50)
    return faults()


def starters(window: Window) -> list[QPushButton]:
    """Return the buttons that begin something, of the views that are shown."""
    record, train = window.page(RecordPage), window.page(TrainPage)
    trial, tune = window.page(TrialPage), window.page(TunePage)
    buttons = (
        record.setup.row.button,
        record.guide.space_button,
        train.setup.row.button,
        trial.setup.row.button,
        trial.guide.space_button,
        tune.model_actions.use_button,
    )
    return [button for button in buttons if button.isVisible()]


def check_all(window: Window, qtbot: QtBot, size: tuple[int, int]) -> Iterator[str]:
    """Check every view at a size, fresh and after a resize; yield where it is."""
    n_starters = 0
    for step in ("fresh", "after a resize"):
        if step != "fresh":
            window.resize(*WIDE)
            QApplication.processEvents()
        window.resize(*size)
        for title in every_view(window, qtbot):
            where = f"{title}, {step}"
            assert (window.width(), window.height()) == size, where
            assert not once_settled(qtbot, partial(outside, window)), where
            assert not once_settled(qtbot, partial(squeezed, window)), where
            assert seen(window.source_bar.connect_button), where
            for button in starters(window):
                assert seen(button), f"{where}: {button.text()}"
                n_starters += 1
            yield where
    assert n_starters >= 2 * 6


def test_every_page_fits_and_what_begins_something_is_in_sight(
    open_window: OpenWindow, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window = open_window()
    for where in check_all(window, qtbot, size):
        assert_nothing_is_beside(window, where)


def test_large_text_leaves_what_begins_something_in_sight(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    with sized(window, LARGE_TEXT):
        width, height = SCREENS["1366x768 at 125 %"]
        for where in check_all(window, qtbot, (width - FRAME[0], height - FRAME[1])):
            assert_nothing_is_beside(window, where)


@contextmanager
def sized(window: Window, text_size: float) -> Iterator[None]:
    """Have another text size, which is the application's and so that of the next test, too."""
    window.choose_text_size(text_size)
    try:
        yield
    finally:
        window.choose_text_size(1.0)


def test_on_a_usual_laptop_no_page_scrolls_as_a_whole(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.resize(1366 - FRAME[0], 768 - FRAME[1])
    for title in every_view(window, qtbot):
        bar = frame_of(window).verticalScrollBar()
        assert bar is not None
        assert bar.maximum() == 0, title


def test_on_a_wide_screen_forms_keep_a_readable_width_and_signals_take_it_all(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.resize(*WIDE)
    for _ in every_view(window, qtbot):
        page = window.front
        left = page.mapTo(window, QPoint(0, 0)).x()
        right = window.width() - left - page.width()
        if isinstance(page, LivePage):
            assert page.width() > 0.95 * window.width()
        else:
            assert page.width() <= page.widest
            assert abs(left - right) <= 2, "it stands in the middle"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ((100, 100, 800, 600), (100, 100, 800, 600)),
        ((0, 0, 4000, 3000), (0, 0, 1366, 740)),
        ((3000, 200, 800, 600), (566, 140, 800, 600)),
        ((-500, -80, 800, 600), (0, 0, 800, 600)),
    ],
)
def test_a_place_beside_the_screen_moves_onto_it(
    wanted: tuple[int, int, int, int], found: tuple[int, int, int, int]
) -> None:
    assert fitted(QRect(*wanted), QRect(0, 0, 1366, 740)).getRect() == found


SHOWN = """
import sys
from pathlib import Path
from PyQt5.QtCore import QTimer, Qt
from PyQt5.QtWidgets import QApplication
from emgstream.app.open_requests import WindowRequest
from emgstream.gui.application import make_window
QApplication.setAttribute(Qt.ApplicationAttribute.AA_EnableHighDpiScaling)
policy = Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
QApplication.setHighDpiScaleFactorRoundingPolicy(policy)
application = QApplication([])
settings = Path(sys.argv[1])
for start in ("fresh", "moved away", "too large"):
    window = make_window(application, WindowRequest(settings=settings))
    window.show()
    QTimer.singleShot(1000, application.quit)
    application.exec_()
    screen = application.primaryScreen().availableGeometry()
    frame = window.frameGeometry()
    print(start, screen.contains(frame), screen.getRect(), frame.getRect())
    if start == "fresh":
        window.move(5000, 4000)
    else:
        window.setGeometry(-200, -200, 4000, 3000)
    window.close_now()
"""


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
@pytest.mark.parametrize(
    ("pixels", "factor"),
    [("1366x768", 1.0), ("1366x768", 1.25), ("1920x1080", 2.0), ("1024x600", 1.0)],
)
def test_the_window_opens_on_the_screen_wherever_it_was(
    pixels: str, factor: float, tmp_path: object
) -> None:
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{pixels}x24"]
    with (
        subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL) as process,
        os.fdopen(reader) as told,
    ):
        os.close(writer)
        try:
            environment = os.environ | {
                "DISPLAY": f":{told.readline().strip()}",
                "QT_QPA_PLATFORM": "xcb",
                "QT_SCALE_FACTOR": str(factor),
            }
            run = subprocess.run(
                [sys.executable, "-c", SHOWN, f"{tmp_path}/settings.ini"],
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            process.terminate()
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert len(lines) == 3, run.stdout + run.stderr
    for line in lines:
        assert " True " in line, line
