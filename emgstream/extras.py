"""The extras of this package: sets of further packages, each for one purpose.

They are declared in ``pyproject.toml``; their requirements are read from the metadata of the
installed package, so that a wheel and an editable installation give the same.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from emgstream.errors import MissingExtraError, UsageError
from emgstream.host_system import demo_command
from emgstream.library_gaps import gap_of
from emgstream.wording import did_you_mean

__all__ = [
    "EXTRAS",
    "PACKAGE",
    "TRAIN",
    "Extra",
    "check_train_extra",
    "extra_named",
    "extra_requirements",
    "megabytes",
    "missing_extra",
    "normal_name",
    "training_obstacle",
]

PACKAGE = "emgstream"
"""Name of the distribution that declares the extras."""


@dataclass(frozen=True)
class Extra:
    """One extra: its purpose, its libraries and its size.

    The sizes were measured on Linux x86-64 with Python 3.11: what is downloaded and what is on the
    disk afterwards, without the packages that emgstream itself needs.
    """

    name: str
    """Name in ``pyproject.toml``."""
    purpose: str
    """Phrase that begins with a verb."""
    libraries: tuple[str, ...]
    """Modules that can be imported once it is installed; without the first, it is of no use."""
    download_mb: int
    """Size of the download in MB."""
    disk_mb: int
    """Size on the disk in MB."""

    @property
    def is_installed(self) -> bool:
        """True if all libraries can be found; they are not imported."""
        return not self.missing

    @property
    def missing(self) -> list[str]:
        """The libraries that cannot be found, but for those that this computer can do without.

        A further library without a package for this computer is left out; the first one never is.
        """
        present = self.present
        absent = [name for name in self.libraries if name not in present]
        return [name for name in absent if name == self.libraries[0] or gap_of(name) is None]

    @property
    def present(self) -> list[str]:
        """The libraries that can be found."""
        return [name for name in self.libraries if importlib.util.find_spec(name) is not None]

    @property
    def gap(self) -> str | None:
        """Why the first library cannot be had on this computer, and what to do; None if it can."""
        library = self.libraries[0]
        gap = gap_of(library)
        return None if gap is None else f"{library} {gap}"

    @property
    def gaps_of_parts(self) -> dict[str, str]:
        """Why further libraries cannot be had on this computer, and what to do, by their names."""
        gaps = {name: gap_of(name) for name in self.libraries[1:] if name not in self.present}
        return {name: f"{name} {gap}" for name, gap in gaps.items() if gap is not None}

    @property
    def size_words(self) -> str:
        """The sizes, for people."""
        return f"{megabytes(self.download_mb)} to download, {megabytes(self.disk_mb)} on the disk"


_TENSORFLOW = "tensorflow"
_TRAINING_PYTHON = "3.13"
"""The newest Python that TensorFlow has packages for, as in the extra's markers."""
TRAIN = Extra(
    "train",
    "train, evaluate and calibrate models (TensorFlow)",
    (_TENSORFLOW, "sklearn", "joblib", "matplotlib"),
    370,
    1900,
)
EXTRAS = (
    TRAIN,
    Extra("lsl", "read and send streams of the Lab Streaming Layer", ("pylsl",), 2, 4),
    Extra("brainflow", "stream from boards of BrainFlow", ("brainflow",), 31, 96),
    Extra("mqtt", "send decisions to an MQTT broker", ("paho",), 1, 1),
    Extra("control", "press keys and move the mouse", ("pynput",), 1, 2),
    Extra("formats", "read EDF, BDF, XDF and MATLAB", ("edfio", "h5py", "pyxdf", "scipy"), 39, 140),
    Extra("export", "export sessions as EDF, BDF and BIDS", ("edfio",), 1, 1),
    Extra("dask", "evaluate on a Dask cluster", ("distributed",), 6, 30),
)
"""All extras for users; ``dev``, ``docs`` and ``proof`` are for the development of emgstream."""


def extra_named(name: str) -> Extra:
    """Return the extra of a name; raises UsageError if there is none."""
    names = {extra.name: extra for extra in EXTRAS}
    if name in names:
        return names[name]
    raise UsageError(
        f"there is no extra {name!r}{did_you_mean(name, names)}; expected {', '.join(names)}"
    )


