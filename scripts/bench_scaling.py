"""How the cost grows: channels, rates, boards, and minutes of training data; the knee is read off.

    python scripts/bench_scaling.py [channels] [rates] [boards] [training] [evaluation] [persons]

``channels`` and ``rates``: processor time of the whole signal path per sample, in reads of 20 ms,
with the front end that `emgstream train` chooses for that stream and an untrained network.
``boards``: `emgstream live --headless` on simulated boards, each a process of its own. ``training``
and ``evaluation``: the verbs on synthetic sessions of so many minutes, on one core and all, with
one process and two, and on a Dask cluster of two workers of this machine. ``persons``: the
evaluation of more and more recordings, each left out in turn. Needs the extras ``train`` and
``dask``. What a longer history costs is told by `soak_day.py`, hour by hour.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emgstream.bundle import Model
from emgstream.cue_schedule import CueSchedule
from emgstream.manifest import Manifest
from emgstream.pipeline import Pipeline
from emgstream.simulation.simulated_session import record_session
from emgstream.transforms import Clip, Impute, Transforms, YeoJohnson
from emgstream.types import Chunk, FloatArray
from tests.processes import board_process

CHANNELS = (1, 3, 8, 16, 32, 64)
RATES_HZ = (100, 250, 1000, 2000, 4000, 10_000)
BOARDS = (1, 2, 4, 8)
MINUTES = (1, 2, 4, 8, 16)
PERSONS, PERSON_MINUTES, MANY = (3, 5, 10), 2, 100
STREAMED_S, SETTLE_S, WATCHED_S = 20.0, 6.0, 10.0
CLASSES = tuple(f"movement {number}" for number in range(7))
EMGSTREAM = (sys.executable, "-m", "emgstream")


def measure_channels() -> Iterator[str]:
    """Give the cost per sample of streams of more and more channels, at 1 kHz."""
    yield "| channels | features | processor per sample | per sample and channel | of a core |"
    yield "|---|---|---|---|---|"
    for n_channels in CHANNELS:
        model = _model(n_channels, 1000.0)
        cost_us = _cost_us(model, 1000.0)
        yield (
            f"| {n_channels} | {model.manifest.n_features} | {cost_us:.1f} us | "
            f"{cost_us / n_channels:.2f} us | {cost_us * 1000 / 1e6:.1%} |"
        )


def measure_rates() -> Iterator[str]:
    """Give the cost per sample and per second of faster and faster streams of three channels."""
    yield "| rate | processor per sample | of a core |"
    yield "|---|---|---|"
    for rate_hz in RATES_HZ:
        cost_us = _cost_us(_model(3, float(rate_hz)), float(rate_hz))
        yield f"| {rate_hz:,} Hz | {cost_us:.1f} us | {cost_us * rate_hz / 1e6:.1%} |"


def measure_boards() -> Iterator[str]:
    """Give the cost of several boards in one run."""
    yield "| boards | processor | of it for each board | memory |"
    yield "|---|---|---|---|"
    for n_boards in BOARDS:
        share, memory_mb = _live_on(n_boards)
        each = share / n_boards
        yield f"| {n_boards} | {share:.1%} of a core | {each:.1%} | {memory_mb:.0f} MB |"


def measure_training() -> Iterator[str]:
    """Give the time of training on more and more minutes, on every core and on one."""
    yield "| minutes of EMG | emgstream train | per minute | on one core | ratio |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        for minutes in MINUTES:
            session = _session(Path(folder), minutes)
            words = ("train", str(session), "--out", str(Path(folder, "out.emgmodel")))
            elapsed_s, one_s = _timed(*words), _timed(*words, cores=[0])
            yield (
                f"| {minutes} | {elapsed_s:.1f} s | {elapsed_s / minutes:.1f} s | "
                f"{one_s:.1f} s | {one_s / elapsed_s:.2f}x |"
            )


def measure_evaluation() -> Iterator[str]:
    """Give the time of an evaluation in three folds, in one process, in two and on Dask."""
    yield "| minutes of EMG | one process | two | ratio | two Dask workers | ratio |"
    yield "|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        from distributed import LocalCluster

        make: Any = LocalCluster
        cluster = stack.enter_context(
            make(n_workers=2, threads_per_worker=1, dashboard_address=None)
        )
        for minutes in MINUTES[2:4]:
            words = ("evaluate", str(_session(Path(folder), minutes)), "--folds", "3")
            one_s, two_s = (_timed(*words, "--jobs", n) for n in ("1", "2"))
            dask_s = _timed(*words, "--dask", cluster.scheduler_address)
            yield (
                f"| {minutes} | {one_s:.0f} s | {two_s:.0f} s | {one_s / two_s:.2f}x | "
                f"{dask_s:.0f} s | {one_s / dask_s:.2f}x |"
            )


def measure_persons() -> Iterator[str]:
    """Give the time of an evaluation that leaves out each person in turn, and that of many more.

    Each of n folds takes some time, and some for each recording that it learns from: a n + b n^2.
    """
    yield f"| persons, {PERSON_MINUTES} minutes each | emgstream evaluate |"
    yield "|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        elapsed_s = []
        for n_persons in PERSONS:
            sessions = [
                str(_session(Path(folder), PERSON_MINUTES, person)) for person in range(n_persons)
            ]
            elapsed_s.append(_timed("evaluate", *sessions, "--protocol", "session"))
            yield f"| {n_persons} | {elapsed_s[-1]:.0f} s |"
    terms = np.array([(n, n * n) for n in (*PERSONS, MANY)], dtype=np.float64)
    shares, *_ = np.linalg.lstsq(terms[:-1], np.array(elapsed_s), rcond=None)
    yield f"| {MANY}, computed from these | {float(terms[-1] @ shares) / 3600:.1f} h |"


def _model(n_channels: int, rate_hz: float) -> Model:
    """Return a model with the front end of training, and a network that has learned nothing."""
    from emgstream_training.front_end import choose
    from emgstream_training.network import build_network
    from emgstream_training.network_export import export_model
    from emgstream_training.trained_network import TrainedNetwork

    front = choose([_noise(n_channels, rate_hz)], rate_hz)
    n = front.step.n_features(n_channels)
    transforms = Transforms(
        (
            Impute((0.0,) * n),
            Clip((-10.0,) * n, (10.0,) * n),
            YeoJohnson((1.0,) * n, (0.0,) * n, (1.0,) * n),
        )
    )
    names = tuple(f"electrode {number}" for number in range(n_channels))
    manifest = Manifest(
        names, CLASSES, front.step, transforms, rate_hz, conditioning=front.conditioning
    )
    n_context = front.step.n_context(n_channels)
    network = build_network(manifest.n_steps, n - n_context, len(CLASSES))
    return export_model(manifest, TrainedNetwork(network, n_context))


def _noise(n_channels: int, rate_hz: float) -> FloatArray:
    shape = round(STREAMED_S * rate_hz), n_channels
    return np.random.default_rng(0).normal(512.0, 60.0, shape).astype(np.float32)


def _cost_us(model: Model, rate_hz: float) -> float:
    """Return the processor time of one sample in the pipeline, in microseconds."""
    samples = _noise(len(model.manifest.channel_names), rate_hz)
    pipeline = Pipeline(model)
    read = max(model.manifest.step.length, 1)
    half = len(samples) // 2 // read * read
    for start in range(0, half, read):
        pipeline.push(Chunk(start, samples[start : start + read]))
    used_s = time.process_time()
    for start in range(half, len(samples), read):
        pipeline.push(Chunk(start, samples[start : start + read]))
    return 1e6 * (time.process_time() - used_s) / (len(samples) - half)


def _live_on(n_boards: int) -> tuple[float, float]:
    """Return the share of a core and the memory in MB of one run on several boards."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        words = [*EMGSTREAM, "live", "--headless", "--jsonl", os.devnull]
        for number in range(n_boards):
            place = Path(folder, str(number))
            place.mkdir()
            board = stack.enter_context(board_process(place, "--seed", str(number)))
            words += ["--port", board.port]
        run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process = psutil.Process(run.pid)
            time.sleep(SETTLE_S + n_boards)
            before_s, began_s = _used_s(process), time.monotonic()
            time.sleep(WATCHED_S)
            share = (_used_s(process) - before_s) / (time.monotonic() - began_s)
            return share, process.memory_info().rss / 1e6
        finally:
            run.terminate()
            run.wait()


