from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from emgstream_training.recipes import REALTIME
from emgstream_training.recordings import class_names_of, read_recordings
from emgstream_training.report import REPORT_FILES
from emgstream_training.train import EpochProgress, TrainingResult, train
from emgstream_training.training_material import prepare

from emgstream.bundle import read_model, write_model
from emgstream.errors import OutputError, UsageError
from emgstream.network.litert_classifier import LitertClassifier
from emgstream.pipeline import Pipeline
from emgstream.significant_digits import percent_of
from emgstream.tables import ColumnChoice, read_table
from emgstream.types import Chunk

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def realtime(session_path: Path) -> TrainingResult:
    return train([session_path], max_epochs=2, synthetic=True)


@pytest.fixture(scope="module")
def small_path(session_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.csv"
    lines = session_path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *lines[1::15]]) + "\n")
    return path


@pytest.fixture(scope="module")
def published(small_path: Path) -> tuple[TrainingResult, Path]:
    folder = small_path.parent / "report"
    return train([small_path], "published", report_dir=folder, max_epochs=2), folder


def test_the_live_path_gives_the_windows_trained_on_the_same_bits(
    realtime: TrainingResult, session_path: Path
) -> None:
    tables = read_recordings([session_path])
    material = prepare(REALTIME, tables, class_names_of(tables), None)
    model = realtime.model
    live = Pipeline(model).push(Chunk(0, read_table(session_path).samples)).probabilities
    trained_on = LitertClassifier(model.classifier, model.classifier_batch).predict(
        material.training.windows
    )
    assert {row.tobytes() for row in trained_on} <= {row.tobytes() for row in live}


def test_the_manifest_tells_where_the_model_is_from(
    realtime: TrainingResult, session_path: Path, tmp_path: Path
) -> None:
    path = tmp_path / "arm.emgmodel"
    write_model(path, realtime.model)
    manifest = read_model(path).manifest
    (data,) = manifest.training_data
    assert data["name"] == session_path.name
    assert data["sha256"] == read_table(session_path).sha256
    assert manifest.synthetic
    assert manifest.recipe == "realtime"
    assert manifest.sampling_rate_hz == pytest.approx(1000.0)
    assert set(manifest.versions) >= {"emgstream", "keras", "numpy", "scikit-learn", "tensorflow"}
    assert manifest.evaluation["validation"]["n_windows"] > 0
    assert "not trained on" in manifest.evaluation["validation"]["held_out"]


def test_the_report_is_one_page_that_needs_nothing_else(
    published: tuple[TrainingResult, Path],
) -> None:
    _, folder = published
    page = (folder / "report.html").read_text()
    assert "cannot be trusted" in page
    assert "http" not in page
    sources = re.findall(r'src="([^"]{0,22})', page)
    assert len(sources) == 2
    assert all(source == "data:image/png;base64," for source in sources)
    assert page.count("<svg") == 4
    assert "<script" not in page


def test_the_report_computes_what_held_out_time_and_no_model_give(
    published: tuple[TrainingResult, Path],
) -> None:
    result, folder = published
    numbers = json.loads((folder / "report.json").read_text())
    blocked, looked_up = numbers["time_blocked"], numbers["look_up"]
    assert len(blocked["fold_accuracies"]) == 3
    page = (folder / "report.html").read_text()
    validation, n_windows = numbers["validation"], numbers["validation"]["n_windows"]
    assert percent_of(blocked["accuracy"], blocked["n_windows"]) in page
    assert percent_of(looked_up["accuracy"], n_windows) in page
    assert percent_of(validation["accuracy"], n_windows) in page
    assert result.model.manifest.evaluation["time_blocked"] == blocked
    assert sum(map(sum, numbers["confusion"])) == numbers["validation"]["n_windows"]


def test_the_report_holds_the_network_and_the_table(
    published: tuple[TrainingResult, Path],
) -> None:
    from emgstream_training.backend import keras

    result, folder = published
    names = [path.name for path in folder.iterdir()]
    assert sorted(names) == sorted(REPORT_FILES)
    network = keras.models.load_model(folder / "model.h5", compile=False)
    windows = np.random.default_rng(1).standard_normal((8, 10, 3)).astype(np.float32)
    model = result.model
    np.testing.assert_allclose(
        network(windows, training=False).numpy(),
        LitertClassifier(model.classifier, model.classifier_batch).predict(windows),
        rtol=0,
        atol=1e-5,
    )


