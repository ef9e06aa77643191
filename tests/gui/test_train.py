"""The page that trains, as a user meets it; the children are real, and so is what they learn."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import psutil
import pytest
from PyQt5.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt5.QtGui import QDropEvent
from PyQt5.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from emgstream.app.audited_recordings import conflict
from emgstream.app.evaluation_table import evaluation_table
from emgstream.app.installation_plan import InstallationPlan
from emgstream.app.recording_verdict import RecordingVerdict, judge
from emgstream.app.session_shift_notice import shift_words
from emgstream.app.training_job import TrainingJob, evaluation_arguments, training_arguments
from emgstream.app.window_words import window_words
from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.gui.live.live_page import LivePage
from emgstream.gui.pages import PAGES
from emgstream.gui.train.train_page import TrainPage
from emgstream.gui.window import Window
from emgstream.significant_digits import percent
from emgstream.simulation import CueSchedule, record_session
from emgstream.tables import read_table
from tests.exchanged_channels import exchange_channels
from tests.gui.conftest import OpenWindow, window_of

DEADLINE_MS = 900_000
LABELS = ("rest", "hand_open", "hand_close")
NO_END = 10_000


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def drop(window: Window, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(
        QDropEvent(QPointF(400, 300), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    )


def job_of(page: TrainPage) -> TrainingJob:
    assert page.training is not None, page.shell.strip.words
    return page.training


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two synthetic sessions of one person, three labels, four repetitions each."""
    folder = tmp_path_factory.mktemp("sessions")
    for day in (1, 2):
        script = CueSchedule.shuffled(LABELS, repetitions=4, hold_s=2.0, rest_s=1.0, seed=day)
        record_session(folder / f"user1_day{day}.csv", script, seed=3, session=day)
    return folder


@pytest.fixture
def page(open_window: OpenWindow) -> TrainPage:
    """The page, in front."""
    window = open_window()
    window.show_page_at(PAGES.index(TrainPage))
    return window.page(TrainPage)


@pytest.fixture
def ready(page: TrainPage, folder: Path, tmp_path: Path, qtbot: QtBot) -> TrainPage:
    """The page with a session that can be trained on."""
    page.setup.add([folder / "user1_day1.csv"])
    page.form.name.setText("arm")
    page.form.set_folder(tmp_path)
    wait(qtbot, page.setup.row.button.isEnabled)
    return page


def test_dropped_sessions_are_looked_over_each_in_a_line(
    page: TrainPage, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "bare.csv").write_text("a,b\n1,2\n3,4\n")
    drop(window_of(page), folder, tmp_path / "bare.csv", DEMO_MODEL)
    assert page.shell.models.chosen == DEMO_MODEL, "what the page has no use for the window takes"
    assert page.shell.connection.failure is None
    assert [path.name for path in page.setup.list.rows] == [
        "user1_day1.csv",
        "user1_day2.csv",
        "bare.csv",
    ]
    wait(qtbot, lambda: not page.setup.sessions.busy)
    good, _, bad = page.setup.list.rows.values()
    assert good.line.text() == "good: at least 4 repetitions of every label"
    assert "1000 Hz" in good.facts.text()
    assert "channel biceps: " in good.line.toolTip()
    assert bad.line.text().startswith("no label, so no model can be trained")
    assert page.setup.row.words.text() == (
        "bare.csv has no label; take its name as the label, or remove it"
    )
    assert not page.setup.row.button.isEnabled()
    good.details_button.click()
    assert good.details.isVisible()
    bad.remove_button.click()
    assert page.setup.row.button.isEnabled()
    assert "biceps, triceps, middle" in page.form.channels.text()
    assert page.form.out == folder / "user1_day1.emgmodel"


