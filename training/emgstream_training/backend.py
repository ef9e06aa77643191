"""TensorFlow and Keras, imported without their log output and set up for small networks.

Import them from here, never directly: the settings below work only before the first import.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN prints a line on stderr at any log level, and does not help networks of this size.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import absl.logging
import keras as _keras
import tensorflow as _tensorflow

__all__ = ["keras", "quietly", "tensorflow"]

keras: Any = _keras
tensorflow: Any = _tensorflow

tensorflow.get_logger().setLevel("ERROR")

# One thread per kernel, two kernels at once: a batch of 32 small windows is too little for more.
# TensorFlow refuses once it has started; then the settings of who started it hold.
with suppress(RuntimeError):
    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(2)


@contextmanager
def quietly() -> Iterator[None]:
    """Hide the libraries' messages on saving and converting, inside the block."""
    level = absl.logging.get_verbosity()
    absl.logging.set_verbosity(absl.logging.ERROR)
    try:
        with warnings.catch_warnings():
            # Keras 3.15 reads TensorFlow variables in a way that numpy 2 wants changed.
            warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
            yield
    finally:
        absl.logging.set_verbosity(level)
