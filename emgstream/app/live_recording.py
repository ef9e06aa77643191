"""A recording that is begun while watching: no cues, no check, no labels asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from emgstream.app.live_session import LiveSession
from emgstream.app.recording_plan import RecordingRequest, plan_session, proposed_path
from emgstream.app.recording_session import RecordingSession

__all__ = ["begin_live_recording", "live_recording_words"]


def begin_live_recording(session: LiveSession, folder: Path, now_s: float) -> RecordingSession:
    """Return a recording of what a session streams from now on, in a new file of a folder.

    A simulated person goes on with the movements of before. Raises OutputError if the folder or
    the file cannot be made, and UsageError if the session is a recording.
    """
    wanted = RecordingRequest(
        path=proposed_path(folder, datetime.now()), is_free=True, is_checked=False, is_trimmed=False
    )
    plan = plan_session(wanted)
    plan.make_folder()
    return RecordingSession(session, plan, (), now_s, leads_subject=False)


def live_recording_words(recording: RecordingSession, now_s: float) -> str:
    """Return how long a recording takes already, as ``1:05``."""
    minutes, seconds = divmod(int(max(now_s - recording.started_s, 0.0)), 60)
    return f"{minutes}:{seconds:02d}"
