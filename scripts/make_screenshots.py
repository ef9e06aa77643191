"""Make every picture of the documentation anew, in ``docs/pictures/``, from what really runs.

    python scripts/make_screenshots.py            # all of them, unattended
    python scripts/make_screenshots.py light web  # those that are named

The window is drawn off screen, each in a process of its own with settings of its own, on the demo
model and synthetic EMG. The page of ``--web`` is shown by Chromium (Debian: chromium and
chromium-driver). Training needs the extra ``train``. No picture depends on the user's settings.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import socket
import subprocess
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

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SIMULATED, NOWHERE = PortRequest("simulated"), PortRequest("/dev/ttyACM7")
PICTURES = {
    "light": WindowRequest(SIMULATED, after_s=14.0, theme="light"),
    "dark": WindowRequest(SIMULATED, after_s=14.0, theme="dark"),
    "replay": WindowRequest(ReplayRequest(DEMO_RECORDING), after_s=14.0, theme="light"),
    "error": WindowRequest(NOWHERE, after_s=3.0, theme="light"),
    "welcome": WindowRequest(after_s=1.0, theme="light"),
}
"""Content of each picture, by the name of its file."""
LABELS = ("rest", "hand_open", "hand_close", "wrist_left", "wrist_right")
N_EPOCHS, PATIENCE_S = 22, 180.0
N_MOVEMENTS = 2
THRESHOLD = 80
TRANSPARENT = {"color": {"r": 0, "g": 0, "b": 0, "a": 0}}


def main() -> int:
    """Make the pictures named, or all; the exit code is 0 where every one was made."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["EMGSTREAM_CONFIG"] = os.devnull  # not the user's own defaults
    os.environ["EMGSTREAM_LANGUAGE"] = "en"
    FOLDER.mkdir(exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    failed = 0
    names = sys.argv[1:] or (*PICTURES, *AT_WORK)
    if unknown := set(names) - {*PICTURES, *AT_WORK}:
        there_are = ", ".join((*PICTURES, *AT_WORK))
        raise SystemExit(f"no picture {', '.join(sorted(unknown))}; there are {there_are}")
    for name in names:
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
        result = "FAILED" if process.exitcode else f"{path.stat().st_size / 1024:.0f} kB"
        print(f"{path.name}: {result}", flush=True)
    return int(failed > 0)


def take_cue(path: Path, settings: Path) -> None:
    """Record a session, and take a picture in the middle of one of its movements."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.app.recording_session import RecordingStage
    from emgstream.gui.application import make_window
    from emgstream.gui.pages import PAGES
    from emgstream.gui.record.record_page import RecordPage

    application = QApplication([])
    number = PAGES.index(RecordPage)
    request = WindowRequest(SIMULATED, settings=settings, theme="light", page=number)
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
    from emgstream.gui.pages import PAGES
    from emgstream.gui.train.train_page import TrainPage

    application = QApplication([])
    number = PAGES.index(TrainPage)
    window = make_window(application, WindowRequest(settings=settings, theme="light", page=number))
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


def take_outputs(path: Path, settings: Path) -> None:
    """Switch two outputs on while a simulated board is connected, and take a picture."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.app.output_switch import SwitchState
    from emgstream.gui.application import make_window
    from emgstream.gui.outputs.outputs_page import OutputsPage
    from emgstream.gui.pages import PAGES

    application = QApplication([])
    number = PAGES.index(OutputsPage)
    request = WindowRequest(SIMULATED, settings=settings, theme="light", page=number)
    window = make_window(application, request)
    page = window.page(OutputsPage)
    window.show()
    _wait(application, lambda: window.connection.session is not None)
    rows = {row.switch.kind.name: row for row in page.rows}
    values = {"udp": "127.0.0.1:9000", "web": f"127.0.0.1:{_free_port()}"}
    for name, value in values.items():
        rows[name].field.setText(value)
        rows[name].box.click()
    _wait(application, lambda: all(rows[one].switch.state is SwitchState.ON for one in values))
    for _ in range(250):
        _let_pass(application)
    window.save_picture(path)
    window.close()


def take_columns(path: Path, settings: Path) -> None:
    """Open a recording of another program, and take a picture of the question about its columns."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.app.table_import import ImportState
    from emgstream.gui.application import make_window

    application = QApplication([])
    script = CueSchedule.shuffled(LABELS, repetitions=2, hold_s=2.0, rest_s=1.0, seed=1)
    record_session(settings.with_name("session.csv"), script, seed=3)
    _write_as_another_program(settings.with_name("session.csv"), settings.with_name("gestures.csv"))
    os.chdir(settings.parent)  # so that no path of this computer is in the picture
    recording = ReplayRequest(Path("gestures.csv"))
    request = WindowRequest(recording, settings=settings, theme="light")
    window = make_window(application, request)
    window.show()
    _wait(application, lambda: window.import_dialogs.dialog is not None)
    dialog: Any = window.import_dialogs.dialog
    _wait(application, lambda: dialog.shown.state is not ImportState.READING)
    for _ in range(50):
        _let_pass(application)
    dialog.grab().save(str(path))
    dialog.reject()
    window.close()


def _write_as_another_program(session: Path, target: Path) -> None:
    """Write a session with a clock in milliseconds, three channels and a number as label."""
    rows = [row.split(",") for row in session.read_text(encoding="utf-8").splitlines()[1:]]
    numbers = {label: number for number, label in enumerate(sorted({row[5] for row in rows}))}
    lines = ["time\tchannel1\tchannel2\tchannel3\tclass"]
    lines += [
        "\t".join([str(number), *row[2:5], str(numbers[row[5]])]) for number, row in enumerate(rows)
    ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def take_web(path: Path, settings: Path) -> None:
    """Show the page of ``--web`` as on a second screen, and take a picture of it."""
    _take_in_chromium(path, settings, "", (1280, 800))


def take_web_phone(path: Path, settings: Path) -> None:
    """Show the page of ``--web`` as on a phone, in the dark, and take a picture of it."""
    _take_in_chromium(path, settings, "?theme=dark", (390, 844))


def take_web_overlay(path: Path, settings: Path) -> None:
    """Show the overlay of ``--web``, and take a picture of it."""
    _take_in_chromium(path, settings, "?overlay", (480, 150))


def _take_in_chromium(path: Path, settings: Path, query: str, size: tuple[int, int]) -> None:
    """Take a picture of the page that a recording is played on."""
    from selenium import webdriver
    from selenium.webdriver.support.ui import WebDriverWait

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    home = settings.parent / "chromium"
    for word in ("headless=new", "no-sandbox", "disable-dev-shm-usage", f"user-data-dir={home}"):
        options.add_argument(f"--{word}")
    port = _free_port()
    words = ("replay", "demo", "--loop", "--headless", "--web", str(port))
    sender = subprocess.Popen(
        [sys.executable, "-m", "emgstream", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        browser = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 2, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
            browser.execute_cdp_cmd("Emulation.setDefaultBackgroundColorOverride", TRANSPARENT)
            _open_page(browser, f"http://127.0.0.1:{port}/{query}")
            shown = "return document.querySelector('.stream')?.dataset.light === 'good'"
            WebDriverWait(browser, PATIENCE_S).until(lambda driver: driver.execute_script(shown))
            time.sleep(10.0)  # the ribbon has the last ten seconds
            browser.save_screenshot(str(path))
        finally:
            browser.quit()
    finally:
        sender.terminate()
        sender.wait()


def _open_page(browser: Any, address: str) -> None:
    """Open a page, as soon as its server is there."""
    from selenium.common.exceptions import WebDriverException

    end_s = time.perf_counter() + PATIENCE_S
    while True:
        try:
            browser.get(address)
        except WebDriverException:
            if time.perf_counter() > end_s:
                raise
            time.sleep(0.2)
        else:
            return


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def take_board_setup(path: Path, settings: Path) -> None:
    """Show the wiring in the guide *Set up my board*, and take a picture of it."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.gui.application import make_window
    from emgstream.gui.live.live_page import LivePage

    application = QApplication([])
    window = make_window(application, WindowRequest(settings=settings, theme="light"))
    page = window.page(LivePage)
    window.show()
    page.show_board_setup()
    page.board_guide.on_button.click()  # to the wiring
    for _ in range(50):
        _let_pass(application)
    window.save_picture(path)
    window.close()


def take_spectrum(path: Path, settings: Path) -> None:
    """Show the spectrum of the simulated board, and take a picture of it."""
    from PyQt5.QtWidgets import QApplication

    from emgstream.gui.application import make_window
    from emgstream.gui.live.live_page import LivePage

    application = QApplication([])
    window = make_window(application, WindowRequest(SIMULATED, settings=settings, theme="light"))
    page = window.page(LivePage)
    window.show()
    _wait(application, lambda: window.connection.session is not None)
    page.show_spectrum()
    end_s = time.perf_counter() + 12.0  # a spectrum is of eight seconds
    while time.perf_counter() < end_s:
        _let_pass(application)
    window.save_picture(path)
    window.close()


def _let_pass(application: Any) -> None:
    """Let the window's timers have their turn."""
    application.processEvents()
    time.sleep(0.02)


AT_WORK: dict[str, Callable[[Path, Path], None]] = {
    "cue": take_cue,
    "test": take_test,
    "train": take_training,
    "tune": take_tuning,
    "outputs": take_outputs,
    "columns": take_columns,
    "board_setup": take_board_setup,
    "spectrum": take_spectrum,
    "web": take_web,
    "web_phone": take_web_phone,
    "web_overlay": take_web_overlay,
}
"""The functions that take pictures of running parts, which no request opens."""


if __name__ == "__main__":
    sys.exit(main())
