"""The three forms of a signal that can be drawn: raw, conditioned, and as steps."""

from __future__ import annotations

from enum import Enum

import numpy as np

from emgstream.app.signal_history import SignalHistory
from emgstream.app.viewing_filter import viewing_filter
from emgstream.conditioning import Conditioner, NoConditioning, conditioner_from_manifest
from emgstream.gap_bridge import GapBridge
from emgstream.manifest import Manifest
from emgstream.steps import RAW_STEP, Step, StepStream
from emgstream.translation import tr
from emgstream.types import Chunk

__all__ = ["SignalView", "Traces"]

_KEPT_S = 600.0
"""A look back over one recording session: ten minutes."""
_MOST_SAMPLES = 2**20
"""Bounds the memory: 14 bytes per sample and channel for all forms, so 110 MB for 8 channels."""
_LEAST_SAMPLES = 2**14
"""A slow stream, too, fills the width of a large screen several times."""


class SignalView(Enum):
    """A form of the signal."""

    RAW = "raw"
    CONDITIONED = "conditioned"
    STEPS = "steps"

    @property
    def title(self) -> str:
        """Its name for people."""
        return {
            SignalView.RAW: tr("Raw"),
            SignalView.CONDITIONED: tr("Filtered"),
            SignalView.STEPS: tr("Steps"),
        }[self]


class Traces:
    """The recent past of one stream in every form: ten minutes, or 1,048,576 samples at most.

    The value of a step is repeated for each of its samples, so that all forms share one axis.
    Short gaps are filled, and conditioner and steps are reset, where those of the pipeline are; the
    raw signal keeps its gaps. Channels that the model does
    not use are treated the same.

    Parameters
    ----------
    n_channels
        Channels of the stream.
    sampling_rate_hz
        Its sampling rate.
    manifest
        Manifest of the model that conditions the samples and makes steps of them; None without a
        model: then they are filtered for looking, and every step is a raw sample.
    """

    def __init__(
        self, n_channels: int, sampling_rate_hz: float, manifest: Manifest | None = None
    ) -> None:
        capacity = min(max(round(_KEPT_S * sampling_rate_hz), _LEAST_SAMPLES), _MOST_SAMPLES)
        self.raw = SignalHistory(capacity, n_channels)
        self._conditioner: Conditioner = (
            viewing_filter(sampling_rate_hz)
            if manifest is None
            else conditioner_from_manifest(manifest.conditioning)
        )
        self.is_conditioned = not isinstance(self._conditioner, NoConditioning)
        self._conditioned = SignalHistory(capacity, n_channels) if self.is_conditioned else self.raw
        self._step: Step = RAW_STEP if manifest is None else manifest.step
        self._step_stream = StepStream(self._step, n_channels)
        self._steps = SignalHistory(capacity, n_channels)
        self._bridge = GapBridge(self._step.length)
        self._conditioned_start = 0
        self._step_start = 0

    def history(self, view: SignalView) -> SignalHistory:
        """Return the signal in one form."""
        if view is SignalView.STEPS:
            return self._steps
        return self._conditioned if view is SignalView.CONDITIONED else self.raw

    def push(self, chunk: Chunk) -> None:
        """Add a chunk, in the order of the stream."""
        bridged = self._bridge.push(chunk)
        if bridged.begins:
            self._restart(bridged.first_index)
        self.raw.push(chunk.first_index, chunk.samples, chunk.segment)
        conditioned = self._conditioner.condition(bridged.samples)
        if self.is_conditioned:
            self._conditioned.push(self._conditioned_start, conditioned, chunk.segment)
            self._conditioned_start += len(conditioned)
        steps = self._step_stream.steps_of(conditioned).astype(np.float32)
        # One number a channel: the first span, where a step has several.
        held = np.repeat(steps[:, : self.raw.n_channels], self._step.length, axis=0)
        self._steps.push(self._step_start, held, chunk.segment)
        self._step_start += len(held)

    def _restart(self, first_index: int) -> None:
        self._conditioned_start = first_index
        self._step_start = first_index
        self._conditioner.reset()
        self._step_stream.reset()
