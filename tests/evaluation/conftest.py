from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from emgstream_training.evaluation.protocols import RecordingSet
from emgstream_training.evaluation.recorded_sessions import sessions_of
from emgstream_training.recordings import class_names_of

from emgstream.simulation import CueSchedule, record_session
from emgstream.tables import EmgTable, read_table

Writer = Callable[..., EmgTable]


@pytest.fixture(scope="session")
def session_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic session of three labels, four repetitions each."""
    path = tmp_path_factory.mktemp("sessions") / "session.csv"
    script = CueSchedule.shuffled(
        ("rest", "hand_open", "hand_close"), repetitions=4, hold_s=1.2, rest_s=1.0, seed=3
    )
    record_session(path, script, seed=3)
    return path


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Write rows with labels, a block a letter, and read them back."""

    def write(
        labels: str,
        n_rows: int = 60,
        *,
        name: str = "arm.csv",
        segments: Sequence[int] | None = None,
        samples: npt.NDArray[np.float64] | None = None,
    ) -> EmgTable:
        n = len(labels) * n_rows
        if samples is None:
            samples = np.random.default_rng(len(labels)).normal(0.0, 20.0, (n, 3))
        header = "biceps,triceps,middle,label" + ("" if segments is None else ",segment")
        lines = [header]
        for row, values in enumerate(samples):
            block = row // n_rows
            label = {"r": "rest", "-": ""}.get(labels[block], labels[block])
            tail = "" if segments is None else f",{segments[block]}"
            lines.append(",".join(f"{value:.4f}" for value in values) + f",{label}{tail}")
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return read_table(path)

    return write


def recordings(*tables: EmgTable, rate_hz: float | None = None) -> RecordingSet:
    return RecordingSet(
        tables,
        class_names_of(tables),
        sessions_of(tables),
        rate_hz,
    )
