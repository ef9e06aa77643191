from __future__ import annotations

import pytest

from emgstream.cli import main


@pytest.mark.parametrize("words", [[], ["--dask", "tcp://127.0.0.1:9"]])
def test_a_scheduler_is_warned_of_before_anything_goes_there(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "missing.csv", *words]) == 1
    told = capsys.readouterr().err
    warning = "whoever controls the scheduler at tcp://127.0.0.1:9 can run any program"
    assert (warning in " ".join(told.split())) == bool(words)
    assert "missing.csv" in told
