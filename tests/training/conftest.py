from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from emgstream.simulation import CueSchedule, record_session
from emgstream.tables import EmgTable, read_table

collect_ignore = []
"""Files that compare TensorFlow with LiteRT: without the one there are no packages of the other."""
if find_spec("ai_edge_litert") is None:
    collect_ignore += [f"test_{name}.py" for name in ("linear", "network", "train", "weights_file")]


@pytest.fixture(scope="session")
def published_path(seed_table_path: Path) -> Path:
    """The published result of the published preprocessing."""
    return seed_table_path.with_name("preprosesseddata.csv")


@pytest.fixture(scope="session")
def seed_table(seed_table_path: Path) -> EmgTable:
    return read_table(seed_table_path)


@pytest.fixture(scope="session")
def session_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic session of three labels, three repetitions each."""
    path = tmp_path_factory.mktemp("session") / "session.csv"
    script = CueSchedule.shuffled(
        ("rest", "hand_open", "hand_close"), repetitions=4, hold_s=1.5, rest_s=1.0, seed=3
    )
    record_session(path, script, seed=3)
    return path
