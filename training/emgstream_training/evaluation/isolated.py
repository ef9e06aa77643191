"""Tasks in Python processes of their own, on this machine.

Threads of a Dask worker draw from Python's random numbers, so a network that is built in the worker
is now and then not the one of its seed. In a process of its own it always is.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import joblib

from emgstream.child_python import child_python
from emgstream.errors import ChildFailedError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["TaskProcess", "Tell", "in_own_process", "write_tasks"]

Given = TypeVar("Given")
Got = TypeVar("Got")
Tell: TypeAlias = Callable[[Any], None]
"""Function that a task tells its progress by."""

_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
"""The libraries below share the cores among the processes, not each the whole machine."""


def in_own_process(function: Callable[[Given, Tell], Got], task: Given) -> Got:
    """Return the result of a module's function for a task; its progress is not reported.

    Raises
    ------
    Exception
        What the function raises.
    ChildFailedError
        The process was ended before the task was finished.
    """
    with tempfile.TemporaryDirectory() as folder:
        tasks = Path(folder, "tasks")
        write_tasks(tasks, function, [task])
        with TaskProcess(tasks) as process:
            got: Got = process.result_of(0)
    return got


def write_tasks(path: Path, function: Callable[[Given, Tell], Got], tasks: Sequence[Given]) -> None:
    """Write a function of a module, and its arguments, to a file for `TaskProcess`."""
    joblib.dump((function, list(tasks)), path)


class TaskProcess:
    """A process that does tasks of a file, one after the other. One thread at a time uses it.

    Arrays of the tasks are mapped into memory, so that several processes share them. It ends at
    once when it is left, and with this process, also where that is killed.

    Parameters
    ----------
    tasks
        A file of `write_tasks`.
    """

    def __init__(self, tasks: Path) -> None:
        self._process = subprocess.Popen(
            child_python(__name__, str(tasks)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
            # Out of reach of Ctrl-C, which is this process's: it ends the other one.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.end()

    def result_of(self, place: int, tell: Tell = lambda _: None) -> Any:
        """Return what the function gives for the task at a place; raises what it raises.

        ``tell`` is called with what it tells meanwhile, in this thread. Raises ChildFailedError
        where the process was ended before it was done.
        """
        asks, answers = self._process.stdin, self._process.stdout
        assert asks is not None  # both are pipes
        assert answers is not None
        try:
            asks.write(f"{place}\n".encode())
            asks.flush()
            answer: Callable[[], Any] | _Told = pickle.load(answers)
            while isinstance(answer, _Told):
                tell(answer.content)
                answer = pickle.load(answers)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            code = self._process.wait()
            raise ChildFailedError(
                f"a process of the evaluation ended early, with code {code}; expected it to train "
                "to its end; if memory was short, try fewer --jobs"
            ) from error
        return answer()

    def end(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@dataclass(frozen=True)
class _Told:
    """Something that a function told before its end."""

    content: object


class _Returned:
    """The result of a function, returned when called in another process."""

    def __init__(self, result: object) -> None:
        self._result = result

    def __call__(self) -> object:
        return self._result


class _Raised:
    """The exception of a function, raised when called in another process, with its traceback."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self._traceback = traceback.format_exc()

    def __call__(self) -> object:
        raise self._error from RuntimeError(f"in a process of its own:\n{self._traceback}")


def main() -> None:
    """Do the tasks of the file in ``sys.argv[1]`` whose positions come in on standard input.

    Each answer goes out on standard output as a pickled callable.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get among the answers
    places: SimpleQueue[int] = SimpleQueue()
    threading.Thread(target=_read_places, args=(places,), name="emg-places", daemon=True).start()
    function, tasks = joblib.load(sys.argv[1], mmap_mode="c")

    def tell(content: object) -> None:
        pickle.dump(_Told(content), answers)
        answers.flush()

    while True:
        place = places.get()
        try:
            answer: _Returned | _Raised = _Returned(function(tasks[place], tell))
        except Exception as error:  # noqa: BLE001 - the top of the process: raised where it is waited for
            answer = _Raised(error)
        pickle.dump(answer, answers)
        answers.flush()


def _read_places(places: SimpleQueue[int]) -> None:
    """Pass on what is asked for; once nobody can ask any more, end the process at once."""
    for line in sys.stdin.buffer:
        places.put(int(line))
    os._exit(0)
