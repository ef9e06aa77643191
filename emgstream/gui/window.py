"""The window: one connection, the pages that show it, and what all pages share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PyQt5.QtCore import Qt, QTimer
from PyQt5.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PyQt5.QtWidgets import (
    QApplication,
    QFileDialog,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from emgstream.app.connection_watch import ConnectionWatch
from emgstream.app.list_choice import model_choices
from emgstream.app.live_connection import LiveConnection
from emgstream.app.model_choice import ModelChoice
from emgstream.app.open_requests import ReplayRequest, SourceRequest
from emgstream.app.session_figures import SessionMeters
from emgstream.app.source_watch import SourceWatch
from emgstream.app.training_job import SignalChoice
from emgstream.clock import host_now
from emgstream.errors import ModelFileError, StreamMismatchError, UndecidedColumnsError
from emgstream.gui.closing_question import ClosingQuestion
from emgstream.gui.columns import Columns
from emgstream.gui.file_actions import FileActions, files_in
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.message_strip import MessageStrip
from emgstream.gui.page_bar import PageBar
from emgstream.gui.pages import PAGES
from emgstream.gui.painting import GRID
from emgstream.gui.palette import DARK, LIGHT, Theme
from emgstream.gui.qt_style import apply_theme, named_theme, scale_text
from emgstream.gui.scrolled import PageFrame
from emgstream.gui.settings.settings_page import SettingsPage
from emgstream.gui.shortcuts import KEYS, HelpCard, install_shortcuts, page_keys
from emgstream.gui.source_address_dialog import SourceAddressDialog
from emgstream.gui.source_bar import SourceBar
from emgstream.gui.status_bar import LatencyPopup, StatusBar
from emgstream.gui.table_import.import_dialogs import ImportDialogs
from emgstream.gui.train.train_page import TrainPage
from emgstream.gui.window_page import WindowPage
from emgstream.gui.window_place import keep_on_screen, place_first
from emgstream.gui.window_settings import WindowSettings
from emgstream.log_output import log_path
from emgstream.translation import tr

__all__ = ["Window"]

_AnyPage = TypeVar("_AnyPage", bound=WindowPage)

_FRAME_MS = 16
"""Some 60 pictures per second, as many as most screens show."""
_FIGURES_MS = 250
"""Figures that change oftener than four times a second cannot be read."""
_FRAMED_MS = 300
"""A desktop has framed a new window by then, on the slowest machine that was tried."""
_NAMES = 24 * GRID
"""Pixels beyond the least width of the lists that let usual names of source and model be read."""
_EDGE = 2
"""Pixels between a message and what is around it."""
_SOURCES_MS = 1500
"""A board that is plugged in is on the list soon enough to be chosen at once."""


class Window(QWidget):
    """The window. It owns the connection and ends it when it is closed.

    It is the `emgstream.gui.shell.Shell` of its pages. No thread touches it: it polls the
    connection on timers and hands on what is new.
    """

    def __init__(self, theme: Theme, settings: WindowSettings) -> None:
        super().__init__()
        self.theme = theme
        self.settings = settings
        self.connection = LiveConnection()
        self.models = ModelChoice()
        self._question: ClosingQuestion | None = None
        self._must_close = False
        self._watch = ConnectionWatch(self.connection)
        self._meters = SessionMeters()
        self.setObjectName("window")
        self.setWindowTitle("emgstream")
        self.setAcceptDrops(True)
        self._files = FileActions(self, self)
        self.import_dialogs = ImportDialogs(self, self)
        self._make_parts(theme)
        self._lay_out()
        self._connect_parts()
        self._install_keys()
        self._sources = SourceWatch()
        self._timers = [
            self._timer(_FRAME_MS, self._follow_connection),
            self._timer(_FIGURES_MS, self.refresh_figures),
            self._timer(_SOURCES_MS, self._watch_sources),
        ]
        self._restore()
        self.show_page_at(0)
        self._leave_focus_to_tab()
        self.refresh_figures()

    @property
    def source(self) -> SourceRequest:
        """The source that is chosen in the list."""
        return self.source_bar.request

    @property
    def holds_decisions(self) -> bool:
        """True while a page judges the decisions, so that their settings must stay."""
        return any(page.holds_decisions for page in self.pages)

    def page(self, kind: type[_AnyPage]) -> _AnyPage:
        """Return the page of a class."""
        return next(page for page in self.pages if isinstance(page, kind))

    @property
    def front(self) -> WindowPage:
        """The page that is shown."""
        return self.pages[self.book.currentIndex()]

    def show_page(self, title: str) -> None:
        """Show the page with this title."""
        self.show_page_at([page.title for page in self.pages].index(title))

    def show_page_at(self, number: int) -> None:
        """Show the page at a place of the switch, counted from 0."""
        if number != self.book.currentIndex():
            self.strip.leave_with_page()
        focused = self.focusWidget()
        if focused is not None and self.book.isAncestorOf(focused):
            self.setFocus()  # else Qt gives it to the first field of the page that comes
        self.book.setCurrentIndex(number)
        self.page_bar.show_front(number)

    def train_on(self, recording: Path, signal: SignalChoice) -> None:
        """Show the page Train, with one recording picked and its kind of signal."""
        self.page(TrainPage).pick(recording, signal)
        self.show_page(TrainPage.title)

    def set_up_board(self) -> None:
        """Show the guide from the parts of a board to the first samples."""
        self.page(LivePage).show_board_setup()
        self.show_page(LivePage.title)

    def open_source(self, request: SourceRequest) -> None:
        """Connect to a source, with the model that is chosen, if any."""
        if self._refuse_while_held():
            return
        self.strip.hide()
        self.settings.keep_source(request)
        self.source_bar.set_addresses(self.settings.addresses)
        self.source_bar.choose(request)
        self.connection.open(self.settings.with_channels(request), self.models.chosen)

    def use_model(self, path: Path | None) -> None:
        """Decide with another model, or none; an open or failed connection is opened again."""
        if self._refuse_while_held():
            self._offer_models()
            return
        self.settings.keep_model(path)
        self.models.choose(path, self.settings.models)
        self._offer_models()
        if self.connection.live or self.connection.failure is not None:
            self.open_source(self.source)

    def choose_recording(self) -> None:
        """Ask for a recording, and play it."""
        self._files.choose_recording()

    def choose_model(self) -> None:
        """Ask for a model, and use it."""
        self._files.choose_model()

    def ask_columns(self, paths: Sequence[Path], settled: Callable[[Sequence[Path]], None]) -> None:
        """Ask what the columns of files mean, then call ``settled`` with those that are settled."""
        self.import_dialogs.ask(paths, settled)

    def _ask_address(self) -> None:
        """Ask for the address of a source, and connect to it."""
        self.address_dialog = SourceAddressDialog(self.theme, self.source_bar.ports, self)
        self.address_dialog.request_made.connect(self.open_source)
        self.address_dialog.open()

    def show_columns(self) -> None:
        """Show the columns of the chosen recording, for the user to change."""
        source = self.source
        if not isinstance(source, ReplayRequest):
            self.strip.show_note(
                tr("choose a recording first: a board has no columns to settle"),
                until=lambda: isinstance(self.source, ReplayRequest),
            )
        elif not self._refuse_while_held():
            self.ask_columns([source.path], lambda paths: self._open_settled(source, paths))

    def refresh_figures(self) -> None:
        """Show the state of the connection, its figures and its notes."""
        now_s = host_now()
        self.strip.leave_if_over()
        self.source_bar.show_state(self.connection.state, self.connection.live)
        session = self.connection.session if self.connection.live else None
        self.source_bar.show_port(None if session is None else session.port)
        self.source_bar.set_locked(any(page.holds_connection for page in self.pages))
        for number, page in enumerate(self.pages):
            self.page_bar.show_busy(number, page.is_busy)
            page.update_figures(now_s)
        if self.connection.session is None:
            return
        self.status.show_figures(self._meters.figures(now_s, self.front.shows_signals))
        if self.latency_popup.isVisible():
            self._show_latency()
        notice = self._watch.notice()
        if notice is not None:
            self.strip.show_note(
                notice.words, notice.warns, until=lambda: self._watch.is_over(notice)
            )

    def show_error(self, words: str, is_of_model: bool = False) -> None:
        """Show what went wrong; offer to go on without the model where that is what failed."""
        failure, source = self.connection.failure, self.source
        self.strip.show_error(
            words,
            can_retry=not self.connection.live,
            can_leave_model=is_of_model and self.models.chosen is not None,
            until=lambda: self.connection.failure is not failure or self.source != source,
        )
        if not self.connection.live:
            for page in self.pages:
                page.connection_failed()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.theme = theme
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, theme)
        for part in (*self.pages, self.source_bar, self.strip):
            part.set_theme(theme)

    def choose_theme(self, name: str | None) -> None:
        """Draw in the colours of ``light`` or ``dark``, or for None in those of the desktop."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            self.settings.keep_theme(name)
            self.set_theme(named_theme(application, name))

    def choose_text_size(self, factor: float) -> None:
        """Make all text ``factor`` times as large as the desktop has it."""
        application = QApplication.instance()
        if isinstance(application, QApplication):
            self.settings.keep_text_size(factor)
            scale_text(application, self, factor)
            self.settings_changed()

    def settings_changed(self) -> None:
        """Let every page follow the folders that were set."""
        for page in self.pages:
            page.follow_settings()

    def save_picture(self, path: Path) -> bool:
        """Save a picture of the window, and return whether that succeeded."""
        return bool(self.grab().save(str(path), "PNG"))

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802 - Qt's name
        """Ask where something would be lost; end every thread before the window closes."""
        if event is None:
            return
        if self._may_close():
            self.shut_down()
            event.accept()
        else:
            event.ignore()

    def close_now(self) -> None:
        """Close without a question, as the system or the terminal asks for it."""
        self._must_close = True
        if self._question is not None:
            self._question.reject()
        self.close()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Keep the message on the figures at the foot of the window."""
        super().resizeEvent(event)
        layout = self.layout()
        if layout is not None:
            layout.activate()
        foot = self.status.geometry()
        foot.setTop(self.book.geometry().bottom() + _EDGE)
        foot.setBottom(self.height() - _EDGE)
        self.strip.lie_on(foot)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """Look, once the desktop has framed the window, that all of it is on the screen."""
        super().showEvent(event)
        QTimer.singleShot(_FRAMED_MS, lambda: keep_on_screen(self))

    def shut_down(self) -> None:
        """End the timers and threads, and save the geometry."""
        for timer in self._timers:
            timer.stop()
        self.settings.keep_geometry(self.saveGeometry())
        for page in self.pages:
            page.shut_down()
        self.import_dialogs.shut_down()
        self._sources.stop()
        self.connection.shut_down()

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:  # noqa: N802 - Qt's name
        """Accept files."""
        if event is not None and files_in(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:  # noqa: N802 - Qt's name
        """Offer dropped files to the page that is shown; open those it does not take."""
        if event is not None:
            event.acceptProposedAction()
            self.take_files(self.front.take_files(files_in(event)))

    def take_files(self, paths: list[Path]) -> None:
        """Use models and play recordings that were dropped or chosen."""
        self._files.open_files(paths)

    def _may_close(self) -> bool:
        """Return whether the window may close, after a question where something would be lost."""
        losses = [words for page in self.pages for words in page.losses_at_close()]
        if self._must_close or not losses:
            return True
        self._question = ClosingQuestion(losses, self)
        allowed = self._question.allows()
        self._question = None
        return allowed or self._must_close

    def _follow_connection(self) -> None:
        """Hand what is new on the connection to every page."""
        now_s = host_now()
        news = self._watch.poll(now_s)
        session = self.connection.session
        if news.is_other_session:
            self._meters.begin(session)
            for page in self.pages:
                page.begin_session(session)
        if news.is_other_state:
            self.refresh_figures()  # the button must not say Disconnect where nothing is connected
        if news.has_first_samples and session is not None:
            for page in self.pages:
                page.show_session(session)
        for page in self.pages:
            page.update_picture(now_s, news.has_samples)
        if isinstance(news.failure, UndecidedColumnsError):
            self._ask_of_source(news.failure)
        elif news.failure is not None:
            is_of_model = isinstance(news.failure, (StreamMismatchError, ModelFileError))
            self.show_error(str(news.failure), is_of_model)

    def _ask_of_source(self, failure: UndecidedColumnsError) -> None:
        """Ask for the columns of the recording that was to be opened, then open it."""
        source = self.source
        for page in self.pages:
            page.connection_failed()
        self.strip.show_error(
            tr(
                "{name} is not open: the roles of its columns are not settled",
                name=failure.path.name,
            ),
            can_retry=True,
            until=lambda: self.source != source,
        )
        self.ask_columns([failure.path], lambda paths: self._open_settled(source, paths))

    def _open_settled(self, source: SourceRequest, settled: Sequence[Path]) -> None:
        if settled:
            self.open_source(source)

    def _refuse_while_held(self) -> bool:
        """Return whether a page needs the connection as it is; tell the user if so."""
        holding = [page.title for page in self.pages if page.holds_connection]
        if holding:
            self.strip.show_note(
                tr(
                    "the page {page} needs this connection until it is done; end what runs "
                    "there first",
                    page=holding[0],
                ),
                warns=True,
                until=lambda: not any(page.holds_connection for page in self.pages),
            )
        return bool(holding)

    def _make_parts(self, theme: Theme) -> None:
        self.page_bar = PageBar([kind.title for kind in PAGES], self, gear=SettingsPage.title)
        self.source_bar = SourceBar(theme, self)
        self.strip = MessageStrip(theme, self)
        self.pages = tuple(kind(self) for kind in PAGES)
        self.status = StatusBar(self)
        self.latency_popup = LatencyPopup(self)
        self.help_card = HelpCard(
            [(tr("everywhere"), (*KEYS, *page_keys([kind.title for kind in PAGES])))]
            + [
                (tr("on the page {title}", title=kind.title), kind.keys)
                for kind in PAGES
                if kind.keys
            ],
            self,
            foot=""
            if (log := log_path()) is None
            else tr("The log of this window: {log}", log=log),
        )

    def _lay_out(self) -> None:
        head = Columns(self, (self.page_bar, 0), (self.source_bar, 1), between=GRID, spare=_NAMES)
        self.book = QStackedWidget(self)
        for page in self.pages:
            self.book.addWidget(PageFrame(page, page.widest, self))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        column.setSpacing(GRID + GRID // 2)
        column.addWidget(head)
        column.addWidget(self.book, 1)
        column.addWidget(self.status)

    def _connect_parts(self) -> None:
        bar = self.source_bar
        self.page_bar.chosen.connect(self.show_page_at)
        bar.connect_wanted.connect(lambda: self.open_source(self.source))
        bar.disconnect_wanted.connect(self._disconnect)
        bar.port_wanted.connect(self._toggle_port)
        bar.open_file_wanted.connect(self.choose_recording)
        bar.address_wanted.connect(self._ask_address)
        bar.open_model_wanted.connect(self.choose_model)
        bar.model_details_wanted.connect(self._files.show_model_details)
        bar.source_chosen.connect(self._switch_source)
        bar.model_chosen.connect(lambda path: self.use_model(Path(path) if path else None))
        self.strip.no_model_wanted.connect(lambda: self.use_model(None))
        self.strip.retry_wanted.connect(lambda: self.open_source(self.source))
        self.status.latency_wanted.connect(self._open_latency)
        self.status.help_wanted.connect(self.help_card.show)

    def _install_keys(self) -> None:
        install_shortcuts(self, KEYS, self._key_actions())
        for number, key in enumerate(page_keys([page.title for page in self.pages])):
            go = {key[0]: lambda number=number: self.show_page_at(number)}
            install_shortcuts(self, (key,), go)
        for page in self.pages:
            install_shortcuts(page, page.keys, page.key_actions())
            page.drawn.connect(lambda: self._meters.count_picture(host_now()))

    def _key_actions(self) -> dict[str, Callable[[], None]]:
        """Return the action of each of `KEYS`."""
        return {
            "connect": self.source_bar.connect_button.click,
            "port": self._toggle_port,
            "open": self.choose_recording,
            "columns": self.show_columns,
            "model": self.choose_model,
            "theme": self._change_theme,
            "picture": self._choose_picture,
            "full": lambda: self.showNormal() if self.isFullScreen() else self.showFullScreen(),
            "help": self.help_card.show,
            "quit": lambda: (self.close(), None)[1],
        }

    def _change_theme(self) -> None:
        self.choose_theme(LIGHT.name if self.theme is DARK else DARK.name)

    def _choose_picture(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Save picture"), "emgstream.png", tr("Pictures (*.png)")
        )
        if name and not self.save_picture(Path(name)):
            self.show_error(tr("cannot write {name}; choose another place", name=name))

    def _open_latency(self) -> None:
        """Open the latency card with its rows, so that it does not grow while it is open."""
        self._show_latency()
        self.latency_popup.open_above(self.status.latency)

    def _show_latency(self) -> None:
        rows = self._meters.latency_rows()
        if rows:
            self.latency_popup.show_stages(rows)

    def _disconnect(self) -> None:
        if not self._refuse_while_held():
            self.connection.close()

    def _toggle_port(self) -> None:
        """Let go of the port of the connected board, or open it again."""
        if self.connection.session is not None:
            self.connection.session.toggle_port()
            self.refresh_figures()

    def _switch_source(self) -> None:
        """Connect to the source that was chosen, where one is connected already."""
        if self.connection.live:
            self.open_source(self.source)
        else:
            self.strip.hide()  # what it says is of another source

    def _leave_focus_to_tab(self) -> None:
        """Let only the Tab key give a button the focus, so that Space plays by default.

        Lists do take the focus when they are clicked, as keys then move through them.
        """
        for button in self.findChildren(QPushButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFocus()

    def _timer(self, every_ms: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(call)
        timer.start(every_ms)
        return timer

    def _restore(self) -> None:
        place_first(self, self.settings.geometry)
        self.source_bar.set_addresses(self.settings.addresses)
        self.source_bar.choose(self.settings.source)
        self._offer_models()

    def _offer_models(self) -> None:
        chosen = None if self.models.chosen is None else str(self.models.chosen)
        self.source_bar.set_models(model_choices(self.models.paths), chosen)
        for page in self.pages:
            page.model_chosen(self.models.title)

    def _watch_sources(self) -> None:
        ports = self._sources.poll()
        if ports is not None:
            self.source_bar.set_ports(ports)
