"""One task in a Python process of its own.

Threads of a Dask worker draw from Python's random numbers, so a network that is built in the worker
is now and then not the one of its seed. In a process of its own it always is.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

__all__ = ["in_own_process"]

Given = TypeVar("Given")
Got = TypeVar("Got")


def in_own_process(function: Callable[[Given], Got], task: Given) -> Got:
    """Return the result of a module's function for a task; raises what the function raises."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer")
        command = [sys.executable, "-m", "emgstream_training.evaluation.isolated", str(answer)]
        subprocess.run(command, input=pickle.dumps((function, task)), check=True)
        done: Callable[[], Got] = pickle.loads(answer.read_bytes())
    return done()


class _Returned:
    """The result of a function, returned when called in another process."""

    def __init__(self, result: object) -> None:
        self._result = result

    def __call__(self) -> object:
        return self._result


class _Raised:
    """The exception of a function, raised when called in another process."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self) -> object:
        raise self._error


def main() -> None:
    """Run the task on standard input and write the answer to the file named as argument."""
    function, task = pickle.loads(sys.stdin.buffer.read())
    try:
        answer: _Returned | _Raised = _Returned(function(task))
    except Exception as error:  # noqa: BLE001 - the top of the process: raised where it is waited for
        answer = _Raised(error)
    Path(sys.argv[1]).write_bytes(pickle.dumps(answer))


if __name__ == "__main__":
    from emgstream_training.evaluation import isolated

    # Not this module's own `main`: what is pickled here must be found by its name there.
    isolated.main()
