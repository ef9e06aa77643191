"""Timeline of a simulated stream: the true label and repetition of each sample."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, count

import numpy as np
import numpy.typing as npt

from emgstream.cue_schedule import Cue, CueSchedule
from emgstream.errors import UsageError
from emgstream.types import IndexArray

__all__ = ["CueTimeline"]


class CueTimeline:
    """A cue schedule on the samples of a stream.

    A cue starts at the sample nearest to its time and lasts until the next one starts. So **the
    label of a transition is that of the cue**: it is true from the first sample of the cue on,
    although the muscles take some hundred milliseconds to reach the movement, and the end of a
    movement is already labelled rest. A schedule that repeats starts again after its last sample;
    repetitions are counted on. Any thread may ask, for any index, in any order.

    Raises UsageError for a schedule without a sample at this rate.
    """

    def __init__(self, script: CueSchedule, sampling_rate_hz: float) -> None:
        ends_s = accumulate(cue.duration_s for cue in script.cues)
        self._starts = np.array(
            [0, *(round(end_s * sampling_rate_hz) for end_s in ends_s)], dtype=np.int64
        )
        self.script = script
        self.sampling_rate_hz = sampling_rate_hz
        if self.pass_samples == 0:
            raise UsageError(
                f"a script of {script.duration_s} s at {sampling_rate_hz} Hz has no sample; "
                "make a cue longer"
            )
        self._labels = np.array([cue.label for cue in script.cues], dtype=object)
        self._repetitions = np.array([cue.repetition for cue in script.cues], dtype=np.int64)
        labels = [cue.label for cue in script.cues]
        self._per_pass = np.array([labels.count(label) for label in labels], dtype=np.int64)

    @property
    def pass_samples(self) -> int:
        """Number of samples of one pass through the schedule."""
        return int(self._starts[-1])

    @property
    def n_samples(self) -> int | None:
        """Number of samples of the stream; None if it never ends."""
        return None if self.script.repeats else self.pass_samples

    def cues(self) -> Iterator[tuple[int, int, Cue]]:
        """Yield first sample, end sample and cue, in order; without end if the schedule repeats."""
        for number in count() if self.script.repeats else range(1):
            offset = number * self.pass_samples
            for position, cue in enumerate(self.script.cues):
                start, end = self._starts[position : position + 2]
                yield offset + int(start), offset + int(end), cue

    def labels_at(self, indices: IndexArray) -> list[str]:
        """Return the label of each sample, for ``indices`` of shape ``(n,)``.

        Raises UsageError for an index before the first or after the last sample.
        """
        _, position = self._locate(indices)
        labels: list[str] = self._labels[position].tolist()
        return labels

    def repetitions_at(self, indices: IndexArray) -> IndexArray:
        """Return the repetition of each sample's label, from 1, for ``indices`` of shape ``(n,)``.

        Raises UsageError for an index before the first or after the last sample.
        """
        number, position = self._locate(indices)
        repetitions: IndexArray = self._repetitions[position] + number * self._per_pass[position]
        return repetitions

    def _locate(self, indices: npt.ArrayLike) -> tuple[IndexArray, npt.NDArray[np.intp]]:
        """Return the number of each sample's pass, and the position of its cue in the schedule."""
        asked = np.asarray(indices, dtype=np.int64)
        end = self.n_samples
        if asked.size and (asked.min() < 0 or (end is not None and asked.max() >= end)):
            raise UsageError(
                f"samples {asked.min()} to {asked.max()} of a simulated stream; "
                f"expected 0 to {'any' if end is None else end - 1}"
            )
        number, within = np.divmod(asked, self.pass_samples)
        return number, np.searchsorted(self._starts, within, side="right") - 1
