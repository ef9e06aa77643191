"""The model that decides, and the models on offer."""

from __future__ import annotations

from pathlib import Path

from emgstream.data import DEMO_MODEL
from emgstream.translation import tr

__all__ = ["ModelChoice"]


class ModelChoice:
    """The chosen model, or none, with those used recently and the shipped one."""

    def __init__(self) -> None:
        self.chosen: Path | None = None
        self._recent: list[Path] = []

    def choose(self, path: Path | None, recent: list[Path]) -> None:
        """Choose a model, or none; ``recent`` are those used before, newest first."""
        self.chosen, self._recent = path, recent

    @property
    def paths(self) -> list[Path]:
        """All models, the shipped one last."""
        paths = [path for path in self._recent if path != DEMO_MODEL]
        if DEMO_MODEL.exists():
            paths.append(DEMO_MODEL)
        if self.chosen is not None and self.chosen not in paths:
            paths.insert(0, self.chosen)
        return paths

    @property
    def title(self) -> str | None:
        """The name of the chosen model for people; None for no model."""
        if self.chosen == DEMO_MODEL:
            return tr("demo model, trained on synthetic EMG")
        return None if self.chosen is None else self.chosen.name
