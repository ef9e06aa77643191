"""One recording from the check of the signal to the files in order."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from types import MappingProxyType

from emgstream.app.live_session import LiveSession
from emgstream.app.marker_labels import MarkerLabels
from emgstream.app.recording_markers import RecordingMarkers
from emgstream.app.recording_plan import RecordingPlan
from emgstream.errors import EmgStreamError, SourceError
from emgstream.recording import (
    CueListener,
    FreeProtocol,
    GuidedProtocol,
    LabelledCueRun,
    ProtocolPhase,
    Recorder,
    RecoveryReport,
    RepetitionOutcome,
    SignalCheck,
    SignalCheckReport,
    Take,
    expected_bytes,
    put_in_order,
)
from emgstream.sources.lsl_markers import MarkerStream
from emgstream.sources.source_status import SourceStatus
from emgstream.sources.standstill import StandstillWatch
from emgstream.translation import tr
from emgstream.worker import Worker

__all__ = ["RecordingSession", "RecordingStage"]

_LIKELY_RATE_HZ = 1000.0
_LIKELY_CHANNELS = 3
"""Rate and channels assumed for the room a file needs, before the board has told its own: those of
our firmware on an Uno with three electrodes."""

_SILENT_S = 1.0  # a choice, as the status of a board: a thousand samples
_TAIL_S = 0.1
"""Largest part in seconds of what was asked for that may be missing at the end of a recording.

A choice: a USB driver gathers bytes for 16 ms, and the arrivals after a short silence are held back
for 0.1 s. Where more is missing, the end waits for it, up to `_SILENT_S` after the newest
sample: some senders gather samples for longer."""
_WAKE_S, _CATCH_UP_S = 1.0, 30.0
"""Seconds after this program stood still in which a take does not end: a choice.

