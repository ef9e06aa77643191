"""A screen of its own with one window on it, and what that window is sent."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

__all__ = ["Screen", "screen"]


class Screen:
    """An X client with the keyboard's focus."""

    def __init__(self, name: str) -> None:
        from Xlib import XK, X, display

        self.name = name
        self.heard: list[str] = []
        self._x, self._keys = X, XK
        names = [name for name in dir(XK) if name.startswith("XK_")]
        self._names = {getattr(XK, name): name.removeprefix("XK_") for name in names}
        self._display: Any = display.Display(name)
        root = self._display.screen().root
        mask = X.KeyPressMask | X.KeyReleaseMask | X.ButtonPressMask | X.ExposureMask
        depth = self._display.screen().root_depth
        self._window = root.create_window(0, 0, 400, 300, 0, depth, event_mask=mask)
        self._window.map()
        while self._display.next_event().type != X.Expose:
            pass
        self._window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()

    def listen(self) -> list[str]:
        """Return all that the window was sent so far: ``+space`` and ``-space``."""
        x = self._x
        signs = {x.KeyPress: "+", x.KeyRelease: "-"}
        while self._display.pending_events():
            event = self._display.next_event()
            if event.type in signs:
                keysym = self._display.keycode_to_keysym(event.detail, 0)
                self.heard.append(signs[event.type] + self._names[keysym])
        return self.heard

    def type(self, key: str) -> None:
        """Press and release a key as a user would."""
        from Xlib.ext import xtest

        keycode = self._display.keysym_to_keycode(self._keys.string_to_keysym(key))
        for kind in (self._x.KeyPress, self._x.KeyRelease):
            xtest.fake_input(self._display, kind, keycode)
        self._display.sync()

    def pointer(self) -> tuple[int, int]:
        """Return where the mouse points."""
        place = self._display.screen().root.query_pointer()
        return place.root_x, place.root_y

    def close(self) -> None:
        self._display.close()


@contextmanager
def screen() -> Iterator[Screen]:
    """Give a screen; skips, saying why, where there cannot be one."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb")
    if find_spec("pynput") is None:
        pytest.skip("needs the extra control")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "640x480x24", "-nolisten", "tcp"]
    with (
        subprocess.Popen(command, pass_fds=[writer], stderr=subprocess.DEVNULL) as process,
        os.fdopen(reader) as told,
    ):
        os.close(writer)
        try:
            opened = Screen(f":{told.readline().strip()}")
            yield opened
            opened.close()
        finally:
            process.terminate()
