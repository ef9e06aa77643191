from __future__ import annotations

import gzip
import io
import json
import re
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from emgstream_training.evaluation import (
    Evaluation,
    EvaluationProgress,
    PreparedEvaluation,
    evaluate,
    evaluation_page,
    prepare,
)
from emgstream_training.evaluation.contrast import judge_random_split
from emgstream_training.evaluation.evaluation_figures import balanced
from emgstream_training.evaluation.fold_recording import FoldRecording, decisions_of_baseline
from emgstream_training.evaluation.folds import Study, judge_fold
from emgstream_training.evaluation.network_paths import decisions_of_paths
from emgstream_training.evaluation.protocols import make_plan
from emgstream_training.realtime import TRAINING
from emgstream_training.recipes import REALTIME

from emgstream.app.evaluation_leads import lead_rows, main_lead, path_rows
from emgstream.app.evaluation_table import accuracy_figures, decimals_for, online_figures
from emgstream.bundle import Model, read_model, write_model
from emgstream.cli import main
from emgstream.errors import UsageError
from emgstream.steps import RAW_STEP
from tests.conftest import OLD_FORM_MODEL
from tests.evaluation.conftest import Writer, recordings

BASELINES = ("strong_lda", "lda", "random_forest")
MODELS = ("cnn_lstm", *BASELINES)


@pytest.fixture(scope="module")
def prepared(session_path: Path, demo_model: Model) -> PreparedEvaluation:
    return prepare([session_path], model=demo_model, n_folds=2)


@pytest.fixture(scope="module")
def evaluation(prepared: PreparedEvaluation) -> Evaluation:
    return evaluate(prepared, n_jobs=1)


@pytest.fixture(scope="module")
def trained_here(session_path: Path) -> PreparedEvaluation:
    """One fold and a random split, the network trained for a single epoch on each."""
    whole = prepare([session_path], n_folds=4)
    return replace(
        whole,
        study=replace(whole.study, recipe=REALTIME.with_max_epochs(1)),
        plan=replace(whole.plan, folds=whole.plan.folds[:1]),
    )


def unconditioned(model: Model) -> Model:
    """The model without a filter, which would carry what it saw from one row to the next."""
    return replace(model, manifest=replace(model.manifest, conditioning={"kind": "none"}))


def figures(evaluation: Evaluation) -> dict[str, Any]:
    """Everything but how long it took."""
    document = evaluation.to_json()
    for fold in document["folds"]:
        del fold["duration_s"]
    return document


def test_the_document_is_of_the_shape_that_is_promised(evaluation: Evaluation) -> None:
    document = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert document["protocol"] == "repetition"
    assert document["sessions"][0]["file"] == "session.csv"
    assert set(document["models"]) == set(MODELS)
    for name, model in document["models"].items():
        assert len(model["folds"]) == 2
        assert model["balanced_accuracy"] == pytest.approx(np.mean(model["folds"]))
        low, high = model["confidence_interval_95"]
        assert low <= model["balanced_accuracy"] <= high
        assert 0.0 <= model["calibration_error"] <= 1.0
        n_decisions = sum(fold["n_decisions"] for fold in document["folds"])
        assert sum(map(sum, model["confusion"])) == n_decisions
        assert sum(part["n"] for part in model["reliability"]) == n_decisions
        assert (model["random_split"] is None) == (name == "cnn_lstm")
        assert model["onsets"]["n"] > 0


def test_leads_are_of_pairs_and_the_one_over_the_strong_lda_is_the_main_one(
    evaluation: Evaluation,
) -> None:
    document = json.loads(json.dumps(evaluation.to_json(), allow_nan=False))
    assert list(document["leads"]) == list(BASELINES)
    for name, lead in document["leads"].items():
        of_network, of_baseline = (document["models"][one]["folds"] for one in ("cnn_lstm", name))
        np.testing.assert_allclose(lead["folds"], np.subtract(of_network, of_baseline))
        low, high = lead["confidence_interval_95"]
        assert lead["difference"] == pytest.approx(np.mean(lead["folds"]))
        assert low <= lead["difference"] <= high
    main = main_lead(document)
    assert main is not None
    assert (main.name, main.mean) == ("strong_lda", document["leads"]["strong_lda"]["difference"])


