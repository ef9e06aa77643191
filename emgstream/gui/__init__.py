"""The window: live signals, the decision, and how good both are. The only room that knows Qt.

Nothing of Qt is imported before `run` is called.
"""

from emgstream.app.open_requests import (
    AUTO,
    SIMULATED,
    PortRequest,
    ReplayRequest,
    SourceRequest,
    WindowRequest,
)
from emgstream.gui.display import check_display, has_display

__all__ = [
    "AUTO",
    "SIMULATED",
    "PortRequest",
    "ReplayRequest",
    "SourceRequest",
    "WindowRequest",
    "has_display",
    "run",
]


def run(request: WindowRequest) -> None:
    """Open the window and return when it is closed, or when its picture has been saved.

    Raises UsageError where there is no display to open it on, MissingExtraError where a library of
    the desktop is missing, and OutputError where the picture cannot be written.
    """
    check_display(request)
    from emgstream.gui.application import run_application

    run_application(request)
