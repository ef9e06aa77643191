from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.ringbuffer import RingBuffer
from emgstream.types import Chunk


def ramp(first_index: int, n_samples: int, segment: int = 0) -> Chunk:
    """Samples that say their own index, received at that time."""
    indices = np.arange(first_index, first_index + n_samples)
    samples = np.stack((indices, -indices), axis=1).astype(np.float32)
    return Chunk(first_index, samples, segment, indices.astype(np.float64))


def test_the_first_sample_from_an_index_on_is_found_across_gaps() -> None:
    ring = RingBuffer(capacity=100)
    for first_index, n_samples in ((10, 5), (18, 2), (30, 10)):
        ring.append(ramp(first_index, n_samples))
    asked = np.array([3, 10, 14, 15, 17, 19, 20, 29, 39, 40])
    assert ring.first_from(asked).tolist() == [10, 10, 14, 18, 18, 19, 30, 30, 39, 40]
    assert RingBuffer(capacity=100).first_from(asked).tolist() == asked.tolist()


def read_all(ring: RingBuffer, index: int) -> list[Chunk]:
    chunks = []
    while len(chunk := ring.since(index)):
        chunks.append(chunk)
        index = chunk.end_index
    return chunks


steps = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 12), st.booleans()), min_size=1, max_size=30
)


@given(st.integers(1, 20), steps, st.integers(0, 300))
def test_the_ring_is_the_tail_of_a_list(
    capacity: int, appended: list[tuple[int, int, bool]], asked: int
) -> None:
    ring = RingBuffer(capacity, 2)
    everything: list[tuple[int, int]] = []
    index = segment = n_lost = 0
    for n_samples, n_gap, new_segment in appended:
        segment += new_segment
        index += n_gap
        if n_samples and everything:
            n_lost += index - everything[-1][0] - 1
        ring.append(ramp(index, n_samples, segment))
        everything += [(i, segment) for i in range(index, index + n_samples)]
        index += n_samples
    end = everything[-1][0] + 1 if everything else 0
    expected = [(i, s) for i, s in everything if i >= max(asked, end - capacity)]

    chunks = read_all(ring, asked)

    found = [(chunk.first_index + i, chunk.segment) for chunk in chunks for i in range(len(chunk))]
    assert found == expected
    for chunk in chunks:
        assert chunk.samples.dtype == np.float32
        truth = ramp(chunk.first_index, len(chunk))
        np.testing.assert_array_equal(chunk.samples, truth.samples)
        np.testing.assert_array_equal(chunk.received_s, truth.received_s)
    assert ring.n_held_since(asked) == len(expected)
    assert ring.n_received == len(everything)
    assert ring.n_lost == n_lost


def test_the_times_of_sampling_are_kept_and_unknown_where_the_source_has_none() -> None:
    ring = RingBuffer(5, 2)
    for first, has_time in ((0, True), (3, False), (5, True)):
        chunk = ramp(first, 3 if first == 0 else 2)
        ring.append(replace(chunk, sampled_s=chunk.received_s - 0.5) if has_time else chunk)
    chunk = ring.since(0)
    assert chunk.first_index == 2
    np.testing.assert_array_equal(chunk.sampled_s, [1.5, np.nan, np.nan, 4.5, 5.5])
    np.testing.assert_array_equal(chunk.received_s, [2.0, 3.0, 4.0, 5.0, 6.0])


def test_more_samples_at_once_than_there_is_room_for_leave_the_newest() -> None:
    ring = RingBuffer(5, 2)
    chunk = ramp(3, 12)
    ring.append(replace(chunk, sampled_s=chunk.received_s - 0.5))
    newest = ring.since(0)
    assert (newest.first_index, newest.end_index, ring.end_index) == (10, 15, 15)
    np.testing.assert_array_equal(newest.samples, ramp(10, 5).samples)
    np.testing.assert_array_equal(newest.sampled_s, np.arange(10, 15) - 0.5)


def test_the_first_samples_tell_the_number_of_channels_if_nothing_else_does() -> None:
    ring = RingBuffer(5)
    assert ring.since(0).samples.shape == (0, 0)
    ring.append(ramp(0, 0))
    ring.append(ramp(0, 3))
    ring.append(ramp(3, 4))
    chunk = ring.since(0)
    np.testing.assert_array_equal(chunk.samples, ramp(2, 5).samples)
    assert chunk.samples.dtype == np.float32
    assert chunk.received_s.dtype == np.float64


def test_a_ring_that_has_the_newest_gives_none() -> None:
    ring = RingBuffer(5, 2)
    ring.append(ramp(7, 3, segment=4))
    chunk = ring.since(10)
    assert (chunk.first_index, chunk.samples.shape) == (10, (0, 2))
    assert ring.since(99).first_index == 10


def test_samples_that_are_all_overwritten_are_forgotten_with_their_gap() -> None:
    ring = RingBuffer(5, 2)
    ring.append(ramp(0, 3))
    ring.append(ramp(5, 3))
    assert ring.since(0).first_index == 5
    assert ring.first_from(np.array([0])).tolist() == [5]
    assert ring.n_held_since(0) == 3


def test_of_samples_that_are_there_those_from_an_index_on_are_given() -> None:
    ring = RingBuffer(20, 2)
    ring.append(ramp(10, 5))
    ring.append(ramp(17, 3))
    for index, first, n in ((0, 10, 5), (12, 12, 3), (14, 14, 1), (15, 17, 3), (18, 18, 2)):
        chunk = ring.since(index)
        assert (chunk.first_index, len(chunk)) == (first, n)
        np.testing.assert_array_equal(chunk.samples, ramp(first, n).samples)


def test_a_stream_that_starts_late_has_lost_nothing() -> None:
    ring = RingBuffer(10, 2)
    ring.append(ramp(5000, 3))
    assert ring.n_lost == 0
    assert ring.since(0).first_index == 5000


def test_what_is_read_stays_as_it_was_when_more_is_appended() -> None:
    ring = RingBuffer(4, 2)
    ring.append(ramp(0, 4))
    chunk = ring.since(0)
    ring.append(ramp(4, 4))
    np.testing.assert_array_equal(chunk.samples, ramp(0, 4).samples)


def test_an_index_is_never_given_twice() -> None:
    ring = RingBuffer(10, 2)
    ring.append(ramp(0, 5))
    with pytest.raises(ValueError, match="sample 4 appended after 4"):
        ring.append(ramp(4, 2))


def test_a_sample_that_is_there_is_not_waited_for_and_one_after_it_has_not_come() -> None:
    ring = RingBuffer(10, 2)
    assert not ring.wait_for(0, timeout_s=0.0)
    ring.append(ramp(0, 3))
    assert ring.wait_for(2, timeout_s=0.0)
    assert not ring.wait_for(3, timeout_s=0.0)
    assert ring.closed is False
    ring.close()
    assert ring.wait_for(2, timeout_s=0.0)
    assert not ring.wait_for(3, timeout_s=0.0)


def test_waiting_ends_when_the_sample_comes() -> None:
    ring = RingBuffer(10, 2)
    ring.append(ramp(0, 2))
    writer = threading.Timer(0.0, lambda: ring.append(ramp(2, 1)))
    writer.start()
    assert ring.wait_for(2, timeout_s=10.0)
    writer.join()


def test_waiting_ends_when_the_stream_does() -> None:
    ring = RingBuffer(10, 2)
    writer = threading.Timer(0.0, ring.close)
    writer.start()
    assert not ring.wait_for(0, timeout_s=10.0)
    assert ring.closed
    writer.join()
