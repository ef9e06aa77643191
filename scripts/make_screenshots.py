"""Make the README's pictures from the real window, drawn off screen: ``scripts/screenshots/``.

Every window runs in a process of its own, with settings of its own, on the demo model and
synthetic EMG.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from emgstream.data import DEMO_RECORDING
from emgstream.gui import PortRequest, ReplayRequest, WindowRequest, run

FOLDER = Path(__file__).resolve().parent / "screenshots"
SIMULATED, NOWHERE = PortRequest("simulated"), PortRequest("/dev/ttyACM7")
PICTURES = {
    "light": WindowRequest(SIMULATED, after_s=14.0, theme="light"),
    "dark": WindowRequest(SIMULATED, after_s=14.0, theme="dark"),
    "replay": WindowRequest(ReplayRequest(DEMO_RECORDING), after_s=14.0, theme="light"),
    "record": WindowRequest(SIMULATED, after_s=5.0, theme="light", page=1),
    "error": WindowRequest(NOWHERE, after_s=3.0, theme="light"),
    "welcome": WindowRequest(after_s=1.0, theme="light"),
}
"""What each picture shows, by the name of its file."""


def main() -> int:
    """Make the pictures named, or all; the exit code is 0 where every one was made."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    FOLDER.mkdir(exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    failed = 0
    for name in sys.argv[1:] or PICTURES:
        path = FOLDER / f"{name}.png"
        with tempfile.TemporaryDirectory() as folder:
            request = replace(
                PICTURES[name], screenshot=path, settings=Path(folder, "settings.ini")
            )
            process = spawn.Process(target=run, args=(request,))
            process.start()
            process.join()
        failed += process.exitcode != 0
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
