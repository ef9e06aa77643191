"""The signal path: chunks of samples in, decisions out. Pure: no thread, no clock, no I/O."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

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
    WindowPredictions,
    added_hops,
    decide,
    decision_from_manifest,
    rest_class,
)
from emgstream.errors import ModelFileError, UsageError
from emgstream.latency import FixedDelay
from emgstream.steps import StepStream
from emgstream.types import Chunk, FloatArray, IndexArray
from emgstream.windowing import Windowing, Windows

__all__ = ["Pipeline", "SegmentPredictions"]


def _no_lap(stage: str) -> None:
    """Time nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentPredictions:
    """What some samples give to decide on, whatever the settings of the decisions are."""

    stretch: int
    """Number of the unbroken stretch of time that they are of."""
    seen: WindowPredictions
    """The windows they complete."""
    due: IndexArray
    """Last samples of the instants due after a break before a window is whole, ``(n_due,)``."""


@dataclass(frozen=True, slots=True, eq=False)
class _StepPredictions:
    """Steps of one push, and what the network makes of the windows they complete."""

    steps: npt.NDArray[np.float64]
    """Before any transform, shape ``(n_steps, n_features)``."""
    first_step: int
    """Number of the first of them since the last break."""
    windows: Windows
    probabilities: FloatArray


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
        self._stage = DecisionStage(
            manifest.class_names, len(manifest.channel_names), manifest.decision
        )
        self._rails = RailWatch(manifest.decision.rails, manifest.window_samples)
        self._segment = -1
        self._stretch = -1
        self._start_index = 0
        self._next_index = 0
        self._n_steps = 0
        self._has_broken = False

    @property
    def settings(self) -> DecisionSettings:
        """The settings last asked for."""
        return self._settings

    def push(self, chunk: Chunk, lap: Callable[[str], None] = _no_lap) -> Decisions:
        """Return the decisions that these samples complete, possibly none.

        ``lap`` is told the name of each stage as it ends: conditioning, window, network, decision.
        """
        if self._settings is not self._stage.settings:
            self._take_settings()
        steps = self._steps_of(chunk, lap)
        if not len(steps):  # most reads of a board: nothing further on has anything to do
            return self._nothing
        decisions = self._decide(self._see(steps, lap))
        lap("decision")
        return decisions

    def look(self, chunk: Chunk) -> SegmentPredictions:
        """Return what there is to decide on and decide nothing: instead of `push`, not beside it.

        A `DecisionStage` that is given it stretch by stretch says what `push` says.
        """
        sight = self._see(self._steps_of(chunk, _no_lap), _no_lap)
        due = self._due_before_a_window(sight.first_step)
        return SegmentPredictions(self._stretch, self._seen(sight), self._last_samples(due))

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next samples on; any thread may ask.

        What was smoothed so far is kept unless the smoothing itself is another one, and so is the
        count of saturated samples unless the ends of the range are others. Settings equal to those
        it has change nothing.

        Raises UsageError where they are of a model with other classes or channels.
        """
        manifest = self._manifest
        n_channels = len(manifest.channel_names)
        n_strengths = manifest.step.n_strengths(n_channels)
        try:
            entry = settings.to_manifest()
            decision_from_manifest(entry, len(manifest.class_names), n_channels, n_strengths)
        except ModelFileError as error:
            raise UsageError(
                f"these settings are of another model ({error}); expected the model's own, or "
                "those with a part replaced"
            ) from None
        self._settings = settings

    def fixed_delay(self, sampling_rate_hz: float | None) -> FixedDelay:
        """Return how late decisions are by the way they are made, at the rate of the stream."""
        manifest, settings = self._manifest, self._stage.settings
        rate_hz = sampling_rate_hz or manifest.sampling_rate_hz or math.nan
        step_s = manifest.step.length / rate_hz
        names = manifest.class_names
        n_later = added_hops(settings.smoothing, len(names), settings.confidence, rest_class(names))
        return FixedDelay(
            window_s=manifest.n_steps * step_s,
            hop_s=manifest.hop * step_s,
            smoothing_s=n_later * manifest.hop * step_s,
        )

    def _steps_of(self, chunk: Chunk, lap: Callable[[str], None]) -> npt.NDArray[np.float64]:
        """Return the steps that samples complete; a chunk that follows no other starts afresh."""
        if chunk.segment != self._segment or chunk.first_index != self._next_index:
            self._restart(chunk)
        self._next_index = chunk.end_index
        self._rails.push(chunk.first_index, chunk.samples)
        conditioned = self._conditioner.push(chunk.samples)
        lap("conditioning")
        return self._steps.push(conditioned)

    def _see(self, steps: npt.NDArray[np.float64], lap: Callable[[str], None]) -> _StepPredictions:
        windows = self._windowing.push(self._manifest.transforms.apply(steps))
        first_step, self._n_steps = self._n_steps, self._n_steps + len(steps)
        lap("window")
        probabilities = self._classifier.predict(windows.values)
        lap("network")
        return _StepPredictions(steps, first_step, windows, probabilities)

    def _seen(self, sight: _StepPredictions) -> WindowPredictions:
        manifest, windows = self._manifest, sight.windows
        indices = self._last_samples(windows.last_steps)
        return WindowPredictions(
            indices=indices,
            probabilities=sight.probabilities,
            strengths=manifest.step.strengths(
                sight.steps[windows.last_steps - sight.first_step], len(manifest.channel_names)
            ),
            saturated=self._rails.are_saturated(indices),
        )

    def _decide(self, sight: _StepPredictions) -> Decisions:
        """Decide on windows; before the first whole one after a break, say that there is none."""
        if self._stage.is_plain:  # what is seen beside the probabilities does not matter
            indices = self._last_samples(sight.windows.last_steps)
            return decide(self._manifest.class_names, indices, sight.probabilities)
        decisions = self._stage.push(self._seen(sight))
        if not self._stage.settings.tells_gaps:
            return decisions
        due = self._due_before_a_window(sight.first_step)
        if not len(due):
            return decisions
        return self._stage.gaps(self._last_samples(due)).joined(decisions)

    def _due_before_a_window(self, first_step: int) -> IndexArray:
        """Return the new steps that end where a window is due and would reach across a break."""
        last = self._manifest.n_steps - 1
        if not self._has_broken or first_step >= last:
            return np.empty(0, dtype=np.int64)
        steps: IndexArray = np.arange(first_step, min(self._n_steps, last), dtype=np.int64)
        due: IndexArray = steps[(last - steps) % self._manifest.hop == 0]
        return due

    def _last_samples(self, steps: IndexArray) -> IndexArray:
        return self._start_index + (steps + 1) * self._manifest.step.length - 1

    def _take_settings(self) -> None:
        """Decide by the settings asked for last, from here on."""
        before, settings = self._stage.settings, self._settings
        self._stage.tune(settings)
        if settings.rails != before.rails:
            self._rails = RailWatch(settings.rails, self._manifest.window_samples)

    def _restart(self, chunk: Chunk) -> None:
        self._has_broken = self._segment != -1
        self._stretch += 1
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
