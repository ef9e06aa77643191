"""A network called by LiteRT and nothing else: what benchmarks set the live path against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["bare_call"]


def bare_call(flatbuffer: bytes) -> Callable[[Any], Any]:
    """Return what gives the probabilities of one batch of windows."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=flatbuffer, num_threads=1)
    interpreter.allocate_tensors()
    given = interpreter.get_input_details()[0]["index"]
    returned = interpreter.get_output_details()[0]["index"]

    def call(windows: Any) -> Any:
        interpreter.set_tensor(given, windows)
        interpreter.invoke()
        return interpreter.get_tensor(returned)

    return call
