"""Nothing in the window stays English when its texts are looked up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.realtime
def test_every_text_of_the_window_is_looked_up(tmp_path: Path) -> None:
    own = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.gui.pseudo_language", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | own,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    walk = json.loads(ended.stdout)
    assert walk["n_texts"] > 10_000, "the walk reached the pages"
    assert walk["found"] == {}
