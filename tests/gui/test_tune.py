"""The page that tunes, as a user meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PyQt5.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt5.QtGui import QColor, QDropEvent
from pytestqt.qtbot import QtBot

from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest
from emgstream.app.tuning_recording import TuningRequest
from emgstream.app.tuning_session import TuningSession
from emgstream.bundle import Model, read_model, write_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.decisions import (
    SMOOTHINGS,
    BayesSmoothing,
    DecisionSettings,
    MajoritySmoothing,
    NoSmoothing,
    parameters,
)
from emgstream.errors import ModelFileError
from emgstream.gui.pages import PAGES
from emgstream.gui.palette import DARK, LIGHT
from emgstream.gui.trial.trial_page import TrialPage
from emgstream.gui.tune.tune_page import TunePage
from emgstream.gui.window import Window
from emgstream.significant_digits import percent_of
from emgstream.simulation import CueSchedule, record_session
from emgstream.tables import ColumnChoice, read_table
from emgstream.trial import decisions_on, score
from tests.decisions.guarded import guarded, settings_for
from tests.gui.conftest import OpenWindow, window_of

DEADLINE_MS = 120_000


def wait(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    qtbot.waitUntil(claim, timeout=DEADLINE_MS)


def settle(qtbot: QtBot, page: TunePage) -> None:
    """Wait until what was asked for last is to be seen."""
    wait(qtbot, lambda: not page.tuning.busy)


def drop(window: Window, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(
        QDropEvent(QPointF(400, 300), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    )


def yours(page: TunePage) -> dict[str, Any]:
    """The score of the settings as they stand, which is the one that is shown."""
    assert page.tuning.tried is not None
    assert page.outcome.figures.values("active errors")[-1] == shown(
        page.tuning.tried.score.to_json()
    )
    return page.tuning.tried.score.to_json()


def shown(found: dict[str, Any]) -> str:
    return percent_of(found["active_error_rate"], found["n_decisions"])


def expected(
    model: Model, settings: DecisionSettings, recording: Path = DEMO_RECORDING
) -> dict[str, Any]:
    """The active errors that a whole replay comes to, to the last decision."""
    table = read_table(recording, ColumnChoice(model.manifest.channel_names))
    found = decisions_on(table, model, settings)
    return score(found.decisions, found.truth, found.hop_s).to_json()


@pytest.fixture(scope="module")
def own_model(tmp_path_factory: pytest.TempPathFactory, demo_model: Model) -> Path:
    """A model with settings of its own."""
    samples = read_table(DEMO_RECORDING, ColumnChoice(demo_model.manifest.channel_names)).samples
    smoothing = BayesSmoothing(0.3, 0.7, 0.7, 0.7)
    settings = settings_for(demo_model.manifest, samples, smoothing)
    settings = replace(settings, threshold=0.6173)
    path = tmp_path_factory.mktemp("models") / "own.emgmodel"
    write_model(path, guarded(demo_model, settings))
    return path


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recordings") / "monday.csv"
    record_session(path, CueSchedule.parse("rest:2,hand_close:2,rest:2,hand_open:2"), seed=7)
    return path


@pytest.fixture
def page(open_window: OpenWindow, own_model: Path, qtbot: QtBot) -> TunePage:
    """The page, in front, with a model that has settings of its own."""
    window = open_window(model=own_model)
    window.show_page_at(PAGES.index(TunePage))
    page = window.page(TunePage)
    wait(qtbot, lambda: page.outcome.shows_figures)
    return page


def test_it_opens_on_the_shipped_recording_and_says_that_it_is_synthetic(
    page: TunePage, own_model: Path
) -> None:
    model = read_model(own_model)
    assert page.head.title.text() == DEMO_RECORDING.name
    assert page.head.facts.text() == "synthetic EMG   0:50 min   7 labels"
    assert page.controls.settings == model.manifest.decision
    assert not page.model_actions.reset_button.isEnabled()
    plain, own, now = page.outcome.figures.values("active errors")
    assert own == now == shown(expected(model, model.manifest.decision))
    assert plain == shown(expected(model, DecisionSettings()))
    assert page.controls.threshold.figure.text() == "0.617", "as fitted, and not as rounded"


def test_figures_follow_what_is_moved_and_go_back(
    page: TunePage, own_model: Path, qtbot: QtBot
) -> None:
    model = read_model(own_model)
    own = model.manifest.decision
    before = yours(page)
    texts = page.outcome.figures.values("active errors")
    page.controls.threshold.set_value(0.95)
    page.controls.threshold.changed.emit()
    settle(qtbot, page)
    assert yours(page) == expected(model, replace(own, threshold=0.95)) != before
    kinds = page.controls.smoothing.kinds
    kinds.setCurrentIndex(kinds.findData("majority"))
    page.controls.smoothing.sliders["majority"]["votes"].slider.setValue(8)
    page.controls.unknown_box.click()
    page.controls.to_begin.slider.setValue(3)
    assert page.controls.to_begin.figure.text() == "3×"
    settle(qtbot, page)
    wanted = replace(
        own, threshold=0.95, begin_odds=3.0, smoothing=MajoritySmoothing(9), familiar=None
    )
    assert page.controls.settings == wanted
    assert yours(page) == expected(model, wanted)
    assert page.outcome.figures.values("active errors")[:2] == texts[:2]
    page.model_actions.reset_button.click()
    settle(qtbot, page)
    assert page.controls.settings == own
    assert yours(page) == before


def test_a_drag_ends_at_what_was_asked_for_last(
    page: TunePage, own_model: Path, qtbot: QtBot
) -> None:
    slider = page.controls.smoothing.sliders["bayes"]["stay"].slider
    for value in range(slider.minimum(), slider.maximum() + 1):
        slider.setValue(value)
    settle(qtbot, page)
    assert page.tuning.tried is not None
    assert page.tuning.tried.settings == page.controls.settings
    smoothing = page.controls.settings.smoothing
    assert isinstance(smoothing, BayesSmoothing)
    assert smoothing.stay == 0.99, "the largest that the filter may have"
    assert yours(page) == expected(read_model(own_model), page.controls.settings)


def test_every_kind_of_smoothing_can_be_chosen_with_all_its_numbers(
    page: TunePage, qtbot: QtBot
) -> None:
    choice = page.controls.smoothing
    assert not page.controls.expert.isVisible(), "folded until it is asked for"
    page.controls.expert_button.click()
    for one in SMOOTHINGS:
        choice.kinds.setCurrentIndex(choice.kinds.findData(one.kind))
        wanted = BayesSmoothing(0.3, 0.7, 0.7, 0.7) if one.kind == "bayes" else one
        assert choice.smoothing == wanted
        shown = {name for name, part in choice.sliders[one.kind].items() if part.isVisible()}
        assert shown == set(parameters(one))
        for part in choice.sliders[one.kind].values():
            part.slider.setValue(part.slider.minimum())
            part.slider.setValue(part.slider.maximum())
        assert choice.smoothing.kind == one.kind
    settle(qtbot, page)
    assert page.shell.strip.words == ""


@pytest.mark.realtime
def test_what_runs_decides_by_the_settings_once_they_are_used(
    open_window: OpenWindow, own_model: Path, qtbot: QtBot
) -> None:
    window = open_window(model=own_model, source=PortRequest(SIMULATED))
    window.show_page_at(PAGES.index(TunePage))
    page = window.page(TunePage)

    def session() -> LiveSession:
        found = window.connection.session
        assert found is not None
        return found

    wait(qtbot, lambda: window.connection.session is not None and session().latest is not None)
    wait(qtbot, lambda: page.outcome.shows_figures)
    page.update_figures(0.0)
    assert page.model_actions.words.text() == "live decides by the model's own settings"
    assert not page.model_actions.use_button.isEnabled()
    page.controls.rest_box.click()
    page.controls.unknown_box.click()
    page.controls.threshold.slider.setValue(page.controls.threshold.slider.maximum())
    assert page.model_actions.use_button.isEnabled()
    page.model_actions.use_button.click()
    assert page.model_actions.words.text() == "live decides by these; save them to keep them"
    assert not page.model_actions.use_button.isEnabled()
    assert session().settings == page.controls.settings
    n_before = session().log.n_decisions
    wait(qtbot, lambda: session().log.n_decisions > n_before + 5)
    newest = session().latest
    assert newest is not None
    acted = [one for one in newest.decisions if one.status == "ok" and one.label != "rest"]
    assert not acted, "nothing is as sure as this"
    page.model_actions.reset_button.click()
    assert page.model_actions.words.text() == "live decides by settings used before"


@pytest.mark.realtime
def test_while_a_test_runs_the_decisions_stay_as_they_are(
    open_window: OpenWindow, own_model: Path, qtbot: QtBot
) -> None:
    window = open_window(model=own_model, source=PortRequest(SIMULATED))
    trial = window.page(TrialPage)
    wait(qtbot, trial.setup.row.button.isEnabled)
    trial.setup.row.button.click()
    assert trial.holds_decisions
    window.show_page_at(PAGES.index(TunePage))
    page, session = window.page(TunePage), window.connection.session
    assert session is not None
    wait(qtbot, lambda: page.outcome.shows_figures)
    page.controls.threshold.slider.setValue(page.controls.threshold.slider.maximum())
    assert not page.model_actions.use_button.isEnabled()
    assert page.model_actions.words.text().startswith("a test is running")
    assert session.settings != page.controls.settings
    trial.key_actions()["end"]()
    page.update_figures(0.0)
    assert page.model_actions.use_button.isEnabled()


def test_settings_are_kept_in_a_model(page: TunePage, tmp_path: Path, qtbot: QtBot) -> None:
    page.controls.smoothing.kinds.setCurrentIndex(0)
    page.save(tmp_path / "calm")
    settle(qtbot, page)
    path = tmp_path / "calm.emgmodel"
    assert page.shell.strip.words.startswith(f"{path} decides so from now on")
    kept = read_model(path).manifest.decision
    assert kept == page.controls.settings
    assert kept.smoothing == NoSmoothing()
    assert kept.fitted == {"tuned": "by hand, on a recording"}
    page.save(tmp_path / "missing" / "calm.emgmodel")
    settle(qtbot, page)
    assert page.shell.strip.words.startswith("cannot write the model")


def test_a_model_that_is_written_anew_is_tuned_from_what_it_has_now(
    open_window: OpenWindow, own_model: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "arm.emgmodel"
    write_model(path, read_model(own_model))
    window = open_window(model=path)
    window.show_page_at(PAGES.index(TunePage))
    page = window.page(TunePage)
    wait(qtbot, lambda: page.outcome.shows_figures)
    page.controls.threshold.slider.setValue(90)
    wanted = page.controls.settings
    page.save(path)
    settle(qtbot, page)
    wait(qtbot, lambda: page.outcome.shows_figures)
    assert page.tuning.opened is not None
    assert page.tuning.opened.settings == wanted == page.controls.settings
    assert not page.model_actions.reset_button.isEnabled()


def test_a_dropped_recording_is_tried_on_and_a_dropped_model_is_tuned(
    page: TunePage, recording: Path, own_model: Path, qtbot: QtBot
) -> None:
    drop(window_of(page), recording)
    wait(qtbot, lambda: page.outcome.shows_figures)
    assert page.head.title.text() == "monday.csv"
    model = read_model(own_model)
    assert yours(page) == expected(model, model.manifest.decision, recording)
    assert page.shell.connection.session is None, "it is not played"
    drop(window_of(page), DEMO_MODEL)
    wait(qtbot, lambda: page.outcome.shows_figures)
    assert page.head.title.text() == "monday.csv"
    assert page.tuning.opened is not None
    assert page.controls.settings == read_model(DEMO_MODEL).manifest.decision


def test_what_is_played_is_tried_on_where_it_has_labels(
    open_window: OpenWindow, recording: Path, own_model: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(model=own_model, source=ReplayRequest(recording))
    page = window.page(TunePage)
    wait(qtbot, lambda: window.connection.session is not None)
    assert page.tuning.opened is None, "nothing is done before it is looked at"
    window.show_page_at(PAGES.index(TunePage))
    wait(qtbot, lambda: page.outcome.shows_figures)
    assert page.head.title.text() == "monday.csv"
    assert page.outcome.warning.isHidden()
    window.show_page_at(0)
    bare = tmp_path / "bare.csv"
    bare.write_text("time_s,biceps,triceps,middle\n0.0,1,2,3\n" + "0.001,1,2,3\n")
    window.open_source(ReplayRequest(bare))
    wait(qtbot, lambda: window.connection.session is not None and not window.connection.busy)
    window.show_page_at(PAGES.index(TunePage))
    wait(qtbot, lambda: page.head.facts.text().startswith("synthetic EMG"))
    wait(qtbot, lambda: page.outcome.shows_figures)
    assert page.outcome.warning.text().startswith("bare.csv has none of the model's labels")


@pytest.mark.realtime
def test_a_recording_that_is_opened_in_front_of_the_page_is_tried_on_and_stays_beside_a_board(
    page: TunePage, recording: Path, qtbot: QtBot
) -> None:
    window = window_of(page)
    window.open_source(ReplayRequest(recording))
    wait(qtbot, lambda: page.head.title.text() == "monday.csv")
    wait(qtbot, lambda: page.outcome.shows_figures)
    page.controls.threshold.slider.setValue(80)
    settle(qtbot, page)
    moved = page.controls.settings
    played = window.connection.session
    window.open_source(PortRequest(SIMULATED))
    wait(qtbot, lambda: window.connection.session not in (None, played))
    window.show_page_at(0)
    window.show_page_at(PAGES.index(TunePage))
    wait(qtbot, page.model_actions.use_button.isEnabled)
    assert page.head.title.text() == "monday.csv"
    assert page.controls.settings == moved


def test_a_recording_that_is_of_no_use_is_told_in_place(
    page: TunePage, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("time_s,biceps,triceps,middle,label\n0.0,1,2,3,wave\n0.001,1,2,3,wave\n")
    page.choose(other)
    settle(qtbot, page)
    assert not page.outcome.shows_figures
    assert (
        "has none of the model's labels; expected a column 'label'" in page.outcome.message.text()
    )
    assert "Drop a recording" in page.outcome.message.text()
    assert not page.model_actions.save_button.isEnabled()
    page.choose(tmp_path / "missing.csv")
    settle(qtbot, page)
    assert "missing.csv" in page.outcome.message.text()
    page.choose(DEMO_RECORDING)
    wait(qtbot, lambda: page.outcome.shows_figures)


def test_a_model_of_other_channels_asks_for_a_recording(
    open_window: OpenWindow, demo_model: Model, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "other.emgmodel"
    names = ("emg1", "emg2", "emg3")
    write_model(
        path, replace(demo_model, manifest=replace(demo_model.manifest, channel_names=names))
    )
    window = open_window(model=path)
    window.show_page_at(PAGES.index(TunePage))
    page = window.page(TunePage)
    wait(qtbot, lambda: page.outcome.message.text().startswith("Drop a recording"))
    assert page.head.title.text() == "no recording"


def test_without_a_model_there_is_nothing_to_tune(page: TunePage) -> None:
    page.shell.use_model(None)
    assert page.outcome.message.text().startswith("Choose a model above")
    assert not page.controls.isEnabled()
    assert not page.model_actions.save_button.isEnabled()


def test_a_model_that_learned_the_recording_by_heart_is_told(
    open_window: OpenWindow, own_model: Path, recording: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    model = read_model(own_model)
    data = ({"name": "monday.csv", "sha256": read_table(recording).sha256, "n_rows": 8000},)
    path = tmp_path / "knows.emgmodel"
    write_model(path, replace(model, manifest=replace(model.manifest, training_data=data)))
    window = open_window(model=path)
    page = window.page(TunePage)
    page.choose(recording)
    window.show_page_at(PAGES.index(TunePage))
    wait(qtbot, lambda: page.outcome.shows_figures)
    assert page.outcome.warning.text().startswith("The model was trained on this recording")


def test_a_model_without_settings_has_no_column_of_its_own(
    open_window: OpenWindow, demo_model: Model, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "plain.emgmodel"
    write_model(path, guarded(demo_model, DecisionSettings()))
    window = open_window(model=path)
    window.show_page_at(PAGES.index(TunePage))
    page = window.page(TunePage)
    wait(qtbot, lambda: page.outcome.shows_figures)
    plain, own, now = page.outcome.figures.cells["abstained"]
    assert (plain.isVisible(), own.isVisible(), now.isVisible()) == (True, False, True)
    assert not page.controls.rest_box.isEnabled()
    assert "no measure of it" in page.controls.unknown_box.toolTip()
    assert "the model" not in page.outcome.legend.text()


def test_the_curve_is_drawn_in_the_colours_of_both_looks(page: TunePage, qtbot: QtBot) -> None:
    settle(qtbot, page)
    for theme in (DARK, LIGHT):
        window_of(page).set_theme(theme)
        image = page.outcome.curve.grab().toImage()
        ink = QColor(theme.accent).rgb()
        inked = {
            x
            for x in range(image.width())
            for y in range(image.height())
            if image.pixel(x, y) == ink
        }
        assert len(inked) > 0.2 * image.width(), "a line from the point to the right"


def test_the_smallest_window_has_room_for_everything(page: TunePage, qtbot: QtBot) -> None:
    window_of(page).resize(1000, 650)
    page.controls.smoothing.kinds.setCurrentIndex(page.controls.smoothing.kinds.findData("bayes"))
    settle(qtbot, page)
    assert (window_of(page).width(), window_of(page).height()) == (1000, 650)
    for row in page.outcome.figures.cells.values():
        for cell in row:
            assert cell.width() >= cell.sizeHint().width()
    for button in (
        page.model_actions.use_button,
        page.model_actions.save_button,
        window_of(page).source_bar.connect_button,
    ):
        assert button.width() >= button.sizeHint().width()


def test_leaving_while_it_looks_leaves_no_thread(
    open_window: OpenWindow, own_model: Path, recording: Path
) -> None:
    window = open_window(model=own_model)
    window.show_page_at(PAGES.index(TunePage))
    page = window.page(TunePage)
    page.choose(recording)
    page.update_picture(0.0, False)
    assert page.is_busy
    window.close()


def test_a_model_asked_for_just_before_the_window_closes_is_written(
    page: TunePage, tmp_path: Path, qtbot: QtBot
) -> None:
    settle(qtbot, page)
    page.controls.threshold.slider.setValue(90)
    page.tuning.poll()
    assert page.tuning.busy, "what is asked for now has to wait"
    page.save(tmp_path / "late.emgmodel")
    wanted = page.controls.settings
    window_of(page).close()
    assert read_model(tmp_path / "late.emgmodel").manifest.decision == wanted


def test_what_was_asked_for_before_is_of_no_matter(own_model: Path, qtbot: QtBot) -> None:
    bench = TuningSession()
    recordings = (ReplayRequest(DEMO_RECORDING),)
    bench.open(TuningRequest(Path("missing.emgmodel"), recordings))
    bench.poll()
    bench.open(TuningRequest(own_model, recordings))

    def done() -> bool:
        bench.poll()
        return not bench.busy

    wait(qtbot, done)
    assert (bench.failure, bench.opened is not None) == (None, True)
    bench.open(TuningRequest(own_model, recordings))
    bench.poll()
    bench.open(None)
    wait(qtbot, done)
    assert bench.opened is None
    bench.open(TuningRequest(Path("missing.emgmodel"), recordings))
    wait(qtbot, done)
    assert isinstance(bench.failure, ModelFileError)
    bench.shut_down()
