"""Hand out the sketch for the sensor board, with wiring and safety notes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from emgstream import firmware
from emgstream.cli.terminal import console

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream firmware``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|export|wiring")
    actions.add_parser("show", help="print the sketch")
    actions.add_parser("wiring", help="print which pin, which supply, and what is safe")
    export = actions.add_parser("export", help="write the sketch for the Arduino IDE")
    export.add_argument("folder", type=Path, help="where the folder emg_board is made")


def run(arguments: argparse.Namespace) -> None:
    """Print the sketch or its notes, or write both into a folder."""
    if arguments.action == "export":
        sketch = firmware.export(arguments.folder)
        terminal = console()
        terminal.print(f"wrote {sketch}: open it in the Arduino IDE, choose board and port, upload")
        terminal.print("A person is attached to the electrodes: run board and laptop on battery.")
        return
    text = firmware.source() if arguments.action == "show" else firmware.wiring()
    sys.stdout.write(text)
