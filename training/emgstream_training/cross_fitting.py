"""Cross-fitting: all training repetitions, judged by networks that were not trained on them.

For each fold of the repetitions a network is trained on the other folds, transforms included. What
it says of its fold is what a network says of repetitions that it has not seen: to it the shares of
the paths, the temperature and the decisions are fitted, and from it come the figures of a training.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from emgstream.types import FloatArray, IndexArray
from emgstream_training.examples import ClassArray
from emgstream_training.path_mixing import OF_ONE_REPETITION, PathMix, best_mix
from emgstream_training.paths import Doubles
from emgstream_training.realtime import (
    NO_FOLD,
    RepetitionCut,
    classes_split,
    is_clear,
    windows_ending_at,
)
from emgstream_training.trained_network import TrainedNetwork, joined_probabilities
from emgstream_training.training_material import FoldMaterial, TrainingMaterial

__all__ = ["CrossFitted", "cross_fitted"]

Mask: TypeAlias = npt.NDArray[np.bool_]
_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """The logits of all windows of some recordings, each by a network not trained on it."""

    logits: Mapping[str, Doubles]
    """Of each path by its name, ``(n_windows, n_classes)``, in the order of the recordings."""
    earlier: Mapping[str, Doubles]
    """The same, of the paths of an earlier model; empty without one."""
    classes: ClassArray
    """True class of each window, ``(n_windows,)``; -1 for none."""
    folds: IndexArray
    """Fold of each window, ``(n_windows,)``; `NO_FOLD` for those that nothing learns from."""
    clear: Mask
    """True for windows whose newer half is within one repetition, ``(n_windows,)``."""
    starts: tuple[int, ...]
    """Number of the first window of each stretch of the recordings."""
    of_one_repetition: bool = False
    """True where each class has one repetition, of which a part is held out in each fold."""

    @property
    def judged(self) -> Mask:
        """True for every window with a class that is held out in a fold, ``(n_windows,)``."""
        judged: Mask = (self.folds != NO_FOLD) & (self.classes >= 0)
        return judged

    def take(self, chosen: Mask) -> CrossFitted:
        """Return some of the windows."""
        return replace(
            self,
            logits={path: logits[chosen] for path, logits in self.logits.items()},
            earlier={path: logits[chosen] for path, logits in self.earlier.items()},
            classes=self.classes[chosen],
            folds=self.folds[chosen],
            clear=self.clear[chosen],
            starts=(0,),
        )

    def best_mix(self) -> tuple[PathMix, dict[str, float]]:
        """Return the mix with an earlier model and the shares that decide best.

        With one repetition of each class they are the same for every session.
        """
        mix, shares = OF_ONE_REPETITION
        if self.of_one_repetition and shares.keys() == self.earlier.keys() == self.logits.keys():
            return mix, shares
        examples = self.take(self.judged & self.clear)
        return best_mix(examples.logits, examples.earlier, examples.classes)

    def probabilities(
        self, mix: PathMix, shares: Mapping[str, float], temperature: float = 1.0
    ) -> FloatArray:
        """Return the probabilities of all windows, ``(n_windows, n_classes)``."""
        return joined_probabilities(mix.of_logits(self.logits, self.earlier), shares, temperature)

    def judged_apart(self, temperature: float) -> FloatArray:
        """Return the probabilities of the examples, ``(n_examples, n_classes)``.

        Those of each fold get the mix and the shares that decide best in the others: nothing is
        judged by what it was chosen on. The temperature changes no decision.
        """
        examples = self.take(self.judged & self.clear)
        found = np.empty((len(examples.classes), self.n_classes), dtype=np.float32)
        for fold in np.unique(examples.folds):
            here = examples.folds == fold
            mix, shares = examples.take(~here).best_mix()
            found[here] = examples.take(here).probabilities(mix, shares, temperature)
        return found

    def by_stretch(self, values: FloatArray) -> list[FloatArray]:
        """Return values of all windows, ``(n_windows, …)``, by stretch of the recordings."""
        return np.split(values, self.starts[1:])

    @property
    def n_classes(self) -> int:
        """Number of logits of a window and path."""
        return int(next(iter(self.logits.values())).shape[1])


def cross_fitted(
    material: TrainingMaterial,
    folds: Sequence[FoldMaterial],
    networks: Sequence[TrainedNetwork],
    earlier: TrainedNetwork | None,
) -> CrossFitted:
    """Return what networks say of the repetitions they were not trained on.

    Parameters
    ----------
    material
        The recordings.
    folds, networks
        What each network learned from, and the networks, in the same order.
    earlier
        The network of an earlier model; None for a new model.
    """
    cuts = [cut for cut in material.cuts if len(cut.last_steps)]
    lasts = [cut.last_steps for cut in cuts]
    judges = _judges([cut.folds[last] for cut, last in zip(cuts, lasts, strict=True)])
    starts = np.cumsum([0, *map(len, lasts)])
    found: dict[str, Doubles] = {}
    of_earlier: dict[str, Doubles] = {}
    for fold, network in zip(folds, networks, strict=True):
        for cut, last, judge, start in zip(cuts, lasts, judges, starts[:-1], strict=True):
            here = np.flatnonzero(judge == fold.fold)
            if not len(here):
                continue
            windows = windows_ending_at(fold.transforms.apply(cut.steps), last[here])
            places = start + here
            _put(found, network.logits(windows), places, starts[-1])
            if earlier is not None:
                _put(of_earlier, earlier.logits(windows), places, starts[-1])
    return CrossFitted(
        found,
        of_earlier,
        classes=_joined(cuts, lasts, lambda cut, last: cut.classes[last]),
        folds=_joined(cuts, lasts, lambda cut, last: cut.folds[last]),
        clear=_joined(cuts, lasts, is_clear),
        starts=tuple(starts[:-1].tolist()),
        of_one_repetition=len(classes_split(cuts)) == len(material.class_names),
    )


def _judges(folds: Sequence[IndexArray]) -> list[IndexArray]:
    """Return the fold whose network judges each window, by stretch.

    Windows of no fold, which no figure is made of, are judged by the network of those before them,
    so that what is smoothed over time comes from one network.
    """
    joined = np.concatenate(folds)
    known = np.flatnonzero(joined != NO_FOLD)
    newest = np.searchsorted(known, np.arange(len(joined)), side="right") - 1
    filled = joined[known[np.maximum(newest, 0)]]
    return np.split(filled, np.cumsum([len(one) for one in folds])[:-1])


def _put(
    into: dict[str, Doubles], logits: Mapping[str, Doubles], places: IndexArray, n: int
) -> None:
    for path, values in logits.items():
        into.setdefault(path, np.zeros((n, values.shape[1])))[places] = values


def _joined(
    cuts: Sequence[RepetitionCut],
    lasts: Sequence[IndexArray],
    values: Callable[[RepetitionCut, IndexArray], npt.NDArray[_Value]],
) -> npt.NDArray[_Value]:
    return np.concatenate([values(cut, last) for cut, last in zip(cuts, lasts, strict=True)])
