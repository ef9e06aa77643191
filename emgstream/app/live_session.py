"""One connection from start to end: a source, the engine on it, and what the window looks at.

No Qt in here. The window's thread calls everything; the threads are the engine's.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from emgstream.acquisition import Sink
from emgstream.app.connection_state import ConnectionState, StateKind, state_of
from emgstream.app.decision_log import DecisionLog
from emgstream.app.meters import LossMeter, RateMeter
from emgstream.app.signal_views import Traces
from emgstream.app.simulated_board_source import SimulatedBoardSource
from emgstream.bundle import Model
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import DecisionSettings
from emgstream.engine import Engine
from emgstream.errors import EmgStreamError
from emgstream.outputs.output import Observer, Update
from emgstream.quality import Quality, judge_quality
from emgstream.recording import CueListener
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.simulated_source import SimulatedSource
from emgstream.sources.source import Source
from emgstream.sources.source_status import SourceStatus, StatusReader
from emgstream.types import StreamInfo

__all__ = ["LiveSession"]

_QUALITY_S = 2.0
_COUNT_S = 0.1
_LONGEST_COPY = 64
_LIKELY_RATE_HZ = 1000.0
_SYNTHETIC = "synthetic EMG"


class LiveSession:
    """A source being classified, and the past of it that the window draws.

    Parameters
    ----------
    source
        Not yet entered: the engine's reader does that.
    model
        What decides, on its channels among those of the source; None where nothing is decided.
    check
        Raises where the model should not be used on the stream; the model's own check where None.

    Raises
    ------
    ModelFileError
        The model's network does not load.
    """

    def __init__(
        self,
        source: Source,
        model: Model | None,
        check: Callable[[StreamInfo], None] | None = None,
    ) -> None:
        self.source = source
        self.model = model
        self.manifest = None if model is None else model.manifest
        hold = 1 if self.manifest is None else self.manifest.hop * self.manifest.step.length
        self.log = DecisionLog(self.class_names, hold)
        self._engine = Engine(source, model, check=check, observers=[self.log])
        self.traces: Traces | None = None
        self.failure: BaseException | None = None
        self.rate = RateMeter()
        self.loss = LossMeter()
        self._cursor = 0
        self._ended = False
        self._last_sample_s: float | None = None
        self._counted_s = -math.inf
        self._measured_hz: float | None = None

    @property
    def info(self) -> StreamInfo:
        """What is known of the stream; complete once samples come."""
        return self.source.info

    @property
    def latest(self) -> Update | None:
        """The newest decisions."""
        return self._engine.latest

    @property
    def replay(self) -> ReplaySource | None:
        """The source where it is a recording that can be steered."""
        return self.source if isinstance(self.source, ReplaySource) else None

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the model tells apart; none without a model."""
        return () if self.manifest is None else self.manifest.class_names

    @property
    def is_conditioned(self) -> bool:
        """Whether a model conditions the signal."""
        return self.manifest is not None and self.manifest.conditioning.get("kind") != "none"

    @property
    def is_synthetic(self) -> bool:
        """Whether the samples are known to come from a formula and not from a person."""
        status = self.status()
        if status is not None:
            return status.is_synthetic
        return isinstance(self.source, SimulatedSource) or self.info.name == DEMO_RECORDING.name

    @property
    def title(self) -> str:
        """What the stream is, for people; says first where it is synthetic."""
        name = self.info.name
        if self.is_synthetic and not name.startswith(_SYNTHETIC):
            return f"{_SYNTHETIC}   {name}"
        return name

    @property
    def ended(self) -> bool:
        """Whether no sample will come any more."""
        return self._ended

    @property
    def is_timed(self) -> bool:
        """Whether samples can be told in seconds: the rate was stated, or is measured by now."""
        return (self.info.sampling_rate_hz or self._measured_hz) is not None

    @property
    def rate_hz(self) -> float:
        """Samples that make a second on the time axis; 1 as long as nobody knows."""
        return self.info.sampling_rate_hz or self._measured_hz or 1.0

    def start(self) -> None:
        """Start the threads; connecting is theirs to do."""
        self._engine.__enter__()

    def stop(self) -> None:
        """End the threads and let go of the port; what ended the stream is in ``failure``.

        May take as long as one call of the source does. Raises RuntimeError where a thread does
        not end.
        """
        try:
            self._engine.__exit__(None, None, None)
        except EmgStreamError as error:
            self.failure = self.failure or error
        self._ended = True

    def poll(self, now_s: float) -> bool:
        """Take over what is new, at host time ``now_s``; tells whether there was anything."""
        if not self._ended:
            self._look_for_the_end()
        came = self._take_samples(now_s)  # after that look: the last samples are not left behind
        if self._ended or now_s - self._counted_s >= _COUNT_S:
            self._counted_s = now_s
            self._count(now_s)
        return came

    def state(self, now_s: float) -> ConnectionState:
        """Return what the connection is doing at host time ``now_s``."""
        if self.failure is not None:
            return ConnectionState(StateKind.FAILED, "stopped")
        if self._ended or (self.replay is not None and self.replay.at_end):
            return ConnectionState(StateKind.FINISHED, "finished")
        silent_s = None if self._last_sample_s is None else now_s - self._last_sample_s
        return state_of(self.status(), self.replay, silent_s)

    def measured_rate(self) -> tuple[float | None, float | None]:
        """Return samples a second as measured, and by how many millionths the board is fast.

        None for what is not known, and of a recording that stands still.
        """
        if self.replay is not None and (self.replay.paused or self.replay.at_end):
            return None, None
        status = self.status()
        if status is not None:
            return status.rate_hz, status.ppm
        return self.rate.rate_hz, None

    @property
    def ring(self) -> RingBuffer:
        """The newest samples."""
        return self._engine.ring

    @property
    def pupil(self) -> CueListener | None:
        """The simulated person, who does what cues ask; None where a real one does."""
        return self.source.pupil if isinstance(self.source, SimulatedBoardSource) else None

    @property
    def can_record(self) -> bool:
        """Whether there is somebody to follow cues: a board, not a recording or a formula."""
        return self.status_reader is not None

    def release_person(self) -> None:
        """Let a simulated person go on of their own accord."""
        if isinstance(self.source, SimulatedBoardSource):
            self.source.release()

    @property
    def settings(self) -> DecisionSettings | None:
        """The settings of the decisions, as last asked for; None without a model."""
        return self._engine.settings

    @property
    def is_tuned(self) -> bool:
        """Whether it decides by other settings than the model's own."""
        return self.manifest is not None and self.settings != self.manifest.decision

    @property
    def deciding(self) -> Model | None:
        """The model, with the settings it decides by at the moment; None without one."""
        settings = self.settings
        return None if self.model is None or settings is None else self.model.tuned(settings)

    def tune(self, settings: DecisionSettings) -> None:
        """Decide by other settings from the next samples on; raises UsageError for unfit ones."""
        self._engine.tune(settings)

    def attach(self, sink: Sink) -> None:
        """Hand every sample to a recorder too, from now on."""
        self._engine.attach(sink)

    def detach(self, sink: Sink) -> None:
        """Hand a recorder no more."""
        self._engine.detach(sink)

    def watch(self, observer: Observer) -> None:
        """Tell an observer of every decision too, from now on."""
        self._engine.watch(observer)

    def unwatch(self, observer: Observer) -> None:
        """Tell an observer no more."""
        self._engine.unwatch(observer)

    def quality(self, now_s: float) -> tuple[Quality, ...]:
        """Return the verdict on the newest two seconds of every channel, if they are recent."""
        names = self.info.channel_names
        is_silent = self.state(now_s).kind not in (StateKind.STREAMING, StateKind.PAUSED)
        if self.traces is None or is_silent:
            return judge_quality(np.empty((0, len(names)), np.float32), names, None)
        raw = self.traces.raw
        n_samples = max(round(_QUALITY_S * self.rate_hz), 256)
        values = raw.values(raw.end_index - n_samples, raw.end_index)
        return judge_quality(values.T, names, self.rate_hz if self.is_timed else None)

    @property
    def status_reader(self) -> StatusReader | None:
        """What tells how the stream is doing; None for a source that does not say."""
        return getattr(self.source, "status", None)

    def status(self) -> SourceStatus | None:
        """Return how the stream is doing, None where the source does not say."""
        read = self.status_reader
        return None if read is None else read()

    def _take_samples(self, now_s: float) -> bool:
        came = False
        for _ in range(_LONGEST_COPY):
            chunk = self._engine.ring.since(self._cursor)
            if not len(chunk):
                break
            if self.traces is None:
                n_channels = chunk.samples.shape[1]
                rate_hz = self.rate_hz if self.is_timed else _LIKELY_RATE_HZ
                self.traces = Traces(n_channels, rate_hz, self.manifest)
            self.traces.push(chunk)
            self._cursor = chunk.end_index
            came = True
        if came:
            self._last_sample_s = now_s
        return came

    def _count(self, now_s: float) -> None:
        """Take down what came and what was lost."""
        ring = self._engine.ring
        self.rate.update(ring.n_received, now_s)
        status = self.status()
        if self._measured_hz is None and status is not None:
            self._measured_hz = status.rate_hz  # held: an axis that follows it would swim
        # While a board is away it takes no samples, so it loses none: only its source can tell.
        self.loss.update(ring.n_lost if status is None else status.n_lost, now_s)

    def _look_for_the_end(self) -> None:
        try:
            self._ended = self._engine.wait(0.0)
        except EmgStreamError as error:
            self.failure = error
            self._ended = True
