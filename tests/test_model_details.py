from __future__ import annotations

import re
from dataclasses import replace

from emgstream.app.model_details import model_facts
from emgstream.bundle import Model


def told(model: Model) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for name, text in model_facts(model):
        facts.setdefault(name, []).append(text)
    return facts


def test_the_features_are_told_once_for_all_their_spans(demo_model: Model) -> None:
    facts = told(demo_model)
    assert facts["step"] == ["20 samples"]
    assert facts["of each step"][0].startswith("rms over 1, 10 steps, floor ")
    assert len(facts["of each step"]) == 3
    lagged = [text for text in facts["of the newest"] if text.startswith("lagged correlation")]
    assert len(lagged) == 1
    assert lagged[0].startswith("lagged correlation over 20, 40 steps, ")


def test_the_share_of_each_path_is_told(demo_model: Model) -> None:
    (text,) = told(demo_model)["paths"]
    parts = [part.rpartition(" ") for part in text.removesuffix(" %").split(" %, ")]
    assert [name for name, _, _ in parts] == ["CNN-LSTM", "linear path", "kernel path"]
    assert 98 <= sum(int(share) for _, _, share in parts) <= 102
    manifest = replace(demo_model.manifest, calibration={"kind": "none"})
    assert "paths" not in told(replace(demo_model, manifest=manifest))


def test_a_model_without_a_context_has_its_step_on_one_line(published_model: Model) -> None:
    facts = told(published_model)
    assert facts["step"] == ["raw"]
    assert "of each step" not in facts


def test_the_look_back_and_the_time_of_a_decision_are_told(
    demo_model: Model, published_model: Model
) -> None:
    facts = told(demo_model)
    assert facts["looks back"] == ["800 ms (800 samples)"]
    (taken,) = facts["a decision"]
    assert re.fullmatch(r"takes \d[\d.e+]* ms on this computer, of the 20 ms until the next", taken)
    manifest = replace(published_model.manifest, sampling_rate_hz=None)
    facts = told(replace(published_model, manifest=manifest))
    assert facts["looks back"] == ["10 samples"]
    assert facts["a decision"][0].endswith(" ms on this computer")
