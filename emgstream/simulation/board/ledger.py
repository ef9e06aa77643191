"""Ledger of a simulated board: everything that it really sent, to compare a receiver with.

The file (`Ledger.to_json`) is one object::

    format, version      "emgstream board ledger", 1
    board, channel_names name of the board, and name of each channel
    script, seed, session, ppm, faults    from these, signal and faults can be generated again
    has_battery          true if it sampled on without a reader, and opening did not reset it
    elapsed_s            seconds from the first to the last moment of the board
    n_instants           sampling instants of all runs together
    n_frames             instants whose frame was handed to the line, altered ones included
    n_boots              resets: one for each opening of the port; with a battery, one
    unplugs              one object each: time_s, replugged_s (null if it was not), run, index:
                         seconds since the board was started, and the run (null if the board was
                         not streaming) with its number of instants when the cable was pulled
    runs                 one object for each start, as follows

A *run* is a range of instants without a break, which a receiver sees as one segment. An *index*
counts the instants of a run from 0; the counter on the line is ``first_counter + index``, modulo
65536. All lists of indices are in ascending order::

    run, boot            number of the run and of the reset before it, from 0
    mode                 "binary" or "text"
    rate_hz              instants per second of the board's clock
    host_s               host time (`emgstream.clock.MonotonicClock`) of the first instant
    first_counter        counter of index 0
    start_ticks, period_ticks    device time of index i is start + (i + 1) * period, in half
                         microseconds; it is sent in microseconds, rounded down to a multiple of 4
    emg_offset           index 0 is this sample of `SyntheticEmg` at ``rate_hz``
    n_instants           sampling instants: indices are 0 to n_instants - 1
    n_frames             instants whose frame was handed to the line
    lost                 indices whose frame was removed by a simulated fault
    altered              indices whose frame was damaged by a simulated fault: it arrives with true
                         values (if only the delimiter, or a byte inserted beside it, was hit) or
                         not at all
    duplicated           indices whose frame was sent twice
    reordered            indices whose frame was sent after a newer one: too late to be used, unless
                         the newer ones were damaged
    queue_full           ranges [first index, end] dropped by the board, as the queue was full
    unsent               indices queued in the board when the port was closed or unplugged, or
                         sampled without a reader
    movements            one object each: label, repetition, start, end (first index after it)
    ended_by             "stop", "start" (of another run: rate or mode was changed, or the host sent
                         start), "closed", "unplug", "end"; null while it lasts

The last frames of a run ended by ``closed`` or ``unplug`` may have been in the operating system,
unread; `Ledger.n_frames` counts them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emgstream.atomic_files import write_whole
from emgstream.errors import OutputError
from emgstream.host_system import refusal
from emgstream.simulation.board.board_records import BoardRun, BoardUnplug
from emgstream.simulation.board.board_settings import BOARD_NAME, BoardSettings
from emgstream.simulation.movements import MUSCLES
from emgstream.simulation.synthetic_emg import SyntheticEmg
from emgstream.types import FloatArray

__all__ = ["Ledger"]


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that a board has sent up to one moment."""

    settings: BoardSettings
    """Settings of the board: script, seed, faults and clock."""
    elapsed_s: float
    """Seconds since the board was started."""
    n_boots: int
    """Resets so far."""
    runs: tuple[BoardRun, ...]
    """One run for each start, in order."""
    unplugs: tuple[BoardUnplug, ...]
    """Every time the cable was pulled, in order."""

    @classmethod
    def of(
        cls,
        settings: BoardSettings,
        elapsed_s: float,
        n_boots: int,
        runs: Iterable[BoardRun],
        unplugs: Iterable[BoardUnplug],
    ) -> Ledger:
        """Return the ledger of a board, with copies of the runs and unplugs."""
        return cls(
            settings,
            elapsed_s,
            n_boots,
            tuple(run.copy() for run in runs),
            tuple(replace(unplug) for unplug in unplugs),
        )

    @property
    def n_instants(self) -> int:
        """Number of sampling instants of all runs."""
        return sum(run.n_instants for run in self.runs)

    @property
    def n_frames(self) -> int:
        """Number of instants of all runs whose frame was handed to the line."""
        return sum(run.n_frames for run in self.runs)

    def true_samples(self, run: int, first: int, stop: int) -> FloatArray:
        """Return the true samples of indices ``first`` to ``stop - 1`` of a run, in counts.

        Shape ``(stop - first, 3)``. They are generated again, which takes 1 ms for each second of
        signal up to ``stop``.
        """
        chosen, settings = self.runs[run], self.settings
        endless = replace(settings.script, repeats=True)
        emg = SyntheticEmg(endless, chosen.rate_hz, settings.seed, settings.session)
        to_skip = chosen.emg_offset + first
        while to_skip > 0:
            to_skip -= len(emg.read(min(to_skip, 1 << 16)))
        return emg.read(stop - first)

    def to_json(self) -> dict[str, Any]:
        """Return the document of the file."""
        settings = self.settings
        return {
            "format": "emgstream board ledger",
            "version": 1,
            "board": BOARD_NAME,
            "channel_names": list(MUSCLES),
            "script": ",".join(f"{cue.label}:{cue.duration_s!r}" for cue in settings.script.cues),
            "seed": settings.seed,
            "session": settings.session,
            "ppm": settings.ppm,
            "has_battery": settings.has_battery,
            "faults": settings.faults.to_json(),
            "elapsed_s": self.elapsed_s,
            "n_instants": self.n_instants,
            "n_frames": self.n_frames,
            "n_boots": self.n_boots,
            "unplugs": [{n: getattr(u, n) for n in BoardUnplug.__slots__} for u in self.unplugs],
            "runs": [run.to_json() for run in self.runs],
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file as a whole or not at all; it replaces one of that name.

        Raises OutputError if that fails.
        """
        target = Path(path)
        try:
            write_whole(target, _laid_out(self.to_json()).encode())
        except OSError as error:
            raise OutputError(
                f"cannot write {target}: {refusal(error)}; choose another place with --ledger"
            ) from error


def _laid_out(document: dict[str, Any]) -> str:
    """Return JSON with one line per value, also within runs; lists stay on one line."""
    runs = [_block(run, "  ") for run in document["runs"]]
    texts = {name: json.dumps(value) for name, value in document.items()}
    texts["runs"] = f"[{', '.join(runs)}]"
    return _braced(texts, "") + "\n"


def _block(values: dict[str, Any], indent: str) -> str:
    return _braced({name: json.dumps(value) for name, value in values.items()}, indent)


def _braced(texts: dict[str, str], indent: str) -> str:
    lines = ",\n".join(f"{indent} {json.dumps(name)}: {text}" for name, text in texts.items())
    return f"{{\n{lines}\n{indent}}}"
