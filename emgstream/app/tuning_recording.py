"""The recording that settings are tried on, and the results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from emgstream.app.live_connection import LiveConnection
from emgstream.app.live_session import LiveSession
from emgstream.app.open_requests import ReplayRequest, SourceRequest
from emgstream.bundle import Model, read_model
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import DecisionSettings
from emgstream.errors import ModelFileError
from emgstream.recording import is_synthetic
from emgstream.trial import DecisionScore, PredictedRecording, Sweep

__all__ = [
    "DEMO",
    "AnalysedRecording",
    "ThresholdSweep",
    "TriedSettings",
    "TuningRequest",
    "recordings_to_try",
    "session_to_tune",
    "without",
]

DEMO = ReplayRequest(DEMO_RECORDING)
"""The shipped recording."""


@dataclass(frozen=True, slots=True)
class TuningRequest:
    """A model to tune, and recordings to try settings on."""

    model_path: Path
    """The model."""
    recordings: tuple[ReplayRequest, ...]
    """Recordings; the first with labels of the model is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedRecording:
    """A recording with the predictions of a model."""

    material: TuningRequest
    """The request it answers."""
    seen: PredictedRecording
    """The predictions, on which any settings decide."""
    passed_over: str
    """Why the first recording of the request was not used; empty where it was."""
    plain: DecisionScore
    """Score of the most probable class of every window."""
    own: DecisionScore | None
    """Score of the model's own settings; None where they are those of the most probable class."""

    @property
    def model(self) -> Model:
        """The model."""
        return self.seen.model

    @property
    def settings(self) -> DecisionSettings:
        """The model's own settings."""
        return self.seen.model.manifest.decision

    @property
    def is_synthetic(self) -> bool:
        """True for synthetic EMG: the shipped recording, or one of a simulated board."""
        return is_synthetic(self.seen.table.path)

    @property
    def is_learned_by_heart(self) -> bool:
        """True where the model was trained on this very recording."""
        trained_on = self.seen.model.manifest.training_data
        return any(one.get("sha256") == self.seen.table.sha256 for one in trained_on)


@dataclass(frozen=True, slots=True, eq=False)
class TriedSettings:
    """Settings with their score."""

    settings: DecisionSettings
    """The settings."""
    score: DecisionScore
    """Their score."""


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdSweep:
    """Scores of settings over all thresholds."""

    settings: DecisionSettings
    """The settings."""
    sweep: Sweep
    """The scores."""

    def is_of(self, settings: DecisionSettings) -> bool:
        """Return whether settings differ from these by their threshold at most."""
        return replace(settings, threshold=self.settings.threshold) == self.settings


def recordings_to_try(
    connection: LiveConnection,
    source: SourceRequest,
    before: TuningRequest | None,
    model_path: Path,
) -> tuple[ReplayRequest, ...]:
    """Return the recordings to try settings on: the one that is played, else those used before.

    For a model that none was used with before these are its own, if they are beside it. The demo is
    used where there is none, or where the recording has no label of the model. With a board instead
    of a recording the recordings stay, so that settings tried on them can be used.
    """
    session = connection.session
    if session is None or session.replay is None or not isinstance(source, ReplayRequest):
        if before is not None and before.model_path == model_path:
            return before.recordings
        return (*_own_recordings(model_path), DEMO)
    played = ReplayRequest(source.path, source.columns)
    return (DEMO,) if source.path == DEMO_RECORDING else (played, DEMO)


def _own_recordings(model_path: Path) -> tuple[ReplayRequest, ...]:
    """Return the recordings beside a model that it was trained on, the newest first."""
    try:
        manifest = read_model(model_path).manifest
    except ModelFileError:
        return ()  # opening it will tell
    names = [Path(str(entry.get("name", ""))).name for entry in reversed(manifest.training_data)]
    paths = [model_path.parent / name for name in dict.fromkeys(filter(None, names))]
    return tuple(ReplayRequest(path) for path in paths if path.is_file())


def without(settings: DecisionSettings, *statuses: str) -> DecisionSettings:
    """Return settings that never give some statuses: ``unknown``, ``rest`` or ``gap``."""
    if "unknown" in statuses:
        settings = replace(settings, familiar=None)
    if "rest" in statuses:
        settings = replace(settings, rest_gate=None)
    if "gap" in statuses:
        settings = replace(settings, rails=None, tells_gaps=False)
    return settings


def session_to_tune(
    connection: LiveConnection, opened: AnalysedRecording | None
) -> LiveSession | None:
    """Return the live session that decides by the network of an analysed recording, if any does."""
    session = connection.session
    if session is None or opened is None or not connection.live or session.model is None:
        return None
    return session if session.model.classifier == opened.model.classifier else None
