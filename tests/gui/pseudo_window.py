"""A walk through the window in the made-up language of `tests.gui.pseudo_language`.

What is data may stand as it is, and so may the texts of rooms below ``app``: they are told apart by
rules, in `left_english`.
"""

from __future__ import annotations

import ast
import re
import sys
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from PyQt5.QtCore import QPoint
from PyQt5.QtGui import QPainter
from PyQt5.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QWidget,
)

import emgstream
from emgstream.app.column_words import sentence
from emgstream.app.doctor.doctor_check import problem
from emgstream.app.model_details import layer_rows, model_facts
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest, WindowRequest
from emgstream.app.signal_views import SignalView
from emgstream.bundle import read_model
from emgstream.cue_schedule import MOVEMENTS
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.gui.application import make_window
from emgstream.gui.closing_question import ClosingQuestion
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.model_details_dialog import ModelDetailsDialog
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.settings.doctor_dialog import DoctorDialog
from emgstream.gui.source_address_dialog import SourceAddressDialog
from emgstream.gui.trial.trial_page import TrialPage
from emgstream.gui.tune.tune_page import TunePage
from emgstream.gui.window import Window
from emgstream.wording import spoken

PACKAGE = Path(emgstream.__file__).parent
PATIENCE_S = 300.0
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
MARKUP = re.compile(r"<[^>]*>|&[a-z]+;")
PATH_OR_NAME = re.compile(r"\S*[/\\_.~]\S*\w|\S*\d\S*|v\d|'[^']*'")
KEYS = re.compile(r"\bCtrl\+\w+|^(End|Esc|Left|Right|Space)$")
COMMAND = re.compile(r"^(emgstream|sudo) [a-z]")
WORD = re.compile(r"[^\W\d_]{3,}")
CODED = re.compile(r"[A-Z]+")
"""The names of boards, pins, sockets and programs, as OSC, ENV or GANGLION."""
UNITS = {"counts", "emgstream", "max", "ppm", "Arduino", "Uno"}
TYPED = {"auto", "demo", "realtime", "published"}
"""Values as they are typed."""
OF_THE_FILE = {"class", "time", "channel"}
"""Names of the columns of the file that is shown."""
CITATION = "The emgstream authors ("
"""A citation is the same in every language."""


