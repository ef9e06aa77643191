"""Give damaged networks, weights and manifests to the loader and to the verbs.

python scripts/fuzz_models.py --networks 2000 --archives 500 --manifests 2000 --verbs 20

Each network is the shipped one with some bytes changed, in a model whose hashes are right. It must
be refused in one sentence, or run: no crash of this process, no hang, and no decision that is not a
number. The same holds for the weights that a calibration continues from, and for the numbers of the
manifest. Of the verbs, each must end with exit code 0 or 1, and with one sentence at most.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from emgstream.bundle import Model, read_model, write_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.errors import EmgStreamError
from emgstream.manifest import Manifest
from emgstream.network.network_backend import numpy_classifier, open_classifier
from emgstream.pipeline import Pipeline
from emgstream.tables import read_table
from emgstream.types import Chunk, FloatArray

_PATIENCE_S = 60.0
_N_SAMPLES = 4000
_ODD_NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    1e308,
    -1e308,
    5e-324,
    1e15,
    10**400,
    None,
    True,
    "1",
    [],
    {},
    -0.0,
    1e-15,
)


def main() -> int:
    """Fuzz as much as asked for; return 1 after any failure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--networks", type=int, default=200, help="damaged networks")
    parser.add_argument("--archives", type=int, default=200, help="damaged archives of weights")
    parser.add_argument("--manifests", type=int, default=500, help="damaged manifests")
    parser.add_argument("--verbs", type=int, default=0, help="damaged networks for every verb")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    draws = np.random.default_rng(arguments.seed)
    model = read_model(DEMO_MODEL)
    failures: list[str] = []
    for what, n, attack in (
        ("networks", arguments.networks, _attack_network),
        ("archives", arguments.archives, _attack_weights),
        ("manifests", arguments.manifests, _attack_manifest),
    ):
        failures += _attacked(what, n, attack, model, draws)
    failures += _verbs(arguments.verbs, model, draws)
    print(*failures[:20], sep="\n")
    return 1 if failures else 0


def _attacked(
    what: str,
    n: int,
    attack: Callable[[Model, np.random.Generator], str],
    model: Model,
    draws: np.random.Generator,
) -> list[str]:
    """Attack so often, four at a time; print how often which outcome came, return the failures."""
    started_s = time.monotonic()
    outcomes: Counter[str] = Counter()
    failures = []

    def tried(seed: int) -> str:
        try:
            return attack(model, np.random.default_rng(seed))
        except EmgStreamError as error:
            return "refused" if len(str(error).splitlines()) == 1 else f"FAILED {error}"
        except Exception as error:  # noqa: BLE001 - what is looked for
            return f"FAILED {what}, seed {seed}: {type(error).__name__}: {error}"

    with ThreadPoolExecutor(4) as pool:
        for outcome in pool.map(tried, draws.integers(1 << 62, size=n).tolist()):
            outcomes["failed" if outcome.startswith("FAILED") else outcome] += 1
            failures += [outcome] if outcome.startswith("FAILED") else []
    told = ", ".join(f"{name} {count:,}" for name, count in outcomes.most_common())
    print(f"{n:,} {what} in {time.monotonic() - started_s:.0f} s: {told}", flush=True)
    return failures


def _attack_network(model: Model, draws: np.random.Generator) -> str:
    damaged = replace(
        model,
        classifier=_mutated(model.classifier, draws),
        classifier_batch=_mutated(model.classifier_batch, draws),
    )
    if draws.random() < 0.5:
        damaged = replace(damaged, classifier_batch=model.classifier_batch)
    return _decided(Pipeline(damaged, classifier=open_classifier(damaged)))


def _attack_weights(model: Model, draws: np.random.Generator) -> str:
    damaged = replace(model, weights=_mutated(model.weights, draws))
    if draws.random() < 0.5:  # with right sums of a zip
        damaged = replace(model, weights=_with_mutated_member(model.weights, draws))
    return _decided(Pipeline(damaged, classifier=numpy_classifier(damaged)))


