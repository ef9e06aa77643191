from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.front_end import FrontEnd
from emgstream_training.realtime import (
    N_FOLDS,
    NEITHER,
    NO_FOLD,
    TRAINING,
    classes_split,
    clock_rate_of,
    cut_recordings,
    inner_folds,
    rate_notes,
    rate_of,
    windows_ending_at,
    windows_of,
)
from emgstream_training.recipes import REALTIME
from emgstream_training.recordings import class_names_of, read_recordings
from emgstream_training.training_material import TrainingMaterial, prepare, prepare_front_end

from emgstream.conditioning import conditioner_from_manifest
from emgstream.errors import TrainingDataError, UsageError
from emgstream.steps import RAW_STEP, StepStream
from emgstream.tables import ColumnChoice, EmgTable, read_table
from emgstream.transforms import Transforms
from emgstream.types import FloatArray
from emgstream.windowing import Windowing


@pytest.fixture(scope="module")
def material(session_path: Path) -> TrainingMaterial:
    tables = read_recordings([session_path])
    return prepare(REALTIME, tables, class_names_of(tables), None)


SAMPLES = FrontEnd({"kind": "none"}, RAW_STEP, ())


def written(path: Path, lines: list[str], header: str = "a,b,label") -> EmgTable:
    path.write_text(header + "\n" + "\n".join(lines) + "\n")
    # counters and constants, which are no channels unless somebody says so
    channels = tuple(name for name in header.split(",") if name in "abc")
    return read_table(path, ColumnChoice(channels=channels))


def test_windows_are_those_of_the_live_path_however_it_is_chunked(
    material: TrainingMaterial,
) -> None:
    samples = material.tables[0].samples
    conditioner = conditioner_from_manifest(material.front_end.conditioning)
    steps = StepStream(material.front_end.step, 3)
    windowing = Windowing(10, 1, len(material.feature_names))
    live: set[bytes] = set()
    for chunk in np.array_split(samples, 97):
        windows = windowing.windows_of(
            material.fitted.transforms.apply(steps.steps_of(conditioner.condition(chunk)))
        )
        live.update(window.tobytes() for window in windows.values)
    assert len(material.training) > 500
    assert {window.tobytes() for window in material.training.windows} <= live


def test_every_repetition_is_held_out_whole_in_one_fold(material: TrainingMaterial) -> None:
    (cut,) = material.cuts
    labelled = cut.classes >= 0
    assert set(cut.folds[labelled].tolist()) == set(range(N_FOLDS))
    for repetition in np.unique(cut.repetitions[labelled]):
        assert len(np.unique(cut.folds[labelled & (cut.repetitions == repetition)])) == 1
    for code in range(3):
        of_class = labelled & (cut.classes == code)
        assert len(np.unique(cut.folds[of_class])) == N_FOLDS


def test_a_rest_is_held_out_with_the_movement_after_it(material: TrainingMaterial) -> None:
    (folds,) = inner_folds(material.tables, material.class_names)
    (table,) = material.tables
    assert table.labels is not None
    rest = table.label_names.index("rest")
    ends = np.flatnonzero((table.labels[:-1] == rest) & (table.labels[1:] != rest))
    assert len(ends) > 3
    np.testing.assert_array_equal(folds[ends], folds[ends + 1])


def test_what_is_held_out_is_told_as_it_is(material: TrainingMaterial, tmp_path: Path) -> None:
    assert material.held_out(REALTIME) == REALTIME.held_out
    lines = [f"{row % 7},{row % 5},{'rest' if row // 40 % 2 else 'fist'}" for row in range(240)]
    lines += [f"{row % 9},{row % 4},wave" for row in range(90)]
    names = ("fist", "rest", "wave")
    table = written(tmp_path / "once.csv", lines)
    (folds,) = inner_folds([table], names)
    assert folds[240:].tolist() == [0] * 30 + [1] * 30 + [2] * 30
    cuts = cut_recordings([table], names, SAMPLES, [folds])
    once = replace(material, class_names=names, cuts=tuple(cuts))
    assert "of wave thirds of each repetition, by a network" in once.held_out(REALTIME)
    assert "with a single repetition, expect a lower accuracy" in once.held_out(REALTIME)
    assert classes_split(cuts) == [2]


