from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.gui.timeline.lane_scale import LaneScale


@given(st.floats(-1e6, 1e6), st.floats(0.0, 1e6))
def test_the_signal_is_always_inside(low: float, height: float) -> None:
    scale = LaneScale()
    span = scale.update(low, low + height, 0.0)
    assert span.low <= low
    assert low + height <= span.high


def test_it_widens_at_once_and_glides_there() -> None:
    scale = LaneScale()
    scale.update(490.0, 530.0, 0.0)
    shown = scale.update(100.0, 900.0, 0.02)
    assert scale.target.low <= 100.0
    assert scale.target.high >= 900.0
    assert shown.low > scale.target.low
    assert scale.update(100.0, 900.0, 2.0) == scale.target


def test_it_narrows_only_after_three_quiet_seconds() -> None:
    scale = LaneScale()
    wide = scale.update(100.0, 900.0, 0.0)
    for tenth in range(1, 30):
        assert scale.update(505.0, 515.0, tenth / 10) == wide
    scale.update(100.0, 900.0, 3.0)
    for tenth in range(31, 60):
        assert scale.update(505.0, 515.0, tenth / 10) == wide
    for tenth in range(60, 80):
        scale.update(505.0, 515.0, tenth / 10)
    assert scale.target.high - scale.target.low <= 40.0


def test_a_signal_that_trembles_does_not_move_it() -> None:
    scale = LaneScale()
    scale.update(414.0, 604.0, 0.0)
    spans = {scale.update(420.0 - i % 7, 600.0 + i % 5, i / 10) for i in range(100)}
    assert len(spans) == 1


def test_no_signal_keeps_what_there_is() -> None:
    scale = LaneScale()
    span = scale.update(0.0, 1.0, 0.0)
    assert scale.update(math.nan, math.nan, 9.0) == span


@pytest.mark.parametrize("value", [0.0, 512.0, -3.0e5])
def test_a_flat_line_has_a_span(value: float) -> None:
    span = LaneScale().update(value, value, 0.0)
    assert span.low < value < span.high
