"""What is compared between two trees, group by group."""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from _behaviour_bench import ANY, Workplace, json_lines, without
from _behaviour_calls import BAD_CALLS, BAD_TRAINING_CALLS, FULL_CALLS
from _behaviour_material import MODELS, recipes, recording_for

__all__ = ["GROUPS", "IGNORED", "Check", "Parts", "checks_of"]

Parts: TypeAlias = dict[str, str]
"""A result: texts to compare, by name."""

IGNORED: dict[str, tuple[str, ...]] = {
    # measured on this machine's clock
    "decisions": ("delay_ms.line", "delay_ms.queue", "delay_ms.compute", "delay_ms.output"),
    "summary": (
        *("elapsed_s", "decisions_per_s", "latency_ms.p*", "stages_ms.*.p*", "delay_ms.*.p*"),
        "outputs.*.delay_ms.p*",
    ),
    # the wall clock, this program's own version, and the form of the weights
    "manifest": ("created", "versions.emgstream", "members"),
    # the board's clock against the host's, and how many samples came before the end
    "live decisions": ("time_s", "delay_ms.*"),
    "live summary": (
        *("elapsed_s", "decisions_per_s", "latency_ms.p*", "stages_ms.*.p*", "delay_ms.*.p*"),
        *("outputs.*.delay_ms.p*", "outputs.*.written", "samples", "decisions", "statuses.*"),
        *("rate_hz", "ppm", "counters.n_frames", "source", "port", "lost", "lost_on_line"),
        *("loss", "gaps", "counters.n_*", "counters.bytes_skipped", "skipped", "alarms"),
    ),
    "sidecar": (
        *("software", "started", "source.name", "source.port", "rate.measured_hz", "rate.ppm"),
        *("rate.table_hz", "samples.n", "repetitions.*.first_index", "repetitions.*.end_index"),
        *("repetitions.*.label_from", "repetitions.*.shift_ms", "samples.*"),
    ),
    "history": ("*.tested", "*.network_sha256"),
    "evaluation": ("folds.*.duration_s",),
    "audit": (),
    "report": ("history.*.duration_s",),
    "ledger": ("elapsed_s",),
}
"""Paths in JSON documents whose values are not compared, by kind of document; the keys are."""

_LIVE_DECISIONS = 90
"""Decisions that a live run is compared on; 3 s give about 140."""

_REPLAY = """
import json, sys, emgstream
file, model, speed = sys.argv[1:]
with emgstream.replay(file, model, speed=None if speed == "max" else float(speed)) as stream:
    for one in stream:
        print(json.dumps([one.index, one.label, one.status, one.confidence, one.strength,
                          one.time_s, one.probabilities, sorted(one.delay_ms)]))
    print(stream.n_dropped, stream.status)
"""
_LIVE = f"""
import json, emgstream
n = 0
with emgstream.live(port="simulated") as stream:
    for one in stream:
        print(json.dumps([one.index, one.label, one.status, one.confidence, one.strength,
                          one.probabilities, sorted(one.delay_ms)]))
        n += 1
        if n == {_LIVE_DECISIONS}:
            break
"""


@dataclass(frozen=True)
class Check:
    """One comparison."""

    group: str
    """The group it belongs to."""
    name: str
    """Its name in the group; its parts are called ``GROUP/NAME/PART``."""
    run: Callable[[Workplace], Parts]
    """Give the result of one tree, in a workplace of its own."""


def checks_of(group: str, material: Path) -> Iterator[Check]:
    """Give the checks of a group; ``material`` is the folder of what commands are given."""
    for name, run in GROUPS[group](material):
        yield Check(group, name, run)


_Named: TypeAlias = Iterator[tuple[str, Callable[[Workplace], Parts]]]


def _help(_: Path) -> _Named:
    yield "texts", _help_texts


def _bad_calls(_: Path) -> _Named:
    for call in BAD_CALLS:
        yield call, partial(_call, shlex.split(call))
    for call in FULL_CALLS:
        yield call, partial(_failure, shlex.split(call))


