"""The signal path: chunks of samples in, decisions out. Pure: no thread, no clock, no I/O."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emgstream.bundle import Model
from emgstream.conditioning import conditioner_from_manifest
from emgstream.decisions import (
    Decisions,
    DecisionSettings,
    DecisionStage,
    RailFigures,
    RailWatch,
    WindowPredictions,
    added_hops,
    decide,
    decision_from_manifest,
    rest_class,
)
from emgstream.errors import ModelFileError, UsageError
from emgstream.gap_bridge import FilledShares, GapBridge
from emgstream.latency import FixedDelay
from emgstream.network.backend_preference import NetworkBackend
from emgstream.network.network_backend import Classifier, open_classifier
from emgstream.session_shift import ShiftFollower, doubted
from emgstream.steps import StepStream
from emgstream.types import Chunk, FloatArray, IndexArray
from emgstream.windowing import Windowing, Windows

__all__ = ["Pipeline", "SegmentPredictions"]


def _no_lap(stage: str) -> None:
    """Do nothing at the end of a stage."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentPredictions:
    """The predictions that some samples complete, for any settings of the decisions."""

    stretch: int
    """Number of the unbroken stretch of samples that they are of."""
    predictions: WindowPredictions
    """The predictions of the windows that they complete."""
    due: IndexArray
    """Last sample of each window that a gap makes incomplete, shape ``(n_due,)``."""


@dataclass(frozen=True, slots=True, eq=False)
class _StepPredictions:
    """The steps of one push, and the predictions of the windows that they complete."""

    steps: npt.NDArray[np.float64]
    """Before any transform, shape ``(n_steps, n_features)``."""
    first_step: int
    """Number of the first of them since the last gap."""
    windows: Windows
    probabilities: FloatArray
    """Class probabilities, shape ``(n_windows, n_classes)``."""


