from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.clock import ManualClock
from emgstream.decisions import ARGMAX, DecisionSettings
from emgstream.engine import Engine
from emgstream.errors import (
    EndOfStream,
    OutputError,
    SourceDisconnectedError,
    StreamMismatchError,
    UsageError,
)
from emgstream.latency import STAGES
from emgstream.outputs.documents import documents
from emgstream.outputs.output import Observer, Output, Update
from emgstream.outputs.samples import SampleBlock, SampleOutput
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.types import Chunk, FloatArray, IndexArray, StreamInfo, TimeArray
from tests.decisions.guarded import guarded
from tests.simulated_source import SimulatedSource

if TYPE_CHECKING:
    from typing_extensions import Self

SCRIPT = CueSchedule.parse("rest:1,hand_close:2,elbow_bend:2")
DEADLINE_S = 60.0


class Kept(Output):
    """An output that keeps what it is given."""

    def __init__(self) -> None:
        self.updates: list[Update] = []

    def write(self, update: Update) -> None:
        self.updates.append(update)

    @property
    def indices(self) -> list[int]:
        return [int(i) for update in self.updates for i in update.decisions.indices]

    @property
    def probabilities(self) -> FloatArray:
        return np.concatenate([update.decisions.probabilities for update in self.updates])


CHANNELS = ("biceps", "triceps", "middle")


class Script:
    """A source that gives the chunks it is told to, then does what it is told to."""

    def __init__(
        self,
        chunks: Iterable[Chunk],
        then: BaseException,
        can_wait: bool = False,
        channel_names: tuple[str, ...] = CHANNELS,
    ) -> None:
        self.info = StreamInfo("script", channel_names, 1000.0, can_wait=can_wait)
        self._chunks = iter(chunks)
        self._then = then
        self.threads: list[str] = []

    subject = None

    def status(self) -> SourceStatus:
        return SourceStatus(SourceState.STREAMING)

    def __enter__(self) -> Self:
        self.threads.append(threading.current_thread().name)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.threads.append(threading.current_thread().name)

    def read(self) -> Chunk:
        self.threads.append(threading.current_thread().name)
        for chunk in self._chunks:
            return chunk
        raise self._then

    def time_at(self, indices: IndexArray) -> TimeArray:
        times: TimeArray = indices / 1000.0
        return times

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        return [None] * len(indices)


def chunk(first_index: int, n_samples: int, segment: int = 0) -> Chunk:
    rng = np.random.default_rng(first_index)
    samples = rng.integers(0, 1024, (n_samples, 3)).astype(np.float32)
    return Chunk(first_index, samples, segment, np.zeros(n_samples))


class TickingClock(ManualClock):
    """A clock on which every look takes a millisecond."""

    def now(self) -> float:
        self.advance(0.001)
        return super().now()


def run(engine: Engine) -> None:
    with engine:
        assert engine.wait(DEADLINE_S), "the engine did not come to the end of its source"


@pytest.mark.usefixtures("each_backend")
def test_live_is_one_pass_over_the_whole(demo_model: Model) -> None:
    kept = Kept()
    source = SimulatedSource(SCRIPT, seed=4, speed=None)
    run(Engine(source, demo_model, [kept]))

    with SimulatedSource(SCRIPT, seed=4, speed=None) as again:
        samples = np.concatenate([again.read().samples for _ in range(3)])
    whole = Pipeline(demo_model).push(Chunk(0, samples[:5000]))
    assert kept.indices == whole.indices.tolist()
    np.testing.assert_array_equal(kept.probabilities, whole.probabilities)


class Paced(Script):
    """A source that notes what it was told to wait for, with the index of the next sample."""

    def __init__(self, chunks: Iterable[Chunk], then: BaseException) -> None:
        super().__init__(chunks, then)
        self.awaited: list[tuple[int, int | None]] = []
        self._end = 0

    def expect(self, index: int | None) -> None:
        self.awaited.append((self._end, index))

    def read(self) -> Chunk:
        given = super().read()
        self._end = given.end_index
        return given


def test_a_source_that_gathers_is_told_the_sample_that_completes_the_next_step(
    demo_model: Model,
) -> None:
    ends = (0, 7, 19, 20, 21, 39, 45, 80, 101)
    chunks = [chunk(start, end - start) for start, end in pairwise(ends)]
    source = Paced(chunks, EndOfStream("script"))
    run(Engine(source, demo_model))
    assert [end for end, _ in source.awaited] == list(ends)
    for end, awaited in source.awaited:
        assert awaited is not None
        assert end <= awaited < end + 20
        assert awaited % 20 == 19


