"""What is changed or added in packages so that they run under Wine, for `windows_python`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

__all__ = ["COMPLEX", "complex_source", "mend_serial"]

_ONLY_ABORTED = "if win32.GetLastError() != win32.ERROR_OPERATION_ABORTED:"
_OR_TIMED_OUT = "if win32.GetLastError() not in (win32.ERROR_OPERATION_ABORTED, 1460):"
"""What pyserial takes for a read without bytes: 1460 is Windows' ERROR_TIMEOUT."""

COMPLEX = re.compile(
    r"(c(?:a?(?:cos|sin|tan)h?|abs|arg|exp|imag|log|log10|pow|proj|real|sqrt)|conj)([fl]?)"
)


def complex_source(names: Iterable[str]) -> str:
    """Return C with complex functions as Windows calls them: of structures, not of numbers."""
    lines = ["#include <complex.h>"]
    for letter, kind in (("f", "float"), ("d", "double")):
        lines += [
            f"typedef struct {{ {kind} r, i; }} {letter};",
            f"typedef union {{ {letter} s; {kind} complex c; }} u{letter};",
        ]
    for found in filter(None, map(COMPLEX.fullmatch, sorted(names))):
        name, stem = found[0], found[1]  # a long double of Windows is a double
        called, letter, kind = (name, "f", "float") if found[2] == "f" else (stem, "d", "double")
        if stem in ("cabs", "carg", "cimag", "creal"):
            body = f"{kind} x_{name}({letter} a) {{ u{letter} x; x.s = a; return {called}(x.c); }}"
        elif stem == "cpow":
            body = (
                f"{letter} x_{name}({letter} a, {letter} b) {{ u{letter} x, y; x.s = a; y.s = b; "
                f"x.c = {called}(x.c, y.c); return x.s; }}"
            )
        else:
            body = (
                f"{letter} x_{name}({letter} a) {{ u{letter} x; x.s = a; x.c = {called}(x.c); "
                "return x.s; }"
            )
        lines.append(body)
    return "\n".join(lines) + "\n"


def mend_serial(module: Path) -> None:
    """Let a read of a port that ends by its timeout return no bytes; raises ValueError."""
    text = module.read_text()
    if text.count(_ONLY_ABORTED) != 1:
        raise ValueError(f"{module.name} of pyserial is not as expected; look at its read")
    module.write_text(text.replace(_ONLY_ABORTED, _OR_TIMED_OUT))
