"""What can be done to windows while a network learns from them, tried by `scripts/ablation.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from emgstream_training.backend import tensorflow

__all__ = ["AUGMENTATIONS", "Augmentation"]

Tensors: TypeAlias = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Augmentation:
    """Changes of a batch, drawn anew each time, for windows of some channels.

    Each takes windows, shape ``(n_windows, n_steps, n_features)``, one-hot classes and weights.
    Features have a spread of 1; those of one channel each come first, channel after channel, over
    and over.
    """

    n_channels: int
    n_of_one_channel: int
    """Features that are of one channel each."""

    def gain(self, windows: Any, targets: Any, weights: Any) -> Tensors:
        """Amplify each channel anew: 0.3 of its spread up or down on the soft scale."""
        n = tensorflow.shape(windows)[0]
        of_channels = tensorflow.random.normal((n, 1, self.n_channels), stddev=0.3)
        return (
            windows + self._spread(of_channels, tensorflow.zeros((n, 1, 1)), windows),
            targets,
            weights,
        )

    def shift(self, windows: Any, targets: Any, weights: Any) -> Tensors:
        """Shift each feature by 0.3 of its spread, alike over a window."""
        shape = (tensorflow.shape(windows)[0], 1, windows.shape[2])
        return windows + tensorflow.random.normal(shape, stddev=0.3), targets, weights

    def noise(self, windows: Any, targets: Any, weights: Any) -> Tensors:
        """Add noise of 0.2 of its spread to every number."""
        drawn = tensorflow.random.normal(tensorflow.shape(windows), stddev=0.2)
        return windows + drawn, targets, weights

    def channel_dropout(self, windows: Any, targets: Any, weights: Any) -> Tensors:
        """Put one channel of one window in ten, and every correlation, at the mean."""
        n = tensorflow.shape(windows)[0]
        hit = tensorflow.cast(tensorflow.random.uniform((n, 1, 1)) < 0.1, tensorflow.float32)
        channel = tensorflow.random.uniform((n, 1), 0, self.n_channels, tensorflow.int32)
        of_channels = 1.0 - hit * tensorflow.one_hot(channel, self.n_channels)
        return windows * self._spread(of_channels, 1.0 - hit, windows), targets, weights

    def electrode_shift(self, windows: Any, targets: Any, weights: Any) -> Tensors:
        """Move all electrodes around the arm, by up to 0.3 of the way to the next."""
        n, n_steps = tensorflow.shape(windows)[0], windows.shape[1]
        n_of_two = windows.shape[2] - self.n_of_one_channel
        one, two = tensorflow.split(windows, (self.n_of_one_channel, n_of_two), axis=2)
        here = tensorflow.reshape(one, (n, n_steps, -1, self.n_channels))
        share = tensorflow.random.uniform((n, 1, 1, 1), maxval=0.3)
        moved = here + share * (tensorflow.roll(here, 1, axis=3) - here)
        moved = tensorflow.reshape(moved, (n, n_steps, self.n_of_one_channel))
        return tensorflow.concat((moved, two), axis=2), targets, weights

    def mixup(self, windows: Any, targets: Any, weights: Any) -> Tensors:
        """Mix up to a half of another window into each (Zhang et al. 2018, arXiv:1710.09412)."""
        n = tensorflow.shape(windows)[0]
        order = tensorflow.random.shuffle(tensorflow.range(n))
        share = tensorflow.random.uniform((n,), maxval=0.5)

        def mixed(tensor: Any) -> Any:
            of_each = tensorflow.reshape(share, (n, *[1] * (len(tensor.shape) - 1)))
            return tensor + of_each * (tensorflow.gather(tensor, order) - tensor)

        return mixed(windows), mixed(targets), mixed(weights)

    def _spread(self, of_channels: Any, of_pairs: Any, windows: Any) -> Any:
        """Return a number for each feature, shape ``(n_windows, 1, n_features)``.

        From one for each channel, ``(n_windows, 1, n_channels)``, and one for all features of two
        channels, ``(n_windows, 1, 1)``.
        """
        n_of_two = windows.shape[2] - self.n_of_one_channel
        of_one = tensorflow.tile(of_channels, (1, 1, self.n_of_one_channel // self.n_channels))
        return tensorflow.concat((of_one, tensorflow.tile(of_pairs, (1, 1, n_of_two))), axis=2)


AUGMENTATIONS: Mapping[str, Callable[[Augmentation, Any, Any, Any], Tensors]] = {
    "gain of each channel drawn anew, 0.3 of its spread": Augmentation.gain,
    "each feature shifted alike over a window, 0.3": Augmentation.shift,
    "noise of 0.2 on every number": Augmentation.noise,
    "a channel left out of one window in ten": Augmentation.channel_dropout,
    "electrodes moved up to 0.3 of the way to the next": Augmentation.electrode_shift,
    "mixup of up to a half": Augmentation.mixup,
}
"""Each by what it does to a window."""
