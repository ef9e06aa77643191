"""The choice between the two backends that run a network: LiteRT, else NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from emgstream.bundle import WEIGHTS, Model
from emgstream.errors import ModelFileError, NetworkBackendError
from emgstream.logs import get_logger
from emgstream.network.backend_preference import VARIABLE, NetworkBackend, asked_backend
from emgstream.network.network_weights import read_weights, weight_shapes
from emgstream.network.numpy_classifier import NumpyClassifier
from emgstream.network.runtime_libraries import runtime_cure
from emgstream.types import FloatArray

__all__ = [
    "BackendChoice",
    "Classifier",
    "choose_backend",
    "litert_cure",
    "numpy_classifier",
    "open_classifier",
]

_log = get_logger(__name__)

_LITERT = "emgstream.network.litert_classifier"


class Classifier(Protocol):
    """Class probabilities for windows of one shape."""

    @property
    def window_shape(self) -> tuple[int, int]:
        """Steps and features of a window."""

    @property
    def n_classes(self) -> int:
        """Number of probabilities per window."""

    def predict(self, windows: FloatArray) -> FloatArray:
        """Return probabilities, shape ``(n_windows, n_classes)``.

        ``windows`` has shape ``(n_windows, n_steps, n_features)``, float32, C-contiguous. A window
        has the same bits however many come at once.
        """


@dataclass(frozen=True)
class BackendChoice:
    """The backend that runs networks on this computer, and why."""

    backend: NetworkBackend
    """The backend."""
    reason: str = ""
    """Reason for another backend than LiteRT; empty for LiteRT."""

    @property
    def words(self) -> str:
        """The backend with its version, and the reason."""
        name, package = _PACKAGES[self.backend]
        because = f" ({self.reason})" if self.reason else ""
        try:
            return f"{name} {version(package)}{because}"
        except PackageNotFoundError:  # a copy of the library without its metadata
            return f"{name}{because}"


_PACKAGES = {
    NetworkBackend.LITERT: ("LiteRT", "ai-edge-litert"),
    NetworkBackend.NUMPY: ("NumPy", "numpy"),
}


def choose_backend() -> BackendChoice:
    """Return LiteRT where it loads, else NumPy, unless the user asks for one.

    Raises UsageError if `VARIABLE` names neither, and NetworkBackendError if LiteRT is asked for
    and does not load.
    """
    backend, asked_by = asked_backend()
    if backend is None:
        problem = _litert_problem()
        if problem is None:
            return BackendChoice(NetworkBackend.LITERT)
        return BackendChoice(NetworkBackend.NUMPY, problem)
    if backend is NetworkBackend.LITERT:
        _check_litert()
    return BackendChoice(backend, f"as {asked_by} asks")


def open_classifier(model: Model, backend: NetworkBackend | None = None) -> Classifier:
    """Return the network of a model, ready to classify; by default of the chosen backend.

    Raises ModelFileError if the network is damaged or does not fit its manifest, and
    NetworkBackendError if this computer cannot run it.
    """
    backend = backend or choose_backend().backend
    if backend is NetworkBackend.NUMPY:
        return numpy_classifier(model)
    _check_litert()
    classifier: Classifier = import_module(_LITERT).LitertClassifier(
        model.classifier, model.classifier_batch
    )
    return classifier


def numpy_classifier(model: Model) -> NumpyClassifier:
    """Return the network of a model, run by NumPy.

    Raises ModelFileError if its weights are damaged or do not fit its manifest, and
    NetworkBackendError if they are in the form of before version 0.2.
    """
    if model.weights_member != WEIGHTS:
        raise NetworkBackendError(
            f"the model has its weights as {model.weights_member}, as before version 0.2, which "
            f"NumPy cannot read; expected {WEIGHTS}, or LiteRT to run it; train the model again"
        )
    manifest = model.manifest
    shapes = weight_shapes(manifest.n_steps, manifest.n_features, len(manifest.class_names))
    try:
        weights = read_weights(model.weights, shapes)
    except ModelFileError as error:
        raise ModelFileError(f"{WEIGHTS}: {error}") from None
    return NumpyClassifier(weights, manifest.n_steps)


def _check_litert() -> None:
    problem = _litert_problem()
    if problem is not None:
        raise NetworkBackendError(
            f"{problem}; expected it to run the network; {litert_cure()}, or let NumPy run the "
            f"network: remove the environment variable {VARIABLE}, and network from the "
            "configuration"
        )


@cache
def _litert_problem() -> str | None:
    """Return why LiteRT cannot be used on this computer; None if it can."""
    try:
        import_module(_LITERT)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("ai_edge_litert"):
            raise
        problem = "LiteRT is not installed"
    except (ImportError, OSError) as error:  # a library of the system that it needs is missing
        problem = f"LiteRT does not load: {' '.join(str(error).split())}"
    else:
        return None
    _log.warning("%s; NumPy runs the networks; %s", problem, runtime_cure(problem))
    return problem


def litert_cure() -> str:
    """Return what to do so that LiteRT can be used here; empty where it can."""
    problem = _litert_problem()
    return "" if problem is None else runtime_cure(problem)
