"""Extras that a verb needs, looked for before anything is done."""

from __future__ import annotations

import importlib.util

from emgstream.errors import MissingExtraError

__all__ = ["check_train_extra"]

_NEEDED = ("tensorflow", "sklearn", "joblib", "matplotlib")


def check_train_extra() -> None:
    """Raise MissingExtraError where the libraries of training are not installed."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"training needs {', '.join(missing)}, not installed here; expected the extra "
            "'train'; install it, in the project's folder, with: pip install -e \".[train]\""
        )
