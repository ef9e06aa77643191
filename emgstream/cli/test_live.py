"""Test a model on cued movements: which it names, how soon, and what else it would have moved.

What it came to is printed, and written down beside the model with the tests before it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from emgstream.bundle import read_model
from emgstream.cli import options
from emgstream.cli.terminal import console, print_facts
from emgstream.errors import UsageError
from emgstream.opening import read_recording
from emgstream.trial import CuedTest, add_to_history, cued_test, decisions_on

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream test-live``."""
    parser.add_argument(
        "--replay",
        required=True,
        type=options.recording_path,
        metavar="SESSION",
        help="a labelled recording of cued movements the model was not trained on",
    )
    options.add_model(parser)
    options.add_rate(parser)
    options.add_channels(parser, "columns to take as the model's channels, in its order")
    parser.add_argument(
        "--dwell",
        type=options.positive,
        default=0.5,
        metavar="S",
        help="seconds that a movement must be named without a break; default 0.5",
    )
    parser.add_argument(
        "--no-history", action="store_true", help="print only; write nothing beside the model"
    )


def run(arguments: argparse.Namespace) -> None:
    """Replay the session through the live pipeline, and print and keep what it came to.

    Raises UsageError where the session asks for none of the model's movements.
    """
    model = read_model(arguments.model)
    table = read_recording(arguments.replay, model.manifest, arguments.channels)
    replayed = decisions_on(table, model, sampling_rate_hz=arguments.rate)
    test = cued_test(replayed.decisions, replayed.truth, replayed.hop_s, arguments.dwell)
    if not test.attempts:
        raise UsageError(
            f"{table.path} asks for none of the model's movements; expected a column 'label' with "
            f"{', '.join(model.manifest.class_names)}; record a session, or name another file"
        )
    facts = list(_facts(test))
    if not arguments.no_history:
        entry = {
            "tested": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "replayed": {"name": table.path.name, "sha256": table.sha256},
            "decision": model.manifest.decision.to_manifest(),
            **test.to_json(),
        }
        facts.append(("kept", str(add_to_history(arguments.model, entry))))
    print_facts(console(), facts)


def _facts(test: CuedTest) -> Iterator[tuple[str, str]]:
    found = test.score
    yield "completed", f"{test.completion_rate:.1%} of {len(test.attempts)} movements"
    yield "time to correct", _seconds(test.to_correct_s)
    yield "active errors", f"{found.active_error_rate:.2%} of {found.n_decisions:,} decisions"
    yield "abstained", f"{found.abstained:.2%}"
    if found.false_activations_per_h == found.false_activations_per_h:
        yield "false activations", f"{found.false_activations_per_h:,.1f} an hour of rest"
    for label, figures in test.by_class().items():
        yield "", _line(label, figures)


def _line(label: str, figures: dict[str, Any]) -> str:
    done = f"{figures['completion_rate']:.0%} of {figures['attempts']}"
    return f"{label}: {done}, {_seconds(figures['to_correct_s'])}"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.2f} s"
