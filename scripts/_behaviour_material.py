"""Recordings, models and broken files that the commands are given: made once, by the old tree."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from _behaviour_bench import Tree, Workplace

Row = Sequence[object]

MODELS = ("shipped", "tuned")
"""Models beside those of every recipe, by the stem of their file."""

_SHIPPED = "emgstream/data"
_HEAD = ("time_s", "biceps", "triceps", "middle", "label", "repetition", "segment")
_CHANNELS = ("biceps", "triceps", "middle")
_RATE_HZ = 1000
_SEED = "5"


def make_material(tree: Tree, folder: Path) -> None:
    """Fill a folder with everything that the commands are given."""
    rows = _shipped_rows(tree)
    _write_recordings(folder, rows)
    _write_broken_recordings(folder, rows)
    shutil.copy(tree.root / _SHIPPED / "demo.emgmodel", folder / "shipped.emgmodel")
    _write_broken_models(folder)
    _write_texts(folder)
    _record_sessions(tree, folder)
    _train_models(tree, folder)


def recipes(folder: Path) -> list[str]:
    """Return the recipes that there is a model of."""
    return sorted(path.stem for path in folder.glob("recipe_*.emgmodel"))


def recording_for(recipe: str) -> str:
    """Return the recording that a recipe is for."""
    return "envelope.csv" if "published" in recipe else "day1.csv"


def _shipped_rows(tree: Tree) -> list[list[str]]:
    with gzip.open(tree.root / _SHIPPED / "demo_recording.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if tuple(rows[0]) != _HEAD:
        sys.exit(f"the shipped recording has the columns {rows[0]}; expected {_HEAD}")
    return rows[1:]


def _write(path: Path, head: Row, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def _write_recordings(folder: Path, rows: list[list[str]]) -> None:
    """Write recordings of one repetition of each movement, a short one, and two of other kinds."""
    _write(folder / "day1.csv", _HEAD, rows[:26_000])
    _write(folder / "day2.csv", _HEAD, rows[24_000:])
    _write(folder / "short.csv", _HEAD, rows[13_000:18_000])
    _write(folder / "gaps.csv", ("index", *_HEAD), _with_gaps(rows[13_000:21_000]))
    _write(folder / "envelope.csv", (*_CHANNELS, "label"), _envelope(rows))


def _with_gaps(rows: list[list[str]]) -> Iterator[Row]:
    """Give rows with lost samples, empty cells, another segment and a channel at its limit."""
    for index, (time_s, *samples, label, repetition, _) in enumerate(rows):
        is_lost = index % 997 == 500 or 2000 <= index < 2050 or 6000 <= index < 6600
        if is_lost:
            continue
        cells = ["" if index % 613 == n else cell for n, cell in enumerate(samples)]
        if 3000 <= index < 3400:
            cells[1] = "1023"
        yield index, time_s, *cells, label, repetition, int(index >= 4500)


def _envelope(rows: list[list[str]]) -> Iterator[Row]:
    """Give the mean rectified value of every 20 rows, as boards with a filter send it."""
    for start in range(0, len(rows), 20):
        block = rows[start : start + 20]
        means = (sum(abs(int(row[n]) - 512) for row in block) / len(block) for n in (1, 2, 3))
        yield *(min(round(6 * mean), 1023) for mean in means), block[0][4]


def _write_broken_recordings(folder: Path, rows: list[list[str]]) -> None:
    few = [row[:5] for row in rows[12_000:15_000]]
    head = _HEAD[:5]
    _write(folder / "nolabel.csv", head[:4], [row[:4] for row in few])
    _write(folder / "onelabel.csv", head, [[*row[:4], "rest"] for row in few])
    _write(folder / "strange.csv", head, [[*row[:4], "juggle"] for row in few])
    _write(folder / "notime.csv", head[1:], [row[1:] for row in few])
    _write(folder / "renamed.csv", ("time_s", "a", "b", "c", "label"), few)
    _write(folder / "two.csv", head[:3], [row[:3] for row in few])
    _write(folder / "twice.csv", ("time_s", "biceps", "biceps", "middle", "label"), few)
    _write(folder / "back.csv", head, [*few[1000:], *few[:1000]])
    _write(folder / "tiny.csv", head, few[:50])
    _write(folder / "slow.csv", head, [[_later(row[0]), *row[1:]] for row in few])
    _write(folder / "words.csv", head, [[row[0], "x", "y", "z", row[4]] for row in few[:100]])
    _write(folder / "hollow.csv", head, [[row[0], "", *row[2:]] for row in few])
    _write(folder / "bare.csv", head, [])
    (folder / "nothing.csv").write_bytes(b"")
    (folder / "bytes.csv").write_bytes(bytes(range(256)) * 20)
    (folder / "ragged.csv").write_text("biceps,triceps,middle\n1,2,3\n4,5\n6,7,8,9\n", "utf-8")
    packed = gzip.compress((folder / "short.csv").read_bytes(), mtime=0)
    (folder / "torn.csv.gz").write_bytes(packed[: len(packed) // 2])


def _later(time_s: str) -> str:
    """Return the time that a sample has at a fifth of the rate."""
    return f"{5 * float(time_s):.3f}"


def _write_broken_models(folder: Path) -> None:
    whole = (folder / "shipped.emgmodel").read_bytes()
    (folder / "torn.emgmodel").write_bytes(whole[: len(whole) // 2])
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0x55
    (folder / "flipped.emgmodel").write_bytes(flipped)
    (folder / "prose.emgmodel").write_text("a model\n", encoding="utf-8")
    with zipfile.ZipFile(folder / "foreign.emgmodel", "w") as archive:
        archive.writestr("readme.txt", "hello")
    changes: dict[str, Callable[[dict[str, Any]], object]] = {
        "newer": lambda manifest: manifest.update(format_version=99),
        "hollow": dict.clear,
        "nochannels": lambda manifest: manifest.update(channels=[]),
        "badstep": lambda manifest: manifest.update(step={"kind": "import os"}),
        "manyclasses": lambda manifest: manifest["classes"].append("one_more"),
        "badwindow": lambda manifest: manifest.update(window={"n_steps": 10, "hop": 0}),
        "baddecision": lambda manifest: manifest["decision"].update(smoothing={"kind": "magic"}),
    }
    for name, change in changes.items():
        (folder / f"{name}.emgmodel").write_bytes(_changed_model(whole, change))


def _changed_model(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """Return a model file with a changed manifest."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "manifest.json":
                manifest = json.loads(data)
                change(manifest)
                data = json.dumps(manifest).encode()
            new.writestr(name, data)
    return changed.getvalue()