def test_without_a_model_a_source_that_gathers_is_told_that_nothing_waits() -> None:
    source = Paced([chunk(0, 7)], EndOfStream("script"))
    run(Engine(source, None))
    assert source.awaited == [(0, None), (7, None)]


class OnlyReceived(Script):
    """A source that knows the samples it gave, and no others."""

    def __init__(self, chunks: list[Chunk], then: BaseException) -> None:
        super().__init__(chunks, then)
        self.asked: list[int] = []
        self.given = {index for one in chunks for index in range(one.first_index, one.end_index)}

    def time_at(self, indices: IndexArray) -> TimeArray:
        self.asked += indices.tolist()
        return super().time_at(indices)


def test_a_decision_that_ends_with_a_lost_sample_has_its_time_and_index(demo_model: Model) -> None:
    kept = Kept()
    # 299 and 319 end windows: the first is lost alone, the second is at the end of a gap
    chunks = [chunk(0, 299), chunk(300, 10), chunk(322, 200)]
    source = OnlyReceived(chunks, EndOfStream("end"))
    run(Engine(source, demo_model, [kept]))
    assert kept.indices == list(range(199, 520, 20))
    assert set(source.asked) <= source.given
    times_s = np.concatenate([update.time_s for update in kept.updates])
    np.testing.assert_allclose(times_s, np.array(kept.indices) / 1000.0, rtol=0.0, atol=1e-9)
    assert all((update.latency_s >= 0.0).all() for update in kept.updates)


def test_a_decision_of_a_gap_whose_own_sample_was_lost_has_its_time(demo_model: Model) -> None:
    kept = Kept()
    chunks = [chunk(0, 300), chunk(400, 39), chunk(440, 300)]  # the second step ends with 439
    source = OnlyReceived(chunks, EndOfStream("end"))
    run(Engine(source, demo_model, [kept]))
    assert 439 in kept.indices
    assert set(source.asked) <= source.given
    times_s = np.concatenate([update.time_s for update in kept.updates])
    np.testing.assert_allclose(times_s, np.array(kept.indices) / 1000.0, rtol=0.0, atol=1e-9)


def test_a_model_decides_on_its_channels_among_others_as_on_them_alone(demo_model: Model) -> None:
    alone, among = Kept(), Kept()
    chunks = [chunk(first, 50) for first in range(0, 2000, 50)]
    run(Engine(Script(chunks, EndOfStream("over"), can_wait=True), demo_model, [alone]))
    wider = [replace(one, samples=one.samples[:, [2, 0, 0, 1]]) for one in chunks]
    names = ("middle", "other", "biceps", "triceps")
    source = Script(wider, EndOfStream("over"), can_wait=True, channel_names=names)
    engine = Engine(source, demo_model, [among])
    run(engine)
    assert among.indices == alone.indices
    np.testing.assert_array_equal(among.probabilities, alone.probabilities)
    np.testing.assert_array_equal(engine.ring.since(1950).samples, wider[-1].samples)


@pytest.mark.usefixtures("each_backend")
def test_pace_does_not_change_a_decision(demo_model: Model) -> None:
    fast, paced = Kept(), Kept()
    run(Engine(SimulatedSource(SCRIPT, speed=None), demo_model, [fast]))
    run(Engine(SimulatedSource(SCRIPT, speed=1.0, clock=ManualClock()), demo_model, [paced]))
    assert fast.indices == paced.indices
    np.testing.assert_array_equal(fast.probabilities, paced.probabilities)


def test_a_source_that_can_wait_is_never_overrun(demo_model: Model) -> None:
    kept = Kept()
    script = CueSchedule.parse("rest:200")
    engine = Engine(SimulatedSource(script, speed=None), demo_model, [kept])
    run(engine)
    assert engine.ring.n_received == 200_000
    assert engine.n_skipped == 0
    assert kept.indices == list(range(199, 200_000, 20))


