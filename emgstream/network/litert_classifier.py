"""The trained network, run by LiteRT from its flatbuffers; the only file that imports LiteRT."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from emgstream.errors import ModelFileError
from emgstream.network.runtime_libraries import find_runtime_libraries
from emgstream.types import FloatArray

__all__ = ["LITERT_VERSION", "LitertClassifier"]


def _load_litert() -> tuple[Any, str]:
    """Return LiteRT's interpreter and its version; Windows must know its libraries before."""
    find_runtime_libraries()
    import ai_edge_litert
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter, str(ai_edge_litert.__version__)


_INTERPRETER, LITERT_VERSION = _load_litert()
_STDERR = 2
"""The file descriptor of standard error (POSIX)."""


class LitertClassifier:
    """Class probabilities for windows of one shape.

    It holds the network twice, for one window and for a batch: one is the fastest for a live
    sample, the other for a file. Both must give the same bits, which is checked when they are
    loaded; where they do not, only the first is used. One thread uses it.

    Parameters
    ----------
    single, batch
        The network as LiteRT flatbuffers, for input ``(1, n_steps, n_features)`` and
        ``(batch_size, n_steps, n_features)``.

    Raises
    ------
    ModelFileError
        A flatbuffer is damaged, or the two are not the same network.
    """

    def __init__(self, single: bytes, batch: bytes) -> None:
        self._single = _Network(single)
        self._batch = _Network(batch)
        if self._single.batch_size != 1:
            raise ModelFileError(
                f"the model's network for one window takes {self._single.batch_size} at once; "
                "expected 1; the file is damaged: train or fetch it again"
            )
        if self._single.window_shape != self._batch.window_shape:
            raise ModelFileError(
                f"the model's two networks differ: windows of {self._single.window_shape} and "
                f"{self._batch.window_shape}; the file is damaged: train or fetch it again"
            )
        if not self._agree():
            self._batch = self._single

    @property
    def window_shape(self) -> tuple[int, int]:
        """Steps and features of a window."""
        return self._single.window_shape

    @property
    def n_classes(self) -> int:
        """Number of probabilities per window."""
        return self._single.n_classes

    @property
    def batch_size(self) -> int:
        """Windows that one call of the network takes when there are many."""
        return self._batch.batch_size

    def predict(self, windows: FloatArray) -> FloatArray:
        """Return probabilities, shape ``(n_windows, n_classes)``.

        ``windows`` has shape ``(n_windows, n_steps, n_features)``, float32, C-contiguous.
        """
        if len(windows) == 1:  # of a live stream, always
            return self._single.of_batch(windows)
        probabilities = np.empty((len(windows), self.n_classes), dtype=np.float32)
        n_batched = len(windows) - len(windows) % self._batch.batch_size
        self._batch.run(windows[:n_batched], probabilities[:n_batched])
        self._single.run(windows[n_batched:], probabilities[n_batched:])
        return probabilities

    def _agree(self) -> bool:
        """Return whether both networks give the same bits for windows over the usual range.

        Noise, as smooth windows agree where others do not: on Windows, LiteRT 2.3 multiplies many
        windows in another order than one, and 172 of 200 differ, in the sixth digit.
        """
        shape = (self._batch.batch_size, *self.window_shape)
        windows = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        singly = np.empty((len(windows), self.n_classes), dtype=np.float32)
        batched = np.empty_like(singly)
        self._single.run(windows, singly)
        self._batch.run(windows, batched)
        return np.array_equal(singly, batched)


class _Network:
    """One flatbuffer with its interpreter."""

    def __init__(self, flatbuffer: bytes) -> None:
        try:
            with _native_messages_hidden():
                self._interpreter: Any = _INTERPRETER(model_content=flatbuffer, num_threads=1)
                self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ModelFileError(
                f"the network in the model does not load ({reason}); "
                "the file is damaged: train or fetch it again"
            ) from None
        self._input, given = _only(self._interpreter.get_input_details(), "input", 3)
        self._output, returned = _only(self._interpreter.get_output_details(), "output", 2)
        self.batch_size, *window_shape = given
        self.window_shape = window_shape[0], window_shape[1]
        self.n_classes = returned[1]

    def run(self, windows: FloatArray, probabilities: FloatArray) -> None:
        """Fill ``probabilities``, shape ``(n_windows, n_classes)``, for that many windows.

        The number of windows is a multiple of the batch size.
        """
        size = self.batch_size
        for start in range(0, len(windows), size):
            probabilities[start : start + size] = self.of_batch(windows[start : start + size])

    def of_batch(self, windows: FloatArray) -> FloatArray:
        """Return the probabilities for as many windows as the batch size."""
        self._interpreter.set_tensor(self._input, windows)
        self._interpreter.invoke()
        probabilities: FloatArray = self._interpreter.get_tensor(self._output)
        return probabilities


@contextmanager
def _native_messages_hidden() -> Iterator[None]:
    """Discard what native code writes to standard error while this is entered.

    The runtime prints the name of its delegate there, and has no setting to turn that off.
    """
    try:
        stderr = os.dup(_STDERR)
    except OSError:  # a program without a console has none
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(stderr, _STDERR)
        os.close(stderr)


def _only(details: list[dict[str, Any]], what: str, n_axes: int) -> tuple[int, list[int]]:
    """Return index and shape of the only input, or output, of the network.

    Raises ModelFileError unless that is float32, ``(batch, steps, features)`` as input and
    ``(batch, classes)`` as output.
    """
    shapes = [[int(size) for size in tensor["shape"]] for tensor in details]
    kinds = {np.dtype(tensor["dtype"]).name for tensor in details}
    if len(details) != 1 or len(shapes[0]) != n_axes or kinds != {"float32"}:
        raise ModelFileError(
            f"the network in the model has {what} of shape {shapes}, {', '.join(sorted(kinds))}; "
            f"expected one of {n_axes} axes, float32; the model was not made by emgstream"
        )
    return int(details[0]["index"]), shapes[0]