def _write_texts(folder: Path) -> None:
    texts = {
        "cues.txt": "rest:1,hand_close:1,rest:1",
        "badcues.txt": "rest:1,hand_close",
        "keys.json": json.dumps({"movements": {"hand_close": "space"}}),
        "badkeys.json": "{",
        "strangekeys.json": json.dumps({"movements": {"juggle": "space"}}),
        "foreign.json": json.dumps({"hello": "world"}),
        "foreign.csv": "biceps,label\n1,rest\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def _record_sessions(tree: Tree, folder: Path) -> None:
    """Record a session in order, and make one of it that broke off."""
    words = ["--unattended", "--no-check", "--no-countdown", "--repetitions", "1", "--hold", "1.5"]
    labels = ["--movements", "hand_close,wrist_left", "--rest", "1.5", "--subject", "S1"]
    with Workplace(tree, folder) as place:
        _must(place, "record", "--port", "simulated", *words, *labels, "--out", "session.csv")
        for name in ("session.csv", "session.json"):
            shutil.copy(place.folder / name, folder / name)
    content = (folder / "session.csv").read_bytes()
    (folder / "broken.csv").write_bytes(content[: math.floor(0.8 * len(content))])
    sidecar = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    sidecar["state"] = "recording"
    (folder / "broken.json").write_text(json.dumps(sidecar), encoding="utf-8")


def _train_models(tree: Tree, folder: Path) -> None:
    """Train a model by each recipe that the old tree knows, and tune the shipped one."""
    with Workplace(tree, folder) as place:
        usage = place.emgstream("train", "--help").stdout
        found = re.search(r"--recipe \{([\w,]+)\}", usage)
        for name in found[1].split(",") if found else []:
            out = f"recipe_{name}.emgmodel"
            how = ["--recipe", name, "--epochs", "2", "--seed", _SEED, "--out", out]
            _must(place, "train", recording_for(name), *how)
            shutil.copy(place.folder / out, folder / out)
        settings = ["--threshold", "0.9", "--smoothing", "majority:5", "--without", "unknown"]
        model = ["--model", "shipped.emgmodel", "--out", "tuned.emgmodel"]
        _must(place, "tune", "day1.csv", *model, *settings)
        shutil.copy(place.folder / "tuned.emgmodel", folder / "tuned.emgmodel")


def _must(place: Workplace, *words: str) -> None:
    """Run a command; end the program where it fails."""
    done = place.emgstream(*words)
    if done.exit_code != 0:
        sys.exit(f"the old tree fails at emgstream {' '.join(words)}:\n{done.text}")
