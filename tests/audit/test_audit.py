from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from emgstream.audit import audit_facts, audit_page, audit_table, findings, findings_to_read
from emgstream.audit.stuck_loops import stuck_rows
from emgstream.bundle import read_model
from emgstream.cli import main
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.tables import ColumnChoice, EmgTable, read_table

Rows = npt.NDArray[np.float64]
Writer = Callable[..., EmgTable]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write channels a, b, c and the given columns, and read them back."""

    def write(samples: Rows, **columns: object) -> EmgTable:
        names = "abcdefgh"[: samples.shape[1]]
        lists = [np.broadcast_to(np.asarray(column), len(samples)) for column in columns.values()]
        lines = [
            ",".join(
                [*("" if np.isnan(value) else f"{value:.6g}" for value in row), *map(str, rest)]
            )
            for row, *rest in zip(samples, *lists, strict=True)
        ]
        path = tmp_path / "arm.csv"
        path.write_text("\n".join([",".join([*names, *columns]), *lines]) + "\n")
        channels = [
            name for name, values in zip(names, samples.T, strict=True) if np.isfinite(values).any()
        ]
        return read_table(path, ColumnChoice(tuple(channels)))

    return write


def noise(n_rows: int, n_channels: int = 3, seed: int = 1) -> Rows:
    return 20.0 * np.random.default_rng(seed).standard_normal((n_rows, n_channels))


def movements(labels: str, n_rows: int) -> list[str]:
    return [label for label in labels for _ in range(n_rows)]


def told(table: EmgTable, rate: float | None = None) -> str:
    return "\n".join(finding.text for finding in findings(audit_table(table, rate)))


def test_the_seed_file_is_seen_for_what_it_is(seed_table_path: Path) -> None:
    audit = audit_table(read_table(seed_table_path))
    assert [(loop.start, loop.length, loop.period) for loop in audit.stuck_loops] == [
        (397, 566, 3),
        (962, 607, 2),
        (3093, 449, 2),
        (6802, 498, 2),
    ]
    assert audit.n_stuck_rows == np.count_nonzero(stuck_rows(audit.table.samples)) == 2_119
    assert [missing.n for missing in audit.missing] == [189, 0, 0]
    assert audit.duplicates.n_repeated == 9_109
    assert all(values.saturated > 0.7 for values in audit.ranges)
    assert not audit.accuracy_support.supported
    assert "one recording per label, so movement and drift cannot be told apart" in told(
        audit.table
    )


def test_the_mains_line_of_the_seed_file_suggests_its_rate(seed_table_path: Path) -> None:
    audit = audit_table(read_table(seed_table_path))
    assert audit.line is not None
    assert 0.450 <= audit.line.frequency <= 0.456
    assert any(abs(rate - 91.0) < 1.0 for rate in audit.rate.by_mains_hz)
    assert any(abs(rate - 110.0) < 1.0 for rate in audit.rate.by_mains_hz)


def test_a_known_share_of_hum_is_measured(write: Writer) -> None:
    time_s = np.arange(20_000) / 1000.0
    hum = 20.0 * np.sin(2.0 * np.pi * 50.0 * time_s)  # power 200 beside a noise of power 400
    audit = audit_table(write(noise(20_000) + hum[:, np.newaxis]), 1000.0)
    assert audit.mains is not None
    assert audit.mains.hz == 50.0
    np.testing.assert_allclose(audit.mains.shares, 200.0 / 600.0, atol=0.02)
    assert "of the power is mains hum at 50 Hz" in told(audit.table, 1000.0)


def test_hum_is_no_fault_where_rest_alone_was_recorded(write: Writer) -> None:
    hum = 20.0 * np.sin(2.0 * np.pi * 50.0 * np.arange(8_000) / 1000.0)
    samples = noise(8_000) + hum[:, np.newaxis]

    def kinds(*labels: str) -> set[str]:
        table = write(samples, label=[one for one in labels for _ in range(8_000 // len(labels))])
        found = findings(audit_table(table, 1000.0))
        return {finding.kind for finding in found if "mains hum" in finding.text}

    assert kinds("rest") == {"look"}
    assert kinds("rest", "fist") == {"wrong"}
    assert kinds("fist") == {"wrong"}


def test_clean_noise_hums_not(write: Writer) -> None:
    audit = audit_table(write(noise(20_000)), 1000.0)
    assert audit.mains is not None
    assert max(audit.mains.shares) < 0.01
    assert audit.line is None


@pytest.mark.parametrize("rate_hz", [250.0, 80.0])
def test_an_unknown_rate_is_among_the_guesses_aliased_or_not(write: Writer, rate_hz: float) -> None:
    hum = 40.0 * np.sin(2.0 * np.pi * 50.0 * np.arange(8000) / rate_hz)
    audit = audit_table(write(noise(8000) + hum[:, np.newaxis]))
    assert audit.rate.hz is None
    assert min(abs(guess / rate_hz - 1.0) for guess in audit.rate.by_mains_hz) < 0.002


def test_a_stated_rate_that_puts_the_mains_elsewhere_is_doubted(write: Writer) -> None:
    hum = 40.0 * np.sin(2.0 * np.pi * 50.0 * np.arange(20_000) / 1020.0)
    table = write(noise(20_000) + hum[:, np.newaxis])
    assert "the mains line would be right at 1020" in told(table, 1000.0)
    assert "the mains line would be right" not in told(table, 1020.0)


def test_a_clock_in_milliseconds_is_found_unless_a_rate_is_stated(write: Writer) -> None:
    table = write(noise(300), time_s=np.arange(300.0))
    doubt = "is it in milliseconds? correct it, or give --rate HZ"
    assert any(one.kind == "wrong" and doubt in one.text for one in findings(audit_table(table)))
    assert doubt not in told(table, 1000.0)


def test_a_clock_that_was_ignored_is_not_called_absent(write: Writer) -> None:
    table = write(noise(300), time_s=np.arange(300) % 150)
    assert "which has a time_s column with 1 place where it does not increase" in told(table)
    assert "which has no clock" in told(write(noise(300)))


def test_a_stated_rate_that_the_clock_contradicts_is_told(write: Writer) -> None:
    table = write(noise(300), time_s=np.arange(300) / 200.0)
    assert "stated 500 Hz; the recording's clock says 200 Hz" in told(table, 500.0)
    assert "the recording's clock says" not in told(table, 200.5)
    assert audit_table(table, 500.0).to_json()["rate"]["clock_hz"] == pytest.approx(200.0)


def test_the_saturated_share_is_counted(write: Writer) -> None:
    samples = np.round(noise(5000, seed=2) + 512.0)
    samples[::10, 1] = 1023.0
    audit = audit_table(write(np.clip(samples, 0.0, 1023.0)))
    assert [round(values.saturated, 4) for values in audit.ranges] == [0.0, 0.1, 0.0]


def test_missing_values_and_repeated_rows_are_counted(write: Writer) -> None:
    samples = np.arange(30.0).reshape(10, 3)
    samples[3:6, 0] = np.nan
    samples[8] = samples[7]
    samples[9] = samples[0]
    audit = audit_table(write(samples))
    assert (audit.missing[0].n, audit.missing[0].longest) == (3, 3)
    assert audit.missing[1].n == 0
    assert (audit.duplicates.n_repeated, audit.duplicates.n_consecutive) == (2, 1)


def test_lost_samples_are_told_and_belong_to_the_duration(write: Writer) -> None:
    index = np.delete(np.arange(3_000), np.r_[500:1_000, 2_001, 2_002])
    audit = audit_table(write(noise(2_498), index=index), 1000.0)
    assert audit.lost is not None
    assert (audit.lost.n, audit.lost.n_places, audit.lost.first_row) == (502, 2, 500)
    assert audit.duration_s == pytest.approx(3.0)
    told_so = "502 samples (0.502 s) in 2 places, the first before data row 500"
    assert told_so in told(audit.table, 1000.0)
    assert told_so in dict(audit_facts(audit))["lost"]
    assert told_so in audit_page(audit)
    document = audit.to_json()
    assert document["lost"] == {
        "n": 502,
        "n_places": 2,
        "first_row": 500,
        "seconds": pytest.approx(0.502),
    }
    assert document["duration_s"] == pytest.approx(3.0)


def test_a_pause_that_only_the_clock_shows_is_told(write: Writer) -> None:
    time_s = np.arange(2_000) / 1000.0
    time_s[1_200:] += 25.0
    audit = audit_table(write(noise(2_000), time_s=time_s))
    assert audit.rate.hz == pytest.approx(1000.0)
    assert audit.duration_s == pytest.approx(27.0)
    told_so = "lost or paused: 25,000 samples (25 s) in 1 place, before data row 1200"
    assert told_so in told(audit.table)


def test_a_line_that_loses_often_is_to_be_mended(write: Writer) -> None:
    index = np.delete(np.arange(3_000), np.arange(7, 3_000, 97))
    found = findings(audit_table(write(noise(len(index)), index=index), 1000.0))
    assert any(one.kind == "wrong" and "check the cable" in one.text for one in found)


def test_what_passes_between_segments_is_no_part_of_the_duration(write: Writer) -> None:
    index = np.arange(2_000) + np.repeat([0, 7_000], 1_000)
    table = write(noise(2_000), index=index, segment=np.repeat([0, 1], 1_000))
    assert audit_table(table, 1000.0).duration_s == pytest.approx(2.0)


def test_without_index_or_clock_nobody_knows_what_is_lost(write: Writer) -> None:
    audit = audit_table(write(noise(300)))
    assert audit.lost is None
    assert dict(audit_facts(audit))["lost"].startswith("not known")
    assert "lost" not in told(audit.table)


def test_rows_count_as_repeated_only_under_the_same_label(write: Writer) -> None:
    audit = audit_table(write(np.ones((4, 3)), label=list("xxyy")))
    assert audit.duplicates.n_repeated == 2


def test_one_signal_on_two_channels_is_found(write: Writer) -> None:
    samples = noise(2000)
    samples[:, 2] = samples[:, 0]
    assert "a and c are the same signal" in told(write(samples))
    assert "same signal" not in told(write(noise(2000)))


@pytest.mark.parametrize("swapped_in", [{4}, {3, 4, 5}, set()])
def test_channels_that_change_places_are_found(write: Writer, swapped_in: set[int]) -> None:
    gains = {"x": (8.0, 1.0, 1.0), "y": (1.0, 5.0, 1.0), "r": (0.3, 0.3, 0.3)}
    parts: list[Rows] = []
    labels = ""
    for repetition in range(6):
        for label, gain in gains.items():
            part = noise(400, seed=len(parts)) * np.array(gain)
            parts.append(part[:, [1, 0, 2]] if repetition in swapped_in else part)
            labels += label
    swap = audit_table(write(np.concatenate(parts), label=movements(labels, 400))).swap
    if not swapped_in:
        assert swap is None
    else:
        assert swap is not None
        assert {swap.first, swap.second} == {"a", "b"}
        assert {number - 1 for number in swap.rounds} in (swapped_in, set(range(6)) - swapped_in)


def test_amplitudes_are_about_the_level_the_signal_rests_at(write: Writer) -> None:
    samples = noise(4000, 1)
    samples[2000:] *= 5.0
    audit = audit_table(write(samples + 512.0, label=movements("ry", 2000)))
    np.testing.assert_allclose(audit.levels, 512.0, atol=2.0)
    np.testing.assert_allclose(audit.amplitudes[:, 0], [20.0, 100.0], rtol=0.05)


@pytest.mark.parametrize(
    ("labels", "supported", "reason"),
    [
        ("xyr", False, "one recording per label"),
        ("rxryrxry", False, "fewer than 3 repetitions of x, y"),
        ("rxryrxryrxry", True, "at least 3 of every label"),
        ("xxxx", False, "fewer than two labels"),
    ],
)
def test_what_the_labels_can_prove_is_said(
    write: Writer, labels: str, supported: bool, reason: str
) -> None:
    audit = audit_table(write(noise(100 * len(labels)), label=movements(labels, 100)))
    assert audit.accuracy_support.supported is supported
    assert reason in audit.accuracy_support.reason


def test_a_transition_is_no_class(write: Writer) -> None:
    label = [name for part in "rxryrxry" for name in [part] * 300 + ["transition"] * 20]
    audit = audit_table(write(noise(len(label)), label=label))
    assert [count.name for count in audit.labels] == ["r", "x", "y"]
    assert audit.amplitudes.shape == (3, 3)
    facts = dict(audit_facts(audit))
    assert facts["transition"] == "160 rows between cue and onset, without a class"
    assert "label transition" not in facts
    assert "transition has" not in told(audit.table)
    assert "x has" not in told(audit.table)  # r has twice as many rows, not 15 times


@pytest.mark.parametrize(
    ("labels", "doubt"),
    [
        (
            [f"{row / 2}" for row in range(28)],
            "28 labels in 28 rows, each one row long; is 'label'",
        ),
        (
            [f"{row // 20}" for row in range(12_000)],
            "600 labels in 12,000 rows, in 600 runs of 20 rows on average; is 'label' a movement?",
        ),
        (
            [f"{row // 4 % 12}" for row in range(480)],
            "12 labels in 480 rows, in 120 runs of 4 rows",
        ),
    ],
)
def test_a_measured_value_in_the_place_of_the_label_is_told(
    write: Writer, labels: list[str], doubt: str
) -> None:
    audit = audit_table(write(noise(len(labels)), label=labels))
    assert audit.accuracy_support.reason.startswith(doubt)
    assert doubt in told(audit.table)
    assert len(list(audit_facts(audit))) < 40
    assert max(map(len, told(audit.table).splitlines())) < 300


def test_movements_are_no_measured_value_in_any_order(write: Writer) -> None:
    shuffled = np.random.default_rng(1).choice([*"abcdefgh"], 400).tolist()
    many = [f"movement {row // 100 % 60}" for row in range(12_000)]
    for label in (shuffled, many):
        assert audit_table(write(noise(len(label)), label=label)).label_doubt is None


def test_pasted_repetitions_are_told(write: Writer) -> None:
    label = movements("rxryrxry", 100)
    samples = noise(len(label))
    assert audit_table(write(samples, label=label)).copied is None
    samples[500:600] = samples[100:200]
    audit = audit_table(write(samples, label=label))
    assert "1 of 8 repetitions: repetition is a copy of an earlier one" in told(audit.table)
    assert dict(audit_facts(audit))["copies"] == "1 of 8 repetitions"
    quiet = replace(audit.table, samples=np.zeros_like(audit.table.samples))  # envelopes at rest
    assert audit_table(quiet).copied is None


def test_of_many_channels_and_labels_the_terminal_lists_a_part_and_the_page_all(
    tmp_path: Path,
) -> None:
    names = [f"c{number}" for number in range(210)]
    label = [f"m{row // 40 % 30}" for row in range(2400)]
    samples = np.round(noise(2400, 210))
    samples[:, 3] = samples[:, 199]
    lines = [",".join([*map(str, row), name]) for row, name in zip(samples, label, strict=True)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([",".join([*names, "label"]), *lines]))
    audit = audit_table(read_table(path))
    facts = dict(audit_facts(audit))
    assert len(facts) < 75
    assert facts["c3 and c199"] == "correlation +1.000"
    assert facts["more channels"].startswith("190: ")
    assert facts["more pairs"].startswith("19,880, none more alike than 0.")
    assert facts["pairs"] == "only of the first 200 of 210 channels"
    assert facts["more labels"] == "10, of 80 to 80 rows each"
    whole = dict(audit_facts(audit, most=None))
    assert {"channel c209", "label m29", "c0 and c199"} <= set(whole)
    page = audit_page(audit)
    assert "c198 and c199" in page
    assert "Only the first 200 channels are compared in pairs." in page


def test_of_many_findings_the_terminal_lists_a_part(write: Writer) -> None:
    names = tuple(f"c{number}" for number in range(50))
    dead = np.full((300, 50), 7.0, np.float32)
    table = replace(write(noise(300)), channel_names=names, samples=dead)
    read = findings_to_read(audit_table(table))
    wrong = [one.text for one in read if one.kind == "wrong"]
    assert len(wrong) == 21
    assert wrong[-1].endswith("more of this kind; write all with --html FILE")


def test_a_recording_without_labels_is_audited(write: Writer) -> None:
    audit = audit_table(write(noise(300)))
    assert audit.labels == ()
    assert json.dumps(audit.to_json(), allow_nan=False)
    assert "Labels" not in audit_page(audit)


def test_a_column_of_text_is_named_where_none_is_called_label(write: Writer) -> None:
    columns = {"who": "ada", "Class": movements("xyx", 100), "date": "Monday"}
    assert "no column 'label' in the file; column 'Class' holds text" in told(
        write(noise(300), **columns)
    )
    assert "column 'who' holds text" in told(write(noise(300), who="ada"))
    assert "no column 'label' in the file; name the movement" in told(write(noise(300)))
    assert "no column 'label'" not in told(write(noise(300), who="ada", label="x"))


def test_a_dead_channel_and_the_shortest_recordings_are_audited(write: Writer) -> None:
    samples = noise(300)
    samples[:, 0], samples[:, 1] = np.nan, 7.0
    table = write(samples, label="x")
    assert "b: stays at 7; is its sensor connected?" in told(table, 1000.0)
    for audit in (audit_table(table, 1000.0), audit_table(write(np.ones((1, 3))))):
        assert json.dumps(audit.to_json(), allow_nan=False)
        assert audit_page(audit).endswith("</html>\n")


def test_the_verb_writes_json_and_a_page_that_needs_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures, page = tmp_path / "audit.json", tmp_path / "audit.html"
    assert main(["inspect", str(DEMO_RECORDING), "--json", str(figures), "--html", str(page)]) == 0
    assert "fewer than 3 repetitions" in capsys.readouterr().out
    document = json.loads(figures.read_text())
    assert document["n_rows"] == 50_000
    assert document["rate"]["hz"] == pytest.approx(1000.0)
    assert document["findings"][0]["kind"] == "wrong"
    text = page.read_text()
    assert text.count("<svg") >= 3
    assert not re.search(r"https?://|<script|<img|<link", text)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([str(DEMO_RECORDING), "--html", "no/such/folder/a.html"], "choose another place with"),
        ([str(DEMO_MODEL), "--html", "model.html"], "--html is for recordings"),
        ([str(DEMO_MODEL), "--channels", "a"], "--channels is for recordings, and demo.emgmodel"),
        ([str(DEMO_MODEL), "--rate", "1000"], "--rate is for recordings"),
        (["nothing.csv"], "nothing.csv"),
    ],
)
def test_what_cannot_be_inspected_is_one_line(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", *words]) == 1
    captured = capsys.readouterr()
    assert reason in captured.err
    assert captured.err.count("\n") == 1


def test_a_model_is_told_in_short_and_written_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.json"
    assert main(["inspect", str(DEMO_MODEL), "--json", str(path)]) == 0
    transforms = json.loads(path.read_text())["transforms"]
    assert transforms == read_model(DEMO_MODEL).manifest.to_json()["transforms"]
    low = transforms[1]["low"]
    assert f"low {min(low):.5g} to {max(low):.5g} ({len(low)} numbers)" in capsys.readouterr().out


def test_the_audit_needs_no_library_of_training(tmp_path: Path) -> None:
    program = (
        "import sys; from emgstream.cli import main; "
        f"main(['inspect', 'demo', '--html', {str(tmp_path / 'a.html')!r}]); "
        "heavy = {'tensorflow', 'sklearn', 'scipy', 'matplotlib', 'emgstream_training'}; "
        "print(heavy & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines()[-1] == "set()"
