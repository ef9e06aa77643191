"""A board of BrainFlow as a source: ``brainflow://BOARD?serial_port=PORT``."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any
from urllib.parse import parse_qsl, unquote

import numpy as np

from emgstream.clock import Clock, MonotonicClock
from emgstream.errors import (
    EndOfStream,
    MissingExtraError,
    SourceDisconnectedError,
    SourceError,
    SourceNotFoundError,
    UsageError,
)
from emgstream.sources.brainflow_boards import board_name, check_board, dongle_address, needs_of
from emgstream.sources.brainflow_library import brainflow_library
from emgstream.sources.library_link import Arrivals, OpenedStream
from emgstream.sources.library_source import LibrarySource
from emgstream.sources.sample_steps import PackageSteps
from emgstream.sources.serial_board.serial_ports import list_ports
from emgstream.sources.source_kind import FoundSource, SourceOptions
from emgstream.sources.source_status import SYNTHETIC_NOTE
from emgstream.types import StreamInfo
from emgstream.worker import Worker

__all__ = ["BrainFlowLink", "find_brainflow_boards", "known_brainflow_boards", "open_brainflow"]

_BUFFER = 45_000  # samples that BrainFlow keeps: its own default, 3 minutes at 250 Hz
_WAIT_S = 0.02  # of waiting for BrainFlow between two yields, and for more samples
_COUNT_S = 0.001  # between two looks whether there are more: a choice
_CLOSE_S = 30.0
"""Seconds that BrainFlow may take to end opening: twice its own 15 s for finding a board."""
_SILENT_S = 5.0
"""Seconds without a sample after which a board is opened again: a choice.

BrainFlow does not tell if a dongle was unplugged or a board switched off."""
_END_S = 1.0  # a choice: a played file that gives nothing for so long has ended
_PLAYBACK, _STREAMING, _SYNTHETIC = "PLAYBACK_FILE", "STREAMING", "SYNTHETIC"
_HAS_MASTER = (_PLAYBACK, _STREAMING)


class BrainFlowLink:
    """One board of BrainFlow, by an address.

    BrainFlow opens a board in one call that takes seconds, so that happens in a thread.

    Raises MissingExtraError if BrainFlow cannot be used, UsageError if the address is wrong.
    """

    def __init__(self, address: str, clock: Clock | None = None) -> None:
        self._shim, self._log = brainflow_library()
        self._address = address
        self._clock = clock or MonotonicClock()
        self._ids = _board_ids(self._shim)
        name, _, query = address.removeprefix("brainflow").removeprefix("://").partition("?")
        self._name = check_board(unquote(name), tuple(self._ids))
        self._params = self._parameters(dict(parse_qsl(query)))
        self._described = self._describe()
        self._rows, self._channel_names = _channels(self._described, self._name)
        self.silence_is_loss_s: float | None = _SILENT_S
        self.loss_advice = "check the distance and the load of this computer"
        self._opener: Worker | None = None
        self._board: Any = None
        self._problem = ""
        self._played_s: float | None = None

    def open(self) -> Generator[None, None, OpenedStream]:
        """Open the board; raises SourceNotFoundError with the reason that BrainFlow gives."""
        self._problem = ""
        self._opener = Worker("emg-brainflow", self._prepare)
        self._opener.start()
        while self._opener.alive:
            self._clock.sleep(_WAIT_S)
            yield
        self._opener.check()
        if self._problem:
            raise self._failure(self._problem)
        described = self._described
        is_synthetic = self._name == _SYNTHETIC
        return OpenedStream(
            StreamInfo(
                f"BrainFlow {described['name']}",
                self._channel_names,
                float(described["sampling_rate"]),
                "µV",
            ),
            self._address,
            {
                "library": f"BrainFlow {self._shim.BoardShim.get_version()}",
                "board": described["name"],
            },
            (SYNTHETIC_NOTE,) if is_synthetic else (),
            is_synthetic,
        )

    def pull(self, *, waits: bool = False) -> Arrivals:
        """Return new samples; raises EndOfStream at the end of a played file."""
        try:
            if waits:
                self._wait_for_more()
            data = self._board.get_board_data()
        except self._shim.BrainFlowError as error:
            raise SourceDisconnectedError(f"{self._address} was lost: {error}") from error
        stamps_s = data[self._described["timestamp_channel"]]
        if self._name == _PLAYBACK:
            self._look_for_end(len(stamps_s))
        samples = np.ascontiguousarray(data[self._rows].T, dtype=np.float32)
        return Arrivals(samples, stamps_s, data[self._described["package_num_channel"]])

    def learn(self, first: Arrivals) -> PackageSteps | None:
        """Return the steps by the package counter, if the board has one."""
        return PackageSteps.learn(first.numbers)

    def close(self) -> None:
        """Close the board, also if it is still being opened."""
        if self._opener is not None and not self._opener.join(_CLOSE_S):
            raise SourceError(
                f"BrainFlow still tries to open {self._address} after {_CLOSE_S:.0f} s; expected "
                "it to end; unplug the board, and end this program"
            )
        self._opener = None
        board, self._board = self._board, None
        if board is not None and board.is_prepared():
            board.release_session()
        self._log.hand_on()

    def _wait_for_more(self) -> None:
        """Wait up to 20 ms for a sample; BrainFlow only tells how many there are."""
        n_there, until_s = self._board.get_board_data_count(), self._clock.now() + _WAIT_S
        while self._board.get_board_data_count() == n_there and self._clock.now() < until_s:
            self._clock.sleep(_COUNT_S)

    def _look_for_end(self, n_samples: int) -> None:
        """Raise EndOfStream if a played file gives no more samples."""
        now_s = self._clock.now()
        if n_samples or self._played_s is None:
            self._played_s = now_s
        elif now_s >= self._played_s + _END_S:
            raise EndOfStream(f"{self._address} has ended")

    def _prepare(self, _stop: threading.Event) -> None:
        board = self._shim.BoardShim(int(self._ids[self._name]), self._params)
        try:
            board.prepare_session()
            self._board = board
            board.start_stream(_BUFFER)
        except self._shim.BrainFlowError as error:
            self._problem = str(error)  # raised elsewhere: its traceback would keep the board open
        self._problem = self._problem and (self._log.hand_on() or self._problem)

    def _failure(self, problem: str) -> SourceNotFoundError:
        return SourceNotFoundError(
            f"BrainFlow cannot open {self._address}: {problem}; {self._name} needs "
            f"{needs_of(self._name).words}; check that, and that no other program has it"
        )

    def _parameters(self, given: dict[str, str]) -> Any:
        """Return BrainFlow's parameters; raises UsageError for one that it does not know."""
        params = self._shim.BrainFlowInputParams()
        for key, value in given.items():
            if not hasattr(params, key) or callable(getattr(params, key)):
                raise UsageError(
                    f"{self._address} has the parameter {key!r}; expected some of "
                    f"{', '.join(sorted(vars(params)))}; {self._name} needs "
                    f"{needs_of(self._name).words}"
                )
            setattr(params, key, self._value(key, value, getattr(params, key)))
        if self._name in _HAS_MASTER and "master_board" not in given:
            raise UsageError(
                f"{self._address} is not complete; expected {needs_of(self._name).words}"
            )
        return params

    def _value(self, key: str, value: str, default: object) -> object:
        if key == "master_board":
            return int(self._ids[check_board(value, tuple(self._ids))])
        if key == "ip_protocol":
            protocols = {"UDP": 1, "TCP": 2}
            value = str(protocols.get(value.upper(), value))
        if isinstance(default, int) and not (value.isascii() and value.isdigit()):
            raise UsageError(f"{self._address} has {key}={value}; expected a whole number")
        return int(value) if isinstance(default, int) else value

    def _describe(self) -> dict[str, Any]:
        is_copy = self._name in _HAS_MASTER
        board = self._params.master_board if is_copy else int(self._ids[self._name])
        try:
            described: dict[str, Any] = self._shim.BoardShim.get_board_descr(board)
        except self._shim.BrainFlowError as error:
            raise self._failure(str(error)) from error
        return described


