"""The folder of a training report: its files and their names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emgstream.errors import OutputError
from emgstream.host_system import refusal
from emgstream_training.metrics import confusion_matrix
from emgstream_training.network_export import save_h5
from emgstream_training.published import PublishedRows
from emgstream_training.report.training_page import page_html
from emgstream_training.report.training_report import TrainingReport
from emgstream_training.training_material import TrainingMaterial

__all__ = ["REPORT_FILES", "make_folder", "write_report"]

REPORT_FILES = (
    "report.html",
    "report.json",
    "model.h5",
    "preprosesseddata.csv",
    "learning_curves.png",
    "confusion_matrix.png",
    "confusion_matrix_held_out_time.png",
    "box_plots.png",
    "scatter.png",
)
"""Names of all files that a report may have."""
_MOST_DRAWN = 24
"""Most features that are drawn: eight rows of three panels (choice)."""


def make_folder(folder: Path) -> None:
    """Make the folder of a report; raises OutputError where that is not possible."""
    _or_output_error(folder, lambda: folder.mkdir(parents=True, exist_ok=True))


def write_report(folder: Path, report: TrainingReport) -> None:
    """Write the report's files into an existing folder.

    ``report.html`` holds everything on one page; beside it are the charts (PNG), the numbers
    (``report.json``), the network in Keras' HDF5 format (``model.h5``) and, for the published
    recipe, ``preprosesseddata.csv`` (the name it was published under). Raises OutputError.
    """
    contents = _contents(report)

    def write() -> None:
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        save_h5(report.network.cnn_lstm, folder / "model.h5", report.recipe.schedule)

    _or_output_error(folder, write)


def preprocessed_csv(
    rows: PublishedRows, processed: npt.NDArray[np.float64], names: tuple[str, ...]
) -> str:
    """Return the preprocessed rows in the format of the published file.

    The first column, without a name, is the row's number in the recording; the last is the label's
    number. Numbers are written so that reading them gives the same bits.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["", *names, "label"])
    columns = zip(rows.places.tolist(), processed.tolist(), rows.classes.tolist(), strict=True)
    writer.writerows([place, *values, label] for place, values, label in columns)
    return text.getvalue()


def _contents(report: TrainingReport) -> dict[str, bytes]:
    pictures = _pictures(report)
    numbers = {
        "recipe": report.recipe.name,
        "seed": report.seed,
        "files": [table.path.name for table in report.material.tables],
        "channels": list(report.material.channel_names),
        "correlations_with_label": report.correlations,
        **report.figures.report(),
    }
    contents = dict(pictures)
    contents["report.json"] = json.dumps(numbers, indent=2).encode()
    contents["report.html"] = page_html(report, pictures).encode()
    if report.material.published is not None:
        table = preprocessed_csv(
            report.material.published.rows,
            report.material.fitted.processed,
            report.material.channel_names,
        )
        contents["preprosesseddata.csv"] = table.encode()
    return contents


def _pictures(report: TrainingReport) -> dict[str, bytes]:
    """Return the charts as PNG, by name of their files."""
    from emgstream_training.report import report_charts  # takes a third of a second

    figures, material = report.figures, report.material
    imputed = material.fitted.stages[1]
    spread = imputed.std(axis=0)
    scaled = (imputed - imputed.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    values, classes = report.transformed
    names = _drawn(material)
    drawn_of = slice(len(names))
    drawn = {
        "learning_curves.png": report_charts.learning_curves(figures.history, figures.best),
        "confusion_matrix.png": report_charts.confusion(
            figures.confusion, material.class_names, "Validation windows"
        ),
        "box_plots.png": report_charts.box_plots(
            scaled[:, drawn_of], material.fitted.processed[:, drawn_of], names
        ),
        "scatter.png": report_charts.scatter(
            values[:, drawn_of], classes, names, material.class_names
        ),
    }
    blocked = figures.time_blocked
    if blocked is not None:
        matrix = confusion_matrix(blocked.classes, blocked.predicted, len(material.class_names))
        drawn["confusion_matrix_held_out_time.png"] = report_charts.confusion(
            matrix, material.class_names, "Held-out time"
        )
    return {name: report_charts.to_png(figure) for name, figure in drawn.items()}


def _drawn(material: TrainingMaterial) -> tuple[str, ...]:
    """Return the names of the features to draw: without those of channel pairs if too many."""
    names, step = material.feature_names, material.front_end.step
    if len(names) <= _MOST_DRAWN:
        return names
    return step.names_of_one_channel(material.channel_names)


def _or_output_error(folder: Path, act: Callable[[], None]) -> None:
    try:
        act()
    except OSError as error:
        raise OutputError(
            f"cannot write the report to {folder}: {refusal(error)}; "
            "choose another folder with --report"
        ) from error
