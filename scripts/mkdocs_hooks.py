"""Hooks of mkdocs: the pages at the top of the project become part of the site.

Their links, and links to them, are those of the repository, so that they work there as well; on the
site they lead to the pages of the site.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parent.parent
TOP_PAGES = {
    name: f"project/{name.lower()}" for name in ("BENCHMARKS.md", "CHANGELOG.md", "CONTRIBUTING.md")
}
"""Pages at the top of the project, each with its place on the site."""

_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages at the top of the project."""
    for name, place in TOP_PAGES.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, place, content=site_links(text, name)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn the links of a page in docs/ to the pages at the top."""
    place = page.file.src_uri
    return markdown if place in TOP_PAGES.values() else site_links(markdown, f"docs/{place}")


def site_links(markdown: str, place: str) -> str:
    """Return the text of a page with its links as they must be on the site.

    ``place`` is the path of the page in the repository.

    >>> site_links("[the API](docs/reference/api.md#errors)", "CHANGELOG.md")
    '[the API](../reference/api.md#errors)'
    >>> site_links("[figures](../BENCHMARKS.md)", "docs/tutorial.md")
    '[figures](project/benchmarks.md)'
    """

    def turned(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(place), found[1]))
        return f"]({posixpath.relpath(_on_site(target), posixpath.dirname(_on_site(place)))}"

    return _LINK.sub(turned, markdown)


def _on_site(path: str) -> str:
    """Return the place on the site of a file of the repository."""
    return TOP_PAGES.get(path, path.removeprefix("docs/"))
