from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from emgstream_training.calibrate import CalibratedModel, calibrate
from emgstream_training.train import train

from emgstream.bundle import Model
from emgstream.cli import main
from emgstream.data import DEMO_RECORDING
from emgstream.errors import StreamMismatchError, TrainingDataError
from emgstream.pipeline import Pipeline
from emgstream.simulation import CueSchedule, record_session
from emgstream.tables import ColumnChoice, read_table
from emgstream.types import Chunk
from tests.exchanged_channels import exchange_channels
from tests.network_windows import assert_backends_agree

pytestmark = pytest.mark.tensorflow

LABELS = ("rest", "hand_open", "hand_close")


def recorded(path: Path, session: int, labels: tuple[str, ...] = LABELS) -> Path:
    script = CueSchedule.shuffled(labels, repetitions=4, hold_s=1.5, rest_s=1.0, seed=session)
    record_session(path, script, seed=3, session=session)
    return path


@pytest.fixture(scope="module")
def model(session_path: Path) -> Model:
    return train([session_path], max_epochs=4, synthetic=True).model


@pytest.fixture(scope="module")
def new_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session with two electrodes plugged the other way round."""
    path = recorded(tmp_path_factory.mktemp("day") / "new_day.csv", 8)
    exchange_channels(path)
    return path


@pytest.fixture(scope="module")
def result(model: Model, new_day: Path) -> CalibratedModel:
    found = calibrate(model, [new_day])
    assert isinstance(found, CalibratedModel)
    return found


@pytest.mark.parametrize("recipe", ["realtime", "calibration"])
def test_numpy_and_litert_run_a_trained_network_alike(
    recipe: str, model: Model, result: CalibratedModel
) -> None:
    assert_backends_agree(model if recipe == "realtime" else result.model)


def test_a_calibrated_model_is_no_worse_on_the_new_day_and_says_so(
    result: CalibratedModel, model: Model, new_day: Path
) -> None:
    figures = result.model.manifest.evaluation["calibration_session"]
    assert result.after >= result.before
    assert figures["balanced_accuracy"] == result.after
    assert figures["balanced_accuracy_before"] == result.before
    names = [entry["name"] for entry in result.model.manifest.training_data]
    assert names == ["session.csv", "new_day.csv"]
    assert result.model.manifest.step == model.manifest.step
    decisions = Pipeline(result.model).push(Chunk(0, read_table(new_day).samples))
    assert np.isfinite(decisions.probabilities).all()


def test_a_model_that_knows_the_day_best_is_left_as_it_is(demo_model: Model) -> None:
    """The shipped model has learned from 28 sessions of the person in the shipped recording."""
    with pytest.raises(TrainingDataError, match=r"would make the model worse: .*%.* .*% before"):
        calibrate(demo_model, [DEMO_RECORDING])


def test_other_movements_and_other_rates_are_refused(
    model: Model, new_day: Path, tmp_path: Path
) -> None:
    other = recorded(tmp_path / "other.csv", 9, ("rest", "wrist_left", "hand_open"))
    with pytest.raises(TrainingDataError, match="the model has no label 'wrist_left'"):
        calibrate(model, [other])
    with pytest.raises(StreamMismatchError, match="500 Hz; the model expects 1000 Hz"):
        calibrate(model, [new_day], columns=ColumnChoice(rate_hz=500.0))


def test_the_verb_refuses_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["calibrate", "--model", str(tmp_path / "none.emgmodel"), "--out", str(tmp_path / "o")]
    assert main([*words, "demo"]) == 1
    assert "no such file" in capsys.readouterr().err
