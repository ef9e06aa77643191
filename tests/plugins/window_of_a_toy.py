"""The window with a package of somebody else installed: run by a test, in a process of its own."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PyQt5.QtWidgets import QApplication

from emgstream.app.open_requests import PortRequest, WindowRequest
from emgstream.gui.application import make_window

PATIENCE_S = 60.0


def main(settings: str) -> None:
    application = QApplication([])
    window = make_window(application, WindowRequest(settings=Path(settings)))
    window.show()
    sources = window.source_bar.source_list
    try:
        deadline_s = time.monotonic() + PATIENCE_S
        while (place := sources.findData("toy://301")) < 0:
            assert time.monotonic() < deadline_s, "it is not in the list"
            application.processEvents()
        print(sources.itemText(place))  # noqa: T201 - for the test that runs it
        window.open_source(PortRequest("toy://301"))
        while (session := window.connection.session) is None or session.log.n_truths == 0:
            assert time.monotonic() < deadline_s, window.connection.state
            application.processEvents()
        print(session.title, session.state.words)  # noqa: T201 - as above
    finally:
        window.close()


if __name__ == "__main__":
    main(sys.argv[1])
