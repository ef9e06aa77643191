from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from emgstream.bundle import Model, check_place, read_model, write_model
from emgstream.decisions import ARGMAX
from emgstream.errors import ModelFileError, OutputError, StreamMismatchError
from emgstream.pipeline import Pipeline
from emgstream.types import StreamInfo
from tests.posix import posix_os

Document = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path, demo_model: Model) -> Path:
    path = tmp_path / "arm.emgmodel"
    write_model(path, demo_model)
    return path


def rewrite(path: Path, change: Callable[[Document], object], **members: bytes) -> None:
    """Change a model's manifest, and members by the name they have up to the dot."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    document = json.loads(contents["manifest.json"])
    change(document)
    contents["manifest.json"] = json.dumps(document).encode()
    contents |= {name: members.get(name.split(".")[0], old) for name, old in contents.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


def test_what_is_written_is_read_back(path: Path, demo_model: Model) -> None:
    model = read_model(path)
    assert model.manifest.to_json() == demo_model.manifest.to_json()
    assert model.classifier == demo_model.classifier
    assert model.classifier_batch == demo_model.classifier_batch
    assert model.weights == demo_model.weights
    assert list(path.parent.iterdir()) == [path]


def test_nothing_in_the_file_is_code(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == [
            "classifier.tflite",
            "classifier_batch.tflite",
            "manifest.json",
            "weights.npz",
        ]
        manifest = archive.read("manifest.json")
        assert archive.read("classifier.tflite")[4:8] == b"TFL3"
        weights = zipfile.ZipFile(archive.open("weights.npz")).namelist()
        assert all(name.endswith(".npy") for name in weights)
    assert b"Lambda" not in manifest


def fill_transform(document: Document, kind: str, name: str, value: float) -> None:
    for entry in document["transforms"]:
        if entry["kind"] == kind:
            entry[name] = [value] * len(entry[name])


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_one_clear_error(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelFileError, match=r"arm\.emgmodel: .*expected a \.emgmodel"):
        read_model(path)


@pytest.mark.parametrize("place", range(5, 100, 10))
def test_a_flipped_byte_anywhere_is_found(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        end_of_members = archive.start_dir
    content[end_of_members * place // 100] ^= 0x55
    path.write_bytes(content)
    with pytest.raises(ModelFileError):
        read_model(path)


def test_a_foreign_file_is_named_as_such(tmp_path: Path) -> None:
    foreign = tmp_path / "picture.png"
    foreign.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(ModelFileError, match=r"picture\.png: not a model"):
        read_model(foreign)


def test_a_foreign_zip_is_named_as_such(tmp_path: Path) -> None:
    foreign = tmp_path / "a.zip"
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ModelFileError, match=r"holds no manifest\.json"):
        read_model(foreign)


def test_a_missing_file_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"no such file.*emgstream train"):
        read_model(tmp_path / "none.emgmodel")


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_model(tmp_path)


def test_a_zip_bomb_is_refused_before_it_unpacks(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", bytes(65 * 2**20))
    assert path.stat().st_size < 100_000
    with pytest.raises(ModelFileError, match="would unpack to 68,157,440 bytes"):
        read_model(path)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_packed_by_something_else_is_refused(path: Path, packing: int) -> None:
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    with pytest.raises(ModelFileError, match=r"manifest\.json is packed in a way"):
        read_model(path)


def test_a_newer_format_says_to_update(path: Path) -> None:
    rewrite(path, lambda document: document.update(format_version=2))
    with pytest.raises(ModelFileError, match=r"is of format 2; .* update emgstream"):
        read_model(path)


def test_another_network_than_the_manifest_was_written_for_is_refused(path: Path) -> None:
    rewrite(path, lambda _: None, classifier=b"another network")
    with pytest.raises(ModelFileError, match=r"classifier\.tflite is not the one"):
        read_model(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.pop("format_version"),
        lambda document: document.update(format_version="1"),
        lambda document: document.update(format_version=0),
        lambda document: document.update(channels=[]),
        lambda document: document.update(channels=["a", "a", "b"]),
        lambda document: document.update(channels="abc"),
        lambda document: document.update(channels=["a", "b"]),
        lambda document: document.update(classes=[1, 2]),
        lambda document: document.update(sampling_rate_hz=-1),
        lambda document: document.update(sampling_rate_hz="fast"),
        lambda document: document.update(conditioning={"kind": "import os"}),
        lambda document: document.update(step={"kind": "rms"}),
        lambda document: document["step"].update(kind=["rms"]),
        lambda document: document["step"].update(floor=10**400),
        lambda document: document["transforms"][0].update(kind={}),
        lambda document: document["transforms"][0].update(values=[10**400] * 3),
        lambda document: document["transforms"][1].update(low=[9.0] * 3, high=[1.0] * 3),
        lambda document: document["transforms"][2].update(scale=[1.0, 0.0, 1.0]),
        lambda document: document.update(transforms={}),
        lambda document: document.update(transforms=["clip"]),
        lambda document: document.update(window={"n_steps": 10, "hop": 0}),
        lambda document: document.update(window={"n_steps": 10**9, "hop": 1}),
        lambda document: document.update(window={"n_steps": True, "hop": 1}),
        lambda document: document.update(members=None),
        lambda document: document["members"].update(dict.fromkeys(document["members"])),
        lambda document: document["classes"].__setitem__(0, "x" * 1_000_000),
        lambda document: document["classes"].__setitem__(0, "x" * 201),
        lambda document: document.update(unknown="x" * 5_000_000),
        lambda document: document.update(evaluation={"balanced_accuracy": float("nan")}),
        lambda document: document.update(recipe="\ud800"),
        lambda document: document.update(versions={"\ud800": "1"}),
        lambda document: document["shift"].update(moving=5e-324),
        lambda document: document["shift"]["spread"].__setitem__(0, 5e-324),
        *[
            partial(fill_transform, kind=kind, name=name, value=value)
            for kind, name in (
                ("impute", "values"),
                ("clip", "low"),
                ("yeo_johnson", "mean"),
                ("yeo_johnson", "lambdas"),
                ("yeo_johnson", "scale"),
            )
            for value in (1e308, -1e308)
        ],
        partial(fill_transform, kind="yeo_johnson", name="scale", value=5e-324),
    ],
)
def test_a_manifest_that_is_not_as_expected_is_refused(
    path: Path, change: Callable[[Document], object]
) -> None:
    rewrite(path, change)
    with pytest.raises(ModelFileError, match=r"arm\.emgmodel"):
        read_model(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such devices")
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/urandom", "a pipe"])
def test_what_has_no_end_is_no_model(name: str, tmp_path: Path) -> None:
    path = Path(name)
    if name == "a pipe":
        path = tmp_path / "pipe.emgmodel"
        posix_os.mkfifo(path)
    with pytest.raises(ModelFileError, match="is no file; expected"):
        read_model(path)


@pytest.mark.usefixtures("by_litert")
def test_a_network_of_many_windows_in_place_of_one_is_refused(demo_model: Model) -> None:
    with pytest.raises(ModelFileError, match="takes 32 at once; expected 1"):
        Pipeline(replace(demo_model, classifier=demo_model.classifier_batch))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_manifest_that_is_no_json_object_is_refused(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", content)
        for name in ("classifier.tflite", "classifier_batch.tflite", "weights.npz"):
            archive.writestr(name, b"")
    with pytest.raises(ModelFileError, match=r"manifest\.json"):
        read_model(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: document.update(classes=[*document["classes"], "one_more"], shift=None),
        lambda document: document["window"].update(n_steps=11),
    ],
)
@pytest.mark.usefixtures("by_litert")
def test_a_manifest_that_disagrees_with_its_network_is_refused(
    path: Path, change: Callable[[Document], object]
) -> None:
    write_model(path, read_model(path).tuned(ARGMAX))  # settings tell the number of classes too
    rewrite(path, change)
    model = read_model(path)
    with pytest.raises(ModelFileError, match="manifest and the network disagree"):
        Pipeline(model)


@pytest.mark.parametrize("content", [b"", b"TFL3" * 50, bytes(1000)])
@pytest.mark.usefixtures("by_litert")
def test_a_network_that_does_not_load_is_one_clear_error(demo_model: Model, content: bytes) -> None:
    with pytest.raises(ModelFileError, match="does not load"):
        Pipeline(replace(demo_model, classifier=content))


@pytest.mark.parametrize("place", ["missing/arm.emgmodel", "file/arm.emgmodel", "folder"])
def test_a_place_that_cannot_be_written_is_known_before_and_leaves_nothing(
    tmp_path: Path, demo_model: Model, place: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match="cannot write the model"):
        check_place(tmp_path / place)
    with pytest.raises(OutputError, match="cannot write the model"):
        write_model(tmp_path / place, demo_model)
    assert sorted(tmp_path.rglob("*")) == before


def test_looking_at_a_place_changes_nothing_there(path: Path) -> None:
    before = path.read_bytes()
    check_place(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def info(**changes: Any) -> StreamInfo:
    known = StreamInfo("COM3", ("biceps", "triceps", "middle"), 1000.0)
    return replace(known, **changes)


@pytest.mark.parametrize(
    ("stream", "both_sides"),
    [
        (
            info(channel_names=("triceps", "biceps", "middle")),
            "triceps, biceps, middle.*biceps, triceps",
        ),
        (info(unit="mV"), "mV.*counts"),
        (info(sampling_rate_hz=1006.0), "1006 Hz.*1000 Hz"),
    ],
)
def test_a_stream_that_does_not_match_shows_both_sides(
    demo_model: Model, stream: StreamInfo, both_sides: str
) -> None:
    with pytest.raises(StreamMismatchError, match=both_sides):
        demo_model.manifest.check_stream(stream)


@pytest.mark.parametrize("rate", [None, 1000.0, 1004.9, 995.1])
def test_a_stream_within_half_a_percent_matches(demo_model: Model, rate: float | None) -> None:
    demo_model.manifest.check_stream(info(sampling_rate_hz=rate))
