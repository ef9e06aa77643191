"""Some damaged weights and manifests in every run; `scripts/fuzz_models.py` tries thousands."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from emgstream.bundle import Model
from emgstream.errors import ModelFileError
from tests.scripts import script_module

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "fuzz_models.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return script_module("fuzz_models")


@pytest.mark.parametrize(("attack", "n"), [("_attack_weights", 1500), ("_attack_manifest", 60)])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_damaged_is_refused_in_one_sentence_or_decides_in_numbers(
    attack: str, n: int, script: ModuleType, demo_model: Model
) -> None:
    outcomes, reasons = set(), []
    for seed in range(n):
        try:
            outcomes.add(getattr(script, attack)(demo_model, np.random.default_rng(seed)))
        except ModelFileError as error:
            reasons.append(str(error))
    assert outcomes <= {"refused", "run"}
    assert "run" in outcomes
    assert len(reasons) > 0.3 * n
    assert all(len(one.splitlines()) == 1 for one in reasons)
