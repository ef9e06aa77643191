"""Say what a model is worth: on held-out recordings, beside LDA and a random forest."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from emgstream.bundle import read_model
from emgstream.cli import options, progress_events
from emgstream.cli.terminal import console, note, print_facts, print_grid
from emgstream.cli.verb_files import check_report_files, hand_over
from emgstream.errors import InterruptedByUserError, UsageError

if TYPE_CHECKING:
    from emgstream_training.evaluation import Evaluation, EvaluationProgress, PreparedEvaluation

__all__ = ["add_arguments", "run"]

_EVENTS = """Events: "plan" with protocol, reason, notes and n_tasks; "done" with what and
balanced_accuracy by model for each task; at the end "evaluated" with the document of --json."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of ``emgstream evaluate``."""
    options.add_sessions(
        parser, "labelled recordings, .csv or .csv.gz; 'demo' is the shipped synthetic one"
    )
    judged = parser.add_mutually_exclusive_group()
    judged.add_argument(
        "--model", type=options.model_path, metavar="M", help="judge this model, train none"
    )
    judged.add_argument(
        "--recipe",
        choices=("realtime", "published"),
        help="train by this recipe on each fold; default realtime",
    )
    options.add_rate(parser)
    options.add_channels(
        parser,
        "columns to take, in this order; default: all numeric ones; with --model its channels, by "
        "name",
    )
    options.add_signal(parser)
    parser.add_argument(
        "--protocol",
        choices=("auto", "subject", "session", "repetition", "blocks", "random"),
        default="auto",
        help="what is held out; auto, the default, is the strictest that the recordings allow",
    )
    parser.add_argument(
        "--folds", type=options.count, metavar="N", help="hold out in so many turns"
    )
    parser.add_argument(
        "--jobs", type=options.count, metavar="N", help="folds at once; default: one a core"
    )
    parser.add_argument("--dask", metavar="ADDRESS", help="run the folds on this Dask scheduler")
    options.add_seed(parser)
    options.add_epochs(parser)
    options.add_report_files(parser)
    progress_events.add_watching(parser, _EVENTS)


def run(arguments: argparse.Namespace) -> None:
    """Evaluate, write what was asked for, and print the table.

    Raises MissingExtraError without the ``train`` extra, and InterruptedByUserError after Ctrl-C,
    when what was finished has been printed and written.
    """
    if arguments.model is not None:
        _refuse_training_words(arguments)
    progress_events.begin(arguments)
    check_report_files(arguments, filter(None, [*arguments.files, arguments.model]))
    from emgstream_training.evaluation import evaluate  # the extra, checked above

    prepared = _prepared(arguments)
    tells = arguments.progress == "jsonl"
    (_tell_plan if tells else _announce)(prepared)
    with _FoldBar(prepared.n_tasks) as bar:
        evaluation = evaluate(
            prepared,
            n_jobs=arguments.jobs,
            dask_address=arguments.dask,
            done=_tell_done if tells else bar.show,
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
                f"--{word} {getattr(arguments, word)} is for training, and --model is judged as it "
                f"is; expected one of the two; leave out --{word}, or --model to train on each fold"
            )


def _prepared(arguments: argparse.Namespace) -> PreparedEvaluation:
    from emgstream_training.evaluation import prepare
    from emgstream_training.front_end import SignalOverrides

    return prepare(
        arguments.files,
        arguments.recipe or "realtime",
        model=None if arguments.model is None else read_model(arguments.model),
        sampling_rate_hz=arguments.rate,
        channels=arguments.channels,
        overrides=SignalOverrides(arguments.signal, options.mains_hz(arguments.mains)),
        protocol=arguments.protocol,
        n_folds=arguments.folds,
        seed=arguments.seed,
        max_epochs=arguments.epochs,
    )


def _write_and_tell(evaluation: Evaluation, arguments: argparse.Namespace) -> None:
    """Write the files that were asked for, and print the figures or tell them."""
    from emgstream_training.evaluation import evaluation_page

    document = evaluation.to_json()

    def tell() -> None:
        if arguments.progress == "jsonl":
            progress_events.tell("evaluated", document)
        else:
            _print(evaluation)

    hand_over(arguments, document, lambda: evaluation_page(evaluation), tell)


class _FoldBar:
    """A bar over the folds, with what each scored; a line a fold where nobody watches."""

    def __init__(self, n_tasks: int) -> None:
        terminal = console(to_stderr=True)
        self._watched = terminal.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            console=terminal,
        )
        self._task = self._progress.add_task("folds", total=n_tasks)

    def __enter__(self) -> _FoldBar:
        if self._watched:
            self._progress.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._watched:  # else it would end what it never began, with an empty line
            self._progress.stop()

    def show(self, done: EvaluationProgress) -> None:
        """Show one task done."""
        scores = ", ".join(
            f"{name} {score:.1%}"
            for name, score in done.balanced_accuracy.items()
            if score is not None
        )
        self._progress.console.print(f"{done.what}: {scores}")
        self._progress.advance(self._task)


def _announce(prepared: PreparedEvaluation) -> None:
    plan = prepared.plan
    console(to_stderr=True).print(f"protocol {plan.protocol}: {plan.reason}")
    for text in prepared.notes:
        note(text)


def _tell_plan(prepared: PreparedEvaluation) -> None:
    plan = prepared.plan
    progress_events.tell(
        "plan",
        {
            "protocol": plan.protocol,
            "reason": plan.reason,
            "notes": list(prepared.notes),
            "n_tasks": prepared.n_tasks,
        },
    )


def _tell_done(done: EvaluationProgress) -> None:
    progress_events.tell("done", vars(done))


def _print(evaluation: Evaluation) -> None:
    from emgstream_training.evaluation import MODELS, NONE, accuracy_figures, online_figures, share

    terminal = console()
    print_facts(terminal, _facts(evaluation))
    terminal.print()
    columns = {
        MODELS[name]: dict([*accuracy_figures(of), *online_figures(of)])
        for name, of in evaluation.models.items()
    }
    rows = [
        (what, *(column[what] for column in columns.values()))
        for what in next(iter(columns.values()))
    ]
    known = [row for row in rows if set(row[1:]) != {NONE}]
    print_grid(terminal, ("", *columns), known)
    if not evaluation.folds:
        return
    terminal.print()
    names = evaluation.study.recordings.class_names
    recalls = zip(names, *(of.recalls for of in evaluation.models.values()), strict=True)
    print_grid(
        terminal,
        ("recall", *columns),
        [(name, *map(share, shares)) for name, *shares in recalls],
    )


def _facts(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    recordings = evaluation.study.recordings
    yield "recordings", ", ".join(table.path.name for table in recordings.tables)
    yield "protocol", f"{evaluation.plan.protocol}: {evaluation.plan.reason}"
    if evaluation.plan.folds:
        yield "folds", f"{len(evaluation.folds)} of {len(evaluation.plan.folds)}"
    if evaluation.folds:
        yield "window", evaluation.window_words
    yield "chance", f"{1.0 / len(recordings.class_names):.1%}"
    for text in evaluation.notes:
        yield "note", text