def test_each_path_adds_what_the_others_together_lack(evaluation: Evaluation) -> None:
    paths = evaluation.to_json()["paths"]
    assert list(paths) == ["cnn_lstm", "linear_path", "kernel_path"]
    network = evaluation.models["cnn_lstm"].folds
    for name in paths:
        others = [balanced(fold.paths[name].without) for fold in evaluation.folds]
        lacking = np.subtract(network, others)
        np.testing.assert_allclose(paths[name]["adds"]["folds"], lacking, atol=1e-12)
        alone = [balanced(fold.paths[name].alone) for fold in evaluation.folds]
        np.testing.assert_allclose(paths[name]["folds"], alone, atol=1e-12)
    for fold in evaluation.folds:
        for path in fold.paths.values():
            whole = fold.decisions["cnn_lstm"].instants
            np.testing.assert_array_equal(path.alone.instants.rows, whole.rows)


def test_a_network_with_one_path_and_a_model_of_before_have_no_parts(
    prepared: PreparedEvaluation, demo_model: Model
) -> None:
    one_path = replace(demo_model, weights=without_other_paths(demo_model.weights))
    for model in (one_path, read_model(OLD_FORM_MODEL)):
        study = replace(prepared.study, model=model)
        view = FoldRecording.of(study.recordings, model.manifest, prepared.plan.folds[0], 0)
        assert decisions_of_paths(model, [view]) == {}


