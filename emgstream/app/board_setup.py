"""The way from the parts of a sensor board to its first samples, step by step."""

from __future__ import annotations

import threading
from enum import Enum
from pathlib import Path

from emgstream import firmware
from emgstream.app.electrode_sites import ElectrodeSite, sites_for
from emgstream.app.open_requests import AUTO, SIMULATED, PortRequest
from emgstream.app.port_finding import PortFinding, PortLook, look_for_port
from emgstream.app.recording_plan import proposed_movements
from emgstream.errors import OutputError
from emgstream.translation import tr
from emgstream.worker import Worker

__all__ = [
    "SAFETY",
    "SAFETY_IN_SHORT",
    "BoardSetup",
    "SensorSignal",
    "SetupStep",
    "save_sketch",
]

SAFETY_IN_SHORT = tr(
    "Before electrodes are on a person: run the computer on its battery, with the charger "
    "unplugged."
)
"""The most important rule, for where a board can be connected."""
SAFETY = (
    tr("Unplug the charger: run the laptop on its battery, and the board from that laptop."),
    tr(
        "Unplug everything else that is on the mains: external screen, powered USB hub, network "
        "cable, oscilloscope, bench supply."
    ),
    tr(
        "With a computer that has no battery, use a USB isolator of medical grade. A cheap one "
        "is not."
    ),
    tr(
        "No electrodes with a pacemaker or another implant, on broken skin, across chest, neck or "
        "head, or together with electrical stimulation."
    ),
    tr("Take the electrodes off before you change the wiring."),
    tr("This is a research tool, not a medical device."),
)
"""Rules that hold as soon as a person is attached; those of the wiring notes of the sketch."""

_CHANNELS = {1: ("forearm",), 3: ("biceps", "triceps", "middle")}
"""Channel names by the number of sensors. One sensor sits on the forearm, where a fist is seen."""
_SIMULATED_FOREARM = "middle"
"""The channel of the simulated board whose sensor sits on the forearm."""
_MOST_COPIES = 100


class SetupStep(Enum):
    """The steps, in their order, with the names people see."""

    SENSOR = tr("Your sensor")
    WIRING = tr("Wiring")
    SKETCH = tr("Sketch")
    SAFETY = tr("Safety")
    ELECTRODES = tr("Electrodes")
    CONNECT = tr("Connect")


class SensorSignal(Enum):
    """The kind of signal on the pin that is wired."""

    ENVELOPE = "envelope"
    """Rectified and smoothed in the sensor: ENV of a MyoWare 2, SIG of the first one."""
    RAW = "raw"
    """The amplified signal itself: RAW of a MyoWare."""
    UNKNOWN = ""
    """Another sensor, or not sure: it is found in the recorded data."""


_STEPS = tuple(SetupStep)


class BoardSetup:
    """Answers and the present step. One thread calls everything; `poll` looks for the port.

    Attributes
    ----------
    n_sensors
        Number of sensors: 1 or 3.
    signal
        What they give.
    step
        The present step.
    sketch
        The sketch that was saved; None before.
    look
        What is known of the port; it is only looked for at the last step.
    """

    def __init__(self) -> None:
        self.n_sensors = 1
        self.signal = SensorSignal.ENVELOPE
        self.step = SetupStep.SENSOR
        self.sketch: Path | None = None
        self.look = PortLook(PortFinding.LOOKING, tr("Looking for the board …"))
        self._since_s: float | None = None
        self._worker: Worker | None = None
        self._seen: PortLook | None = None

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The names of the channels in the sketch."""
        return _CHANNELS[self.n_sensors]

    @property
    def electrode_sites(self) -> tuple[ElectrodeSite, ...]:
        """The place of the electrodes of each channel, for the movements that are proposed."""
        return sites_for(proposed_movements(self.n_sensors)[0], self.n_sensors)

    @property
    def simulated(self) -> PortRequest:
        """The simulated board with as many sensors."""
        if self.n_sensors == 1:
            return PortRequest(SIMULATED, channels=(_SIMULATED_FOREARM,), keeps_others=False)
        return PortRequest(SIMULATED)

    @property
    def is_first(self) -> bool:
        """True at the first step."""
        return self.step is _STEPS[0]

    @property
    def is_last(self) -> bool:
        """True at the last step."""
        return self.step is _STEPS[-1]

    @property
    def request(self) -> PortRequest | None:
        """The source to connect to; None while no port is there."""
        if self.look.finding is PortFinding.FOUND and self.look.port is not None:
            return PortRequest(self.look.port)
        return PortRequest(AUTO) if self.look.finding is PortFinding.SEVERAL else None

    def choose_sensors(self, n_sensors: int, signal: SensorSignal) -> None:
        """Answer the questions of the first step; a sketch for other channels is forgotten."""
        if n_sensors != self.n_sensors:
            self.sketch = None
        self.n_sensors, self.signal = n_sensors, signal

    def go_on(self) -> None:
        """Go to the next step."""
        self._go(1)

    def go_back(self) -> None:
        """Go to the step before."""
        self._go(-1)

    def go_to(self, step: SetupStep) -> None:
        """Go to any step."""
        self.step = step
        self._since_s = None

    def save(self, folder: Path) -> Path:
        """Save the sketch below a folder and return its path; raises OutputError."""
        self.sketch = save_sketch(folder, self.channel_names)
        return self.sketch

    def poll(self, now_s: float) -> bool:
        """Look for the port at the last step; return True where something is new."""
        if not self.is_last:
            return False
        if self._since_s is None:
            self._since_s, self._seen = now_s, None
            self.look = PortLook(PortFinding.LOOKING, tr("Looking for the board …"))
        if self._worker is not None:
            if self._worker.alive:
                return False
            worker, self._worker = self._worker, None
            worker.check()
        before, self.look = self.look, self._seen or self.look
        self._start(now_s - self._since_s)
        return self.look != before

    def shut_down(self) -> None:
        """Wait for the look that runs."""
        if self._worker is not None:
            self._worker.stop()
            self._worker = None

    def _go(self, n: int) -> None:
        at = min(max(_STEPS.index(self.step) + n, 0), len(_STEPS) - 1)
        self.go_to(_STEPS[at])

    def _start(self, waited_s: float) -> None:
        def look(_: threading.Event) -> None:
            self._seen = look_for_port(waited_s)

        self._worker = Worker("emg-board-setup", look)
        self._worker.start()


def save_sketch(folder: Path, channel_names: tuple[str, ...]) -> Path:
    """Return a sketch for these channels below a folder, saved where it is not there yet.

    An edited sketch stays: the new one goes into a folder of another number. Raises OutputError.
    """
    text = firmware.source(channel_names)
    for number in range(1, _MOST_COPIES):
        place = folder / ("sketch" if number == 1 else f"sketch {number}")
        there = place / firmware.NAME / f"{firmware.NAME}.ino"
        if not there.parent.exists():
            return firmware.export(place, channel_names)
        if there.is_file() and there.read_text("utf-8", errors="replace") == text:
            return there
    raise OutputError(
        tr(
            "{folder} has {most_copies} sketches; expected fewer; remove those you do not need",
            folder=folder,
            most_copies=_MOST_COPIES,
        )
    )