A computer may have slept beyond the end; what waited in buffers meanwhile is read by then. As long
as it arrives, on a busy computer, the end waits up to the second time."""
_SETTLE_S = 30.0  # a choice: another process that puts the files in order is done by then


class RecordingStage(Enum):
    """Stages of a recording, in their order."""

    CONNECTING = "connecting"
    """No sample has arrived yet, or the stream of markers is not found yet."""
    CHECK = "check"
    """The signal is being checked."""
    VERDICT = "verdict"
    """The check is done; the user decides whether to go on."""
    TAKE = "take"
    """Cues are given and samples are written; a guided session waits for the start first."""
    SETTLING = "settling"
    """The labels are being put in order."""
    DONE = "done"
    """Nothing more happens."""


class RecordingSession:
    """One recording, from the check of the signal to the files in order.

    Whatever happens, the samples that were written are kept and put in order. The thread that owns
    the live session calls everything, `poll` some twenty times a second or more often; the other
    threads are the recorder's, and ``emg-settler``, which puts the files in order.

    Parameters
    ----------
    session
        The live session to record from, with or without samples yet.
    plan
        The planned recording.
    listeners
        Hear the cues, beside the recorder and the simulated subject.
    now_s
        Host time.
    leads_subject
        False to let a simulated subject go on by itself.

    Raises
    ------
    UsageError
        The source is a recording, its simulated subject cannot make one of the movements, or the
        address of the markers is none of LSL.
    MissingExtraError
        There are markers of another program, and LSL is not installed.
    OutputError
        The file exists, cannot be made, or there is too little room.
    """

    def __init__(
        self,
        session: LiveSession,
        plan: RecordingPlan,
        listeners: Sequence[CueListener],
        now_s: float,
        *,
        leads_subject: bool = True,
    ) -> None:
        self.session = session
        self.plan = plan
        self.stage = RecordingStage.CONNECTING
        self.check: SignalCheck | None = None
        self.report: SignalCheckReport | None = None
        self.failure: EmgStreamError | None = None
        self.recovered: RecoveryReport | None = None
        self._before_drop: dict[tuple[str, int], RepetitionOutcome] = {}
        self.warnings: list[str] = []
        self.take: Take | None = None
        self.started_s = now_s
        self._standstill = StandstillWatch()
        self._woke_s = -math.inf  # when this program last stood still until
        self._due_s: float | None = None  # when all that was asked for was over
        self._n_missing_tail: int | None = None
        self._told: set[str] = set()
        self._subject = session.subject if leads_subject else None
        followers = session.cue_followers(plan.protocol.labels, listeners)
        self._followers = followers if leads_subject else tuple(listeners)
        stream = MarkerStream(plan.markers) if plan.markers else None
        self.recorder = self._new_recorder()
        self.markers = RecordingMarkers(self.recorder, session.markers, stream, now_s)
        self._marker_labels = None
        if plan.markers_are_labels and isinstance(plan.protocol, FreeProtocol):
            self._marker_labels = MarkerLabels(plan.protocol, session.subject)
        self.recorder.__enter__()
        if self._subject is not None:
            self._subject.wait_for_cues(now_s)
        self._await_samples(now_s)

    @property
    def protocol(self) -> GuidedProtocol | FreeProtocol:
        """The cues, or the labels of a free recording."""
        return self.plan.protocol

    @property
    def is_open(self) -> bool:
        """True while the file is being written, or is about to be."""
        return self.stage not in (RecordingStage.SETTLING, RecordingStage.DONE)

    @property
    def waits_for_start(self) -> bool:
        """True while a guided session is ready to give its first cue."""
        is_ready = isinstance(self.protocol, GuidedProtocol) and (
            self.protocol.phase is ProtocolPhase.READY
        )
        return self.stage is RecordingStage.TAKE and is_ready

    @property
    def is_streaming(self) -> bool:
        """True while samples arrive."""
        return self.session.status().is_streaming

    def check_again(self, now_s: float) -> None:
        """Check the signal once more, after the verdict on it."""
        if self.stage is RecordingStage.VERDICT:
            self._check_signal(now_s)

    def press_space(self, now_s: float) -> None:
        """Go on with a signal as it is; in a guided session begin, pause and go on."""
        if self.stage is RecordingStage.VERDICT:
            self._begin_take(now_s)
        elif self.stage is RecordingStage.TAKE and isinstance(self.protocol, GuidedProtocol):
            if self.waits_for_start:
                self._write_samples(now_s)
            if self.protocol.phase in (ProtocolPhase.READY, ProtocolPhase.PAUSED):
                self.protocol.start(now_s)
            else:
                self.protocol.pause(now_s)

    def repeat(self, now_s: float) -> None:
        """Ask for the last movement again; in a free session take its label back."""
        if self.stage is not RecordingStage.TAKE:
            return
        if isinstance(self.protocol, GuidedProtocol):
            self.protocol.repeat_last(now_s)
        else:
            self.protocol.discard(now_s)

    def set_label(self, number: int, now_s: float) -> None:
        """Set a label of a free session by its number, from 1; 0 for none."""
        if self.stage is not RecordingStage.TAKE or not isinstance(self.protocol, FreeProtocol):
            return
        if number <= len(self.protocol.labels):
            self.protocol.press(number, now_s)

    def set_marker(self, text: str, now_s: float) -> None:
        """Set a numbered marker, with a text or an empty one, while samples are written."""
        if self.takes_markers:
            self.markers.press(text, now_s)

    @property
    def takes_markers(self) -> bool:
        """True while samples are written, so that markers can be set."""
        return self.stage is RecordingStage.TAKE and self.take is not None

    def _await_samples(self, now_s: float) -> None:
        """Begin the check, or the take, once samples arrive and the markers are found."""
        try:
            self.markers.check_found(now_s)
        except SourceError as error:
            self.failure = error
            self.end(now_s)
        if not self.session.ring.n_received or self.markers.waits_for is not None:
            return
        if self.plan.is_checked:
            self._check_signal(now_s)
        else:
            self._begin_take(now_s)

    def _check_signal(self, now_s: float) -> None:
        """Lead the person through five seconds of rest and contraction."""
        self.stage, self.report = RecordingStage.CHECK, None
        session, labels = self.session, self.protocol.labels
        self.check = SignalCheck(session.ring, session.info, labels, self._followers, now_s)

    def _begin_take(self, now_s: float) -> None:
        """Begin a free recording; a guided one waits for the start and writes nothing before."""
        self.stage, self.check = RecordingStage.TAKE, None
        if isinstance(self.protocol, FreeProtocol):
            self._write_samples(now_s)

    def _write_samples(self, now_s: float) -> None:
        """Write samples from now on."""
        self.started_s = now_s
        self.take = Take(
            self.protocol,
            (self.recorder, *self._followers),
            self.session.ring,
            lambda: self.is_streaming,
        )
        self.session.attach(self.recorder)

    def poll(self, now_s: float) -> None:
        """Let time pass up to host time ``now_s``."""
        if self._standstill.stood_s(now_s):
            self._woke_s = now_s
        self._follow_markers()
        if self.stage is RecordingStage.CONNECTING:
            self._await_samples(now_s)
        elif self.stage is RecordingStage.CHECK and self.check is not None:
            self._follow_check(self.check.poll(now_s))
        elif self.stage is RecordingStage.TAKE:
            self._follow_take(now_s)
        if self.is_open and (self.recorder.failed or self.session.ended):
            self._due_s = self._due_s or self._asked_until_s()
            self.end(now_s)
        if self.stage is RecordingStage.SETTLING and not self._settler.alive:
            self._settled()

    def end(self, now_s: float) -> None:
        """End it now, and keep everything; the failure that ended the file, if any, is kept."""
        if not self.is_open:
            return
        self.protocol.end(now_s)
        self.markers.close()
        if self.take is not None:
            self._poll_take(now_s)
            self.session.detach(self.recorder)
        silence = self._silence(now_s)
        if self._subject is not None:
            self._subject.release()
        try:
            self.recorder.__exit__(None, None, None)
        except EmgStreamError as error:
            self.failure = error
        self.failure = self.failure or self.session.failure or silence
        self.stage = RecordingStage.SETTLING
        self._settle(trim=None)

    def _silence(self, now_s: float) -> SourceError | None:
        """Return the error for a take at whose end nothing came any more; None if there is none."""
        silent_s = self._silent_s(now_s if self._due_s is None else self._due_s)
        if silent_s < (_SILENT_S if self._due_s is None else _TAIL_S):
            return None
        if self._due_s is not None:
            self._n_missing_tail = round(silent_s * self._rate_hz(now_s))
        last = f"{silent_s:.1f}" if silent_s >= _SILENT_S else f"{silent_s:.2f}"
        return SourceError(
            tr(
                "nothing came from {name} in the last {last} s of the recording "
                "({words}); expected samples to its end; "
                "{path} keeps what came before; check the source, and record again",
                name=self.session.info.name,
                last=last,
                words=self.session.status().words,
                path=self.plan.path,
            )
        )

    def _silent_s(self, now_s: float) -> float:
        """Return the seconds since the newest sample of the take; 0 before a take."""
        newest_s = self.recorder.newest_s or self.started_s
        return 0.0 if self.take is None else now_s - newest_s

    def _rate_hz(self, now_s: float) -> float:
        """Return the samples per second: measured, stated, or as the source counts its silence."""
        status, silent_s = self.session.status(), self._silent_s(now_s)
        counted_hz = status.n_missed_now / silent_s if silent_s > 0.0 else 0.0
        return status.rate_hz or self.session.info.sampling_rate_hz or counted_hz

    def _recorded_status(self) -> SourceStatus:
        """Return the status of the source; of a silence at the end, only what was asked for."""
        status = self.session.status()
        if self._n_missing_tail is None:
            return status
        return replace(
            status,
            n_missed=status.n_missed - status.n_missed_now + self._n_missing_tail,
            n_gaps=status.n_gaps + (status.n_missed_now == 0),
        )

    def _asked_until_s(self) -> float | None:
        """Return the host time at which a free recording is to end; None if that is open."""
        ends_after_s = self.plan.ends_after_s
        is_limited = self.take is not None and isinstance(self.protocol, FreeProtocol)
        return None if ends_after_s is None or not is_limited else self.started_s + ends_after_s

    def settle_again(self, trim: bool) -> None:
        """Put the labels in order another way: trimmed to what the muscles did, or as cued."""
        if self.stage is RecordingStage.DONE:
            self.stage, self.failure = RecordingStage.SETTLING, None
            self._settle(trim)

    def drop(self, labelled: LabelledCueRun, is_dropped: bool) -> None:
        """Take the label from a repetition that was recorded, or give it back."""
        if self.stage is not RecordingStage.DONE:
            return
        key = labelled.run.label, labelled.run.repetition
        if is_dropped and labelled.outcome is not RepetitionOutcome.DROPPED:
            self._before_drop[key] = labelled.outcome
        outcome = RepetitionOutcome.DROPPED
        if not is_dropped:
            outcome = self._before_drop.pop(key, RepetitionOutcome.HELD)
        self.stage = RecordingStage.SETTLING
        self._settle(trim=None, changed={key: outcome})

    def shut_down(self, now_s: float) -> None:
        """End it and wait until the files are in order."""
        self.end(now_s)
        if self.stage is RecordingStage.SETTLING:
            self._settler.join(threading.TIMEOUT_MAX)
            self._settled()

    def _new_recorder(self) -> Recorder:
        info = self.session.info
        rate_hz = info.sampling_rate_hz or _LIKELY_RATE_HZ
        n_channels = info.n_channels or _LIKELY_CHANNELS
        return Recorder(
            self.plan.path,
            self.plan.about,
            self._recorded_status,
            needed_bytes=expected_bytes(self.plan.duration_s, rate_hz, n_channels),
        )

    def _follow_check(self, report: SignalCheckReport | None) -> None:
        if report is None:
            return
        self.report, self.check = report, None
        self.recorder.about = replace(self.plan.about, quality=report.document())
        self.stage = RecordingStage.VERDICT

    def _follow_markers(self) -> None:
        """Record the markers of another program; if wanted, they set the labels."""
        for marker in self.markers.poll(self.started_s if self.takes_markers else None):
            if self._marker_labels is not None:
                self.markers.warnings += self._marker_labels.set_by(marker)
        while self.markers.warnings:
            self._warn(self.markers.warnings.pop(0))

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        self.recorder.warn(text)

    def _follow_take(self, now_s: float) -> None:
        self._poll_take(now_s)
        if isinstance(self.protocol, GuidedProtocol):
            asked_until_s, is_over = None, self.protocol.phase is ProtocolPhase.OVER
        else:
            asked_until_s = self._asked_until_s()
            is_over = asked_until_s is not None and now_s >= asked_until_s
        longest_s, awake_s = self.plan.longest_silence_s, now_s - self._woke_s
        is_left = longest_s is not None and min(self._silent_s(now_s), awake_s) >= longest_s
        if is_over and self._due_s is None:
            self._due_s = now_s if asked_until_s is None else asked_until_s
        if is_left or (is_over and not self._catches_up(now_s, awake_s) and self._has_tail(now_s)):
            self.end(now_s)

    def _has_tail(self, now_s: float) -> bool:
        """Return True once the samples up to the end are there, or do not come any more."""
        due_s = now_s if self._due_s is None else self._due_s
        return self._silent_s(due_s) < _TAIL_S or self._silent_s(now_s) >= _SILENT_S

    def _catches_up(self, now_s: float, awake_s: float) -> bool:
        """Return True while samples that waited as this program stood still are read."""
        is_behind = self._silent_s(now_s) >= _SILENT_S and self.is_streaming
        return awake_s < (_CATCH_UP_S if is_behind else _WAKE_S)

    def _poll_take(self, now_s: float) -> None:
        if self.take is None:
            return
        of_recorder = {
            "room": self.recorder.room_warning,
            "pace": self.recorder.disk_warning,
            "names": self.recorder.name_warning,
        }
        for kind, text in of_recorder.items():
            if text is not None and kind not in self._told:
                self._told.add(kind)
                self.warnings.append(text)
        for warning in self.take.poll(now_s):
            self._warn(warning)

    def _settle(
        self,
        trim: bool | None,
        changed: Mapping[tuple[str, int], RepetitionOutcome] = MappingProxyType({}),
    ) -> None:
        def settle(_: threading.Event) -> None:
            path = self.recorder.kept or self.plan.path
            if path.exists() and self.recorder.n_samples:  # else there is nothing to keep
                self.recovered = put_in_order(
                    path, trim=trim, changed=changed, patience_s=_SETTLE_S
                )

        self._settler = Worker("emg-settler", settle)
        self._settler.start()

    def _settled(self) -> None:
        self.stage = RecordingStage.DONE
        try:
            self._settler.check()
        except EmgStreamError as error:
            self.failure = self.failure or error
