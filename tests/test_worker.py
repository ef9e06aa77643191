"""The thread of a stream: how it ends, fails, and what is told where it does not end."""

from __future__ import annotations

import threading

import pytest

from emgstream.errors import EmgStreamError, StuckThreadError, TableError
from emgstream.worker import Worker


def test_a_thread_that_is_asked_to_end_is_waited_for() -> None:
    ended = threading.Event()

    def run(stop: threading.Event) -> None:
        stop.wait()
        ended.set()

    worker = Worker("reader", run)
    worker.start()
    assert worker.alive
    worker.stop()
    assert ended.is_set()
    assert worker.join(0.0)
    worker.check()
    assert worker.failure is None


def test_a_thread_that_does_not_end_is_an_error_that_says_what_to_do() -> None:
    answered = threading.Event()

    def run(_stop: threading.Event) -> None:
        answered.wait()

    worker = Worker("recorder", run)
    worker.start()
    try:
        with pytest.raises(
            StuckThreadError, match="recorder did not end within 1 s; expected the disk"
        ):
            worker.stop(patience_s=1.0)
        assert issubclass(StuckThreadError, EmgStreamError), "one line, and exit code 1"
        assert not worker.join(0.0)
    finally:
        answered.set()
    assert worker.join(10.0)


def test_what_ended_a_thread_is_raised_where_it_is_asked_for() -> None:
    def run(_stop: threading.Event) -> None:
        raise TableError("no row")

    worker = Worker("reader", run)
    worker.start()
    assert worker.join(10.0)
    worker.stop()
    assert isinstance(worker.failure, TableError)
    with pytest.raises(TableError, match="no row"):
        worker.check()
