"""Time from the command to the first decision, and memory that it takes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench_rows import Row
from emgstream_training.network import build_network
from emgstream_training.weights_file import earlier_network

from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING

N_REPEATS = 5

# the same work as a script with TensorFlow does it: read, transform, window, load, predict
WITH_TENSORFLOW = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, tensorflow as tf
from emgstream.bundle import read_model
from emgstream.tables import ColumnChoice, read_table
from emgstream.steps import StepStream
manifest = read_model(sys.argv[1]).manifest
samples = read_table(sys.argv[3], ColumnChoice(manifest.channel_names)).samples
steps = manifest.transforms.apply(StepStream(manifest.step, samples.shape[1]).steps_of(samples))
network = tf.keras.models.load_model(sys.argv[2])
print(network.predict(steps[None, :10, : network.input_shape[2]], verbose=0), flush=True)
"""

# a process begins with the peak memory of the one that started it, so a small one starts it
LAUNCHER = """
import os, subprocess, sys, time
started_s = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
process.stdout.read(1)
first_s = time.perf_counter() - started_s
process.stdout.read()
_, status, usage = os.wait4(process.pid, 0)
print(first_s, usage.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measure() -> Iterator[Row]:
    """Start both several times, warm, and take the medians."""
    with tempfile.TemporaryDirectory() as folder:
        keras_file = Path(folder, "network.keras")
        model = read_model(DEMO_MODEL)
        manifest = model.manifest
        n_of_step = manifest.n_features - manifest.n_context
        network = build_network(manifest.n_steps, n_of_step, len(manifest.class_names))
        network.set_weights(earlier_network(model).cnn_lstm)
        network.save(keras_file)
        script = Path(folder, "with_tensorflow.py")
        script.write_text(WITH_TENSORFLOW)
        words = ("replay", "demo", "--headless", "--speed", "max", "--jsonl", "-")
        ours = _median([sys.executable, "-m", "emgstream", *words])
        other = _median([sys.executable, script, DEMO_MODEL, keras_file, DEMO_RECORDING])
    yield Row(
        "replay, from start to first decision, warm",
        f"{ours[0]:.2f} s",
        f"TensorFlow: {other[0]:.2f} s",
        other[0] / ours[0],
        "under 1.0 s, 8x",
    )
    yield Row(
        "peak memory of that process",
        f"{ours[1]:.0f} MB",
        f"TensorFlow: {other[1]:.0f} MB",
        other[1] / ours[1],
        "under 150 MB",
    )


def _median(command: list[object]) -> tuple[float, float]:
    """Return seconds to the first output and peak memory in MB, each the median of all runs."""
    _run(command)
    runs = [_run(command) for _ in range(N_REPEATS)]
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


def _run(command: list[object]) -> tuple[float, float]:
    launch = [sys.executable, "-c", LAUNCHER, *map(str, command)]
    answer = subprocess.run(launch, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[0]), float(answer[1]) / 1024
