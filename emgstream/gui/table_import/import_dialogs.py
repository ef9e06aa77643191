"""Asking the user what the columns of files mean, one dialog after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt5.QtWidgets import QWidget

from emgstream.app.table_import import TableImport
from emgstream.gui.shell import Shell
from emgstream.gui.table_import.columns_dialog import ColumnsDialog

__all__ = ["ImportDialogs"]


class ImportDialogs:
    """Opens the dialog for files, and hands back those that were settled.

    Parameters
    ----------
    shell
        The place for messages, and the colours.
    parent
        The window the dialog stands over.
    """

    def __init__(self, shell: Shell, parent: QWidget) -> None:
        self._shell = shell
        self._parent = parent
        self._imports: list[TableImport] = []
        self.dialog: ColumnsDialog | None = None
        """The dialog that is open; None where none is."""

    def ask(
        self,
        paths: Sequence[Path],
        settled: Callable[[tuple[Path, ...]], None],
    ) -> None:
        """Ask for the columns of files; then call ``settled`` with those that the user settled.

        Files with the same columns are asked for once. While a dialog is open, nothing is asked.
        """
        if self.dialog is None and paths:
            self._ask_next(tuple(paths), (), settled)

    def shut_down(self) -> None:
        """Close the dialog and wait for the threads."""
        if self.dialog is not None:
            self.dialog.close()
        for one in self._imports:
            one.shut_down()

    def _ask_next(
        self,
        paths: tuple[Path, ...],
        done: tuple[Path, ...],
        settled: Callable[[tuple[Path, ...]], None],
    ) -> None:
        shown = TableImport(paths[0], paths[1:])
        self._imports = [shown, *(one for one in self._imports if one.is_reading)]
        dialog = self.dialog = ColumnsDialog(shown, self._shell.theme, self._parent)

        def end(_: int) -> None:
            self.dialog = None
            if shown.failure is not None:
                self._shell.strip.show_error(str(shown.failure))
            now_done = (*done, *shown.settled)
            left = tuple(path for path in paths if path not in now_done)
            if shown.settled and left:
                self._ask_next(left, now_done, settled)
            else:
                settled(now_done)

        dialog.finished.connect(end)
        dialog.open()
