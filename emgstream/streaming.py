"""Decisions in a few lines of Python.

>>> from emgstream import live
>>> with live(port="simulated") as stream:
...     for decision in stream:
...         print(decision.index, decision.label, decision.status)
...         break
199 rest rest

A recording is the same, and loses nothing however slow the loop is:

>>> from emgstream import replay
>>> with replay("demo", speed=None) as stream:
...     labels = [decision.label for decision in stream]
>>> len(labels), sorted(set(labels))[:3]
(2491, ['elbow_bend', 'elbow_extend', 'hand_close'])

How decisions are made can change while they are; here none is sure enough to act on any more:

>>> from dataclasses import replace as changed
>>> with replay("demo", speed=None) as stream:
...     stream.tune(changed(stream.settings, threshold=1.0))
...     later = [one for one in stream if one.index > 40_000 and one.label != "rest"]
>>> "ok" in {decision.status for decision in later}
False
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from emgstream.app.live_session import LiveSession
from emgstream.bundle import Model, read_model
from emgstream.clock import Clock
from emgstream.data import DEMO, model_path, recording_path
from emgstream.decisions import Decision, DecisionSettings
from emgstream.opening import model_options
from emgstream.outputs.documents import delays_ms
from emgstream.outputs.output import Update
from emgstream.outputs.output_registry import OpenOutputs
from emgstream.outputs.samples import AnyOutput
from emgstream.sources.recording_file import open_recording
from emgstream.sources.source import Source
from emgstream.sources.source_kind import AUTO
from emgstream.sources.source_registry import open_source
from emgstream.sources.source_status import SourceStatus
from emgstream.tables import ALL_GUESSED, ColumnChoice

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["DecisionStream", "TimedDecision", "live", "replay"]

_BACKLOG = 16


@dataclass(frozen=True, slots=True, eq=False)
class TimedDecision(Decision):
    """A decision with its time and its delay."""

    time_s: float = math.nan
    """Time of its last sample in seconds since the start; NaN if the rate is not known."""
    delay_ms: Mapping[str, float | None] = field(default_factory=dict)
    """Milliseconds of every stage, as in a JSON line; ``output`` is the wait for the loop."""


class DecisionStream:
    """A running classifier to iterate over, from `live` or `replay`.

    The loop gets the decisions in order until the stream ends; an error that ended it is raised
    there. A slow loop delays nothing: on a board it gets the newest decisions, and those it missed
    are counted; a recording waits.
    """

    def __init__(
        self,
        source: Source,
        model: Model,
        outputs: Sequence[AnyOutput] = (),
        *,
        force: bool = False,
        backlog: int = _BACKLOG,
        clock: Clock | None = None,
    ) -> None:
        self._model = model
        self.session = LiveSession(
            source, model, outputs, force=force, backlog=backlog, clock=clock
        )

    def __enter__(self) -> Self:
        self.session.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.session.__exit__(*exc_info)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[TimedDecision]:
        for update in self.session.updates():
            yield from _timed(update)

    @property
    def n_dropped(self) -> int:
        """Decisions that were dropped, as the loop was too slow."""
        return self.session.n_dropped

    @property
    def settings(self) -> DecisionSettings:
        """The present settings of the decisions."""
        return self.session.settings or self._model.manifest.decision

    def tune(self, settings: DecisionSettings) -> None:
        """Decide with other settings from the next samples on: the present ones, with changes.

        Any thread may call. Smoothing continues, unless it is of another kind: that begins anew.
        Decisions that wait for the loop were made before. Raises UsageError for settings of another
        model.
        """
        self.session.tune(settings)

    @property
    def status(self) -> SourceStatus | None:
        """Status of a board: rate, losses, reconnects; None for a recording."""
        return self.session.status() if self.session.is_live else None


@contextmanager
def live(
    port: str = AUTO,
    model: str | os.PathLike[str] | Model = DEMO,
    *,
    channels: tuple[str, ...] | None = None,
    baud: int | None = None,
    reconnect: bool = True,
    force: bool = False,
    outputs: Sequence[AnyOutput | tuple[str, str]] = (),
    backlog: int = _BACKLOG,
) -> Iterator[DecisionStream]:
    """Yield the decisions on a board as they are made; leaving closes the port.

    Parameters
    ----------
    port
        A port, ``socket://HOST:PORT``, ``auto`` for the first board on USB that answers, or
        ``simulated`` for synthetic EMG without a board.
    model
        A model file or a model; ``demo`` is the shipped one, trained on synthetic EMG.
    channels, baud, reconnect, force
        As for `emgstream.sources.serial_board.SerialBoardSource`.
    outputs
        Further outputs, each with a thread of its own: an output that the caller enters and leaves,
        or the name and value of an option, as ``("udp", "127.0.0.1:9000")``.
    backlog
        Updates, mostly of one decision, that wait for a slow loop before the oldest are dropped.

    Raises
    ------
    ModelFileError
        The model cannot be read.
    SourceNotFoundError, SourceError, StreamMismatchError, SourceDisconnectedError
        From the loop: there is no such port, nothing on it is understood, it does not fit the
        model, or the board was unplugged and ``reconnect`` is False.
    """
    loaded = _loaded(model)
    options = model_options(
        loaded.manifest, channels=channels, baud=baud, reconnect=reconnect, force=force
    )
    source = open_source(port, options)
    with _opened(DecisionStream(source, loaded, force=force, backlog=backlog), outputs) as stream:
        yield stream


@contextmanager
def replay(
    file: str | os.PathLike[str] = DEMO,
    model: str | os.PathLike[str] | Model = DEMO,
    *,
    sampling_rate_hz: float | None = None,
    speed: float | None = 1.0,
    loop: bool = False,
    channels: tuple[str, ...] | None = None,
    columns: ColumnChoice = ALL_GUESSED,
    outputs: Sequence[AnyOutput | tuple[str, str]] = (),
) -> Iterator[DecisionStream]:
    """Yield the decisions on a recording; it waits for a slow loop.

    Parameters
    ----------
    file
        A recording, .csv or .csv.gz; ``demo`` is the shipped one, of synthetic EMG.
    model
        A model file or a model; ``demo`` is the shipped one, trained on synthetic EMG.
    sampling_rate_hz
        Rate of the recording in Hz, if it does not tell it.
    speed
        Seconds of the recording per second; None for as fast as the loop is.
    loop
        True to begin again at the end.
    channels
        Columns to use as the channels of the model, in its order; by name if None.
    columns
        Further statements on the columns: the label, the clock and others.
    outputs
        Further outputs, each with a thread of its own: an output that the caller enters and leaves,
        or the name and value of an option, as ``("udp", "127.0.0.1:9000")``.

    Raises
    ------
    ModelFileError, TableError, StreamMismatchError
        Model or recording cannot be read, or do not fit together.
    UsageError
        The arguments are invalid or contradict each other.
    """
    loaded = _loaded(model)
    options = model_options(
        loaded.manifest,
        columns=ColumnChoice(channels, rate_hz=sampling_rate_hz).over(columns),
        speed=speed,
        loop=loop,
    )
    source = open_recording(recording_path(file), options)
    loaded.manifest.check_stream(source.info)
    with _opened(DecisionStream(source, loaded), outputs) as stream:
        yield stream


@contextmanager
def _opened(
    stream: DecisionStream, outputs: Sequence[AnyOutput | tuple[str, str]]
) -> Iterator[DecisionStream]:
    """Yield a running stream with its outputs; named ones are opened and closed here."""
    named = [one for one in outputs if isinstance(one, tuple)]
    given = [one for one in outputs if not isinstance(one, tuple)]
    with OpenOutputs(named) as opened:
        for output in (*given, *opened.open_for(stream.session.context)):
            stream.session.add_output(output)
        with stream:
            yield stream


def _loaded(model: str | os.PathLike[str] | Model) -> Model:
    return model if isinstance(model, Model) else read_model(model_path(model))


def _timed(update: Update) -> Iterator[TimedDecision]:
    """Yield the decisions of an update with their times and delays."""
    known = [part.name for part in fields(Decision)]
    for decision, time_s, delay_ms in zip(
        update.decisions, update.time_s.tolist(), delays_ms(update), strict=True
    ):
        values = {name: getattr(decision, name) for name in known}
        yield TimedDecision(**values, time_s=time_s, delay_ms=delay_ms)
