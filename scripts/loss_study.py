"""Measure lost samples: accuracy and gaps without and with the bridging of short gaps.

    python scripts/loss_study.py FOLDER --rate myo_readings=200 unibo_inail=500 --models MODELS
    python scripts/loss_study.py FOLDER --rate myo_readings=200 --quick

One recording of each person is used. Every fifth repetition of each movement is held out, a model
is trained on the others, and samples are cut out of the recording, which is then replayed through
the live pipeline; the decisions in the held-out repetitions are counted. *Before* is the rule that
every lost sample breaks the stream, *after* the bridging. Every second person of a data set is
used to choose the largest share of a window that may be filled, the others to show the result.
Prints Markdown tables for BENCHMARKS.md. Needs the extra ``train``; models are kept in ``--models
FOLDER`` to be used again. ``--quick`` takes two people of each data set and three epochs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from data_sets import add_words, held_out_repetitions, recordings
from emgstream_training.fold import train_fold
from emgstream_training.realtime import PartArray
from emgstream_training.recipes import REALTIME, Recipe
from emgstream_training.recordings import class_names_of

from emgstream.bundle import Model, read_model, write_model
from emgstream.decisions import Decisions, DecisionStatus
from emgstream.errors import EndOfStream
from emgstream.pipeline import Pipeline
from emgstream.sources.replay_source import ReplaySource
from emgstream.tables import EmgTable, read_table
from emgstream.trial import truth_at
from emgstream.types import Chunk, IndexArray

Mask: TypeAlias = npt.NDArray[np.bool_]

_SEED = 1
_QUICK_EPOCHS = 3
_SHARES = (0.0, 0.001, 0.003, 0.01, 0.03)
"""Shares of the samples that are lost, as the issue asks for."""
_BURSTS = (3, 10, 30)
"""Samples in a row that are lost; together they are 1 % of the samples."""
_HEAVY_SHARES = (0.05, 0.15, 0.25, 0.4)
"""Shares of single losses that the bound is chosen on: windows with every share of filling."""
_BEFORE_S = 2.0
"""Seconds of signal before a held-out repetition: filters and spans have settled by then."""
_BIN = 0.05
"""Width of a bin of the filled share."""
_MOST_LOST = 0.02
"""Loss of accuracy of windows of a bin up to which they are decided on (choice: two points)."""


@dataclass(frozen=True)
class Loss:
    """A way to lose samples."""

    share: float
    """Share of all samples that are lost, 0 to 1."""
    burst: int = 1
    """Samples that are lost in a row."""
    empties: bool = False
    """True to empty the cells of the samples in place of losing them."""

    @property
    def name(self) -> str:
        """Words for the table."""
        what = "empty" if self.empties else "lost"
        how = "single" if self.burst == 1 else f"bursts of {self.burst}"
        return f"{self.share:.1%} {what}, {how}" if self.share else "nothing lost"

    def applied(self, table: EmgTable) -> EmgTable:
        """Return a recording without the lost samples."""
        random = np.random.default_rng(_SEED)
        starts = np.flatnonzero(random.random(table.n_rows) < self.share / self.burst)
        rows = np.unique(
            np.minimum(starts[:, np.newaxis] + np.arange(self.burst), table.n_rows - 1)
        )
        if self.empties:
            samples = table.samples.copy()
            samples[rows] = np.nan
            return replace(table, samples=samples)
        return _without(table, rows)


LOSSES = (
    *(Loss(share) for share in _SHARES),
    *(Loss(0.01, burst) for burst in _BURSTS),
    Loss(0.01, empties=True),
)


@dataclass(frozen=True, eq=False)
class Session:
    """One person's recording, with a model of it."""

    person: str
    table: EmgTable
    model: Model
    held_out: Mask
    """True for each sample of the whole recording that the model has not seen."""
    rate_hz: float


@dataclass(frozen=True)
class LossFigures:
    """Figures of the decisions in the held-out repetitions."""

    accuracy: float
    """Share of right ones among those decided."""
    gap: float
    """Share with the status gap."""
    abstained: float
    """Share that was not decided."""


