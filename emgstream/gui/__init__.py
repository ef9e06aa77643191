"""The window. The only room that knows Qt.

It draws, and turns clicks and keys into calls of `emgstream.app`, which holds the rules. A page is
a `WindowPage` in a folder of its own and a line in `pages.PAGES`; it knows the window as a `Shell`.
The files in here that need no Qt are colours, lists of parts, or the geometry of the timeline
(`timeline.time_view`, `lane_scale`, `sliding_outline`): pixels, columns and scales of a drawing.

Nothing of Qt is imported before `run` is called, and nothing that looks texts up: `run` settles the
language of the window.
"""

from emgstream.app.configured_language import use_language_of_user
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
    "check_display",
    "has_display",
    "run",
]


def run(request: WindowRequest) -> None:
    """Open the window and return when it is closed, or when its picture has been saved.

    Raises UsageError where there is no display to open it on, MissingExtraError where a library of
    the desktop is missing, and OutputError where the picture cannot be written.
    """
    check_display(request)  # what is wrong is told in the terminal, which speaks English
    use_language_of_user()
    from emgstream.gui.application import run_application

    run_application(request)
