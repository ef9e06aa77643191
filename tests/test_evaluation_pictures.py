from __future__ import annotations

from typing import Any

import pytest

from emgstream.app.evaluation_pictures import (
    HeldOutRun,
    class_recalls,
    held_out_runs,
    model_accuracies,
    truth_against_decision,
    validation_matrix,
)


def figures(accuracy: float | None, **more: Any) -> dict[str, Any]:
    return {
        "balanced_accuracy": accuracy,
        "confidence_interval_95": [0.7, 0.9],
        "folds": [0.75, 0.85],
        "random_split": 0.97,
        **more,
    }


@pytest.fixture
def document() -> dict[str, Any]:
    network = figures(
        0.8, confusion=[[90, 10, 0], [0, 100, 0], [0, 0, 0]], ribbon=[[0, 20, 80, 0, 1]]
    )
    return {
        "classes": ["fist", "open", "rest"],
        "models": {"lda": figures(None), "cnn_lstm": network},
    }


def test_a_model_without_a_figure_has_no_bar(document: dict[str, Any]) -> None:
    (bar,) = model_accuracies(document)
    assert (bar.title, bar.mean, bar.interval, bar.decimals) == ("network", 0.8, (0.7, 0.9), 0)


def test_recall_has_the_interval_of_its_decisions_and_what_it_was_taken_for(
    document: dict[str, Any],
) -> None:
    matrix = truth_against_decision(document, "cnn_lstm")
    assert matrix is not None
    fist, opened, rest = class_recalls(matrix)
    assert (fist.share, fist.taken_for) == (0.9, "open")
    assert fist.interval is not None
    assert fist.interval[0] < 0.75, "100 overlapping windows are ten observations"
    assert (opened.share, opened.taken_for) == (1.0, "")
    assert (rest.share, rest.interval) == (None, None)


def test_runs_name_their_classes(document: dict[str, Any]) -> None:
    assert held_out_runs(document, "cnn_lstm") == (HeldOutRun(0, 20, 80, "fist", "open"),)


def test_a_document_of_the_first_version_is_drawn_without_a_ribbon(
    document: dict[str, Any],
) -> None:
    del document["models"]["cnn_lstm"]["ribbon"]
    assert held_out_runs(document, "cnn_lstm") == ()
    assert truth_against_decision(document, "cnn_lstm") is not None
    assert truth_against_decision(document, "random_forest") is None


def test_an_adapted_model_has_no_matrix() -> None:
    assert validation_matrix({"event": "calibrated"}) is None
