"""The summary of a run: how many decisions, how late, how right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emgstream.outputs.summary import Summary
from tests.outputs.updates import CLASSES, update


def test_latency_is_told_in_percentiles() -> None:
    summary = Summary(CLASSES)
    summary.observe(update(0, [1, 2]))
    assert summary.latency().p99_s == pytest.approx(0.004, rel=0.02)
    assert summary.n_decisions == 2


def test_the_stages_are_told_that_were_measured() -> None:
    summary = Summary(CLASSES)
    summary.observe(update(0, [0, 0, 1]))
    stages = summary.stages()
    assert set(stages) == {"line", "queue", "network"}
    assert stages["queue"].p50_s == pytest.approx(0.003, rel=0.02)
    assert stages["network"].p99_s == pytest.approx(0.001, rel=0.02)


def test_decisions_are_right_that_name_the_true_label_of_a_known_class() -> None:
    summary = Summary(CLASSES)
    one = update(0, [1, 1, 2, 0, 1])
    summary.observe(replace(one, labels=["fist", "open", "open", None, "thumb"]))
    document = summary.to_json()
    assert document["accuracy"] == pytest.approx(2 / 3)
    assert document["recall"] == {"fist": 1.0, "open": 0.5}
    assert document["balanced_accuracy"] == 0.75
    assert document["labels_unknown_to_model"] == 1
