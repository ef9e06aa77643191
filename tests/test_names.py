"""The names of the product: each once, as the glossary in CONTRIBUTING.md has them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (ROOT / "emgstream", ROOT / "training" / "emgstream_training")
NOT_COUNTED = ("__init__.py", "__main__.py")

QUESTION_WORDS = ("What", "How", "Where", "Who", "Whose", "Whether", "Which", "From", "When")


def files(*places: Path) -> Iterator[Path]:
    """Yield the files of Python in some folders, and those that are named themselves."""
    for place in places:
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def classes() -> list[str]:
    found = (node for path in files(*PACKAGES) for node in nodes(path))
    return [node.name for node in found if isinstance(node, ast.ClassDef)]


def docstrings(path: Path) -> Iterator[str]:
    """Yield the docstrings of a file: of itself, its classes and functions, and of fields."""
    for node in nodes(path):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            for part in node.body:
                if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant):
                    yield str(part.value.value)


def test_no_two_classes_have_one_name() -> None:
    assert [name for name, n in Counter(classes()).items() if n > 1] == []


def test_no_two_files_have_one_name() -> None:
    names = Counter(path.name for path in files(*PACKAGES))
    assert [name for name, n in names.items() if n > 1 and name not in NOT_COUNTED] == []


def test_every_class_of_the_glossary_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    glossary = text.split("## Glossary", 1)[1].split("\n## ", 1)[0]
    named = {
        name
        for row in re.findall(r"^\|[^|]*\|([^|]*)\|", glossary, re.MULTILINE)
        for name in re.findall(r"`([A-Z]\w*[a-z]\w*)[.`]", row)
    }
    assert len(named) > 60
    assert sorted(named - set(classes())) == []


def test_a_docstring_begins_with_what_it_describes() -> None:
    found = [(path.name, text.strip()) for path in files(*PACKAGES) for text in docstrings(path)]
    assert len(found) > 4000  # there are 4,335
    assert [one for one in found if one[1].split()[0] in QUESTION_WORDS] == []
