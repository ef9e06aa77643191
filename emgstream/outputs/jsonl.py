"""Decisions as JSON lines, for other programs."""

from __future__ import annotations

import json
import math
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, TextIO

from emgstream.decisions import Decision
from emgstream.outputs.base import Update, cannot_write

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["JsonLines"]


class JsonLines:
    """One JSON object a decision, on standard output (``-``) or in a file.

    Every update is flushed. The keys are ``index``, ``time_s``, ``label``, ``confidence``,
    ``probabilities`` and ``status``; readers must ignore keys they do not know.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._stack = ExitStack()
        self._stream: TextIO = sys.stdout

    def __enter__(self) -> Self:
        if self._target != "-":
            try:
                file = open(self._target, "w", encoding="utf-8", newline="\n")  # noqa: PTH123
            except OSError as error:
                raise cannot_write(self._target, error) from error
            self._stream = self._stack.enter_context(file)
        return self

    def __exit__(self, *exc_info: object) -> None:
        try:
            self._stack.close()
        except OSError as error:
            raise cannot_write(self._target, error) from error

    def write(self, update: Update) -> None:
        """Write a line a decision; raises OutputError where it cannot be written."""
        lines = [
            json.dumps(_document(decision, time_s)) + "\n"
            for decision, time_s in zip(update.decisions, update.time_s.tolist(), strict=True)
        ]
        try:
            self._stream.writelines(lines)
            self._stream.flush()
        except OSError as error:
            raise cannot_write(self._target, error) from error


def _document(decision: Decision, time_s: float) -> dict[str, Any]:
    return {
        "index": decision.index,
        "time_s": None if math.isnan(time_s) else time_s,
        "label": decision.label,
        "confidence": decision.confidence,
        "probabilities": decision.probabilities,
        "status": decision.status,
    }
