"""The texts of the board guide."""

from __future__ import annotations

from emgstream.app.board_setup import SAFETY, BoardSetup, SensorSignal, SetupStep
from emgstream.app.electrode_sites import REFERENCE

__all__ = ["IDE_STEPS", "LEADS", "TITLES", "step_lines"]

TITLES = {
    SetupStep.SENSOR: "Which sensor do you have?",
    SetupStep.WIRING: "Wire the sensor to the board",
    SetupStep.SKETCH: "Load the sketch onto the board",
    SetupStep.SAFETY: "Before electrodes are on a person",
    SetupStep.ELECTRODES: "Attach the electrodes",
    SetupStep.CONNECT: "Plug the board in",
}
"""The question or the task of each step."""

LEADS = {
    SetupStep.SENSOR: "One sensor on the forearm tells a fist from rest; most people begin with "
    "one. Three tell the movements of hand, wrist and elbow apart.",
    SetupStep.WIRING: "Unplug the board, and leave the electrodes off, while you change wires.",
    SetupStep.SKETCH: "The sketch is the program on the board. It counts and times every sample. "
    "You load it once, with the Arduino IDE, which is free: arduino.cc/en/software",
    SetupStep.SAFETY: "A fault in a device on the mains can put its voltage on the electrodes.",
    SetupStep.ELECTRODES: "Clean the skin with water or alcohol first, and let it dry.",
    SetupStep.CONNECT: "The port and its speed are found for you.",
}
"""A sentence below the title of each step."""

IDE_STEPS = (
    "Open the saved sketch, emg_board.ino, with the Arduino IDE.",
    "Plug the board in with a USB cable that carries data.",
    "Menu Tools, Board: choose yours, as Arduino Uno. A Nano of another maker may need Processor: "
    "ATmega328P (Old Bootloader).",
    "Menu Tools, Port: choose the one that appeared with the board.",
    "Press Upload, the arrow at the top left, and wait for “Done uploading”.",
    "Close the Serial Monitor, if it is open.",
)
"""The steps in the Arduino IDE."""


def step_lines(setup: BoardSetup) -> tuple[str, ...]:
    """Return the lines of the present step; empty where it has controls instead."""
    if setup.step is SetupStep.WIRING:
        return _wiring(setup)
    if setup.step is SetupStep.SAFETY:
        return SAFETY
    if setup.step is SetupStep.ELECTRODES:
        return _electrodes(setup)
    return ()


def _wiring(setup: BoardSetup) -> tuple[str, ...]:
    pin = {
        SensorSignal.ENVELOPE: "ENV (SIG on the first MyoWare)",
        SensorSignal.RAW: "RAW",
        SensorSignal.UNKNOWN: "the output",
    }[setup.signal]
    signal = (
        f"{pin} of the sensor to A0."
        if setup.n_sensors == 1
        else f"{pin} of each sensor to a pin of its own: biceps to A0, triceps to A1, middle to A2."
    )
    return (
        signal,
        "+ (also VIN or VCC) to 5V. On a board with 3.3 V inputs, as an ESP32 or a Pico, to 3V3: "
        "5 V destroy them.",
        "– (GND) to GND.",
        "Electrodes go to the sensor, never to the board.",
    )


def _electrodes(setup: BoardSetup) -> tuple[str, ...]:
    sites = setup.electrode_sites
    pair = "The pair" if len(sites) == 1 else "Each pair"
    muscles = (
        f"Pair {number}, {site.name}: {site.where}." for number, site in enumerate(sites, start=1)
    )
    return (
        *muscles,
        f"R, {REFERENCE.name}: {REFERENCE.where}.",
        f"{pair} lies along its muscle, 2 to 3 cm apart, where it swells when you move.",
        "A MyoWare with electrodes on its back sits on the muscle itself, its long side along it; "
        "its reference is the electrode on the cable.",
    )
