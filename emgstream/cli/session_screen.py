"""What a person who is being recorded sees in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from emgstream.app.cue_scene import minutes
from emgstream.cli.letters import HEIGHT, large
from emgstream.cue_schedule import REST
from emgstream.recording import FreeProtocol, ProtocolPhase, ProtocolView
from emgstream.sources.source_status import SourceStatus
from emgstream.types import FloatArray
from emgstream.wording import spoken

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = [
    "Levels",
    "SessionScreen",
    "TerminalPage",
    "connecting_page",
    "free_page",
    "guided_page",
]

_BAR_CELLS = 48
_LEVEL_CELLS = 32
_MARGIN = 4
_LOWEST_RANGE = 8.0
_BLANK = Text(" ")


@dataclass(frozen=True)
class TerminalPage:
    """One picture of the screen."""

    cue: str
    """What to do, in large letters."""
    style: str
    """Its colour."""
    below: str = ""
    """What stands under the cue: seconds, or what to press."""
    share: float | None = None
    """How much of it is over, 0 to 1; None for no bar."""
    coming: str = ""
    """What comes next, and how far along all is."""
    keys: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """Each key with what it does."""
    decided: Text = field(default_factory=Text)
    """What a model says of the signal meanwhile."""


class Levels:
    """How strong each channel is, between the weakest and the strongest it has been."""

    def __init__(self) -> None:
        self._lowest = self._highest = np.empty(0)

    def update(self, samples: FloatArray) -> list[float]:
        """Return a level a channel, 0 to 1, of the newest samples ``(n, n_channels)``."""
        if len(samples) < 2:
            return [0.0] * len(self._lowest)
        rms = np.maximum(samples.std(axis=0, dtype=np.float64), 0.3)
        if len(self._lowest) != len(rms):
            self._lowest, self._highest = rms, rms * _LOWEST_RANGE
        self._lowest = np.minimum(self._lowest, rms)
        self._highest = np.maximum(self._highest, rms)
        span = np.log(self._highest / self._lowest)
        levels: list[float] = (np.log(rms / self._lowest) / span).tolist()
        return levels


class SessionScreen:
    """The whole terminal while a session runs; where nobody watches one, a line at every change."""

    def __init__(self, terminal: Console) -> None:
        self._terminal = terminal
        self._watched = terminal.is_terminal
        self._live = Live(console=terminal, auto_refresh=False, screen=True)
        self._said = ""
        self._notes: list[str] = []
        self._told: list[str] = []

    def __enter__(self) -> Self:
        if self._watched:
            self._live.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._live.stop()
        if self._watched:
            for text in self._told:
                self._terminal.print(f"[yellow]note:[/] {escape(text)}")

    def tell(self, text: str) -> None:
        """Say something worth knowing; it stays to be read when the screen is gone."""
        self._told.append(text)
        self._notes = [*self._notes, text][-3:]
        if not self._watched:
            self._terminal.print(f"[yellow]note:[/] {escape(text)}")

    def ring(self) -> None:
        """Ring the bell, where somebody is there to hear it."""
        if self._watched:
            self._terminal.bell()

    def show(
        self,
        page: TerminalPage,
        title: str,
        channel_names: Sequence[str] = (),
        levels: Sequence[float] = (),
        status: SourceStatus | None = None,
    ) -> None:
        """Show one moment."""
        if not self._watched:
            self._say(page)
            return
        width = self._terminal.width
        parts: list[RenderableType] = [
            _BLANK,
            _cue(page, width),
            _BLANK,
            Text(page.below, style="bold"),
            _bar(page.share),
            Text(page.coming, style="bright_black"),
            _BLANK,
            *([page.decided, _BLANK] if page.decided else []),
            _level_table(channel_names, levels),
            _BLANK,
            *(Text(f"! {note}", style="yellow") for note in self._notes),
            Text(_pace(status), style="bright_black"),
            _BLANK,
            _key_line(page.keys),
        ]
        head = Text(title, style="bright_black", no_wrap=True, overflow="ellipsis")
        self._live.update(Group(head, *map(Align.center, parts)), refresh=True)

    def _say(self, page: TerminalPage) -> None:
        if page.cue != self._said:
            self._said = page.cue
            line = f"{spoken(page.cue)}   {page.coming}".rstrip()
            self._terminal.print(line, markup=False)


_RUNNING = (("Space", "pause"), ("r", "repeat the last one"), ("Esc", "end, and keep it all"))


def connecting_page(status: SourceStatus) -> TerminalPage:
    """Return the page for a source that has sent no sample yet."""
    return TerminalPage("connecting", "bright_black", status.words)


def guided_page(view: ProtocolView) -> TerminalPage:
    """Return what a guided session shows."""
    progress = f"movement {min(view.n_done + 1, view.n_total)} of {view.n_total}"
    left = f"{minutes(view.remaining_total_s)} left"
    coming = f"{progress}   {left}"
    if view.phase is ProtocolPhase.COUNTDOWN:
        says = f"in {np.ceil(view.remaining_s):.0f}"
        return TerminalPage(view.label, "bright_black", says, view.share, coming, _RUNNING)
    if view.phase is ProtocolPhase.CUE:
        style = "cyan" if view.label == REST else "bold green"
        following = f"next: {spoken(view.next_label)}" if view.next_label else "then it is done"
        says, coming = f"{view.remaining_s:.1f} s", f"{following}   {coming}"
        return TerminalPage(view.label, style, says, view.share, coming, _RUNNING)
    if view.phase is ProtocolPhase.READY:
        coming = f"{view.n_total} movements, {left}"
    return _waiting_page(view, coming)


def _waiting_page(view: ProtocolView, coming: str) -> TerminalPage:
    """Return what a guided session shows while nothing is asked."""
    begin, go_on = [("Space", "begin"), ("Esc", "leave")], [("Space", "go on"), *_RUNNING[1:]]
    match view.phase:
        case ProtocolPhase.READY:
            return TerminalPage("ready", "cyan", "press Space to begin", None, coming, begin)
        case ProtocolPhase.PAUSED:
            return TerminalPage("paused", "yellow", "press Space to go on", None, coming, go_on)
        case ProtocolPhase.AWAY:
            says = "the board is away; plug it in again, and it goes on"
            coming = f"{spoken(view.label)} will be asked for again"
            return TerminalPage("no signal", "red", says, None, coming, _RUNNING[2:])
        case _:
            return TerminalPage("done", "cyan", "putting the labels in order")


def free_page(protocol: FreeProtocol, now_s: float) -> TerminalPage:
    """Return what a free recording shows."""
    numbers = [(str(n), spoken(label)) for n, label in enumerate(protocol.labels, start=1)]
    others = [("0", "no label"), ("r", "take it back"), ("Esc", "end, and keep it all")]
    if not protocol.label:
        return TerminalPage("no label", "bright_black", "press a number", keys=[*numbers, *others])
    return TerminalPage(
        protocol.label,
        "cyan" if protocol.label == REST else "bold green",
        f"{now_s - protocol.since_s:.1f} s",
        None,
        f"no. {protocol.repetition}",
        [*numbers, *others],
    )


def _cue(page: TerminalPage, width: int) -> Text:
    text = spoken(page.cue)
    lines = large(text, width - _MARGIN) or ["", "", text.upper(), "", ""]
    lines = lines + [""] * (2 * HEIGHT + 1 - len(lines)) if len(lines) > HEIGHT else lines
    widest = max(map(len, lines))
    return Text("\n".join(line.ljust(widest) for line in lines), style=page.style, no_wrap=True)


def _bar(share: float | None) -> Text:
    if share is None:
        return Text("")
    filled = round(min(max(share, 0.0), 1.0) * _BAR_CELLS)
    return Text.assemble(("━" * filled, "green"), ("━" * (_BAR_CELLS - filled), "bright_black"))


def _level_table(channel_names: Sequence[str], levels: Sequence[float]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, level in zip(channel_names, levels, strict=False):
        filled = round(min(max(level, 0.0), 1.0) * _LEVEL_CELLS)
        bar = Text.assemble(("█" * filled, "blue"), ("·" * (_LEVEL_CELLS - filled), "bright_black"))
        table.add_row(Text(name, justify="right"), bar)
    return table


def _pace(status: SourceStatus | None) -> str:
    if status is None:
        return ""
    if not status.is_streaming:
        return status.words
    rate = "measuring the rate" if status.rate_hz is None else f"{status.rate_hz:.1f} Hz"
    return f"{rate}   {status.loss_words(f'lost {status.loss:.2%}')}"


def _key_line(keys: Sequence[tuple[str, str]]) -> Text:
    parts = [Text.assemble((key, "bold"), f" {what}") for key, what in keys]
    return Text("   ").join(parts)