def _used_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _session(folder: Path, minutes: int, person: int = 0) -> Path:
    """Return a synthetic session of about so many minutes, of one of many people."""
    path = folder / f"{minutes}_{person}.csv"
    if not path.exists():
        cue_s, n_movements = 3.0 + 2.0, 6
        repetitions = max(round(60.0 * minutes / (cue_s * n_movements)), 1)
        script = CueSchedule.shuffled(repetitions=repetitions, hold_s=3.0, rest_s=2.0)
        record_session(path, script, seed=person)
    return path


def _timed(*words: str, cores: list[int] | None = None) -> float:
    """Return the seconds that a verb took, on these cores or on all."""
    began_s = time.perf_counter()
    command = [*EMGSTREAM, *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as verb:
        if cores is not None:
            psutil.Process(verb.pid).cpu_affinity(cores)
    if verb.returncode:
        raise subprocess.CalledProcessError(verb.returncode, command)
    return time.perf_counter() - began_s


SUBJECTS: dict[str, Callable[[], Iterator[str]]] = {
    "channels": measure_channels,
    "rates": measure_rates,
    "boards": measure_boards,
    "training": measure_training,
    "evaluation": measure_evaluation,
    "persons": measure_persons,
}


def main() -> int:
    """Run the subjects named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], metavar="subject")
    os.environ["EMGSTREAM_CONFIG"] = os.devnull
    for name in parser.parse_args().subjects or SUBJECTS:
        print(f"\n{name}\n")
        for line in SUBJECTS[name]():
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