def open_brainflow(address: str, options: SourceOptions) -> LibrarySource:
    """Return the board of BrainFlow at an address; raises MissingExtraError, UsageError."""
    return LibrarySource(address, BrainFlowLink(address), options)


def find_brainflow_boards() -> list[FoundSource]:
    """Return the boards whose dongle is plugged in, and the synthetic board; none is opened."""
    try:
        brainflow_library()
    except MissingExtraError:
        return []
    dongles = ((port, dongle_address(port.vid, port.pid, port.device)) for port in list_ports())
    return [
        FoundSource("brainflow://SYNTHETIC", "BrainFlow synthetic board", "16 channels, 250 Hz"),
        *(
            FoundSource(address, f"BrainFlow at {port.device}", "if this dongle is its own")
            for port, address in dongles
            if address is not None
        ),
    ]


def known_brainflow_boards() -> list[FoundSource]:
    """Return all boards with EMG or EXG channels, each with what its address needs."""
    try:
        shim, _ = brainflow_library()
    except MissingExtraError:
        return []
    found = []
    for name, board in _board_ids(shim).items():
        if name in _HAS_MASTER:
            words = needs_of(name).words
            found.append(FoundSource(f"brainflow://{name}", "those of its master", words))
            continue
        described = shim.BoardShim.get_board_descr(int(board))
        n_channels = len(_rows(described))
        if n_channels:
            title = f"{n_channels} at {described['sampling_rate']} Hz"
            words = needs_of(name).words
            found.append(FoundSource(f"brainflow://{name}", title, words))
    return found


def _board_ids(shim: Any) -> dict[str, Any]:
    """Return BrainFlow's boards by their name in an address."""
    boards = shim.BoardIds
    return {board_name(one.name): one for one in boards if one is not boards.NO_BOARD}


def _rows(described: dict[str, Any]) -> list[int]:
    """Return the rows of EMG channels in BrainFlow's data; else those of EEG, ECG and EOG."""
    if described.get("emg_channels"):
        return list(described["emg_channels"])
    kinds = ("eeg_channels", "ecg_channels", "eog_channels")
    return sorted({row for kind in kinds for row in described.get(kind, ())})


def _channels(described: dict[str, Any], name: str) -> tuple[list[int], tuple[str, ...]]:
    """Return rows and names of the channels; raises UsageError if a board has none."""
    rows = _rows(described)
    if not rows:
        raise UsageError(
            f"the board {name} has no channels for EMG, EEG, ECG or EOG; expected a board with "
            "some; emgstream ports lists them"
        )
    kind = "EMG" if described.get("emg_channels") else "EXG"
    return rows, tuple(f"{kind}{place}" for place in range(1, len(rows) + 1))
