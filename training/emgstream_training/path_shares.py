"""The share of each path in the decision, chosen on repetitions that none was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from emgstream.network.network_weights import CNN_LSTM_PATH, KERNEL_PATH, LINEAR_PATH
from emgstream_training.examples import ClassArray
from emgstream_training.paths import Doubles
from emgstream_training.trained_network import joined_logits

__all__ = ["best_shares", "surprise"]

_SHARES_OF_CNN_LSTM = (0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of the CNN-LSTM that are tried: its errors are others, so that some of it helps."""
_SHARES_OF_KERNEL_PATH = (0.25, 0.5, 0.75)
"""Shares of the kernel path in the rest that are tried (choice)."""
_TEMPERATURES = np.geomspace(0.7, 8.0, 7)
"""Temperatures at which shares are compared: the paths of some are surer than those of others."""


def best_shares(logits: Mapping[str, Doubles], classes: ClassArray) -> dict[str, float]:
    """Return the shares with the least surprise; they add up to 1.

    Of equal ones the first, with the least of the CNN-LSTM. Not those with the highest accuracy,
    which jumps with single windows: chosen by it, they were worse on other repetitions.

    Parameters
    ----------
    logits
        Of each path by its name, shape ``(n_windows, n_classes)``.
    classes
        True class of each window, shape ``(n_windows,)``.
    """
    return min(
        _candidates(set(logits)),
        key=lambda shares: surprise(joined_logits(logits, shares), classes),
    )


def surprise(logits: Doubles, classes: ClassArray) -> float:
    """Return the cross-entropy of logits at the temperature that suits them, in nats.

    All classes weigh the same. ``logits`` has shape ``(n_windows, n_classes)``, ``classes`` shape
    ``(n_windows,)``.
    """
    counts = np.bincount(classes, minlength=logits.shape[1])
    weights = 1.0 / (np.count_nonzero(counts) * counts[classes])
    below = logits - logits.max(axis=1, keepdims=True)
    of_class = below[np.arange(len(classes)), classes]
    return min(
        float(weights @ (np.log(np.exp(below / one).sum(axis=1)) - of_class / one))
        for one in _TEMPERATURES
    )


def _candidates(paths: set[str]) -> Iterator[dict[str, float]]:
    if paths == {CNN_LSTM_PATH}:
        yield {CNN_LSTM_PATH: 1.0}
        return
    for cnn_lstm in _SHARES_OF_CNN_LSTM:
        rest = 1.0 - cnn_lstm
        if KERNEL_PATH not in paths:
            yield {CNN_LSTM_PATH: cnn_lstm, LINEAR_PATH: rest}
            continue
        for kernel in _SHARES_OF_KERNEL_PATH:
            yield {
                CNN_LSTM_PATH: cnn_lstm,
                LINEAR_PATH: rest * (1.0 - kernel),
                KERNEL_PATH: rest * kernel,
            }