def extra_requirements(name: str) -> tuple[str, ...]:
    """Return the requirements of an extra on this computer, as ``"scipy<2,>=1.14"``.

    Raises UsageError if emgstream is not installed but run from its files.
    """
    from packaging.requirements import Requirement  # only an installation needs it

    try:
        texts = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise UsageError(
            "emgstream is run from its folder without being installed; expected an installed "
            "package, which states the packages of its extras; run "
            f"{demo_command()}, which installs it"
        ) from error
    found = []
    for requirement in map(Requirement, texts):
        marker, requirement.marker = requirement.marker, None
        if marker and marker.evaluate({"extra": name}) and not marker.evaluate({"extra": ""}):
            found.append(str(requirement))
    return tuple(found)


def missing_extra(what: str, library: str, extra: str) -> MissingExtraError:
    """Return the error for something that needs a library of an extra.

    Where the library has no package for this computer, it says so, and what to do instead.

    >>> print(missing_extra("MQTT", "paho-mqtt", "mqtt"))
    MQTT needs paho-mqtt, which is not installed; expected the extra 'mqtt'; install it with: \
emgstream install mqtt
    """
    gap = gap_of(library)
    if gap is not None:
        return MissingExtraError(f"{what} needs {library}, which {gap}")
    return MissingExtraError(
        f"{what} needs {library}, which is not installed; expected the extra {extra!r}; install "
        f"it with: emgstream install {extra}"
    )


def check_train_extra() -> None:
    """Raise MissingExtraError if a library that training needs is not installed."""
    missing = TRAIN.missing
    if not missing:
        return
    obstacle = training_obstacle()
    if obstacle is not None:
        raise MissingExtraError(obstacle)
    raise missing_extra("training", ", ".join(missing), TRAIN.name)


def training_obstacle(computer: Mapping[str, str] | None = None) -> str | None:
    """Return why TensorFlow cannot be installed, and what to do; None if it is there or can be.

    Parameters
    ----------
    computer
        What differs from this computer, by the name in an environment marker (PEP 508).
    """
    if not computer and _TENSORFLOW not in TRAIN.missing:
        return None
    from packaging.markers import default_environment  # only training needs it

    here: dict[str, Any] = {**default_environment(), **(computer or {})}
    if _has_tensorflow(here):
        return None
    if _has_tensorflow({**here, "python_version": _TRAINING_PYTHON}):
        return (
            f"training needs TensorFlow, which has no packages for Python {here['python_version']} "
            f"yet; everything else works without it; expected Python 3.10 to {_TRAINING_PYTHON}; "
            "train with one of those, in an environment of its own: its models work here, too"
        )
    system = here["platform_system"].replace("Darwin", "macOS")
    return (
        f"training needs TensorFlow, which has no packages for {system} on "
        f"{here['platform_machine']}; everything else works without it; expected Windows on "
        "x86-64, Linux, or a Mac with Apple silicon; train on one of those: its models work "
        "here, too"
    )


def _has_tensorflow(computer: Mapping[str, Any]) -> bool:
    """Return True if the extra for training asks for TensorFlow on a computer."""
    from packaging.requirements import Requirement

    try:
        texts = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:  # run from its files: an installation is asked for first
        return True
    return any(
        one.name.startswith(_TENSORFLOW)
        and one.marker is not None
        and one.marker.evaluate({**computer, "extra": TRAIN.name})
        for one in map(Requirement, texts)
    )


def normal_name(distribution: str) -> str:
    """Return the normal form of the name of a distribution.

    >>> normal_name("Scikit_Learn")
    'scikit-learn'
    """
    return re.sub(r"[-_.]+", "-", distribution).lower()


def megabytes(size_mb: int) -> str:
    """Return a size with the precision it was measured with.

    >>> megabytes(31), megabytes(1900)
    ('31 MB', '1.9 GB')
    """
    return f"{size_mb / 1000:.1f} GB" if size_mb >= 1000 else f"{size_mb} MB"
