"""Sessions made without a board, a clock or a wait: chunks as a source would give them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emgstream.recording import (
    CueStarted,
    Recorder,
    RepetitionEnded,
    RepetitionOutcome,
    SessionDescription,
)
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.types import Chunk, FloatArray, IndexArray, StreamInfo, TimeArray
from tests.simulation.boards import wait_for

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Stream", "recorded", "wait_for_samples"]


class Stream:
    """A source whose samples are whatever it is told; sample ``i`` is taken at ``i`` ms."""

    def __init__(self, names: tuple[str, ...] = ("a", "b", "c"), first_index: int = 0) -> None:
        self.info = StreamInfo("a stream", names, 1000.0)
        self.next_index = first_index

    subject = None

    def status(self) -> SourceStatus:
        return SourceStatus(SourceState.STREAMING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def read(self) -> Chunk:
        return self.chunk(np.zeros((1, self.info.n_channels), np.float32))

    def chunk(self, samples: FloatArray, segment: int = 0) -> Chunk:
        indices = np.arange(self.next_index, self.next_index + len(samples))
        self.next_index += len(samples)
        return Chunk(int(indices[0]), samples, segment, indices / 1e3, indices / 1e3)

    def time_at(self, indices: IndexArray) -> TimeArray:
        times: TimeArray = indices / 1e3
        return times

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        return [None] * len(indices)


def wait_for_samples(recorder: Recorder, n: int) -> None:
    wait_for(lambda: recorder.n_samples >= n or recorder.failed, lambda: recorder.n_samples)


def recorded(
    path: Path,
    cues: list[tuple[str, int]],
    samples: FloatArray | None = None,
    outcomes: dict[str, RepetitionOutcome] | None = None,
    about: SessionDescription | None = None,
) -> FloatArray:
    """Record a session of ``(label, n_samples)`` cues, and return its samples."""
    n = sum(length for _, length in cues)
    if samples is None:
        samples = np.random.default_rng(0).integers(0, 1024, (n, 3)).astype(np.float32)
    stream = Stream()
    with Recorder(path, about or SessionDescription(is_trimmed=False)) as recorder:
        at, counts = 0, dict.fromkeys((label for label, _ in cues), 0)
        for label, length in cues:
            counts[label] += 1
            recorder.hear(CueStarted(at / 1e3 - 1e-4, label, counts[label] if label else 0))
            recorder.receive(stream.chunk(samples[at : at + length]), stream)
            if label:
                outcome = (outcomes or {}).get(f"{label} {counts[label]}", RepetitionOutcome.HELD)
                recorder.hear(RepetitionEnded(label, counts[label], outcome))
            at += length
        wait_for_samples(recorder, n)
    assert not [t for t in threading.enumerate() if t.name.startswith("emg-")]
    return samples