def test_every_update_knows_time_latency_and_truth(demo_model: Model) -> None:
    kept = Kept()
    run(Engine(SimulatedSource(SCRIPT, speed=None), demo_model, [kept]))
    labels = [label for update in kept.updates for label in update.labels]
    times = np.concatenate([update.time_s for update in kept.updates])
    np.testing.assert_allclose(times, np.array(kept.indices) / 1000.0)
    assert labels == [str(SCRIPT.cues[0 if t < 1 else 1 if t < 3 else 2].label) for t in times]
    assert all((update.latency_s >= 0.0).all() for update in kept.updates)


def test_one_thread_opens_reads_and_closes_the_source(demo_model: Model) -> None:
    source = Script([chunk(0, 500)], then=SourceDisconnectedError("gone"))
    with pytest.raises(SourceDisconnectedError):
        run(Engine(source, demo_model))
    assert set(source.threads) == {"emg-reader"}
    assert len(source.threads) == 4


def test_what_came_before_a_disconnection_is_decided_on_before_it_is_told(
    demo_model: Model,
) -> None:
    kept = Kept()
    source = Script([chunk(0, 300), chunk(300, 300)], then=SourceDisconnectedError("gone"))
    with pytest.raises(SourceDisconnectedError, match="gone"):
        run(Engine(source, demo_model, [kept]))
    assert kept.indices[-1] == 599


def test_lost_samples_are_counted(demo_model: Model) -> None:
    source = Script([chunk(0, 300), chunk(350, 300), chunk(700, 10, 1)], then=EOFError())
    engine = Engine(source, demo_model)
    with pytest.raises(EOFError):
        run(engine)
    assert (engine.ring.n_received, engine.ring.n_lost) == (610, 100)


def test_a_source_that_does_not_match_is_refused_before_a_sample_is_passed_on(
    demo_model: Model,
) -> None:
    source = Script([chunk(0, 300)], then=EOFError())
    source.info = StreamInfo("script", ("a", "b", "c"), 1000.0)
    with pytest.raises(StreamMismatchError, match="has channels a, b, c"):
        run(engine := Engine(source, demo_model))
    assert len(source.threads) == 3
    assert engine.ring.n_received == 0


def test_whoever_wires_the_engine_may_judge_the_stream_otherwise(demo_model: Model) -> None:
    seen: list[StreamInfo] = []
    source = Script([chunk(0, 300)], then=EndOfStream())
    source.info = StreamInfo("script", ("a", "b", "c"), 700.0)
    run(Engine(source, demo_model, check=seen.append))
    assert seen == [source.info]


class Full(Output):
    def write(self, update: Update) -> None:
        raise OutputError(f"no space left for {len(update.decisions)} decisions")


def test_an_output_that_fails_ends_the_engine_with_its_error(demo_model: Model) -> None:
    source = SimulatedSource(CueSchedule.parse("rest:1", repeats=True), speed=None)
    with pytest.raises(OutputError, match="no space left"):
        run(Engine(source, demo_model, [Full()]))


def test_a_failure_nobody_waited_for_is_told_on_leaving(demo_model: Model) -> None:
    source = Script([], then=SourceDisconnectedError("gone"))
    with pytest.raises(SourceDisconnectedError), Engine(source, demo_model):
        pass


def test_leaving_ends_an_endless_stream(demo_model: Model) -> None:
    source = SimulatedSource(CueSchedule.parse("rest:1", repeats=True), speed=None)
    with Engine(source, demo_model) as engine:
        assert engine.ring.wait_for(1000, DEADLINE_S)
    assert engine.ring.closed


def test_the_time_of_a_decision_is_told_stage_by_stage(demo_model: Model) -> None:
    clock, kept = TickingClock(10.0), Kept()
    samples = chunk(0, 400)
    taken = replace(samples, received_s=np.full(400, 9.5), sampled_s=np.arange(400) / 1000.0)
    run(Engine(Script([taken], EndOfStream("over")), demo_model, [kept], clock))
    (update,) = kept.updates
    stages = update.stages
    assert list(stages.laps_s) == list(STAGES[2:])
    assert list(stages.laps_s.values()) == pytest.approx([0.001] * 4)
    np.testing.assert_allclose(stages.line_s, 9.5 - update.decisions.indices / 1000.0)
    whole_s = stages.queue_s + sum(stages.laps_s.values()) + 0.001
    np.testing.assert_allclose(update.latency_s, whole_s)


