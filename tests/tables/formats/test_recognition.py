"""Recognition of formats by content, and files that are damaged in any way."""

from __future__ import annotations

import gzip
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import edfio
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emgstream.errors import MissingExtraError, TableError
from emgstream.tables.formats import FORMATS, read_format
from tests.posix import posix_os
from tests.tables.formats.conftest import WriteBytes, read, refusal_of
from tests.tables.formats.test_edf import edf_bytes, signal
from tests.tables.formats.test_mat import EMG, STIMULUS, mat5, mat73
from tests.tables.formats.test_numpy import npy, npz
from tests.tables.formats.test_xdf import emg, markers
from tests.tables.formats.xdf_writer import xdf_bytes

CONTENT = {"emg": EMG[:100], "label": STIMULUS[:100], "s": {"fs": 1000.0, "x": EMG[:50, 0]}}
EVENTS = [edfio.EdfAnnotation(0.1, 0.5, "rest"), edfio.EdfAnnotation(0.6, 0.3, "fist")]


def bdf_bytes() -> bytes:
    values = np.arange(200, dtype=np.int32)
    return edfio.Bdf([edfio.BdfSignal.from_digital(values, 100.0)], annotations=EVENTS).to_bytes()


FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "edf": ("edfio", lambda: edf_bytes(signal(200, 100.0), signal(100, 50.0), annotations=EVENTS)),
    "bdf": ("edfio", bdf_bytes),
    "xdf": ("pyxdf", lambda: xdf_bytes(emg(100), markers((100.05, "rest"), (100.07, "fist")))),
    "mat5": ("scipy", lambda: mat5(CONTENT)),
    "mat5 packed": ("scipy", lambda: mat5(CONTENT, do_compression=True)),
    "mat73": ("h5py", lambda: mat73(CONTENT)),
    "npy": ("", lambda: npy(EMG[:100])),
    "npz": ("", lambda: npz(emg=EMG[:100], fs=2000)),
    "npz packed": ("", lambda: npz(is_packed=True, emg=EMG[:100], label=STIMULUS[:100])),
}
EVERY = pytest.mark.parametrize("name", FILES)
_N_IN_A_PROCESS = 4
"""Examples of the formats that are read in a process each."""


def for_damage(name: str) -> settings:
    """Return the settings of the tests with damaged files of a format."""
    n_examples = _N_IN_A_PROCESS if name.startswith("mat") else settings().max_examples
    checks = [HealthCheck.function_scoped_fixture]
    return settings(max_examples=n_examples, deadline=None, suppress_health_check=checks)


@EVERY
@pytest.mark.parametrize("is_gzipped", [False, True])
def test_a_file_is_recognised_by_its_content(
    name: str, is_gzipped: bool, write_bytes: WriteBytes
) -> None:
    content = FILES[name][1]()
    path = write_bytes(gzip.compress(content) if is_gzipped else content, "arm.csv")
    assert read(path).n_rows in {100, 200}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b\n1,2\n",
        b"0       1       2\n" * 20,
        (b"0       " * 40) + b"\n",
        b"PK\x03\x04" + b"\0" * 22 + b"\x09\0\0\0notes.txtsee arm.npy",
        b"\x89HDF\r\n\x1a\n" + bytes(600),
        b"\x1f\x8b",
        gzip.compress(b"a,b\n1,2\n", mtime=0),
        b"MATLAB",
    ],
)
def test_everything_else_is_left_to_the_reader_of_text(
    content: bytes, write_bytes: WriteBytes
) -> None:
    assert read_format(write_bytes(content, "arm.edf")) is None


def test_what_is_no_file_is_left_to_the_reader_of_text(tmp_path: Path) -> None:
    assert read_format(tmp_path) is None
    assert read_format(tmp_path / "nowhere.edf") is None
    assert read_format(Path("arm\0.edf")) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_nothing_is_taken_out_of_a_pipe(tmp_path: Path) -> None:
    posix_os.mkfifo(tmp_path / "pipe")
    assert read_format(tmp_path / "pipe") is None


@EVERY
def test_a_missing_library_is_one_sentence_with_the_extra(
    name: str, write_bytes: WriteBytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    library, content = FILES[name]
    path = write_bytes(content())
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == library else find(name)
    )
    if not library:
        assert read_format(path) is not None
        return
    with pytest.raises(MissingExtraError) as caught:
        read_format(path)
    assert f"reading it needs {library}, which is not installed" in str(caught.value)
    assert "emgstream install formats" in str(caught.value)


def test_every_format_has_a_test() -> None:
    assert {form.module or "" for form in FORMATS} == {library for library, _ in FILES.values()}


def check(content: bytes, folder: Path) -> None:
    """Read a damaged file: a recording, nothing, or one sentence."""
    path = folder / "damaged"
    path.write_bytes(content)
    try:
        recording = read_format(path)
    except TableError as error:
        message = str(error)
        assert str(path) in message
        assert "\n" not in message
        assert ";" in message
        assert len(message) < 600
    else:
        assert recording is None or recording.n_rows >= 1


@EVERY
def test_a_truncated_file_gives_a_recording_or_one_sentence(name: str, tmp_path: Path) -> None:
    content = FILES[name][1]()

    @for_damage(name)
    @given(st.integers(0, len(content)))
    def cut(n_bytes: int) -> None:
        check(content[:n_bytes], tmp_path)

    cut()


@EVERY
def test_a_damaged_file_gives_a_recording_or_one_sentence(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = FILES[name][1]()
    # headers are at the beginning, the directory of a zip archive is at the end
    anywhere, at_an_end = st.integers(0, len(content) - 1), st.integers(0, 600)
    places = anywhere | at_an_end | at_an_end.map(lambda at: max(len(content) - 1 - at, 0))
    damages = st.tuples(places, st.binary(min_size=1, max_size=8))

    @for_damage(name)
    @given(st.lists(damages, min_size=1, max_size=6))
    def damage(changes: list[tuple[int, bytes]]) -> None:
        damaged = bytearray(content)
        for place, value in changes:
            damaged[place : place + len(value)] = value
        check(bytes(damaged), tmp_path)

    damage()
    assert capfd.readouterr() == ("", "")


@EVERY
def test_random_bytes_behind_the_mark_of_a_format_give_one_sentence(
    name: str, tmp_path: Path
) -> None:
    content = FILES[name][1]()

    @for_damage(name)
    @given(st.sampled_from([8, 128, 256, 540]), st.binary(max_size=2000))
    def replace_tail(n_kept: int, tail: bytes) -> None:
        check(content[:n_kept] + tail, tmp_path)

    replace_tail()


def test_a_matlab_file_on_which_the_library_ends_the_process_gives_one_sentence(
    write_bytes: WriteBytes,
) -> None:
    content = mat5({"emg": EMG})
    number = content.index(b"emg") + 4
    assert content[number] == 9  # type code of float64
    path = write_bytes(content[:number] + b"\0" + content[number + 1 :])
    assert "it is damaged, so that the library that reads it failed" in refusal_of(path)
