"""Trial of Qt on the present display, to be run in a child process: Qt ends it if it fails."""

from __future__ import annotations

from PyQt5.QtWidgets import QApplication

from emgstream.gui.display import load_qt

__all__ = ["main"]


def main() -> None:
    """Connect Qt to the display, and print the name of its platform."""
    load_qt()  # raises where QApplication would end the process without a reason
    application = QApplication([])
    print(application.platformName())  # noqa: T201 - the answer to the parent
