"""Texts of files made fit for a page: without markup, and without letters that are not shown."""

from __future__ import annotations

from html import escape

from emgstream.printable import printable_lines

__all__ = ["page_text"]


def page_text(text: str) -> str:
    r"""Return a text as HTML that shows it letter by letter; line breaks stay.

    >>> page_text("<b>arm\x1b[2J & hand</b>")
    '&lt;b&gt;arm\\x1b[2J &amp; hand&lt;/b&gt;'
    """
    return escape(printable_lines(text))
