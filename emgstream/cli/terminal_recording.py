"""A recording in the terminal: its pages, its keys and its bell."""

from __future__ import annotations

from dataclasses import replace

from emgstream.app.cue_scene import check_scene
from emgstream.app.recording_session import RecordingSession, RecordingStage
from emgstream.cli.keys import ENTER, ESC, SPACE
from emgstream.cli.session_screen import (
    SessionScreen,
    TerminalPage,
    connecting_page,
    free_page,
    guided_page,
    scene_page,
)
from emgstream.cli.terminal_loop import TerminalLoop
from emgstream.recording import CueStarted, Event, GuidedProtocol, ProtocolPhase, SignalCheckReport
from emgstream.wording import counted

__all__ = ["TerminalBell", "TerminalRecording"]


class TerminalBell:
    """Rings the terminal's bell at each cue."""

    def __init__(self, screen: SessionScreen) -> None:
        self._screen = screen

    def hear(self, event: Event) -> None:
        """Ring where the event is a cue."""
        if isinstance(event, CueStarted) and event.label:
            self._screen.ring()


class TerminalRecording:
    """Shows one recording, and passes the keys on.

    Parameters
    ----------
    recording
        The recording; its live session is not entered yet.
    loop
        The terminal loop of that session.
    screen
        The screen of the loop, for warnings.
    is_unattended
        Whether nobody is there to press a key.
    """

    def __init__(
        self,
        recording: RecordingSession,
        loop: TerminalLoop,
        screen: SessionScreen,
        *,
        is_unattended: bool = False,
    ) -> None:
        self._recording = recording
        self._loop = loop
        self._screen = screen
        self._is_unattended = is_unattended
        self._n_told = 0
        self._told_report: SignalCheckReport | None = None

    def play(self) -> None:
        """Lead the recording to its end; its ``failure`` tells what ended it before its time.

        What ends the stream is kept in the session's ``failure``, so that what was recorded until
        then is reviewed as after any end.
        """
        recording = self._recording
        try:
            recording.session.start()
            while recording.is_open:
                for key in self._loop.show(self._page()):
                    self._press(key)
                recording.poll(self._loop.now())
                self._tell()
                self._press_for_nobody()
        finally:
            try:
                recording.session.stop()
            finally:
                recording.shut_down(self._loop.now())

    def _press(self, key: str) -> None:
        """Do what a key means."""
        recording, now_s = self._recording, self._loop.now()
        protocol = recording.protocol
        if key == ESC:
            recording.end(now_s)
        elif key == "r":
            recording.repeat(now_s)
        elif key == "m":
            recording.set_marker("", now_s)
        elif key == "c":
            recording.check_again(now_s)
        elif key == SPACE or (key == ENTER and not _is_running(recording)):
            recording.press_space(now_s)
        elif key.isdigit() and not isinstance(protocol, GuidedProtocol):
            recording.set_label(int(key), now_s)

    def _press_for_nobody(self) -> None:
        """Go on after a check that found nothing; without anybody there, always, and begin."""
        recording, now_s = self._recording, self._loop.now()
        report = recording.report
        is_good = report is not None and not report.problems
        is_checked = recording.stage is RecordingStage.VERDICT
        if (is_good and is_checked) or (
            self._is_unattended and (is_checked or recording.waits_for_start)
        ):
            recording.press_space(now_s)

    def _tell(self) -> None:
        """Tell the problems that the check found, and new warnings."""
        report, warnings = self._recording.report, self._recording.warnings
        if report is not None and report is not self._told_report:
            for problem in report.problems:
                self._screen.tell(problem)
        self._told_report = report
        for warning in warnings[self._n_told :]:
            self._screen.tell(warning)
        self._n_told = len(warnings)

    def _page(self) -> TerminalPage:
        recording, now_s = self._recording, self._loop.now()
        match recording.stage:
            case RecordingStage.CONNECTING:
                page = connecting_page(recording.session.status())
                waits_for = recording.markers.waits_for
                return page if waits_for is None else replace(page, coming=f"looks for {waits_for}")
            case RecordingStage.CHECK if recording.check is not None:
                page = scene_page(check_scene(recording.check.protocol, now_s))
                return replace(page, keys=[("Esc", "leave")])
            case RecordingStage.VERDICT if recording.report is not None:
                return _report_page(recording.report)
        return self._take_page(now_s)

    def _take_page(self, now_s: float) -> TerminalPage:
        recording, protocol = self._recording, self._recording.protocol
        if isinstance(protocol, GuidedProtocol):
            page = guided_page(protocol.view(now_s))
        else:
            page = free_page(protocol, now_s, recording.started_s)
        if not recording.takes_markers:
            return page
        coming = "   ".join(filter(None, (page.coming, recording.markers.words)))
        return replace(page, coming=coming, keys=[*page.keys[:-1], _MARKER, *page.keys[-1:]])


_MARKER = ("m", "set a marker")


def _is_running(recording: RecordingSession) -> bool:
    """Return whether cues are being given, so that Enter, pressed by habit, must not pause."""
    protocol = recording.protocol
    return (
        recording.stage is RecordingStage.TAKE
        and isinstance(protocol, GuidedProtocol)
        and protocol.phase not in (ProtocolPhase.READY, ProtocolPhase.PAUSED)
    )


def _report_page(report: SignalCheckReport) -> TerminalPage:
    return TerminalPage(
        "check",
        "yellow",
        f"{counted(len(report.problems), 'problem')}, see below",
        keys=[("c", "check again"), ("Space", "go on anyway"), ("Esc", "leave")],
    )
