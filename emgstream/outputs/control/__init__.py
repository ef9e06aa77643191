"""Control of keyboard and mouse by movements, while armed."""

from emgstream.outputs.control.bindings import Bindings, Hold, Move, read_bindings
from emgstream.outputs.control.control import ControlOutput, open_control
from emgstream.outputs.control.desk import InputDevices, open_desk

__all__ = [
    "Bindings",
    "ControlOutput",
    "Hold",
    "InputDevices",
    "Move",
    "open_control",
    "open_desk",
    "read_bindings",
]
