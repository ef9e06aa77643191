"""The manifest of a model: what its network expects, what its outputs mean, where it is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from emgstream.conditioning import conditioner_from_manifest
from emgstream.decisions import ARGMAX, DecisionSettings, decision_from_manifest
from emgstream.errors import ModelFileError, StreamMismatchError
from emgstream.steps import Step, step_from_manifest
from emgstream.transforms import Transforms
from emgstream.types import StreamInfo

__all__ = ["FORMAT_VERSION", "RATE_TOLERANCE", "Manifest"]

FORMAT_VERSION = 1
RATE_TOLERANCE = 0.005
"""Largest relative difference between a stream's rate and the one a model was trained at."""

_T = TypeVar("_T")
_MAX_WINDOW_STEPS = 10_000


@dataclass(frozen=True, eq=False)
class Manifest:
    """Everything about a model but its weights; plain numbers and names."""

    channel_names: tuple[str, ...]
    """Channels of the stream, in order."""
    class_names: tuple[str, ...]
    """Classes, in the order of the network's outputs."""
    step: Step
    """How samples become the steps of a window."""
    transforms: Transforms
    """Fitted transforms, applied to every step."""
    sampling_rate_hz: float | None
    """Rate of the training data; None where it was not known, and then no stream is refused."""
    unit: str = "counts"
    """Unit of the samples."""
    conditioning: Mapping[str, Any] = field(default_factory=lambda: {"kind": "none"})
    """Settings of the conditioner."""
    calibration: Mapping[str, Any] = field(default_factory=lambda: {"kind": "none"})
    """How the probabilities were made to mean what they say; the network has it in its weights."""
    decision: DecisionSettings = ARGMAX
    """How decisions are made of the probabilities."""
    n_steps: int = 10
    """Steps of a window."""
    hop: int = 1
    """Steps from one window to the next."""
    synthetic: bool = False
    """Whether the training data are synthetic."""
    recipe: str = ""
    """Name of the recipe it was trained by."""
    created: str = ""
    """Date and time of the training, ISO 8601."""
    training_data: tuple[Mapping[str, Any], ...] = ()
    """Name, SHA-256 and number of rows of each training file."""
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    """Figures measured at training, each under the name of what it measures."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the libraries it was trained with."""

    @property
    def n_features(self) -> int:
        """Numbers a step."""
        return self.step.n_features(len(self.channel_names))

    @property
    def window_samples(self) -> int:
        """Samples a window spans."""
        return self.n_steps * self.step.length

    @property
    def title(self) -> str:
        """What the model is, on one line, for people."""
        origin = ", trained on synthetic EMG" if self.synthetic else ""
        return f"{self.recipe} recipe, {len(self.class_names)} classes{origin}"

    def check_stream(self, info: StreamInfo) -> None:
        """Raise StreamMismatchError, showing both sides, where a stream is not as trained on."""
        if info.channel_names != self.channel_names:
            raise StreamMismatchError(
                f"{info.name} has channels {_listed(info.channel_names)}; the model expects "
                f"{_listed(self.channel_names)} in this order; pick them with --channels"
            )
        if info.unit != self.unit:
            raise StreamMismatchError(
                f"{info.name} is in {info.unit}; the model expects {self.unit}; "
                "use a model trained on this kind of data"
            )
        self._check_rate(info)

    def _check_rate(self, info: StreamInfo) -> None:
        rate, expected = info.sampling_rate_hz, self.sampling_rate_hz
        if rate is None or expected is None or abs(rate / expected - 1.0) <= RATE_TOLERANCE:
            return
        raise StreamMismatchError(
            f"{info.name} is sampled at {rate:.6g} Hz; the model expects {expected:.6g} Hz "
            f"within {RATE_TOLERANCE:.1%}; train a model at this rate, or correct it with --rate"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as JSON's own types."""
        return {
            "format_version": FORMAT_VERSION,
            "channels": list(self.channel_names),
            "unit": self.unit,
            "sampling_rate_hz": self.sampling_rate_hz,
            "conditioning": dict(self.conditioning),
            "step": self.step.to_manifest(),
            "transforms": self.transforms.to_manifest(),
            "window": {"n_steps": self.n_steps, "hop": self.hop},
            "classes": list(self.class_names),
            "decision": self.decision.to_manifest(),
            "calibration": dict(self.calibration),
            "synthetic": self.synthetic,
            "recipe": self.recipe,
            "created": self.created,
            "training_data": [dict(entry) for entry in self.training_data],
            "evaluation": dict(self.evaluation),
            "versions": dict(self.versions),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Manifest:
        """Build a manifest; raises ModelFileError where it is newer or not as expected."""
        _check_version(document)
        channels = _names(document, "channels")
        step = step_from_manifest(_get(document, "step", dict))
        conditioning = _get(document, "conditioning", dict)
        conditioner_from_manifest(conditioning)
        window = _get(document, "window", dict)
        n_steps = _count(window, "n_steps", _MAX_WINDOW_STEPS)
        classes = _names(document, "classes")
        return cls(
            channel_names=channels,
            class_names=classes,
            step=step,
            transforms=Transforms.from_manifest(
                _objects(document, "transforms"), step.n_features(len(channels))
            ),
            sampling_rate_hz=_rate(document),
            unit=_get(document, "unit", str),
            conditioning=conditioning,
            calibration=_get(document, "calibration", dict),
            decision=decision_from_manifest(
                _get(document, "decision", dict),
                n_classes=len(classes),
                n_channels=len(channels),
                n_strengths=step.n_strengths(len(channels)),
            ),
            n_steps=n_steps,
            hop=_count(window, "hop", n_steps),
            synthetic=_get(document, "synthetic", bool),
            recipe=_get(document, "recipe", str),
            created=_get(document, "created", str),
            training_data=tuple(_objects(document, "training_data")),
            evaluation=_get(document, "evaluation", dict),
            versions=_get(document, "versions", dict),
        )


def _check_version(document: Mapping[str, Any]) -> None:
    version = _get(document, "format_version", int)
    if version > FORMAT_VERSION:
        raise ModelFileError(
            f"is of format {version}; this version of emgstream reads up to {FORMAT_VERSION}; "
            "update emgstream"
        )
    if version < 1:
        raise ModelFileError(f"is of format {version}, which never was; train the model again")


def _get(document: Mapping[str, Any], name: str, kind: type[_T]) -> _T:
    value = document.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ModelFileError(
            f"the manifest has {name} = {value!r:.80}; expected {kind.__name__}; "
            "train the model again"
        )
    return value


def _names(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _get(document, name, list)
    if not values or not all(isinstance(value, str) for value in values):
        raise ModelFileError(
            f"the manifest has {name} = {values!r:.80}; expected names; train the model again"
        )
    if len(set(values)) != len(values):
        raise ModelFileError(f"the manifest names {name} twice: {values!r:.80}")
    return tuple(values)


def _objects(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    values = _get(document, name, list)
    if not all(isinstance(value, dict) for value in values):
        raise ModelFileError(f"the manifest has {name} = {values!r:.80}; expected objects")
    return values


def _count(document: Mapping[str, Any], name: str, largest: int) -> int:
    value = _get(document, name, int)
    if not 1 <= value <= largest:
        raise ModelFileError(f"the manifest has {name} = {value}; expected 1 to {largest}")
    return value


def _rate(document: Mapping[str, Any]) -> float | None:
    rate = document.get("sampling_rate_hz")
    if rate is None:
        return None
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0.0 < rate < 1e6:
        raise ModelFileError(f"the manifest has sampling_rate_hz = {rate!r}; expected 0 to 1e6")
    return float(rate)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
