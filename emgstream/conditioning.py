"""Conditioning: what a signal goes through before it is cut into steps.

One causal, stateful conditioner serves training, replay and live, so that they see the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from emgstream.errors import ModelFileError
from emgstream.types import FloatArray

__all__ = ["Conditioner", "NoConditioning", "conditioner_from_manifest"]


class Conditioner(Protocol):
    """Samples in, as many samples out, both of shape ``(n_samples, n_channels)``; causal."""

    def push(self, samples: FloatArray) -> FloatArray:
        """Return the conditioned samples, in order, none held back."""
        ...

    def reset(self) -> None:
        """Forget the past: the next sample does not follow the last one."""
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        ...


class NoConditioning:
    """The samples as they are: what the published recipe trains on."""

    def push(self, samples: FloatArray) -> FloatArray:
        """Return the very samples."""
        return samples

    def reset(self) -> None:
        """Do nothing: there is no past."""

    def to_manifest(self) -> dict[str, Any]:
        """Return ``{"kind": "none"}``."""
        return {"kind": "none"}


def conditioner_from_manifest(entry: Mapping[str, Any]) -> Conditioner:
    """Build the conditioner a manifest names; raises ModelFileError for an unknown kind."""
    if entry.get("kind") != "none":
        raise ModelFileError(
            f"conditioning of kind {entry.get('kind')!r}; this version knows 'none'; "
            "update emgstream, or train the model again"
        )
    return NoConditioning()
