"""The signal path: chunks of samples in, decisions out. Pure: no thread, no clock, no I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from emgstream.bundle import Model
from emgstream.classifier import Classifier
from emgstream.conditioning import conditioner_from_manifest
from emgstream.decisions import (
    Decisions,
    DecisionSettings,
    DecisionStage,
    RailWatch,
    Seen,
    added_hops,
    decide,
    rest_class,
)
from emgstream.errors import ModelFileError
from emgstream.latency import FixedDelay
from emgstream.steps import StepStream
from emgstream.types import Chunk, FloatArray, IndexArray
from emgstream.windowing import Windowing, Windows

__all__ = ["Pipeline"]


def _no_lap(stage: str) -> None:
    """Time nothing."""


class Pipeline:
    """Decisions on a stream, sample-exact: however it is chunked, the same bits come out.

    Conditioning, steps, saved transforms, window, classifier and decision, in this order. Lost
    samples or a new segment start it afresh, so that no window reaches across them. One thread
    uses it.

    After such a break there is no whole window for a while. Where the settings of the decisions
    say so, each instant at which one is due is then told as a gap: what acts on decisions must let
    go with the first step that comes after the break, and not only once a window is full. Nothing
    is told before the first window of a stream, as there is nothing to let go of.

    Raises
    ------
    ModelFileError
        The model's network does not load or does not fit its manifest.
    """

    def __init__(self, model: Model) -> None:
        manifest = model.manifest
        self._manifest = manifest
        self._conditioner = conditioner_from_manifest(manifest.conditioning)
        self._steps = StepStream(manifest.step, len(manifest.channel_names))
        self._windowing = Windowing(manifest.n_steps, manifest.hop, manifest.n_features)
        self._classifier = Classifier(model.classifier, model.classifier_batch)
        self._check_network()
        self._settings = manifest.decision
        self._nothing = _no_decisions(manifest.class_names)
        self._begin_deciding()
        self._segment = -1
        self._start_index = 0
        self._next_index = 0
        self._n_steps = 0
        self._has_broken = False

    def push(self, chunk: Chunk, lap: Callable[[str], None] = _no_lap) -> Decisions:
        """Return the decisions that these samples complete, possibly none.

        ``lap`` is told the name of each stage as it ends: conditioning, window, network, decision.
        """
        if self._stage.settings is not self._settings:
            self._begin_deciding()
        if chunk.segment != self._segment or chunk.first_index != self._next_index:
            self._restart(chunk)
        self._next_index = chunk.end_index
        self._rails.push(chunk.first_index, chunk.samples)
        conditioned = self._conditioner.push(chunk.samples)
        lap("conditioning")
        steps = self._steps.push(conditioned)
        if not len(steps):  # most reads of a board: nothing further on has anything to do
            return self._nothing
        windows = self._windowing.push(self._manifest.transforms.apply(steps))
        first_step, self._n_steps = self._n_steps, self._n_steps + len(steps)
        lap("window")
        probabilities = self._classifier.predict(windows.values)
        lap("network")
        decisions = self._decide(steps, first_step, windows, probabilities)
        lap("decision")
        return decisions

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next samples on; any thread may ask."""
        self._settings = settings

    def fixed_delay(self, sampling_rate_hz: float | None) -> FixedDelay:
        """Return how late decisions are by the way they are made, at the rate of the stream."""
        manifest, settings = self._manifest, self._settings
        rate_hz = sampling_rate_hz or manifest.sampling_rate_hz or math.nan
        step_s = manifest.step.length / rate_hz
        names = manifest.class_names
        n_later = added_hops(settings.smoothing, len(names), settings.confidence, rest_class(names))
        return FixedDelay(
            window_s=manifest.n_steps * step_s,
            hop_s=manifest.hop * step_s,
            smoothing_s=n_later * manifest.hop * step_s,
        )

    def _decide(
        self,
        steps: npt.NDArray[np.float64],
        first_step: int,
        windows: Windows,
        probabilities: FloatArray,
    ) -> Decisions:
        """Decide on windows, and before the first whole one after a break say that there is none.

        ``steps`` are the newest, before any transform, the first of them being ``first_step``.
        """
        indices = self._last_samples(windows.last_steps)
        if self._stage.is_plain:  # what is seen beside the probabilities does not matter
            return decide(self._manifest.class_names, indices, probabilities)
        n_channels = len(self._manifest.channel_names)
        decisions = self._stage.push(
            Seen(
                indices=indices,
                probabilities=probabilities,
                strengths=self._manifest.step.strengths(
                    steps[windows.last_steps - first_step], n_channels
                ),
                saturated=self._rails.are_saturated(indices),
            )
        )
        if not (self._has_broken and first_step < self._manifest.n_steps - 1):
            return decisions
        due = self._due_before_a_window(first_step)
        return self._stage.gaps(self._last_samples(due)).joined(decisions)

    def _due_before_a_window(self, first_step: int) -> IndexArray:
        """Return the new steps that end where a window is due and would reach across the break."""
        if not self._stage.settings.tells_gaps:
            return np.empty(0, dtype=np.int64)
        last = self._manifest.n_steps - 1
        steps: IndexArray = np.arange(first_step, min(self._n_steps, last), dtype=np.int64)
        due: IndexArray = steps[(last - steps) % self._manifest.hop == 0]
        return due

    def _last_samples(self, steps: IndexArray) -> IndexArray:
        return self._start_index + (steps + 1) * self._manifest.step.length - 1

    def _begin_deciding(self) -> None:
        manifest, settings = self._manifest, self._settings
        self._stage = DecisionStage(manifest.class_names, len(manifest.channel_names), settings)
        self._rails = RailWatch(settings.rails, manifest.n_steps * manifest.step.length)

    def _restart(self, chunk: Chunk) -> None:
        self._has_broken = self._segment != -1
        self._segment = chunk.segment
        self._start_index = chunk.first_index
        self._n_steps = 0
        self._conditioner.reset()
        self._steps.reset()
        self._windowing.reset()
        self._rails.reset()
        self._stage.restart()

    def _check_network(self) -> None:
        manifest, classifier = self._manifest, self._classifier
        stated = (manifest.n_steps, manifest.n_features), len(manifest.class_names)
        found = classifier.window_shape, classifier.n_classes
        if stated != found:
            raise ModelFileError(
                f"the manifest and the network disagree: windows of {stated[0]} and {stated[1]} "
                f"classes against {found[0]} and {found[1]}; train or fetch the model again"
            )


def _no_decisions(class_names: tuple[str, ...]) -> Decisions:
    probabilities = np.empty((0, len(class_names)), dtype=np.float32)
    return decide(class_names, np.empty(0, dtype=np.int64), probabilities)
