from __future__ import annotations

import json
from pathlib import Path

import pytest
from emgstream_training.evaluation.recorded_sessions import SessionIdentity, session_identities

from emgstream.cli.verb_files import refuse_to_overwrite
from emgstream.errors import UsageError
from emgstream.recording import read_sidecar, sidecar_path

FACTS = {"format": "emgstream session", "version": 1, "subject": "ann", "session": "3"}


@pytest.mark.parametrize("name", ["arm.csv", "arm.csv.gz", "arm.CSV.GZ"])
def test_a_packed_recording_has_the_sidecar_it_was_recorded_with(tmp_path: Path, name: str) -> None:
    recording = tmp_path / name
    sidecar = tmp_path / "arm.json"
    sidecar.write_text(json.dumps(FACTS))
    assert sidecar_path(recording) == sidecar
    assert read_sidecar(recording) == FACTS
    assert session_identities([recording]) == (SessionIdentity("ann", "3", "sidecar"),)
    with pytest.raises(UsageError, match=r"arm\.json is read or written already"):
        refuse_to_overwrite([recording], [sidecar])


@pytest.mark.parametrize(
    ("name", "sidecar"),
    [("arm", "arm.json"), (".gz", ".gz.json"), ("a.b.csv", "a.b.json"), ("x.tsv.gz", "x.json")],
)
def test_any_name_has_a_sidecar_name(name: str, sidecar: str) -> None:
    assert sidecar_path(Path(name)).name == sidecar
