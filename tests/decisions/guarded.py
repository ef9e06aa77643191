"""The shipped model with settings of its decisions that make everything happen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from emgstream.bundle import Model
from emgstream.conditioning import conditioner_from_manifest
from emgstream.decisions import (
    BayesSmoothing,
    ConverterRails,
    DecisionSettings,
    KnownSignal,
    RestGate,
    Smoothing,
    StrengthRange,
)
from emgstream.manifest import Manifest
from emgstream.steps import StepStream
from emgstream.types import FloatArray

__all__ = ["guarded", "settings_for"]


def settings_for(
    manifest: Manifest, samples: FloatArray, smoothing: Smoothing | None = None
) -> DecisionSettings:
    """Return settings under which a part of these samples gets each status."""
    n_channels, n_classes = len(manifest.channel_names), len(manifest.class_names)
    conditioned = conditioner_from_manifest(manifest.conditioning).condition(samples)
    steps = StepStream(manifest.step, n_channels).steps_of(conditioned)
    strengths = manifest.step.strengths(steps, n_channels)[manifest.n_steps :]
    n = strengths.shape[1]
    centres = np.quantile(strengths, np.linspace(0.0, 0.8, n_classes), axis=0)
    familiar = KnownSignal(
        tuple(map(tuple, np.eye(n).tolist())),
        tuple(map(tuple, centres.tolist())),
        np.inf,
        (-np.inf,) * n_channels,
    )
    limit = float(np.quantile(familiar.distances(strengths), 0.9))
    levels = strengths[:, :n_channels]
    return DecisionSettings(
        smoothing=smoothing or BayesSmoothing(0.9, 0.5),
        threshold=0.6,
        familiar=replace(familiar, limit=limit, quietest=(-99.0,) * n_channels),
        rest_gate=RestGate(tuple(np.quantile(levels, 0.4, axis=0).tolist())),
        strength=StrengthRange(
            (float(levels.min()),) * n_classes, (float(levels.max()),) * n_classes
        ),
        rails=ConverterRails(float(samples.min()), float(np.quantile(samples, 0.999)), 0.02),
        tells_gaps=True,
    )


def guarded(model: Model, settings: DecisionSettings) -> Model:
    """Return a model that decides by these settings."""
    return replace(model, manifest=replace(model.manifest, decision=settings))
