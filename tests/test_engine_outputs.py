"""Outputs that are added to a running engine, and removed from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.engine import Engine
from emgstream.errors import EndOfStream, OutputError, UsageError
from emgstream.outputs.output import Output, Update
from emgstream.outputs.samples import SampleBlock, SampleOutput
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule
from emgstream.types import Chunk
from tests.simulated_source import SimulatedSource
from tests.simulation.boards import wait_for
from tests.test_engine import DEADLINE_S, Kept, Script, chunk

LONG = CueSchedule.parse("rest:200,hand_close:200")
ENDLESS = CueSchedule.parse("rest:20,hand_close:20", repeats=True)
HOP = 20
ROUNDS = 8


class Samples(SampleOutput):
    """An output that keeps the index of every sample it is given."""

    def __init__(self) -> None:
        self.indices: list[int] = []

    def write_samples(self, block: SampleBlock) -> None:
        self.indices += range(block.chunk.first_index, block.chunk.end_index)


class Stuck(Output):
    """An output whose reader takes nothing until it is told to give up."""

    def __init__(self) -> None:
        self.given_up = threading.Event()

    def write(self, update: Update) -> None:
        self.given_up.wait(DEADLINE_S)
        self.n_lost += len(update.decisions)

    def give_up(self) -> None:
        self.given_up.set()


def take_part(engine: Engine, awaits_samples: bool) -> tuple[Kept, Samples]:
    """Add two outputs, wait until they were handed something, and remove them."""
    kept, samples = Kept(), Samples()
    engine.add_output(kept)
    engine.add_output(samples)
    wait_for(lambda: bool(kept.updates), lambda: engine.outputs)
    wait_for(lambda: not awaits_samples or bool(samples.indices), lambda: engine.outputs)
    engine.remove_output(kept)
    engine.remove_output(samples)
    return kept, samples


def come_and_go(engine: Engine, gone: list[tuple[Kept, Samples]]) -> None:
    for number in range(ROUNDS):
        gone.append(take_part(engine, awaits_samples=number % 2 == 1))


def test_outputs_come_and_go_and_the_others_miss_nothing_and_get_nothing_twice(
    demo_model: Model,
) -> None:
    steady, source = Kept(), SimulatedSource(ENDLESS, seed=4, speed=None)
    gone: list[tuple[Kept, Samples]] = []
    with Engine(source, demo_model, [steady]) as engine:
        threads = [threading.Thread(target=come_and_go, args=(engine, gone)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
        assert engine.outputs == (steady,)
    n_samples = steady.indices[-1] + 1
    with SimulatedSource(ENDLESS, seed=4, speed=None) as again:
        parts = [again.read().samples for _ in range(-(-n_samples // 2048))]
    whole = Pipeline(demo_model).push(Chunk(0, np.concatenate(parts)[:n_samples]))
    assert steady.indices == whole.indices.tolist()
    np.testing.assert_array_equal(steady.probabilities, whole.probabilities)
    assert len(gone) == 3 * ROUNDS
    for kept, samples in gone:
        assert kept.indices == list(range(kept.indices[0], kept.indices[-1] + 1, HOP))
        if samples.indices:
            first = samples.indices[0]
            assert samples.indices == list(range(first, first + len(samples.indices)))
    figures = engine.output_figures()
    assert (figures[0].n_written, figures[0].n_dropped) == (len(steady.indices), 0)
    assert len(figures) == 1 + 2 * len(gone), "those that went are told of"
    assert sum(one.n_written for one in figures[1:] if one.name == "output") == sum(
        len(kept.indices) for kept, _ in gone
    )


def test_an_output_that_stands_still_is_removed_and_the_replay_goes_on(demo_model: Model) -> None:
    steady, stuck = Kept(), Stuck()
    source = SimulatedSource(LONG, speed=None)
    with Engine(source, demo_model, [steady, stuck]) as engine:
        wait_for(lambda: len(steady.updates) > 0, engine.output_figures)
        assert not engine.wait(0.5), "a replay waits for its slowest output"
        engine.remove_output(stuck)
        assert engine.wait(DEADLINE_S)
    assert len(steady.indices) == (400_000 - 200) // HOP + 1
    kept, removed = engine.output_figures()
    assert (kept.n_dropped, removed.n_written) == (0, 0)
    assert removed.n_dropped > 0


def test_an_output_added_late_gets_what_comes_from_then_on_and_all_is_told(
    demo_model: Model,
) -> None:
    late, samples, go_on = Kept(), Samples(), threading.Event()

    def chunks() -> Iterator[Chunk]:
        yield chunk(0, 1000)
        assert go_on.wait(DEADLINE_S)
        yield chunk(1000, 1000)

    steady = Kept()
    with Engine(Script(chunks(), EndOfStream("over")), demo_model, [steady]) as engine:
        wait_for(lambda: len(steady.indices) == 41, lambda: steady.indices)
        engine.add_output(late)
        engine.add_output(samples)
        go_on.set()
        assert engine.wait(DEADLINE_S)
    assert late.indices == steady.indices[41:]
    assert samples.indices == list(range(1000, 2000))
    told = {one.name: (one.n_written, one.n_dropped) for one in engine.output_figures()}
    assert told == {"output": (50, 0), "samples": (1000, 0)}


def test_what_cannot_be_is_told(demo_model: Model) -> None:
    kept = Kept()
    engine = Engine(Script([chunk(0, 400)], EndOfStream("over")), demo_model, [kept])
    with engine:
        with pytest.raises(UsageError, match="already"):
            engine.add_output(kept)
        with pytest.raises(UsageError, match="is not an output of this stream"):
            engine.remove_output(Kept())
        assert engine.wait(DEADLINE_S)
        engine.add_output(after := Kept())
        engine.remove_output(after)
    assert after.updates == []
    with pytest.raises(UsageError, match="has ended"):
        engine.add_output(Kept())
    engine.remove_output(kept)
    assert engine.outputs == ()


class Failing(Output):
    """An output that fails at its first decision."""

    def write(self, update: Update) -> None:
        raise OutputError(f"no room for {update.decisions.indices[0]}")


def test_an_output_that_fails_does_not_end_the_others_and_is_told_at_the_end(
    demo_model: Model,
) -> None:
    steady, samples = Kept(), Samples()
    source = SimulatedSource(CueSchedule.parse("rest:20,hand_close:20"), speed=None)
    engine = Engine(source, demo_model, [steady, Failing(), samples])
    with pytest.raises(OutputError, match="no room for 199"), engine:
        engine.wait(DEADLINE_S)
    assert len(steady.indices) == (40_000 - 200) // HOP + 1
    assert len(samples.indices) == 40_000
    assert engine.output_failures() == ["output has ended: no room for 199"]
    failing = engine.output_figures()[1]
    assert (failing.n_written, failing.n_dropped) == (0, len(steady.indices))


def test_a_stream_ends_once_no_output_works_any_more(demo_model: Model) -> None:
    source = SimulatedSource(ENDLESS, speed=None)
    with (
        pytest.raises(OutputError, match="no room"),
        Engine(source, demo_model, [Failing(), Failing()]) as engine,
    ):
        engine.wait(DEADLINE_S)


def test_the_failure_of_an_output_that_is_removed_goes_to_who_removes_it(demo_model: Model) -> None:
    failing, go_on, steady = Failing(), threading.Event(), Kept()

    def chunks() -> Iterator[Chunk]:
        yield chunk(0, 400)
        assert go_on.wait(DEADLINE_S)
        yield chunk(400, 400)

    with Engine(Script(chunks(), EndOfStream("over")), demo_model, [steady, failing]) as engine:
        wait_for(lambda: len(steady.indices) == 11, lambda: steady.indices)
        with pytest.raises(OutputError, match="no room for 199"):
            engine.remove_output(failing)
        go_on.set()
        assert engine.wait(DEADLINE_S)
    assert len(steady.indices) == 31
