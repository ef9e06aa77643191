"""Output to the terminal: notes, status lines, progress bars and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from emgstream.app.stream_words import milliseconds, rate_words
from emgstream.clock import host_now
from emgstream.decisions import STATUSES, Decision
from emgstream.outputs.output import Update
from emgstream.printable import printable_lines
from emgstream.sources.source_status import SourceStatus
from emgstream.wording import shortened

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "LiveLine",
    "StreamLine",
    "busy",
    "console",
    "note",
    "print_facts",
    "print_grid",
    "tell_problems",
]

_BAR_CELLS = 10  # characters, a choice: with these two, what counts fits into 80 columns
_MOST_LETTERS = 16  # of the name of a movement, a choice
_UNFOLDED = 4096  # columns: wider than any line
_STATUS_WIDTH = max(map(len, STATUSES))
_NEEDS_WIDTH = len("needs 100%")


class _Terminal(Console):
    """The console of all verbs: it takes no text for markup or for an order to the terminal.

    It raises BrokenPipeError, where rich would end the program without a message.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Return the parts of what is printed; what is not shown as itself is escaped."""
        for segment in super().render(renderable, options):
            if not segment.control:
                segment = Segment(printable_lines(segment.text), segment.style)
            yield segment

    def on_broken_pipe(self) -> None:
        """Raise, so that the verb ends in order and the command line prints the reason."""
        raise BrokenPipeError


def console(to_stderr: bool = False) -> Console:
    """Return the console to write to; in a file or a pipe no line is wrapped."""
    terminal = _Terminal(
        stderr=to_stderr, highlight=False, soft_wrap=True, emoji=False, markup=False
    )
    if not terminal.is_terminal:
        terminal.width = _UNFOLDED
    return terminal


def note(text: str, terminal: Console | None = None) -> None:
    """Print a note on stderr, or on a terminal; the verb continues."""
    (terminal or console(to_stderr=True)).print(Text.assemble(("note:", "yellow"), f" {text}"))


def tell_problems(problems: Iterable[str]) -> None:
    """Tell of packages whose kinds of sources or outputs cannot be used."""
    for problem in problems:
        note(problem)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show a status while the block runs; only on a terminal."""
    terminal = console(to_stderr=True)
    with terminal.status(what) if terminal.is_terminal else nullcontext():
        yield


class StreamLine:
    """The present state of one stream, on one line."""

    def __init__(self, name: str | None = None) -> None:
        self._name = name
        self._last_s = host_now()
        self._last_n = 0
        self._parts: list[tuple[int, Text]] = []
        """Parts in the order of the line; those with the largest number are left out first."""

    def update(
        self,
        n_received: int,
        update: Update | None,
        status: SourceStatus | None = None,
        states: Iterable[str] = (),
    ) -> None:
        """Set the line from the newest decision, the source status and the states of the outputs.

        Without a status it shows the rate of samples since the last call.
        """
        now_s = host_now()
        rate_hz = (n_received - self._last_n) / max(now_s - self._last_s, 1e-9)
        self._last_s, self._last_n = now_s, n_received
        if update is None and status is None:
            return
        pace = [(5, Text(f"{rate_hz:9,.0f} samples/s"))] if status is None else list(_pace(status))
        name = [] if self._name is None else [(0, Text(self._name, style="bold"))]
        told = [(0, Text(state, style="bold reverse")) for state in states]
        seen = [] if update is None else _decision_parts(update)
        late = [] if update is None else [(2, Text(_lateness(update)))]
        self._parts = [*told, *name, *seen, *pace, *late]

    def fitted(self, width: int) -> Text | None:
        """Return the line in at most ``width`` columns; None before there is anything to show."""
        if not self._parts:
            return None
        parts = list(self._parts)
        while True:
            line = Text("   ").join(part for _, part in parts)
            least = max(number for number, _ in parts)
            if line.cell_len <= width or least == 0:
                line.truncate(width, overflow="ellipsis")
                return line
            parts = [one for one in parts if one[0] != least]


