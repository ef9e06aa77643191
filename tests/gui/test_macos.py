"""What the window does on a Mac, on a computer that is none: the platform is a parameter."""

# ruff: noqa: N802, N815 - the names of macOS

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from PyQt5.QtCore import QEvent, Qt
from PyQt5.QtGui import QKeyEvent
from pytestqt.qtbot import QtBot

from emgstream.app.mac_application import as_application
from emgstream.gui import shortcuts
from emgstream.gui.outputs.key_pad import key_name
from emgstream.gui.shortcuts import KEYS, HelpCard, key_words


class Foundation(ModuleType):
    """The framework of macOS, as far as it is used."""

    NSActivityUserInitiatedAllowingIdleSystemSleep = 0x00EFFFFF
    NSActivityLatencyCritical = 0xFF00000000

    def __init__(self, localized: dict[str, str] | None) -> None:
        super().__init__("Foundation")
        self.info: dict[str, str] = {"CFBundleName": "Python"}
        self.localized = localized
        self.activities: list[tuple[int, str]] = []
        self.NSBundle = self.NSProcessInfo = self

    def mainBundle(self) -> Any:
        return self

    processInfo = mainBundle

    def localizedInfoDictionary(self) -> dict[str, str] | None:
        return self.localized

    def infoDictionary(self) -> dict[str, str]:
        return self.info

    def beginActivityWithOptions_reason_(self, options: int, reason: str) -> tuple[int, str]:
        self.activities.append((options, reason))
        return self.activities[-1]

    def endActivity_(self, activity: tuple[int, str]) -> None:
        self.activities.remove(activity)


@pytest.mark.parametrize("localized", [None, {"CFBundleName": "Python"}])
def test_the_menu_bar_has_the_name_and_a_covered_window_is_not_slowed_down(
    localized: dict[str, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mac = Foundation(localized)
    monkeypatch.setitem(sys.modules, "Foundation", mac)
    with as_application("darwin"):
        assert (localized or mac.info)["CFBundleName"] == "emgstream"
        ((options, _),) = mac.activities
        assert options & mac.NSActivityLatencyCritical
        assert not options & 1 << 20  # NSActivityIdleSystemSleepDisabled
    assert mac.activities == []


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_elsewhere_nothing_of_it_is_asked_for(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "Foundation", None)
    with as_application(platform):
        pass


@pytest.mark.parametrize(
    ("platform", "control", "meta"), [("linux", "ctrl", "cmd"), ("darwin", "cmd", "ctrl")]
)
def test_a_key_is_named_by_what_is_printed_on_it(platform: str, control: str, meta: str) -> None:
    def name(key: Qt.Key) -> str | None:
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        return key_name(event, platform)

    assert name(Qt.Key.Key_Control) == control
    assert name(Qt.Key.Key_Meta) == meta
    assert name(Qt.Key.Key_Alt) == "alt"


def test_the_list_of_keys_names_command_on_a_mac(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortcuts, "key_words", lambda text: key_words(text, "darwin"))
    from PyQt5.QtWidgets import QLabel, QWidget

    parent = QWidget()
    qtbot.addWidget(parent)
    card = HelpCard([("everywhere", KEYS)], parent)
    shown = [label.text() for label in card.findChildren(QLabel)]
    assert "⌘O" in shown
    assert "F1" in shown
    assert not [text for text in shown if text.startswith("Ctrl")]
