"""A simulated Uno to plug in: its UART on a pseudo-terminal, its analog pins fed by a function."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeAlias

from tests.board.simavr import CLOCK_HZ, Atmega328p
from tests.board.toolchain import compiled
from tests.posix import posix_os, posix_select, posix_tty

__all__ = ["SimulatedUno", "Waveform"]

Waveform: TypeAlias = Callable[[int, int], int]
"""Number of the conversion on that pin since the reset, number of the pin -> 0 to 1023."""

_STEP_S = 0.001
_LONGEST_LAG_S = 0.1
_MOST_UNREAD = 1 << 16
_PATIENCE_S = 10.0


class SimulatedUno:
    """An Uno that runs a compiled sketch in real time, as a context manager.

    Parameters
    ----------
    waveform
        What the analog pins see.
    elf
        Another sketch than the product's own, as `tests.board.toolchain.build` gives it.
    resets_on_open
        Whether opening the port resets the board, as it does on an Uno.
    boot_s
        How long the board is silent after a reset: the bootloader of a real one takes 1.7 s.
    boot_garbage
        What the line carries at the end of that time.
    """

    def __init__(
        self,
        waveform: Waveform,
        *,
        elf: Path | None = None,
        resets_on_open: bool = False,
        boot_s: float = 0.0,
        boot_garbage: bytes = b"",
    ) -> None:
        self._elf, self._waveform = elf or compiled().elf, waveform
        self._resets_on_open = resets_on_open
        self._boot_s, self._boot_garbage = boot_s, boot_garbage
        self._directory = tempfile.TemporaryDirectory(prefix="uno-")
        self.port = str(Path(self._directory.name, "ttyUNO"))
        self.n_resets = 0
        self.n_bytes_dropped = 0
        self.heard = b""
        self.lag_s = 0.0
        self._requests: SimpleQueue[tuple[Callable[[], None], threading.Event]] = SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._live, name="simulated-uno")
        self._failure: BaseException | None = None
        self._master = -1
        self._is_open = False
        self._sent = bytearray()
        self._conversions: dict[int, int] = {}
        self._asleep_s = 0.0

    def __enter__(self) -> SimulatedUno:
        self._plug()
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ending.set()
        self._thread.join(_PATIENCE_S)
        if self._thread.is_alive():
            raise RuntimeError("the simulated board does not end")
        self._unplug()
        self._directory.cleanup()
        if self._failure is not None:
            raise self._failure

    def wait_until_closed(self) -> None:
        """Wait until the board has seen that the port is closed.

        It looks every millisecond: a port closed and opened again faster does not reset it.
        """
        deadline_s = time.monotonic() + _PATIENCE_S
        while self._is_open:
            if time.monotonic() > deadline_s:
                raise RuntimeError("the port is still open")
            time.sleep(_STEP_S)

    @property
    def cycle(self) -> int:
        """Clock cycles the board has run, 16 million a second; exact inside a waveform only."""
        return self._avr.cycle

    def reset(self) -> None:
        """Press the reset button."""
        self._ask(self._reset)

    def unplug(self) -> None:
        """Pull the cable: the port is gone, its path too, and the board has no power."""
        self._ask(self._unplug)

    def replug(self) -> None:
        """Put the cable back: the same path leads to a new port and a board that just booted."""
        self._ask(self._replug)

    # ---- what follows runs in the board's own thread ----

    def _live(self) -> None:
        try:
            self._avr = Atmega328p(self._elf, self._sent.append, self._convert)
            try:
                self._boot()
                self._run()
            finally:
                self._avr.close()
        except BaseException as failure:  # noqa: BLE001 - kept, and raised where the board was made
            self._failure = failure

    def _run(self) -> None:
        last_s = time.monotonic()
        due = float(self._avr.cycle)
        while not self._ending.is_set():
            self._answer_requests()
            now_s = time.monotonic()
            elapsed_s, last_s = now_s - last_s, now_s
            if self._master >= 0:
                due += self._awake_of(elapsed_s) * CLOCK_HZ
                self._avr.run_until(int(due))
                self._exchange()
            time.sleep(_STEP_S)

    def _awake_of(self, elapsed_s: float) -> float:
        """Return how much of some time the program runs: not in the bootloader, nor in a lag."""
        if self._asleep_s > 0.0:
            self._asleep_s -= elapsed_s
            if self._asleep_s <= 0.0:
                self._sent += self._boot_garbage
            return 0.0
        # a host too busy to keep up makes the board's clock slow, not its line lossy
        lag_s = max(0.0, elapsed_s - _LONGEST_LAG_S)
        self.lag_s += lag_s
        return elapsed_s - lag_s

    def _convert(self, pin: int) -> int:
        number = self._conversions.get(pin, 0)
        self._conversions[pin] = number + 1
        return self._waveform(number, pin)

    def _exchange(self) -> None:
        """Carry bytes between the UART and the port, if somebody has it open."""
        was_open, self._is_open = self._is_open, self._is_opened()
        if self._is_open and not was_open:
            self._sent.clear()  # what nobody listened to
            if self._resets_on_open:
                self._reset()
        if was_open or self._is_open:
            self._carry_in()  # a stop just before the end, too
        if not self._is_open:
            self._sent.clear()
            return
        self._carry_out()

    def _is_opened(self) -> bool:
        if self._master < 0:
            return False
        return not self._poll.poll(0)

    def _carry_in(self) -> None:
        try:
            data = os.read(self._master, 64)
        except OSError:
            return  # nothing came, or the other side closed just now
        if self._asleep_s <= 0.0:
            self.heard += data
            for value in data:
                self._avr.receive(value)

    def _carry_out(self) -> None:
        with suppress(OSError):  # the port is full, or the other side closed just now
            del self._sent[: os.write(self._master, self._sent)]
        if len(self._sent) > _MOST_UNREAD:
            self.n_bytes_dropped += len(self._sent)
            self._sent.clear()

    def _boot(self) -> None:
        self._conversions.clear()
        self._sent.clear()
        self._asleep_s = self._boot_s

    def _reset(self) -> None:
        self.n_resets += 1
        self._avr.reset()
        self._boot()

    def _plug(self) -> None:
        self._master, slave = posix_os.openpty()
        posix_tty().setraw(slave)
        posix_os.set_blocking(self._master, False)
        self._poll = posix_select.poll()
        self._poll.register(self._master, posix_select.POLLHUP)
        path = posix_os.ttyname(slave)
        os.close(slave)  # before anybody can find it: no end of ours holds the port
        Path(self.port).symlink_to(path)

    def _unplug(self) -> None:
        if self._master >= 0:
            Path(self.port).unlink()
            os.close(self._master)
        self._master, self._is_open = -1, False

    def _replug(self) -> None:
        self._plug()
        self._reset()

    def _answer_requests(self) -> None:
        while True:
            try:
                request, done = self._requests.get_nowait()
            except Empty:
                return
            request()
            done.set()

    def _ask(self, request: Callable[[], None]) -> None:
        done = threading.Event()
        self._requests.put((request, done))
        deadline_s = time.monotonic() + _PATIENCE_S
        while not done.wait(0.05):
            if not self._thread.is_alive() or time.monotonic() > deadline_s:
                raise RuntimeError("the simulated board does not answer") from self._failure
