"""TensorFlow and Keras, imported when first used, without log output, for small networks.

Import them from here, never directly: the settings below work only before the first import,
which takes seconds.
"""

from __future__ import annotations

import importlib
import os
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from emgstream.network.runtime_libraries import find_runtime_libraries

__all__ = ["keras", "load_tensorflow", "loading_tensorflow", "quietly", "tensorflow"]

_LOADING = threading.Lock()


def load_tensorflow() -> None:
    """Import TensorFlow and Keras, unless that is done; whoever uses one of them calls it, too."""
    with _LOADING:
        _load()


@contextmanager
def loading_tensorflow() -> Iterator[None]:
    """Import TensorFlow beside what is done inside the block; raises what the import does."""
    with ThreadPoolExecutor(1, thread_name_prefix="emg-tensorflow") as thread:
        loaded = thread.submit(load_tensorflow)
        yield
    loaded.result()


@cache
def _load() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN announces itself on stderr whatever the log level, and brings nothing at this size.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    find_runtime_libraries()
    importlib.import_module("keras")
    loaded: Any = importlib.import_module("tensorflow")
    loaded.get_logger().setLevel("ERROR")
    # One thread a kernel, two kernels at once: a batch of 32 small windows is too little to share
    # out. TensorFlow refuses once it has started, and then whoever started it has chosen.
    with suppress(RuntimeError):
        loaded.config.threading.set_intra_op_parallelism_threads(1)
        loaded.config.threading.set_inter_op_parallelism_threads(2)


class _OnFirstUse:
    """A module whose import waits until one of its names is used."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") and name != "__version__":
            raise AttributeError(name)  # tools ask every object they meet for such names
        load_tensorflow()
        return getattr(importlib.import_module(self._module), name)


keras: Any = _OnFirstUse("keras")
tensorflow: Any = _OnFirstUse("tensorflow")


@contextmanager
def quietly() -> Iterator[None]:
    """Hide the libraries' messages on saving and converting, inside the block."""
    import absl.logging

    level = absl.logging.get_verbosity()
    absl.logging.set_verbosity(absl.logging.ERROR)
    try:
        with warnings.catch_warnings():
            # Keras 3.15 reads TensorFlow variables in a way that numpy 2 wants changed.
            warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
            yield
    finally:
        absl.logging.set_verbosity(level)
