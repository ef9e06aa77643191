"""Synthetic three-channel surface EMG, handed out in chunks of any size.

The model is amplitude-modulated noise (Hogan & Mann 1980, doi:10.1109/TBME.1980.326657): what a
muscle gives is Gaussian noise of the spectrum of surface EMG, times an amplitude that follows
its activation. The amplitude law here is linear, ``RMS = 180 counts x activation``, since
activation is stated as relative EMG amplitude; the amplitude-to-force law, which is what is
disputed, plays no part. Electrodes mix the muscles and add hum and drift, the converter adds
white noise, and what comes out is whole counts, 0 to 1023, around mid-scale.
"""

from __future__ import annotations

import math

import numpy as np

from emgstream.cue_schedule import Cue, CueSchedule
from emgstream.errors import UsageError
from emgstream.simulation.activation import MuscleActivation
from emgstream.simulation.cue_timeline import CueTimeline
from emgstream.simulation.electrodes import Disturbances, Electrodes
from emgstream.simulation.movements import MUSCLES, activation_of
from emgstream.simulation.noise import EmgNoise
from emgstream.simulation.seeding import Purpose, Seeds
from emgstream.types import FloatArray, IndexArray, TimeArray

__all__ = ["FULL_SCALE_COUNTS", "MID_SCALE_COUNTS", "SyntheticEmg"]

FULL_SCALE_COUNTS = 1023.0
"""The largest value a 10-bit converter gives; the smallest is 0."""
MID_SCALE_COUNTS = 512.0
"""Where the amplifier puts no signal at all."""

_AMPLITUDE_COUNTS = 180.0
_RATES_HZ = (50.0, 5000.0)
_MIN_BLOCK_SAMPLES = 256


class SyntheticEmg:
    """Synthetic EMG of one simulated person who follows a cue script.

    The same arguments give the same samples, bit for bit, however they are read. One thread reads;
    the truth (`label_at`, `labels_at`, `timeline`) may be asked by any, for any sample. With
    ``looks_ahead=False`` no sample is made before it is read, so that `turn_to` can change what
    comes next; many small reads then cost about twice as much.

    Raises UsageError for a rate that is not 50 to 5000 Hz and for a label that is not simulated.
    """

    def __init__(
        self,
        script: CueSchedule,
        sampling_rate_hz: float = 1000.0,
        seed: int = 0,
        session: int = 0,
        disturbances: Disturbances | None = None,
        *,
        looks_ahead: bool = True,
    ) -> None:
        low, high = _RATES_HZ
        if not low <= sampling_rate_hz <= high:
            raise UsageError(
                f"{sampling_rate_hz} Hz is no rate to simulate; expected {low:.0f} to {high:.0f} Hz"
            )
        for label in script.labels:
            activation_of(label)
        seeds = Seeds(seed, session)
        self.conditions = disturbances or Disturbances()
        self.timeline = CueTimeline(script, sampling_rate_hz)
        self.electrodes = Electrodes(seeds, self.conditions)
        self.channel_names = MUSCLES
        self._seeds = seeds
        self._block_samples = max(math.ceil(sampling_rate_hz), _MIN_BLOCK_SAMPLES)
        self._activation = MuscleActivation(self.timeline, seeds)
        self._noise = EmgNoise(seeds, sampling_rate_hz, self._block_samples, len(MUSCLES))
        self._looks_ahead = looks_ahead
        self._n_blocks = 0
        self._muscle_noise: TimeArray = np.empty((0, len(MUSCLES)))
        self._own_noise: TimeArray = np.empty((0, len(MUSCLES)))
        self._waiting: FloatArray = np.empty((0, len(MUSCLES)), dtype=np.float32)
        self._n_read = 0

    @property
    def sampling_rate_hz(self) -> float:
        """Samples a second of each channel."""
        return self.timeline.sampling_rate_hz

    @property
    def n_samples(self) -> int | None:
        """Number of samples from first to last; None where the script repeats for ever."""
        return self.timeline.n_samples

    @property
    def n_read(self) -> int:
        """Number of samples read, which is the index of the next one."""
        return self._n_read

    def read(self, n_samples: int) -> FloatArray:
        """Return the next samples in counts, shape ``(n, 3)``.

        ``n`` is ``n_samples``, or less where the script ends, and 0 once it has. Takes about 1 ms
        for each second of signal, and keeps no more than a second of it.
        """
        if n_samples < 0:
            raise UsageError(f"{n_samples} samples were asked for; expected zero or more")
        wanted = (
            n_samples if self.n_samples is None else min(n_samples, self.n_samples - self.n_read)
        )
        pieces = [self._waiting[:wanted]]
        self._waiting = self._waiting[wanted:]
        missing = wanted - len(pieces[0])
        while missing > 0:
            block = self._make(self._block_samples if self._looks_ahead else missing)
            pieces.append(block[:missing])
            self._waiting = block[missing:]
            missing -= len(pieces[-1])
        self._n_read += wanted
        return np.concatenate(pieces)

    def label_at(self, index: int) -> str:
        """Return the true label of one sample; the cue decides, see `CueTimeline`."""
        return self.labels_at(np.array([index]))[0]

    def labels_at(self, indices: IndexArray) -> list[str]:
        """Return the true label of each sample, for ``indices`` of shape ``(n,)``.

        Raises UsageError for an index before the first or after the last sample.
        """
        return self.timeline.labels_at(indices)

    def turn_to(self, cue: Cue) -> None:
        """Go over to another cue with the next sample; the timeline knows nothing of it.

        Only where no sample was made ahead; raises UsageError otherwise.
        """
        if self._looks_ahead:
            raise UsageError("samples were made ahead; make the signal with looks_ahead=False")
        activation_of(cue.label)
        self._activation.turn_to(cue)

    def _make(self, n_wanted: int) -> FloatArray:
        """Return the next samples, at most as many as there is noise for.

        Noise is made in blocks of one size: that is why chunking is free.
        """
        if not len(self._muscle_noise):
            self._muscle_noise = self._noise.next_block()
            self._own_noise = self._converter_noise(self._n_blocks)
            self._n_blocks += 1
        n = min(n_wanted, len(self._muscle_noise))
        first = self._n_blocks * self._block_samples - len(self._muscle_noise)
        times_s = (first + np.arange(n)) / self.sampling_rate_hz
        muscles = _AMPLITUDE_COUNTS * self._activation.take(n) * self._muscle_noise[:n]
        made = _converted(self.electrodes.pick_up(muscles, times_s) + self._own_noise[:n])
        self._muscle_noise, self._own_noise = self._muscle_noise[n:], self._own_noise[n:]
        return made

    def _converter_noise(self, number: int) -> TimeArray:
        random = self._seeds.generator(Purpose.CONVERTER_NOISE, number)
        white = random.standard_normal((self._block_samples, len(MUSCLES)))
        return self.conditions.noise_counts * white


def _converted(volts_in_counts: TimeArray) -> FloatArray:
    whole = np.rint(MID_SCALE_COUNTS + volts_in_counts)
    return np.clip(whole, 0.0, FULL_SCALE_COUNTS).astype(np.float32)
