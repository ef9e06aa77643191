"""A simulated person as a source: synthetic EMG at the pace of a real one, without a board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emgstream.clock import Clock, MonotonicClock
from emgstream.errors import EndOfStream, UsageError
from emgstream.simulation import CueSchedule, Disturbances, SyntheticEmg
from emgstream.sources.source import MAX_READ_S
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["SimulatedSource"]

_TICK_S = 0.004
_LONGEST_WAIT_S = 0.8 * MAX_READ_S
_MAX_CHUNK_SAMPLES = 2048


class SimulatedSource:
    """Synthetic EMG, paced by a clock.

    Sample ``i`` is due ``i / (sampling_rate_hz * speed)`` seconds after the source was entered. A
    reader that comes late gets all that is due, in chunks of at most 2048 samples, and loses
    nothing. With ``speed=None`` every sample is due at once.

    Raises UsageError for a speed that is not above zero, and for what `SyntheticEmg` refuses.
    """

    def __init__(
        self,
        script: CueSchedule,
        sampling_rate_hz: float = 1000.0,
        seed: int = 0,
        session: int = 0,
        *,
        speed: float | None = 1.0,
        clock: Clock | None = None,
        disturbances: Disturbances | None = None,
    ) -> None:
        if speed is not None and not 0.0 < speed < float("inf"):
            raise UsageError(
                f"a speed of {speed}; expected more than 0, with 1 for real time; "
                "leave the pacing out for as fast as it goes"
            )
        self._emg = SyntheticEmg(script, sampling_rate_hz, seed, session, disturbances)
        self._samples_per_s = None if speed is None else speed * sampling_rate_hz
        self._clock = clock or MonotonicClock()
        self._entered_s = 0.0
        self.info = StreamInfo(
            name=f"synthetic EMG (seed {seed}, session {session})",
            channel_names=self._emg.channel_names,
            sampling_rate_hz=sampling_rate_hz,
            can_wait=True,
        )

    subject = None

    def status(self) -> SourceStatus:
        """Return that it streams: it loses nothing and nobody can unplug it."""
        return SourceStatus(SourceState.STREAMING, sees_loss=True, is_synthetic=True)

    def __enter__(self) -> Self:
        if self._emg.n_read:
            raise UsageError("a simulated source was entered again; make a new one")
        self._entered_s = self._clock.now()
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing to let go of: there is no device behind it."""

    def read(self) -> Chunk:
        """Return the samples that have become due, possibly none, within 50 ms.

        A paced source waits about 4 ms for some, as a serial line would make it. ``received_s`` is
        the moment each sample was due on the clock; without pacing, that of the call. Raises
        EndOfStream after the last sample of a script that ends.
        """
        first = self._emg.n_read
        if first == self._emg.n_samples:
            raise EndOfStream(f"{self.info.name} is over after {first} samples")
        if self._samples_per_s is not None and self._n_due() <= first:
            self._wait_for(first, self._samples_per_s)
        due = self._n_due() - first
        samples = self._emg.read(min(max(due, 0), _MAX_CHUNK_SAMPLES))
        return Chunk(first, samples, received_s=self._received_s(first, len(samples)))

    def time_at(self, indices: IndexArray) -> TimeArray:
        """Return the time of each sample in seconds since the first, same shape as ``indices``."""
        return indices / self._emg.sampling_rate_hz

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        """Return the true label of each sample, shape ``(n,)``: the cue that stood at the time.

        Raises UsageError for an index the stream does not have.
        """
        return list(self._emg.labels_at(indices))

    def _n_due(self) -> int:
        """Return how many samples should have been made by now, since the first."""
        if self._samples_per_s is None:
            return self._emg.n_read + _MAX_CHUNK_SAMPLES
        return int((self._clock.now() - self._entered_s) * self._samples_per_s) + 1

    def _wait_for(self, index: int, samples_per_s: float) -> None:
        due_s = self._entered_s + index / samples_per_s
        self._clock.sleep(min(max(due_s - self._clock.now(), _TICK_S), _LONGEST_WAIT_S))

    def _received_s(self, first: int, n_samples: int) -> TimeArray:
        now = self._clock.now()
        if self._samples_per_s is None:
            return np.full(n_samples, now)
        due_s = self._entered_s + np.arange(first, first + n_samples) / self._samples_per_s
        return np.minimum(due_s, now)
