"""The paths of an earlier model beside those of a new session, for its calibration.

The paths of a new session know the electrodes as they are today, from few repetitions; those of the
earlier model know many. The features are standardised by the new session for both. A linear path is
a sum, so that two of them can be averaged; of the kernel paths one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from emgstream.network.network_weights import (
    KERNEL_LANDMARKS,
    KERNEL_PATH,
    KERNEL_PROJECTION,
    LINEAR_PATH,
    Weights,
)
from emgstream.types import FloatArray
from emgstream_training.examples import Examples
from emgstream_training.metrics import balanced_accuracy
from emgstream_training.path_shares import best_shares
from emgstream_training.paths import path_logits
from emgstream_training.trained_network import TrainedNetwork, joined_logits

__all__ = ["NEW_ALONE", "PathMix", "best_mix", "judged_apart"]

_KERNEL_LAYERS = (KERNEL_PROJECTION, KERNEL_LANDMARKS, KERNEL_PATH)


@dataclass(frozen=True)
class PathMix:
    """The parts of the earlier paths that are taken."""

    linear: float = 0.0
    """Weight of the earlier linear path, 0 to 1; the new one has the rest."""
    kernel: bool = False
    """True for the earlier kernel path, False for the new one."""

    def of(self, new: Weights, earlier: Weights) -> Weights:
        """Return the layers of both paths."""
        mixed = dict(new)
        if LINEAR_PATH in earlier and LINEAR_PATH in new:
            mixed[LINEAR_PATH] = [
                (self.linear * old + (1.0 - self.linear) * one).astype(one.dtype)
                for old, one in zip(earlier[LINEAR_PATH], new[LINEAR_PATH], strict=True)
            ]
        if self.kernel:
            mixed |= {layer: earlier[layer] for layer in _KERNEL_LAYERS}
        return mixed


NEW_ALONE = PathMix()
"""The new paths as they are."""


def best_mix(
    network: TrainedNetwork, earlier: Weights, held_out: Examples
) -> tuple[TrainedNetwork, PathMix]:
    """Return a network with the mix and the shares that decide best on held-out windows.

    Of equal mixes the first, which has some of both.

    Parameters
    ----------
    network
        The network of the new session, not trained on the held-out windows.
    earlier
        The paths of the earlier model, without their shares; none for a new model.
    held_out
        Windows of the new session.
    """
    windows, classes = held_out.windows, held_out.classes
    own = network.logits(windows)  # the CNN-LSTM is the same in each mix, and takes the longest
    found: list[tuple[float, TrainedNetwork, PathMix]] = []
    for mix in _candidates(network.paths, earlier):
        paths = mix.of(network.paths, earlier)
        logits = own | path_logits(paths, windows, network.n_context)
        shares = best_shares(logits, classes)
        decided = joined_logits(logits, shares).argmax(axis=1)
        mixed = replace(network, paths=paths, shares=shares)
        found.append((balanced_accuracy(classes, decided), mixed, mix))
    _, best, mix = max(found, key=lambda one: one[0])
    return best, mix


def judged_apart(network: TrainedNetwork, earlier: Weights, held_out: Examples) -> FloatArray:
    """Return the probabilities of held-out windows, shape ``(n_windows, n_classes)``.

    Each half of them, the earlier and the later windows of each class, gets those of the mix and
    the shares that decide best on the other half: nothing is judged by what it was chosen on.
    """
    is_earlier = np.zeros(len(held_out), dtype=np.bool_)
    for code in np.unique(held_out.classes):
        places = np.flatnonzero(held_out.classes == code)
        is_earlier[places[: len(places) // 2]] = True
    probabilities = np.empty((len(held_out), network.n_classes), dtype=np.float32)
    for judged in (is_earlier, ~is_earlier):
        if judged.any() and not judged.all():
            chosen, _ = best_mix(network, earlier, held_out.take(~judged))
            probabilities[judged] = chosen.probabilities(held_out.windows[judged])
        elif judged.all():
            probabilities[:] = network.probabilities(held_out.windows)
    return probabilities


def _candidates(new: Weights, earlier: Weights) -> Iterator[PathMix]:
    if LINEAR_PATH in new and LINEAR_PATH in earlier:
        kernels = (True, False) if KERNEL_PATH in new and KERNEL_PATH in earlier else (False,)
        for linear in (0.5, 1.0):
            for kernel in kernels:
                yield PathMix(linear, kernel)
    yield NEW_ALONE
