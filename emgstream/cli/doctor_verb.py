"""Check this computer: Python, packages, display, serial ports, folders and configuration.

Each line has a result, and what to do where something is missing. The exit code is 1 if there is a
problem. It takes up to a minute: checks that may crash run in a separate process.
"""

from __future__ import annotations

import argparse
import json
import sys

from rich.table import Table
from rich.text import Text

from emgstream.app.doctor.doctor_check import CheckState, DoctorCheck, report_text, verdict
from emgstream.app.doctor.examination import examine
from emgstream.cli.terminal import busy, console
from emgstream.errors import EmgStreamError

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "doctor": "check everything",
    "doctor --json": "print the checks as JSON, for a program",
}

_STYLES = {CheckState.OK: "green", CheckState.WARNING: "yellow", CheckState.PROBLEM: "bold red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream doctor``."""
    parser.add_argument("--json", action="store_true", help="print the checks as JSON")


def run(arguments: argparse.Namespace) -> None:
    """Print all checks; raises EmgStreamError if something does not work."""
    with busy("checking this computer"):
        checks = list(examine())
    if arguments.json:
        json.dump([check.to_json() for check in checks], sys.stdout, indent=2)
        sys.stdout.write("\n")
    elif console().is_terminal:
        console().print(_table(checks))
    else:
        sys.stdout.write(report_text(checks) + "\n")
    problems = [check for check in checks if check.state is CheckState.PROBLEM]
    if problems:
        raise EmgStreamError(
            f"{verdict(checks).lower()}; {problems[0].topic}: {problems[0].text}; "
            f"{problems[0].advice}"
        )
    if not arguments.json:
        console().print(verdict(checks))


def _table(checks: list[DoctorCheck]) -> Table:
    table = Table.grid(padding=(0, 2))
    for check in checks:
        style = _STYLES[check.state]
        advice = Text(f"\n{check.advice}", "bold") if check.advice else ""
        text = Text.assemble(check.text, advice)
        table.add_row(Text(check.state.value, style), check.topic, text)
    return table
