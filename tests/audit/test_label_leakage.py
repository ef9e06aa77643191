"""Copies of the label, counters and clocks are found among the channels; signals never are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from emgstream.audit import audit_page, audit_table, findings
from emgstream.audit.label_leakage import find_label_leaks
from emgstream.data import DEMO_RECORDING
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.tables import EmgTable, read_table

Column = npt.NDArray[np.floating[Any]]
N_ROWS = 1200
BLOCK = np.arange(N_ROWS) // 100
"""Twelve blocks, of the labels a, b and c in turn."""


def table_with(column: Column) -> EmgTable:
    """A recording of one signal, whole numbers, and one further column."""
    signal = np.round(500 + 30 * np.random.default_rng(1).standard_normal(N_ROWS))
    return EmgTable(
        path=Path("arm.csv"),
        channel_names=("emg", "other"),
        samples=np.column_stack([signal, column]).astype(np.float32),
        labels=(BLOCK % 3).astype(np.int32),
        label_names=("a", "b", "c"),
        repetitions=None,
        segments=None,
        index=None,
        time_s=None,
        repairs=(),
        sha256="",
    )


def id_with(change: Callable[[Column], None]) -> Column:
    column = 10.0 * (BLOCK % 3)
    change(column)
    return column


def damage(column: Column) -> None:
    column[np.random.default_rng(2).choice(N_ROWS, 12, replace=False)] = 99.0


def empty(column: Column) -> None:
    column[::7] = np.nan


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (10.0 * (BLOCK % 3), "its 3 values tell the label of 100.0 % of the rows"),
        (10.0 * ((BLOCK + 1) % 3) + BLOCK % 2, "tell the label of 100.0 %"),  # two codes a label
        (10.0 * ((np.arange(N_ROWS) + 8) // 100 % 3), "tell the label of 9"),  # shown before
        (id_with(damage), "tell the label of 9"),
        (id_with(empty), "tell the label of 100.0 %"),
        (np.arange(N_ROWS), "rises from row to row"),
        (1e3 - np.arange(N_ROWS) / 1000.0, "falls from row to row"),
        (np.sort(np.random.default_rng(3).random(N_ROWS)), "rises from row to row"),
        (np.arange(N_ROWS) % 256, "rises from row to row"),
        (np.arange(N_ROWS) % 8, "changes by 1 from row to row and begins again"),
        (BLOCK * 1.0, "tell the label of 100.0 %"),  # the number of the trial
    ],
)
def test_a_column_that_tells_the_label_is_named_with_the_reason(
    column: Column, reason: str
) -> None:
    (leak,) = find_label_leaks([table_with(column)])
    assert leak.channel == "other"
    assert reason in leak.reason


@pytest.mark.parametrize(
    "column",
    [
        np.full(N_ROWS, 512.0),
        np.full(N_ROWS, np.nan),
        np.where(BLOCK < 5, 0.0, 1023.0),  # a plug that fell out
        np.where(BLOCK % 3 == 1, np.abs(np.random.default_rng(4).standard_normal(N_ROWS)), 0.0),
        np.where(np.random.default_rng(5).random(N_ROWS) < 0.5, 0.0, 1023.0),
        np.repeat(np.random.default_rng(6).random(N_ROWS // 20), 20),  # slower than its row rate
        BLOCK // 3 * 1.0,  # the number of the repetition
    ],
)
def test_signals_dead_channels_and_repetitions_are_none(column: Column) -> None:
    assert find_label_leaks([table_with(column)]) == ()


def test_without_two_labels_nothing_can_be_told() -> None:
    one = table_with(10.0 * (BLOCK % 3))
    assert find_label_leaks([replace(one, labels=None, label_names=())]) == ()
    assert find_label_leaks([replace(one, labels=np.zeros(N_ROWS, np.int32))]) == ()


def test_a_column_that_differs_only_between_the_files_of_two_movements_is_found() -> None:
    paper, rock = (
        replace(table_with(np.full(N_ROWS, code)), labels=np.zeros(N_ROWS, np.int32), label_names=n)
        for code, n in ((1.0, ("paper",)), (2.0, ("rock",)))
    )
    assert find_label_leaks([paper]) == ()
    (leak,) = find_label_leaks([paper, rock])
    assert leak.channel == "other"


def test_rows_of_a_transition_are_left_out() -> None:
    table = table_with(np.where(BLOCK % 3 == 2, np.arange(N_ROWS) % 2, BLOCK % 3))
    assert find_label_leaks([table]) == ()
    (leak,) = find_label_leaks([replace(table, label_names=("a", "b", "transition"))])
    assert leak.channel == "other"


def test_no_signal_of_the_simulated_board_or_the_demo_is_taken_for_the_label() -> None:
    assert find_label_leaks([read_table(DEMO_RECORDING)]) == ()
    for rate_hz in (200.0, 2000.0):
        emg = SyntheticEmg(CueSchedule.shuffled(repetitions=1, seed=4), rate_hz, 1, 1)
        samples = emg.read(emg.n_samples or 0)
        names = emg.labels_at(np.arange(len(samples)))
        labels = tuple(dict.fromkeys(names))
        table = replace(
            table_with(np.zeros(N_ROWS)),
            channel_names=tuple("abc"),
            samples=samples,
            labels=np.array([labels.index(name) for name in names], np.int32),
            label_names=labels,
        )
        assert find_label_leaks([table]) == ()


def test_no_channel_of_the_published_recording_is_taken_for_the_label(
    seed_table_path: Path,
) -> None:
    table = read_table(seed_table_path)
    assert table.labels is not None
    assert find_label_leaks([table]) == ()
    for pair in combinations(range(len(table.label_names)), 2):
        kept = np.where(np.isin(table.labels, pair), table.labels, -1)
        assert find_label_leaks([replace(table, labels=kept)]) == ()


def test_the_audit_says_so_and_supports_no_accuracy() -> None:
    audit = audit_table(table_with(10.0 * (BLOCK % 3)))
    (first, *_) = findings(audit)
    assert first.kind == "wrong"
    assert first.text == "no accuracy measured here means anything with the channel other in it"
    (leak,) = [
        one for one in findings(audit) if one.text.startswith("other is not a signal: its 3 values")
    ]
    assert leak.text.endswith("leave it out with --ignore other")
    assert not audit.accuracy_support.supported
    assert audit.to_json()["label_leaks"][0]["channel"] == "other"
    assert "--ignore other" in audit_page(audit)
    assert audit_table(table_with(np.zeros(N_ROWS))).accuracy_support.supported
