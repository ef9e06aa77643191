"""Run emgstream in a Windows Python under Wine: ``python3 scripts/windows_smoke.py``.

On Debian or Ubuntu, as root, with ``debootstrap`` and ``Xvfb``; `windows_python` says what is
built, once, in ``--folder``. No part of the suite: run it for a release, and put its figures into
BENCHMARKS.md. Whatever Wine cannot do is named in its table.
"""

from __future__ import annotations

import argparse
import getpass
import os
import subprocess
import sys
import time
from pathlib import Path

from windows_python import BuildError, WindowsPython
from windows_trial import ROOT, FailedError, Trial
from windows_trials import TRIALS

from emgstream.host_system import platform_name


def main() -> int:
    """Build the Windows Python if necessary, run every trial, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    kept = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "emgstream-windows"
    parser.add_argument("--folder", type=Path, default=kept, help=f"default: {kept}")
    parser.add_argument("--mirror", help="mirror of Debian; default: the one that apt uses")
    parser.add_argument("--only", metavar="TEXT", help="trials with this text in their name")
    arguments = parser.parse_args()
    if platform_name() != "linux" or getpass.getuser() != "root":
        sys.exit("Wine is set up in a folder of its own, which needs root on Linux")
    python = WindowsPython(arguments.folder.absolute(), ROOT)
    try:
        python.build(arguments.mirror)
    except BuildError as error:
        sys.exit(f"cannot build the Windows Python: {error}")
    rows = []
    try:
        for trial in TRIALS:
            if not arguments.only or arguments.only in trial.what:
                rows.append(_row(trial, python))
                print(" | ".join(("", *rows[-1], "")).strip(), flush=True)
    finally:
        python.end()
    n_failed = sum(row[1] != "yes" for row in rows)
    print(f"{len(rows) - n_failed} passed, {n_failed} failed")
    return 1 if n_failed else 0


def _row(trial: Trial, python: WindowsPython) -> tuple[str, str, str]:
    began_s = time.monotonic()
    try:
        figures = trial.run(python)
    except FailedError as error:
        return trial.what, "NO", str(error)
    except subprocess.TimeoutExpired as error:
        return trial.what, "NO", f"no end within {error.timeout:g} s"
    return trial.what, "yes", f"{figures}; {time.monotonic() - began_s:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