class Listening(SampleOutput):
    """An output of samples that keeps what it is given, or fails."""

    def __init__(self, failure: OutputError | None = None) -> None:
        self.blocks: list[SampleBlock] = []
        self._failure = failure

    def write_samples(self, block: SampleBlock) -> None:
        if self._failure is not None:
            raise self._failure
        self.blocks.append(block)


def test_an_output_of_samples_gets_every_sample_with_its_time(demo_model: Model) -> None:
    listening = Listening()
    script = CueSchedule.parse("rest:100")
    source = SimulatedSource(script, speed=None)
    engine = Engine(source, demo_model, [listening])
    run(engine)
    got = np.concatenate([block.chunk.samples for block in listening.blocks])
    times = np.concatenate([block.time_s for block in listening.blocks])
    with SimulatedSource(script, speed=None) as again:
        made = np.concatenate([again.read().samples for _ in range(49)])
    np.testing.assert_array_equal(got, made[: len(got)])
    np.testing.assert_allclose(times, np.arange(100_000) / 1000.0)
    assert listening.blocks[0].info == source.info
    (figures,) = engine.output_figures()
    assert (figures.n_written, figures.n_dropped) == (100_000, 0)


def test_without_a_model_samples_go_out_and_an_output_of_decisions_holds_nothing_up() -> None:
    kept, listening = Kept(), Listening()
    source = SimulatedSource(CueSchedule.parse("rest:100"), speed=None)
    run(Engine(source, None, [kept, listening]))
    assert sum(len(block.chunk) for block in listening.blocks) == 100_000
    assert not kept.updates


def test_an_output_of_samples_that_fails_ends_the_engine_with_its_error(demo_model: Model) -> None:
    source = SimulatedSource(CueSchedule.parse("rest:1", repeats=True), speed=None)
    failing = Listening(OutputError("nobody there"))
    with pytest.raises(OutputError, match="nobody there"):
        run(Engine(source, demo_model, [failing]))


def test_the_stages_told_of_a_decision_add_up_to_its_whole_delay(demo_model: Model) -> None:
    kept = Kept()
    samples = replace(
        chunk(0, 400),
        received_s=np.full(400, 9.5),
        sampled_s=9.0 + np.arange(400) / 1000.0,
    )
    run(Engine(Script([samples], EndOfStream("over")), demo_model, [kept], TickingClock(10.0)))
    (update,) = kept.updates
    for index, document in zip(update.decisions.indices, documents(update), strict=True):
        delay = document["delay_ms"]
        measured_ms = sum(delay[stage] for stage in ("line", "queue", "compute", "output"))
        taken_s = samples.sampled_s[index]
        assert measured_ms == pytest.approx(1e3 * (update.handed_s - taken_s), abs=0.01)


def test_settings_hold_from_the_next_samples_on_and_the_same_change_nothing(
    demo_model: Model,
) -> None:
    plain, familiar = guarded(demo_model, ARGMAX), demo_model.manifest.decision.familiar
    assert familiar is not None
    strict = DecisionSettings(familiar=replace(familiar, limit=0.0))  # every signal is unknown

    def told(wanted: list[DecisionSettings]) -> list[str]:
        """The status of each decision, where settings are asked for between two chunks."""
        log = Log()

        def chunks() -> Iterator[Chunk]:
            yield chunk(0, 1000)
            assert log.came.wait(DEADLINE_S)
            for settings in wanted:  # by the reader's thread: any may ask
                engine.tune(settings)
            yield chunk(1000, 1000)

        source = Script(chunks(), then=EndOfStream("over"))
        engine = Engine(source, plain, observers=[log])
        run(engine)
        return log.statuses

    assert told([]) == told([DecisionSettings()]) == ["ok"] * 91
    assert told([strict])[:41] == ["ok"] * 41
    assert set(told([strict])[41:]) == {"unknown"}
    assert told([strict, ARGMAX]) == ["ok"] * 91, "the last word counts"


class Log(Observer):
    """Keeps the statuses, and tells when the first came."""

    def __init__(self) -> None:
        self.statuses: list[str] = []
        self.came = threading.Event()

    def observe(self, update: Update) -> None:
        self.statuses += [decision.status for decision in update.decisions]
        self.came.set()


def test_without_a_model_there_is_nothing_to_tune() -> None:
    engine = Engine(Script([], EndOfStream("over")), None)
    assert engine.settings is None
    with pytest.raises(UsageError, match="no model decides here"):
        engine.tune(DecisionSettings())
