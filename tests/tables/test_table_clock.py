"""Lost samples and pauses that only the clock shows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.tables import ColumnChoice, read_table
from emgstream.tables.clock_cells import CLOCK_BYTES, read_clock, read_clocks
from emgstream.tables.table_clock import index_by_clock, rate_by_clock
from emgstream.types import IndexArray, TimeArray
from tests.tables.conftest import Write


def clock(index: IndexArray, rate_hz: float, jitter: float = 0.0, seed: int = 1) -> TimeArray:
    """Return the stamps of samples, each early or late by up to ``jitter`` of a step."""
    wrong = np.random.default_rng(seed).uniform(-jitter, jitter, len(index))
    return np.asarray((index + wrong) / rate_hz, dtype=np.float64)


def without(n: int, holes: dict[int, int]) -> IndexArray:
    """Return the index of ``n`` rows, so many samples lost before each of some rows."""
    steps = np.ones(n, dtype=np.int64)
    steps[0] = 0
    for row, n_lost in holes.items():
        steps[row] += n_lost
    return np.cumsum(steps)


@given(
    holes=st.dictionaries(st.integers(1, 1_990), st.integers(1, 500), min_size=1, max_size=12),
    rate_hz=st.sampled_from([200.0, 1000.0, 1024.0, 2222.2]),
    jitter=st.floats(0.01, 0.08),
    seed=st.integers(0, 99),
)
def test_holes_in_an_even_clock_come_out_as_they_were_put_in(
    holes: dict[int, int], rate_hz: float, jitter: float, seed: int
) -> None:
    true = without(2_000, holes)
    time_s = clock(true, rate_hz, jitter, seed)
    index = index_by_clock(time_s, None)
    assert index is not None
    np.testing.assert_array_equal(index, true)
    assert rate_by_clock(time_s, index, None) == pytest.approx(rate_hz, rel=5e-4)
    assert rate_by_clock(time_s, None, None) == pytest.approx(rate_hz, rel=5e-4)


@given(pause=st.integers(501, 200_000), jitter=st.floats(0.0, 0.08), seed=st.integers(0, 99))
def test_a_long_pause_is_as_long_as_the_period_is_known(
    pause: int, jitter: float, seed: int
) -> None:
    index = index_by_clock(clock(without(4_000, {1_500: pause}), 1000.0, jitter, seed), None)
    assert index is not None
    assert np.flatnonzero(np.diff(index) > 1).tolist() == [1_499]
    assert index[-1] - 3_999 == pytest.approx(pause, rel=2e-4, abs=0.1)


@given(jitter=st.floats(0.0, 0.45), seed=st.integers(0, 99))
def test_without_a_hole_there_is_no_index(jitter: float, seed: int) -> None:
    assert index_by_clock(clock(np.arange(3_000), 500.0, jitter, seed), None) is None


@given(
    late=st.lists(st.integers(1, 80), min_size=1, max_size=10),
    seed=st.integers(0, 99),
)
def test_a_stamp_that_is_late_and_caught_up_with_is_no_hole(late: list[int], seed: int) -> None:
    due_s = clock(np.arange(5_000), 1000.0, 0.05, seed)
    stamps_s = due_s.copy()
    for place, n in enumerate(late):
        row = 100 + 400 * place  # n samples wait, and are stamped just before the next one
        stamps_s[row : row + n] = due_s[row + n] - 1e-6 * np.arange(n, 0, -1)
    assert np.all(np.diff(stamps_s) > 0.0)
    assert index_by_clock(stamps_s, None) is None


def test_a_late_stamp_hides_no_hole_beside_it() -> None:
    time_s = clock(without(2_000, {1000: 7}), 1000.0, 0.02)
    time_s[1000] += 0.0006
    time_s[400] += 0.0009
    index = index_by_clock(time_s, None)
    assert index is not None
    assert np.flatnonzero(np.diff(index) > 1).tolist() == [999]
    assert index[-1] == 2_006


@pytest.mark.parametrize("rate_hz", [512.0, 980.0, 900.0, 999.5, 333.0])
def test_stamps_rounded_to_milliseconds_are_no_holes(rate_hz: float) -> None:
    time_s = np.round(np.arange(50_000) / rate_hz, 3)
    assert index_by_clock(time_s, None) is None
    assert rate_by_clock(time_s, None, None) == pytest.approx(rate_hz, rel=1e-4)


@pytest.mark.parametrize("rate_hz", [512.0, 980.0, 900.0])
def test_a_pause_is_seen_in_rounded_stamps(rate_hz: float) -> None:
    true = without(50_000, {20_000: 25_000})
    time_s = np.round(true / rate_hz, 3)
    index = index_by_clock(time_s, None)
    assert index is not None
    np.testing.assert_allclose(index, true, atol=5)
    assert rate_by_clock(time_s, None, None) == pytest.approx(rate_hz, rel=1e-4)


def bursts(length: int, n: int, *, spread_s: float, seed: int = 4) -> TimeArray:
    """Return the stamps of samples at 1000 Hz that come in packets, each late by up to 5 ms."""
    row = np.arange(length * n)
    late_s = np.random.default_rng(seed).uniform(0.0, 0.005, n)[row // length]
    sent_s = (row // length) * length / 1000.0 + late_s
    return np.asarray(sent_s + (row % length) * spread_s, dtype=np.float64)


@pytest.mark.parametrize("length", [10, 25, 50, 200])
@pytest.mark.parametrize("spread_s", [1e-6, 1e-4, 4e-4])
def test_stamps_that_come_in_bursts_have_the_rate_of_the_whole(
    length: int, spread_s: float
) -> None:
    time_s = bursts(length, 20_000 // length, spread_s=spread_s)
    assert index_by_clock(time_s, None) is None
    assert rate_by_clock(time_s, None, None) == pytest.approx(1000.0, rel=0.02)


@pytest.mark.parametrize("length", [10, 50, 200])
def test_a_pause_is_seen_in_stamps_that_come_in_bursts(length: int) -> None:
    time_s = bursts(length, 20_000 // length, spread_s=1e-6)
    time_s[8_000:] += 5.0
    index = index_by_clock(time_s, None)
    assert index is not None
    assert np.flatnonzero(np.diff(index) > 1).tolist() == [7_999]
    assert index[-1] == pytest.approx(19_999 + 5_000, rel=0.03)
    assert rate_by_clock(time_s, None, None) == pytest.approx(1000.0, rel=0.03)


def test_trials_of_one_length_with_a_pause_after_each_are_no_bursts() -> None:
    true = without(60_000, dict.fromkeys(range(2_000, 60_000, 2_000), 3_000))
    np.testing.assert_array_equal(index_by_clock(clock(true, 1000.0, 0.02), None), true)


def test_nothing_is_lost_between_segments_and_the_index_goes_on() -> None:
    time_s = np.arange(3_000) / 1000.0
    segments = np.repeat([0, 1, 2], 1_000)
    time_s[1_000:] += 60.0
    time_s[2_000:] -= 61.0
    assert index_by_clock(time_s, segments) is None
    time_s[1_500:2_000] += 0.004
    index = index_by_clock(time_s, segments)
    assert index is not None
    assert np.flatnonzero(np.diff(index) != 1).tolist() == [1_499]
    assert index[-1] == 3_003
    assert rate_by_clock(time_s, index, segments) == pytest.approx(1000.0)


def test_a_late_stamp_at_the_end_of_a_segment_does_not_look_into_the_next() -> None:
    time_s = np.arange(2_000) / 1000.0
    segments = np.repeat([0, 1], 1_000)
    time_s[990:] += 0.005
    time_s[1_000:] = np.arange(1_000) / 1000.0
    index = index_by_clock(time_s, segments)
    assert index is not None
    assert np.diff(index)[989] == 6


@pytest.mark.parametrize("n_rows", [0, 1, 2, 3, 5])
def test_the_shortest_clocks_have_no_hole(n_rows: int) -> None:
    assert index_by_clock(np.arange(float(n_rows)) ** 2, None) is None


def test_every_hole_of_a_million_rows_is_found() -> None:
    generator = np.random.default_rng(3)
    holes = dict.fromkeys(generator.choice(np.arange(1, 1_000_000), 20_000, False).tolist(), 3)
    true = without(1_000_000, holes)
    np.testing.assert_array_equal(index_by_clock(clock(true, 2000.0, 0.08), None), true)


def rows_of(sampled: npt.NDArray[np.int64], **columns: npt.NDArray[np.int64]) -> str:
    head = ",".join(["time_s", "a", *columns])
    lists = zip(*(values.tolist() for values in columns.values()), strict=True)
    rest = [",".join(map(str, row)) for row in lists] or [""] * len(sampled)
    lines = [
        f"{one / 1000.0:.4f},{one * 389 % 1021}" + (f",{more}" if more else "")
        for one, more in zip(sampled.tolist(), rest, strict=True)
    ]
    return "\n".join([head, *lines]) + "\n"


def test_a_table_that_lacks_samples_has_the_index_its_clock_tells(write: Write) -> None:
    true = without(2_000, {500: 500, 1200: 25_000})
    table = read_table(write(rows_of(true)))
    assert table.index is not None
    assert table.index.tolist() == true.tolist()
    assert table.sampling_rate_hz == pytest.approx(1000.0)
    whole = read_table(write(rows_of(np.arange(2_000))))
    assert whole.index is None
    assert whole.sampling_rate_hz == pytest.approx(1000.0)


def test_an_index_as_recorded_is_kept_and_a_pause_slows_no_rate(write: Write) -> None:
    true = without(2_000, {1000: 25_000})
    table = read_table(write(rows_of(true, index=np.arange(2_000))))
    assert table.index is not None
    assert table.index.tolist() == list(range(2_000))
    assert table.sampling_rate_hz == pytest.approx(1000.0)
    lossy = read_table(write(rows_of(true, index=true + 7)))
    assert lossy.index is not None
    assert lossy.index.tolist() == (true + 7).tolist()
    assert lossy.sampling_rate_hz == pytest.approx(1000.0)


@pytest.mark.parametrize("stamp", ["9e25", "1e300", "92233720368547758070000"])
@pytest.mark.parametrize("clock", ["time_s", "t:s", "t:ms"])
def test_a_stamp_beyond_all_times_is_missing(write: Write, clock: str, stamp: str) -> None:
    rows = [f"{row},{row * 389 % 1021}" for row in range(100)]
    rows[50] = f"{stamp},7"
    path = write("\n".join([f"{clock.split(':')[0]},emg", *rows]) + "\n")
    table = read_table(path, ColumnChoice(("emg",), time=clock))
    assert table.index is None
    assert table.time_s is not None
    assert table.time_s[50] == pytest.approx((table.time_s[49] + table.time_s[51]) / 2)
    assert any("beyond the range of numbers" in str(one) for one in table.repairs)


@pytest.mark.parametrize("step_s", [1e-300, 1e-12, 5e-324])
def test_stamps_that_no_clock_gives_tell_neither_rate_nor_losses(step_s: float) -> None:
    time_s = np.cumsum(np.where(np.arange(200) % 50 == 49, 1.0, step_s))
    time_s = time_s[np.concatenate(([True], np.diff(time_s) > 0))]
    rate_hz = rate_by_clock(time_s, None, None)
    assert rate_hz is None or np.isfinite(rate_hz)
    index = index_by_clock(time_s, None)
    assert index is None or (np.diff(index) > 0).all()


@pytest.mark.parametrize("pause_s", [1e10, 1e18, 1e300])
def test_a_step_of_centuries_is_a_loss_that_can_be_counted(pause_s: float) -> None:
    time_s = np.arange(200) / 1e6
    time_s[100:] = pause_s + np.arange(100) * max(1e-6, 1e-15 * pause_s)
    index = index_by_clock(time_s, None)
    assert index is not None
    assert 0 < index[-1] <= 1 << 41


STAMPS = [
    "2024-05-01 10:00:00.5",
    "2024-05-01T10:00:00",
    "2024-05-01 10:00:01Z",
    "2024-05-01 10:00:01+02:00",
    "9999-05-01 10:00:01",
    "0001-01-01 00:00:00",
    "2024-05-01",
    "now",
    "NaT",
    "2024-06-31 10:00:00",
    "2024-05-01 10:00:60",
    "12:00:00.010",
    "12:00:60",
    "24:00:00",
    "",
    "x",
]


@pytest.mark.parametrize("first", ["2024-05-01 10:00:00", "10:00:00"])
@pytest.mark.parametrize("stamp", STAMPS)
def test_stamps_read_at_once_are_those_read_one_by_one(first: str, stamp: str) -> None:
    texts = np.array([first, stamp, first], dtype=f"S{CLOCK_BYTES}")
    one_by_one = [read_clock(text) for text in (first, stamp, first)]
    expected = [np.nan if one is None else one for one in one_by_one]
    np.testing.assert_array_equal(read_clocks(texts), expected)


@pytest.mark.parametrize("day", ["", "1969-12-31 ", "2024-05-01 ", "2199-01-31T"])
def test_stamps_read_at_once_are_rounded_as_those_read_one_by_one(day: str) -> None:
    draws = np.random.default_rng(1)
    texts = [
        f"{day}{hour:02}:{minute:02}:{second:02}.{draws.integers(10**digits):0{digits}}"
        for hour, minute, second, digits in draws.integers(
            [0] * 3 + [1], [24, 60, 60, 10], (2000, 4)
        )
    ]
    at_once = read_clocks(np.array(texts, dtype=f"S{CLOCK_BYTES}"))
    assert at_once.tolist() == [read_clock(text) for text in texts]
