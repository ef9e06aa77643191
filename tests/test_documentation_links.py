"""Links, pictures and figures of the documentation, checked without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from emgstream import __version__
from tests.documentation import PAGES, README, ROOT, without_code

TOP = [ROOT / name for name in ("BENCHMARKS.md", "CHANGELOG.md", "CONTRIBUTING.md")]
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")


def links(page: Path) -> list[str]:
    return LINK.findall(without_code(page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, which are those of GitHub and of mkdocs."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
        at_github = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        at_mkdocs = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip())
        if at_github == at_mkdocs:
            found.append(at_github)
    return set(found)


@pytest.mark.parametrize("page", [*PAGES, *TOP], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme:
            assert parts.scheme in ("http", "https"), link
            continue
        target = (page.parent / parts.path).resolve() if parts.path else page
        if not target.exists() or (parts.fragment and parts.fragment not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_every_page_is_in_the_navigation_and_no_other() -> None:
    text = (ROOT / "scripts" / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(re.findall(r": ([\w/-]+\.md)$", text.split("\nnav:")[1], re.MULTILINE))
    pages = {str(page.relative_to(ROOT / "docs")) for page in PAGES if page != README}
    assert {name for name in named if not name.startswith("project/")} == pages


def test_every_picture_is_shown_somewhere_and_says_what_it_shows() -> None:
    shown = {
        ((page.parent / link).resolve(), text)
        for page in PAGES
        for text, link in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", page.read_text(encoding="utf-8"))
    }
    assert all(text for _, text in shown)
    assert {path for path, _ in shown} == set((ROOT / "docs" / "pictures").glob("*.png"))


def test_the_readme_has_at_most_two_hundred_lines() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200


def test_the_figures_of_the_readme_stand_in_the_benchmarks() -> None:
    text = README.read_text(encoding="utf-8")
    told = text.split("## How good, and how fast")[1].split("\n## ")[0]
    measured = (ROOT / "BENCHMARKS.md").read_text(encoding="utf-8")
    figures = re.findall(r"\d+\.\d+", told)
    assert len(figures) >= 5
    assert [figure for figure in figures if figure not in measured] == []


def test_the_citation_is_of_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation


def test_the_page_of_the_command_line_is_what_the_parsers_say() -> None:
    script = ROOT / "scripts" / "command_line_page.py"
    told = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")
