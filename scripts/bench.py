"""Measure emgstream against the alternatives, each pair in one run.

Prints one Markdown table a subject, ready for BENCHMARKS.md; ``scripts/bench.py decision`` runs
one subject alone. Needs the extras ``train`` and ``dev``.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterable

import bench_audit
import bench_pipeline
import bench_startup
import bench_tables
import bench_training
import bench_wire
from bench_rows import Row, table

SUBJECTS: dict[str, Callable[[], Iterable[Row]]] = {
    "audit": bench_audit.measure,
    "backends": bench_pipeline.measure_backends,
    "decision": bench_pipeline.measure_decision,
    "throughput": bench_pipeline.measure_throughput,
    "startup": bench_startup.measure,
    "tables": bench_tables.measure,
    "training": bench_training.measure,
    "wire": bench_wire.measure,
}
"""Name of the measured quantity."""


def main() -> int:
    """Run the subjects named, or all."""
    os.environ["EMGSTREAM_CONFIG"] = os.devnull  # the user's own defaults are not measured
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="subject", help=", ".join(SUBJECTS))
    chosen = parser.parse_args().subjects or list(SUBJECTS)
    unknown = [name for name in chosen if name not in SUBJECTS]
    if unknown:
        parser.error(f"no subject {', '.join(unknown)}; choose from {', '.join(SUBJECTS)}")
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}")
    for name in chosen:
        print(f"\n{name}\n\n{table(SUBJECTS[name]())}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
