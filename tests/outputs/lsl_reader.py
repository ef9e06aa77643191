"""Reads the two streams of a name from the Lab Streaming Layer, as a program of its own.

``python lsl_reader.py NAME N_SAMPLES N_DECISIONS`` prints what it got as one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pylsl

PATIENCE_S = 60.0


def main() -> None:
    name, n_samples, n_decisions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    inlets = [_inlet(name), _inlet(f"{name} decisions")]
    wanted = (n_samples, n_decisions)
    got = [_pull(inlet, n) for inlet, n in zip(inlets, wanted, strict=True)]
    json.dump({"samples": got[0], "decisions": got[1]}, sys.stdout)


def _inlet(name: str) -> Any:
    found = pylsl.resolve_byprop("name", name, timeout=PATIENCE_S)
    inlet = pylsl.StreamInlet(found[0])
    inlet.open_stream(PATIENCE_S)
    return inlet


def _pull(inlet: Any, n_wanted: int) -> dict[str, Any]:
    rows: list[Any] = []
    times: list[float] = []
    while len(rows) < n_wanted:
        row, time_s = inlet.pull_sample(PATIENCE_S)
        if row is None:
            raise TimeoutError(f"{len(rows)} of {n_wanted}")
        rows.append(list(row))
        times.append(time_s)
    info = inlet.info(PATIENCE_S)
    return {
        "type": info.type(),
        "rate_hz": info.nominal_srate(),
        "labels": info.get_channel_labels(),
        "types": info.get_channel_types(),
        "units": info.get_channel_units(),
        "source_id": info.source_id(),
        "rows": rows,
        "times": times,
        "late_s": pylsl.local_clock() - times[-1],
    }


if __name__ == "__main__":
    main()
