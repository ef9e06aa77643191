"""JSON and TOML of people's files: one kind of error, whatever is wrong with them."""

from __future__ import annotations

import json
import sys
from typing import Any

__all__ = ["json_of", "toml_of"]


def json_of(text: str | bytes, *, allows_nan: bool = True) -> Any:
    """Return the content of a JSON document.

    Raises ValueError where it is none, where it is nested too deeply, and, if asked for, where a
    number is not finite, which JSON itself has no word for.
    """
    try:
        if allows_nan:
            return json.loads(text)
        return json.loads(text, parse_constant=_refused_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def toml_of(text: str) -> dict[str, Any]:
    """Return the content of a TOML document; raises ValueError as `json_of`."""
    if sys.version_info >= (3, 11):  # imported here: most people have no such file
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refused_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
