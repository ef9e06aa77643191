"""Train a recipe in full for several seeds and print a table; the rows differ by chance alone.

python scripts/train_seeds.py RECORDING --recipe published --seeds 42 1 2
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from emgstream_training.train import EpochProgress, train

from emgstream.errors import EmgStreamError
from emgstream.tables import ColumnChoice


def main() -> int:
    """Run every seed and print its row as soon as it is known."""
    arguments = _parser().parse_args()
    print("| seed | validation accuracy | loss | epoch | epochs run | training | held-out time |")
    print("|---|---|---|---|---|---|---|", flush=True)
    try:
        for seed in arguments.seeds:
            print(_row(arguments, seed), flush=True)
    except EmgStreamError as error:
        print(f"train_seeds: {error}", file=sys.stderr)
        return 1
    return 0


def _row(arguments: argparse.Namespace, seed: int) -> str:
    started_s = time.perf_counter()
    result = train(
        [arguments.recording],
        arguments.recipe,
        columns=ColumnChoice(rate_hz=arguments.rate),
        seed=seed,
        progress=_show,
    )
    elapsed_s = time.perf_counter() - started_s
    evaluation = result.model.manifest.evaluation
    validation = evaluation["validation"]
    blocked = evaluation.get("time_blocked")
    training_s = sum(epoch.duration_s for epoch in result.history)
    return (
        f"| {seed} | {validation['accuracy']:.2%} | {validation['loss']:.4f} | "
        f"{validation['epoch']} | {len(result.history)} | "
        f"{training_s:.0f} s of {elapsed_s:.0f} s | "
        + (f"{blocked['accuracy']:.1%} |" if blocked else "- |")
    )


def _show(progress: EpochProgress) -> None:
    if sys.stderr.isatty():
        end = "\n" if progress.epoch == progress.n_epochs else ""
        print(
            f"\r{progress.stage}: epoch {progress.epoch}/{progress.n_epochs}, "
            f"{progress.figures}, {progress.time_left_s:.0f} s left ",
            end=end,
            file=sys.stderr,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recording", type=Path, help="labelled recording, CSV")
    parser.add_argument("--recipe", default="published", help="published or realtime")
    parser.add_argument("--seeds", type=int, nargs="+", default=[42, 1, 2], help="42 1 2")
    parser.add_argument("--rate", type=float, help="samples per second, if the file has no rate")
    return parser


if __name__ == "__main__":
    sys.exit(main())
