"""The dialog of the columns as a user meets it: real files, real looks at them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from PyQt5.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt5.QtGui import QDropEvent
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import ReplayRequest
from emgstream.app.table_import import ImportState
from emgstream.bundle import read_model
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.pages import PAGES
from emgstream.gui.table_import.column_cells import outline
from emgstream.gui.table_import.column_model import DETAIL, NAME, REASON, ROLE, VALUES
from emgstream.gui.table_import.column_table import ColumnTable
from emgstream.gui.table_import.columns_dialog import ColumnsDialog
from emgstream.gui.train.train_page import TrainPage
from emgstream.gui.tune.tune_page import TunePage
from emgstream.gui.window import Window
from emgstream.tables import ColumnRole
from emgstream.tables.settled_columns import read_settled, settled_path
from tests.gui.conftest import OpenWindow

Array: TypeAlias = npt.NDArray[np.generic]
DEADLINE_MS = 30_000
CLASSES = (0, 1, 0, 2)


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def foreign_file(path: Path, seed: int = 1, label: str = "class", n_rows: int = 1200) -> Path:
    """Write a recording of another program: a clock in ms, three channels, a number as label."""
    random = np.random.default_rng(seed)
    lines = [f"time\tchannel1\tchannel2\tchannel3\t{label}"]
    for row in range(n_rows):
        values = "\t".join(f"{value:.6f}" for value in random.normal(size=3))
        lines.append(f"{1 + 5 * row}\t{values}\t{CLASSES[row // 100 % 4]}")
    path.write_text("\n".join(lines) + "\n")
    return path


def dialog_of(window: Window, qtbot: QtBot) -> ColumnsDialog:
    """Return the dialog, once it has read the file and knows what comes of it."""
    wait(qtbot, lambda: window.import_dialogs.dialog is not None)
    dialog = window.import_dialogs.dialog
    assert dialog is not None
    wait(qtbot, lambda: dialog.shown.state is not ImportState.READING)
    wait(qtbot, lambda: not dialog.outcome.text().startswith("Reading"))
    return dialog


def opened(window: Window, qtbot: QtBot, before: LiveSession | None = None) -> LiveSession:
    """Return the session, once it runs and is not the one before."""

    def runs() -> bool:
        session = window.connection.session
        return session is not None and session is not before and window.connection.live

    wait(qtbot, runs)
    session = window.connection.session
    assert session is not None
    return session


def closed(window: Window) -> bool:
    """Return whether no dialog is open."""
    return window.import_dialogs.dialog is None


def choose(table: ColumnTable, row: int, cell: int, words: str) -> None:
    """Choose an entry of the list in a cell."""
    table.open_list(table.columns.index(row, cell))
    assert table.menu is not None
    next(one for one in table.menu.actions() if one.text() == words).trigger()
    table.menu.close()


def cell(table: ColumnTable, row: int, column: int) -> str:
    return str(table.columns.index(row, column).data())


def drop(window: Window, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(
        QDropEvent(QPointF(400, 300), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    )


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    """A window without a model, as a foreign recording has other channels than the demo."""
    window = open_window()
    window.use_model(None)
    return window


def test_a_dropped_file_is_asked_about_once_and_then_played(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = foreign_file(tmp_path / "uci.txt")
    drop(window, path)
    dialog = dialog_of(window, qtbot)
    assert window.connection.session is None, "nothing is played before the columns are known"
    assert "class" in dialog.questions.text()
    assert "1,200 rows" in dialog.facts.text()
    assert cell(dialog.table, 4, ROLE) == "label"
    assert dialog.table.columns.is_doubtful(4)
    assert dialog.use_button.isEnabled(), dialog.outcome.text()
    assert "3 channels" in dialog.outcome.text()
    assert "200 Hz" in dialog.outcome.text()
    choose(dialog.table, 4, DETAIL, "0 = unlabelled")
    wait(qtbot, dialog.use_button.isEnabled)
    assert "--label class:0" in dialog.shown.command_line
    dialog.use()
    session = opened(window, qtbot)
    assert session.replay is not None
    assert session.replay.table.channel_names == ("channel1", "channel2", "channel3")
    assert session.info.sampling_rate_hz == pytest.approx(200.0)
    assert set(session.replay.table.label_names) == {"1", "2"}
    assert "is not open" not in window.strip.words
    assert settled_path(path).exists()
    window.connection.close()
    wait(qtbot, lambda: not window.connection.live)
    window.open_source(ReplayRequest(path))
    opened(window, qtbot, session)
    assert closed(window), "it is asked once"


def write_arrays(path: Path, emg: Array, label: Array) -> None:
    """Write a recording in a format that is not text, by the ending of its name."""
    if path.suffix == ".mat":
        pytest.importorskip("scipy.io").savemat(path, {"emg": emg, "stimulus": label[:, None]})
    elif path.suffix == ".npz":
        np.savez(path, emg=emg, stimulus=label)
    else:
        np.save(path, np.column_stack([emg, label]))


@pytest.mark.parametrize("suffix", [".mat", ".npz", ".npy"])
def test_a_file_that_is_no_text_is_dropped_and_asked_about_in_the_same_way(
    suffix: str, window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / f"s1{suffix}"
    write_arrays(path, np.random.default_rng(1).normal(size=(900, 3)), np.arange(900) // 150 % 3)
    drop(window, path)
    dialog = dialog_of(window, qtbot)
    assert [cell(dialog.table, row, ROLE) for row in range(4)] == 3 * ["channel"] + ["label"]
    assert len(dialog.table.columns.index(0, VALUES).data().split()) == 6
    dialog.rate.setValue(2000.0)
    wait(qtbot, lambda: dialog.outcome.text().endswith("at 2000 Hz"))
    dialog.use()
    session = opened(window, qtbot)
    assert session.replay is not None
    assert session.replay.table.n_rows == 900
    assert session.info.n_channels == 3
    assert session.info.sampling_rate_hz == 2000.0


def test_a_cancelled_dialog_opens_nothing_and_can_be_tried_again(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = foreign_file(tmp_path / "uci.csv")
    drop(window, path)
    dialog_of(window, qtbot).cancel_button.click()
    assert closed(window)
    assert window.strip.words == "uci.csv is not open: the roles of its columns are not settled"
    assert not settled_path(path).exists()
    assert window.page(LivePage).welcome.isVisible()
    window.strip.retry_button.click()
    dialog_of(window, qtbot).reject()
    assert not window.connection.live


def test_a_file_with_nothing_open_never_shows_the_dialog_but_it_can_be_opened(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "arm.csv"
    rows = "".join(
        f"{n / 1000:.3f},{math.sin(n):.4f},{math.cos(2 * n):.4f},{math.sin(3 * n):.4f},rest\n"
        for n in range(400)
    )
    path.write_text("time_s,biceps,triceps,middle,label\n" + rows)
    window = open_window()
    drop(window, path)
    session = opened(window, qtbot)
    assert closed(window)
    window.page(LivePage).replay_bar.columns_button.click()
    dialog = dialog_of(window, qtbot)
    assert not dialog.notice.isVisible()
    assert [cell(dialog.table, row, ROLE) for row in range(5)] == [
        "time",
        "channel",
        "channel",
        "channel",
        "label",
    ]
    choose(dialog.table, 4, ROLE, "ignored")
    wait(qtbot, dialog.use_button.isEnabled)
    dialog.use()
    other = opened(window, qtbot, session)
    assert other.replay is not None
    assert other.replay.table.labels is None


def test_what_cannot_be_used_is_told_and_the_button_waits(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(window, foreign_file(tmp_path / "uci.csv"))
    dialog = dialog_of(window, qtbot)
    table = dialog.table
    table.selectAll()
    choose(table, 1, ROLE, "ignored")
    assert {cell(table, row, ROLE) for row in range(5)} == {"ignored"}, "all that are selected"
    assert dialog.outcome.text() == "No column is a channel; choose at least one"
    assert not dialog.use_button.isEnabled()
    table.clearSelection()
    for row in (1, 2):
        choose(table, row, ROLE, "channel")
    choose(table, 0, ROLE, "time")
    choose(table, 0, DETAIL, "in milliseconds")
    wait(qtbot, dialog.use_button.isEnabled)
    assert "2 channels, no label" in dialog.outcome.text()
    assert "200 Hz" in dialog.outcome.text()
    choose(table, 0, DETAIL, "in microseconds")
    wait(qtbot, lambda: "200000 Hz" in dialog.outcome.text())
    dialog.reject()


def test_a_stated_rate_and_the_command_follow(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = foreign_file(tmp_path / "uci.csv")
    drop(window, path)
    dialog = dialog_of(window, qtbot)
    dialog.rate.setValue(250.0)
    wait(qtbot, lambda: dialog.shown.state is ImportState.READY)
    assert "--rate 250" in dialog.shown.command_line
    dialog.copy_button.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == dialog.shown.command_line
    dialog.use()
    session = opened(window, qtbot)
    assert session.info.sampling_rate_hz == 250.0


def test_every_part_is_reached_by_keys_from_the_table_on(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(window, foreign_file(tmp_path / "uci.csv"))
    dialog = dialog_of(window, qtbot)
    QApplication.setActiveWindow(dialog)
    dialog.table.setFocus()
    assert dialog.table.currentIndex().row() == 4, "the cursor is on the first doubtful column"
    QtBot.keyClick(dialog.table, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    assert dialog.table.menu is not None
    dialog.table.menu.close()
    order: list[QWidget | None] = []
    for _ in range(5):
        QtBot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)  # type: ignore[no-untyped-call]
        order.append(dialog.focusWidget())
    assert order == [
        dialog.rate,
        dialog.name_box,
        dialog.use_button,
        dialog.cancel_button,
        dialog.copy_button,
    ]
    QtBot.keyClick(  # type: ignore[no-untyped-call]
        dialog.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    wait(qtbot, lambda: closed(window))


def test_texts_that_do_not_fit_are_in_the_tooltip(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(window, foreign_file(tmp_path / "uci.csv", label="class of the movement that was made"))
    dialog = dialog_of(window, qtbot)
    model, hint = dialog.table.columns, Qt.ItemDataRole.ToolTipRole
    assert model.index(4, NAME).data(hint) == "class of the movement that was made"
    assert str(model.index(4, REASON).data(hint)).startswith("doubtful: ")
    assert model.index(0, VALUES).data(hint).splitlines()[:3] == ["1", "6", "11"]
    dialog.reject()


def test_one_answer_settles_all_files_of_the_same_columns(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [foreign_file(tmp_path / f"day{n}.csv", seed=n) for n in range(3)]
    other = foreign_file(tmp_path / "other.csv", seed=9, label="gesture")
    window.show_page_at(PAGES.index(TrainPage))
    page = window.page(TrainPage)
    drop(window, *paths, other)
    dialog = dialog_of(window, qtbot)
    wait(qtbot, lambda: len(dialog.shown.alike) == 2)
    wait(qtbot, dialog.alike_box.isVisible)
    assert dialog.alike_box.text() == "Also for the other 2 files with these columns"
    assert "columns not settled" in page.setup.list.rows[paths[0]].facts.text()
    dialog.use()
    wait(qtbot, lambda: window.import_dialogs.dialog not in (None, dialog))
    second = dialog_of(window, qtbot)
    assert second.shown.path == other
    second.use()
    wait(qtbot, lambda: closed(window))
    wait(qtbot, lambda: not page.setup.sessions.busy)
    rows = page.setup.list.rows
    for path in (*paths, other):
        assert "200 Hz" in rows[path].facts.text()
        assert "3 labels" in rows[path].facts.text()
        assert settled_path(path).exists()


def test_what_was_cancelled_stays_on_the_list_with_a_way_to_settle_it(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = foreign_file(tmp_path / "uci.csv")
    window.show_page_at(PAGES.index(TrainPage))
    page = window.page(TrainPage)
    drop(window, path)
    dialog_of(window, qtbot).reject()
    assert page.setup.row.words.text() == (
        "The columns of uci.csv are not settled; choose Columns… beside it"
    )
    window.refresh_figures()
    assert closed(window), "it is not asked again by itself"
    page.setup.list.rows[path].columns_button.click()
    dialog_of(window, qtbot).use()
    wait(qtbot, lambda: closed(window) and not page.setup.sessions.busy)
    assert page.setup.row.button.isEnabled(), page.setup.row.words.text()


def test_nothing_is_asked_while_another_page_is_in_front(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window.show_page_at(PAGES.index(TrainPage))
    page = window.page(TrainPage)
    drop(window, foreign_file(tmp_path / "uci.csv"))
    window.show_page("Live")
    wait(qtbot, lambda: not page.setup.sessions.busy)
    window.refresh_figures()
    assert closed(window)
    window.show_page("Train")
    dialog_of(window, qtbot).reject()


def test_files_without_a_label_are_labelled_by_their_names(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window.show_page_at(PAGES.index(TrainPage))
    page = window.page(TrainPage)
    setup = page.setup
    assert not setup.name_box.isVisible()
    paths = []
    for name in ("rock", "paper"):
        values = np.random.default_rng(len(name)).normal(size=(600, 2))
        path = tmp_path / f"{name}.csv"
        path.write_text(
            "time_s,emg1,emg2\n"
            + "".join(f"{n / 200:.3f},{a:.5f},{b:.5f}\n" for n, (a, b) in enumerate(values))
        )
        paths.append(path)
    drop(window, *paths)
    wait(qtbot, lambda: not setup.sessions.busy)
    assert setup.name_box.isVisible()
    assert setup.name_labels.text() == "rock.csv is rock,  paper.csv is paper"
    assert not setup.row.button.isEnabled()
    setup.name_box.click()
    wait(qtbot, lambda: not setup.sessions.busy)
    assert setup.name_box.isChecked()
    assert setup.list.rows[paths[0]].line.text() == (
        "good: the label of the whole file is its name, rock"
    )
    assert "Labels: paper, rock" in setup.form.channels.text()
    assert setup.row.button.isEnabled(), setup.row.words.text()
    setup.list.rows[paths[1]].remove_button.click()
    assert setup.row.words.text() == (
        "only the label rock in all; add a recording of another movement"
    )
    setup.name_box.click()
    wait(qtbot, lambda: not setup.sessions.busy)
    assert setup.list.rows[paths[0]].line.text().startswith("no label")


def test_settings_are_tried_on_a_recording_once_its_columns_are_settled(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window()
    path = foreign_file(tmp_path / "uci.csv")
    window.show_page_at(PAGES.index(TunePage))
    page = window.page(TunePage)
    wait(qtbot, lambda: not page.tuning.busy)
    drop(window, path)
    dialog = dialog_of(window, qtbot)
    dialog.use()
    wait(qtbot, lambda: closed(window) and not page.tuning.busy)
    assert settled_path(path).exists()
    wait(qtbot, lambda: "the model expects" in page.outcome.message.text())


def test_a_file_that_cannot_be_read_closes_the_dialog_with_the_reason(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = foreign_file(tmp_path / "uci.csv")
    drop(window, path)
    wait(qtbot, lambda: window.import_dialogs.dialog is not None)
    dialog = window.import_dialogs.dialog
    assert dialog is not None
    dialog.reject()
    path.unlink()
    window.show_columns()
    wait(qtbot, lambda: closed(window))
    assert str(path) in window.strip.words


def test_a_window_that_closes_takes_the_dialog_along(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(window, foreign_file(tmp_path / "uci.csv", n_rows=100_000))
    wait(qtbot, lambda: not closed(window))
    shown = window.import_dialogs.dialog.shown if window.import_dialogs.dialog else None
    assert shown is not None
    assert shown.state is ImportState.READING
    window.close()
    assert closed(window)
    assert not shown.is_reading


def test_a_remembered_choice_says_all_that_was_shown(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = foreign_file(tmp_path / "uci.csv")
    drop(window, path)
    dialog = dialog_of(window, qtbot)
    choice, look = dialog.shown.choice, dialog.shown.look
    assert look is not None
    assert choice.channels == ("channel1", "channel2", "channel3")
    assert choice.time == "time:ms"
    dialog.use()
    wait(qtbot, lambda: closed(window))
    assert read_settled(path, look.sha256) == choice
    assert dialog.shown.draft is not None
    assert dialog.shown.draft.columns[4].role is ColumnRole.LABEL


def test_the_outline_of_a_signal_keeps_its_peaks() -> None:
    values = np.zeros(2000)
    values[777] = 1.0
    curve = outline(values, 100)
    assert len(curve) == 200
    assert curve[:, 1].max() == 1.0
    assert curve[curve[:, 1].argmax(), 0] == pytest.approx(777 / 1999)
    assert (np.diff(curve[:, 0]) >= 0).all()
    assert outline(np.full(5, np.nan), 100).shape == (0, 2)
    assert set(outline(np.full(5, 3.0), 100)[:, 1]) == {0.5}
    np.testing.assert_allclose(outline(np.array([1.0, np.nan, 3.0]), 100), [[0, 0], [1, 1]])


@pytest.mark.tensorflow
def test_a_training_in_a_child_process_has_the_roles_that_were_settled(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    path = foreign_file(tmp_path / "uci.csv", n_rows=6000)
    window.show_page_at(PAGES.index(TrainPage))
    page = window.page(TrainPage)
    drop(window, path)
    dialog = dialog_of(window, qtbot)
    choose(dialog.table, 3, ROLE, "ignored")
    choose(dialog.table, 4, DETAIL, "0 = unlabelled")
    wait(qtbot, dialog.use_button.isEnabled)
    dialog.use()
    wait(qtbot, lambda: closed(window) and not page.setup.sessions.busy)
    page.form.name.setText("arm")
    page.form.set_folder(tmp_path)
    page.form.epochs.setValue(1)
    page.start()
    assert page.training is not None, page.setup.row.words.text()
    qtbot.waitUntil(lambda: not page.is_busy, timeout=10 * DEADLINE_MS)
    manifest = read_model(tmp_path / "arm.emgmodel").manifest
    assert manifest.channel_names == ("channel1", "channel2")
    assert manifest.class_names == ("1", "2")
    assert manifest.sampling_rate_hz == pytest.approx(200.0)
