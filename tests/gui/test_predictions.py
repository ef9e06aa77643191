"""What the panel of the prediction says of a decision."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QColor, QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from emgstream.app.live_session import LiveSession
from emgstream.app.shown_decision import ShownDecision, newest_decision, threshold_words
from emgstream.bundle import Model
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import DecisionSettings, DecisionStatus
from emgstream.gui.live.label_painter import LabelPainter
from emgstream.gui.live.prediction_panel import PredictionPanel
from emgstream.gui.palette import LIGHT
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import ColumnChoice, EmgTable, read_table
from emgstream.trial import decisions_on
from tests.simulation.boards import wait_for


def shows(panel: PredictionPanel, ink: str) -> bool:
    """Whether anything is drawn in a colour."""
    image = panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return bool(np.any(pixels_of(image) == QColor(ink).rgb() & 0xFFFFFF))


def pixels_of(image: QImage) -> npt.NDArray[np.uint32]:
    """The colours of an image, without its alpha, shape ``(height, width)``."""
    bits = image.bits()
    assert bits is not None
    words = np.frombuffer(bytes(bits.asarray(image.sizeInBytes())), dtype=np.uint32)
    return words.reshape(image.height(), image.width()) & np.uint32(0xFFFFFF)


def up_to_a_steadied_decision(model: Model, path: Path) -> EmgTable:
    """The shipped recording, up to a decision that the windows before made surer or less sure."""
    names = model.manifest.channel_names
    decisions = decisions_on(read_table(DEMO_RECORDING, ColumnChoice(names)), model).decisions
    apart = np.abs(decisions.confidences - decisions.probabilities.max(axis=1)) > 0.05
    last = int(
        decisions.indices[np.flatnonzero(apart & (decisions.statuses == DecisionStatus.OK))[0]]
    )
    lines = gzip.decompress(DEMO_RECORDING.read_bytes()).splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: last + 2]))
    return read_table(path, ColumnChoice(names))


def test_it_is_as_sure_as_the_decision_is_and_not_as_the_newest_window(
    demo_model: Model, tmp_path: Path
) -> None:
    table = up_to_a_steadied_decision(demo_model, tmp_path / "part.csv")
    session = LiveSession(ReplaySource(table, speed=None), demo_model)

    def has_ended() -> bool:
        session.poll(time.perf_counter())
        return session.ended

    session.start()
    try:
        wait_for(has_ended, lambda: f"{session.log.n_decisions} decisions")
    finally:
        session.stop()
    assert session.latest is not None
    found = newest_decision(session)
    assert found is not None
    assert found.confidence == round(session.latest.decisions[-1].confidence, 2)
    assert found.confidence != found.probabilities[found.chosen]


def test_what_was_rejected_is_neither_right_nor_wrong(qtbot: QtBot) -> None:
    panel = PredictionPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(400, 400)
    panel.set_classes(("fist", "open"))
    for truth, ink in (("fist", LIGHT.good), ("open", LIGHT.warning)):
        for status, is_told in (("ok", True), ("rejected", False), ("unknown", False)):
            panel.show_prediction(ShownDecision((0.7, 0.3), 0, 0.7, status, truth))
            assert shows(panel, ink) is is_told, (status, truth)


def test_no_letter_of_the_label_is_cut_off(qtbot: QtBot) -> None:
    panel = PredictionPanel(LIGHT)
    qtbot.addWidget(panel)
    image = QImage(1000, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    label = LabelPainter(("right",), panel.font())
    label.draw(painter, QRectF(0, 0, 1000, 300), "right", QColor("black"), QColor("white"))
    drawn = QFontMetricsF(painter.font()).tightBoundingRect("right").height()
    painter.end()
    rows = np.flatnonzero(np.any(pixels_of(image) == 0, axis=1))
    assert rows[-1] - rows[0] + 1 >= drawn - 2.0


def test_one_confidence_is_shown_with_the_threshold_it_is_held_against(qtbot: QtBot) -> None:
    surely = ShownDecision((0.6, 0.4), 0, 0.97, "ok", None, needed=0.95)
    assert surely.words == "97 % sure, needs 95 %"
    assert replace(surely, confidence=0.9, status="rejected").words == (
        "not sure enough to act (90 %, needs 95 %)"
    )
    assert replace(surely, needed=0.0).words == "97 % sure"
    assert (surely.bar_of(0), surely.bar_of(1)) == (0.97, 0.4)
    panel = PredictionPanel(LIGHT)
    qtbot.addWidget(panel)
    panel.resize(400, 500)
    panel.set_classes(("fist", "open"))
    marks = []
    for needed in (0.0, 0.5):
        panel.show_prediction(replace(surely, needed=needed, status="unknown"))
        bars = panel.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        marks.append(np.count_nonzero(pixels_of(bars) == QColor(LIGHT.text).rgb() & 0xFFFFFF))
    assert marks[1] > marks[0]


def test_thresholds_are_said_for_rest_and_for_single_movements() -> None:
    settings = DecisionSettings(threshold=0.8, begin_odds=2.0)
    assert threshold_words(settings) == "Acts from 80 %, after a rest from 89 %"
    apart = replace(settings, class_odds=(0.5, 2.0, 1.0))
    assert threshold_words(apart) == (
        "Acts from 67 % to 89 % by movement, after a rest from 80 % to 94 % by movement"
    )
