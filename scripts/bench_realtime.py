"""Time one decision of the shipped model on its signal, against its network called alone.

In turns, as a live stream does: 20 samples to the pipeline, and a window to the bare network. In a
loop of its own the same call finds its code and weights in the processor's cache. Prints JSON: p50
and p99 in microseconds. `bench.py decision` runs it in a process of its own, without TensorFlow.
"""

from __future__ import annotations

import json
import time

import numpy as np
from litert_call import bare_call

from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.pipeline import Pipeline
from emgstream.tables import read_table
from emgstream.types import Chunk, TimeArray


def measure() -> dict[str, dict[str, float]]:
    """Return the quantiles of a decision, and of the bare call in turns and in a loop."""
    model = read_model(DEMO_MODEL)
    hop = model.manifest.hop * model.manifest.step.length
    samples = read_table(DEMO_RECORDING).samples
    chunks = [Chunk(at, samples[at : at + hop]) for at in range(0, len(samples) - hop + 1, hop)]
    pipeline, bare = Pipeline(model), bare_call(model.classifier)
    shape = len(chunks), 1, model.manifest.n_steps, model.manifest.n_features
    windows = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    whole, alone, loop = (np.empty(len(chunks)) for _ in range(3))
    for number, chunk in enumerate(chunks):
        started_s = time.perf_counter()
        pipeline.push(chunk)
        decided_s = time.perf_counter()
        bare(windows[number])
        whole[number] = decided_s - started_s
        alone[number] = time.perf_counter() - decided_s
    for number in range(len(chunks)):
        started_s = time.perf_counter()
        bare(windows[number])
        loop[number] = time.perf_counter() - started_s
    warm = model.manifest.step.reach(model.manifest.n_steps)  # windows before are not whole
    return {
        name: quantiles_us(durations_s[warm:])
        for name, durations_s in (("ours", whole), ("alone", alone), ("loop", loop))
    }


def quantiles_us(durations_s: TimeArray) -> dict[str, float]:
    """Return p50 and p99 in microseconds."""
    low, high = np.percentile(durations_s * 1e6, [50, 99])
    return {"p50": float(low), "p99": float(high)}


if __name__ == "__main__":
    print(json.dumps(measure()))
