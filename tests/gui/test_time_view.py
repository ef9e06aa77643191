from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.gui.timeline.time_view import LONGEST_S, SHORTEST_S, TimeView


def view_of(span_s: float, n_columns: int, newest: int, rate_hz: float = 1000.0) -> TimeView:
    view = TimeView(span_s)
    view.n_columns = n_columns
    view.set_stream(rate_hz, 0, newest)
    return view


@given(
    span_s=st.floats(0.05, 60.0),
    n_columns=st.integers(50, 4000),
    newest=st.integers(0, 10**8),
    further=st.integers(1, 5000),
)
def test_a_sample_stays_in_its_column_while_the_picture_scrolls(
    span_s: float, n_columns: int, newest: int, further: int
) -> None:
    view = view_of(span_s, n_columns, newest)
    edges, first = view.edges(), view.first_column
    view.set_stream(1000.0, 0, newest + further)
    moved = view.first_column - first
    later = view.edges()
    if moved <= n_columns:
        np.testing.assert_array_equal(later[: n_columns + 1 - moved], edges[moved:])


@given(st.floats(0.05, 60.0), st.integers(50, 4000), st.integers(1, 10**8))
def test_the_newest_sample_is_in_the_last_column(
    span_s: float, n_columns: int, newest: int
) -> None:
    edges = view_of(span_s, n_columns, newest).edges()
    assert edges[-1] >= newest
    assert edges[-2] <= newest
    assert (np.diff(edges) >= 0).all()


def test_looking_back_stays_and_forward_past_the_newest_is_live() -> None:
    view = view_of(10.0, 1000, 60_000)
    view.scroll(-5.0)
    end = view.edges()[-1]
    view.set_stream(1000.0, 0, 70_000)
    assert view.edges()[-1] == end == 55_000
    view.scroll(20.0)
    assert view.live


def test_it_looks_no_further_back_than_there_is_signal() -> None:
    view = view_of(10.0, 1000, 60_000)
    view.set_stream(1000.0, 30_000, 60_000)
    view.scroll(-1000.0)
    assert view.edges()[0] == 30_000


def test_what_is_held_moves_on_when_it_is_forgotten() -> None:
    view = view_of(10.0, 1000, 60_000)
    view.hold()
    view.set_stream(1000.0, 80_000, 120_000)
    assert view.edges()[0] == 80_000


def test_zooming_keeps_the_sample_under_the_pointer() -> None:
    view = view_of(10.0, 1000, 60_000)
    view.scroll(-20.0)
    before = view.column_of(36_000)
    view.set_span(5.0, around=36_000)
    assert view.column_of(36_000) == pytest.approx(before, abs=1.0)


@given(st.floats(1e-3, 1e4))
def test_the_span_stays_within_its_limits(span_s: float) -> None:
    view = view_of(10.0, 1000, 60_000)
    view.set_span(span_s)
    assert SHORTEST_S <= view.span_s <= LONGEST_S


def test_ticks_are_round_times_in_view() -> None:
    ticks = view_of(10.0, 1000, 62_500).ticks(5)
    assert [time_s for _, time_s in ticks] == [54.0, 56.0, 58.0, 60.0, 62.0]
    assert ticks[0][0] == pytest.approx(150.0, abs=1.0)
