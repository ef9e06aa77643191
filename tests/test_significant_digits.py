from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.significant_digits import (
    decimals_of,
    half_width,
    percent,
    percent_difference,
    percent_of,
    percents_apart,
)

SHARES = st.floats(0.0, 1.0)


@given(share=SHARES, n_decisions=st.integers(0, 10**7))
def test_the_last_digit_shown_is_no_finer_than_the_interval(share: float, n_decisions: int) -> None:
    figure = percent_of(share, n_decisions).lstrip("<>").removesuffix(" %")
    decimals = len(figure.partition(".")[2])
    reach = half_width(share, max(n_decisions // 10, 1))
    assert decimals == 0 or 100.0 * reach < 10.0 ** (1 - decimals)


@given(share=SHARES, decimals=st.integers(0, 2))
def test_nothing_but_all_and_none_is_shown_as_all_or_none(share: float, decimals: int) -> None:
    shown = percent(share, decimals)
    assert (shown in ("0 %", "0.0 %", "0.00 %")) == (share == 0.0)
    assert (shown in ("100 %", "100.0 %", "100.00 %")) == (share == 1.0)


@given(random=SHARES, within=SHARES, decimals=st.integers(0, 2))
def test_a_difference_is_that_of_the_figures_beside_it(
    random: float, within: float, decimals: int
) -> None:
    beside = round(100.0 * random, decimals) - round(100.0 * within, decimals)
    assert float(percent_difference(random, within, decimals)) == pytest.approx(beside, abs=1e-6)


@given(share=SHARES, least=SHARES)
def test_a_share_that_was_too_small_never_looks_like_enough(share: float, least: float) -> None:
    had, needed = percents_apart(share, least)
    if share < least - 1e-6:
        assert float(had.removesuffix(" %")) < float(needed.removesuffix(" %"))


def test_fifty_seconds_are_whole_percents_and_an_hour_is_a_tenth() -> None:
    assert percent_of(0.0349, 2_500) == "3 %"
    assert percent_of(0.0349, 180_000) == "3.5 %"


def test_a_single_fold_leaves_whole_percents() -> None:
    assert decimals_of(float("nan")) == 0
