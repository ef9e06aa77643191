"""What a simulated board really sent, so that a receiver can be held to it.

The file (`Ledger.to_json`) is one object::

    format, version      "emgstream board ledger", 1
    board, channel_names who spoke, and one name a channel
    script, seed, session, ppm, faults    with these the signal and its faults can be made again
    has_battery          whether it sampled on while nobody listened, and no opening reset it
    elapsed_s            seconds from the first to the last moment of the board
    n_instants           sampling instants of all runs together
    n_frames             instants whose frame was handed to the line, altered ones among them
    n_boots              resets: one for each time the port was opened; with a battery, one
    unplugs              one object each: time_s, replugged_s (null if it was not), run, index:
                         seconds since the board came up, and the run (null if the board was
                         silent) with its number of instants when the cable was pulled
    runs                 one object for each start: what follows

A *run* is a stretch of instants without a break, which a receiver sees as one segment. An *index*
counts the instants of a run from 0; the counter on the line is ``first_counter + index``, modulo
65536. All lists of indices ascend::

    run, boot            number of the run and of the reset before it, from 0
    mode                 "binary" or "text"
    rate_hz              instants a second of the board's own clock
    host_s               host time (`emgstream.clock.MonotonicClock`) of the first instant
    first_counter        counter of index 0
    start_ticks, period_ticks    device time of index i is start + (i + 1) * period, in half
                         microseconds; it goes on the line in microseconds, rounded down to 4
    emg_offset           index 0 is this sample of `SyntheticEmg` at ``rate_hz``
    n_instants           sampling instants: indices are 0 to n_instants - 1
    n_frames             instants whose frame was handed to the line
    lost                 indices whose frame vanished on purpose
    altered              indices whose frame was damaged: arrives with true values (where only the
                         delimiter, or a byte put in beside it, was hit) or not at all
    duplicated           indices whose frame was sent twice
    reordered            indices whose frame was sent after a newer one: too late to be used, but
                         where the newer ones were damaged
    queue_full           stretches [first index, end] dropped by the board, since the line did not
                         take what was before
    unsent               indices that waited in the board when the port was closed or unplugged, or
                         were taken while nobody listened
    movements            one object each: label, repetition, start, end (first index after it)
    ended_by             "stop", "start" (of another run: a rate or mode was changed, or the host
                         said start), "closed", "unplug", "end"; null while it lasts

What a run ended by ``closed`` or ``unplug`` sent last may have been on its way, in the hands of the
operating system, and nobody has read it: `Ledger.n_frames` counts it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emgstream.errors import OutputError
from emgstream.simulation.board.board_records import BoardRun, BoardUnplug
from emgstream.simulation.board.board_settings import BOARD_NAME, BoardSettings
from emgstream.simulation.emg import SyntheticEmg
from emgstream.simulation.movements import MUSCLES
from emgstream.types import FloatArray

__all__ = ["Ledger"]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a board has sent up to one moment."""

    settings: BoardSettings
    """What the board was told: script, seed, faults and clock."""
    elapsed_s: float
    """Seconds since the board came up."""
    n_boots: int
    """Resets so far."""
    runs: tuple[BoardRun, ...]
    """Every start, in order."""
    unplugs: tuple[BoardUnplug, ...]
    """Every time the cable was out, in order."""

    @classmethod
    def of(
        cls,
        settings: BoardSettings,
        elapsed_s: float,
        n_boots: int,
        runs: Iterable[BoardRun],
        unplugs: Iterable[BoardUnplug],
    ) -> Ledger:
        """Return the ledger of a board; runs and outages are copied, and do not change any more."""
        return cls(
            settings,
            elapsed_s,
            n_boots,
            tuple(run.copy() for run in runs),
            tuple(replace(unplug) for unplug in unplugs),
        )

    @property
    def n_instants(self) -> int:
        """Sampling instants of all runs."""
        return sum(run.n_instants for run in self.runs)

    @property
    def n_frames(self) -> int:
        """Instants of all runs whose frame was handed to the line."""
        return sum(run.n_frames for run in self.runs)

    def true_samples(self, run: int, first: int, stop: int) -> FloatArray:
        """Return the samples of indices ``first`` to ``stop - 1`` of a run, made anew, in counts.

        Shape ``(stop - first, 3)``. Takes 1 ms for each second of signal up to ``stop``.
        """
        of = self.runs[run]
        told = self.settings
        endless = replace(told.script, repeats=True)
        emg = SyntheticEmg(endless, of.rate_hz, told.seed, told.session)
        to_skip = of.emg_offset + first
        while to_skip > 0:
            to_skip -= len(emg.read(min(to_skip, 1 << 16)))
        return emg.read(stop - first)

    def to_json(self) -> dict[str, Any]:
        """Return the document the file holds."""
        told = self.settings
        return {
            "format": "emgstream board ledger",
            "version": 1,
            "board": BOARD_NAME,
            "channel_names": list(MUSCLES),
            "script": ",".join(f"{cue.label}:{cue.duration_s!r}" for cue in told.script.cues),
            "seed": told.seed,
            "session": told.session,
            "ppm": told.ppm,
            "has_battery": told.has_battery,
            "faults": told.faults.to_json(),
            "elapsed_s": self.elapsed_s,
            "n_instants": self.n_instants,
            "n_frames": self.n_frames,
            "n_boots": self.n_boots,
            "unplugs": [{n: getattr(u, n) for n in BoardUnplug.__slots__} for u in self.unplugs],
            "runs": [run.to_json() for run in self.runs],
        }

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file whole or not at all, in place of one of that name.

        Raises OutputError where that fails.
        """
        target = Path(path)
        part = target.with_name(target.name + ".part")
        try:
            part.write_text(_laid_out(self.to_json()), encoding="utf-8")
            part.replace(target)
        except OSError as error:
            raise OutputError(
                f"cannot write {target}: {error.strerror or error}; choose another place with "
                "--ledger"
            ) from error


def _laid_out(document: dict[str, Any]) -> str:
    """Return JSON with a line for each value, and for each of a run: lists stay on one line."""
    runs = [_block(run, "  ") for run in document["runs"]]
    texts = {name: json.dumps(value) for name, value in document.items()}
    texts["runs"] = f"[{', '.join(runs)}]"
    return _braced(texts, "") + "\n"


def _block(values: dict[str, Any], indent: str) -> str:
    return _braced({name: json.dumps(value) for name, value in values.items()}, indent)


def _braced(texts: dict[str, str], indent: str) -> str:
    lines = ",\n".join(f"{indent} {json.dumps(name)}: {text}" for name, text in texts.items())
    return f"{{\n{lines}\n{indent}}}"
