"""The product's firmware on a simulated ATmega328P, its UART on a pseudo-terminal.

::

    with SimulatedUno(ramp) as uno, serial.Serial(uno.port, 500_000) as port:
        ...
        uno.unplug()
        uno.replug()

A test that makes one skips, with the command that installs what is missing, where there is no
avr-gcc or no simavr.
"""

from tests.board.rig import SimulatedUno, Waveform
from tests.board.toolchain import Firmware, compiled, missing_tools

__all__ = ["Firmware", "SimulatedUno", "Waveform", "compiled", "missing_tools"]
