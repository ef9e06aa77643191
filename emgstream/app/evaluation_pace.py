"""The progress of an evaluation: fold, model and time left, from its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emgstream.app.training_words import time_left
from emgstream.translation import tr

__all__ = ["EvaluationPace"]

_MOST_SHARE = 0.99
"""The bar is full only once the figures are there."""
_SMOOTHING = 0.2
"""Weight of the newest epoch in the time per epoch (choice)."""


class EvaluationPace:
    """Follows the events of ``emgstream evaluate``, of which each may come in any order.

    Parameters
    ----------
    n_jobs
        Networks that are trained at once.
    """

    def __init__(self, n_jobs: int) -> None:
        self._n_jobs = n_jobs
        self._n_tasks: int | None = None
        self._n_folds = 0
        self._n_epochs = 0
        self._n_done = 0
        self._n_networks_done = 0
        self._learned: dict[str, int] = {}
        self._stages: dict[str, str] = {}
        self._newest = ""
        self._epoch_s: float | None = None
        self._newest_s: dict[str, float] = {}

    @property
    def is_known(self) -> bool:
        """True once the recordings have been read, and the folds are known."""
        return self._n_tasks is not None

    @property
    def share(self) -> float:
        """Share of the work that is done, 0 to 1; less than 1 while anything runs."""
        if not self._n_tasks:
            return 0.0
        if not self._n_epochs:
            return min(self._n_done / self._n_tasks, _MOST_SHARE)
        done = self._n_networks_done * self._n_epochs + sum(self._learned.values())
        return min(done / self._n_all_epochs, _MOST_SHARE)

    @property
    def left_s(self) -> float | None:
        """Seconds that are left at most; None before an epoch has been timed."""
        if self._epoch_s is None or not self._n_epochs:
            return None
        done = self._n_networks_done * self._n_epochs + sum(self._learned.values())
        return self._epoch_s * (self._n_all_epochs - done) / self._n_jobs

    @property
    def words(self) -> str:
        """The present activity and the time that is left, for people."""
        if self._n_tasks is None:
            return tr("Reading the recordings …")
        if self._n_epochs and not self._learned and not self._n_networks_done:
            n_done = min(self._n_done, self._n_networks)
            return tr(
                "Simple methods, {n_done} of {n_networks} done …",
                n_done=n_done,
                n_networks=self._n_networks,
            )
        if not self._learned:
            if self._n_done == self._n_tasks:
                return tr("Counting the figures …")
            return tr("{n_done} of {n_tasks} done …", n_done=self._n_done, n_tasks=self._n_tasks)
        epoch = self._learned.get(self._newest, 0)
        left = (
            "" if self.left_s is None else tr("   {time} left at most", time=time_left(self.left_s))
        )
        return tr(
            "CNN-LSTM, {newest}, epoch {epoch} of {n_epochs}{left}",
            newest=self._newest,
            epoch=epoch,
            n_epochs=self._n_epochs,
            left=left,
        )

    def follow(self, event: Mapping[str, Any], now_s: float) -> None:
        """Take up an event that arrived at host time ``now_s``."""
        kind = event["event"]
        if kind == "plan":
            self._n_tasks = event["n_tasks"]
            self._n_folds = event.get("n_folds", 0)
            self._n_epochs = event.get("n_epochs", 0)
        elif kind == "epoch":
            self._count_epoch(event, now_s)
        elif kind == "done":
            self._n_done += 1
            if "cnn_lstm" in event["balanced_accuracy"] and self._n_epochs:
                self._n_networks_done += 1
                self._learned.pop(event["what"], None)
                self._newest = next(iter(self._learned), "")

    @property
    def _n_networks(self) -> int:
        """Networks to train: one per fold, and one on the random split."""
        return self._n_folds + 1

    @property
    def _n_all_epochs(self) -> int:
        return max(self._n_networks * self._n_epochs, 1)

    def _count_epoch(self, event: Mapping[str, Any], now_s: float) -> None:
        """Count an epoch; a second training of the same network goes on counting."""
        what = self._newest = event["what"]
        if self._stages.get(what) != event["stage"] and what in self._learned:
            # the training before may have stopped early
            self._learned[what] = max(self._learned[what], self._n_epochs // 2)
        self._stages[what] = event["stage"]
        n_before = self._learned.get(what, 0)
        self._learned[what] = min(n_before + 1, self._n_epochs)
        before_s = self._newest_s.get(what)
        self._newest_s[what] = now_s
        if before_s is not None:
            took_s = now_s - before_s
            if self._epoch_s is None:
                self._epoch_s = took_s
            self._epoch_s += _SMOOTHING * (took_s - self._epoch_s)
