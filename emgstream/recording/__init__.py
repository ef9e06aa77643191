"""Recording of sessions: recorder, protocols, labels, and repair of interrupted recordings.

A recording is a table ``NAME.csv`` with the columns ``index,time_s,<channel>...,cue,label,
repetition,segment`` and a sidecar ``NAME.json``. The `Recorder` is a sink of the reader thread. A
`GuidedProtocol` or a `FreeProtocol` decides when which movement is asked for, as events. A `Take`
passes these events on to every `CueListener`: the recorder, a simulated subject, a sound. At the
end, `put_in_order` repairs the files where needed and sets the final labels.
"""

from emgstream.recording.cue_events import (
    CueListener,
    CueStarted,
    Event,
    RepetitionEnded,
    RepetitionOutcome,
)
from emgstream.recording.free_protocol import FreeProtocol
from emgstream.recording.growing_file import expected_bytes
from emgstream.recording.guided_protocol import GuidedProtocol, ProtocolPhase, ProtocolView
from emgstream.recording.protocol_documents import (
    check_label,
    free_document,
    free_labels,
    guided_document,
)
from emgstream.recording.recorder import Recorder
from emgstream.recording.recovery import RecoveryReport, put_in_order
from emgstream.recording.session_description import SessionDescription
from emgstream.recording.sidecar import read_sidecar, sidecar_path
from emgstream.recording.signal_check import SignalCheck
from emgstream.recording.signal_check_report import (
    SignalCheckReport,
    contraction_for,
    judge_signal_check,
)
from emgstream.recording.simulated_subject import SimulatedSubject
from emgstream.recording.take import Take

__all__ = [
    "CueListener",
    "CueStarted",
    "Event",
    "FreeProtocol",
    "GuidedProtocol",
    "ProtocolPhase",
    "ProtocolView",
    "Recorder",
    "RecoveryReport",
    "RepetitionEnded",
    "RepetitionOutcome",
    "SessionDescription",
    "SignalCheck",
    "SignalCheckReport",
    "SimulatedSubject",
    "Take",
    "check_label",
    "contraction_for",
    "expected_bytes",
    "free_document",
    "free_labels",
    "guided_document",
    "judge_signal_check",
    "put_in_order",
    "read_sidecar",
    "sidecar_path",
]
