"""Control of keyboard and mouse by movements, while armed."""

from emgstream.outputs.control.bindings import (
    ARM_KEY,
    PANIC_KEY,
    Action,
    Bindings,
    Hold,
    Move,
    Scroll,
    Tap,
    action_text,
    read_bindings,
    write_bindings,
)
from emgstream.outputs.control.control import ControlOutput, open_control
from emgstream.outputs.control.desk import InputDevices, open_desk, why_no_keys

__all__ = [
    "ARM_KEY",
    "PANIC_KEY",
    "Action",
    "Bindings",
    "ControlOutput",
    "Hold",
    "InputDevices",
    "Move",
    "Scroll",
    "Tap",
    "action_text",
    "open_control",
    "open_desk",
    "read_bindings",
    "why_no_keys",
    "write_bindings",
]
