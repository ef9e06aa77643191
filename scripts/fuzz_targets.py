"""What `scripts/fuzz_readers.py` fuzzes: for each kind of file, its seeds and what must hold.

A target is a function of bytes that returns where the bytes are read, or refused by an error of
`emgstream.errors`. Anything else that it raises is a finding. No fuzzer is needed to call one.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import hashlib
import json
import random
import shlex
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from fuzz_streams import check_stream, require, stream_seeds

from emgstream import configuration
from emgstream.bundle import Model, read_model, write_model
from emgstream.cli.options import add_columns, column_choice
from emgstream.data import DEMO_MODEL
from emgstream.decisions import ARGMAX
from emgstream.errors import EmgStreamError, UndecidedColumnsError
from emgstream.manifest import Manifest
from emgstream.outputs.control.bindings import read_bindings, write_bindings
from emgstream.recording.recorded_session import read_session
from emgstream.recording.session_description import SessionDescription
from emgstream.recording.sidecar import read_sidecar, sidecar_path, write_sidecar
from emgstream.steps import RootMeanSquare, Step
from emgstream.tables import ColumnChoice, EmgTable, look_at_table, read_table
from emgstream.tables.table_reader import read_table_in_blocks
from emgstream.transforms import Clip, Impute, Transforms, YeoJohnson

__all__ = ["TARGETS", "FuzzTarget", "tried"]

Mutator = Callable[[bytes, int], bytes]

_SMALL_BLOCK = 61
"""Bytes of a block in the second reading of a table. A choice: lines are cut in many places."""


@dataclass(frozen=True)
class FuzzTarget:
    """One kind of input."""

    name: str
    """Its name on the command line."""
    what: str
    """What is read, for people."""
    seeds: Callable[[], Iterator[bytes]]
    """Yields inputs to begin with."""
    check: Callable[[bytes, Path], None]
    """Reads an input, with a folder for files; raises EmgStreamError where it is refused."""
    max_bytes: int
    """Longest input."""
    words: tuple[str, ...] = ()
    """Texts that the fuzzer puts into inputs."""
    mutate: Callable[[bytes, int, random.Random, Mutator], bytes] | None = None
    """Changes an input of at most so many bytes; None for the fuzzer's own way."""


def tried(target: FuzzTarget, data: bytes, folder: Path) -> str:
    """Return ``refused`` or ``read``; raises what is a finding.

    A warning is a finding, too, as it is in the tests.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            target.check(data, folder)
        except EmgStreamError as error:
            require(bool(str(error).strip()), f"a refusal without a reason: {error!r}")
            return "refused"
    return "read"


# --- a table, with the options on its columns


class _OptionsRefusedError(EmgStreamError):
    """The parser of the command line refused the options."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the program."""

    def error(self, message: str) -> Any:
        raise _OptionsRefusedError(message.replace("\n", " "))


def _check_table(data: bytes, folder: Path) -> None:
    """Read the options in the first line, and the table in the others."""
    head, _, content = data.partition(b"\n")
    form = head[:1]
    if form == b"z":
        content = gzip.compress(content, 1)
    elif form == b"u":
        content = content.decode("latin-1").encode("utf-16")
    path = folder / "table.csv"
    path.write_bytes(content)
    choice = _choice(head[1:].decode("utf-8", "replace"))
    with suppress(EmgStreamError):
        look_at_table(path, choice)
    table = _answered(path, choice)
    _check_table_values(table)
    with suppress(UndecidedColumnsError):
        for tolerant_only in (False, True):
            other = read_table_in_blocks(
                path, table.choice, _SMALL_BLOCK, tolerant_only=tolerant_only
            )
            _check_same_table(table, other)


def _choice(words: str) -> ColumnChoice:
    parser = _Parser(add_help=False, allow_abbrev=False)
    add_columns(parser)
    try:
        given = shlex.split(words)
    except ValueError as error:
        raise _OptionsRefusedError(str(error)) from None
    return column_choice(parser.parse_args(given))