class LiveLine:
    """One line per stream that is updated in place; nothing is shown without a terminal."""

    def __init__(self, terminal: Console) -> None:
        self._live = Live(console=terminal, auto_refresh=False, transient=True)
        self._watched = terminal.is_terminal

    def __enter__(self) -> Self:
        if self._watched:
            self._live.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._live.stop()

    def show(self, lines: Iterable[StreamLine]) -> None:
        """Show the lines, one below the other."""
        width = self._live.console.width
        texts = [text for line in lines if (text := line.fitted(width)) is not None]
        if self._watched and texts:
            self._live.update(Text("\n").join(texts), refresh=True)

    def tell(self, text: str) -> None:
        """Print a note above the lines; on stderr if there is no terminal."""
        if self._watched:
            note(text, self._live.console)
        else:
            note(text)


def _pace(status: SourceStatus) -> Iterator[tuple[int, Text]]:
    """Give the state of a live stream, in red if it is not streaming or loses samples."""
    if not status.is_streaming:
        yield 1, Text(status.words, style="bold red")
        return
    yield 5, Text(f"{rate_words(status.rate_hz, status.ppm, 'measuring'):>18}")
    if not status.sees_loss:
        of = "" if status.sees_loss is None else "text: "
        yield 1, Text(f"{of}{status.loss_words('')}")
        return
    style = "bold red" if status.recent_loss > 0.01 else ""
    yield 1, Text(f"lost {status.loss:.2%}", style)
    yield 3, Text(f"in 5 s {status.recent_loss:.2%}", style)


def _lateness(update: Update) -> str:
    return f"{milliseconds(update.latency_s[-1]):>6} ms late"


def _decision_parts(update: Update) -> list[tuple[int, Text]]:
    """Return the newest decision, its strength and its time."""
    decision = update.decisions[-1]
    filled = round(decision.confidence * _BAR_CELLS)
    width = min(max(map(len, update.decisions.class_names)), _MOST_LETTERS)
    acts = decision.status == "ok"
    words = Text.assemble(
        (f"{shortened(decision.label, width):{width}} ", "bold" if acts else "bright_black"),
        ("━" * filled, "green" if acts else "bright_black"),
        ("━" * (_BAR_CELLS - filled), "bright_black"),
        f" {decision.confidence:4.0%} ",
        (f"{decision.status:{_STATUS_WIDTH}}", "" if acts else "yellow"),
    )
    parts = [(0, words), (5, _needs(decision))]
    if decision.strength is not None:
        parts.append((4, Text(f"strength {decision.strength:4.0%}")))
    return [*parts, (6, Text(f"{update.time_s[-1]:8.1f} s"))]


def _needs(decision: Decision) -> Text:
    """Return the threshold of a decision, as wide where it has none."""
    words = f"needs {decision.needed:4.0%}" if decision.needed else ""
    return Text(f"{words:{_NEEDS_WIDTH}}", "bright_black")


def print_facts(terminal: Console, facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values in two columns, without trailing spaces in a file or a pipe."""
    rows = [(shortened(name), value) for name, value in facts]
    if not terminal.is_terminal:
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            terminal.print(f"{name:{width}}  {value}")
        return
    table = Table.grid(padding=(0, 2))
    for name, value in rows:
        table.add_row(Text(name, "bold"), value)
    terminal.print(table)


def print_grid(
    terminal: Console, head: Sequence[str], rows: Iterable[Sequence[str]], *, n_texts: int = 1
) -> None:
    """Print a table whose first ``n_texts`` columns have texts, the others figures."""
    table = Table.grid(padding=(0, 3))
    for number in range(len(head)):
        table.add_column(justify="left" if number < n_texts else "right")
    table.add_row(*(Text(shortened(name), "bold") for name in head))
    for name, *others in rows:
        table.add_row(shortened(name), *others)
    terminal.print(table)