def _attack_manifest(model: Model, draws: np.random.Generator) -> str:
    document = json.loads(json.dumps(model.manifest.to_json()))
    for _ in range(int(draws.integers(1, 4))):
        places = list(_places(document))
        holder, key = places[int(draws.integers(len(places)))]
        holder[key] = _ODD_NUMBERS[int(draws.integers(len(_ODD_NUMBERS)))]
    damaged = replace(model, manifest=Manifest.from_json(json.loads(json.dumps(document))))
    return _decided(Pipeline(damaged, classifier=numpy_classifier(damaged)))


def _decided(pipeline: Pipeline) -> str:
    """Run some samples, and return the outcome."""
    with np.errstate(all="ignore"):
        decisions = pipeline.push(Chunk(0, _samples()))
    numbers = decisions.probabilities, decisions.confidences, decisions.needed, decisions.filled
    if not all(np.isfinite(one).all() for one in numbers):
        return "FAILED a decision is not a number"
    json.dumps([list(one.probabilities.values()) for one in decisions], allow_nan=False)
    return "run"


@cache
def _samples() -> FloatArray:
    return read_table(DEMO_RECORDING).samples[:_N_SAMPLES]


def _mutated(content: bytes, draws: np.random.Generator) -> bytes:
    """Return content with some bytes changed, cut off, or written twice."""
    damaged = bytearray(content)
    kind = draws.random()
    if kind < 0.05:
        return bytes(damaged[: int(draws.integers(len(damaged)))])
    if kind < 0.1:
        start = int(draws.integers(len(damaged)))
        return bytes(damaged[:start] + damaged[start // 2 :])
    places = draws.integers(len(damaged), size=int(draws.integers(1, 20)))
    if kind < 0.6:  # the tables of a flatbuffer are at both ends, the weights between
        places = np.where(draws.random(len(places)) < 0.5, places % 4096, -1 - places % 16384)
    for place in places.tolist():
        damaged[place] = int(draws.integers(256)) if draws.random() < 0.7 else 0xFF
    return bytes(damaged)


def _with_mutated_member(content: bytes, draws: np.random.Generator) -> bytes:
    """Return a zip of which one member is damaged."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = list(members)[int(draws.integers(len(members)))]
    head = members[name][:128]
    members[name] = _mutated(head, draws) + members[name][128:]
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return written.getvalue()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a JSON document, as what holds it and its key there."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key])


def _verbs(n: int, model: Model, draws: np.random.Generator) -> list[str]:
    """Give so many damaged networks to every verb that runs one; return the failures."""
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "damaged.emgmodel"
        for number in range(n):
            single, batch = (
                _mutated(one, draws) for one in (model.classifier, model.classifier_batch)
            )
            write_model(path, replace(model, classifier=single, classifier_batch=batch))
            for words in (
                ["inspect", str(path)],
                ["replay", "demo", "--headless", "--speed", "max", "--model", str(path)],
                [
                    "live",
                    "--port",
                    "simulated",
                    "--headless",
                    "--seconds",
                    "1",
                    "--model",
                    str(path),
                ],
                ["tune", "demo", "--model", str(path)],
                ["evaluate", "demo", "--model", str(path), "--jobs", "1"],
                ["calibrate", "demo", "--model", str(path), "--out", str(folder / "o.emgmodel")],
            ):
                failures += _verb(number, words)
        print(f"{n:,} networks through each of 6 verbs: {len(failures)} failed", flush=True)
    return failures


def _verb(number: int, words: list[str]) -> list[str]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "emgstream", *words],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [f"FAILED {words[0]}, network {number}: no end within {_PATIENCE_S:.0f} s"]
    told = [line for line in done.stderr.splitlines() if line.startswith("emgstream: ")]
    is_well = done.returncode in (0, 1) and len(told) <= 1 and "bug of its own" not in done.stderr
    return [] if is_well else [f"FAILED {words[0]}, network {number}: {done.stderr[-300:]}"]


if __name__ == "__main__":
    sys.exit(main())
