"""The guided session as a state machine: no clock, no screen, no disk."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.cue_schedule import REST, CueSchedule
from emgstream.errors import UsageError
from emgstream.recording import (
    CueStarted,
    Event,
    FreeProtocol,
    GuidedProtocol,
    ProtocolPhase,
    RepetitionEnded,
    RepetitionOutcome,
)

SCRIPT = CueSchedule.of([(REST, 2), ("fist", 3), (REST, 2), ("open", 3), (REST, 2)])


class Session:
    """A protocol with a clock that is turned by hand."""

    def __init__(self, script: CueSchedule = SCRIPT, countdown_s: float = 1.0) -> None:
        self.protocol = GuidedProtocol(script, countdown_s)
        self.now_s = 100.0
        self.events: list[Event] = []

    def wait(self, seconds: float, step_s: float = 0.05) -> None:
        for _ in range(round(seconds / step_s)):
            self.now_s += step_s
            self.protocol.advance(self.now_s)
            self.events += self.protocol.take_events()

    def wait_for(self, label: str) -> None:
        for _ in range(1000):
            if self.phase is ProtocolPhase.CUE and self.protocol.view(self.now_s).label == label:
                return
            self.wait(0.05)
        raise AssertionError(f"{label} was not asked for: {self.asked()}")

    def asked(self) -> list[str]:
        self.events += self.protocol.take_events()
        return [event.label for event in self.events if isinstance(event, CueStarted)]

    def outcomes(self) -> list[tuple[str, int, RepetitionOutcome]]:
        self.events += self.protocol.take_events()
        return [
            (event.label, event.repetition, event.outcome)
            for event in self.events
            if isinstance(event, RepetitionEnded) and event.label != REST
        ]

    @property
    def phase(self) -> ProtocolPhase:
        return self.protocol.phase


@pytest.fixture
def session() -> Session:
    started = Session()
    started.protocol.start(started.now_s)
    return started


def test_nothing_is_asked_before_the_word_to_start() -> None:
    session = Session()
    session.wait(60.0)
    assert (session.phase, session.asked()) == (ProtocolPhase.READY, [])
    session.protocol.pause(session.now_s)
    assert session.phase is ProtocolPhase.READY


def test_the_cues_come_in_their_order_after_a_countdown_and_each_lasts_its_time(
    session: Session,
) -> None:
    session.wait(0.9)
    assert session.asked() == []
    session.wait(13.5)
    assert session.phase is ProtocolPhase.OVER
    assert session.asked() == [REST, "fist", REST, "open", REST, ""]
    starts = [event.host_s for event in session.events if isinstance(event, CueStarted)]
    lasted = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert lasted == pytest.approx([2, 3, 2, 3, 2], abs=0.1)
    assert session.outcomes() == [
        ("fist", 1, RepetitionOutcome.HELD),
        ("open", 1, RepetitionOutcome.HELD),
    ]


def test_a_cue_is_labelled_from_when_it_is_shown_and_none_is_left_out_after_a_stall(
    session: Session,
) -> None:
    session.wait(1.5)
    session.now_s += 30.0
    session.wait(0.05)
    newest = [event for event in session.events if isinstance(event, CueStarted)][-1]
    assert (newest.label, newest.host_s) == ("fist", session.now_s)


def test_the_view_tells_what_is_now_what_comes_and_how_far_it_is(session: Session) -> None:
    view = session.protocol.view(session.now_s + 0.4)
    assert (view.phase, view.label, view.next_label) == (ProtocolPhase.COUNTDOWN, REST, "fist")
    assert view.remaining_s == pytest.approx(0.6)
    session.wait_for("fist")
    session.wait(1.5)
    view = session.protocol.view(session.now_s)
    assert (view.label, view.repetition, view.next_label) == ("fist", 1, REST)
    assert (view.n_done, view.n_total) == (0, 2)
    assert view.share == pytest.approx(0.5, abs=0.05)
    assert view.remaining_total_s == pytest.approx(1.5 + 2 + 3 + 2, abs=0.1)
    session.wait(30.0)
    view = session.protocol.view(session.now_s)
    assert (view.phase, view.label, view.n_done, view.n_total) == (ProtocolPhase.OVER, "", 2, 2)
    assert view.remaining_total_s == 0.0


def test_a_pause_in_a_movement_asks_for_it_again_after_a_countdown(session: Session) -> None:
    session.wait_for("fist")
    session.protocol.pause(session.now_s)
    session.wait(60.0)
    assert session.phase is ProtocolPhase.PAUSED
    assert session.asked()[-1] == ""
    session.protocol.start(session.now_s)
    session.wait(0.5)
    assert session.protocol.view(session.now_s).label == "fist"
    session.wait(20.0)
    assert session.outcomes() == [
        ("fist", 1, RepetitionOutcome.INTERRUPTED),
        ("fist", 2, RepetitionOutcome.HELD),
        ("open", 1, RepetitionOutcome.HELD),
    ]


def test_a_lost_board_marks_the_repetition_and_it_is_offered_again(session: Session) -> None:
    session.wait_for("open")
    session.protocol.lose_board(session.now_s)
    assert session.phase is ProtocolPhase.AWAY
    session.protocol.start(session.now_s)  # no key brings a board back
    session.wait(5.0)
    assert session.phase.value == "away"
    session.protocol.regain_board(session.now_s + 5.0)
    session.now_s += 5.0
    session.wait(20.0)
    assert session.outcomes()[1:] == [
        ("open", 1, RepetitionOutcome.INTERRUPTED),
        ("open", 2, RepetitionOutcome.HELD),
    ]


def test_repeat_in_the_rest_discards_the_movement_before_and_asks_for_it_next(
    session: Session,
) -> None:
    session.wait_for("fist")
    session.wait(3.5)
    session.protocol.repeat_last(session.now_s)
    assert session.protocol.view(session.now_s).n_total == 2
    session.wait(30.0)
    assert session.asked() == [REST, "fist", REST, "fist", REST, "open", REST, ""]
    assert session.outcomes() == [
        ("fist", 1, RepetitionOutcome.HELD),
        ("fist", 1, RepetitionOutcome.DISCARDED),
        ("fist", 2, RepetitionOutcome.HELD),
        ("open", 1, RepetitionOutcome.HELD),
    ]


def test_repeat_in_a_movement_discards_it_and_rests_before_it_comes_again(
    session: Session,
) -> None:
    session.wait_for("fist")
    session.wait(1.0)
    session.protocol.repeat_last(session.now_s)
    session.wait(30.0)
    assert session.asked() == [REST, "fist", REST, "fist", REST, "open", REST, ""]
    assert session.outcomes()[:2] == [
        ("fist", 1, RepetitionOutcome.DISCARDED),
        ("fist", 2, RepetitionOutcome.HELD),
    ]


def test_repeat_twice_discards_nothing_more(session: Session) -> None:
    session.wait_for("fist")
    session.wait(3.5)
    session.protocol.repeat_last(session.now_s)
    session.protocol.repeat_last(session.now_s)
    session.wait(30.0)
    assert session.asked().count("fist") == 2


def test_the_end_in_a_movement_keeps_what_there_is_of_it(session: Session) -> None:
    session.wait_for("fist")
    session.protocol.end(session.now_s)
    assert session.phase is ProtocolPhase.OVER
    assert session.outcomes() == [("fist", 1, RepetitionOutcome.CUT_SHORT)]
    before = list(session.events)
    session.protocol.end(session.now_s)
    session.protocol.pause(session.now_s)
    session.protocol.repeat_last(session.now_s)
    session.wait(5.0)
    assert session.events == before
    assert session.phase is ProtocolPhase.OVER


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["start", "pause", "repeat_last", "lose_board", "regain_board"]),
            st.floats(0.05, 4.0),
        ),
        max_size=30,
    )
)
def test_whatever_is_pressed_every_movement_of_the_script_is_held_in_the_end(
    presses: list[tuple[str, float]],
) -> None:
    session = Session()
    for press, seconds in presses:
        getattr(session.protocol, press)(session.now_s)
        session.wait(seconds)
    session.protocol.regain_board(session.now_s)
    session.protocol.start(session.now_s)
    session.wait(400.0)
    assert session.phase is ProtocolPhase.OVER
    last = {(label, number): outcome for label, number, outcome in session.outcomes()}
    held = Counter(
        label for (label, _), outcome in last.items() if outcome is RepetitionOutcome.HELD
    )
    assert held == {"fist": 1, "open": 1}
    starts = [event for event in session.events if isinstance(event, CueStarted)]
    assert [start.host_s for start in starts] == sorted(start.host_s for start in starts)
    numbers = [(start.label, start.repetition) for start in starts if start.label]
    assert len(set(numbers)) == len(numbers)


def test_number_keys_set_labels_and_a_repetition_is_counted_at_every_press() -> None:
    free = FreeProtocol((REST, "fist"))
    for number in (2, 1, 2, 0, 7):
        free.press(number, float(number))
    free.end(9.0)
    events = free.take_events()
    started = [(e.label, e.repetition) for e in events if isinstance(e, CueStarted)]
    ended = [(e.label, e.repetition) for e in events if isinstance(e, RepetitionEnded)]
    assert started == [("fist", 1), (REST, 1), ("fist", 2), ("", 0), ("", 0), ("", 0)]
    assert ended == [("fist", 1), (REST, 1), ("fist", 2)]


def test_a_label_taken_back_is_discarded_and_none_is_set() -> None:
    free = FreeProtocol(("fist",))
    free.press(1, 1.0)
    free.discard(2.0)
    free.press(1, 3.0)
    events = free.take_events()
    assert RepetitionEnded("fist", 1, RepetitionOutcome.DISCARDED) in events
    assert events[-1] == CueStarted(3.0, "fist", 2)
    assert (free.label, free.repetition) == ("fist", 2)


@pytest.mark.parametrize("n_labels", [0, 10])
def test_more_labels_than_number_keys_are_refused(n_labels: int) -> None:
    with pytest.raises(UsageError, match="expected 1 to 9"):
        FreeProtocol(tuple(f"m{number}" for number in range(n_labels)))
