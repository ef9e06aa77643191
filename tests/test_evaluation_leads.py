"""The leads of the network and the worth of its paths, in tables and sentences."""

from __future__ import annotations

from typing import Any

import pytest

from emgstream.app.evaluation_leads import (
    lead_rows,
    lead_words,
    main_lead,
    network_leads,
    path_rows,
)


def difference(mean: float | None, low: float | None, high: float | None) -> dict[str, Any]:
    return {"difference": mean, "confidence_interval_95": [low, high], "folds": []}


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "models": {},
        "lead_against": "strong_lda",
        "leads": {
            "lda": difference(0.117, 0.08, 0.154),
            "strong_lda": difference(0.0522, 0.049, 0.0554),
            "random_forest": difference(0.0, -0.031, 0.031),
        },
        "paths": {
            "cnn_lstm": {
                "balanced_accuracy": 0.81,
                "confidence_interval_95": [0.77, 0.85],
                "adds": difference(0.006, -0.002, 0.014),
            },
            "linear_path": {
                "balanced_accuracy": 0.874,
                "confidence_interval_95": [None, None],
                "adds": difference(None, None, None),
            },
        },
    }


def test_the_strong_lda_is_the_first_row_with_the_digits_of_its_own_interval(
    document: dict[str, Any],
) -> None:
    assert lead_rows(document) == (
        ("strong LDA", "+5.2", "+4.9 to +5.5"),
        ("LDA", "+12", "+8 to +15"),
        ("random forest", "+0", "-3 to +3"),
    )
    assert lead_words(document) == (
        "Lead of the network over strong LDA on the same decisions: +5.2 points "
        "(95 % interval +4.9 to +5.5)."
    )


@pytest.mark.parametrize(
    ("low", "high", "is_chance"), [(-1, 3, True), (1, 3, False), (-3, -1, False)]
)
def test_a_lead_whose_interval_holds_0_is_said_to_be_chance(
    document: dict[str, Any], low: int, high: int, is_chance: bool
) -> None:
    document["leads"]["strong_lda"] = difference((low + high) / 200, low / 100, high / 100)
    assert lead_words(document).endswith("the lead may be chance.") == is_chance


def test_a_single_fold_has_a_lead_without_an_interval(document: dict[str, Any]) -> None:
    document["leads"] = {"strong_lda": difference(-0.034, None, None)}
    assert lead_rows(document) == (("strong LDA", "-3", "–"),)
    assert lead_words(document).endswith("on the same decisions: -3 points.")


def test_a_path_that_this_version_does_not_know_has_its_name_in_files(
    document: dict[str, Any],
) -> None:
    document["paths"]["other_path"] = document["paths"].pop("linear_path")
    assert path_rows(document) == (
        ("CNN-LSTM", "81 %", "77 to 85 %", "+0.6", "-0.2 to +1.4"),
        ("other_path", "87 %", "–", "–", "–"),
    )


def test_a_document_of_before_has_the_lead_of_its_means_over_lda() -> None:
    means = {"cnn_lstm": 0.84, "lda": 0.75, "random_forest": None}
    document = {"models": {name: {"balanced_accuracy": mean} for name, mean in means.items()}}
    (lead,) = network_leads(document)
    assert lead == main_lead(document)
    assert (lead.title, lead.points, lead.interval) == ("LDA", "+9", None)
    assert path_rows(document) == ()


def test_without_the_network_there_is_no_lead() -> None:
    document = {"models": {"lda": {"balanced_accuracy": 0.8}}}
    assert (network_leads(document), main_lead(document), lead_words(document)) == ((), None, "")
    early = {**document, "leads": {}, "lead_against": "strong_lda"}
    assert (network_leads(early), lead_words(early)) == ((), "")
