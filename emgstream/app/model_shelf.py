"""Which model decides, and which others there are to choose from. No Qt in here."""

from __future__ import annotations

from pathlib import Path

from emgstream.data import DEMO_MODEL

__all__ = ["ModelShelf"]


class ModelShelf:
    """The model that is chosen, or none, beside those used lately and the shipped one."""

    def __init__(self) -> None:
        self.chosen: Path | None = None
        self._lately: list[Path] = []

    def choose(self, path: Path | None, lately: list[Path]) -> None:
        """Take a model, or none; ``lately`` are those used lately, newest first."""
        self.chosen, self._lately = path, lately

    @property
    def paths(self) -> list[Path]:
        """All of them, the shipped one last."""
        paths = [path for path in self._lately if path != DEMO_MODEL]
        if DEMO_MODEL.exists():
            paths.append(DEMO_MODEL)
        if self.chosen is not None and self.chosen not in paths:
            paths.insert(0, self.chosen)
        return paths

    @property
    def title(self) -> str | None:
        """What people call the chosen one, and that it is synthetic; None for none."""
        if self.chosen == DEMO_MODEL:
            return "demo model, trained on synthetic EMG"
        return None if self.chosen is None else self.chosen.name
