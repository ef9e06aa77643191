"""Time of one decision, and decisions per second of a replayed file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from bench_rows import Row
from emgstream_training.backend import keras, tensorflow
from emgstream_training.network import build_network
from emgstream_training.network_export import export_model
from emgstream_training.trained_network import TrainedNetwork

from emgstream.bundle import Model, read_model
from emgstream.data import DEMO_MODEL
from emgstream.engine import Engine
from emgstream.manifest import Manifest
from emgstream.network.backend_preference import NetworkBackend
from emgstream.network.network_backend import open_classifier
from emgstream.outputs.summary import Summary
from emgstream.pipeline import Pipeline
from emgstream.sources.replay_source import ReplaySource
from emgstream.steps import RAW_STEP
from emgstream.tables import read_table
from emgstream.transforms import Clip, Impute, Transforms, YeoJohnson
from emgstream.types import Chunk, FloatArray

CLASSES = ("elbow_bend", "elbow_extend", "hand_close", "hand_open", "wrist_left", "wrist_right")
N_ROWS = 1_000_000


def measure_decision() -> Iterator[Row]:
    """Time one decision: one sample in, transforms, window, network, decision out."""
    network = published_network()
    samples = _samples(5000)
    pipeline = Pipeline(published_model(network))
    ours = _quantiles_us(lambda i: pipeline.push(Chunk(i, samples[i : i + 1])), len(samples))
    windows = _samples(400 * 10).reshape(400, 1, 10, 3)
    graph = tensorflow.function(lambda window: network(window, training=False))
    functional = _quantiles_us(lambda i: graph(windows[i]).numpy(), len(windows))
    predict = _quantiles_us(lambda i: network.predict(windows[i], verbose=0), 100)
    for name, other, wanted in (
        ("tf.function", functional, "80 / 250 us, 10x"),
        ("model.predict", predict, "500x"),
    ):
        yield Row(
            "one decision, p50 / p99 (the alternative: the network alone)",
            f"{ours[0]:.0f} / {ours[1]:.0f} us",
            f"{name}: {other[0]:,.0f} / {other[1]:,.0f} us",
            other[0] / ours[0],
            wanted,
        )
    yield from _against_bare_calls()


def _against_bare_calls() -> Iterator[Row]:
    """Time one decision of the shipped model, against its network called alone.

    In a process without TensorFlow, as the live path is.
    """
    run = subprocess.run(
        [sys.executable, Path(__file__).with_name("bench_realtime.py")],
        check=True,
        stdout=subprocess.PIPE,
    )
    found = json.loads(run.stdout)
    for name, other in (("in turns", "alone"), ("in a loop of its own", "loop")):
        for quantile in ("p50", "p99"):
            ours, alone = found["ours"][quantile], found[other][quantile]
            yield Row(
                f"20 samples to a decision of the shipped model, {quantile}",
                f"{ours:.0f} us",
                f"its network alone by LiteRT, {name}: {alone:.0f} us",
                alone / ours,
                "0.25x",
            )


def measure_backends() -> Iterator[Row]:
    """Time one window of the shipped model by NumPy, against LiteRT."""
    model = read_model(DEMO_MODEL)
    shape = 2000, 1, model.manifest.n_steps, model.manifest.n_features
    windows = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    by_numpy, by_litert = (
        open_classifier(model, backend) for backend in (NetworkBackend.NUMPY, NetworkBackend.LITERT)
    )
    numpy = _quantiles_us(lambda i: by_numpy.predict(windows[i]), len(windows))
    litert = _quantiles_us(lambda i: by_litert.predict(windows[i]), len(windows))
    yield Row(
        "the network of one window by NumPy, p50 / p99",
        f"{numpy[0]:.0f} / {numpy[1]:.0f} us",
        f"LiteRT: {litert[0]:.0f} / {litert[1]:.0f} us",
        litert[0] / numpy[0],
        "400 us",
    )


def measure_throughput() -> Iterator[Row]:
    """Count decisions per second over a file of a million rows, reading it included and not."""
    network = published_network()
    model = published_model(network)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "million.csv")
        _write_table(path)
        started_s = time.perf_counter()
        source = ReplaySource(read_table(path), speed=None)
        read_s = time.perf_counter() - started_s
    summary = Summary(CLASSES)
    started_s = time.perf_counter()
    with Engine(source, model, observers=[summary]) as engine:
        while not engine.wait(1.0):
            pass
    elapsed_s = time.perf_counter() - started_s
    rate = summary.n_decisions / elapsed_s
    windows = np.lib.stride_tricks.sliding_window_view(_samples(100_009), 10, axis=0)
    windows = np.ascontiguousarray(windows.transpose(0, 2, 1))
    started_s = time.perf_counter()
    network.predict(windows, batch_size=32, verbose=0)
    keras_rate = len(windows) / (time.perf_counter() - started_s)
    yield Row(
        f"replay at full speed, {N_ROWS:,} rows (read in {read_s:.2f} s before)",
        f"{rate:,.0f} decisions/s",
        f"model.predict on ready windows, batches of 32: {keras_rate:,.0f}/s",
        rate / keras_rate,
        "40,000/s",
    )


def published_network() -> Any:
    """Return the network of the published recipe, untrained."""
    keras.utils.set_random_seed(1)
    return build_network(10, 3, len(CLASSES))


def published_model(network: Any) -> Model:
    """Return a model of the published recipe with this network."""
    transforms = Transforms(
        (
            Impute((500.0, 500.0, 500.0)),
            Clip((0.0, 0.0, 0.0), (1023.0, 1023.0, 1023.0)),
            YeoJohnson((0.6, 0.5, 0.4), (60.0, 50.0, 30.0), (30.0, 25.0, 15.0)),
            Clip((-1.2, -1.3, -1.2), (1.7, 1.7, 1.7)),
        )
    )
    names = ("biceps", "triceps", "middle")
    manifest = Manifest(names, CLASSES, RAW_STEP, transforms, None)
    return export_model(manifest, TrainedNetwork(network))


def _samples(n_samples: int) -> FloatArray:
    return np.random.default_rng(0).integers(0, 1024, (n_samples, 3)).astype(np.float32)


def _write_table(path: Path) -> None:
    rows = "\n".join(f"{a},{b},{c},hand_open" for a, b, c in _samples(N_ROWS).astype(int).tolist())
    path.write_text(f"biceps,triceps,middle,label\n{rows}\n")


def _quantiles_us(call: Callable[[int], object], n_calls: int) -> tuple[float, float]:
    """Return p50 and p99 of single calls in microseconds, the first tenth as warm-up."""
    durations = np.empty(n_calls)
    for number in range(n_calls):
        started_s = time.perf_counter()
        call(number)
        durations[number] = time.perf_counter() - started_s
    low, high = np.percentile(durations[n_calls // 10 :] * 1e6, [50, 99])
    return float(low), float(high)
