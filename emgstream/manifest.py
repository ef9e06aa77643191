"""The manifest of a model: the input of its network, the meaning of its outputs, its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, TypeAlias

from msgspec import Meta

from emgstream.conditioning import conditioner_from_manifest
from emgstream.decisions import ARGMAX, DecisionSettings, decision_from_manifest
from emgstream.errors import ModelFileError, StreamMismatchError
from emgstream.schema import SchemaError, checked, plain
from emgstream.session_shift import ShiftLimits, shift_from_manifest
from emgstream.significant_digits import percent
from emgstream.steps import Step, step_from_manifest, step_to_manifest
from emgstream.transforms import Transforms
from emgstream.types import StreamInfo

__all__ = ["FORMAT_VERSION", "KINDS_OF_TRAINING_DATA", "RATE_TOLERANCE", "Manifest"]

FORMAT_VERSION = 1
RATE_TOLERANCE = 0.005
"""Largest relative difference between a stream's rate and the one a model was trained at.

Boards sample at up to 0.5 percent more or less than their nominal rate."""


KINDS_OF_TRAINING_DATA = ("recorded EMG", "partly synthetic EMG", "synthetic EMG")
"""The words that `Manifest.trained_on` chooses from."""

_Object: TypeAlias = dict[str, Any]
_Names: TypeAlias = Annotated[
    tuple[Annotated[str, Meta(max_length=200, description="a name of at most 200 letters")], ...],
    Meta(min_length=1, max_length=1000),
]
_Steps: TypeAlias = Annotated[int, Meta(ge=1, le=10_000)]
"""A number of steps; the bound keeps a damaged file from asking for any amount of memory."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelDescription:
    """The entries of a manifest that are kept as they are in its file."""

    unit: str = "counts"
    """Unit of the samples."""
    conditioning: _Object = field(default_factory=lambda: {"kind": "none"})
    """Settings of the conditioner."""
    calibration: Mapping[str, Any] = field(default_factory=lambda: {"kind": "none"})
    """The calibration of the probabilities, which the weights of the network include."""
    synthetic: bool = False
    """True if any of the training data are synthetic."""
    recipe: str = ""
    """Name of the recipe it was trained by."""
    created: str = ""
    """Date and time of the training, ISO 8601."""
    training_data: tuple[Mapping[str, Any], ...] = ()
    """Name, SHA-256 and number of rows of each training file; ``synthetic`` if it is."""
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    """Figures measured at training, each under the name of what it measures."""
    versions: Mapping[str, Any] = field(default_factory=dict)
    """Versions of the libraries it was trained with."""


