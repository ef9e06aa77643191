"""Names for people of the models of an evaluation, and of the paths of the network."""

from __future__ import annotations

from emgstream.translation import tr

__all__ = ["MODEL_NAMES", "NETWORK", "PATH_NAMES"]

NETWORK = "cnn_lstm"
"""Name of the network in files, with all its paths."""

MODEL_NAMES = {
    NETWORK: tr("network"),
    "strong_lda": tr("strong LDA"),
    "lda": "LDA",
    "random_forest": tr("random forest"),
}
"""Every model by its name in files, with its name for people."""

PATH_NAMES = {
    "cnn_lstm": "CNN-LSTM",
    "linear_path": tr("linear path"),
    "kernel_path": tr("kernel path"),
}
"""Every path of a network by its name in files, with its name for people."""
