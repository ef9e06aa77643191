"""Recording of sessions: recorder, protocols, labels, and repair of interrupted recordings.

A recording is a table ``NAME.csv`` with the columns ``index,time_s,<channel>...,marker,cue,label,
repetition,segment`` and a sidecar ``NAME.json``. The `Recorder` is a sink of the reader thread. A
`GuidedProtocol` or a `FreeProtocol` decides when which movement is asked for, as events. A `Take`
passes these events on to every `CueListener`: the recorder, a simulated subject, a sound. Markers
go to the recorder alone. At the end, `put_in_order` repairs the files where needed, sets the final
labels and moves markers that came late.

The names are listed in ``__init__.pyi``; each is imported when it is first used, so that a session
that only looks at cues does not load the recorder.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
