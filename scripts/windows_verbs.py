"""Verbs of emgstream that are tried in a Windows Python under Wine."""

from __future__ import annotations

import json
import time

from windows_python import WindowsPython
from windows_trial import EMGSTREAM, REPLAY, FailedError, display, remove, said

__all__ = ["press_keys", "use_recordings", "use_settings", "use_training"]


def use_recordings(python: WindowsPython) -> str:
    """Use every verb that reads a recording and needs no training."""
    remove(python, "arm.*", "bids")
    for words in (
        ("convert", "demo", "--out", "arm.csv"),
        ("inspect", "arm.csv", "--html", "arm.html", "--json", "arm.audit.json"),
        ("tune", "arm.csv"),
        ("test-live", "--replay", "arm.csv", "--no-history"),
        ("export", "arm.csv", "--to", "edf"),
        ("export", "arm.csv", "--to", "bids", "--out", "bids"),
        ("inspect", "arm.edf"),
    ):
        said(python.run(*EMGSTREAM, *words))
    wanted = ("arm.csv", "arm.json", "arm.html", "arm.audit.json", "arm.edf", "bids")
    absent = [name for name in wanted if not (python.work / name).exists()]
    if absent:
        raise FailedError(f"not written: {', '.join(absent)}")
    return "convert, inspect with the audit, tune, test-live, export"


def use_settings(python: WindowsPython) -> str:
    """Use the verbs that set up."""
    remove(python, "sketch", "trial.toml")
    own = {"EMGSTREAM_CONFIG": "trial.toml"}
    said(python.run(*EMGSTREAM, "config", "--set", "network=numpy", environment=own))
    text = said(python.run(*EMGSTREAM, "config", environment=own))
    network = [line for line in text.splitlines() if "numpy" in line]
    if not network:
        raise FailedError("config --set changed nothing")
    said(python.run(*EMGSTREAM, "firmware", "export", "sketch"))
    if "Register-ArgumentCompleter" not in said(python.run(*EMGSTREAM, "completion", "powershell")):
        raise FailedError("the completion for PowerShell completes nothing")
    return "config, firmware, completion for PowerShell"


def use_training(python: WindowsPython) -> str:
    """Train, replay and evaluate with TensorFlow; calibrating a good model may be refused."""
    remove(python, "own.*")
    began_s = time.monotonic()
    train = ("train", "demo", "--epochs", "2", "--out", "own.emgmodel")
    said(python.run(*EMGSTREAM, *train, patience_s=600.0))
    took_s = time.monotonic() - began_s
    replay = (*REPLAY[:2], "--model", "own.emgmodel", *REPLAY[4:])
    said(python.run(*EMGSTREAM, *replay, "own.jsonl"))
    words = ("evaluate", "demo", "--folds", "2", "--epochs", "1", "--json", "own.evaluation.json")
    said(python.run(*EMGSTREAM, *words, patience_s=600.0))
    calibrate = ("calibrate", "demo", "--model", "own.emgmodel", "--out", "own.day.emgmodel")
    calibrated = python.run(*EMGSTREAM, *calibrate, patience_s=600.0)
    is_refused = "calibration would make the model worse" in calibrated.stderr
    said(calibrated, code=1 if is_refused else 0)
    return f"train 2 epochs in {took_s:.0f} s, replay, evaluate, calibrate"


_KEYS = """
import collections, json, subprocess, sys, threading, time
from pathlib import Path
from pynput import keyboard
names = ("elbow_bend", "elbow_extend", "hand_close", "hand_open", "wrist_left", "wrist_right")
Path("keys.json").write_text(json.dumps({"movements": dict(zip(names, "qwertz"))}))
heard = collections.Counter()
listener = keyboard.Listener(on_press=lambda key: heard.update([str(key).strip("'")]))
listener.start()
listener.wait()
program = subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.DEVNULL,
    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
program.stdout.readline()
threading.Thread(target=program.stdout.read, daemon=True).start()
typist, seen = keyboard.Controller(), []
for key, wait_s in ((None, 4.0), (keyboard.Key.f8, 10.0), (keyboard.Key.f12, 1.0), (None, 6.0)):
    if key:
        typist.tap(key)
    time.sleep(wait_s)
    seen.append(sum(n for name, n in heard.items() if name in "qwertz"))
program.wait()
print(json.dumps(seen))
"""
"""Arms the keys, disarms them, and prints how many were pressed until then, at four times."""


def press_keys(python: WindowsPython) -> str:
    """Arm the keys of a replay, disarm them, and count what another program is sent."""
    words = ("replay", "demo", "--control", "keys.json", "--speed", "2", "--jsonl", "-")
    with display(python) as on_it:
        text = said(python.run("-c", _KEYS, *EMGSTREAM, *words, environment=on_it))
    before, armed, disarmed, after = json.loads(text.strip().splitlines()[-1])
    if before or not armed or after != disarmed:
        raise FailedError(
            f"pressed {before} keys before F8, {armed} until F12, {after - disarmed} after it"
        )
    return f"{armed} keys pressed while armed, none before F8 and after F12"
