"""Rules that differ from system to system, with the system as a parameter."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from emgstream import clock, user_folders
from emgstream.app.doctor.display_checks import has_display
from emgstream.cli.interrupt import polite_end
from emgstream.outputs.control import desk
from tests.posix import posix_signal


@pytest.mark.parametrize(
    ("platform", "name"), [("linux", "CLOCK_BOOTTIME"), ("darwin", "CLOCK_MONOTONIC_RAW")]
)
def test_the_host_time_goes_on_while_the_computer_sleeps(
    platform: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, name, 4711, raising=False)
    assert clock.clock_that_includes_sleep(platform) == 4711


def test_windows_has_a_counter_that_includes_sleep() -> None:
    assert clock.clock_that_includes_sleep("win32") is None


@pytest.mark.parametrize(
    ("system", "config", "log"),
    [
        (MacOS, "Library/Application Support/emgstream", "Library/Logs/emgstream"),
        (Unix, ".config/emgstream", ".local/state/emgstream/log"),
    ],
)
def test_the_folders_are_those_of_the_system(
    system: Any, config: str, log: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(platformdirs, "PlatformDirs", system)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert user_folders.config_folder() == tmp_path / config
    assert user_folders.log_folder() == tmp_path / log


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_a_terminal_that_is_closed_ends_the_program_in_order() -> None:
    with polite_end() as asked:
        signal.raise_signal(posix_signal.SIGHUP)
        assert asked.is_set()
    assert asked.by == "SIGHUP"


def test_a_system_without_the_signal_of_a_closed_terminal_has_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(signal, "SIGHUP", raising=False)
    with polite_end() as asked:
        signal.raise_signal(signal.SIGTERM)
        assert asked.is_set()
    assert asked.by == "SIGTERM"


def test_a_mac_has_a_display_and_says_what_to_allow_for_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert has_display({}, "darwin")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(desk, "is_wayland", lambda: False)
    monkeypatch.setattr(desk, "_pynput", lambda: (None, None))
    words = desk.why_no_keys()
    assert "Terminal" in words
    assert "Accessibility" in words
    assert "Input Monitoring" in words
