"""New sessions on disk: the recorder, the guided protocol, labels, and mending what broke off.

A recording is a table ``NAME.csv`` with the columns ``index,time_s,<channel>...,cue,label,
repetition,segment`` and a sidecar ``NAME.json``. The `Recorder` is a sink of the reader's thread; a
`GuidedProtocol` or a `FreeProtocol` says what is asked when, as events that the recorder and
whoever else listens `hear`, handed on by a `Take`; `put_in_order` settles the labels at the end,
and mends.
"""

from emgstream.recording.about import About
from emgstream.recording.check import SignalCheck
from emgstream.recording.disk import expected_bytes
from emgstream.recording.events import CueStarted, Event, Listener, Outcome, RepetitionEnded
from emgstream.recording.free import FreeProtocol
from emgstream.recording.gate import GateReport, contraction_for, judge_gate
from emgstream.recording.plan import check_label, free_document, free_labels, guided_document
from emgstream.recording.protocol import GuidedProtocol, Phase, View
from emgstream.recording.pupil import Pupil
from emgstream.recording.recorder import Recorder
from emgstream.recording.recovery import Recovered, put_in_order
from emgstream.recording.sidecar import read_sidecar, sidecar_path
from emgstream.recording.take import Take

__all__ = [
    "About",
    "CueStarted",
    "Event",
    "FreeProtocol",
    "GateReport",
    "GuidedProtocol",
    "Listener",
    "Outcome",
    "Phase",
    "Pupil",
    "Recorder",
    "Recovered",
    "RepetitionEnded",
    "SignalCheck",
    "Take",
    "View",
    "check_label",
    "contraction_for",
    "expected_bytes",
    "free_document",
    "free_labels",
    "guided_document",
    "judge_gate",
    "put_in_order",
    "read_sidecar",
    "sidecar_path",
]
