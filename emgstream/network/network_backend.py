"""The choice between the two backends that run a network: LiteRT, else NumPy."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Protocol

from emgstream.bundle import WEIGHTS, Model
from emgstream.errors import ModelFileError, NetworkBackendError
from emgstream.library_gaps import LITERT_PYTHON, gap_of, this_machine
from emgstream.logs import get_logger
from emgstream.network.backend_choice import BackendChoice, BackendReason
from emgstream.network.backend_preference import VARIABLE, NetworkBackend, asked_backend
from emgstream.network.network_trial import try_network
from emgstream.network.network_weights import read_weights, weight_shapes
from emgstream.network.numpy_classifier import NumpyClassifier
from emgstream.network.runtime_libraries import runtime_cure
from emgstream.types import FloatArray

__all__ = ["Classifier", "choose_backend", "numpy_classifier", "open_classifier"]

_log = get_logger(__name__)

_LIBRARY = "ai_edge_litert"
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


def choose_backend() -> BackendChoice:
    """Return LiteRT where it loads, else NumPy, unless the user asks for one.

    Raises UsageError if `VARIABLE` names neither, and NetworkBackendError if LiteRT is asked for
    and does not load.
    """
    backend, asked_by = asked_backend()
    if backend is None:
        return _without_litert() or BackendChoice(NetworkBackend.LITERT)
    if backend is NetworkBackend.LITERT:
        _check_litert()
    if asked_by == VARIABLE:
        return BackendChoice(backend, BackendReason.VARIABLE_ASKS, {"variable": VARIABLE})
    return BackendChoice(backend, BackendReason.CONFIGURATION_ASKS)


def open_classifier(model: Model, backend: NetworkBackend | None = None) -> Classifier:
    """Return the network of a model, ready to classify; by default of the chosen backend.

    Raises ModelFileError if the network is damaged, crashes LiteRT or does not fit its manifest,
    and NetworkBackendError if this computer cannot run it.
    """
    backend = backend or choose_backend().backend
    if backend is NetworkBackend.NUMPY:
        return numpy_classifier(model)
    _check_litert()
    litert = import_module(_LITERT)
    networks = model.classifier, model.classifier_batch
    try_network(*networks, litert.LITERT_VERSION)
    classifier: Classifier = litert.LitertClassifier(*networks)
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
    try:
        weights = read_weights(model.weights, weight_shapes(model.manifest))
    except ModelFileError as error:
        raise ModelFileError(f"{WEIGHTS}: {error}") from None
    return NumpyClassifier(weights, model.manifest)


def _check_litert() -> None:
    choice = _without_litert()
    if choice is not None:
        raise NetworkBackendError(
            f"{choice.reason_text}; expected it to run the network; "
            + "".join(f"{cure}, or " for cure in _cures(choice))
            + f"let NumPy run the network: remove the environment variable {VARIABLE}, and network "
            "from the configuration"
        )


@cache
def _without_litert() -> BackendChoice | None:
    """Return the choice where LiteRT cannot be used on this computer; None if it can."""
    try:
        import_module(_LITERT)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith(_LIBRARY):
            raise
        choice = _where_it_is_missing()
    except (ImportError, OSError) as error:  # a library of the system that it needs is missing
        told = {"error": " ".join(str(error).split())}
        choice = BackendChoice(NetworkBackend.NUMPY, BackendReason.NOT_LOADING, told)
    else:
        return None
    _log.warning("%s", "; ".join([choice.reason_text, "NumPy runs the networks", *_cures(choice)]))
    return choice


def _where_it_is_missing() -> BackendChoice:
    """Return the choice without LiteRT: whether it is not installed, or is not made for here."""
    machine = this_machine()
    if gap_of(_LIBRARY, machine) is None:
        return BackendChoice(NetworkBackend.NUMPY, BackendReason.NOT_INSTALLED)
    if gap_of(_LIBRARY, replace(machine, python=LITERT_PYTHON)) is None:
        version = {"python": machine.python_words}
        return BackendChoice(NetworkBackend.NUMPY, BackendReason.NO_PACKAGE_FOR_PYTHON, version)
    there = {"system": machine.system_words, "processor": machine.processor}
    return BackendChoice(NetworkBackend.NUMPY, BackendReason.NO_PACKAGE_FOR_SYSTEM, there)


def _cures(choice: BackendChoice) -> list[str]:
    """Return what to do so that LiteRT can be used here; empty if nothing helps."""
    if choice.reason is None or not choice.reason.can_be_mended:
        return []
    return [runtime_cure(choice.reason_text)]
