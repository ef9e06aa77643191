"""The share of each path in the decision, chosen on repetitions that none was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emgstream.network.network_weights import CNN_LSTM_PATH, KERNEL_PATH, LINEAR_PATH
from emgstream_training.examples import ClassArray
from emgstream_training.metrics import balanced_accuracy
from emgstream_training.paths import Doubles
from emgstream_training.trained_network import joined_logits

__all__ = ["best_shares"]

_SHARES_OF_CNN_LSTM = (0.1, 0.2, 0.3, 0.4, 0.5)
"""Shares of the CNN-LSTM that are tried: its errors are others, so that some of it helps."""
_SHARES_OF_KERNEL_PATH = (0.25, 0.5, 0.75)
"""Shares of the kernel path in the rest that are tried (choice)."""


def best_shares(logits: Mapping[str, Doubles], classes: ClassArray) -> dict[str, float]:
    """Return the shares with the highest balanced accuracy; they add up to 1.

    Of equal ones the first, with the least of the CNN-LSTM.

    Parameters
    ----------
    logits
        Of each path by its name, shape ``(n_windows, n_classes)``.
    classes
        True class of each window, shape ``(n_windows,)``.
    """
    return max(
        _candidates(set(logits)),
        key=lambda shares: balanced_accuracy(classes, joined_logits(logits, shares).argmax(axis=1)),
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