def test_a_recording_without_a_clock_asks_for_its_rate(
    page: TrainPage, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("a,b,label\n" + "1,2,rest\n2,1,rest\n3,4,fist\n4,3,fist\n" * 20)
    page.setup.add([path])
    wait(qtbot, lambda: not page.setup.sessions.busy)
    assert page.setup.row.words.text() == "bare.csv does not tell its sampling rate; say it"
    page.form.rate.setValue(200.0)
    assert page.setup.row.button.isEnabled()


def test_sessions_that_do_not_fit_together_are_told_in_words() -> None:
    def verdict(name: str, channels: str, rate_hz: float) -> RecordingVerdict:
        return RecordingVerdict(
            Path(name), "good", "", "", "", tuple(channels), ("a", "b"), rate_hz
        )

    monday = verdict("mon.csv", "ab", 1000.0)
    assert conflict([monday, verdict("tue.csv", "ab", 1001.0)], None) == ""
    other_channels = conflict([monday, verdict("tue.csv", "ac", 1000.0)], None)
    assert other_channels == (
        "tue.csv has channels a, c; expected a, b as in mon.csv; remove one of them"
    )
    slower = [monday, verdict("tue.csv", "ab", 500.0)]
    assert "expected one rate" in conflict(slower, None)
    assert conflict(slower, 1000.0) == ""


def test_files_of_one_movement_each_are_trained_on_together(tmp_path: Path) -> None:
    verdicts = []
    for number, label in enumerate(("rest", "fist")):
        path = tmp_path / f"{label}.csv"
        path.write_text("a,b,label\n" + f"{number},2,{label}\n2,1,{label}\n5,7,{label}\n" * 30)
        verdicts.append(judge(path))
    assert [one.kind for one in verdicts] == ["look", "look"]
    assert verdicts[0].line == "only the label rest: add recordings of other movements"
    assert conflict(verdicts, 200.0) == ""
    alone = "only the label rest in all; add a recording of another movement"
    assert conflict(verdicts[:1], 200.0) == alone


def test_a_file_that_cannot_be_read_has_a_verdict_too(tmp_path: Path) -> None:
    verdict = judge(tmp_path / "none.csv")
    assert verdict.kind == "unusable"
    assert "none.csv" in verdict.line


@pytest.mark.tensorflow
def test_a_training_moves_its_curves_and_its_model_goes_live(
    ready: TrainPage, qtbot: QtBot, tmp_path: Path
) -> None:
    ready.form.epochs.setValue(2)
    ready.setup.row.button.click()
    assert ready.is_busy
    assert not ready.holds_connection, "the board can be watched meanwhile"
    wait(qtbot, lambda: not ready.is_busy)
    assert ready.shell.strip.words == ""
    loss, accuracy = ready.progress.curves.loss, ready.progress.curves.accuracy
    assert accuracy.epochs == list(range(1, len(accuracy.epochs) + 1))
    assert all(0.0 < value < 10.0 for value in loss.held_out[:2]), "two epochs with some held out"
    assert all(0.0 <= value <= 100.0 for value in accuracy.training)
    assert ready.result.title.text() == "Trained"
    assert read_model(tmp_path / "arm.emgmodel").manifest.class_names == tuple(sorted(LABELS))
    ready.result.use_button.click()
    window = window_of(ready)
    assert window.pages[window.book.currentIndex()] is window.page(LivePage)
    assert window.models.chosen == tmp_path / "arm.emgmodel"

    def decides() -> bool:
        session = window.connection.session
        return session is not None and session.latest is not None

    wait(qtbot, lambda: decides() or bool(window.strip.words))
    session = window.connection.session
    assert session is not None, window.strip.words
    assert session.class_names == tuple(sorted(LABELS))


@pytest.mark.tensorflow
def test_a_model_is_adapted_to_another_day(
    ready: TrainPage, folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    today = tmp_path / "today.csv"
    shutil.copy(folder / "user1_day2.csv", today)
    exchange_channels(today)  # so that the model of the other day is often wrong
    ready.form.epochs.setValue(2)
    ready.setup.row.button.click()
    wait(qtbot, lambda: not ready.is_busy)
    ready.result.use_button.click()
    ready.shell.show_page("Train")
    ready.result.another_button.click()
    form = ready.form
    form.adapt_button.setChecked(True)
    form.base.setCurrentIndex(form.base.findData(str(tmp_path / "arm.emgmodel")))
    assert not form.epochs.isVisible()
    assert ready.setup.row.words.text().startswith("Give it another name")
    (other_day,) = ready.setup.list.rows.values()
    other_day.remove_button.click()
    ready.setup.add([today])
    form.name.setText("today")
    wait(qtbot, ready.setup.row.button.isEnabled)
    assert ready.setup.row.button.text() == "Adapt"
    ready.setup.row.button.click()
    assert ready.progress.title.text() == "Adapting"
    wait(qtbot, lambda: not ready.is_busy)
    # The simulated board that still streams is another person than the one in the recordings.
    assert ready.shell.strip.words in ("", window_words(shift_words()))
    assert ready.result.title.text() == "Adapted"
    figures = read_model(tmp_path / "today.emgmodel").manifest.evaluation["calibration_session"]
    before, after = figures["balanced_accuracy_before"], figures["balanced_accuracy"]
    assert after > before + 0.2
    assert ready.result.gain.text() == f"{percent(before)}  →  {percent(after)}"


def test_what_is_said_of_the_signal_is_said_to_training_and_measurement(
    page: TrainPage, tmp_path: Path
) -> None:
    form, paths = page.form, (tmp_path / "arm.csv",)
    for words in (
        training_arguments(form.request(paths)),
        evaluation_arguments(form.request(paths)),
    ):
        assert "--signal" not in words
        assert "--mains" not in words
    form.signal.setCurrentText("raw, hum at 60 Hz")
    for words in (
        training_arguments(form.request(paths)),
        evaluation_arguments(form.request(paths)),
    ):
        assert words[-words[::-1].index("--signal")] == "raw"
        assert words[-words[::-1].index("--mains")] == "60"
    form.recipe.setCurrentIndex(form.recipe.findData("published"))
    assert "--signal" not in training_arguments(form.request(paths)), "it takes the signal as it is"


@pytest.mark.tensorflow
def test_a_cancelled_training_keeps_the_best_so_far(
    ready: TrainPage, qtbot: QtBot, tmp_path: Path
) -> None:
    ready.form.epochs.setValue(NO_END)
    ready.setup.row.button.click()
    wait(qtbot, lambda: bool(ready.progress.curves.loss.epochs) or not ready.is_busy)
    ready.progress.cancel_button.click()
    assert ready.progress.cancel_button.text() == "End at once"
    wait(qtbot, lambda: not ready.is_busy)
    assert ready.result.title.text() in ("Stopped, and kept", "Trained")
    assert read_model(tmp_path / "arm.emgmodel").manifest.recipe == "realtime"


@pytest.mark.tensorflow
def test_an_honest_measurement_is_a_table_with_the_leakage_named(
    ready: TrainPage, qtbot: QtBot
) -> None:
    ready.form.epochs.setValue(1)
    ready.setup.row.button.click()
    wait(qtbot, lambda: not ready.is_busy)
    ready.result.evaluate_button.click()
    wait(qtbot, lambda: not ready.is_busy)
    assert ready.shell.strip.words == ""
    names = [row[0].text() for row in ready.result.table.cells[1:]]
    assert names == ["network", "strong LDA", "LDA", "random forest"]
    leads, paths = (ready.result.table.leads.cells, ready.result.table.paths.cells)
    assert [row[0].text() for row in leads[1:]] == names[1:]
    assert [row[0].text() for row in paths[1:]] == ["CNN-LSTM", "linear path", "kernel path"]
    assert ready.result.table.cells[0][-1].text() == "leakage,\npoints"
    assert "repetitions of each movement" in ready.result.table.words.text()


@pytest.mark.tensorflow
def test_a_training_ended_at_once_leaves_no_process(ready: TrainPage, qtbot: QtBot) -> None:
    ready.setup.row.button.click()
    pid = job_of(ready).pid
    assert pid is not None
    ready.progress.cancel_button.click()
    ready.progress.cancel_button.click()
    wait(qtbot, lambda: not ready.is_busy)
    assert not psutil.pid_exists(pid)
    assert ready.shell.strip.words == "the training was stopped before there was a model"
    assert ready.steps.currentIndex() == 0


@pytest.mark.tensorflow
def test_closing_the_window_in_the_middle_leaves_no_process(ready: TrainPage) -> None:
    ready.setup.row.button.click()
    pid = job_of(ready).pid
    assert pid is not None
    assert psutil.pid_exists(pid)
    window_of(ready).close_now()
    assert not psutil.pid_exists(pid)


def test_what_the_child_complains_of_stands_in_the_strip(
    ready: TrainPage, qtbot: QtBot, tmp_path: Path
) -> None:
    ready.form.set_folder(tmp_path / "missing")
    ready.setup.row.button.click()
    wait(qtbot, lambda: not ready.is_busy)
    assert ready.shell.strip.words.startswith(
        f"cannot write the model {tmp_path / 'missing' / 'arm.emgmodel'}: "
    )
    assert ready.steps.currentIndex() == 0
    assert ready.setup.row.button.isEnabled()


@pytest.mark.tensorflow  # what was installed is imported before it is called installed
def test_without_the_extra_the_page_offers_to_install_it(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec

    def find_all_but_one(name: str) -> ModuleSpec | None:
        return None if name == "tensorflow" else find(name)

    monkeypatch.setattr("importlib.util.find_spec", find_all_but_one)
    page = open_window().page(TrainPage)
    assert page.whole.currentWidget() is page.missing
    words = " ".join(label.text() for label in page.missing.findChildren(QLabel))
    assert "370 MB to download, 1.9 GB on the disk" in words
    assert sys.prefix in words
    assert "emgstream install" not in words  # no command in the window
    installs(monkeypatch, "import sys; sys.exit('ERROR: connection broken by')")
    page.missing.install_button.click()
    wait(qtbot, lambda: not page.is_busy)
    assert "cannot be reached" in page.shell.strip.words
    assert page.missing.install_button.isVisibleTo(page)
    installs(monkeypatch, "import time; time.sleep(600)")
    page.missing.install_button.click()
    wait(qtbot, lambda: page.is_busy)
    page.missing.cancel_button.click()
    wait(qtbot, lambda: not page.is_busy)
    assert page.missing.words.text() == "Cancelled; no package was changed"
    installs(monkeypatch, "print('Installing collected packages: tensorflow')")
    page.missing.install_button.click()
    monkeypatch.undo()
    wait(qtbot, lambda: page.whole.currentWidget() is not page.missing)


def installs(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let a program of ours be the installer."""
    monkeypatch.setattr(
        InstallationPlan, "command_lines", lambda *_: [[sys.executable, "-c", program]]
    )


def test_honest_words_come_from_the_figures() -> None:
    network = {
        "balanced_accuracy": 0.834,
        "confidence_interval_95": [0.78, 0.88],
        "random_split": 0.971,
        "within_movements": 0.856,
        "leakage": 0.115,
    }
    unknown = {
        "balanced_accuracy": None,
        "confidence_interval_95": [None, None],
        "random_split": None,
        "leakage": None,
    }
    found = evaluation_table(
        {
            "protocol": "session",
            "reason": "3 sessions of one subject, by file names: each is tested with a model that "
            "has not seen it",
            "folds": [{}, {}],
            "n_folds_planned": 3,
            "chance": 1 / 7,
            "notes": ["something to know"],
            "repairs": ["arm.csv: cut short"],
            "models": {"lda": unknown, "cnn_lstm": network},
        }
    )
    assert found.rows == (
        ("network", "83 %", "78 to 88 %", "86 %", "97 %", "+11"),
        ("LDA", "–", "–", "–", "–", "–"),
    )
    assert (found.leads, found.paths) == ((), ())
    said = " ".join(found.words)
    assert "sessions the model has not seen, in 2 of 3 turns" in said
    assert "of 100 decisions" in said
    assert "something to know" in said


def test_a_model_is_adapted_to_recordings_without_any_label(
    page: TrainPage, tmp_path: Path, qtbot: QtBot
) -> None:
    """The shipped model, on a day on which all electrodes see less of the muscles."""
    table = read_table(DEMO_RECORDING)
    middle = np.median(table.samples, axis=0)
    samples = middle + (table.samples - middle) * np.array([0.5, 0.6, 0.35])
    today = tmp_path / "today.csv"
    rows = "\n".join(",".join(f"{value:.3f}" for value in row) for row in samples.tolist())
    today.write_text(f"{','.join(table.channel_names)}\n{rows}\n")
    page.setup.add([today])
    wait(qtbot, lambda: not page.setup.sessions.busy)
    page.form.rate.setValue(1000.0)
    assert "has no label" in page.setup.row.words.text()
    page.form.adapt_button.setChecked(True)
    page.form.base.setCurrentIndex(page.form.base.findData(str(DEMO_MODEL)))
    page.form.name.setText("adapted")
    wait(qtbot, page.setup.row.button.isEnabled)
    page.setup.row.button.click()
    wait(qtbot, lambda: not page.is_busy)
    assert page.result.title.text() == "Adapted"
    (adapted,) = tmp_path.rglob("adapted.emgmodel")
    figures = read_model(adapted).manifest.evaluation["calibration_session"]
    assert page.result.gain.text() == f"{figures['distance']:.2f} spreads"
    assert page.result.gain_words.text().startswith("The levels of 50 s of signal were 0.5")


def test_labelled_and_unlabelled_recordings_are_not_mixed() -> None:
    labelled = RecordingVerdict(Path("a.csv"), "good", "", "", "", ("a",), ("rest", "fist"), 1000.0)
    bare = RecordingVerdict(
        Path("b.csv"), "unusable", "", "", "", ("a",), (), 1000.0, lacks_label=True
    )
    broken = RecordingVerdict(Path("c.csv"), "unusable", "", "", "")
    assert conflict([bare], None, adapts=True) == ""
    assert "has no label" in conflict([bare], None)
    assert "has no label" in conflict([labelled, bare], None, adapts=True)
    assert "cannot be used" in conflict([bare, broken], None, adapts=True)
