"""Measure a model on recordings it has not seen, compared with LDA and a random forest."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from emgstream.app.evaluation_leads import (
    LEAD_COLUMNS,
    PATH_COLUMNS,
    lead_rows,
    lead_words,
    path_rows,
)
from emgstream.app.evaluation_names import MODEL_NAMES
from emgstream.app.evaluation_table import evaluation_facts, figure_rows, recall_rows
from emgstream.bundle import read_model
from emgstream.cli import options, training_progress
from emgstream.cli.terminal import console, note, print_facts, print_grid
from emgstream.cli.verb_files import check_report_files, hand_over
from emgstream.errors import InterruptedByUserError, UsageError
from emgstream.significant_digits import percent

if TYPE_CHECKING:
    from emgstream_training.evaluation import (
        Evaluation,
        EvaluationProgress,
        FoldEpoch,
        PreparedEvaluation,
    )

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = {
    "evaluate s1.csv s2.csv": "hold out each session in turn",
    "evaluate s3.csv --model arm.emgmodel": "measure an existing model",
}

_EVENTS = """Events: "plan" with protocol, reason, notes, n_tasks, n_folds and n_epochs (the most of
one network); "epoch" with what and the entries of the verb train; "done" with what and
balanced_accuracy by model for each task; "early" with the document of --json as soon as the
simple methods are done; at the end "evaluated" with the whole document."""


_DASK_TRUST = (
    "whoever controls the scheduler at {address} can run any program on this computer as you, and "
    "the recordings go there as they are; use one of your own, in a network that you trust"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of ``emgstream evaluate``."""
    options.add_sessions(parser, "labelled recordings; 'demo' is the shipped synthetic one")
    judged = parser.add_mutually_exclusive_group()
    judged.add_argument(
        "--model",
        type=options.model_path,
        metavar="M",
        help="measure this model; default: train one on each fold",
    )
    judged.add_argument(
        "--recipe",
        choices=("realtime", "published"),
        help="train by this recipe on each fold; default realtime",
    )
    options.add_signal(parser)
    parser.add_argument(
        "--protocol",
        choices=("auto", "subject", "session", "repetition", "blocks", "random"),
        default="auto",
        help="what is held out in each fold; auto, the default, takes the strictest one that the "
        "recordings allow",
    )
    parser.add_argument("--folds", type=options.count, metavar="N", help="number of folds")
    parser.add_argument(
        "--jobs",
        type=options.count,
        metavar="N",
        help="number of folds that run at the same time; default: one per processor core",
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="run the folds on this Dask scheduler, which must be one that you trust",
    )
    options.add_seed(parser)
    options.add_epochs(parser)
    options.add_report_files(parser)
    options.add_columns(parser)
    training_progress.add_progress_options(parser, _EVENTS)


def run(arguments: argparse.Namespace) -> None:
    """Evaluate, write the files that are asked for, and print the table.

    Raises MissingExtraError without the ``train`` extra, and InterruptedByUserError after Ctrl-C,
    when what was finished has been printed and written.
    """
    if arguments.model is not None:
        _refuse_training_words(arguments)
    training_progress.begin(arguments)
    if arguments.dask is not None:
        note(_DASK_TRUST.format(address=arguments.dask))
    check_report_files(arguments, filter(None, [*arguments.files, arguments.model]))
    from emgstream_training.evaluation import evaluate  # the extra, checked above

    prepared = _prepared(arguments)
    tells = training_progress.is_for_programs(arguments)
    (_tell_plan if tells else _announce)(prepared)
    with _FoldBar(prepared.n_tasks) as bar:
        evaluation = evaluate(
            prepared,
            n_jobs=arguments.jobs,
            dask_address=arguments.dask,
            done=_tell_done if tells else bar.show,
            learning=_tell_epoch if tells else bar.show_epoch,
            early=_tell_early if tells else lambda _: None,
        )
    _write_and_tell(evaluation, arguments)
    if evaluation.interrupted:
        raise InterruptedByUserError(
            f"stopped by Ctrl-C after {len(evaluation.folds)} of {len(prepared.plan.folds)} folds; "
            "the figures are of those"
        )