def main() -> int:
    """Train the missing models, measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add_words(parser)
    parser.add_argument("--models", type=Path, metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="two people, few epochs")
    arguments = parser.parse_args()
    people = _people(recordings(arguments), arguments.quick)
    sessions = [_session(*one, arguments.models, arguments.quick) for one in people]
    choosing, shown = sessions[::2], sessions[1::2]
    print(f"The bound is chosen on {', '.join(one.person for one in choosing)}.\n")
    bound = _chosen_bound(choosing)
    print(f"\nThe bound: {bound:.2f} of a window. Shown on {', '.join(o.person for o in shown)}.\n")
    _print_losses(shown, bound)
    return 0


def _people(paths: Sequence[tuple[Path, float]], quick: bool) -> list[tuple[str, Path, float]]:
    """Return name, first recording and rate of each person, every two of a data set in a row."""
    firsts: dict[str, tuple[str, Path, float]] = {}
    for path, rate_hz in paths:
        person = f"{path.parent.name} {path.name.split('_')[0].split('.')[0]}"
        firsts.setdefault(person, (person, path, rate_hz))
    by_set: dict[str, list[tuple[str, Path, float]]] = {}
    for one in firsts.values():
        by_set.setdefault(one[1].parent.name, []).append(one)
    return [one for several in by_set.values() for one in several[: 2 if quick else None]]


def _session(person: str, path: Path, rate_hz: float, folder: Path | None, quick: bool) -> Session:
    print(person, file=sys.stderr, flush=True)
    table = read_table(path)
    held_out, parts = held_out_repetitions(table)
    kept = None if folder is None else folder / f"{'quick_' if quick else ''}{path.name}.emgmodel"
    recipe = REALTIME.with_max_epochs(_QUICK_EPOCHS if quick else None)
    if kept is not None and kept.exists():
        model = read_model(kept)
    else:
        model = _trained(table, parts, rate_hz, recipe)
    if kept is not None and not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_model(kept, model)
    return Session(person, _near(table, held_out, rate_hz), model, held_out, rate_hz)


def _near(table: EmgTable, held_out: Mask, rate_hz: float) -> EmgTable:
    """Return the held-out rows, each with those of the last two seconds before it."""
    last = np.flatnonzero(held_out)
    following = last[np.minimum(np.searchsorted(last, np.arange(table.n_rows)), len(last) - 1)]
    away = following - np.arange(table.n_rows)
    return _without(table, np.flatnonzero((away < 0) | (away > _BEFORE_S * rate_hz)))


def _trained(table: EmgTable, parts: PartArray, rate_hz: float, recipe: Recipe) -> Model:
    return train_fold(
        [table],
        [parts],
        class_names=class_names_of([table]),
        sampling_rate_hz=rate_hz,
        seed=_SEED,
        recipe=recipe,
    )


def _chosen_bound(sessions: Sequence[Session]) -> float:
    """Print what windows cost by how much of them is filled; return the largest good share."""
    filled, worse = [], []
    for session in sessions:
        clean = _likeliest(session, Loss(0.0))
        for share in _HEAVY_SHARES:
            for burst in (1, max(session.model.manifest.step.length // 2, 1)):
                found = _likeliest(session, Loss(share, burst))
                _, first, second = np.intersect1d(found[0], clean[0], return_indices=True)
                filled.append(found[1][first])
                worse.append(clean[2][second].astype(float) - found[2][first])
    shares, costs = np.concatenate(filled), np.concatenate(worse)
    print("| share filled | windows | points of accuracy lost |\n|---|---|---|")
    bound, is_good = 0.0, True
    for low in np.arange(0.0, 0.7, _BIN).round(2).tolist():
        chosen = (shares > low) & (shares <= low + _BIN + 1e-9)
        if not chosen.any():
            continue
        cost = float(costs[chosen].mean())
        is_good &= cost <= _MOST_LOST
        bound = round(low + _BIN, 2) if is_good else bound
        print(f"| {low:.0%} to {low + _BIN:.0%} | {int(chosen.sum()):,} | {100 * cost:.1f} |")
    return bound


def _likeliest(session: Session, loss: Loss) -> tuple[IndexArray, npt.NDArray[np.float64], Mask]:
    """Return index, filled share and rightness of the likeliest class of the held-out windows."""
    table = loss.applied(session.table)
    decisions = _decisions(session, table, session.model)
    truth = truth_at(table, decisions.indices, session.model.manifest.class_names)
    chosen = session.held_out[decisions.indices] & (truth.classes >= 0)
    chosen &= decisions.probabilities.any(axis=1)
    right = decisions.probabilities.argmax(axis=1) == truth.classes
    return decisions.indices[chosen], decisions.filled[chosen], right[chosen]


def _print_losses(sessions: Sequence[Session], bound: float) -> None:
    print("| losses | before: gap | abstained | accuracy | after: gap | abstained | accuracy |")
    print("|---|---|---|---|---|---|---|")
    for loss in LOSSES:
        cells = []
        for bridges_gaps in (False, True):
            figures = [_figures(one, loss, bound, bridges_gaps=bridges_gaps) for one in sessions]
            for name in ("gap", "abstained", "accuracy"):
                cells.append(f"{np.nanmean([getattr(one, name) for one in figures]):.1%}")
        print(f"| {loss.name} | {' | '.join(cells)} |", flush=True)


def _figures(session: Session, loss: Loss, bound: float, *, bridges_gaps: bool) -> LossFigures:
    table = loss.applied(session.table)
    settings = replace(session.model.manifest.decision, most_filled=bound)
    decisions = _decisions(session, table, session.model.tuned(settings), bridges_gaps=bridges_gaps)
    truth = truth_at(table, decisions.indices, session.model.manifest.class_names)
    counted = session.held_out[decisions.indices] & (truth.classes >= 0)
    right = (decisions.classes == truth.classes)[counted & decisions.decided]
    return LossFigures(
        accuracy=float(right.mean()) if len(right) else float("nan"),
        gap=float((decisions.statuses[counted] == DecisionStatus.GAP).mean()),
        abstained=float((~decisions.decided)[counted].mean()),
    )


def _decisions(
    session: Session, table: EmgTable, model: Model, *, bridges_gaps: bool = True
) -> Decisions:
    pipeline = Pipeline(model, bridges_gaps=bridges_gaps)
    source = ReplaySource(table, session.rate_hz, speed=None)
    first, *others = [pipeline.push(chunk) for chunk in _chunks(source)]
    return first.joined(*others)


def _chunks(source: ReplaySource) -> Iterator[Chunk]:
    with source:
        while True:
            try:
                yield source.read()
            except EndOfStream:
                return


def _without(table: EmgTable, rows: IndexArray) -> EmgTable:
    """Return a recording without some rows; the others keep their index."""
    left = np.delete(np.arange(table.n_rows), rows)
    index = left if table.index is None else table.index[left]
    columns: dict[str, Any] = {
        name: None if (values := getattr(table, name)) is None else values[left]
        for name in ("labels", "repetitions", "segments")
    }
    return replace(table, samples=table.samples[left], index=index, time_s=None, **columns)


if __name__ == "__main__":
    sys.exit(main())
