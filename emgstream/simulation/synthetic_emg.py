"""Synthetic three-channel surface EMG, generated in chunks of any size.

The model is amplitude-modulated noise (Hogan & Mann 1980, doi:10.1109/TBME.1980.326657): the signal
of a muscle is Gaussian noise with the spectrum of surface EMG, times an amplitude that follows its
activation. The amplitude law is linear, ``RMS = 180 counts x activation``, since activation is
defined here as relative EMG amplitude; the disputed law from amplitude to force is not needed.
Electrodes mix the muscles and add hum and drift, the converter adds white noise, and the result is
whole counts, 0 to 1023, around mid-scale.
"""

from __future__ import annotations

import math

import numpy as np

from emgstream.cue_schedule import Cue, CueSchedule
from emgstream.errors import UsageError
from emgstream.simulation.cue_timeline import CueTimeline
from emgstream.simulation.electrodes import Disturbances, Electrodes
from emgstream.simulation.emg_noise import EmgNoise
from emgstream.simulation.movements import MUSCLES, activation_of
from emgstream.simulation.muscle_activation import MuscleActivation
from emgstream.simulation.seeding import Purpose, Seeds
from emgstream.types import FloatArray, IndexArray, TimeArray
from emgstream.wording import counted

__all__ = ["FULL_SCALE_COUNTS", "MID_SCALE_COUNTS", "SyntheticEmg"]

FULL_SCALE_COUNTS = 1023.0
"""Largest value of a 10-bit converter; the smallest is 0."""
MID_SCALE_COUNTS = 512.0
"""Output of the amplifier without a signal."""

_AMPLITUDE_COUNTS = 180.0
"""RMS at full activation. A choice: 2.8 standard deviations fit between mid-scale and full scale,
so that only the strongest contractions saturate."""
_RATES_HZ = (50.0, 5000.0)
"""Lowest and highest rate. A choice: from envelopes to more than twice the band of EMG, 450 Hz."""
_MIN_BLOCK_SAMPLES = 256
"""Smallest block of noise. A choice: blocks last one second, and at low rates no less than this."""


class SyntheticEmg:
    """Synthetic EMG of one simulated subject who follows a cue schedule.

    The same arguments give the same samples, bit for bit, for any sizes of the reads. One thread
    reads; the true labels (`label_at`, `labels_at`, `timeline`) may be asked for by any thread, for
    any sample. With ``generates_ahead=False`` no sample is generated before it is read, so that
    `follow` can change the next one; many small reads then take about twice as long.

    Raises UsageError for a rate outside 50 to 5000 Hz and for a label that is not simulated.
    """

    def __init__(
        self,
        script: CueSchedule,
        sampling_rate_hz: float = 1000.0,
        seed: int = 0,
        session: int = 0,
        disturbances: Disturbances | None = None,
        *,
        generates_ahead: bool = True,
    ) -> None:
        low, high = _RATES_HZ
        if not low <= sampling_rate_hz <= high:
            raise UsageError(
                f"{sampling_rate_hz} Hz cannot be simulated; expected {low:.0f} to {high:.0f} Hz"
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
        self._generates_ahead = generates_ahead
        self._n_blocks = 0
        self._muscle_noise: TimeArray = np.empty((0, len(MUSCLES)))
        self._own_noise: TimeArray = np.empty((0, len(MUSCLES)))
        self._waiting: FloatArray = np.empty((0, len(MUSCLES)), dtype=np.float32)
        self._n_read = 0

    @property
    def sampling_rate_hz(self) -> float:
        """Samples per second of each channel."""
        return self.timeline.sampling_rate_hz

    @property
    def n_samples(self) -> int | None:
        """Number of samples from first to last; None if the schedule repeats without end."""
        return self.timeline.n_samples

    @property
    def n_read(self) -> int:
        """Number of samples read, the index of the next one."""
        return self._n_read

    def read(self, n_samples: int) -> FloatArray:
        """Return the next samples in counts, shape ``(n, 3)``.

        ``n`` is ``n_samples``, fewer at the end of the schedule, and 0 after it. A second of signal
        takes about 1 ms, and no more than a second of it is kept. Raises UsageError for a negative
        number.
        """
        if n_samples < 0:
            raise UsageError(f"{counted(n_samples, 'sample')} requested; expected zero or more")
        wanted = (
            n_samples if self.n_samples is None else min(n_samples, self.n_samples - self.n_read)
        )
        pieces = [self._waiting[:wanted]]
        self._waiting = self._waiting[wanted:]
        missing = wanted - len(pieces[0])
        while missing > 0:
            block = self._generate(self._block_samples if self._generates_ahead else missing)
            pieces.append(block[:missing])
            self._waiting = block[missing:]
            missing -= len(pieces[-1])
        self._n_read += wanted
        return np.concatenate(pieces)

    def label_at(self, index: int) -> str:
        """Return the true label of one sample, that of its cue, as in `CueTimeline`."""
        return self.labels_at(np.array([index]))[0]

    def labels_at(self, indices: IndexArray) -> list[str]:
        """Return the true label of each sample, for ``indices`` of shape ``(n,)``.

        Raises UsageError for an index before the first or after the last sample.
        """
        return self.timeline.labels_at(indices)

    def follow(self, cue: Cue) -> None:
        """Follow another cue from the next sample on; the timeline does not change.

        Raises UsageError if samples are generated ahead.
        """
        if self._generates_ahead:
            raise UsageError("samples were made ahead; make the signal with generates_ahead=False")
        activation_of(cue.label)
        self._activation.follow(cue)

    def _generate(self, n_wanted: int) -> FloatArray:
        """Return the next samples, at most as many as there is noise for.

        Noise is generated in blocks of one size, so that chunks of any size give the same samples.
        """
        if not len(self._muscle_noise):
            self._muscle_noise = self._noise.next_block()
            self._own_noise = self._converter_noise(self._n_blocks)
            self._n_blocks += 1
        n = min(n_wanted, len(self._muscle_noise))
        first = self._n_blocks * self._block_samples - len(self._muscle_noise)
        times_s = (first + np.arange(n)) / self.sampling_rate_hz
        activations = self._activation.next_activations(n)
        muscles = _AMPLITUDE_COUNTS * activations * self._muscle_noise[:n]
        samples = _converted(self.electrodes.pick_up(muscles, times_s) + self._own_noise[:n])
        self._muscle_noise, self._own_noise = self._muscle_noise[n:], self._own_noise[n:]
        return samples

    def _converter_noise(self, number: int) -> TimeArray:
        random = self._seeds.generator(Purpose.CONVERTER_NOISE, number)
        white = random.standard_normal((self._block_samples, len(MUSCLES)))
        return self.conditions.noise_counts * white


def _converted(counts: TimeArray) -> FloatArray:
    whole = np.rint(MID_SCALE_COUNTS + counts)
    return np.clip(whole, 0.0, FULL_SCALE_COUNTS).astype(np.float32)
