"""The columns of a file with the user's changes: roles, problems and the choice that remains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgstream.app.column_draft import ColumnDraft
from emgstream.tables import (
    ALL_GUESSED,
    TIME_UNITS,
    Certainty,
    ColumnChoice,
    ColumnQuestion,
    ColumnRole,
    TableColumn,
    TableLook,
)
from emgstream.tables.column_choice import column_references, place_of_column

CHANNEL, LABEL, TIME = ColumnRole.CHANNEL, ColumnRole.LABEL, ColumnRole.TIME
COUNTER, IGNORED = ColumnRole.COUNTER, ColumnRole.IGNORED


def a_look(
    *columns: TableColumn,
    questions: tuple[ColumnQuestion, ...] = (),
    choice: ColumnChoice = ALL_GUESSED,
) -> TableLook:
    values = np.tile([[0.0], [1.0], [2.0]], (1, len(columns)))
    return TableLook(
        path=Path("rock.csv"),
        sha256="0" * 64,
        columns=columns,
        questions=questions,
        choice=choice,
        n_rows=3,
        rate_hz=None,
        rate_reason="",
        notes=(),
        first_rows=tuple(tuple(f"{value:g}" for value in row) for row in values),
        excerpt=values,
    )


def column(place: int, name: str, role: ColumnRole = CHANNEL, **rest: object) -> TableColumn:
    return TableColumn(place, name, role, "a reason", **rest)  # type: ignore[arg-type]


LABEL_QUESTION = ColumnQuestion("the label?", ("--label", "class:0"), (2,), False)
UCI = a_look(
    column(0, "time", TIME, unit="ms"),
    column(1, "emg"),
    column(2, "class", IGNORED, certainty=Certainty.DOUBTFUL, proposal=LABEL),
    questions=(LABEL_QUESTION,),
)


def test_what_is_most_likely_is_proposed_with_its_reason() -> None:
    draft = ColumnDraft(UCI)
    assert [one.role for one in draft.columns] == [TIME, CHANNEL, LABEL]
    assert draft.columns[2].certainty is Certainty.DOUBTFUL
    assert draft.columns[2].reason == "a reason"
    assert "".join(draft.problems) == ""
    assert draft.choice == ColumnChoice(("emg",), label="class:0", time="time:ms")
    assert draft.summary == (
        "1 channel, label from column 3 'class' (0 for unlabelled), clock from column 1 'time'"
    )


def test_a_change_is_the_users_and_says_what_was_read_before() -> None:
    draft = ColumnDraft(UCI)
    draft.set_role(0, COUNTER, modulo=256)
    changed = draft.columns[0]
    assert (changed.role, changed.modulo, changed.unit) == (COUNTER, 256, "")
    assert changed.certainty is Certainty.SETTLED
    assert changed.reason == "your choice; it was read as time: a reason"
    assert draft.choice.counter == "time:256"
    assert draft.choice.time is None
    draft.set_role(0, TIME)
    assert (draft.columns[0].unit, draft.columns[0].reason) == ("ms", "a reason")


def test_a_doubtful_column_that_is_left_out_is_stated_and_a_sure_one_is_not() -> None:
    draft = ColumnDraft(a_look(*UCI.columns, column(3, "noise", IGNORED)))
    draft.set_role(2, IGNORED)
    assert draft.choice == ColumnChoice(("emg",), time="time:ms", ignore=("class",))
    draft.set_role(3, CHANNEL)
    assert draft.choice.channels == ("emg", "noise")


def test_a_column_without_a_likely_role_must_be_chosen() -> None:
    doubtful = [column(n, f"x{n}", IGNORED, certainty=Certainty.DOUBTFUL) for n in range(5)]
    draft = ColumnDraft(a_look(*doubtful))
    assert all(draft.is_undecided(place) for place in range(5))
    assert draft.problems == ("say what columns 1 'x0', 2 'x1', 3 'x2' and 2 more are",)
    for place in range(4):
        draft.set_role(place, CHANNEL)
    assert draft.problems == ("say what column 5 'x4' is",)
    assert draft.details(4) == ()
    draft.set_role(4, IGNORED)
    assert "".join(draft.problems) == ""
    assert draft.choice == ColumnChoice(("x0", "x1", "x2", "x3"), ignore=("x4",))


@pytest.mark.parametrize(
    ("roles", "problem"),
    [
        ((IGNORED, IGNORED, IGNORED), "no column is a channel; choose at least one"),
        ((LABEL, CHANNEL, LABEL), "columns 1 'time' and 3 'class' are all the label; keep one"),
        ((COUNTER, CHANNEL, COUNTER), "columns 1 'time' and 3 'class' are all the counter;"),
        ((CHANNEL, CHANNEL, TIME), "column 3 'class' is the clock; choose its unit"),
    ],
)
def test_what_cannot_be_used_is_told(roles: tuple[ColumnRole, ...], problem: str) -> None:
    draft = ColumnDraft(UCI)
    for place, role in enumerate(roles):
        draft.set_role(place, role)
    assert len(draft.problems) == 1
    assert draft.problems[0].startswith(problem)


def test_two_clocks_are_one_too_many() -> None:
    draft = ColumnDraft(UCI)
    draft.set_role(2, TIME, unit="s")
    assert draft.problems == ("columns 1 'time' and 3 'class' are all the clock; keep one",)


def test_the_name_of_the_file_is_the_label_or_a_column_is() -> None:
    draft = ColumnDraft(UCI)
    draft.set_label_from_name(True)
    assert draft.problems == ("the label is column 3 'class' and the file's name; keep one",)
    draft.set_role(2, IGNORED)
    assert "".join(draft.problems) == ""
    assert draft.choice.label_from_name
    assert "the file's name as the label" in draft.summary
    draft.set_role(2, LABEL)
    assert not draft.choice.label_from_name, "the newest statement counts"


def test_details_are_offered_by_the_role_and_go_into_the_choice() -> None:
    draft = ColumnDraft(UCI)
    assert {one.value for one in draft.details(0)} == set(TIME_UNITS)
    assert draft.detail(0) == "ms"
    draft.set_detail(0, "us")
    assert draft.choice.time == "time:us"
    assert [one.value for one in draft.details(2)] == ["", "0", "1", "2"]
    assert draft.detail(2) == "0"
    draft.set_detail(2, "")
    assert draft.choice.label == "class"
    assert draft.details(1) == (), "nothing is to be said of a channel"
    draft.set_role(0, COUNTER)
    assert {"", "16", "256", "65536"} <= {one.value for one in draft.details(0)}
    draft.set_detail(0, "100")
    assert draft.choice.counter == "time:100"
    assert "100" in [one.value for one in draft.details(0)]
    draft.set_detail(0, "")
    assert draft.choice.counter == "time"


def test_a_stated_rate_and_an_earlier_choice_are_kept() -> None:
    earlier = ColumnChoice(("emg",), label="class:2", rate_hz=200.0)
    draft = ColumnDraft(a_look(*UCI.columns, choice=earlier))
    assert (draft.rate_hz, draft.unlabelled) == (200.0, "2")
    draft.set_rate(None)
    assert draft.choice.rate_hz is None
    assert draft.revision == 1


def test_repetitions_are_offered_only_where_they_were_found() -> None:
    draft = ColumnDraft(a_look(column(0, "emg"), column(1, "rep", ColumnRole.REPETITION)))
    assert ColumnRole.REPETITION not in draft.roles(0)
    assert ColumnRole.REPETITION in draft.roles(1)
    assert draft.choice == ColumnChoice(("emg",))


@given(st.lists(st.text("aB,:- 0123\n", max_size=4).map(str.strip), min_size=1, max_size=8))
def test_a_reference_means_its_column_and_no_other(names: list[str]) -> None:
    references = column_references(names)
    assert [place_of_column(names, one) for one in references] == list(range(len(names)))
    assert not any(set(one) & set(",:\n") or one.startswith("-") for one in references)
    options = ColumnChoice(references[1:], label=f"{references[0]}:0").arguments()
    assert options[options.index("--label") + 1] == f"{references[0]}:0"


def test_a_label_that_says_missing_is_unlabelled_without_a_choice() -> None:
    look = a_look(column(0, "emg", CHANNEL), column(1, "class", LABEL))
    texts = tuple((f"{row}", text) for row, text in enumerate(("NA", "fist", "nan")))
    look = replace(look, first_rows=texts, excerpt=np.full((3, 2), np.nan))
    draft = ColumnDraft(look)
    assert [(one.title, one.value) for one in draft.details(1)] == [
        ("NA, nan = unlabelled", ""),
        ("fist = unlabelled", "fist"),
    ]
    draft.set_detail(1, "NA")
    assert draft.detail(1) in [one.value for one in draft.details(1)]
