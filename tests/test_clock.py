"""Time as a parameter."""

import pytest

from emgstream.clock import Clock, ManualClock, MonotonicClock
from emgstream.errors import UsageError


def test_a_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(start_s=5.0)
    assert clock.now() == clock.now() == 5.0
    clock.advance(0.25)
    assert clock.now() == 5.25


def test_sleeping_on_a_manual_clock_takes_no_time_but_moves_it() -> None:
    clock = ManualClock()
    clock.sleep(3600.0)
    assert clock.now() == 3600.0


@pytest.mark.parametrize("clock", [ManualClock(), MonotonicClock()])
def test_a_negative_sleep_returns_at_once_and_never_turns_time_back(clock: Clock) -> None:
    before = clock.now()
    clock.sleep(-1000.0)
    assert before <= clock.now() < before + 1000.0


def test_a_manual_clock_refuses_to_run_backwards() -> None:
    with pytest.raises(UsageError, match=r"advance by -1\.0 s"):
        ManualClock().advance(-1.0)


def test_the_host_clock_has_moved_on_by_at_least_what_was_slept() -> None:
    clock = MonotonicClock()
    before = clock.now()
    clock.sleep(0.002)
    # The two clocks of one host may disagree by their resolution.
    assert clock.now() - before > 0.0015
