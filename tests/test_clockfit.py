from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgstream.clockfit import ClockFit
from emgstream.types import TimeArray

START_S = 1000.0


def fitted(seconds: float, ppm: float, delays_s: TimeArray, device_start: float = 0.0) -> ClockFit:
    """Feed a clock that is ``ppm`` too fast, read at the times that the delays make."""
    fit = ClockFit()
    true_s = np.linspace(0.0, seconds, len(delays_s), endpoint=False)
    device_us = device_start + true_s * 1e6 * (1.0 + ppm * 1e-6)
    arrivals_s = np.maximum.accumulate(START_S + true_s + delays_s)
    for device, arrival_s in zip(device_us.tolist(), arrivals_s.tolist(), strict=True):
        fit.add(device, arrival_s)
    return fit


def ppm_of(fit: ClockFit) -> float:
    return (1e-6 / fit.slope - 1.0) * 1e6


@settings(max_examples=30, deadline=None)
@given(
    ppm=st.floats(-5000, 5000),
    shortest_s=st.floats(0.0, 0.01),
    seed=st.integers(0, 1000),
    device_start=st.sampled_from([0.0, 4e9, 1e13]),
)
def test_delays_of_any_length_do_not_bend_the_clock(
    ppm: float, shortest_s: float, seed: int, device_start: float
) -> None:
    rng = np.random.default_rng(seed)
    delays_s = shortest_s + rng.exponential(0.002, 3000)
    delays_s[rng.random(3000) < 0.01] += 0.3  # each holds up the thirty behind it
    fit = fitted(30.0, ppm, delays_s, device_start)
    assert ppm_of(fit) == pytest.approx(ppm, abs=30.0)
    end_us = device_start + 30e6 * (1.0 + ppm * 1e-6)
    assert fit.host_at(end_us) - START_S - 30.0 == pytest.approx(shortest_s, abs=1e-3)


@pytest.mark.parametrize("flush_s", [0.0041, 0.016])
def test_the_staircase_of_a_usb_bridge_is_seen_through(flush_s: float) -> None:
    true_s = np.arange(0.0, 20.0, 0.001)
    delays_s = np.ceil(true_s / flush_s) * flush_s - true_s
    fit = fitted(20.0, 120.0, delays_s)
    assert ppm_of(fit) == pytest.approx(120.0, abs=30.0)
    assert fit.host_at(10e6 * (1 + 120e-6)) == pytest.approx(START_S + 10.0, abs=0.001)


def test_an_old_history_is_let_go_and_a_change_of_pace_is_followed() -> None:
    fit = ClockFit()
    for i in range(400):
        fit.add(i * 1e6, START_S + i * (1.0 if i < 200 else 1.001) - (0.0 if i < 200 else 0.2))
    assert ppm_of(fit) == pytest.approx(-1e6 * 0.001 / 1.001, abs=0.1)
    assert fit.span_s < 140.0


@given(st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1e4)), max_size=60))
def test_no_arrival_ever_lies_before_the_line(points: list[tuple[float, float]]) -> None:
    fit = ClockFit()
    taken: list[tuple[float, float]] = []
    for device, host_s in (
        zip(*map(sorted, zip(*points, strict=True)), strict=True) if points else ()
    ):
        fit.add(device, host_s)
        if not taken or device > taken[-1][0]:
            taken.append((device, host_s))
    if len(taken) < 2 or taken[-1][1] - taken[0][1] > 100.0:
        return
    for device, host_s in taken:
        assert fit.host_at(device) <= host_s + 1e-6 * max(1.0, abs(host_s))


def test_one_arrival_tells_no_pace() -> None:
    fit = ClockFit()
    assert math.isnan(fit.slope)
    fit.add(5.0, 7.0)
    assert math.isnan(fit.slope)
    fit.add(5.0, 9.0)
    assert math.isnan(fit.slope)
    fit.add(6.0, 9.0)
    assert fit.slope == 2.0
