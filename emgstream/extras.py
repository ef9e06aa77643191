"""Checks for the extras that a command needs, before it starts work."""

from __future__ import annotations

import importlib.util

from emgstream.errors import MissingExtraError

__all__ = ["check_train_extra"]

_TRAINING_LIBRARIES = ("tensorflow", "sklearn", "joblib", "matplotlib")


def check_train_extra() -> None:
    """Raise MissingExtraError if a library that training needs is not installed."""
    missing = [name for name in _TRAINING_LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"training needs {', '.join(missing)}, not installed here; expected the extra "
            "'train'; install it, in the project's folder, with: pip install -e \".[train]\""
        )
