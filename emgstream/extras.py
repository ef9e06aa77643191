"""The extras of this package: sets of further packages, each for one purpose.

They are declared in ``pyproject.toml``; their requirements are read from the metadata of the
installed package, so that a wheel and an editable installation give the same.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from importlib import metadata

from emgstream.errors import MissingExtraError, UsageError
from emgstream.host_system import demo_command
from emgstream.wording import did_you_mean

__all__ = [
    "EXTRAS",
    "PACKAGE",
    "TRAIN",
    "Extra",
    "check_train_extra",
    "extra_named",
    "extra_requirements",
    "missing_extra",
    "normal_name",
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
    """Modules that can be imported once it is installed."""
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
        """The libraries that cannot be found."""
        return [name for name in self.libraries if importlib.util.find_spec(name) is None]

    @property
    def size_words(self) -> str:
        """The sizes, for people."""
        return f"{_megabytes(self.download_mb)} to download, {_megabytes(self.disk_mb)} on the disk"


TRAIN = Extra(
    "train",
    "train, evaluate and calibrate models (TensorFlow)",
    ("tensorflow", "sklearn", "joblib", "matplotlib"),
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
"""All extras for users; the extra ``dev`` is for the development of emgstream."""


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

    >>> print(missing_extra("MQTT", "paho-mqtt", "mqtt"))
    MQTT needs paho-mqtt, which is not installed; expected the extra 'mqtt'; install it with: \
emgstream install mqtt
    """
    return MissingExtraError(
        f"{what} needs {library}, which is not installed; expected the extra {extra!r}; install "
        f"it with: emgstream install {extra}"
    )


def check_train_extra() -> None:
    """Raise MissingExtraError if a library that training needs is not installed."""
    missing = TRAIN.missing
    if missing:
        raise missing_extra("training", ", ".join(missing), TRAIN.name)


def normal_name(distribution: str) -> str:
    """Return the normal form of the name of a distribution.

    >>> normal_name("Scikit_Learn")
    'scikit-learn'
    """
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _megabytes(size_mb: int) -> str:
    """Return a size with the precision it was measured with.

    >>> _megabytes(31), _megabytes(1900)
    ('31 MB', '1.9 GB')
    """
    return f"{size_mb / 1000:.1f} GB" if size_mb >= 1000 else f"{size_mb} MB"