def _refuse_training_words(arguments: argparse.Namespace) -> None:
    for word in ("epochs", "signal", "mains"):
        if getattr(arguments, word) is not None:
            raise UsageError(
                f"--{word} {getattr(arguments, word)} is for training, and --model is not trained; "
                f"expected one of the two; leave out --{word}, or --model to train on each fold"
            )


def _prepared(arguments: argparse.Namespace) -> PreparedEvaluation:
    from emgstream_training.evaluation import prepare
    from emgstream_training.front_end import SignalOverrides

    return prepare(
        arguments.files,
        arguments.recipe or "realtime",
        model=None if arguments.model is None else read_model(arguments.model),
        columns=options.column_choice(arguments),
        overrides=SignalOverrides(arguments.signal, options.mains_hz(arguments.mains)),
        protocol=arguments.protocol,
        n_folds=arguments.folds,
        seed=arguments.seed,
        max_epochs=arguments.epochs,
    )


def _write_and_tell(evaluation: Evaluation, arguments: argparse.Namespace) -> None:
    """Write the files that are asked for, and print the figures or the last event."""
    from emgstream_training.evaluation import evaluation_page

    document = evaluation.to_json()

    def tell() -> None:
        if training_progress.is_for_programs(arguments):
            training_progress.write_event({"event": "evaluated", **document})
        else:
            _print(document)

    hand_over(arguments, document, lambda: evaluation_page(evaluation), tell)


class _FoldBar:
    """A bar over the folds with the score of each; one line per fold where nobody watches."""

    def __init__(self, n_tasks: int) -> None:
        terminal = console(to_stderr=True)
        self._watched = terminal.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[learning]}", markup=False),
            console=terminal,
        )
        self._task = self._progress.add_task("measuring", total=n_tasks, learning="")

    def __enter__(self) -> _FoldBar:
        if self._watched:
            self._progress.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._watched:  # else it would end what it never began, with an empty line
            self._progress.stop()

    def show(self, done: EvaluationProgress) -> None:
        """Show a task that is done."""
        scores = ", ".join(
            f"{MODEL_NAMES[name]} {percent(score)}"
            for name, score in done.balanced_accuracy.items()
            if score is not None
        )
        self._progress.console.print(f"{done.what}: {scores}")
        self._progress.advance(self._task)
        self._progress.update(self._task, learning="")

    def show_epoch(self, done: FoldEpoch) -> None:
        """Show how far the network of a fold is."""
        epoch = done.epoch
        learning = f"{done.what}: CNN-LSTM, epoch {epoch.epoch} of {epoch.n_epochs}"
        self._progress.update(self._task, learning=learning)


def _announce(prepared: PreparedEvaluation) -> None:
    plan = prepared.plan
    console(to_stderr=True).print(f"protocol {plan.protocol}: {plan.reason}")
    for text in prepared.notes:
        note(text)


def _tell_plan(prepared: PreparedEvaluation) -> None:
    plan = prepared.plan
    training_progress.write_event(
        {
            "event": "plan",
            "protocol": plan.protocol,
            "reason": plan.reason,
            "notes": list(prepared.notes),
            "n_tasks": prepared.n_tasks,
            "n_folds": len(plan.folds),
            "n_epochs": prepared.n_epochs,
        }
    )


def _tell_done(done: EvaluationProgress) -> None:
    training_progress.write_event({"event": "done", **vars(done)})


def _tell_epoch(done: FoldEpoch) -> None:
    training_progress.write_event({"event": "epoch", "what": done.what, **vars(done.epoch)})


def _tell_early(evaluation: Evaluation) -> None:
    training_progress.write_event({"event": "early", **evaluation.to_json()})


def _print(document: Mapping[str, Any]) -> None:
    terminal = console()
    print_facts(terminal, evaluation_facts(document))
    terminal.print()
    head, *rows = figure_rows(document)
    print_grid(terminal, head, rows)
    for columns, found in (
        (LEAD_COLUMNS, lead_rows(document)),
        (PATH_COLUMNS, path_rows(document)),
    ):
        if found:
            terminal.print()
            print_grid(terminal, columns, found)
    if document["folds"]:
        terminal.print()
        head, *rows = recall_rows(document)
        print_grid(terminal, head, rows)
    lead = lead_words(document)
    if lead:
        terminal.print()
        terminal.print(lead)
