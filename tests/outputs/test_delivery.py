"""The queue between the pipeline and an output, and the thread behind it."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.clock import MonotonicClock
from emgstream.errors import OutputError
from emgstream.outputs.delivery import Delivery
from emgstream.outputs.output import Output, Update
from emgstream.outputs.queue import UpdateQueue
from tests.outputs.updates import update
from tests.simulation.boards import PATIENCE_S, wait_for

NEVER = threading.Event()


def taken(queue: UpdateQueue) -> list[int]:
    """Return the indices of all that is held."""
    held = iter(lambda: queue.take(0.0), None)
    return [int(index) for one in held for index in one.decisions.indices]


@given(sizes=st.lists(st.integers(1, 3), max_size=30), capacity=st.integers(1, 8))
def test_where_nothing_waits_the_newest_are_kept_and_the_rest_is_counted(
    sizes: list[int], capacity: int
) -> None:
    queue = UpdateQueue(capacity)
    for number, size in enumerate(sizes):
        queue.put(update(1000 * number, [0] * size), False, NEVER)
    n_gone = sum(sizes[: max(0, len(sizes) - capacity)])
    assert queue.n_dropped == n_gone
    assert len(taken(queue)) == sum(sizes) - n_gone


def test_where_the_source_can_wait_putting_waits_for_room() -> None:
    queue = UpdateQueue(capacity=2)

    def put_all() -> None:
        for index in range(50):
            queue.put(update(index), True, NEVER)

    putter = threading.Thread(target=put_all)
    putter.start()
    came: list[int] = []
    while len(came) < 50:
        one = queue.take(PATIENCE_S)
        assert one is not None, f"nothing after {came}"
        came.append(int(one.decisions.indices[0]))
    putter.join(PATIENCE_S)
    assert came == list(range(50))
    assert queue.n_dropped == 0


def test_at_the_end_nothing_waits_and_nothing_is_lost() -> None:
    queue, stop = UpdateQueue(capacity=1), threading.Event()
    stop.set()
    for index in range(3):
        queue.put(update(index), True, stop)
    queue.close()
    assert not queue.ended
    assert taken(queue) == [0, 1, 2]
    assert queue.ended


def test_what_a_closed_queue_is_given_is_counted_as_dropped() -> None:
    queue = UpdateQueue()
    queue.close()
    queue.put(update(0, [0, 1]), True, NEVER)
    assert queue.n_dropped == 2


class Stuck(Output):
    """An output whose reader stands still until it is told to give up."""

    name = "stuck"

    def __init__(self) -> None:
        self.given_up = threading.Event()
        self.entered = threading.Event()

    def write(self, update: Update) -> None:
        self.entered.set()
        self.given_up.wait(PATIENCE_S)
        self.n_lost += len(update.decisions)

    def give_up(self) -> None:
        self.given_up.set()


def test_a_stuck_output_holds_nobody_up_and_its_losses_are_counted() -> None:
    stuck = Stuck()
    delivery = Delivery(stuck, MonotonicClock(), 1)
    delivery.start()
    delivery.put(update(0), False, NEVER)
    assert stuck.entered.wait(PATIENCE_S)
    for number in range(1, 1001):
        delivery.put(update(number), False, NEVER)
    delivery.stop()
    figures = delivery.figures()
    assert (figures.n_written, figures.n_dropped) == (0, 1001)


class Broken(Output):
    def write(self, update: Update) -> None:
        raise OutputError(f"no room for {len(update.decisions)}")


def test_whoever_puts_is_told_what_ended_the_output() -> None:
    delivery = Delivery(Broken(), MonotonicClock(), 1)
    delivery.start()

    n_put = 0

    def put_for_ever() -> None:
        nonlocal n_put
        while True:
            n_put += 1
            delivery.put(update(0), True, NEVER)

    with pytest.raises(OutputError, match="no room for 1"):
        put_for_ever()
    delivery.stop()
    with pytest.raises(OutputError):
        delivery.check()
    figures = delivery.figures()
    assert (figures.n_written, figures.n_dropped) == (0, n_put)


class Idler(Output):
    def __init__(self) -> None:
        self.n_idle = 0
        self.handed_s: list[float] = []

    def write(self, update: Update) -> None:
        self.handed_s.append(update.handed_s - update.decided_s)

    def idle(self) -> None:
        self.n_idle += 1


def test_an_output_is_told_when_it_was_handed_an_update_and_when_nothing_comes() -> None:
    idler = Idler()
    delivery = Delivery(idler, MonotonicClock(), 1)
    delivery.start()
    delivery.put(update(0), False, NEVER)
    wait_for(lambda: idler.n_idle > 0 and bool(idler.handed_s), lambda: vars(idler))
    delivery.stop()
    figures = delivery.figures()
    assert idler.handed_s[0] >= 0.0
    assert (figures.n_written, figures.n_dropped) == (1, 0)
    assert figures.latency.percentile_s(50) == pytest.approx(idler.handed_s[0], rel=0.02, abs=2e-6)