def test_nothing_of_a_fold_reaches_what_it_is_judged_by(material: TrainingMaterial) -> None:
    """Other samples in the repetitions of a fold change neither transforms nor examples."""
    for fold in material.folds:
        before = material.without(fold)
        changed = [
            replace(cut, steps=np.where((cut.folds == fold)[:, np.newaxis], 100.0, cut.steps))
            for cut in material.cuts
        ]
        after = replace(material, cuts=tuple(changed)).without(fold)
        assert after.transforms == before.transforms
        np.testing.assert_array_equal(after.training.classes, before.training.classes)
        np.testing.assert_array_equal(
            after.training.windows[:, -5:], before.training.windows[:, -5:]
        )
        assert np.any(after.validation.windows != before.validation.windows)
        assert len(before.training) + len(before.validation) == len(material.training)


def of_two_channels(
    material: TrainingMaterial, first: FloatArray, second: FloatArray
) -> TrainingMaterial:
    samples = np.stack((first, second), axis=1)
    table = replace(material.tables[0], channel_names=("a", "b"), samples=samples)
    return prepare(REALTIME, [table], material.class_names, material.sampling_rate_hz)


def column_of_pair(material: TrainingMaterial) -> int:
    return material.feature_names.index("a with b over 20 steps")


def test_a_channel_that_comes_twice_goes_with_itself_throughout(material: TrainingMaterial) -> None:
    channel = material.tables[0].samples[:, 0]
    twice = of_two_channels(material, channel, channel)
    assert np.all(twice.training.windows[:, :, column_of_pair(twice)] == 0.0)


def test_channels_that_are_never_there_together_go_with_nothing(material: TrainingMaterial) -> None:
    first, second = material.tables[0].samples[:, :2].T.copy()
    middle = len(first) // 2
    first[:middle], second[middle:] = np.nan, np.nan
    apart = of_two_channels(material, first, second)
    assert np.all(apart.training.windows[:, :, column_of_pair(apart)] == 0.0)


def test_only_the_training_rows_are_shared_out(material: TrainingMaterial) -> None:
    tables, names = material.tables, material.class_names
    (folds,) = inner_folds(tables, names)
    outer = np.where(folds == 1, NEITHER, TRAINING)
    (inner,) = inner_folds(tables, names, [outer])
    assert np.all(inner[outer != TRAINING] == NO_FOLD)
    assert set(inner[(outer == TRAINING) & (folds >= 0)].tolist()) == set(range(N_FOLDS))


def test_a_class_that_only_one_fold_gives_windows_of_is_shared_out_by_time(
    tmp_path: Path,
) -> None:
    """Of its three repetitions, two are too short for a window."""
    labels = ["x"] * 40 + ["y"] * 40 + ["z"] * 90 + ["x"] * 40 + ["y"] * 40 + ["z"] * 3
    labels += ["x"] * 40 + ["y"] * 40 + ["z"] * 3
    rows = [f"{i},{i * i % 97},{i * i % 89},{one}" for i, one in enumerate(labels)]
    table = written(tmp_path / "short.csv", rows, "i,a,b,label")
    material = prepare_front_end([table], None, ("x", "y", "z"), None, SAMPLES)
    for fold in material.folds:
        assert np.bincount(material.without(fold).training.classes, minlength=3).min() >= 10
    assert classes_split(material.cuts) == [2]


def test_the_newer_half_of_a_window_is_of_one_label_and_none_reaches_across_a_segment_or_loss(
    tmp_path: Path,
) -> None:
    lines = [f"{i + (i >= 45)},{i},0,{'xy'[i >= 30]},{int(i >= 60)}" for i in range(90)]
    table = written(tmp_path / "cuts.csv", lines, "index,a,b,label,segment")
    cuts = cut_recordings([table], ("x", "y"), SAMPLES, [np.zeros(90, np.int64)])
    assert [len(cut.steps) for cut in cuts] == [45, 15, 30]
    windows = windows_of(cuts, [0], Transforms(()))
    # Of the first stretch "x" has 30 rows and "y" 15, of which 4 have "x" in the newer half.
    assert len(windows) == (30 - 9) + (15 - 4) + (15 - 9) + (30 - 9)
    newest_of_y = windows.windows[windows.classes == 1][0, :, 0]
    assert newest_of_y.tolist() == list(range(25, 35))
    spans = windows.windows[:, -1, 0] - windows.windows[:, 0, 0]
    np.testing.assert_array_equal(spans, 9)


def test_a_window_ends_with_its_last_step() -> None:
    steps = np.arange(40.0, dtype=np.float32).reshape(20, 2)
    windows = windows_ending_at(steps, np.array([9, 19]))
    np.testing.assert_array_equal(windows[0], steps[:10])
    np.testing.assert_array_equal(windows[1], steps[10:])


