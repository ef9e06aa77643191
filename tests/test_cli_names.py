"""Names that no file can have, or that lead nowhere, are one sentence in every verb."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from emgstream.cli import main

LONG = "x" * 300 + ".csv"
NAMES = {
    "too long": LONG,
    "a path too long": "/".join(["y" * 200] * 30) + ".csv",
    "a link to itself": "loop.csv",
    "a link to nowhere": "dangling.csv",
    "half a letter": "a\udcff\udce9.csv",
    "nothing": "",
    "the folder": ".",
    "the root": "/",
    "two lines": "a\nb.csv",
}
VERBS = {
    "inspect": ["inspect"],
    "replay": ["replay", "--headless"],
    "train": ["train", "--out", "o.emgmodel"],
    "calibrate": ["calibrate", "demo", "--out", "o.emgmodel", "--model"],
    "convert": ["convert", "--out", "o.csv"],
    "evaluate": ["evaluate"],
    "export": ["export", "--out", "o"],
    "recover": ["recover"],
    "tune": ["tune"],
    "control": ["replay", "demo", "--headless", "--control"],
}


@pytest.mark.parametrize(
    "verb",
    [
        pytest.param(verb, marks=pytest.mark.tensorflow) if verb == "train" else verb
        for verb in VERBS
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_nowhere_is_one_sentence(
    verb: str,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if os.name != "nt":
        Path("loop.csv").symlink_to("loop.csv")
        Path("dangling.csv").symlink_to("nowhere.csv")
    assert main([*VERBS[verb], NAMES[name]]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len([line for line in told if line.startswith("emgstream: ")]) == 1
    assert "bug of its own" not in told[-1]


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("control.json", DEEP, ["replay", "demo", "--headless", "--control", "control.json"]),
        (
            "control.toml",
            f"a = {DEEP}",
            ["replay", "demo", "--headless", "--control", "control.toml"],
        ),
        ("arm.json", DEEP, ["recover", "arm.csv"]),
        ("arm.json", json.dumps({"format": float("nan")}), ["recover", "arm.csv"]),
        ("arm.json", DEEP, ["inspect", "arm.csv"]),
        ("arm.csv.columns.json", DEEP, ["inspect", "arm.csv"]),
    ],
)
def test_a_document_that_is_nested_too_deeply_is_no_bug(
    name: str,
    content: str,
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("arm.csv").write_text("a,b\n1,2\n3,4\n")
    Path(name).write_text(content)
    main(words)
    told = capsys.readouterr()
    assert "bug of its own" not in told.err
    assert len(told.err.splitlines()) <= 2


def test_documents_are_read_in_one_way() -> None:
    """Of people's files; what a child of our own writes is as it should be."""
    package = Path(__file__).resolve().parent.parent / "emgstream"
    own = {"doctor_job.py", "python_checks.py", "verb_process.py", "text_documents.py"}
    found = {
        path.name
        for path in package.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("json.loads(", "tomllib."))
    }
    assert found == own
