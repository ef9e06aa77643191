"""A kind of output as another package brings it: ``--toy FILE`` writes the index of each decision.

Nothing in the product knows of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import OutputKind, StreamContext

if TYPE_CHECKING:
    from typing_extensions import Self


class ToyOutput(Output):
    """One line per decision."""

    def __init__(self, path: str, stream: StreamContext) -> None:
        self.name = f"toy to {path}"
        self._path = Path(path)
        self._head = f"{len(stream.class_names)} classes\n"
        self._file: TextIO

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8")
        self._file.write(self._head)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._file.close()

    def write(self, update: Update) -> None:
        self._file.writelines(f"{decision.index}\n" for decision in update.decisions)


KIND = OutputKind(
    "toy", "write 100% of the decisions to this file", ToyOutput, metavar="FILE", writes_file=True
)
