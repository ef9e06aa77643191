"""Sentences on what would be lost if the program ended now, for the question before it closes."""

from __future__ import annotations

from emgstream.app.cue_scene import minutes
from emgstream.app.cued_test_session import CuedTestSession
from emgstream.app.extra_installation import ExtraInstallation
from emgstream.app.recording_session import RecordingSession, RecordingStage
from emgstream.app.training_job import EvaluationJob, TrainingJob
from emgstream.recording import FreeProtocol
from emgstream.translation import tr, tr_n

__all__ = [
    "cued_test_at_stake",
    "evaluation_at_stake",
    "installation_at_stake",
    "recording_at_stake",
    "training_at_stake",
]


def recording_at_stake(run: RecordingSession | None, now_s: float) -> str:
    """Return what an end at host time ``now_s`` does to a recording; empty where none runs."""
    if run is None or run.stage is not RecordingStage.TAKE or run.waits_for_start:
        return ""
    if isinstance(run.protocol, FreeProtocol):
        far = tr("after {minutes} min", minutes=minutes(now_s - run.started_s))
    else:
        view = run.protocol.view(now_s)
        far = tr(
            "after {n_done} of {movements}",
            n_done=view.n_done,
            movements=tr_n("{n:,} movement", "{n:,} movements", view.n_total),
        )
    name = run.plan.path.name
    return tr(
        "A recording is running. It would end now, {far}; {name} keeps what there is.",
        far=far,
        name=name,
    )


def cued_test_at_stake(run: CuedTestSession | None) -> str:
    """Return what an end does to a test; empty where none runs."""
    if run is None or not run.is_open:
        return ""
    return tr(
        "A test is running. It would end now, after {n_done} of {movements}; its result would be "
        "lost.",
        n_done=run.n_done,
        movements=tr_n("{n:,} movement", "{n:,} movements", run.plan.n_movements),
    )


def training_at_stake(job: TrainingJob | None) -> str:
    """Return what an end does to a training; empty where none runs."""
    if job is None or not job.is_running:
        return ""
    return tr(
        "A training is running. It would stop now; {name} would not be written.",
        name=job.request.out.name,
    )


def installation_at_stake(installation: ExtraInstallation | None) -> str:
    """Return what an end does to the download of an extra; empty where none runs.

    Packages that are being written are written to the end without the window: nothing is lost.
    """
    if installation is None or not installation.can_be_cancelled:
        return ""
    name = installation.plan.extra.name
    return tr(
        "The extra {name!r} is being downloaded. That would stop now, and has to start again "
        "from the beginning; installed packages stay as they are.",
        name=name,
    )


def evaluation_at_stake(job: EvaluationJob | None) -> str:
    """Return what an end does to an evaluation; empty where none runs."""
    if job is None or not job.is_running:
        return ""
    return tr("A model is being evaluated. That would stop now, and its figures would be lost.")
