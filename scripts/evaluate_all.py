"""Evaluate every recording of a folder by itself, and print a table and the means.

python scripts/evaluate_all.py FOLDER --rate myo_readings=200 unibo_inail=500

Each session on its own held-out repetitions: the network against a strong LDA, LDA as the field
publishes it, a random forest, and its own linear path, on the same decisions. Leads are stated over
the strong LDA and the forest. Needs the extra ``train``; takes about a training a fold and session.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from data_sets import add_words, recordings
from emgstream_training.evaluation import evaluate, prepare
from scipy import stats

from emgstream.errors import EmgStreamError
from emgstream.tables import ColumnChoice

_MODELS = ("cnn_lstm", "strong_lda", "lda", "random_forest")
_LINEAR = "linear_path"
_HEAD = (
    "session",
    *("network", "strong LDA", "LDA", "random forest", "linear path alone"),
    *("calibration error", "time"),
)


def main() -> int:
    """Evaluate session after session, printing each as soon as it is known."""
    arguments = _parser().parse_args()
    print(f"| {' | '.join(_HEAD)} |\n|{'---|' * len(_HEAD)}", flush=True)
    documents: dict[str, dict[str, Any]] = {}
    try:
        for path, rate_hz in recordings(arguments)[: arguments.sessions]:
            started_s = time.perf_counter()
            documents[path.name] = _evaluated(path, rate_hz, arguments)
            print(
                _row(path.name, documents[path.name], time.perf_counter() - started_s), flush=True
            )
    except EmgStreamError as error:
        print(f"evaluate_all: {error}", file=sys.stderr)
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(documents, indent=2) + "\n", encoding="utf-8")
    print("\n| over all sessions | figure | wanted |\n|---|---|---|")
    for name, figure, wanted in _together(list(documents.values())):
        print(f"| {name} | {figure} | {wanted} |")
    return 0


def _evaluated(path: Path, rate_hz: float, arguments: argparse.Namespace) -> dict[str, Any]:
    prepared = prepare(
        [path],
        columns=ColumnChoice(rate_hz=rate_hz),
        protocol="repetition",
        n_folds=arguments.folds,
        seed=arguments.seed,
    )
    evaluation = evaluate(prepared, n_jobs=arguments.jobs)
    if evaluation.interrupted:
        raise EmgStreamError(f"stopped by Ctrl-C at {path.name}")
    return evaluation.to_json()


def _row(name: str, document: dict[str, Any], elapsed_s: float) -> str:
    scores = [_score(document, model) for model in _MODELS] + [_linear(document)]
    shown = " | ".join(f"{score:.1%}" for score in scores)
    error = document["models"]["cnn_lstm"]["calibration_error"]
    return f"| {name} | {shown} | {error:.3f} | {elapsed_s:.0f} s |"


def _together(documents: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return the figures over all sessions, each with the bound it should reach."""
    network, strong, lda, forest = (
        np.array([_score(document, model) for document in documents]) for model in _MODELS
    )
    linear = np.array([_linear(document) for document in documents])
    errors = [document["models"]["cnn_lstm"]["calibration_error"] for document in documents]
    leaks = [document["models"]["cnn_lstm"]["leakage"] for document in documents]
    return [
        ("network, mean balanced accuracy", f"{network.mean():.1%}", ""),
        ("against the strong LDA", _lead(network - strong), "at least +6"),
        ("against random forest", _lead(network - forest), "at least +6"),
        ("worst session against the strong LDA", _points(np.min(network - strong)), ""),
        ("against LDA as published", _lead(network - lda), ""),
        ("against the linear path alone", _lead(network - linear), ""),
        ("calibration error, mean", f"{np.mean(errors):.3f}", "under 0.03"),
        ("leakage of a random split, mean", _points(np.mean(leaks)), ""),
    ]


def _score(document: dict[str, Any], model: str) -> float:
    return float(document["models"][model]["balanced_accuracy"])


def _linear(document: dict[str, Any]) -> float:
    """Return the balanced accuracy of the linear path alone."""
    return float(document["paths"][_LINEAR]["balanced_accuracy"])


def _lead(leads: npt.NDArray[np.float64]) -> str:
    """Return the mean of one lead per session, with its 95 % interval over the sessions."""
    mean = float(np.mean(leads))
    if len(leads) < 2:
        return _points(mean)
    reach = float(stats.t.ppf(0.975, len(leads) - 1) * stats.sem(leads))
    return f"{_points(mean)} ({100 * (mean - reach):+.1f} to {100 * (mean + reach):+.1f})"


def _points(share: float | np.floating[Any]) -> str:
    return f"{100.0 * share:+.1f} points"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_words(parser)
    parser.add_argument("--sessions", type=int, metavar="N", help="only the first N sessions")
    parser.add_argument("--folds", type=int, metavar="N", help="number of folds")
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="number of folds that run at the same time"
    )
    parser.add_argument("--seed", type=int, default=42, help="random seed")
    parser.add_argument("--json", type=Path, help="write every figure as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
