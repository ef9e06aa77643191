"""A guard that lets TensorFlow be imported by the tests that are marked so, and by no other."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["TensorFlowGuard"]

_MODULE = """
from pathlib import Path

Path(__file__).with_name("tried").touch()
raise ImportError("a test imports TensorFlow and is not marked: @pytest.mark.tensorflow")
"""


class TensorFlowGuard:
    """A module ``tensorflow`` that stands before the real one, here and in child processes.

    It cannot be imported, and it notes that somebody tried, whatever became of the error. Where
    this process has the real one already, from a marked test before, only children are guarded.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="emgstream-guard-")
        self._path = Path(self._folder.name)
        (self._path / "tensorflow.py").write_text(_MODULE, encoding="utf-8")

    @property
    def was_tried(self) -> bool:
        """Whether somebody tried to import TensorFlow since `standing` was entered."""
        return (self._path / "tried").exists()

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Keep TensorFlow out of reach inside the block."""
        (self._path / "tried").unlink(missing_ok=True)
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (self._folder.name, before)))
        sys.path.insert(0, self._folder.name)
        try:
            yield
        finally:
            sys.path.remove(self._folder.name)
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before

    def close(self) -> None:
        """Remove its folder."""
        self._folder.cleanup()
