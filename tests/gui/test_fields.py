"""Fields and choices: what was chosen, what has the focus and what can be typed."""

from __future__ import annotations

import pytest
from PyQt5.QtCore import QLocale, QPoint, Qt
from PyQt5.QtGui import QColor, QImage
from PyQt5.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from emgstream.gui.drop_down_list import DropDownList
from emgstream.gui.form_fields import DecimalField, chip, seconds_box, select_on_focus
from emgstream.gui.palette import DARK, LIGHT, Theme
from emgstream.gui.qt_style import apply_theme


@pytest.fixture(params=[QLocale.Language.English, QLocale.Language.German], ids=["en", "de"])
def of_a_country(request: pytest.FixtureRequest) -> object:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("of_a_country")
@pytest.mark.parametrize(("typed", "value"), [("2.5", 2.5), ("2,5", 2.5), ("1200", 600.0)])
def test_a_number_is_taken_with_a_comma_or_a_point(qtbot: QtBot, typed: str, value: float) -> None:
    part = QWidget()
    qtbot.addWidget(part)
    box = seconds_box(5.0, 600.0, part)
    box.selectAll()
    QtBot.keyClicks(box, typed)  # type: ignore[no-untyped-call]
    QtBot.keyClick(box, Qt.Key.Key_Return)  # type: ignore[no-untyped-call]
    expected = value if typed != "1200" else 120.0  # more than the most is not typed
    assert box.value() == expected
    assert "," not in box.text(), "figures of the window have a point"


def test_a_field_that_is_entered_has_its_text_selected(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    select_on_focus(application)
    part = QWidget()
    column = QVBoxLayout(part)
    line, number, button = QLineEdit("arm"), DecimalField(), QPushButton("other")
    for one in (button, line, number):
        column.addWidget(one)
    qtbot.addWidget(part)
    part.show()
    qtbot.waitExposed(part)
    QtBot.mouseClick(  # type: ignore[no-untyped-call]
        line, Qt.MouseButton.LeftButton, pos=QPoint(5, 5)
    )
    qtbot.waitUntil(lambda: line.selectedText() == "arm")
    number.setFocus()
    inside = number.lineEdit()
    assert inside is not None
    qtbot.waitUntil(lambda: inside.selectedText() == "0.00")


def picture(button: QPushButton) -> QImage:
    return button.grab().toImage()


def colour_at(image: QImage, x: int, y: int) -> QColor:
    return image.pixelColor(x, y)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_chosen_not_chosen_focused_and_disabled_are_four_different_looks(
    qtbot: QtBot, theme: Theme
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, theme)
    part = QWidget()
    column = QVBoxLayout(part)
    button, other = chip("wrist left", part), QPushButton("other", part)
    column.addWidget(button)
    column.addWidget(other)
    qtbot.addWidget(part)
    part.show()
    qtbot.waitExposed(part)
    other.setFocus()
    looks = {"free": picture(button)}
    button.setChecked(True)
    looks["chosen"] = picture(button)
    button.setChecked(False)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    looks["focused"] = picture(button)
    other.setFocus()
    button.setEnabled(False)
    looks["disabled"] = picture(button)
    apply_theme(application, LIGHT)
    ground = {name: colour_at(image, 6, 6).name() for name, image in looks.items()}
    middle = looks["free"].height() // 2
    edge = {name: colour_at(image, 0, middle).name() for name, image in looks.items()}
    assert ground["free"] == ground["focused"] == theme.surface
    assert ground["chosen"] == theme.chosen
    assert ground["disabled"] == theme.window
    assert len(set(edge.values())) == 4, edge


def test_a_long_entry_is_shortened_in_the_middle_and_told_whole(qtbot: QtBot) -> None:
    box = DropDownList()
    qtbot.addWidget(box)
    name = "a_model_of_many_sessions_with_a_long_name.emgmodel"
    box.addItem(name)
    box.resize(160, 32)
    shown = box.fitted_text
    assert shown.startswith("a_")
    assert shown.endswith("del")
    assert "…" in shown
    box.resize(box.sizeHint())
    assert box.fitted_text == name, "it uses the room there is"
