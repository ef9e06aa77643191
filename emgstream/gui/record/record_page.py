"""The page Record: set up, check the signal, follow the cues, review the recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from emgstream.app.closing_words import recording_at_stake
from emgstream.app.cue_scene import check_scene, free_scene, guided_scene
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import PortRequest, ReplayRequest
from emgstream.app.recording_plan import RecordingRequest
from emgstream.app.recording_session import RecordingSession, RecordingStage
from emgstream.app.session_readiness import SessionReadiness, recording_readiness
from emgstream.app.source_watch import SourceWatch
from emgstream.app.stream_words import recording_pace
from emgstream.app.training_job import FOUND
from emgstream.clock import host_now
from emgstream.errors import EmgStreamError, UsageError
from emgstream.gui.card import fill
from emgstream.gui.cue.cue_sound import CueSound
from emgstream.gui.file_actions import recordings_folder
from emgstream.gui.palette import Theme
from emgstream.gui.record.record_guide import RecordGuide
from emgstream.gui.record.record_review import RecordReview
from emgstream.gui.record.record_setup import RecordSetup
from emgstream.gui.record.signal_check_view import SignalCheckView
from emgstream.gui.shell import Shell
from emgstream.gui.step_bar import StepBar
from emgstream.gui.view_stack import ViewStack
from emgstream.gui.window_page import WindowPage
from emgstream.recording import FreeProtocol, GuidedProtocol, LabelledCueRun, ProtocolPhase
from emgstream.sources.lsl_markers import find_marker_streams
from emgstream.translation import tr

__all__ = ["RecordPage"]

_MARKERS_EVERY_S = 1.5
"""Seconds between two looks for streams of markers, as the window looks for sources."""
_OF_A_MARKER = -1
"""Number of a label that has no number key, as a marker set it."""
_STEPS = (tr("Set up"), tr("Check the signal"), tr("Follow the cues"), tr("Look it over"))


class RecordPage(WindowPage):
    """Records one session after the other from the open connection."""

    title = tr("Record")
    keys = (
        ("space", "Space", tr("begin, pause and go on")),
        ("repeat", "R", tr("repeat the last movement, or take a label back")),
        ("again", "C", tr("check the signal again")),
        ("marker", "M", tr("set a marker, with the text in its field")),
        ("end", "Esc", tr("end the session and keep everything")),
        *((str(n), str(n), tr("set a label in a free recording, 0 for none")) for n in range(10)),
    )

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.run: RecordingSession | None = None
        self._session: LiveSession | None = None
        self._shown: RecordingStage | None = None
        self._now_s = 0.0
        self._marker_watch = SourceWatch(find_marker_streams)
        self._watched_s = 0.0
        self._make_parts(shell.theme)
        self._lay_out()
        self._connect_parts()
        self._show_ready()

    @property
    def holds_connection(self) -> bool:
        """True while a session is being recorded."""
        return self.run is not None and self.run.is_open

    def losses_at_close(self) -> tuple[str, ...]:
        """Return what an end does to the recording that runs, if there is one."""
        return tuple(filter(None, [recording_at_stake(self.run, self._now_s)]))

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return the action of each key."""
        return {
            "space": lambda: None if self.clicks_focused() else self._press_space(),
            "repeat": self._repeat,
            "again": self._check_again,
            "marker": self._set_marker,
            "end": self._press_end,
            **{str(n): partial(self._set_label, n) for n in range(10)},
        }

    def follow_settings(self) -> None:
        """Record into the folder that was set."""
        folder = self.shell.settings.recordings
        if folder is not None:
            self.form.set_folder(folder)

    def begin_session(self, session: LiveSession | None) -> None:
        """End a recording from another session."""
        if self.run is not None and self.run.session is not session:
            self.run.end(self._now_s)
        self._session = None
        self.guide.timeline.show_session(None)

    def show_session(self, session: LiveSession) -> None:
        """Record from a session from now on."""
        self._session = session
        self.guide.timeline.show_session(session)
        self.form.placements.set_channels(session.info.channel_names)
        self.form.propose_movements(session.info.n_channels)
        self._show_ready()

    def update_picture(self, now_s: float, has_samples: bool) -> None:
        """Advance the session that is being recorded, and draw new samples."""
        self._now_s = now_s
        run = self.run
        if run is None:
            return
        run.poll(now_s)
        if run.stage is not self._shown:
            self._show_stage(run)
        if run.stage is RecordingStage.CHECK and run.check is not None:
            self.guide.canvas.show_scene(check_scene(run.check.protocol, now_s))
        elif run.stage is RecordingStage.TAKE:
            self._show_take(run)
        if has_samples or self.guide.timeline.is_moving:
            self.guide.timeline.update()

    def update_figures(self, now_s: float) -> None:
        """Refresh the state of connection, file, warnings, and the streams of markers."""
        self._show_ready()
        self._watch_markers(now_s)
        self.review.poll()
        run = self.run
        if run is None or not run.is_open:
            return
        state = self.shell.connection.state
        self.guide.show_state(state, *_told(run, state.words))
        self.guide.show_warnings(run.warnings)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for part in (self.step_bar, self.guide, self.verdict, self.review):
            part.set_theme(theme)

    def shut_down(self) -> None:
        """End the recording, and finish its files."""
        self._marker_watch.stop()
        if self.run is not None:
            self.run.shut_down(self._now_s)
        self.review.shut_down()

    def start(self) -> None:
        """Begin a session as the form says, or show why that cannot be done."""
        session = self._session
        if session is None or not self._readiness().can_begin:
            return
        bell = (CueSound(),) if self.form.sound_box.isChecked() else ()
        try:
            plan = self.form.plan()
            plan.make_folder()
            self.run = RecordingSession(session, plan, bell, self._now_s)
        except EmgStreamError as error:
            asked = self._asked
            self.shell.strip.show_error(str(error), until=lambda: self._asked != asked)
            return
        self.shell.strip.hide()
        self.review.forget()
        self.shell.settings.keep_recordings(self.form.folder)
        known = session.class_names
        self.guide.set_labels(known, plan.protocol.labels, isinstance(plan.protocol, FreeProtocol))
        self.guide.show_warnings(())
        self.guide.timeline.go_live()
        self._shown = None
        self.setFocus()

    @property
    def _asked(self) -> RecordingRequest | str:
        """The request of the form, or the reason why it cannot be read, as with a wrong name."""
        try:
            return self.form.request
        except UsageError as error:
            return str(error)

    def _press_space(self) -> None:
        if self.run is not None:
            self.run.press_space(self._now_s)

    def _repeat(self) -> None:
        if self.run is not None:
            self.run.repeat(self._now_s)

    def _set_marker(self) -> None:
        if self.run is not None:
            # at this moment, not at that of the last picture
            self.run.set_marker(self.guide.marker_field.text.text().strip(), host_now())
            self.setFocus()

    def _check_again(self) -> None:
        if self.run is not None:
            self.run.check_again(self._now_s)

    def _press_end(self) -> None:
        if self.holds_connection and self.run is not None:
            self.run.end(self._now_s)
        else:
            self.shell.strip.hide()

    def _set_label(self, number: int) -> None:
        if self.run is not None:
            self.run.set_label(number, self._now_s)

    def _trim(self, trims: bool) -> None:
        if self.run is not None:
            self.run.settle_again(trims)
            self._show_stage(self.run)  # it may be done before the next picture

    def _begin_cues(self) -> None:
        """Go on from the verdict to the cues; the countdown before the first gives time."""
        self._press_space()
        if self.run is not None and self.run.waits_for_start:
            self._press_space()

    def _train(self) -> None:
        """Train on what was recorded."""
        if self.run is not None:
            signal = self.shell.settings.signal_choice
            if self.run.session.is_synthetic:
                signal = FOUND
            self.shell.train_on(self._written(self.run), signal)

    def _drop(self, labelled: LabelledCueRun, is_dropped: bool) -> None:
        if self.run is not None:
            self.run.drop(labelled, is_dropped)
            self._show_stage(self.run)

    def _replay(self) -> None:
        if self.run is not None:
            self.shell.open_source(ReplayRequest(self._written(self.run)))
            self.shell.show_page(tr("Live"))

    @staticmethod
    def _written(run: RecordingSession) -> Path:
        """Return the table of a recording; another one if its file was taken away."""
        return run.plan.path if run.recovered is None else run.recovered.path

    def _another(self) -> None:
        self.run = self._shown = None
        self.form.propose_name()
        self.steps.setCurrentWidget(self.setup)
        self.step_bar.show_step(0)

    def _show_stage(self, run: RecordingSession) -> None:
        """Show the part that belongs to a stage."""
        self._shown = run.stage
        step = {RecordingStage.CHECK: 1, RecordingStage.VERDICT: 1, RecordingStage.TAKE: 2}.get(
            run.stage, 3
        )
        self.step_bar.show_step(step)
        if run.stage is RecordingStage.VERDICT and run.report is not None:
            self.verdict.show_report(run.report)
            self.steps.setCurrentWidget(self.verdict)
        elif run.is_open:
            self.guide.show_taking(run.stage is RecordingStage.TAKE)
            self.steps.setCurrentWidget(self.guide)
        elif run.stage is RecordingStage.SETTLING:
            self.review.show_working()
            self.steps.setCurrentWidget(self.review)
        else:
            self._show_end(run)

    def _show_end(self, run: RecordingSession) -> None:
        if run.failure is not None:
            self.shell.strip.show_error(str(run.failure), until=lambda: self.run is not run)
        if run.recovered is not None:
            self.review.show_recovered(run.recovered)
        elif run.take is None:
            self._another()  # it was left before the session began
        elif run.plan.path.exists():
            self.review.show_unfinished(run.plan.path)
        else:
            self.review.show_nothing()

    def _show_take(self, run: RecordingSession) -> None:
        protocol = run.protocol
        if isinstance(protocol, GuidedProtocol):
            self.guide.canvas.show_scene(guided_scene(protocol.view(self._now_s)))
            words = {ProtocolPhase.READY: tr("Begin"), ProtocolPhase.PAUSED: tr("Go on")}.get(
                protocol.phase, tr("Pause")
            )
            self.guide.set_space_text(words)
        else:
            self.guide.canvas.show_scene(free_scene(protocol, self._now_s, run.started_s))
            numbers = ("", *protocol.labels)
            label = protocol.label
            self.guide.show_number(numbers.index(label) if label in numbers else _OF_A_MARKER)

    def _watch_markers(self, now_s: float) -> None:
        """Offer the streams of markers that are there, while they can be chosen."""
        if not self.setup.isVisible() or now_s < self._watched_s + _MARKERS_EVERY_S:
            return
        self._watched_s = now_s
        found = self._marker_watch.poll()
        if found is not None:
            self.form.markers.set_streams(found)

    def _readiness(self) -> SessionReadiness:
        return recording_readiness(self.shell.connection, self._session, self.form.summary())

    def _show_ready(self) -> None:
        """Offer to begin, or a board where there is none."""
        self.setup.row.show_readiness(self._readiness())

    def _make_parts(self, theme: Theme) -> None:
        self.step_bar = StepBar(theme, _STEPS, self)
        self.setup = RecordSetup(recordings_folder(self.shell.settings), self)
        self.form = self.setup.form
        self.guide = RecordGuide(theme, self)
        self.verdict = SignalCheckView(theme, self)
        self.review = RecordReview(theme, self)

    def _lay_out(self) -> None:
        self.steps = ViewStack(self)
        self.steps.addWidget(self.setup)
        self.steps.addWidget(self.guide)
        self.steps.add_scrolled(self.verdict)
        self.steps.add_scrolled(self.review)
        fill(self, self.step_bar, self.steps, grows=self.steps)

    def _connect_parts(self) -> None:
        shell = self.shell
        self.setup.row.start_wanted.connect(self.start)
        self.setup.row.port_wanted.connect(lambda port: shell.open_source(PortRequest(port)))
        self.setup.row.set_up_wanted.connect(shell.set_up_board)
        self.form.changed.connect(self._show_ready)
        markers = self.form.markers
        markers.prefer(shell.settings.markers)
        markers.chosen.connect(lambda: shell.settings.keep_markers(markers.address))
        self.guide.timeline.drawn.connect(self.drawn)
        self.guide.space_wanted.connect(self._press_space)
        self.guide.repeat_wanted.connect(self._repeat)
        self.guide.end_wanted.connect(self._press_end)
        self.guide.number_wanted.connect(self._set_label)
        self.verdict.go_on_wanted.connect(self._begin_cues)
        self.guide.marker_wanted.connect(self._set_marker)
        self.guide.marker_field.left.connect(self.setFocus)
        self.verdict.again_wanted.connect(self._check_again)
        self.verdict.leave_wanted.connect(self._press_end)
        self.review.train_wanted.connect(self._train)
        self.review.trim_wanted.connect(self._trim)
        self.review.mend_wanted.connect(lambda: self._trim(True))
        self.review.drop_wanted.connect(self._drop)
        self.review.replay_wanted.connect(self._replay)
        self.review.another_wanted.connect(self._another)


def _told(run: RecordingSession, state: str) -> tuple[str, str]:
    """Return the state of the stream and of the file, in words."""
    status = run.session.status()
    words = f"{state}   {recording_pace(status)}" if status.is_streaming else state
    written = (
        f"{run.recorder.n_bytes / 1e6:.1f} MB"
        if run.stage is RecordingStage.TAKE
        else tr("not yet")
    )
    room = tr("{room_bytes:.1f} GB free", room_bytes=run.recorder.room_bytes / 1000000000.0)
    told = (run.plan.path.name, written, run.markers.words, room)
    return words, "   ".join(filter(None, told))
