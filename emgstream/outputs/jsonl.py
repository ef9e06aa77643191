"""Decisions as JSON lines, for other programs."""

from __future__ import annotations

from emgstream.outputs.documents import encoded
from emgstream.outputs.lines import LineWriter
from emgstream.outputs.output import Output, Update
from emgstream.outputs.output_kind import StreamContext

__all__ = ["JsonLinesOutput", "open_jsonl"]


class JsonLinesOutput(Output):
    """One JSON object per decision and line. Readers must ignore unknown keys.

    Parameters
    ----------
    lines
        Gets the lines; the owner enters and leaves it. Several streams may share one.
    stream
        Name of the stream, if there are several.
    """

    def __init__(self, lines: LineWriter, stream: str | None = None) -> None:
        self.name = f"JSON lines to {'standard output' if lines.target == '-' else lines.target}"
        self._lines = lines
        self._stream = stream

    def write(self, update: Update) -> None:
        """Write one line per decision; raises OutputError if it cannot be written."""
        texts = [f"{text}\n" for text in encoded(update, self._stream)]
        self.n_lost += len(texts) - self._lines.write_lines(texts)

    def give_up(self) -> None:
        """End a write that waits for a reader of standard output."""
        self._lines.give_up()


def open_jsonl(lines: LineWriter, stream: StreamContext) -> JsonLinesOutput:
    """Return the output of one stream; all streams of a run share the lines."""
    return JsonLinesOutput(lines, stream.name)
