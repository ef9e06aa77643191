"""The folder in which the program keeps data of its user, set for one test."""

from __future__ import annotations

from pathlib import Path

import pytest

__all__ = ["set_user_data"]


def set_user_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be in ``folder``; Windows itself has no variable for it, so platformdirs has one."""
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", str(folder))
    monkeypatch.setenv("HOME", str(folder))