def _answered(path: Path, choice: ColumnChoice) -> EmgTable:
    """Return the table; questions are answered as the error advises, which must be enough."""
    try:
        return read_table(path, choice)
    except UndecidedColumnsError as error:
        answer = _choice(shlex.join(error.arguments))
    try:
        return read_table(path, answer.over(choice))
    except UndecidedColumnsError as error:
        require(False, f"the advised answers leave a question open: {error}")
        raise


def _check_table_values(table: EmgTable) -> None:
    n = table.n_rows
    require(n > 0, "a table without a row")
    require(table.samples.shape == (n, len(table.channel_names)), "samples of another shape")
    require(not np.isinf(table.samples).any(), "an infinite sample")
    for name in ("labels", "repetitions", "segments", "index", "time_s"):
        values = getattr(table, name)
        require(values is None or values.shape == (n,), f"{name} of another length")
    if table.labels is not None:
        known = range(-1, len(table.label_names))
        require(set(np.unique(table.labels).tolist()) <= set(known), "a label without a name")
        require(len(table.label_names_by_row()) == n, "labels of another length")
    if table.index is not None:
        require(bool((np.diff(table.index) > 0).all()), "an index that does not rise")
    if table.time_s is not None:
        require(bool(np.isfinite(table.time_s).all()), "a time that is not a number")
        rises = np.diff(table.time_s) > 0
        if table.segments is not None:
            rises |= np.diff(table.segments) != 0
        require(bool(rises.all()), "a time that does not rise")
    rate_hz = table.sampling_rate_hz
    require(rate_hz is None or 0.0 < rate_hz < float("inf"), f"a rate of {rate_hz} Hz")
    require(len(table.movement_numbers()) == n, "movements of another length")
    for marker in table.markers:
        require(0 <= marker.row < n, "a marker beside the table")
    require(all([table.rate_words, *table.remarks]), "a remark without words")


def _check_same_table(one: EmgTable, other: EmgTable) -> None:
    for name in ("channel_names", "label_names", "repairs", "markers", "choice", "columns"):
        require(getattr(one, name) == getattr(other, name), f"another block gives other {name}")
    for name in ("samples", "labels", "repetitions", "segments", "index", "time_s"):
        a, b = getattr(one, name), getattr(other, name)
        is_same = a is b if a is None or b is None else np.array_equal(a, b, equal_nan=True)
        require(is_same, f"another block gives other {name}")


