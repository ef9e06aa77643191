"""Labels and tooltips show the names of files letter by letter."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import Qt
from PyQt5.QtGui import QTextDocumentFragment
from PyQt5.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from emgstream.gui.elided_label import ElidedLabel
from emgstream.gui.folded_label import FoldedLabel
from emgstream.gui.plain_label import PlainLabel, set_plain_tip
from emgstream.gui.step_bar import StepBar
from tests.gui.conftest import OpenWindow

NAMES = ["<b>arm</b>.csv", "<img src='file:///x'>", "a & b <i", "1 < 2", "a\nb"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_markup(name: str, qtbot: QtBot) -> None:
    for label in (PlainLabel(name), ElidedLabel(), FoldedLabel(2)):
        qtbot.addWidget(label)
        label.setText(name)
        assert label.text() == name
        assert label.textFormat() == Qt.TextFormat.PlainText


@pytest.mark.parametrize("name", NAMES)
def test_a_tooltip_says_a_name_letter_by_letter(name: str, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    set_plain_tip(widget, name)
    tip = widget.toolTip()
    shown = QTextDocumentFragment.fromHtml(tip).toPlainText() if "<p" in tip else tip
    assert shown == name


def test_orders_to_a_terminal_are_escaped(qtbot: QtBot) -> None:
    label = PlainLabel("a\x1b[2J\u202eb")
    qtbot.addWidget(label)
    set_plain_tip(label, "a\u202eb")
    assert label.text() == "a\\x1b[2J\\u202eb"
    assert label.toolTip() == "a\\u202eb"


def test_every_label_of_the_window_is_plain_but_for_words_of_its_own(
    open_window: OpenWindow,
) -> None:
    window = open_window()
    with_markup = [
        label
        for label in window.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText and type(label).__module__ != "pyqtgraph"
    ]
    legends = (window.findChildren(StepBar), with_markup)
    assert {label.text()[:5] for label in legends[1] if label not in legends[0]} <= {"<span", ""}
