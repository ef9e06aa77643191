"""JSON and TOML of people's files: one kind of error, whatever is wrong with them."""

from __future__ import annotations

import json
import math
import re
import sys
from typing import Any

__all__ = ["json_of", "toml_of"]


def json_of(text: str | bytes, *, allows_nan: bool = True) -> Any:
    """Return the content of a JSON document.

    Raises ValueError where it is none, where it is nested too deeply, where a text in it has half
    of a surrogate pair, which no file can hold, and, if asked for, where a number is not finite,
    which JSON itself has no word for.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    try:
        if allows_nan:
            document = json.loads(text)
        else:
            document = json.loads(
                text, parse_constant=_refused_number, parse_float=_number_within_range
            )
        if _ESCAPED_SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeEncodeError:
        raise ValueError("a text in it has half of a surrogate pair") from None
    return document


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


_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _number_within_range(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refused_number(digits)


def _refused_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")
