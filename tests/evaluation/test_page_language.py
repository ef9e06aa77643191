"""A page that is built where texts are looked up in another language is whole."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from emgstream_training.evaluation import evaluate, evaluation_page, prepare

from emgstream import translation
from emgstream.bundle import Model
from tests.gui.pseudo_language import Pseudo


def headings(page: str) -> list[str]:
    return re.findall(r"<h2[^>]*>(.*?)</h2>", page)


def test_the_page_of_an_evaluation_can_be_built_in_any_language(
    session_path: Path, demo_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = evaluate(prepare([session_path], model=demo_model, n_folds=2), n_jobs=1)
    in_english = evaluation_page(evaluation)
    pseudo = Pseudo()
    monkeypatch.setattr(translation, "_translations", lambda: pseudo)
    page = evaluation_page(evaluation)
    assert headings(page) == headings(in_english) != []
    assert "⟦within movements⟧" in unescape(page)
