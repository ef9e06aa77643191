"""Make the README's pictures from the real window, drawn off screen: ``scripts/screenshots/``.

Every window runs in a process of its own, with settings of its own, on the demo model and
synthetic EMG.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from emgstream.data import DEMO_RECORDING
from emgstream.gui import PortRequest, ReplayRequest, WindowRequest, run
from emgstream.simulation import CueScript, record_session

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
TRAIN = "train"
"""The picture of a training at work, which no request alone brings about."""
LABELS = ("rest", "hand_open", "hand_close", "wrist_left", "wrist_right")
N_EPOCHS, AUDITS_S = 22, 60.0


def main() -> int:
    """Make the pictures named, or all; the exit code is 0 where every one was made."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    FOLDER.mkdir(exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    failed = 0
    for name in sys.argv[1:] or (*PICTURES, TRAIN):
        path = FOLDER / f"{name}.png"
        with tempfile.TemporaryDirectory() as folder:
            settings = Path(folder, "settings.ini")
            if name == TRAIN:
                process = spawn.Process(target=take_training, args=(path, settings))
            else:
                request = replace(PICTURES[name], screenshot=path, settings=settings)
                process = spawn.Process(target=run, args=(request,))
            process.start()
            process.join()
        failed += process.exitcode != 0
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
    return int(failed > 0)


def take_training(path: Path, settings: Path) -> None:
    """Train on two synthetic sessions, and take a picture after so many epochs."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.gui.application import make_window
    from emgstream.gui.train.page import TrainPage

    application = QApplication([])
    window = make_window(application, WindowRequest(settings=settings, theme="light"))
    page = window.page(TrainPage)
    window.show_page(window.pages.index(page))
    window.show()
    for day in (1, 2):
        script = CueScript.shuffled(LABELS, repetitions=5, hold_s=2.0, rest_s=1.5, seed=day)
        record_session(settings.with_name(f"user1_day{day}.csv"), script, seed=3, session=day)
    page.take_files([settings.parent])
    end_s = time.perf_counter() + AUDITS_S
    while not page.train_button.isEnabled() and time.perf_counter() < end_s:
        _let_pass(application)
    page.start()
    while page.works and len(page.progress.curves.loss.epochs) < N_EPOCHS:
        _let_pass(application)
    if not page.works:
        raise SystemExit(window.strip.words or f"the training took fewer than {N_EPOCHS} epochs")
    _let_pass(application)
    window.save_picture(path)
    window.close()


def _let_pass(application: Any) -> None:
    """Let the window's timers have their turn."""
    application.processEvents()
    time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main())
