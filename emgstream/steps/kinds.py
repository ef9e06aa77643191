"""From what a manifest says of a step to the step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emgstream.errors import ModelFileError
from emgstream.steps.raw_sample import RawSample
from emgstream.steps.rms import Rms
from emgstream.steps.step import Step

__all__ = ["step_from_manifest"]

_KINDS: dict[str, type[RawSample] | type[Rms]] = {kind.kind: kind for kind in (RawSample, Rms)}


def step_from_manifest(entry: Mapping[str, Any]) -> Step:
    """Build the step a manifest names; raises ModelFileError for what it does not know."""
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ModelFileError(
            f"step of kind {kind!r}; this version knows {', '.join(_KINDS)}; "
            "update emgstream, or train the model again"
        )
    try:
        return _KINDS[kind](**{name: value for name, value in entry.items() if name != "kind"})
    except (TypeError, ValueError) as error:
        raise ModelFileError(f"step {kind!r} is not as expected: {error}") from None
