"""New sessions on disk: the recorder, the guided protocol, labels, and mending what broke off.

A recording is a table ``NAME.csv`` with the columns ``index,time_s,<channel>...,cue,label,
repetition,segment`` and a sidecar ``NAME.json``. The `Recorder` is a sink of the reader's thread; a
`GuidedProtocol` or a `FreeProtocol` says what is asked when, as events that the recorder and
whoever else listens `hear`, handed on by a `Take`; `put_in_order` settles the labels at the end,
and mends.
"""

from emgstream.recording.about import About
from emgstream.recording.disk import expected_bytes
from emgstream.recording.events import CueStarted, Event, Listener, Outcome, RepetitionEnded
from emgstream.recording.free import FreeProtocol
from emgstream.recording.gate import GateReport, contraction_for, gate_script, judge_gate
from emgstream.recording.protocol import GuidedProtocol, Phase, View
from emgstream.recording.recorder import Recorder
from emgstream.recording.recovery import Recovered, put_in_order
from emgstream.recording.sidecar import read_sidecar, sidecar_path
from emgstream.recording.take import Take, samples_between

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
    "Recorder",
    "Recovered",
    "RepetitionEnded",
    "Take",
    "View",
    "contraction_for",
    "expected_bytes",
    "gate_script",
    "judge_gate",
    "put_in_order",
    "read_sidecar",
    "samples_between",
    "sidecar_path",
]
