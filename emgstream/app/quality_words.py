"""The verdict on the signal of a channel in words, in the language of the user."""

from __future__ import annotations

from emgstream.quality import Quality
from emgstream.translation import tr

__all__ = ["quality_hint", "quality_words"]


def quality_words(verdict: Quality) -> str:
    """Return a verdict in a few words.

    >>> from emgstream.quality import QualityKind
    >>> quality_words(Quality(QualityKind.SAME, "biceps"))
    'same as biceps'
    """
    return f"{tr(verdict.kind.value)} {verdict.detail}".strip()


def quality_hint(name: str, verdict: Quality) -> str:
    """Return the verdict on a channel with what to do about it."""
    return f"{name}: {quality_words(verdict)}. {tr(verdict.advice)}"
