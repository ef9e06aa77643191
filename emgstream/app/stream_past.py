"""The recent past of a stream: its signals, rate, losses and quality."""

from __future__ import annotations

import math

import numpy as np

from emgstream.app.meters import LossMeter, RateMeter
from emgstream.app.signal_views import Traces
from emgstream.manifest import Manifest
from emgstream.quality import Quality, judge_quality
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.source import Source
from emgstream.sources.source_status import SourceState

__all__ = ["LIKELY_RATE_HZ", "StreamPast"]

_QUALITY_S = 2.0
"""Seconds that the quality is measured over: a choice, as long as a person looks at it."""
_LEAST_QUALITY_SAMPLES = 256
"""Samples that the quality needs at least, at a low rate or an unknown one."""
_COUNT_S = 0.1
"""Seconds between two entries of the meters: the spacing that they keep."""
_LONGEST_COPY = 64
"""Chunks copied per poll at most, so that a window stays responsive after a pause."""
LIKELY_RATE_HZ = 1000.0
"""Rate in Hz that memory is reserved for while the rate is not known: that of our firmware."""


class StreamPast:
    """Follows a stream in its ring buffer. Only the owner's thread calls it.

    Parameters
    ----------
    source
        The source; any thread asks for its information and status.
    ring
        Its newest samples.
    manifest
        Manifest of the model that conditions the signals; None without a model.
    keeps_signals
        True to keep ten minutes of the signals in `traces`.
    """

    def __init__(
        self, source: Source, ring: RingBuffer, manifest: Manifest | None, keeps_signals: bool
    ) -> None:
        self.traces: Traces | None = None
        self.loss = LossMeter()
        self._source = source
        self._ring = ring
        self._manifest = manifest
        self._keeps_signals = keeps_signals
        self._rate = RateMeter()
        self._cursor = 0
        self._counted_s = -math.inf
        self._measured_hz: float | None = None

    def poll(self, now_s: float, is_last: bool) -> bool:
        """Take what is new at host time ``now_s``; return True if there are new samples.

        ``is_last`` makes the meters count now, as there will be no other call.
        """
        came = self._take_samples()
        if is_last or now_s - self._counted_s >= _COUNT_S:
            self._counted_s = now_s
            self._count(now_s)
        return came

    @property
    def is_timed(self) -> bool:
        """True if the sampling rate is known, stated or measured."""
        return (self._source.info.sampling_rate_hz or self._measured_hz) is not None

    @property
    def rate_hz(self) -> float:
        """Samples per second on the time axis; 1 while the rate is not known."""
        return self._source.info.sampling_rate_hz or self._measured_hz or 1.0

    def measured_rate(self) -> tuple[float | None, float | None]:
        """Return the measured rate in Hz, and the deviation of the device's clock in ppm.

        Each is None if it is not known. If the source measures no rate, it is that of the arrivals,
        while samples arrive.
        """
        status = self._source.status()
        if status.rate_hz is not None:
            return status.rate_hz, status.ppm
        return (self._rate.rate_hz if status.is_streaming else None), None

    def quality(self, state: SourceState) -> tuple[Quality, ...]:
        """Return the quality of every channel over the newest two seconds, if samples arrive.

        ``state`` is the present one of the session.
        """
        names = self._source.info.channel_names
        is_silent = state not in (SourceState.STREAMING, SourceState.PAUSED)
        if self.traces is None or is_silent:
            return judge_quality(np.empty((0, len(names)), np.float32), names, None)
        raw = self.traces.raw
        n_samples = max(round(_QUALITY_S * self.rate_hz), _LEAST_QUALITY_SAMPLES)
        values = raw.values(raw.end_index - n_samples, raw.end_index)
        return judge_quality(values.T, names, self.rate_hz if self.is_timed else None)

    def _take_samples(self) -> bool:
        if not self._keeps_signals:
            n_before, self._cursor = self._cursor, self._ring.n_received
            return self._cursor > n_before
        came = False
        for _ in range(_LONGEST_COPY):
            chunk = self._ring.since(self._cursor)
            if not len(chunk):
                break
            if self.traces is None:
                n_channels = chunk.samples.shape[1]
                rate_hz = self.rate_hz if self.is_timed else LIKELY_RATE_HZ
                self.traces = Traces(n_channels, rate_hz, self._manifest)
            self.traces.push(chunk)
            self._cursor = chunk.end_index
            came = True
        return came

    def _count(self, now_s: float) -> None:
        """Update the meters."""
        ring, status = self._ring, self._source.status()
        self._rate.update(ring.n_received, now_s)
        if self._measured_hz is None:
            self._measured_hz = status.rate_hz  # kept: a time axis must not change its scale
        # An unplugged board takes no samples, so that it loses none: only its source can tell.
        self.loss.update(ring.n_lost if status.sees_loss is None else status.n_lost, now_s)