def texts_below() -> Iterator[str]:
    """Give a pattern of every sentence in a room below ``app``: the engine speaks English."""
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in ("app", "gui", "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts = [str(one.value) if isinstance(one, ast.Constant) else "" for one in parts]
            if len(WORD.findall(" ".join(texts))) > 1:
                yield "".join(re.escape(text) if text else ".*?" for text in texts)


def names() -> set[str]:
    """Return the words in the names of movements and channels."""
    manifest = read_model(DEMO_MODEL).manifest
    known = (*MOVEMENTS, *manifest.class_names, *manifest.channel_names, "forearm")
    return {word.lower() for name in known for word in spoken(name).split()} | OF_THE_FILE


BELOW = [
    re.compile(text, re.DOTALL | re.IGNORECASE)
    for text in sorted(set(texts_below()), key=len, reverse=True)
]
NAMES = names()


def left_english(text: str) -> bool:
    """Return whether a text has words that are neither looked up nor data."""
    if COMMAND.match(text) or text.startswith(CITATION):
        return False
    plain = text
    while MARKED.search(plain):  # one may stand within another
        plain = MARKED.sub(" ", plain)
    plain = KEYS.sub(" ", PATH_OR_NAME.sub(" ", MARKUP.sub(" ", plain)))
    if not unknown(plain):
        return False
    for below in BELOW:
        plain = below.sub(" ", plain)
    return unknown(plain)


def unknown(plain: str) -> bool:
    words = [word for word in WORD.findall(plain) if word not in UNITS | TYPED]
    return any(word.lower() not in NAMES and not CODED.fullmatch(word) for word in words)


class Walk:
    """Collects what stays English, by the place where it was first seen."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.n_texts = 0
        self.where = ""
        self._data: Collection[str] = ()

    def see(self, text: str) -> None:
        """Keep a text that stays English."""
        self.n_texts += bool(text)
        if text not in self._data and left_english(text):
            self.found.setdefault(text, self.where)

    def look(self, where: str, top: QWidget, data: Collection[str] = ()) -> None:
        """Look at every widget of a window, and let all of it be painted."""
        self.where, self._data = where, data
        process()
        top.grab()
        for part in [top, *top.findChildren(QWidget)]:
            for text in texts_of(part):
                self.see(text)

    def views(self, where: str, page: QWidget, top: QWidget) -> None:
        """Look at every view of every stack of a page."""
        self.look(where, top)
        for stack in page.findChildren(QStackedWidget):
            before = stack.currentIndex()
            for number in range(stack.count()):
                stack.setCurrentIndex(number)
                self.look(where, top)
            stack.setCurrentIndex(before)


def texts_of(part: QWidget) -> Iterator[str]:
    yield part.toolTip()
    yield part.accessibleName()
    if part.isWindow():
        yield part.windowTitle()
    if isinstance(part, (QLabel, QAbstractButton)):
        yield part.text()
    if isinstance(part, QLineEdit):
        yield part.placeholderText()
    if isinstance(part, QComboBox):
        yield from (part.itemText(number) for number in range(part.count()))


def process(seconds: float = 0.0) -> None:
    end = time.monotonic() + seconds
    while True:
        QApplication.processEvents()
        if time.monotonic() >= end:
            return
        time.sleep(0.01)


def wait(claim: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not claim():
        process(0.02)
        if time.monotonic() > end:
            sys.exit(f"{what} did not come within {PATIENCE_S:g} s")


def watch_painting(walk: Walk) -> None:
    """See the texts that are painted, too."""
    draw = QPainter.drawText

    def watched(painter: QPainter, *arguments: object) -> object:
        for text in arguments:
            if isinstance(text, str) and "…" not in text:  # shortened ones have lost their end
                walk.see(text)
        return draw(painter, *arguments)  # type: ignore[call-overload]

    setattr(QPainter, "drawText", watched)  # noqa: B010 - mypy allows no method to be replaced


def walk_pages(walk: Walk, window: Window, state: str) -> None:
    for number, page in enumerate(window.pages):
        window.show_page_at(number)
        walk.views(f"{type(page).__name__}, {state}", page, window)


def walk_board_setup(walk: Walk, window: Window) -> None:
    window.set_up_board()
    guide = window.page(LivePage).board_guide
    for number in range(6):
        walk.look(f"board set-up, step {number + 1}", window)
        if guide.setup.is_last:
            break
        guide.on_button.click()
    window.page(LivePage).begin_session(None)


def walk_live(walk: Walk, window: Window) -> None:
    window.open_source(PortRequest(SIMULATED))
    wait(lambda: window.connection.session is not None and window.connection.live, "a connection")
    process(2.5)
    walk_pages(walk, window, "connected")
    live = window.page(LivePage)
    window.show_page_at(0)
    for view in SignalView:
        live.show_view(view)
        process(0.2)
        walk.look(f"live, {view.name}", window)
    live.show_spectrum()
    process(0.3)
    walk.look("live, spectrum", window)
    live.view_bar.channels_button.click()
    walk.look("live, channels", window)
    for part in QApplication.topLevelWidgets():
        if part is not window and part.isVisible():
            walk.look("live, channels", part)
            part.hide()


def walk_sessions(walk: Walk, window: Window) -> None:
    """Begin a recording and a test, and look at their cues."""
    record = window.page(RecordPage)
    window.show_page(record.title)
    record.start()
    process(1.5)
    walk.look("record, running", window)
    record.key_actions()["end"]()
    process(1.0)
    walk.look("record, ended", window)
    trial = window.page(TrialPage)
    window.show_page(trial.title)
    trial.start()
    process(1.0)
    walk.look("test, running", window)
    trial.key_actions()["end"]()
    process(0.5)
    walk.look("test, ended", window)


def walk_replay(walk: Walk, window: Window) -> None:
    window.open_source(ReplayRequest(DEMO_RECORDING))
    wait(lambda: window.connection.session is not None and window.connection.live, "a replay")
    process(1.5)
    walk_pages(walk, window, "replay")
    tune = window.page(TunePage)
    window.show_page(tune.title)
    wait(lambda: bool(tune.outcome.figures.cells), "the figures of the page Tune")
    process(0.5)
    walk.views("tune, with figures", tune, window)


def walk_dialogs(walk: Walk, window: Window, folder: Path) -> None:
    address = SourceAddressDialog(window.theme, [], window)
    for number in range(address.boards.count()):
        address.boards.setCurrentIndex(number)
        walk.look("address", address)
    model = read_model(DEMO_MODEL)
    stated = {text for _, text in model_facts(model)}
    stated |= {cell for row in layer_rows(model) for cell in row[:2]}
    walk.look("model details", ModelDetailsDialog(DEMO_MODEL, model, window), stated)
    walk.look("closing", ClosingQuestion(["⟦A test is running.⟧"], window))
    doctor = DoctorDialog(window.theme, window)
    doctor.view.show_checks([problem("qt", "⟦Qt does not load⟧", "⟦install it⟧", "sudo apt x")])
    walk.look("check of the computer", doctor)
    walk.look("shortcuts", window.help_card)
    table = folder / "foreign.tsv"
    rows = "".join(f"{5 * row}\t{row % 7}.5\t{row % 11}.25\t{row // 100}\n" for row in range(600))
    table.write_text("time\tchannel1\tchannel2\tclass\n" + rows)
    window.ask_columns([table], lambda _: None)
    wait(lambda: window.import_dialogs.dialog is not None, "the dialog of the columns")
    dialog = window.import_dialogs.dialog
    if dialog is not None:
        process(1.5)
        wait(lambda: dialog.shown.look is not None, "a look at the file")
        process(0.5)
        look = dialog.shown.look
        engine = [one.reason for one in look.columns] if look is not None else []
        engine += [sentence(one.text) for one in look.questions] if look is not None else []
        walk.look("columns", dialog, engine)
        dialog.reject()
    window.latency_popup.open_above(window.status.latency)
    walk.look("latency", window.latency_popup)
    window.latency_popup.move(QPoint(0, 0))
    window.latency_popup.hide()


def walk_through(folder: Path) -> Walk:
    """Return what stayed English in the window; its files are written into the folder."""
    application = QApplication([])
    walk = Walk()
    watch_painting(walk)
    window = make_window(application, WindowRequest(settings=folder / "settings.ini"))
    window.show()
    walk_pages(walk, window, "not connected")
    walk_board_setup(walk, window)
    walk_live(walk, window)
    walk_sessions(walk, window)
    walk_replay(walk, window)
    walk_dialogs(walk, window, folder)
    window.close_now()
    return walk
