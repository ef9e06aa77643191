"""A model that learned from a simulated board says so, wherever it is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from emgstream_training.recordings import provenance

from emgstream.bundle import Model, read_model
from emgstream.cli import main
from emgstream.data import DEMO_RECORDING
from emgstream.manifest import Manifest
from emgstream.recording import SessionDescription, is_synthetic
from emgstream.recording.sidecar import write_sidecar
from emgstream.simulation import CueSchedule, record_session
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.tables import read_table
from tests.exchanged_channels import exchange_channels

LABELS = ("rest", "hand_open", "hand_close")


def recorded(path: Path, session: int, *, simulated: bool) -> Path:
    """A session with the sidecar that the recorder writes for a board, or a simulated one."""
    script = CueSchedule.shuffled(LABELS, repetitions=4, hold_s=1.5, rest_s=1.0, seed=session)
    record_session(path, script, seed=3, session=session)
    document = SessionDescription().document(
        state="complete",
        started=None,
        channel_names=("biceps", "triceps", "middle"),
        info={},
        status=SourceStatus(SourceState.FINISHED, is_synthetic=simulated),
        n_samples=0,
        warnings=(),
        repetitions=(),
    )
    write_sidecar(path, document)
    return path


def test_the_sidecar_tells_what_is_synthetic(tmp_path: Path) -> None:
    assert is_synthetic(recorded(tmp_path / "board.csv", 1, simulated=True))
    assert not is_synthetic(recorded(tmp_path / "arm.csv", 1, simulated=False))
    assert is_synthetic(DEMO_RECORDING)
    (tmp_path / "other.json").write_text("{")
    assert not is_synthetic(tmp_path / "other.csv")
    assert not is_synthetic(tmp_path / "none.csv")


def test_each_file_is_told_by_itself(tmp_path: Path) -> None:
    paths = [
        recorded(tmp_path / f"{name}.csv", number, simulated=simulated)
        for number, (name, simulated) in enumerate({"board": True, "arm": False}.items(), 1)
    ]
    tables = [read_table(path) for path in paths]
    assert [entry.get("synthetic") for entry in provenance(tables)] == [True, None]
    assert [entry["synthetic"] for entry in provenance(tables, synthetic=True)] == [True, True]


@pytest.mark.parametrize(
    ("synthetic", "entries", "words"),
    [
        (False, [{}], "recorded EMG"),
        (True, [{}], "synthetic EMG"),  # of an earlier version
        (True, [{"synthetic": True}], "synthetic EMG"),
        (True, [{"synthetic": True}, {}], "partly synthetic EMG"),
    ],
)
def test_a_model_is_trained_on_recorded_or_synthetic_data_or_on_both(
    demo_model: Model, synthetic: bool, entries: list[dict[str, bool]], words: str
) -> None:
    manifest: Manifest = replace(
        demo_model.manifest, synthetic=synthetic, training_data=tuple(entries)
    )
    assert manifest.trained_on == words
    assert manifest.title.endswith(f", trained on {words}") is synthetic


@pytest.mark.tensorflow
def test_training_and_calibration_say_so_in_the_model_and_in_inspect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board = recorded(tmp_path / "board.csv", 1, simulated=True)
    arm = recorded(tmp_path / "arm.csv", 2, simulated=False)
    exchange_channels(arm)  # a model that does not fit the other arm, so that calibration pays
    model, real, both = (tmp_path / f"{name}.emgmodel" for name in ("board", "arm", "both"))
    for path, out in ((board, model), (arm, real)):
        assert main(["train", str(path), "--epochs", "1", "--out", str(out)]) == 0
    assert "trained on synthetic EMG" in capsys.readouterr().out
    assert read_model(model).manifest.synthetic
    assert not read_model(real).manifest.synthetic
    assert main(["inspect", str(model)]) == 0
    assert "trained on synthetic EMG" in capsys.readouterr().out

    assert main(["calibrate", str(board), "--model", str(real), "--out", str(both)]) == 0
    assert read_model(both).manifest.trained_on == "partly synthetic EMG"
