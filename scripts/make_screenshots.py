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
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from emgstream.clock import MonotonicClock
from emgstream.cue_schedule import REST
from emgstream.data import DEMO_RECORDING
from emgstream.gui import PortRequest, ReplayRequest, WindowRequest, run
from emgstream.simulation import CueSchedule, record_session

FOLDER = Path(__file__).resolve().parent / "screenshots"
SIMULATED, NOWHERE = PortRequest("simulated"), PortRequest("/dev/ttyACM7")
PICTURES = {
    "light": WindowRequest(SIMULATED, after_s=14.0, theme="light"),
    "dark": WindowRequest(SIMULATED, after_s=14.0, theme="dark"),
    "replay": WindowRequest(ReplayRequest(DEMO_RECORDING), after_s=14.0, theme="light"),
    "error": WindowRequest(NOWHERE, after_s=3.0, theme="light"),
    "welcome": WindowRequest(after_s=1.0, theme="light"),
}
"""What each picture shows, by the name of its file."""
LABELS = ("rest", "hand_open", "hand_close", "wrist_left", "wrist_right")
N_EPOCHS, PATIENCE_S = 22, 60.0
N_MOVEMENTS = 2
THRESHOLD = 80


def main() -> int:
    """Make the pictures named, or all; the exit code is 0 where every one was made."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["EMGSTREAM_CONFIG"] = os.devnull  # not the user's own defaults
    FOLDER.mkdir(exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    failed = 0
    for name in sys.argv[1:] or (*PICTURES, *AT_WORK):
        path = FOLDER / f"{name}.png"
        with tempfile.TemporaryDirectory() as folder:
            settings = Path(folder, "settings.ini")
            if name in AT_WORK:
                process = spawn.Process(target=AT_WORK[name], args=(path, settings))
            else:
                request = replace(PICTURES[name], screenshot=path, settings=settings)
                process = spawn.Process(target=run, args=(request,))
            process.start()
            process.join()
        failed += process.exitcode != 0
        print(f"{path.name}: {path.stat().st_size / 1024:.0f} kB")
    return int(failed > 0)


def take_cue(path: Path, settings: Path) -> None:
    """Record a session, and take a picture in the middle of one of its movements."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.app.recording_session import RecordingStage
    from emgstream.gui.application import make_window
    from emgstream.gui.record.record_page import RecordPage

    application = QApplication([])
    request = WindowRequest(SIMULATED, settings=settings, theme="light", page=1)
    window = make_window(application, request)
    page = window.page(RecordPage)
    window.show()
    page.form.set_folder(settings.parent)
    page.form.hold.setValue(3.0)
    page.form.rest.setValue(1.5)
    page.form.check_box.setChecked(False)
    _wait(application, lambda: page.setup.row.button.isEnabled())
    page.setup.row.button.click()
    _wait(application, lambda: page.run is not None and page.run.stage is RecordingStage.TAKE)
    page.guide.space_button.click()
    _wait(application, lambda: page.run is not None and _is_half_way(page.run.protocol))
    window.save_picture(path)
    window.close_now()


def take_test(path: Path, settings: Path) -> None:
    """Test the demo model, and take a picture in the middle of one of the movements."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.gui.application import make_window
    from emgstream.gui.pages import PAGES
    from emgstream.gui.trial.trial_page import TrialPage

    application = QApplication([])
    number = PAGES.index(TrialPage)
    request = WindowRequest(SIMULATED, settings=settings, theme="light", page=number)
    window = make_window(application, request)
    page = window.page(TrialPage)
    window.show()
    page.form.rest.setValue(1.5)
    _wait(application, page.setup.row.button.isEnabled)
    page.setup.row.button.click()
    _wait(application, lambda: page.run is not None and _is_half_way(page.run.live.protocol))
    window.save_picture(path)
    window.close_now()


def _is_half_way(protocol: Any) -> bool:
    """Whether a session is in the middle of the movement that is to be seen."""
    view = protocol.view(MonotonicClock().now())
    return bool(view.n_done == N_MOVEMENTS and view.label != REST and view.share > 0.5)


def _wait(application: Any, claim: Callable[[], bool]) -> None:
    end_s = time.perf_counter() + PATIENCE_S
    while not claim():
        if time.perf_counter() > end_s:
            raise SystemExit(f"what should be in the picture did not come in {PATIENCE_S:g} s")
        _let_pass(application)


def take_training(path: Path, settings: Path) -> None:
    """Train on two synthetic sessions, and take a picture after so many epochs."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.gui.application import make_window
    from emgstream.gui.train.train_page import TrainPage

    application = QApplication([])
    window = make_window(application, WindowRequest(settings=settings, theme="light", page=2))
    page = window.page(TrainPage)
    window.show()
    for day in (1, 2):
        script = CueSchedule.shuffled(LABELS, repetitions=5, hold_s=2.0, rest_s=1.5, seed=day)
        record_session(settings.with_name(f"user1_day{day}.csv"), script, seed=3, session=day)
    page.take_files([settings.parent])
    _wait(application, page.setup.row.button.isEnabled)
    page.start()
    while page.is_busy and len(page.progress.curves.loss.epochs) < N_EPOCHS:
        _let_pass(application)
    if not page.is_busy:
        raise SystemExit(window.strip.words or f"the training took fewer than {N_EPOCHS} epochs")
    _let_pass(application)
    window.save_picture(path)
    window.close_now()


def take_tuning(path: Path, settings: Path) -> None:
    """Move the settings of the decisions on the demo recording, and take a picture."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.gui.application import make_window
    from emgstream.gui.pages import PAGES
    from emgstream.gui.tune.tune_page import TunePage

    application = QApplication([])
    request = WindowRequest(SIMULATED, settings=settings, theme="light", page=PAGES.index(TunePage))
    window = make_window(application, request)
    page = window.page(TunePage)
    window.show()
    _wait(application, lambda: page.outcome.shows_figures)
    kinds = page.controls.smoothing.kinds
    kinds.setCurrentIndex(kinds.findData("majority"))
    page.controls.threshold.slider.setValue(THRESHOLD)
    _wait(application, lambda: not page.tuning.busy)
    _wait(application, lambda: window.connection.session is not None)
    _wait(application, page.model_actions.use_button.isEnabled)
    page.model_actions.use_button.click()
    for _ in range(50):
        _let_pass(application)
    window.save_picture(path)
    window.close_now()


def _let_pass(application: Any) -> None:
    """Let the window's timers have their turn."""
    application.processEvents()
    time.sleep(0.02)


AT_WORK = {"cue": take_cue, "test": take_test, "train": take_training, "tune": take_tuning}
"""What takes the pictures of what is at work: no request brings it about."""


if __name__ == "__main__":
    sys.exit(main())
