from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.windowing import Windowing


@given(st.integers(1, 6), st.data(), st.integers(0, 40), st.lists(st.integers(0, 40), max_size=6))
def test_windows_are_all_stretches_of_n_steps_a_hop_apart(
    n_steps: int, data: st.DataObject, n_given: int, cuts: list[int]
) -> None:
    hop = data.draw(st.integers(1, n_steps))
    steps = np.arange(2 * n_given, dtype=np.float32).reshape(n_given, 2)
    windowing = Windowing(n_steps, hop, n_features=2)
    pieces = [windowing.windows_of(piece) for piece in np.split(steps, sorted(cuts))]
    values = np.concatenate([piece.values for piece in pieces])
    last_steps = np.concatenate([piece.last_steps for piece in pieces])

    ends = range(n_steps - 1, n_given, hop)
    assert last_steps.tolist() == list(ends)
    for window, end in zip(values, ends, strict=True):
        np.testing.assert_array_equal(window, steps[end - n_steps + 1 : end + 1])
    assert all(piece.values.flags.c_contiguous for piece in pieces)
    assert {piece.values.dtype for piece in pieces} == {np.dtype(np.float32)}


def test_no_window_reaches_across_a_reset() -> None:
    windowing = Windowing(3, 1, 1)
    windowing.windows_of(np.zeros((2, 1), dtype=np.float32))
    windowing.reset()
    assert len(windowing.windows_of(np.ones((2, 1), dtype=np.float32)).values) == 0
    windows = windowing.windows_of(np.ones((1, 1), dtype=np.float32))
    assert windows.last_steps.tolist() == [2]
    assert windows.values.min() == 1.0


@pytest.mark.parametrize("hop", [0, 4])
def test_a_hop_that_would_repeat_or_skip_steps_is_refused(hop: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 3"):
        Windowing(3, hop, 1)