class Pipeline:
    """Decisions on a stream of samples: any chunking gives the same bits.

    The stages are short gaps, conditioning, steps, saved transforms, window, classifier, shift of
    the session and decision, in this order. Fewer lost samples in a row than a step has are filled
    (`GapBridge`). More of them, or a new segment, reset all stages, so that no window reaches
    across a longer gap; all but the shift of the session, as the electrodes stay where they are.
    One thread uses it.

    After a gap the first windows are incomplete. If the settings ask for it (``tells_gaps``), each
    of them gives a decision of status gap, so that an output that holds a key releases it with the
    first step after the gap, and not only once a window is complete. There are none before the
    first window of a stream, because no output can hold anything yet.

    Parameters
    ----------
    model
        The model.
    bridges_gaps
        False to fill nothing and break the stream at every lost sample, for comparison.
    backend
        What runs the network; by default the best that this computer has.
    classifier
        What classifies the windows in place of the model's network, for measurements.

    Raises
    ------
    ModelFileError
        The model's network does not load or does not fit its manifest.
    NetworkBackendError
        Nothing on this computer can run the network.
    """

    def __init__(
        self,
        model: Model,
        *,
        bridges_gaps: bool = True,
        backend: NetworkBackend | None = None,
        classifier: Classifier | None = None,
    ) -> None:
        manifest = model.manifest
        self._manifest = manifest
        self._bridge = GapBridge(manifest.step.length if bridges_gaps else 1)
        self._filled = FilledShares(manifest.window_samples)
        self._conditioner = conditioner_from_manifest(manifest.conditioning)
        self._steps = StepStream(manifest.step, len(manifest.channel_names))
        self._level_columns = np.array(manifest.step.level_columns(len(manifest.channel_names)))
        self._no_steps = np.empty((0, manifest.n_features))
        self._windowing = Windowing(manifest.n_steps, manifest.hop, manifest.n_features)
        self._classifier = open_classifier(model, backend) if classifier is None else classifier
        self._check_network()
        self._shift = (
            None
            if manifest.shift is None
            else ShiftFollower(manifest.shift, rest_class(manifest.class_names))
        )
        self._settings = manifest.decision
        self._nothing = _no_decisions(manifest.class_names)
        self._stage = DecisionStage(
            manifest.class_names, len(manifest.channel_names), manifest.decision
        )
        self._rails = RailWatch(manifest.decision.rails, manifest.window_samples)
        self._stretch = -1
        self._start_index = 0
        self._n_steps = 0
        self._had_gap = False
        self.n_incomplete = 0
        """Decisions so far on windows that a gap makes incomplete, or that are filled too much."""

    @property
    def settings(self) -> DecisionSettings:
        """The settings that were set last."""
        return self._settings

    @property
    def rail_figures(self) -> RailFigures | None:
        """Samples at the ends of the converter's range so far; None if its range is not known."""
        return self._rails.figures

    @property
    def session_shift(self) -> float | None:
        """The distance of the stream from those of the training, as a share of the limit.

        None where the model has no limit. Any thread may read it.
        """
        return None if self._shift is None else self._shift.shift

    @property
    def due_index(self) -> int:
        """Index of the first sample to come that can complete a step."""
        return self._bridge.due_index

    def push(self, chunk: Chunk, lap: Callable[[str], None] = _no_lap) -> Decisions:
        """Return the decisions that these samples complete, possibly none.

        ``lap`` is called with the name of each stage as it ends: conditioning, window, network,
        decision.
        """
        if self._settings is not self._stage.settings:
            self._take_settings()
        steps = self._steps_of(chunk, lap)
        if not len(steps):
            return self._nothing
        decisions = self._decide(self._predict(steps, lap))
        lap("decision")
        return decisions

    def predict(self, chunk: Chunk) -> SegmentPredictions:
        """Return the predictions that these samples complete, without deciding.

        A `DecisionStage` that gets the predictions of one stretch after the other decides as
        `push` does. A pipeline is used by one of the two methods, not by both.
        """
        predicted = self._predict(self._steps_of(chunk, _no_lap), _no_lap)
        due = self._incomplete_windows(predicted.first_step)
        predictions = self._window_predictions(predicted)
        return SegmentPredictions(self._stretch, predictions, self._last_samples(due))

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next samples on; any thread may call it.

        The state of the smoothing is kept unless the smoothing itself changes, and so is the count
        of saturated samples unless the converter's range changes. Settings equal to the present
        ones change nothing.

        Raises UsageError where the settings are out of range, or of a model with other classes or
        channels.
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
        """Return the delay that window, hop and smoothing cause, at the rate of the stream."""
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
        """Return the steps that samples complete; after a long gap all stages are reset first."""
        bridged = self._bridge.push(chunk)
        if not len(bridged.samples):  # so it is for most reads of a board
            return self._no_steps
        if bridged.begins:
            self._restart(bridged.first_index)
        self._filled.add(bridged)
        self._rails.add_samples(bridged.first_index, bridged.measured)
        conditioned = self._conditioner.condition(bridged.samples)
        lap("conditioning")
        return self._steps.steps_of(conditioned)

    def _predict(
        self, steps: npt.NDArray[np.float64], lap: Callable[[str], None]
    ) -> _StepPredictions:
        windows = self._windowing.windows_of(self._manifest.transforms.apply(steps))
        first_step, self._n_steps = self._n_steps, self._n_steps + len(steps)
        lap("window")
        probabilities = self._classifier.predict(windows.values)
        if self._shift is not None:
            newest = steps[windows.last_steps - first_step]
            probabilities = doubted(probabilities, self._shift.push(newest))
        if not math.isfinite(np.add.reduce(probabilities, axis=None)):  # of a damaged network
            known = np.isfinite(probabilities).all(axis=1, keepdims=True)
            probabilities = np.where(known, probabilities, np.float32(0.0))
        lap("network")
        return _StepPredictions(steps, first_step, windows, probabilities)

    def _window_predictions(self, predicted: _StepPredictions) -> WindowPredictions:
        windows = predicted.windows
        places = windows.last_steps - predicted.first_step
        indices = self._last_samples(windows.last_steps)
        return WindowPredictions(
            indices=indices,
            probabilities=predicted.probabilities,
            strengths=predicted.steps[places[:, np.newaxis], self._level_columns],
            saturated=self._rails.are_saturated(indices),
            filled=self._filled.of_windows(indices),
        )

    def _decide(self, predicted: _StepPredictions) -> Decisions:
        """Return the decisions on complete windows, after those on incomplete ones of a gap."""
        if self._stage.is_plain:  # only the probabilities matter
            indices = self._last_samples(predicted.windows.last_steps)
            filled = self._filled.of_windows(indices)
            return decide(self._manifest.class_names, indices, predicted.probabilities, filled)
        decisions = self._stage.decide(self._window_predictions(predicted))
        most_filled = self._stage.settings.most_filled
        self.n_incomplete += int(np.count_nonzero(decisions.filled > most_filled))
        if not self._stage.settings.tells_gaps:
            return decisions
        due = self._incomplete_windows(predicted.first_step)
        if not len(due):
            return decisions
        self.n_incomplete += len(due)
        return self._stage.gap_decisions(self._last_samples(due)).joined(decisions)

    def _incomplete_windows(self, first_step: int) -> IndexArray:
        """Return the last step of each window that would reach back across a gap."""
        last = self._manifest.n_steps - 1
        if not self._had_gap or first_step >= last:
            return np.empty(0, dtype=np.int64)
        steps: IndexArray = np.arange(first_step, min(self._n_steps, last), dtype=np.int64)
        due: IndexArray = steps[(last - steps) % self._manifest.hop == 0]
        return due

    def _last_samples(self, steps: IndexArray) -> IndexArray:
        length = self._manifest.step.length
        return steps * length + (self._start_index + length - 1)

    def _take_settings(self) -> None:
        """Decide by the settings that were set last, from here on."""
        before, settings = self._stage.settings, self._settings
        self._stage.tune(settings)
        if settings.rails != before.rails:
            self._rails = RailWatch(settings.rails, self._manifest.window_samples)

    def _restart(self, first_index: int) -> None:
        self._stretch += 1
        self._had_gap = self._stretch > 0
        self._start_index = first_index
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
    return decide(class_names, np.empty(0, dtype=np.int64), probabilities, np.empty(0))
