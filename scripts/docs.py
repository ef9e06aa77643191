"""Build the documentation into build/docs and check it: ``python3 scripts/docs.py``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from _environment import PYTHON, ROOT, ensure, run

CONFIGURATION = ("--config-file", "scripts/mkdocs.yml")
SITE = ROOT / "build" / "docs"
LOADED_BY = {"iframe": "src", "img": "src", "link": "href", "script": "src", "source": "src"}
"""Tags of HTML that make a browser ask for a file, each with its attribute for the address."""


def main() -> int:
    """Write the page of the command line, build all pages and check them, or show them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--serve", action="store_true", help="show the pages at http://127.0.0.1:8000, and no more"
    )
    parser.add_argument(
        "--check", action="store_true", help="install and write nothing but the built pages"
    )
    arguments = parser.parse_args()
    if not arguments.check:
        ensure("docs")
    os.environ["EMGSTREAM_LANGUAGE"] = "en"
    os.environ["NO_MKDOCS_2_WARNING"] = "1"  # the banner of another version
    written = [] if arguments.check else ["--write"]
    if run(PYTHON, "scripts/command_line_page.py", *written) != 0:
        return 1
    mkdocs = (PYTHON, "-m", "mkdocs")
    if arguments.serve:
        return run(*mkdocs, "serve", *CONFIGURATION)
    if run(*mkdocs, "build", "--strict", "--quiet", "--clean", *CONFIGURATION) != 0:
        return 1
    pages = {path: HtmlPage(path) for path in sorted(SITE.rglob("*.html"))}
    faults = [fault for page in pages.values() for fault in page.faults(pages)]
    faults += [
        f"{path.relative_to(SITE)}: asks another server"
        for path in SITE.rglob("*.css")
        if "url(http" in path.read_text("utf-8") or "@import" in path.read_text("utf-8")
    ]
    print(*faults, f"{len(pages)} pages in {SITE / 'index.html'}", sep="\n")
    return 1 if faults else 0


class HtmlPage(HTMLParser):
    """A built page: its links, its anchors and the files that it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.anchors = {""}
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag links to or loads."""
        values = {name: value for name, value in attrs if value is not None}
        if "id" in values:
            self.anchors.add(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        address = values.get(LOADED_BY.get(tag, ""))
        if address is not None:
            self.loaded.append(address)

    def faults(self, pages: dict[Path, HtmlPage]) -> Iterator[str]:
        """Yield a line for each dead link, and for each file of another server."""
        place = self.path.relative_to(SITE)
        for address in self.loaded:
            if urlsplit(address).netloc:
                yield f"{place}: asks another server for {address}"
            elif not self._target(address).is_file():
                yield f"{place}: no file {address}"
        for address in self.links:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or place.name == "404.html":
                continue
            target = self._target(address)
            if not target.is_file():
                yield f"{place}: dead link {address}"
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{place}: no anchor {address}"

    def _target(self, address: str) -> Path:
        """Return the file that an address of this page leads to."""
        path = unquote(urlsplit(address).path)
        target = SITE / path[1:] if path.startswith("/") else self.path.parent / path
        target = target.resolve() if path else self.path
        return target / "index.html" if target.is_dir() else target


if __name__ == "__main__":
    sys.exit(main())
