"""Opening of a session: read the model and prepare the source, in a thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from emgstream.app.decided_recording import read_decided
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import ReplayRequest, SourceRequest
from emgstream.bundle import Model, read_model
from emgstream.manifest import Manifest
from emgstream.opening import model_options
from emgstream.sources.replay_source import ReplaySource
from emgstream.sources.source import Source
from emgstream.sources.source_registry import open_source
from emgstream.translation import tr
from emgstream.worker import Worker

__all__ = ["PreparedSession", "SessionOpening"]

_GUESSED_HZ = 200.0  # a choice: the rate of the published recordings


@dataclass(frozen=True, slots=True, eq=False)
class PreparedSession:
    """A session that is ready to start, and notes on how it was opened."""

    session: LiveSession
    """The session, not yet started."""
    notes: tuple[str, ...]
    """Notes for the user; none of them is a problem."""


class SessionOpening:
    """Reads the model, if any, and prepares the source, in the thread ``emg-opener``."""

    def __init__(self, request: SourceRequest, model_path: Path | None) -> None:
        self.request = request
        self._model_path = model_path
        self._opened: PreparedSession | None = None
        self._worker = Worker("emg-opener", self._run)
        self._worker.start()

    def result(self) -> PreparedSession | None:
        """Return the prepared session, None while it is not ready; raises what went wrong."""
        if self._worker.alive:
            return None
        self._worker.check()
        return self._opened

    def finish(self) -> None:
        """Wait for the end of the thread. Nothing has to be closed: the source was not entered."""
        self._worker.stop()

    def _run(self, stop: threading.Event) -> None:
        model = None if self._model_path is None else read_model(self._model_path)
        opened = _open(self.request, model)
        if not stop.is_set():
            self._opened = opened


def _open(request: SourceRequest, model: Model | None) -> PreparedSession:
    manifest = None if model is None else model.manifest
    if isinstance(request, ReplayRequest):
        source, notes = _open_recording(request, manifest)
        return PreparedSession(LiveSession(source, model, keeps_signals=True), notes)
    source = open_source(
        request.port,
        model_options(
            manifest,
            channels=request.channels,
            keep_others=request.keeps_others,
            baud=request.baud,
            reconnect=request.reconnects,
            force=request.force,
            stays_at_end=True,
        ),
    )
    session = LiveSession(source, model, force=request.force, keeps_signals=True)
    return PreparedSession(session, ())


def _open_recording(
    request: ReplayRequest, manifest: Manifest | None
) -> tuple[Source, tuple[str, ...]]:
    table = read_decided(request.path, manifest, request.columns)
    notes: tuple[str, ...] = ()
    rate = None
    if table.sampling_rate_hz is None and request.speed is not None:
        rate, note = _pace_of(table.path, manifest)
        notes = (note,)
    source = ReplaySource(
        table,
        sampling_rate_hz=rate,
        speed=request.speed,
        loop=request.loop,
        stays_at_end=True,
    )
    if manifest is not None:
        manifest.check_stream(source.info)
    return source, notes


def _pace_of(path: Path, manifest: Manifest | None) -> tuple[float, str]:
    """Return a pace in Hz for a recording without a rate, and a note on it.

    The decisions do not depend on the pace, as they are made of samples.
    """
    if manifest is not None and manifest.sampling_rate_hz is not None:
        rate = manifest.sampling_rate_hz
        return rate, tr(
            "{name} tells no sampling rate; played at the {rate:g} Hz of the model",
            name=path.name,
            rate=rate,
        )
    nor = "" if manifest is None else tr(", none in the model")
    return _GUESSED_HZ, (
        tr(
            "no sampling rate in {name}{nor}: played as if at {guessed_hz:g} Hz; "
            "for real seconds start with emgstream replay {name} --rate HZ",
            name=path.name,
            nor=nor,
            guessed_hz=_GUESSED_HZ,
        )
    )
