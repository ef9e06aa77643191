"""Tasks in parallel: in processes of this machine, or on a Dask cluster."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import tempfile
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import joblib

from emgstream.errors import UsageError
from emgstream.extras import missing_extra
from emgstream_training.evaluation.isolated import TaskProcess, Tell, in_own_process, write_tasks

__all__ = ["run_all"]

Given = TypeVar("Given")
Got = TypeVar("Got")

_CONNECT_S = 5.0
"""Longest time to wait for a Dask scheduler to answer, in seconds (choice)."""
_LOOK_S = 0.2
"""Longest wait without a look at Ctrl-C from another thread, which wakes no lock (choice)."""


def run_all(
    function: Callable[[Given, Tell], Got],
    tasks: Sequence[Given],
    *,
    n_jobs: int | None = None,
    dask_address: str | None = None,
    told: Callable[[int, Any], None] = lambda _place, _content: None,
) -> Generator[tuple[int, Got], None, None]:
    """Yield the position of each task with its result, as soon as it is known.

    Closing it, or Ctrl-C, ends the workers at once.

    Parameters
    ----------
    function
        A function of a module. Its arguments are a task, and a function to tell its progress by.
    tasks
        The tasks, one per call.
    n_jobs
        Processes at once; None for one per core. With 1 everything runs in this process.
    dask_address
        Dask scheduler to run on instead, as ``tcp://host:port``.
    told
        Called with the position of a task and what it tells, in the thread that iterates; not for
        tasks on Dask.

    Raises
    ------
    UsageError
        No scheduler answers at the address, or its workers lack this package.
    MissingExtraError
        Dask is not installed.
    """
    if dask_address is not None:
        yield from _on_dask(function, tasks, dask_address)
        return
    n_processes = min(n_jobs or joblib.cpu_count(), len(tasks))
    if n_processes <= 1:
        for place, task in enumerate(tasks):
            yield place, function(task, partial(told, place))
        return
    yield from _in_processes(function, tasks, n_processes, told)


def _in_processes(
    function: Callable[[Given, Tell], Got],
    tasks: Sequence[Given],
    n_processes: int,
    told: Callable[[int, Any], None],
) -> Generator[tuple[int, Got], None, None]:
    """Give the results of a thread per process, each of which waits for its process."""
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory()), "tasks")
        write_tasks(path, function, tasks)
        threads = stack.enter_context(ThreadPoolExecutor(n_processes, "emg-fold"))
        idle: SimpleQueue[TaskProcess] = SimpleQueue()
        news: SimpleQueue[tuple[int, Any] | Future[tuple[int, Got]]] = SimpleQueue()
        for _ in range(n_processes):
            idle.put(stack.enter_context(TaskProcess(path)))

        def do(place: int) -> tuple[int, Got]:
            process = idle.get()
            try:
                return place, process.result_of(place, lambda content: news.put((place, content)))
            finally:
                idle.put(process)

        n_left = len(tasks)
        for place in range(n_left):
            threads.submit(do, place).add_done_callback(news.put)
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        while n_left:
            try:
                newest = news.get(timeout=_LOOK_S)
            except Empty:
                continue
            if isinstance(newest, Future):
                n_left -= 1
                yield newest.result()
            else:
                told(*newest)


def _on_dask(
    function: Callable[[Given, Tell], Got], tasks: Sequence[Given], address: str
) -> Generator[tuple[int, Got], None, None]:
    if importlib.util.find_spec("distributed") is None:
        raise missing_extra("--dask", "distributed", "dask")
    distributed: Any = importlib.import_module("distributed")
    with _client(distributed, address) as client:
        futures = [client.submit(in_own_process, function, task, pure=False) for task in tasks]
        places = {future.key: place for place, future in enumerate(futures)}
        try:
            for future in distributed.as_completed(futures, loop=client.loop):
                yield places[future.key], future.result()
        except ImportError as error:
            raise UsageError(
                f"the workers of {address} cannot load {error.name}; expected emgstream with the "
                "extra 'train' on each; install it there"
            ) from error
        finally:
            client.cancel(futures)


def _client(distributed: Any, address: str) -> Any:
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return distributed.Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address} within {_CONNECT_S:.0f} s; expected one as "
            "`dask scheduler` starts it; check the address, or leave --dask out"
        ) from error
