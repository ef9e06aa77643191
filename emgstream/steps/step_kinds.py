"""Steps as model files state them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from emgstream.schema import checked_kind, entry_of
from emgstream.steps.feature import Feature
from emgstream.steps.feature_registry import feature_from_manifest
from emgstream.steps.raw_sample import RawSample
from emgstream.steps.rms_settings import RmsSettings
from emgstream.steps.step import Step

__all__ = ["RAW_STEP", "step_from_manifest", "step_to_manifest"]

RAW_STEP = Step(1, (RawSample(),))
"""One sample per step, as it is: what the published recipe sees."""


@dataclass(frozen=True)
class _RawSettings:
    kind: ClassVar[str] = "raw"

    def step(self) -> Step:
        return RAW_STEP


_KINDS: dict[str, type[_RawSettings] | type[RmsSettings] | type[Step]] = {
    kind.kind: kind for kind in (_RawSettings, RmsSettings, Step)
}


def step_from_manifest(entry: Mapping[str, Any]) -> Step:
    """Build the step that a manifest states; raises ModelFileError for what is not known."""
    found = checked_kind(entry, _KINDS, "step", hooks={Feature: feature_from_manifest})
    return found if isinstance(found, Step) else found.step()


def step_to_manifest(step: Step) -> dict[str, Any]:
    """Return a step as `step_from_manifest` reads it, ready for JSON.

    One with the features of a recipe alone is stated by a few settings, as in every version.
    """
    settings = _RawSettings() if step == RAW_STEP else RmsSettings.of(step)
    if settings is not None:
        return entry_of(settings)
    entry: dict[str, Any] = {"kind": step.kind, "length": step.length}
    entry["features"] = [entry_of(one) for one in step.features]
    if step.context:
        entry["context"] = [entry_of(one) for one in step.context]
    return entry
