"""The signal path: chunks of samples in, decisions out. Pure: no thread, no clock, no I/O."""

from __future__ import annotations

import math
from collections.abc import Callable

from emgstream.bundle import Model
from emgstream.classifier import Classifier
from emgstream.conditioning import conditioner_from_manifest
from emgstream.decisions import Decisions, decide
from emgstream.errors import ModelFileError
from emgstream.latency import FixedDelay
from emgstream.steps import StepStream
from emgstream.types import Chunk
from emgstream.windowing import Windowing

__all__ = ["Pipeline"]


def _no_lap(stage: str) -> None:
    """Time nothing."""


class Pipeline:
    """Decisions on a stream, sample-exact: however it is chunked, the same bits come out.

    Conditioning, steps, saved transforms, window, classifier and decision, in this order. Lost
    samples or a new segment start it afresh, so that no window reaches across them. One thread
    uses it.

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
        self._segment = -1
        self._start_index = 0
        self._next_index = 0

    def push(self, chunk: Chunk, lap: Callable[[str], None] = _no_lap) -> Decisions:
        """Return the decisions that these samples complete, possibly none.

        ``lap`` is told the name of each stage as it ends: conditioning, window, network, decision.
        """
        if chunk.segment != self._segment or chunk.first_index != self._next_index:
            self._restart(chunk)
        self._next_index = chunk.end_index
        conditioned = self._conditioner.push(chunk.samples)
        lap("conditioning")
        steps = self._steps.push(conditioned)
        windows = self._windowing.push(self._manifest.transforms.apply(steps))
        last_samples = self._start_index + (windows.last_steps + 1) * self._manifest.step.length - 1
        lap("window")
        probabilities = self._classifier.predict(windows.values)
        lap("network")
        decisions = decide(self._manifest.class_names, last_samples, probabilities)
        lap("decision")
        return decisions

    def fixed_delay(self, sampling_rate_hz: float | None) -> FixedDelay:
        """Return how late decisions are by the way they are made, at the rate of the stream."""
        manifest = self._manifest
        rate_hz = sampling_rate_hz or manifest.sampling_rate_hz or math.nan
        step_s = manifest.step.length / rate_hz
        return FixedDelay(window_s=manifest.n_steps * step_s, hop_s=manifest.hop * step_s)

    def _restart(self, chunk: Chunk) -> None:
        self._segment = chunk.segment
        self._start_index = chunk.first_index
        self._conditioner.reset()
        self._steps.reset()
        self._windowing.reset()

    def _check_network(self) -> None:
        manifest, classifier = self._manifest, self._classifier
        stated = (manifest.n_steps, manifest.n_features), len(manifest.class_names)
        found = classifier.window_shape, classifier.n_classes
        if stated != found:
            raise ModelFileError(
                f"the manifest and the network disagree: windows of {stated[0]} and {stated[1]} "
                f"classes against {found[0]} and {found[1]}; train or fetch the model again"
            )
