"""Show or save the sketch for the sensor board, with wiring and safety notes."""

from __future__ import annotations

import argparse
import sys

from emgstream import firmware
from emgstream.cli import options
from emgstream.cli.terminal import console
from emgstream.errors import UsageError

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "firmware wiring": "print pins, power supply and safety notes",
    "firmware export sketches": "save the sketch for the Arduino IDE",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream firmware``."""
    parser.add_argument(
        "action",
        choices=("show", "wiring", "export"),
        help="show: print the sketch; wiring: print pins, power supply and safety notes; "
        "export: write "
        "the sketch for the Arduino IDE",
    )
    parser.add_argument(
        "folder",
        nargs="?",
        type=options.file_path,
        help="for export: where the folder emg_board is made",
    )


def run(arguments: argparse.Namespace) -> None:
    """Print the sketch or its notes, or write both into a folder.

    Raises UsageError for an export without a folder, and for a folder without an export.
    """
    exports = arguments.action == "export"
    if exports != (arguments.folder is not None):
        got = "no folder" if exports else f"the folder {arguments.folder}"
        raise UsageError(
            f"firmware {arguments.action} got {got}; expected a folder for export, and none "
            f"for show "
            "and wiring"
        )
    if exports:
        sketch = firmware.export(arguments.folder)
        terminal = console()
        terminal.print(f"wrote {sketch}: open it in the Arduino IDE, choose board and port, upload")
        terminal.print("A person is attached to the electrodes: run board and laptop on battery.")
        return
    text = firmware.source() if arguments.action == "show" else firmware.wiring()
    sys.stdout.write(text)
