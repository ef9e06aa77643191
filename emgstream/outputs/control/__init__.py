"""Movements that press keys and move the mouse: only while armed, and never for long unheard."""

from emgstream.outputs.control.bindings import Bindings, Hold, Move, read_bindings
from emgstream.outputs.control.control import Control
from emgstream.outputs.control.desk import Desk, open_desk

__all__ = ["Bindings", "Control", "Desk", "Hold", "Move", "open_desk", "read_bindings"]
