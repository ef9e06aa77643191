from __future__ import annotations

from typing import Any

from emgstream.app.evaluation_pace import EvaluationPace

PLAN = {"event": "plan", "n_tasks": 6, "n_folds": 2, "n_epochs": 4}
QUICK = {"lda": 0.8, "random_forest": 0.8}


def epoch(what: str, stage: str = "training") -> dict[str, Any]:
    return {"event": "epoch", "what": what, "stage": stage}


def done(what: str, scores: dict[str, float]) -> dict[str, Any]:
    return {"event": "done", "what": what, "balanced_accuracy": scores}


def test_it_tells_fold_model_epoch_and_the_time_that_is_left() -> None:
    pace = EvaluationPace(n_jobs=1)
    assert pace.words == "Reading the recordings …"
    pace.follow(PLAN, 0.0)
    assert pace.words == "Simple methods, 0 of 3 done …"
    for what in ("fold 1", "fold 2", "random"):
        pace.follow(done(what, QUICK), 1.0)
    assert pace.share == 0.0, "the networks take nearly all of the time"
    pace.follow(epoch("fold 1"), 2.0)
    assert pace.left_s is None, "one epoch alone tells no duration"
    pace.follow(epoch("fold 1"), 4.0)
    assert pace.words == "CNN-LSTM, fold 1, epoch 2 of 4   0:00:20 left at most"
    assert pace.left_s == 2.0 * (3 * 4 - 2)


def test_a_training_that_stopped_early_goes_on_counting_from_the_next() -> None:
    pace = EvaluationPace(n_jobs=1)
    pace.follow(PLAN, 0.0)
    pace.follow(epoch("fold 1"), 1.0)
    pace.follow(epoch("fold 1", "training again"), 2.0)
    assert pace.share == 3 / 12


def test_the_bar_is_never_full_while_anything_runs() -> None:
    pace = EvaluationPace(n_jobs=2)
    pace.follow(PLAN, 0.0)
    for what in ("fold 1", "fold 2", "random"):
        pace.follow(done(what, QUICK), 1.0)
    for what in ("fold 1", "fold 2", "random"):
        for _ in range(9):
            pace.follow(epoch(what), 2.0)
            assert pace.share < 1.0
        pace.follow(done(what, {"cnn_lstm": 0.9}), 3.0)
    assert pace.share < 1.0
    assert pace.words == "Counting the figures …"


def test_a_model_that_is_only_judged_counts_its_tasks() -> None:
    pace = EvaluationPace(n_jobs=1)
    pace.follow({**PLAN, "n_tasks": 3, "n_epochs": 0}, 0.0)
    pace.follow(done("fold 1", {**QUICK, "cnn_lstm": 0.9}), 1.0)
    assert pace.words == "1 of 3 done …"
    assert pace.share == 1 / 3
