"""What is on the workbench, and what came of it. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from emgstream.app.open_requests import ReplayRequest
from emgstream.bundle import Model
from emgstream.data import DEMO_RECORDING
from emgstream.decisions import DecisionSettings
from emgstream.trial import DecisionScore, PredictedRecording, Sweep

__all__ = ["AnalysedRecording", "ThresholdSweep", "TriedSettings", "TuningRequest"]


@dataclass(frozen=True, slots=True)
class TuningRequest:
    """What is to be tuned, and on what."""

    model_path: Path
    """The model."""
    recordings: tuple[ReplayRequest, ...]
    """Recordings; the first with labels of the model is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class AnalysedRecording:
    """A recording that was seen by a model."""

    material: TuningRequest
    """What was asked for."""
    seen: PredictedRecording
    """What any settings decide on."""
    passed_over: str
    """Why it is not the first recording that was named; empty where it is."""
    plain: DecisionScore
    """What the likeliest class of every window comes to."""
    own: DecisionScore
    """What the model's own settings come to."""

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
        """Whether the recording is the shipped one, of synthetic EMG."""
        return self.seen.table.path == DEMO_RECORDING

    @property
    def is_learned_by_heart(self) -> bool:
        """Whether the model was trained on this very recording."""
        trained_on = self.seen.model.manifest.training_data
        return any(one.get("sha256") == self.seen.table.sha256 for one in trained_on)


@dataclass(frozen=True, slots=True, eq=False)
class TriedSettings:
    """What some settings come to."""

    settings: DecisionSettings
    """The settings."""
    score: DecisionScore
    """Their figures."""


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdSweep:
    """What some settings come to with other thresholds."""

    settings: DecisionSettings
    """The settings."""
    sweep: Sweep
    """What they come to."""

    def is_of(self, settings: DecisionSettings) -> bool:
        """Whether settings differ by their threshold at most."""
        return replace(settings, threshold=self.settings.threshold) == self.settings
