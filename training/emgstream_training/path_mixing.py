"""The paths of an earlier model beside those of a new session, for its calibration.

The paths of a new session know the electrodes as they are today, from few repetitions; those of the
earlier model know many. The features are standardised by the new session for both. A linear path is
a sum, so that two of them can be averaged; of the kernel paths one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from emgstream.network.network_weights import (
    CNN_LSTM_PATH,
    KERNEL_LANDMARKS,
    KERNEL_PATH,
    KERNEL_PROJECTION,
    LINEAR_PATH,
    Weights,
)
from emgstream_training.examples import ClassArray
from emgstream_training.path_shares import best_shares, surprise
from emgstream_training.paths import Doubles
from emgstream_training.trained_network import joined_logits

__all__ = ["NEW_ALONE", "OF_ONE_REPETITION", "PathMix", "best_mix"]

_KERNEL_LAYERS = (KERNEL_PROJECTION, KERNEL_LANDMARKS, KERNEL_PATH)


@dataclass(frozen=True)
class PathMix:
    """The parts of the earlier paths that are taken."""

    linear: float = 0.0
    """Weight of the earlier linear path, 0 to 1; the new one has the rest."""
    kernel: bool = False
    """True for the earlier kernel path, False for the new one."""
    cnn_lstm: bool = False
    """True for the earlier CNN-LSTM, False for the one whose training went on."""

    def of(self, new: Weights, earlier: Weights) -> Weights:
        """Return the layers of both paths beside the CNN-LSTM."""
        mixed = dict(new)
        if LINEAR_PATH in earlier and LINEAR_PATH in new:
            mixed[LINEAR_PATH] = [
                (self.linear * old + (1.0 - self.linear) * one).astype(one.dtype)
                for old, one in zip(earlier[LINEAR_PATH], new[LINEAR_PATH], strict=True)
            ]
        if self.kernel:
            mixed |= {layer: earlier[layer] for layer in _KERNEL_LAYERS}
        return mixed

    def of_logits(
        self, new: Mapping[str, Doubles], earlier: Mapping[str, Doubles]
    ) -> dict[str, Doubles]:
        """Return the logits of the mixed paths from those of both, by the name of the path."""
        mixed = dict(new)
        if LINEAR_PATH in earlier and LINEAR_PATH in new:
            both = self.linear * earlier[LINEAR_PATH], (1.0 - self.linear) * new[LINEAR_PATH]
            mixed[LINEAR_PATH] = both[0] + both[1]
        if self.kernel:
            mixed[KERNEL_PATH] = earlier[KERNEL_PATH]
        if self.cnn_lstm:
            mixed[CNN_LSTM_PATH] = earlier[CNN_LSTM_PATH]
        return mixed


NEW_ALONE = PathMix()
"""The new paths as they are."""
OF_ONE_REPETITION = (
    PathMix(linear=0.5, kernel=True),
    {CNN_LSTM_PATH: 0.4, LINEAR_PATH: 0.3, KERNEL_PATH: 0.3},
)
"""Mix and shares where the new session has one repetition of each movement.

The parts of one repetition are too much alike to tell what is right on others. On five days of
three people this was within 0.2 points of the best of 80 with 70.7 % of the later repetitions
right, and had 76.8 % on four days of three other people; what the parts of the repetition preferred
had 68.3 and 73.3 %."""


def best_mix(
    logits: Mapping[str, Doubles], earlier: Mapping[str, Doubles], classes: ClassArray
) -> tuple[PathMix, dict[str, float]]:
    """Return the mix and the shares that decide best on held-out windows.

    Of equal mixes the first, which has some of both.

    Parameters
    ----------
    logits
        Of each path of the new session by its name, ``(n_windows, n_classes)``, by a network that
        was not trained on these windows.
    earlier
        The same, of the paths of the earlier model; none for a new model.
    classes
        True class of each window, ``(n_windows,)``.
    """
    found: list[tuple[float, PathMix, dict[str, float]]] = []
    for mix in _candidates(logits, earlier):
        mixed = mix.of_logits(logits, earlier)
        shares = best_shares(mixed, classes)
        found.append((surprise(joined_logits(mixed, shares), classes), mix, shares))
    _, mix, shares = min(found, key=lambda one: one[0])
    return mix, shares


def _candidates(new: Mapping[str, Doubles], earlier: Mapping[str, Doubles]) -> Iterator[PathMix]:
    both = new.keys() & earlier.keys()
    linears = (0.5, 1.0, 0.0) if LINEAR_PATH in both else (0.0,)
    kernels = (True, False) if KERNEL_PATH in both else (False,)
    cnn_lstms = (True, False) if CNN_LSTM_PATH in both else (False,)
    for linear, kernel, cnn_lstm in product(linears, kernels, cnn_lstms):
        yield PathMix(linear, kernel, cnn_lstm)
