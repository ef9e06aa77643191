"""The terminal during a recording or a test: cue, signal levels, state of the stream, keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from emgstream.app.cue_scene import CueScene, CueTone, free_scene, guided_scene
from emgstream.app.stream_words import recording_pace
from emgstream.cli.letters import HEIGHT, large
from emgstream.cli.terminal import note
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
    "scene_page",
]

_BAR_CELLS = 48
_LEVEL_CELLS = 32
_MARGIN = 4
_LOWEST_RANGE = 8.0
_BLANK = Text(" ")


@dataclass(frozen=True)
class TerminalPage:
    """The content of the screen at one moment."""

    cue: str
    """The movement to make, or the state, in large letters."""
    style: str
    """Its colour."""
    below: str = ""
    """The line below it: seconds, or the key to press."""
    share: float | None = None
    """Elapsed share of the movement, 0 to 1; None for no bar."""
    coming: str = ""
    """The next movement, and the position within the session."""
    keys: Sequence[tuple[str, str]] = field(default_factory=tuple)
    """Each key and its effect."""
    decided: Text = field(default_factory=Text)
    """The decision of the model that is tested; empty in a recording."""


class Levels:
    """The level of each channel, between the lowest and the highest it has had."""

    def __init__(self) -> None:
        self._lowest = self._highest = np.empty(0)

    def update(self, samples: FloatArray) -> list[float]:
        """Return one level per channel, 0 to 1, from the newest samples ``(n, n_channels)``."""
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
    """The whole terminal during a session; without a terminal, one line at every change."""

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
                note(text, self._terminal)

    def tell(self, text: str) -> None:
        """Show a note; it is printed again when the screen is closed."""
        self._told.append(text)
        self._notes = [*self._notes, text][-3:]
        if not self._watched:
            note(text, self._terminal)

    def ring(self) -> None:
        """Ring the bell, if there is a terminal."""
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
            Text("" if status is None else recording_pace(status), style="bright_black"),
            _BLANK,
            _key_line(page.keys),
        ]
        head = Text(title, style="bright_black", no_wrap=True, overflow="ellipsis")
        self._live.update(Group(head, *map(Align.center, parts)), refresh=True)

    def _say(self, page: TerminalPage) -> None:
        if page.cue != self._said:
            self._said = page.cue
            line = f"{spoken(page.cue)}   {page.coming}".rstrip()
            self._terminal.print(line)


_REPEAT = ("r", "repeat the last one")
_END = ("Esc", "end, and keep it all")
_RUNNING = (("Space", "pause"), _REPEAT, _END)
_KEYS = {
    ProtocolPhase.READY: (("Space", "begin"), ("Esc", "leave")),
    ProtocolPhase.COUNTDOWN: _RUNNING,
    ProtocolPhase.CUE: _RUNNING,
    ProtocolPhase.PAUSED: (("Space", "go on"), _REPEAT, _END),
    ProtocolPhase.AWAY: (_END,),
    ProtocolPhase.OVER: (),
}
_STYLES = {
    CueTone.ACT: "bold green",
    CueTone.SOON: "bright_black",
    CueTone.CALM: "cyan",
    CueTone.WARN: "red",
}


def connecting_page(status: SourceStatus) -> TerminalPage:
    """Return the page for a source that has sent no sample yet."""
    return TerminalPage("connecting", "bright_black", status.words)


def guided_page(view: ProtocolView) -> TerminalPage:
    """Return the page of a guided session."""
    scene = guided_scene(view)
    page = replace(scene_page(scene), keys=_KEYS[view.phase])
    if view.phase is ProtocolPhase.COUNTDOWN:
        return replace(page, below=f"in {scene.count}")
    if view.phase is ProtocolPhase.CUE:
        following = f"next: {spoken(view.next_label)}" if view.next_label else "then it is done"
        coming = f"{following}   {page.coming}"
        return replace(page, below=f"{view.remaining_s:.1f} s", coming=coming)
    return page


def free_page(protocol: FreeProtocol, now_s: float, started_s: float) -> TerminalPage:
    """Return the page of a free recording."""
    scene = free_scene(protocol, now_s, started_s)
    numbers = [(str(n), spoken(label)) for n, label in enumerate(protocol.labels, start=1)]
    keys = [*numbers, ("0", "no label"), ("r", "take it back"), _END]
    page = replace(scene_page(scene), keys=keys)
    if not protocol.label:
        return page
    held = f"{now_s - protocol.since_s:.1f} s"
    return replace(page, below=held, coming=f"{scene.below}   {page.coming}")


def scene_page(scene: CueScene) -> TerminalPage:
    """Return the page of a scene, without keys."""
    return TerminalPage(
        scene.title if scene.title == spoken(scene.label) else scene.title.lower(),
        _STYLES[scene.tone],
        scene.below[:1].lower() + scene.below[1:],
        scene.share,
        "   ".join(filter(None, (scene.place, scene.left))),
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


def _key_line(keys: Sequence[tuple[str, str]]) -> Text:
    parts = [Text.assemble((key, "bold"), f" {what}") for key, what in keys]
    return Text("   ").join(parts)