def without_other_paths(weights: bytes) -> bytes:
    """The weights of a network that has only the path through convolution and LSTM."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(weights)) as archive, zipfile.ZipFile(kept, "w") as other:
        for name in archive.namelist():
            if not name.startswith(("linear_path/", "kernel_")):
                other.writestr(name, archive.read(name))
    return kept.getvalue()


def test_all_models_decide_at_the_very_same_instants(evaluation: Evaluation) -> None:
    for fold in evaluation.folds:
        first, *others = (fold.decisions[name].instants for name in MODELS)
        for other in others:
            np.testing.assert_array_equal(first.rows, other.rows)
            np.testing.assert_array_equal(first.truth, other.truth)


def test_no_window_that_is_learned_from_holds_a_row_that_is_held_out(
    prepared: PreparedEvaluation,
) -> None:
    study = prepared.study
    assert study.model is not None
    for fold in prepared.plan.folds:
        view = FoldRecording.of(study.recordings, study.model.manifest, fold, 0)
        within = np.arange(view.n_window) - (view.n_window - 1)
        learned = view.training.rows[:, np.newaxis] + within
        assert len(learned) > 50
        assert not fold.test[0][learned].any()
        assert np.all(fold.parts[0][learned] == TRAINING)
        assert fold.test[0][view.test.rows].all()
        far = np.arange(view.n_reach) - (view.n_reach - 1)
        reached = view.training_for("strong_lda").rows[:, np.newaxis] + far
        assert view.n_reach > view.n_window
        assert len(view.training) > len(reached) > 50
        assert not fold.test[0][np.maximum(reached, 0)].any()


def test_what_is_held_out_changes_nothing_of_what_baselines_learn(
    prepared: PreparedEvaluation,
) -> None:
    """The same decisions on an untouched test part, whatever the rest of it looks like."""
    fold = prepared.plan.folds[0]
    assert prepared.study.model is not None
    study = replace(prepared.study, model=unconditioned(prepared.study.model))
    before = judge_fold(study, fold)
    (table,) = study.recordings.tables
    rows = before.decisions["lda"].instants.rows
    spoiled = table.samples.copy()
    late = np.arange(table.n_rows) > rows[len(rows) // 2]
    spoiled[fold.test[0] & late] *= 50.0
    other = replace(study.recordings, tables=(replace(table, samples=spoiled),))
    after = judge_fold(replace(study, recordings=other), fold)
    early = rows <= rows[len(rows) // 2]
    for name in BASELINES:
        np.testing.assert_array_equal(
            before.decisions[name].probabilities[early], after.decisions[name].probabilities[early]
        )
        assert np.any(before.decisions[name].probabilities != after.decisions[name].probabilities)


def test_leakage_is_found_where_labels_have_nothing_to_do_with_the_signal(
    write: Writer, demo_model: Model
) -> None:
    """Every repetition rests at a level of its own: easy to remember, useless to know."""
    random = np.random.default_rng(5)
    labels = "xyz" * 6
    levels = np.repeat(random.uniform(100.0, 900.0, (len(labels), 3)), 80, axis=0)
    samples = levels + random.normal(0.0, 1.0, levels.shape)
    used = recordings(write(labels, 80, samples=samples))
    plain = unconditioned(demo_model)
    manifest = replace(plain.manifest, class_names=used.class_names, step=RAW_STEP)
    study = Study(used, REALTIME, 1, replace(plain, manifest=manifest))
    leaky = judge_random_split(study).balanced_accuracy["random_forest"]
    assert leaky is not None
    assert leaky > 0.95
    held_out = [
        balanced(
            decisions_of_baseline(
                "random_forest", 3, [FoldRecording.of(used, manifest, fold, 0)], study.seed
            )
        )
        for fold in make_plan(used).folds
    ]
    assert np.mean(held_out) < 0.6


@pytest.mark.tensorflow
def test_the_baselines_are_first_and_the_same_as_beside_the_network(
    trained_here: PreparedEvaluation,
) -> None:
    happened: list[str] = []
    early: list[Evaluation] = []

    def note_early(found: Evaluation) -> None:
        happened.append("early")
        early.append(found)

    whole = evaluate(
        trained_here,
        n_jobs=1,
        done=lambda one: happened.append(", ".join(one.balanced_accuracy)),
        learning=lambda one: happened.append(f"epoch {one.epoch.epoch} of {one.what}"),
        early=note_early,
    )
    quick, slow = ", ".join(BASELINES), "cnn_lstm"
    fold, random = trained_here.plan.folds[0].name, "random split, for comparison"
    assert happened == [
        *(quick, quick, "early"),
        *(f"epoch 1 of {fold}", slow),
        *(f"epoch 1 of {random}", slow),
    ]
    assert trained_here.n_epochs == 1
    study, (one_fold,) = trained_here.study, trained_here.plan.folds
    together = judge_fold(study, one_fold)
    for name in BASELINES:
        for found in (early[0], whole):
            np.testing.assert_array_equal(
                found.folds[0].decisions[name].probabilities, together.decisions[name].probabilities
            )
    assert set(early[0].models) == set(BASELINES)
    assert evaluation_page(early[0]).endswith("</html>\n")


def test_the_ribbon_has_every_decision_at_its_row(evaluation: Evaluation) -> None:
    document = evaluation.to_json()
    assert document["format_version"] == 3
    (table,) = evaluation.study.recordings.tables
    for name, model in document["models"].items():
        counted = np.zeros_like(evaluation.models[name].confusion)
        hop = 20
        for recording, first, last, truth, decided in model["ribbon"]:
            assert recording == 0
            assert table.label_names_by_row()[first] == document["classes"][truth]
            counted[truth, decided] += (last - first) // hop + 1
        np.testing.assert_array_equal(counted, evaluation.models[name].confusion)


@pytest.mark.tensorflow
def test_folds_in_processes_and_on_dask_give_the_same_figures(
    trained_here: PreparedEvaluation,
) -> None:
    distributed = pytest.importorskip("distributed")
    in_processes = figures(evaluate(trained_here, n_jobs=2))
    for name in MODELS:
        assert in_processes["models"][name]["random_split"] is not None
        assert in_processes["models"][name]["leakage"] is not None
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0"
    ) as cluster:
        on_dask = figures(evaluate(trained_here, dask_address=cluster.scheduler_address))
    assert on_dask == in_processes


def test_a_scheduler_that_is_not_there_is_one_line(prepared: PreparedEvaluation) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9 within"):
        evaluate(prepared, dask_address="tcp://127.0.0.1:9")


def test_a_model_judged_on_what_it_was_trained_on_is_called_leakage(
    prepared: PreparedEvaluation, session_path: Path, demo_model: Model
) -> None:
    assert not [note for note in prepared.notes if "leakage" in note]
    (table,) = prepared.study.recordings.tables
    data = ({"name": session_path.name, "sha256": table.sha256, "n_rows": table.n_rows},)
    taught = replace(demo_model, manifest=replace(demo_model.manifest, training_data=data))
    (note,) = prepare([session_path], model=taught, n_folds=2).notes
    assert note.startswith("leakage: the model was trained on session.csv, ")


def test_what_was_repaired_is_among_the_notes(session_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text(session_path.read_text() + "0.1")
    (note,) = prepare([path], n_folds=2).notes
    assert note.startswith("short.csv: 1 last line, cut short, dropped")


def test_random_alone_gives_no_honest_figure(session_path: Path, demo_model: Model) -> None:
    found = evaluate(prepare([session_path], model=demo_model, protocol="random"), n_jobs=1)
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert set(document["models"]) == set(BASELINES)
    assert document["models"]["lda"]["balanced_accuracy"] is None
    assert document["models"]["lda"]["random_split"] > 0.5
    page = evaluation_page(found)
    assert page.endswith("</html>\n")
    assert not re.search(r">(folds|window|interval)<|<td[^>]*>-<", page)


def test_random_alone_prints_no_figure_that_it_has_not(
    session_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--model", "demo", "--protocol", "random", "--jobs", "1"]
    assert main(["evaluate", str(session_path), *words]) == 0
    out = capsys.readouterr().out
    assert "random split" in out
    assert not re.search(r"folds|window|interval|recall| -( |$)", out, re.MULTILINE)


def test_more_folds_than_there_is_to_hold_out_are_noted(session_path: Path) -> None:
    (note,) = prepare([session_path], protocol="random", n_folds=9).notes
    assert note == "--folds 9 has no effect: --protocol random has no folds"
    (note,) = prepare([session_path], n_folds=9).notes
    assert note.startswith("--folds 9: only 4 folds run, as --protocol repetition cannot")


def test_the_page_shows_every_figure_and_needs_nothing_else(evaluation: Evaluation) -> None:
    page = evaluation_page(evaluation)
    document = evaluation.to_json()
    decimals = decimals_for(document)
    for model in document["models"].values():
        for _, figure in (*accuracy_figures(model, decimals), *online_figures(model, decimals)):
            assert escape(figure) in page
    for row in (*lead_rows(document), *path_rows(document)):
        for cell in row:
            assert escape(cell) in page
    assert page.count("<svg") == 8
    assert "leakage" in page
    assert not re.search(r"https?://|<script|<img|<link", page)


def test_ctrl_c_between_folds_keeps_what_is_finished(prepared: PreparedEvaluation) -> None:
    def press(done: EvaluationProgress) -> None:
        assert set(done.balanced_accuracy) == set(MODELS)
        raise KeyboardInterrupt

    stopped = evaluate(prepared, n_jobs=1, done=press)
    assert stopped.interrupted
    assert len(stopped.folds) == 1
    assert "Stopped by Ctrl-C after 1 of 2 folds" in evaluation_page(stopped)


@pytest.mark.tensorflow
def test_ctrl_c_ends_the_workers_at_once_and_says_what_was_finished(
    session_path: Path, tmp_path: Path
) -> None:
    """Long folds in two processes: pressed before any of them is done, nothing lingers."""
    command = [sys.executable, "-m", "emgstream", "evaluate", str(session_path), "--jobs", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stderr is not None
        assert "protocol repetition" in process.stderr.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=60) == 1
    assert "stopped by Ctrl-C" in rest
    assert "Traceback" not in rest


def test_the_verb_prints_a_table_and_writes_both_files(
    session_path: Path, demo_model: Model, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, figures_path, page = (tmp_path / name for name in ("m.emgmodel", "e.json", "e.html"))
    write_model(model, demo_model)
    words = ["--model", str(model), "--folds", "2", "--jobs", "1"]
    assert (
        main(
            [
                "evaluate",
                str(session_path),
                *words,
                "--json",
                str(figures_path),
                "--html",
                str(page),
            ]
        )
        == 0
    )
    out, told = capsys.readouterr()
    assert told.endswith("%\n")  # a line a fold, and no empty one
    assert "\n\n" not in told
    for word in ("strong LDA", "random forest", "balanced accuracy", "leakage", "hand_open"):
        assert word in out
    document = json.loads(figures_path.read_text())
    assert document["models"]["lda"]["folds"]
    lead = main_lead(document)
    assert lead is not None
    assert f"Lead of the network over strong LDA on the same decisions: {lead.points} points" in out
    for name, *_ in path_rows(document):
        assert re.search(rf"^{name} +\d", out, re.MULTILINE)
    assert page.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    "verb",
    [["evaluate"], pytest.param(["train", "--out", "arm"], marks=pytest.mark.tensorflow)],
)
def test_a_copy_of_a_recording_is_no_recording_of_its_own(
    verb: list[str],
    session_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    copy = Path("monday.csv.gz")
    copy.write_bytes(gzip.compress(session_path.read_bytes()))
    assert main([*verb, str(session_path), str(copy)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"emgstream: {session_path} and {copy} have the same ")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--folds", "1"], "--folds 1; expected at least 2"),
        (["--folds", "none"], "'none' is not a whole number above zero"),
        (["--protocol", "subject"], "expected at least two"),
        (["--model", "demo", "--recipe", "realtime"], "not allowed with argument"),
        (["--model", "demo", "--epochs", "3"], "--epochs 3 is for training"),
        (["--model", "demo", "--signal", "raw"], "--signal raw is for training"),
        (["--model", "demo", "--mains", "50"], "--mains 50 is for training"),
        (["--protocol", "session"], "besides session session there is none to train on"),
        (["--model", "nothing.emgmodel"], "nothing.emgmodel: no such file"),
        (["--channels", "biceps,nose"], "nose"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(
    session_path: Path, words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(session_path), *words]) == 1
    captured = capsys.readouterr()
    assert reason in captured.err
    assert captured.err.count("\n") == 1
