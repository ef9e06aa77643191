"""The page Test: set up, follow the cues, see the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from emgstream.app.closing_words import cued_test_at_stake
from emgstream.app.cued_test_session import CuedTestSession, RecordedTestSession, keep_test
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import PortRequest
from emgstream.app.session_readiness import SessionReadiness, cued_test_readiness
from emgstream.app.trial_words import losses
from emgstream.errors import EmgStreamError, OutputError
from emgstream.gui.card import fill
from emgstream.gui.cue.cue_sound import CueSound
from emgstream.gui.palette import Theme
from emgstream.gui.shell import Shell
from emgstream.gui.step_bar import StepBar
from emgstream.gui.trial.trial_guide import TrialGuide
from emgstream.gui.trial.trial_setup import TrialSetup
from emgstream.gui.view_stack import ViewStack
from emgstream.gui.window_page import WindowPage
from emgstream.translation import tr, tr_n
from emgstream.trial import movements_to_ask, network_hash

__all__ = ["TrialPage"]

_USED_LIVE = tr(", by the settings used live")
_STEPS = (tr("Set up"), tr("Follow the cues"), tr("Result"))


class TrialPage(WindowPage):
    """Tests the model that decides on the open connection."""

    title = tr("Test")
    keys = (
        ("space", "Space", tr("pause a test and go on")),
        ("end", "Esc", tr("end a test before its time, or take away the message")),
    )

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.run: CuedTestSession | None = None
        self.reading: RecordedTestSession | None = None
        self._session: LiveSession | None = None
        self._model_path: Path | None = None
        self._settings_words = ""
        self._now_s = 0.0
        self._make_parts(shell.theme)
        self._connect_parts()
        self._show_step(0)
        self._show_ready()

    @property
    def holds_connection(self) -> bool:
        """True while a live test runs."""
        return self.run is not None and self.run.is_open

    @property
    def holds_decisions(self) -> bool:
        """True while a live test runs, which judges the decisions."""
        return self.holds_connection

    @property
    def is_busy(self) -> bool:
        """True while a test runs, live or on a recording."""
        return self.holds_connection or self.reading is not None

    def losses_at_close(self) -> tuple[str, ...]:
        """Return what an end does to the test that runs, if there is one."""
        return tuple(filter(None, [cued_test_at_stake(self.run)]))

    def key_actions(self) -> Mapping[str, Callable[[], None]]:
        """Return the action of each key."""
        return {
            "space": lambda: None if self.clicks_focused() else self._press_space(),
            "end": self._press_end,
        }

    def model_chosen(self, title: str | None) -> None:  # noqa: ARG002 - the path tells more
        """Show the tests of another model; a session of the one before is forgotten."""
        if self.shell.models.chosen != self._model_path:
            self._session = None
        self._show_history()
        self._show_ready()

    def begin_session(self, session: LiveSession | None) -> None:
        """End a test of another session."""
        if self.run is not None and self.run.session is not session:
            self.run.end(self._now_s)
        self._session = None
        self._show_ready()

    def show_session(self, session: LiveSession) -> None:
        """Test on a session from now on."""
        self._session, self._model_path = session, self.shell.models.chosen
        self.form.set_movements(movements_to_ask(session.class_names))
        self._show_history()
        self._show_ready()

    def update_picture(self, now_s: float, has_samples: bool) -> None:  # noqa: ARG002 - cues come without samples
        """Advance the test that runs."""
        self._now_s = now_s
        if self.run is not None and self.steps.currentWidget() is self.guide:
            self.run.poll(now_s)
            if self.run.is_open:
                state = self.shell.connection.state
                self.guide.show_moment(self.run, state, now_s)
            else:
                self._show_end(self.run)
        elif self.reading is not None and self.reading.poll():
            self._show_read(self.reading)

    def update_figures(self, now_s: float) -> None:  # noqa: ARG002 - the base class passes it
        """Refresh the state of the connection and of the test."""
        self._show_ready()
        if self.run is not None and self.run.is_open:
            state = self.shell.connection.state
            self.guide.show_progress(self.run, state)

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        for part in (self.step_bar, self.guide):
            part.set_theme(theme)

    def shut_down(self) -> None:
        """End a test that runs; one that is not finished is not kept."""
        if self.run is not None:
            self.run.end(self._now_s)
        if self.reading is not None:
            self.reading.finish()

    def start(self) -> None:
        """Begin a test as the form says, or of the recording; or show why that cannot be done."""
        session = self._session
        model = None if session is None else session.deciding
        if session is None or model is None or not self._readiness().can_begin:
            return
        self.shell.strip.hide()
        self._settings_words = _USED_LIVE if session.is_tuned else ""
        if session.replay is not None:
            self.reading = RecordedTestSession(
                session.replay.table, model, session.info.sampling_rate_hz
            )
            self._show_ready()
            return
        bell = (CueSound(),) if self.form.sound_box.isChecked() else ()
        try:
            plan = self.form.plan()
            self.run = CuedTestSession(session, model, plan, bell, self._now_s)
            self.run.press_space(self._now_s)
        except EmgStreamError as error:
            self.shell.strip.show_error(str(error))
            return
        self.guide.set_classes(session.class_names)
        self._show_step(1)
        self.update_figures(self._now_s)
        self.setFocus()

    def _press_space(self) -> None:
        if self.run is not None:
            self.run.press_space(self._now_s)

    def _press_end(self) -> None:
        if self.run is not None and self.run.is_open:
            self.run.end(self._now_s)
        else:
            self.shell.strip.hide()

    def _another(self) -> None:
        self.run = None
        self._show_step(0)

    def _show_end(self, run: CuedTestSession) -> None:
        n_held = run.n_done
        if run.found is None:
            self._another()
            if n_held or run.is_whole:
                self.shell.strip.show_note(
                    tr(
                        "the model decided nothing while it was asked; expected a stream without a "
                        "break now and then; look at it on the page Live"
                    ),
                    warns=True,
                )
            return
        where = tr(
            "Live, on {title}{settings_words}",
            title=run.session.title,
            settings_words=self._settings_words,
        )
        if run.is_whole:
            self._keep(run)
        else:
            where = tr(
                "Ended after {n_held} of {movements}: not kept",
                n_held=n_held,
                movements=tr_n("{n:,} movement", "{n:,} movements", run.plan.n_movements),
            )
        lost = [f"{name}: {words}" for name, words in losses(run.source_document())]
        self.setup.result.show_test(run.found, "\n".join([where, *lost]))
        self._show_step(2)

    def _show_read(self, reading: RecordedTestSession) -> None:
        self.reading = None
        if reading.found is None:
            if reading.failure is not None:
                self.shell.strip.show_error(str(reading.failure))
        else:
            self._keep(reading)
            name = reading.source_document()["name"]
            self.setup.result.show_test(
                reading.found,
                tr(
                    "The whole of {name}, by its own labels{settings_words}",
                    name=name,
                    settings_words=self._settings_words,
                ),
            )
            self._show_step(2)
        self._show_ready()

    def _keep(self, test: CuedTestSession | RecordedTestSession) -> None:
        try:
            if self._model_path is not None:
                keep_test(test, self._model_path)
        except OutputError as error:
            self.shell.strip.show_error(str(error))
        self._show_history()

    def _show_history(self) -> None:
        model = None if self._session is None else self._session.model
        network = None if model is None else network_hash(model)
        self.setup.past.show_history(self.shell.models.chosen, network)

    def _readiness(self) -> SessionReadiness:
        if self.reading is not None:
            return SessionReadiness(tr("Deciding on the recording …"), can_begin=False)
        shell = self.shell
        return cued_test_readiness(
            shell.connection, self._session, shell.models.chosen, self.form.summary
        )

    def _show_ready(self) -> None:
        """Offer to begin with a summary, or a board where there is none."""
        self.setup.show_ready(self._readiness())

    def _show_step(self, step: int) -> None:
        self.steps.setCurrentWidget(self.guide if step == 1 else self.setup)
        self.setup.show_result(step == 2)
        self.step_bar.show_step(step)

    def _make_parts(self, theme: Theme) -> None:
        self.step_bar = StepBar(theme, _STEPS, self)
        self.setup = TrialSetup(self)
        self.form = self.setup.form
        self.guide = TrialGuide(theme, self)
        self.steps = ViewStack(self)
        for part in (self.setup, self.guide):
            self.steps.addWidget(part)
        fill(self, self.step_bar, self.steps, grows=self.steps)

    def _connect_parts(self) -> None:
        setup, shell = self.setup, self.shell
        setup.row.start_wanted.connect(self.start)
        setup.another_wanted.connect(self._another)
        setup.row.port_wanted.connect(lambda port: shell.open_source(PortRequest(port)))
        self.form.changed.connect(self._show_ready)
        self.guide.space_wanted.connect(self._press_space)
        self.guide.end_wanted.connect(self._press_end)
