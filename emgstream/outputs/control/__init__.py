"""Movements that press keys and move the mouse: only while armed, and never for long unheard."""

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