def _decisions(material: Path) -> _Named:
    models = ["demo", *(f"{name}.emgmodel" for name in [*MODELS, *recipes(material)])]
    for model in models:
        for call in _replays(model):
            yield call, partial(_replay, call)
    for speed in ("max", "20"):
        for model in ("demo", "recipe_realtime.emgmodel"):
            what = ("gaps.csv", model, speed)
            yield f"emgstream.replay{what}", partial(_program, _REPLAY, what)
    yield "emgstream.live", partial(_program, _LIVE, ())
    yield "live simulated", partial(_live, [])
    for model in ("demo", "recipe_published.emgmodel"):
        faults = "loss=0.01,burst=3,corrupt=0.002,duplicate=0.01,reorder=0.005"
        words = ["--seed", "3", "--faults", faults]
        yield f"live tcp {model}", partial(_live_tcp, words, ["--model", model, "--force"])


def _replays(model: str) -> Iterator[str]:
    """Give replays at several speeds: the slower, the fewer samples are in a chunk."""
    if "published" in model:
        for speed in ("2", "40", "max"):
            yield f"replay envelope.csv --rate 50 --model {model} --speed {speed}"
        return
    for speed in ("1", "8", "50", "max"):
        yield f"replay gaps.csv --model {model} --speed {speed}"
    for speed in ("25", "max"):
        yield f"replay demo --model {model} --speed {speed}"


def _files(_: Path) -> _Named:
    for file in ("demo", "demo.emgmodel", "day1.csv", "gaps.csv", "envelope.csv", "session.csv"):
        yield f"inspect {file}", partial(_inspect, file)
    for file in ("nolabel", "strange", "notime", "back", "tiny", "slow", "hollow", "ragged"):
        yield f"inspect {file}.csv", partial(_inspect, f"{file}.csv")
    for words in ("broken.csv", "broken.csv --no-trim", "session.csv --trim", "session.csv"):
        yield f"recover {words}", partial(_recover, words.split())
    for kind in ("edf", "bdf", "bids"):
        yield f"export {kind}", partial(_export, kind)
    guided = ["--script", "rest:1,hand_close:1.3,rest:1", "--no-trim"]
    yield "record guided", partial(_record, guided)
    yield "record free", partial(_record, ["--free", "--seconds", "1.5", "--notes", "by hand"])
    for words in (
        "--threshold 0.8 --smoothing majority:7",
        "--smoothing bayes:0.3:0.7:0.7:0.7 --without gap --without rest",
        "--smoothing hysteresis:3 --begin-odds 4 --without unknown",
    ):
        yield f"tune {words}", partial(_tune, shlex.split(words))
    yield "test-live --replay", partial(_test_live, ["--replay", "day2.csv"])
    board = ["--port", "simulated", "--unattended", "--no-countdown", "--movements", "hand_close"]
    board += ["--repetitions", "1", "--hold", "1.5", "--rest", "1"]
    yield "test-live simulated", partial(_test_live, board)
    yield "firmware export", partial(_call_and_hash, ["firmware", "export", "made"])
    yield "simulate", _simulate
    yield "window", _window


def _training(material: Path) -> _Named:
    for recipe in (name.removeprefix("recipe_") for name in recipes(material)):
        yield f"train {recipe}", partial(_train, recipe)
        yield f"evaluate {recipe}", partial(_evaluate, _evaluation_words(recipe))
    for call in BAD_TRAINING_CALLS:
        yield call, partial(_call, shlex.split(call))
    yield "calibrate", _calibrate
    yield "evaluate model", partial(_evaluate, ["day2.csv", "--model", "shipped.emgmodel"])


GROUPS: dict[str, Callable[[Path], _Named]] = {
    "training": _training,
    "files": _files,
    "decisions": _decisions,
    "bad-calls": _bad_calls,
    "help": _help,
}
"""Each group with what gives its checks; the slowest first."""


def _help_texts(place: Workplace) -> Parts:
    """Return every help text, and the options that each names."""
    top = place.emgstream("--help")
    verbs = re.findall(r"^  ([\w-]+) +\S", top.stdout.partition("verbs:")[2], re.MULTILINE)
    texts = {"top": top, **{verb: place.emgstream(verb, "--help") for verb in verbs}}
    parts = {"verbs": "\n".join(verbs)}
    for name, done in texts.items():
        usage = done.stdout.partition("\n\n")[0]
        parts[f"{name} options"] = "\n".join(sorted(set(re.findall(r"--[\w-]+|\{.*?\}", usage))))
        parts[f"{name} text"] = f"exit {done.exit_code}\n{done.text}"
    return parts


