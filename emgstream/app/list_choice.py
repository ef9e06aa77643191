"""Entries of the lists from which a user chooses a source or a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emgstream.data import DEMO_MODEL
from emgstream.translation import tr

__all__ = ["ListChoice", "model_choices"]


@dataclass(frozen=True, slots=True)
class ListChoice:
    """One entry of a list."""

    title: str
    """Its text."""
    value: str
    """The address or the path that it stands for."""


def model_choices(paths: Sequence[Path]) -> list[ListChoice]:
    """Return one entry per model file; the shipped model is marked as synthetic."""
    return [
        ListChoice(tr("demo (synthetic)") if path == DEMO_MODEL else path.stem, str(path))
        for path in paths
    ]