def test_unlabelled_and_transition_rows_are_examples_of_nothing(tmp_path: Path) -> None:
    labels = ["x"] * 30 + ["transition"] * 30 + [""] * 30 + ["y"] * 30
    table = written(tmp_path / "gaps.csv", [f"{i},{i % 5},{one}" for i, one in enumerate(labels)])
    assert class_names_of([table]) == ("x", "y")
    (cut,) = cut_recordings([table], ("x", "y"), SAMPLES, [np.zeros(120, np.int64)])
    assert cut.classes.tolist() == [0] * 30 + [-1] * 60 + [1] * 30


def test_the_rate_must_be_known_and_agree(tmp_path: Path) -> None:
    bare = written(tmp_path / "bare.csv", ["1,2,x", "2,3,y"])
    with pytest.raises(UsageError, match=r"bare.csv has no clock.*--rate"):
        rate_of([bare], None)
    assert rate_of([bare], 250.0) == 250.0
    slow, fast = (
        written(
            tmp_path / f"{hz}.csv", [f"{i / hz},{i},{i},x" for i in range(50)], "time_s,a,b,label"
        )
        for hz in (100, 200)
    )
    assert rate_of([slow], None) == pytest.approx(100.0)
    with pytest.raises(UsageError, match=r"200.csv is sampled at 200 Hz; expected 100 Hz"):
        rate_of([slow, fast], None)


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (1.0, r"gives 1 Hz, expected 20 Hz or more.*is it in milliseconds\? correct it, or give"),
        (500.0, r"gives 0\.002 Hz.*is it in microseconds\?"),
        (0.06, r"gives 16\.6667 Hz.*is it in milliseconds"),
        (1e9, r"gives 1e-09 Hz.*in seconds; correct it"),
    ],
)
def test_a_clock_too_slow_for_emg_is_refused_unless_a_rate_is_stated(
    tmp_path: Path, step: float, reason: str
) -> None:
    rows = [f"{i * step},{i},{i},x" for i in range(50)]
    table = written(tmp_path / "slow.csv", rows, "time_s,a,b,label")
    with pytest.raises(UsageError, match=reason):
        rate_of([table], None)
    with pytest.raises(UsageError, match=reason):
        clock_rate_of(table)
    assert rate_of([table], 1000.0) == 1000.0


def test_a_stated_rate_that_a_clock_contradicts_is_noted(tmp_path: Path) -> None:
    rows = [f"{i / 200},{i},{i},x" for i in range(50)]
    table = written(tmp_path / "fast.csv", rows, "time_s,a,b,label")
    assert rate_notes([table], 500.0) == [
        "fast.csv: stated 500 Hz; the recording's clock says 200 Hz; the stated rate is used"
    ]
    assert rate_notes([table], 200.5) == rate_notes([table], None) == []


def test_a_clock_that_was_ignored_is_not_called_absent(tmp_path: Path) -> None:
    rows = [f"{i % 20 / 100},{i},{i},x" for i in range(50)]
    table = written(tmp_path / "back.csv", rows, "time_s,a,b,label")
    with pytest.raises(
        UsageError, match=r"a time_s column with 2 places where it does not increase \(data rows 20"
    ):
        rate_of([table], None)


def test_a_pause_breaks_time_where_only_the_clock_shows_it(tmp_path: Path) -> None:
    rows = [f"{(i + 700 * (i >= 60)) / 100},{i},{i},x" for i in range(120)]
    table = written(tmp_path / "pause.csv", rows, "time_s,a,b,label")
    assert rate_of([table], None) == pytest.approx(100.0)
    cuts = cut_recordings([table], ("x",), SAMPLES, [np.zeros(120, np.int64)])
    assert [len(cut.steps) for cut in cuts] == [60, 60]


def test_a_table_without_labels_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(TrainingDataError, match=r"plain.csv has no label in 2 rows"):
        read_recordings([path])


def test_tables_of_other_channels_are_not_mixed(tmp_path: Path) -> None:
    written(tmp_path / "one.csv", ["1,2,x"])
    written(tmp_path / "two.csv", ["1,2,x"], "a,c,label")
    with pytest.raises(TrainingDataError, match=r"two.csv has channels a, c; expected a, b"):
        read_recordings([tmp_path / "one.csv", tmp_path / "two.csv"])


def test_labels_shorter_than_a_step_are_one_line(tmp_path: Path) -> None:
    lines = [f"{i / 1000},{i % 9},{i % 5},{'xy'[i % 2]}" for i in range(500)]
    table = written(tmp_path / "flicker.csv", lines, "time_s,a,b,label")
    with pytest.raises(TrainingDataError, match="no label lasts as long as one step"):
        prepare(REALTIME, [table], ("x", "y"), None)