def _call(words: list[str], place: Workplace) -> Parts:
    return place.emgstream(*words).parts()


def _failure(words: list[str], place: Workplace) -> Parts:
    done = place.emgstream(*words)
    return {"exit": done.parts()["exit"], "text": done.stderr}


def _call_and_hash(words: list[str], place: Workplace) -> Parts:
    """Return what a command says, and a hash of every file that it made or changed."""
    done = place.emgstream(*words)
    names = [line.partition(" ")[2] for line in done.files if not line.startswith("removed")]
    return {**done.parts(), "hashes": "\n".join(f"{place.digest(name)} {name}" for name in names)}


def _program(program: str, words: tuple[str, ...], place: Workplace) -> Parts:
    return place.python(program, *words).parts()


def _replay(call: str, place: Workplace) -> Parts:
    out = ["--headless", "--jsonl", "out.jsonl", "--summary", "out.json"]
    done = place.emgstream(*shlex.split(call), *out)
    return {
        **done.parts(),
        "decisions": _decision_lines(place, "decisions"),
        "summary": _document(place, "out.json", "summary"),
    }


def _decision_lines(place: Workplace, kind: str, most: int | None = None) -> str:
    """Return the decisions of a run as lines, the most important keys first."""
    lines = [without(json.loads(line), IGNORED[kind]) for line in place.lines("out.jsonl")[:most]]
    keys = ["index", "label", "status", "confidence", "strength"]
    ordered = ({key: line.pop(key, None) for key in keys} | line for line in lines)
    return "".join(json.dumps(line) + "\n" for line in ordered)


def _document(place: Workplace, name: str, kind: str) -> str:
    return json_lines(without(place.json(name), IGNORED[kind]))


def _live(words: list[str], place: Workplace) -> Parts:
    out = ["--headless", "--jsonl", "out.jsonl", "--summary", "out.json", "--seconds", "3"]
    done = place.emgstream("live", *(words or ["--port", "simulated"]), *out)
    return {
        "exit": done.parts()["exit"],
        "notes": re.sub(r"[\d.]+%", f"{ANY}%", done.stderr),
        "decisions": _decision_lines(place, "live decisions", _LIVE_DECISIONS),
        "summary": _document(place, "out.json", "live summary"),
    }


def _live_tcp(board: list[str], words: list[str], place: Workplace) -> Parts:
    """Return what a board in another process gives, faults included."""
    with place.started("simulate", "--tcp", "0", *board) as first_line:
        found = re.search(r"socket://[\d.:]+", first_line)
        port = found[0] if found else "none"
        parts = _live(["--port", port, *words], place)
    return {name: text.replace(port, "<port>") for name, text in parts.items()}


def _inspect(file: str, place: Workplace) -> Parts:
    is_model = file.endswith(".emgmodel")
    out = ["--json", "out.json", *([] if is_model else ["--html", "out.html"])]
    done = place.emgstream("inspect", file, *out)
    kind = "manifest" if is_model else "audit"
    return {
        **done.parts(),
        "json": _document(place, "out.json", kind),
        "page": place.text("out.html"),
    }


def _recover(words: list[str], place: Workplace) -> Parts:
    stem = words[0].removesuffix(".csv")
    parts = _call_and_hash(["recover", *words], place)
    sidecar = place.json(f"{stem}.json")
    return {**parts, "hashes": place.digest(words[0]), "sidecar": json_lines(sidecar)}


def _export(kind: str, place: Workplace) -> Parts:
    return _call_and_hash(["export", "session.csv", "--to", kind, "--out", f"made.{kind}"], place)


def _record(words: list[str], place: Workplace) -> Parts:
    """Return what a recording comes to; its samples depend on when the person heard the cues."""
    how = ["--port", "simulated", "--unattended", "--no-check", "--no-countdown"]
    done = place.emgstream("record", *how, *words, "--subject", "S1", "--out", "new.csv")
    head, *rows = place.text("new.csv").splitlines() or [""]
    columns = list(zip(*(row.split(",") for row in rows), strict=True))
    named = dict(zip(head.split(","), columns, strict=False))
    labels = {name: sorted(set(named.get(name, ()))) for name in ("cue", "label", "repetition")}
    return {
        "exit": done.parts()["exit"],
        "text": re.sub(r"[+-]?\d[\d,.:]*", "<n>", re.sub(r" +", " ", done.text)),
        "table": f"{head}\n{json_lines(labels)}",
        "sidecar": _document(place, "new.json", "sidecar"),
    }