@dataclass(frozen=True, eq=False)
class Manifest(ModelDescription):
    """Everything about a model but its weights: numbers and names."""

    channel_names: tuple[str, ...]
    """Channels of the stream, in order."""
    class_names: tuple[str, ...]
    """Classes, in the order of the network's outputs."""
    step: Step
    """Length and features of the steps of a window."""
    transforms: Transforms
    """Fitted transforms, applied to every step."""
    sampling_rate_hz: float | None
    """Rate of the training data; None where it was not known, and then no stream is refused."""
    decision: DecisionSettings = ARGMAX
    """Settings of the stage that decides from the probabilities."""
    n_steps: int = 10
    """Steps of a window."""
    hop: int = 1
    """Steps from one window to the next."""
    shift: ShiftLimits | None = None
    """The limits of the shift of a session; None where every session is as any other."""

    @property
    def n_features(self) -> int:
        """Numbers per step."""
        return self.step.n_features(len(self.channel_names))

    @property
    def n_context(self) -> int:
        """Those of them, the last ones, that the network gets of the newest step alone."""
        return self.step.n_context(len(self.channel_names))

    @property
    def window_samples(self) -> int:
        """Samples a window spans."""
        return self.n_steps * self.step.length

    @property
    def reach_samples(self) -> int:
        """Samples that a decision looks back over: more where features are of earlier steps."""
        return self.step.reach(self.n_steps) * self.step.length

    @property
    def trained_on(self) -> str:
        """The training data in two words: recorded, synthetic or partly synthetic EMG."""
        recorded, partly_synthetic, synthetic = KINDS_OF_TRAINING_DATA
        if not self.synthetic:
            return recorded
        told = [bool(entry.get("synthetic")) for entry in self.training_data]
        return partly_synthetic if any(told) and not all(told) else synthetic

    @property
    def title(self) -> str:
        """The recipe and the classes on one line, for people."""
        origin = f", trained on {self.trained_on}" if self.synthetic else ""
        return f"{self.recipe} recipe, {len(self.class_names)} classes{origin}"

    def check_stream(self, info: StreamInfo) -> None:
        """Raise StreamMismatchError, with both sides, where a stream is not like in training."""
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
            f"within {percent(RATE_TOLERANCE, 1)}; train a model at this rate, or correct it with "
            "--rate"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as JSON's own types."""
        return {
            "format_version": FORMAT_VERSION,
            "channels": list(self.channel_names),
            "classes": list(self.class_names),
            "sampling_rate_hz": self.sampling_rate_hz,
            "step": step_to_manifest(self.step),
            "transforms": self.transforms.to_manifest(),
            "window": {"n_steps": self.n_steps, "hop": self.hop},
            "decision": self.decision.to_manifest(),
            **plain({name: getattr(self, name) for name in _DESCRIPTION}),
            **({} if self.shift is None else {"shift": self.shift.to_manifest()}),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Manifest:
        """Build a manifest; raises ModelFileError where it is newer or not as expected."""
        try:
            _check_version(checked(document, _ManifestVersion, equals=" = ").format_version)
            form = checked(document, _ManifestForm, equals=" = ")
            for name in _DESCRIPTION:
                if name not in document:
                    raise SchemaError(f"no {name}")
            description = checked(document, ModelDescription, equals=" = ")
        except SchemaError as error:
            raise ModelFileError(f"the manifest has {error}; train the model again") from None
        conditioner_from_manifest(description.conditioning)
        step, n_channels = step_from_manifest(form.step), len(form.channels)
        return cls(
            form.channels,
            form.classes,
            step,
            Transforms.from_manifest(form.transforms, step.n_features(n_channels)),
            form.sampling_rate_hz,
            decision_from_manifest(
                form.decision, len(form.classes), n_channels, step.n_strengths(n_channels)
            ),
            n_steps=form.window.n_steps,
            hop=form.window.hop,
            shift=shift_from_manifest(form.shift, len(form.classes), step.n_features(n_channels)),
            **vars(description),
        )


_DESCRIPTION = [one.name for one in fields(ModelDescription)]


@dataclass(frozen=True)
class _ManifestVersion:
    """The entry that manifests of every version have."""

    format_version: int


@dataclass(frozen=True)
class _WindowForm:
    """The entry ``window`` of a manifest."""

    n_steps: _Steps
    hop: _Steps

    def __post_init__(self) -> None:
        if self.hop > self.n_steps:
            raise ValueError(f"hop = {self.hop}; expected 1 to {self.n_steps}")


@dataclass(frozen=True)
class _ManifestForm:
    """The other entries of a manifest, as its file has them."""

    channels: _Names
    classes: _Names
    step: _Object
    transforms: tuple[_Object, ...]
    window: _WindowForm
    decision: _Object
    sampling_rate_hz: Annotated[float, Meta(gt=0, lt=1e6)] | None = None
    shift: _Object | None = None

    def __post_init__(self) -> None:
        for what, names in (("channels", self.channels), ("classes", self.classes)):
            if len(set(names)) != len(names):
                raise ValueError(f"{what} = {names!r:.80}; expected different names")


def _check_version(version: int) -> None:
    if version > FORMAT_VERSION:
        raise ModelFileError(
            f"is of format {version}; this version of emgstream reads up to {FORMAT_VERSION}; "
            "update emgstream"
        )
    if version < 1:
        raise ModelFileError(f"is of format {version}, which never was; train the model again")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)
