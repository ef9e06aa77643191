"""The texts of the board guide."""

from __future__ import annotations

from emgstream.app.board_setup import SAFETY, BoardSetup, SensorSignal, SetupStep
from emgstream.app.electrode_sites import REFERENCE
from emgstream.translation import tr

__all__ = ["IDE_STEPS", "LEADS", "TITLES", "step_lines"]

TITLES = {
    SetupStep.SENSOR: tr("Which sensor do you have?"),
    SetupStep.WIRING: tr("Wire the sensor to the board"),
    SetupStep.SKETCH: tr("Load the sketch onto the board"),
    SetupStep.SAFETY: tr("Before electrodes are on a person"),
    SetupStep.ELECTRODES: tr("Attach the electrodes"),
    SetupStep.CONNECT: tr("Plug the board in"),
}
"""The question or the task of each step."""

LEADS = {
    SetupStep.SENSOR: tr(
        "One sensor on the forearm tells a fist from rest; most people begin with "
        "one. Three tell the movements of hand, wrist and elbow apart."
    ),
    SetupStep.WIRING: tr("Unplug the board, and leave the electrodes off, while you change wires."),
    SetupStep.SKETCH: tr(
        "The sketch is the program on the board. It counts and times every sample. "
        "You load it once, with the Arduino IDE, which is free: arduino.cc/en/software"
    ),
    SetupStep.SAFETY: tr("A fault in a device on the mains can put its voltage on the electrodes."),
    SetupStep.ELECTRODES: tr("Clean the skin with water or alcohol first, and let it dry."),
    SetupStep.CONNECT: tr("The port and its speed are found for you."),
}
"""A sentence below the title of each step."""

IDE_STEPS = (
    tr("Open the saved sketch, emg_board.ino, with the Arduino IDE."),
    tr("Plug the board in with a USB cable that carries data."),
    tr(
        "Menu Tools, Board: choose yours, as Arduino Uno. A Nano of another maker may need "
        "Processor: ATmega328P (Old Bootloader)."
    ),
    tr("Menu Tools, Port: choose the one that appeared with the board."),
    tr("Press Upload, the arrow at the top left, and wait for “Done uploading”."),
    tr("Close the Serial Monitor, if it is open."),
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
        SensorSignal.ENVELOPE: tr("ENV (SIG on the first MyoWare)"),
        SensorSignal.RAW: "RAW",
        SensorSignal.UNKNOWN: tr("the output"),
    }[setup.signal]
    signal = (
        tr("{pin} of the sensor to A0.", pin=pin)
        if setup.n_sensors == 1
        else tr(
            "{pin} of each sensor to a pin of its own: biceps to A0, triceps to A1, middle to A2.",
            pin=pin,
        )
    )
    return (
        signal,
        tr(
            "+ (also VIN or VCC) to 5V. On a board with 3.3 V inputs, as an ESP32 or a Pico, to "
            "3V3: 5 V destroy them."
        ),
        tr("– (GND) to GND."),
        tr("Electrodes go to the sensor, never to the board."),
    )


def _electrodes(setup: BoardSetup) -> tuple[str, ...]:
    sites = setup.electrode_sites
    if len(sites) == 1:
        lies = tr("The pair lies along its muscle, 2 to 3 cm apart, where it swells when you move.")
    else:
        lies = tr(
            "Each pair lies along its muscle, 2 to 3 cm apart, where it swells when you move."
        )
    muscles = (
        tr("Pair {number}, {name}: {where}.", number=number, name=site.name, where=site.where)
        for number, site in enumerate(sites, start=1)
    )
    return (
        *muscles,
        f"R, {REFERENCE.name}: {REFERENCE.where}.",
        lies,
        tr(
            "A MyoWare with electrodes on its back sits on the muscle itself, its long side "
            "along it; its reference is the electrode on the cable."
        ),
    )
