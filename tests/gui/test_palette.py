"""Colours as numbers: what is to be read can be read, by everyone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt5.QtGui import QPalette
from PyQt5.QtWidgets import QApplication

from emgstream.gui.painting import on
from emgstream.gui.palette import DARK, LIGHT, Theme, blended, class_codes, class_colors
from emgstream.gui.qt_style import apply_theme

READABLE = 4.5
"""Least contrast of text, by WCAG 2.1, level AA."""


def luminance(name: str) -> float:
    parts = [int(name[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [((part + 0.055) / 1.055) ** 2.4 if part > 0.04045 else part / 12.92 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_can_be_read_wherever_it_stands(theme: Theme) -> None:
    for ground in (theme.window, theme.surface, theme.sunken, theme.error_surface):
        assert contrast(theme.text, ground) >= 7.0
        assert contrast(theme.quiet, ground) >= READABLE
    for ink in (theme.good, theme.warning, theme.error, theme.accent, theme.trace):
        assert contrast(ink, theme.surface) >= READABLE
    assert contrast(theme.on_accent, theme.accent) >= READABLE
    gap = blended(theme.warning, theme.surface, 0.22)
    assert contrast(theme.text, gap) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_text_of_the_style_sheet_can_be_read_on_its_ground(
    qapp: QApplication, theme: Theme
) -> None:
    apply_theme(qapp, theme)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", qapp.styleSheet())
    placeholder = qapp.palette().color(QPalette.ColorRole.PlaceholderText).name()
    apply_theme(qapp, LIGHT)
    n_checked = 0
    for names, body in rules:
        found = re.search(r"(?<![-\w])color: (#\w{6})", body)
        if found is None:
            continue
        ground = re.search(r"background: (#\w{6})", body)
        grounds = [ground[1]] if ground else [theme.window, theme.surface]
        for under in grounds:
            assert contrast(found[1], under) >= READABLE, names.strip()
            n_checked += 1
    assert n_checked > 20
    assert contrast(placeholder, theme.surface) >= READABLE
    assert contrast(theme.text, theme.chosen) >= READABLE
    assert contrast(theme.error, theme.error_surface) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_name_on_a_class_colour_can_be_read_rejected_or_not(theme: Theme) -> None:
    names = ("rest", *(f"movement_{number}" for number in range(14)))
    for ground in class_colors(names, theme):
        assert contrast(on(ground).name(), ground) >= READABLE
        dim = blended(ground, theme.surface, 0.35)
        assert contrast(on(dim).name(), dim) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_twenty_classes_have_colours_of_their_own(theme: Theme) -> None:
    names = ("rest", *(f"movement_{number}" for number in range(19)))
    assert len(set(class_colors(names, theme))) == 20


@given(st.lists(st.from_regex(r"[a-z]{1,8}(_[a-z]{1,8})?", fullmatch=True), unique=True))
def test_no_two_classes_share_a_code(names: list[str]) -> None:
    codes = class_codes(names)
    assert len(set(codes)) == len(names)