def _tune(words: list[str], place: Workplace) -> Parts:
    done = place.emgstream("tune", "day2.csv", "--out", "new.emgmodel", *words)
    return {**done.parts(), "manifest": _manifest(place, "new.emgmodel")}


def _manifest(place: Workplace, name: str) -> str:
    """Return the manifest of a model file; without what `IGNORED` names."""
    path = place.folder / name
    if not path.is_file():
        return "no model\n"
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(place.masked(archive.read("manifest.json").decode()))
    return json_lines(without(manifest, IGNORED["manifest"]))


def _test_live(words: list[str], place: Workplace) -> Parts:
    done = place.emgstream("test-live", "--model", "shipped.emgmodel", *words)
    made = [line.removeprefix("made ") for line in done.files if line.startswith("made ")]
    parts = {**done.parts(), "history": "".join(_document(place, name, "history") for name in made)}
    if "simulated" in words:  # what the model names depends on when the person heard the cues
        for part in ("text", "history"):
            numbers = re.compile(r"[\d.]+( s)?|null|never|true|false")
            parts[part] = re.sub(" +", " ", numbers.sub(ANY, parts[part]))
    return parts


def _simulate(place: Workplace) -> Parts:
    """Return what a board does that nobody reads."""
    done = place.emgstream("simulate", "--tcp", "0", "--seconds", "1", "--ledger", "out.json")
    text = re.sub(r"[\d.]+ s\b|127.0.0.1:\d+", ANY, done.text)
    ledger = _document(place, "out.json", "ledger")
    return {"exit": done.parts()["exit"], "text": text, "ledger": ledger}


def _window(place: Workplace) -> Parts:
    return place.emgstream("replay", "demo", "--screenshot", "new.png", "--after", "0.5").parts()


def _train(recipe: str, place: Workplace) -> Parts:
    """Return what training gives, and what the model decides then."""
    words = ["--recipe", recipe, "--epochs", "2", "--seed", "7", "--report", "report"]
    file = recording_for(recipe)
    done = place.emgstream("train", file, *words, "--out", "new.emgmodel")
    rate = [] if file == "day1.csv" else ["--rate", "50"]
    replayed = _replay(f"replay {file} --model new.emgmodel --speed max {' '.join(rate)}", place)
    page = re.sub(r"base64,[^\"')]+", "base64,<picture>", place.text("report/report.html"))
    return {
        **done.parts(),
        "manifest": _manifest(place, "new.emgmodel"),
        "decisions": replayed["decisions"],
        "report": _document(place, "report/report.json", "report"),
        "page": page,
    }


def _calibrate(place: Workplace) -> Parts:
    words = ["--model", "shipped.emgmodel", "--out", "new.emgmodel", "--progress", "jsonl"]
    done = place.emgstream("calibrate", "day1.csv", "day2.csv", *words)
    events = re.sub(r'"time_left_s": [\d.]+', f'"time_left_s": "{ANY}"', done.text)
    replayed = _replay("replay day1.csv --model new.emgmodel --speed max", place)
    return {
        "exit": done.parts()["exit"],
        "text": events,
        "manifest": _manifest(place, "new.emgmodel"),
        "decisions": replayed["decisions"],
    }


def _evaluation_words(recipe: str) -> list[str]:
    file = recording_for(recipe)
    words = ["--recipe", recipe, "--epochs", "1", "--folds", "2", "--jobs", "2"]
    return [file, *(["day2.csv"] if file == "day1.csv" else []), *words]


def _evaluate(words: list[str], place: Workplace) -> Parts:
    done = place.emgstream("evaluate", *words, "--json", "out.json", "--html", "out.html")
    # folds end in any order
    stderr = "\n".join(sorted(done.stderr.splitlines()))
    return {
        "exit": done.parts()["exit"],
        "text": f"{done.stdout}--- stderr\n{stderr}\n",
        "json": _document(place, "out.json", "evaluation"),
        "page": place.text("out.html"),
    }