def _table_seeds() -> Iterator[bytes]:
    draws = np.random.default_rng(0)
    emg = draws.normal(512, 60, (40, 3)).round().astype(int).tolist()
    labels = ["rest"] * 12 + ["hand_close"] * 14 + [""] * 14
    own = [
        "index,time_s,biceps,triceps,middle,label,repetition,segment",
        *(
            f"{n},{n / 1000:.3f},{a},{b},{c},{label},{n // 12},{n // 20}"
            for n, ((a, b, c), label) in enumerate(zip(emg, labels, strict=True))
        ),
    ]
    yield ("p\n" + "\n".join(own) + "\n").encode()
    yield ("p--channels 3,4 --label 6\n" + "\r\n".join(own)).encode()
    for form, by, options in (
        ("p", ",", ""),
        ("p", ";", "--channels 2,3 --time 1:ms --label 5:0"),
        ("p", "\t", "--counter 1:65536 --ignore emg2 --rate 200"),
        ("z", ",", "--label-from-name --channels emg1"),
        ("u", ";", "--time t"),
    ):
        head = by.join(("t", "emg1", "emg2", "emg3", "class"))
        rows = [by.join(map(str, (n, *emg[n], n // 13))) for n in range(40)]
        yield "\n".join([f"{form}{options}", head, *rows]).encode()
        yield "\n".join([f"{form}{options}", *rows]).encode()
    yield "\n".join(["p", "# rate: 500 Hz", "12:00:00.000 -> 1;2,5;3", *("1;2,5;3",) * 9]).encode()
    yield "\n".join(["p", "# δικέφαλος,通道,ä", *(",".join(map(str, one)) for one in emg)]).encode()
    clock = [f"2024-05-01 10:00:{n:02d}.5,{a},{b},{label}" for n, ((a, b, _), label) in
             enumerate(zip(emg, labels, strict=True))]  # fmt: skip
    yield "\n".join(["p--time date:date", "date,emg1,emg2,marker", *clock]).encode()


_TABLE_WORDS = (
    "index", "time_s", "label", "repetition", "segment", "marker", "emg1", "time [ms]", "nan",
    "inf", "-inf", "1e39", "1e308", "-1e-320", "9223372036854775807", "18446744073709551616",
    "65535", "\r\n", "\"", ";", "\t", " -> ", "# ", "--channels ", "--label ", "--time ",
    "--counter ", "--ignore ", "--rate ", ":ms", ":unix", ":clock", ":date", "\xef\xbb\xbf", "\0",
    "12:00:00.000", "2024-05-01T10:00:00Z", "1,5", "Hz", "%", "//", "é", "١",
)  # fmt: skip


# --- documents of JSON, changed place by place


def _mutated_document(data: bytes, longest: int, draws: random.Random, plain: Mutator) -> bytes:
    """Change some places of a JSON document behind the first byte; else some bytes."""
    kind, text = data[:1], data[1:]
    document: Any = None
    with suppress(ValueError, RecursionError):
        document = json.loads(text)
    if not isinstance(document, (dict, list)) or not document or draws.random() < 0.2:
        return plain(data, longest)
    for _ in range(draws.randint(1, 3)):
        places = list(_places(document))
        if not places:
            break
        holder, key = draws.choice(places)
        _change(holder, key, draws, places)
    with suppress(ValueError, RecursionError):  # a number of 400 digits
        changed = json.dumps(document).replace("Infinity", "1e999").replace("NaN", "-1e999")
        if len(changed) < longest:
            return kind + changed.encode()
    return plain(data, longest)


def _change(holder: Any, key: Any, draws: random.Random, places: list[tuple[Any, Any]]) -> None:
    what = draws.random()
    if what < 0.45:
        holder[key] = copy.deepcopy(draws.choice(_ODD_VALUES))
    elif what < 0.6:
        other, place = draws.choice(places)
        with suppress(ValueError):  # of itself: a circle
            holder[key] = json.loads(json.dumps(other[place]))
    elif what < 0.7:
        del holder[key]
    elif what < 0.8 and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif what < 0.9 and isinstance(holder[key], str):
        holder[key] = draws.choice((holder[key].upper(), holder[key] + "\n", "tap:" + holder[key]))
    elif isinstance(holder, dict):
        holder[draws.choice(_ODD_NAMES)] = copy.deepcopy(draws.choice(_ODD_VALUES))


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a JSON document, as what holds it and its key there."""
    holders = [document]
    while holders:  # no recursion: the fuzzer nests documents a thousand times
        value = holders.pop()
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            if isinstance(value[key], (dict, list)):
                holders.append(value[key])


_ODD_VALUES: tuple[Any, ...] = (
    0, -1, 1, 2, 0.5, 1e308, -1e308, 5e-324, 1e15, 10**400, float("inf"), float("-inf"), None,
    True, False, "", "1", "a\nb", "\ud800", "é" * 300, "mouse:left", "MOUSE:left", "tap:tap:a",
    "scroll:up", "move:1,2", "2024-05-01T10:00:00Z", "2024-05-01T10:00:00+25:00", [], {}, [0], [[]],
    {"kind": "none"}, -0.0, 1e-15, 3.0, 65536,
)  # fmt: skip
_ODD_NAMES = ("kind", "", "a\nb", "\ud800", "rate", "index", "name", "text", "movements", "shift")


# --- the manifest of a model, and its archive


def _check_manifest(data: bytes, folder: Path) -> None:
    """Read a manifest (``m``) in a model with the right hashes, or a whole archive (``a``)."""
    path, again = folder / "a.emgmodel", folder / "b.emgmodel"
    if data[:1] == b"a":
        path.write_bytes(data[1:])
    else:
        _write_archive(path, data[1:])
    model = read_model(path)
    manifest = model.manifest
    text = "".join([manifest.title, *manifest.step.feature_names(manifest.channel_names)])
    require(bool(text.strip()), "a model without a title")
    write_model(again, model)
    back = read_model(again)
    same = json.dumps(back.manifest.to_json()) == json.dumps(manifest.to_json())
    require(same, "a manifest that is not the same when it is written and read")
    require(back.members == model.members, "members that are not the same")


def _write_archive(path: Path, content: bytes) -> None:
    members = _small_model().members
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict) and "members" not in document:
        hashes = {name: hashlib.sha256(one).hexdigest() for name, one in members.items()}
        with suppress(RecursionError):
            content = content.rstrip().removesuffix(b"}")
            content += b', "members": ' + json.dumps(hashes).encode() + b"}"
    with zipfile.ZipFile(path, "w") as archive:
        for name, one in {"manifest.json": content, **members}.items():
            archive.writestr(name, one)


def _small_model() -> Model:
    return Model(_small_manifest(), b"one", b"batch", b"weights")


def _small_manifest() -> Manifest:
    step = Step(20, (RootMeanSquare(), RootMeanSquare(span=3)))
    n = step.n_features(2)
    transforms = Transforms(
        (
            Impute((1.0,) * n),
            Clip((0.0,) * n, (9.0,) * n),
            YeoJohnson((1.0,) * n, (0.0,) * n, (1.0,) * n),
        )
    )
    return Manifest(
        ("biceps", "triceps"),
        ("rest", "hand_close"),
        step,
        transforms,
        1000.0,
        ARGMAX,
        conditioning={"kind": "none"},
        recipe="small",
        training_data=({"name": "arm.csv", "n_rows": 7, "synthetic": True},),
        evaluation={"validation": {"accuracy": 0.5}},
    )


def _manifest_seeds() -> Iterator[bytes]:
    small = _small_manifest()
    yield b"m" + json.dumps(small.to_json()).encode()
    demo = read_model(DEMO_MODEL).manifest
    kept: dict[str, Any] = {"evaluation": {}, "training_data": (), "versions": {}}
    yield b"m" + json.dumps(replace(demo, **kept).to_json()).encode()
    raw = replace(small, conditioning=demo.conditioning)
    yield b"m" + json.dumps(raw.to_json()).encode()


# --- files that control the program: bindings, the configuration, sidecars


def _check_control(data: bytes, folder: Path) -> None:
    """Read bindings as JSON (``j``) or TOML (``t``), a configuration (``c``) or a sidecar."""
    kinds: Mapping[bytes, Callable[[bytes, Path], None]] = {
        b"j": _check_json_bindings,
        b"t": _check_toml_bindings,
        b"c": _check_configuration,
    }
    kinds.get(data[:1], _check_sidecar)(data[1:], folder)


def _check_json_bindings(content: bytes, folder: Path) -> None:
    _check_bindings(folder / "keys.json", content)


def _check_toml_bindings(content: bytes, folder: Path) -> None:
    _check_bindings(folder / "keys.toml", content)


def _check_bindings(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    bindings = read_bindings(path, None)
    again = path.with_name("again.json")
    write_bindings(again, bindings)
    back = read_bindings(again, tuple(bindings.actions))
    require(back == bindings, f"bindings that are not the same when written: {back} {bindings}")


def _check_configuration(content: bytes, _folder: Path) -> None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return
    settings = configuration.configuration_from(text)
    outputs = settings.outputs.values()
    texts = [settings.port, settings.model, settings.recordings, settings.language]
    lists = [settings.channels, *outputs]
    texts += [text for one in lists for text in ((one,) if isinstance(one, str) else one or ())]
    for one in texts:
        is_plain = one is None or (one and all(letter >= " " for letter in one))
        require(bool(is_plain), f"a setting with control characters: {one!r}")


def _check_sidecar(content: bytes, folder: Path) -> None:
    path = folder / "session.csv"
    if not path.exists():
        path.write_text(_SESSION)
    sidecar_path(path).write_bytes(content)
    table = read_table(path)
    require(table.n_rows == 3, "a sidecar that changes the rows")
    _check_table_values(table)
    document = read_sidecar(path)
    with suppress(EmgStreamError):
        session = read_session(path)
        list(session.markers())
        list(session.stretches())
        str(session.started)
    write_sidecar(path, document)
    back = read_sidecar(path)
    require(json.dumps(back) == json.dumps(document), "a sidecar that is not the same when written")


_SESSION = """index,time_s,biceps,triceps,label,repetition,marker
0,0.000,512,498,rest,1,
1,0.001,515,501,rest,1,go
2,0.002,515,502,hand_close,1,
"""


def _control_seeds() -> Iterator[bytes]:
    actions = ["space", "mouse:left", "tap:a", "repeat:mouse:right", "scroll:up", "move:-3,4"]
    movements = {f"m{n}": action for n, action in enumerate(actions)}
    yield b"j" + json.dumps({"movements": movements, "arm": "f9", "panic": "f10"}).encode()
    lines = [f'{name} = "{action}"' for name, action in movements.items()]
    yield ("t" + "\n".join(['arm = "f9"', "[movements]", *lines])).encode()
    settings = [line.removeprefix("# ") for line in configuration.TEMPLATE.splitlines()]
    yield ("c" + "\n".join(line for line in settings if " = " in line or line[:1] == "[")).encode()
    about = SessionDescription(
        subject="s1", placements={"biceps": "arm"}, protocol={"kind": "free", "labels": ["rest"]}
    )
    sidecar = about.document(
        state="complete",
        started="2024-05-01T10:00:00+02:00",
        channel_names=("biceps", "triceps"),
        info={"name": "board", "unit": "counts", "rate_hz": 1000.0},
        status=None,
        n_samples=3,
        warnings=["a cable is loose"],
        markers=[{"text": "go", "index": 1, "origin": "key"}],
        repetitions=[{"label": "rest", "repetition": 1, "outcome": "held"}],
    )
    yield b"s" + json.dumps(sidecar).encode()
    sidecar["rate"] = {"nominal_hz": 1000.0, "measured_hz": 999.5, "ppm": None}
    yield b"s" + json.dumps({**sidecar, "state": "ended"}).encode()


_CONTROL_WORDS = (
    "mouse:", "tap:", "repeat:", "scroll:", "move:", "left", "10,0", "arm", "panic", "[movements]",
    "[outputs]", "port", "channels", "network", "\\n", "\\u0000", "~", '"""', "1e999", "\\ud800",
    "rate", "measured_hz", "started", "Z", "null",
)  # fmt: skip


def _check_wire(data: bytes, _folder: Path) -> None:
    check_stream(data)


TARGETS: Mapping[str, FuzzTarget] = {
    one.name: one
    for one in (
        FuzzTarget("wire", "frames and lines of a board", stream_seeds, _check_wire, 1024),
        FuzzTarget(
            "tables", "tables and roles of columns", _table_seeds, _check_table, 4096, _TABLE_WORDS
        ),
        FuzzTarget(
            "manifests",
            "models and their manifests",
            _manifest_seeds,
            _check_manifest,
            1 << 16,
            (),
            _mutated_document,
        ),
        FuzzTarget(
            "control",
            "bindings, the configuration and sidecars",
            _control_seeds,
            _check_control,
            8192,
            _CONTROL_WORDS,
            _mutated_document,
        ),
    )
}
"""Every target, by its name."""
