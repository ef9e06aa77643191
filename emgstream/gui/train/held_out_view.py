"""The held-out decisions of every recording over time; a click shows the signal there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from emgstream.app.evaluation_pictures import HeldOutRun
from emgstream.app.recorded_signal import LabelSpan, SignalReading
from emgstream.gui.card import caption, empty
from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.labelled_signal_view import LabelledSignalView
from emgstream.gui.painting import GRID
from emgstream.gui.palette import Theme
from emgstream.gui.plain_label import PlainLabel
from emgstream.tables import ColumnChoice
from emgstream.translation import tr, tr_n
from emgstream.wording import spoken

__all__ = ["HeldOutView"]

_MOST_SHOWN = 8
"""Most recordings with a ribbon of their own (choice: those of a week)."""
_AROUND_S = 2.0
"""Signal that is shown on each side of a click, in seconds; in rows, where no rate is known."""
_AROUND_ROWS = 500


class HeldOutView(QWidget):
    """True and decided movements of each recording, and the signal of one place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._class_names: tuple[str, ...] = ()
        self._files: tuple[str, ...] = ()
        self._n_rows: tuple[int, ...] = ()
        self._paths: tuple[Path, ...] = ()
        self._columns = ColumnChoice()
        self._rate_hz: float | None = None
        self._runs: tuple[HeldOutRun, ...] = ()
        self._clicked: tuple[int, int] | None = None
        self.reading = SignalReading()
        self._title = caption("")
        self.ribbons: dict[int, LabelledSignalView] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(GRID // 2)
        self.words = ElidedLabel(self)
        self.words.setObjectName("quiet")
        self.signal = LabelledSignalView(theme, tr("Signal of the place that was clicked"), self)
        self.signal.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._title)
        column.addLayout(self._list)
        column.addWidget(self.words)
        column.addWidget(self.signal)

    def show_recordings(
        self, document: Mapping[str, Any], paths: Sequence[Path], columns: ColumnChoice
    ) -> None:
        """Show the recordings of an evaluation; ``paths`` are in the order of the document."""
        self._class_names = tuple(document.get("classes", ()))
        self._files = tuple(one["file"] for one in document.get("sessions", ()))
        self._n_rows = tuple(one["n_rows"] for one in document.get("sessions", ()))
        self._rate_hz = document.get("sampling_rate_hz")
        if self._paths != tuple(paths):
            self._clicked = None
            self.signal.hide()
        self._paths, self._columns = tuple(paths), columns

    def show_runs(self, runs: tuple[HeldOutRun, ...], whose: str) -> None:
        """Show the decisions of a model; an old document has none."""
        self._runs = runs
        self.setVisible(bool(runs))
        self._title.setText(
            tr("{whose} on the held-out parts: click to see the signal there", whose=whose)
        )
        judged = sorted({run.recording for run in runs})
        if [*self.ribbons] != judged[:_MOST_SHOWN]:
            self._make_ribbons(judged)
        for recording, ribbon in self.ribbons.items():
            ribbon.show_ribbons(
                self._spans(recording),
                self._class_names,
                (0, self._n_rows[recording]),
                self._rate_hz,
            )
        self._tell(len(judged) - len(self.ribbons))
        if self._clicked is not None:
            self._show_place()

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self._theme = theme
        for view in (*self.ribbons.values(), self.signal):
            view.set_theme(theme)

    def poll(self) -> None:
        """Show the signal once it has been read."""
        if self.reading.poll():
            self._show_place()

    def shut_down(self) -> None:
        """Wait for the recording that is being read."""
        self.reading.shut_down()

    def _make_ribbons(self, judged: Sequence[int]) -> None:
        empty(self._list)
        self.ribbons = {}
        for recording in judged[:_MOST_SHOWN]:
            name = self._files[recording]
            ribbon = LabelledSignalView(self._theme, tr("Decisions on {name}", name=name), self)
            ribbon.row_clicked.connect(partial(self._click, recording))
            if len(judged) > 1:
                title = PlainLabel(name, self)
                title.setObjectName("quiet")
                self._list.addWidget(title)
            self._list.addWidget(ribbon)
            self.ribbons[recording] = ribbon

    def _spans(self, recording: int) -> dict[str, list[LabelSpan]]:
        own = [run for run in self._runs if run.recording == recording]
        return {
            "true": [LabelSpan(run.first_row, run.last_row, run.truth) for run in own],
            "decided": [LabelSpan(run.first_row, run.last_row, run.decided) for run in own],
        }

    def _click(self, recording: int, row: int) -> None:
        """Show the signal around a row, once it has been read."""
        self._clicked = recording, row
        path = self._paths[recording] if recording < len(self._paths) else None
        if path is None:
            return
        signal = self.reading.signal
        if signal is None or signal.path != path:
            self.reading.read(path, self._columns)
        self._show_place()

    def _show_place(self) -> None:
        if self._clicked is None:
            return
        recording, row = self._clicked
        for number, ribbon in self.ribbons.items():
            around = self._around(row)
            ribbon.mark((around[0], around[1] - 1) if number == recording else None)
        signal, failure = self.reading.signal, self.reading.failure
        if failure is not None:
            self.words.show_text(tr("the signal cannot be shown: {failure}", failure=failure))
            return
        if signal is None:
            self.words.show_text(tr("reading {file} …", file=self._files[recording]))
            return
        self._tell(0)
        self.signal.show_ribbons(
            self._spans(recording), self._class_names, self._around(row), signal.rate_hz
        )
        self.signal.show_signal(signal)
        self.signal.show()
        self._scroll_there()

    def _scroll_there(self) -> None:
        """Scroll to the signal, where the card is too low for it."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if above is not None:
            QTimer.singleShot(0, lambda: above.ensureWidgetVisible(self.signal))  # once laid out

    def _around(self, row: int) -> tuple[int, int]:
        reach = _AROUND_ROWS if self._rate_hz is None else round(_AROUND_S * self._rate_hz)
        return max(row - reach, 0), row + reach

    def _tell(self, n_more: int) -> None:
        """Describe the place that was clicked, or how many recordings are not shown."""
        if self._clicked is None:
            more = (
                tr(
                    "and {recordings} more",
                    recordings=tr_n("{n:,} recording", "{n:,} recordings", n_more),
                )
                if n_more > 0
                else ""
            )
            self.words.show_text(more)
            return
        recording, row = self._clicked
        at = tr("row {row:,}", row=row) if self._rate_hz is None else f"{row / self._rate_hz:.1f} s"
        here = next(
            (
                run
                for run in self._runs
                if run.recording == recording and run.first_row <= row <= run.last_row
            ),
            None,
        )
        said = tr("not tested here") if here is None else _said(here)
        self.words.show_text(
            tr("{file} at {at}: {said}", file=self._files[recording], at=at, said=said)
        )


def _said(run: HeldOutRun) -> str:
    if run.truth == run.decided:
        return tr("{truth}, recognised", truth=spoken(run.truth))
    return tr("{truth}, decided as {decided}", truth=spoken(run.truth), decided=spoken(run.decided))