def test_a_report_of_channels_that_are_one_signal_has_a_number_for_each(
    session_path: Path, tmp_path: Path
) -> None:
    table, path = read_table(session_path), tmp_path / "twice.csv"
    assert table.labels is not None
    names = tuple(f"{name}{again}" for again in "ab" for name in table.channel_names)
    rows = (
        ",".join([*map(str, samples), *map(str, samples), table.label_names[label]])
        for samples, label in zip(table.samples.tolist(), table.labels.tolist(), strict=True)
    )
    path.write_text("\n".join([",".join([*names, "label"]), *rows]) + "\n")
    stated = ColumnChoice(names, rate_hz=1000.0)
    train([path], columns=stated, report_dir=tmp_path / "report", max_epochs=1)
    text = (tmp_path / "report" / "report.json").read_text()
    found = json.loads(text, parse_constant=pytest.fail)["correlations_with_label"]
    assert found["bicepsa with bicepsb over 20 steps"] == 0.0
    n_of_steps, n_context = 6 * 4 + 15, 6 * 4 + 15 + 2 * 2 * 6 * 6
    assert len(found) == n_of_steps + n_context


def test_all_figures_of_a_report_are_of_one_network(session_path: Path, tmp_path: Path) -> None:
    train([session_path], report_dir=tmp_path, max_epochs=2)
    report = json.loads((tmp_path / "report.json").read_text())
    confusion, validation = np.array(report["confusion"]), report["validation"]
    assert validation["n_windows"] == confusion.sum()
    assert validation["accuracy"] == pytest.approx(np.trace(confusion) / confusion.sum())
    shares = np.diag(confusion) / confusion.sum(axis=1)
    assert validation["balanced_accuracy"] == pytest.approx(shares.mean())


def test_ctrl_c_still_gives_a_model_and_a_report_that_says_so(
    session_path: Path, tmp_path: Path
) -> None:
    def press_ctrl_c(progress: EpochProgress) -> None:
        if progress.epoch == 1:
            raise KeyboardInterrupt

    result = train([session_path], report_dir=tmp_path / "report", progress=press_ctrl_c)
    assert result.interrupted
    assert result.model.manifest.evaluation["interrupted"] is True
    assert "Stopped by Ctrl-C after 1 epoch;" in (tmp_path / "report" / "report.html").read_text()
    Pipeline(result.model)


def test_ctrl_c_in_the_check_on_held_out_time_costs_only_the_check(
    small_path: Path, tmp_path: Path
) -> None:
    def press_ctrl_c(progress: EpochProgress) -> None:
        if "held-out time 2" in progress.stage:
            raise KeyboardInterrupt

    folder = tmp_path / "report"
    result = train(
        [small_path], "published", report_dir=folder, max_epochs=2, progress=press_ctrl_c
    )
    assert result.interrupted
    assert len(result.history) == 2
    assert "time_blocked" not in result.model.manifest.evaluation
    assert "Held-out time was not measured" in (folder / "report.html").read_text()


def test_wrong_words_are_refused_before_anything_is_trained(
    session_path: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="no recipe is called 'best'; there are realtime"):
        train([session_path], "best")
    other_path = tmp_path / "other.csv"
    other_path.write_text("\n".join(session_path.read_text().splitlines()[:-10]))
    with pytest.raises(UsageError, match="takes one recording and got 2"):
        train([session_path, other_path], "published")
    with pytest.raises(UsageError, match="0 epochs; expected at least 1"):
        train([session_path], max_epochs=0)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write the report to"):
        train([session_path], report_dir=tmp_path / "file" / "report")


def test_training_prints_nothing(session_path: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from emgstream_training.train import train; "
        "train([Path(sys.argv[1])], report_dir=Path(sys.argv[2]), max_epochs=1)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, session_path, tmp_path / "report"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
