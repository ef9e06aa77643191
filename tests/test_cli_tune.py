"""The verb that tells what settings of the decisions are worth, and keeps them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from emgstream.bundle import read_model
from emgstream.cli import main
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import MajoritySmoothing
from emgstream.trial import PredictedRecording


def test_what_was_asked_for_stands_beside_the_plain_and_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "steadier.emgmodel"
    words = ["--smoothing", "majority:7", "--threshold", "0.7", "--out", str(out)]
    assert main(["tune", "demo", *words]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split()[0] == "likeliest"
    assert printed[0].split()[-1] == "wanted"
    assert [line.split("  ")[0] for line in printed[1:3]] == ["active errors", "abstained"]
    kept = read_model(out).manifest.decision
    assert (kept.smoothing, kept.threshold) == (MajoritySmoothing(7), 0.7)
    assert kept.fitted == {"tuned": "by hand, on a recording"}


def test_the_place_of_the_model_is_looked_at_before_anything_is_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PredictedRecording, "decided", None)
    out = tmp_path / "missing" / "steadier.emgmodel"
    assert main(["tune", "demo", "--threshold", "0.7", "--out", str(out)]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"emgstream: cannot write the model {out}: ")


def test_what_was_repaired_of_the_recording_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = gzip.decompress(DEMO_RECORDING.read_bytes()).decode()
    (tmp_path / "short.csv").write_text("\n".join(text.splitlines()[:9000]) + "\n0.1")
    assert main(["tune", str(tmp_path / "short.csv")]) == 0
    assert capsys.readouterr().err.startswith("note: short.csv: 1 last line, cut short, dropped")


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("median", "'median' is not a smoothing; expected none, majority:5"),
        ("none:3", "'none:3' is not a smoothing"),
        ("majority:0", "votes 0; expected a whole number from 1 to 1000"),
        ("majority:x", "'x' is not a whole number; expected none, majority:5"),
        ("bayes:2", "stay 2.0"),
        ("bayes:much", "'much' is not a number; expected none"),
    ],
)
def test_a_smoothing_that_is_none_is_refused_with_examples(
    word: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tune", "demo", "--smoothing", word]) == 1
    assert says in capsys.readouterr().err


def test_odds_that_would_make_a_movement_easier_to_begin_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["tune", "demo", "--begin-odds", "0.5"]) == 1
    assert "'0.5' is less than 1; expected 1 or more" in capsys.readouterr().err
