"""Texts on a training: its epochs, and the model that came of it.

Each is made of an event that ``emgstream train`` or ``calibrate`` tells with ``--progress jsonl``.
The terminal shows facts, a name and a text each; the window shows paragraphs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from emgstream.app.column_words import sentence
from emgstream.app.evaluation_pictures import TruthAgainstDecision, validation_matrix
from emgstream.app.window_words import window_words
from emgstream.significant_digits import decimals_of, half_width, independent, percent
from emgstream.translation import tr, tr_n
from emgstream.wording import listed

__all__ = [
    "TrainingOutcome",
    "calibrated_facts",
    "epoch_words",
    "time_left",
    "trained_facts",
    "training_outcome",
]

_GAIN = tr(
    "Balanced accuracy before and after, on {n_windows:,} windows of repetitions that were held "
    "out while it was measured. The model it began with is unchanged."
)


@dataclass(frozen=True)
class TrainingOutcome:
    """A new model, in words for the window."""

    title: str
    """The end of the training."""
    paragraphs: tuple[str, ...]
    """The file, the figures and what was noticed."""
    gain: str = ""
    """Accuracy before and after, of a model that was adapted; empty for one that was trained."""
    gain_note: str = ""
    """The data the gain was measured on; empty for a model that was trained."""
    matrix: TruthAgainstDecision | None = None
    """Confusion matrix of the repetitions that helped to choose the model; None if adapted."""


def training_outcome(event: Mapping[str, Any]) -> TrainingOutcome:
    """Return the words on the model of an event "trained", "calibrated" or "moved"."""
    is_trained = event["event"] == "trained"
    done = tr("Trained") if is_trained else tr("Adapted")
    title = tr("Stopped, and kept") if event["interrupted"] else done
    if is_trained:
        epochs = tr_n("{n:,} epoch", "{n:,} epochs", event["n_epochs"])
        figures = (f"{name}: {text}" for name, text in event["figures"].items())
        notes = (window_words(note[:1].upper() + note[1:]) for note in event["notes"])
        told = (event["model"], epochs, *figures, *notes, *event["repairs"])
        return TrainingOutcome(title, told, matrix=validation_matrix(event))
    told = (event["model"], event["title"], *event["repairs"])
    if event["event"] == "moved":
        unseen = (window_words(one) for one in _unseen_words(event))
        return TrainingOutcome(
            title, (*told, *unseen), _distance(event), f"{sentence(_moved_words(event))}."
        )
    note = _GAIN.format(n_windows=event["n_windows"])
    return TrainingOutcome(title, told, "  →  ".join(_gain(event)), note)


def trained_facts(event: Mapping[str, Any], elapsed_s: float) -> Iterator[tuple[str, str]]:
    """Give the facts on a model that was trained in so many seconds."""
    yield tr("model"), f"{event['model']} ({event['title']})"
    yield (
        tr("epochs"),
        tr("{n_epochs} in {elapsed_s:.0f} s", n_epochs=event["n_epochs"], elapsed_s=elapsed_s),
    )
    for name, text in event["figures"].items():
        yield tr("measured"), f"{name}: {text}"


def calibrated_facts(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the facts on a model of an event "calibrated" or "moved"."""
    yield tr("model"), f"{event['model']} ({event['title']})"
    if event["event"] == "moved":
        yield tr("without labels"), _moved_words(event)
        for words in _unseen_words(event):
            yield tr("not seen"), words
        return
    yield (
        tr("held out"),
        tr_n(
            "{n:,} window: {held_out}",
            "{n:,} windows: {held_out}",
            event["n_windows"],
            held_out=event["held_out"],
        ),
    )
    for when, accuracy in zip((tr("before"), tr("after")), _gain(event), strict=True):
        yield when, tr("{accuracy} balanced", accuracy=accuracy)


def epoch_words(event: Mapping[str, Any]) -> str:
    """Return the progress after an event "epoch": epoch, time left, accuracy on held-out data."""
    accuracy = event["val_accuracy"]
    held_out = (
        ""
        if accuracy is None
        else tr("   {accuracy} right of what is held out", accuracy=percent(accuracy))
    )
    return tr(
        "epoch {epoch} of at most {n_epochs}   {time} left at most{held_out}",
        epoch=event["epoch"],
        n_epochs=event["n_epochs"],
        time=time_left(event["time_left_s"]),
        held_out=held_out,
    )


def _gain(event: Mapping[str, Any]) -> tuple[str, str]:
    """Return the balanced accuracy before and after, with the digits the windows justify."""
    reach = half_width(event["after"], independent(event["n_windows"]))
    return percent(event["before"], decimals_of(reach)), percent(event["after"], decimals_of(reach))


def _distance(event: Mapping[str, Any]) -> str:
    """Return how far the levels were moved."""
    return tr("{distance:.2f} spreads", distance=event["distance"])


def _moved_words(event: Mapping[str, Any]) -> str:
    return tr(
        "the levels of {seconds:.0f} s of signal were {distance:.2f} spreads of a movement away "
        "from those of the training (another day is up to about 1), and the model was moved by "
        "that much; its network is as before. Without labels nobody can tell how many more "
        "decisions are right; the live test does",
        seconds=event["duration_s"],
        distance=event["distance"],
    )


def _unseen_words(event: Mapping[str, Any]) -> Iterator[str]:
    """Give a warning on movements that nothing in the recording looks like."""
    if event["unseen"]:
        yield tr(
            "nothing in the recording looks like {movements}; if they are in it, record each "
            "movement with cues",
            movements=listed(event["unseen"]),
        )


def time_left(seconds: float) -> str:
    """Return a duration in hours, minutes and seconds.

    >>> time_left(75.2)
    '0:01:15'
    """
    return str(timedelta(seconds=round(seconds)))
