"""A test on a stream, its time a parameter: cues, decisions, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.cue_schedule import REST
from emgstream.decisions import Decisions, rest_class
from emgstream.errors import UsageError
from emgstream.latency import StageTimes
from emgstream.outputs.output import Update
from emgstream.recording import CueStarted, Event, ProtocolPhase
from emgstream.ringbuffer import RingBuffer
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.trial import CuedPlan, LiveTest, movements_to_ask
from emgstream.types import StreamInfo

RATE_HZ, LINE_S, LATE_S = 1000.0, 0.02, 0.005
INFO = StreamInfo("a stream", ("biceps", "triceps", "middle"), RATE_HZ)
TURN_S = 1 / 16  # no rounding: a cue ends at the turn it should


class Stream:
    """A stream whose model decides what it is told, a hop after the other, by host time."""

    def __init__(self, model: Model, plan: CuedPlan) -> None:
        self.manifest = model.manifest
        self.hop = self.manifest.hop * self.manifest.step.length
        self.is_streaming = True
        self.n_lost = 5
        self.now_s = 100.0
        self.says = REST
        self._n, self._seconds = 0, 0.0
        self.heard: list[str] = []
        ring = RingBuffer(1024, 3)
        self.test = LiveTest(plan, self.manifest, ring, self.status, [self])
        self.test.protocol.start(self.now_s)

    def status(self) -> SourceStatus:
        state = SourceState.STREAMING if self.is_streaming else SourceState.UNPLUGGED
        return SourceStatus(state, "as it is told", n_lost=self.n_lost)

    def hear(self, event: Event) -> None:
        if isinstance(event, CueStarted):
            self.heard.append(event.label)

    def decide(self, seconds: float) -> None:
        """Let decisions be made on so many seconds of signal."""
        self._seconds += seconds
        n = round(self._seconds * RATE_HZ / self.hop) - self._n
        indices = (self._n + np.arange(n)) * self.hop
        self._n += n
        taken_s = self.now_s + np.arange(n) * self.hop / RATE_HZ
        decided_s = taken_s[-1] + LINE_S + LATE_S
        received_s = taken_s + LINE_S
        self.test.observe(
            Update(
                self._decisions(indices),
                indices / RATE_HZ,
                decided_s - received_s,
                [None] * n,
                StageTimes(np.full(n, LINE_S), np.zeros(n), {}),
                decided_s=decided_s,
            )
        )

    def let_pass(self, seconds: float, says: str) -> None:
        self.says = says
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-9:
            self.test.poll(self.now_s)
            if self.is_streaming:
                self.decide(TURN_S)
            self.now_s += TURN_S

    def _decisions(self, indices: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Decisions:
        names, n = self.manifest.class_names, len(indices)
        return Decisions(
            names,
            indices,
            np.zeros((n, len(names)), np.float32),
            np.full(n, names.index(self.says)),
            np.ones(n),
            np.zeros(n, np.int8),
            np.full(n, np.nan),
        )


def plan_of(*movements: str) -> CuedPlan:
    return CuedPlan(movements, repetitions=1, hold_s=2.0, rest_s=2.0, countdown_s=0.0)


def asked(stream: Stream) -> Sequence[str]:
    return [label for label in stream.heard if label]


def test_the_cue_that_stood_is_the_truth_and_the_time_to_correct_runs_from_it(
    demo_model: Model,
) -> None:
    stream = Stream(demo_model, plan_of("hand_close"))
    stream.let_pass(2.0, REST)
    stream.let_pass(0.5, REST)
    stream.let_pass(1.5, "hand_close")
    stream.let_pass(2.0, REST)
    stream.let_pass(0.125, REST)
    assert stream.test.poll(stream.now_s)
    assert asked(stream) == [REST, "hand_close", REST]
    found = stream.test.result(INFO)
    assert found is not None
    assert [one.label for one in found.attempts] == ["hand_close"]
    assert found.to_correct_s == pytest.approx(0.5, abs=0.07)
    assert found.score.active_error_rate == 0.0
    assert found.score.rest_s == pytest.approx(2 * (2.0 - 1.5), rel=0.1)


def test_what_moves_wrongly_once_the_person_has_reacted_is_an_error(demo_model: Model) -> None:
    stream = Stream(demo_model, plan_of("hand_close"))
    stream.let_pass(1.25, REST)
    stream.let_pass(0.75, "wrist_left")
    stream.let_pass(2.0, "wrist_left")
    stream.let_pass(2.125, REST)
    found = stream.test.result(INFO)
    assert found is not None
    assert found.completion_rate == 0.0
    assert found.by_class()["hand_close"]["active_error_rate"] == 1.0
    n_false = found.score.false_activations_per_h * found.score.rest_s / 3600.0
    assert n_false == pytest.approx(1.0)


def test_a_lost_board_costs_nothing_and_its_movement_is_asked_for_again(demo_model: Model) -> None:
    stream = Stream(demo_model, plan_of("hand_close"))
    stream.let_pass(2.0, REST)
    stream.let_pass(1.0, "wrist_left")
    stream.is_streaming = False
    stream.let_pass(3.0, REST)
    assert stream.test.protocol.phase is ProtocolPhase.AWAY
    stream.is_streaming = True
    stream.n_lost += 2
    stream.let_pass(2.0, "hand_close")
    stream.let_pass(2.125, REST)
    assert stream.test.poll(stream.now_s)
    found = stream.test.result(INFO)
    assert found is not None
    assert stream.test.n_asked_again == 1
    source = stream.test.source_document(INFO)
    assert (source["lost"], source["asked_again"]) == (2, 1)
    assert found.completion_rate == 1.0
    assert len(found.attempts) == 1
    assert found.score.active_error_rate == 0.0


def test_a_movement_that_the_end_cuts_short_does_not_count(demo_model: Model) -> None:
    stream = Stream(demo_model, plan_of("hand_close", "wrist_left"))
    assert stream.test.result(INFO) is None
    stream.let_pass(3.0, REST)
    stream.test.protocol.end(stream.now_s)
    stream.let_pass(0.125, REST)
    assert stream.test.poll(stream.now_s)
    assert stream.test.result(INFO) is None


def test_a_test_whose_last_decision_never_comes_still_ends(demo_model: Model) -> None:
    stream = Stream(demo_model, plan_of("hand_close"))
    stream.let_pass(5.875, REST)
    assert not stream.test.poll(stream.now_s + 0.2)
    assert stream.test.poll(stream.now_s + 2.0)


def test_the_movements_of_a_test_are_those_of_the_model(demo_model: Model) -> None:
    names = demo_model.manifest.class_names
    rest = rest_class(names)
    assert rest is not None
    assert movements_to_ask(names) == tuple(name for name in names if name != names[rest])
    assert movements_to_ask(names, ("rest", "hand_open", "hand_open")) == ("hand_open",)
    with pytest.raises(UsageError, match="has no movement 'juggle'"):
        movements_to_ask(names, ("juggle",))


def test_a_plan_that_nothing_can_be_judged_by_is_refused() -> None:
    with pytest.raises(UsageError, match="the test has no movement"):
        CuedPlan(("rest",))
    with pytest.raises(UsageError, match=r"for 0\.7 s"):
        CuedPlan(("hand_open",), hold_s=0.7)
    plan = CuedPlan(("hand_open", "hand_close"), repetitions=4)
    assert plan.n_movements == 8
    assert plan.document()["seed"] == 0
