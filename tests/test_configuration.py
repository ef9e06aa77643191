"""The configuration file, as terminal and window use it."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sys
from pathlib import Path

import pytest

from emgstream.app.configured_settings import set_configured
from emgstream.cli import main
from emgstream.configuration import configuration_path, read_configuration, write_template
from emgstream.data import DEMO_MODEL
from emgstream.errors import ConfigurationError, OutputError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration file of the test, which is not there yet."""
    path = tmp_path / "user" / "config.toml"
    path.parent.mkdir()
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(path))
    monkeypatch.chdir(tmp_path)
    return path


def write(file: Path, *lines: str) -> None:
    file.write_text("\n".join(lines), encoding="utf-8")


def test_without_a_file_nothing_is_set(file: Path) -> None:
    assert not file.exists()
    configuration = read_configuration()
    assert (configuration.port, configuration.model, configuration.outputs) == (None, None, {})


def test_the_template_sets_nothing_and_every_line_of_it_is_valid_without_its_comment_sign(
    file: Path,
) -> None:
    write_template(file)
    empty = read_configuration()
    lines = file.read_text(encoding="utf-8").splitlines()
    settings = [line[2:] for line in lines if " = " in line or line.startswith("# [")]
    write(file, *settings)
    full = read_configuration()
    for name in full.__struct_fields__:
        assert not getattr(empty, name)
        assert getattr(full, name), name
    assert set(tomllib.loads("\n".join(settings))) == set(full.__struct_fields__)


def test_a_template_is_never_written_over_a_file(file: Path) -> None:
    write(file, 'port = "COM3"')
    with pytest.raises(OutputError, match="expected a new file"):
        write_template(file)
    assert file.read_text(encoding="utf-8") == 'port = "COM3"'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("port = COM3", "is not TOML: .*line 1"),
        ("port = 3", r"has port = 3; expected text, for example \"auto\""),
        ('port = ""', "has port = ''; expected text"),
        (
            'prot = "COM3"',
            "has the setting 'prot' .did you mean port.*; expected one of port,",
        ),
        ('channels = "1,2,3"', "has channels = '1,2,3'; expected a list"),
        ('channels = ["1", "1"]', "expected a list of different names"),
        ("channels = []", "expected a list of different names"),
        ("channels = [1, 2]", "names or numbers in quotes"),
        ("outputs = 3", "has outputs = 3; expected text or a list of text"),
        ("[outputs]\nudp = [9000]", "expected text or a list of text for each output"),
        ('model = "a\\u0000b"', "expected text, the path of a model"),
        ('model = "a\\n"', "expected text, the path of a model"),
        ('[outputs]\nudp = "127.0.0.1:9000\\n"', "expected text or a list of text"),
    ],
)
def test_what_is_wrong_in_the_file_is_one_sentence_with_file_and_setting(
    file: Path, line: str, told: str
) -> None:
    write(file, line)
    with pytest.raises(ConfigurationError, match=told) as raised:
        read_configuration()
    assert str(file) in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"port = \x00", b"a = " + b"[" * 10_000])
def test_a_hostile_file_is_one_sentence(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="is not TOML"):
        read_configuration()


def test_a_folder_in_the_place_of_the_file_is_one_sentence(file: Path) -> None:
    file.mkdir()
    with pytest.raises(ConfigurationError, match="cannot read the configuration"):
        read_configuration()


def test_verbs_take_the_model_of_the_file_and_an_option_comes_before_it(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("replay", "demo", "--speed", "max")
    shutil.copy(DEMO_MODEL, tmp_path / "arm.emgmodel")
    write(file, f'model = "{(tmp_path / "arm.emgmodel").as_posix()}"')
    assert main([*words, "--headless"]) == 0
    assert main(["tune", "demo"]) == 0
    (tmp_path / "arm.emgmodel").unlink()
    assert main([*words, "--headless"]) == 1
    assert "arm.emgmodel: no such file" in capsys.readouterr().err
    assert main([*words, "--headless", "--model", "demo"]) == 0


def test_verbs_take_port_and_channels_of_the_file(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["live", "--headless", "--seconds", "0.3"]
    write(file, 'port = "nowhere"', 'channels = ["a0", "a1", "a2"]')
    assert main(words) == 1
    assert "nowhere" in capsys.readouterr().err
    assert main([*words, "--port", "simulated"]) == 0  # the channels are those of a board
    write(file, 'port = "simulated"', 'channels = ["a0", "a1", "a2"]')
    assert main(words) == 1
    assert "a0" in capsys.readouterr().err
    assert main([*words, "--channels", "1,2,3"]) == 0


@pytest.mark.realtime
def test_recordings_go_into_the_folder_of_the_file(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["record", "--port", "simulated", "--unattended", "--no-check", "--script", "rest:0.5"]
    write(file, f'recordings = "{(tmp_path / "emg").as_posix()}"')
    assert main(words) == 1
    assert "which is not a folder" in capsys.readouterr().err
    (tmp_path / "emg").mkdir()
    assert main(words) == 0
    names = {path.suffix for path in (tmp_path / "emg").iterdir()}
    assert names == {".csv", ".json"}


def test_outputs_of_the_file_are_opened_and_an_option_replaces_those_of_its_name(
    file: Path, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10.0)
        port = listener.getsockname()[1]
        write(file, "[outputs]", f'udp = ["127.0.0.1:{port}"]', 'jsonl = ["of_file.jsonl"]')
        words = ["replay", "demo", "--speed", "max", "--headless", "--jsonl", "own.jsonl"]
        assert main(words) == 0
        assert json.loads(listener.recv(65536))["index"] > 0
    assert (tmp_path / "own.jsonl").exists()
    assert not (tmp_path / "of_file.jsonl").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [('fax = "x"', "--fax=x"), ('udp = "nowhere"', "'nowhere' is not an address")],
)
def test_an_output_that_does_not_work_is_one_sentence(
    file: Path, line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, "[outputs]", line)
    assert main(["replay", "demo", "--headless", "--speed", "max"]) == 1
    printed = capsys.readouterr().err
    assert printed.startswith(f"emgstream: the configuration {file} has an output")
    assert told in printed


def test_config_shows_the_file_and_where_each_setting_comes_from(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config"]) == 0
    printed = capsys.readouterr().out
    assert f"{file} (does not exist; --init writes it)" in printed
    assert "auto (default)" in printed
    assert main(["config", "--init"]) == 0
    assert file.exists()
    write(file, 'port = "COM3"', 'channels = ["1", "2"]', "[outputs]", 'lsl = "arm"')
    capsys.readouterr()
    assert main(["config"]) == 0
    printed = capsys.readouterr().out
    for words in ("COM3 (file)", "1, 2 (file)", "demo (default)", "outputs.lsl", "arm (file)"):
        assert words in printed
    assert main(["config", "--init"]) == 1


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("network", "foo", 'expected "auto", "litert" or "numpy"'),
        ("channels", "1,1", "expected names or numbers, with commas between them"),
        ("channels", ",", "expected names or numbers"),
        ("outputs.jsonl", ",", "expected OUT"),
    ],
)
def test_a_value_that_cannot_be_set_is_told_as_it_was_typed_and_the_file_is_not_blamed(
    name: str, text: str, expected: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "--set", f"{name}={text}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"emgstream: {name} cannot be {text!r}; {expected}")
    assert not file.exists()
    assert "correct it there" not in line


def test_config_shows_the_variables_that_come_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, 'network = "litert"', 'language = "de"')
    monkeypatch.setenv("EMGSTREAM_NETWORK", "numpy")
    monkeypatch.setenv("EMGSTREAM_LANGUAGE", "en")
    assert main(["config"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^ *network +numpy \(EMGSTREAM_NETWORK\)$", printed, re.MULTILINE)
    assert re.search(r"^ *language +en \(EMGSTREAM_LANGUAGE\)$", printed, re.MULTILINE)
    monkeypatch.delenv("EMGSTREAM_NETWORK")
    monkeypatch.delenv("EMGSTREAM_LANGUAGE")
    assert main(["config", "--set", "language=en"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^ *network +litert \(file\)$", printed, re.MULTILINE)
    assert re.search(r"^ *language +en \(file\)$", printed, re.MULTILINE)


def test_a_path_from_the_home_folder_on_is_made_full(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("USERPROFILE", "/home/someone")
    write(file, 'recordings = "~/emg"', "[outputs]", 'jsonl = ["~/d.jsonl", "-"]')
    configuration = read_configuration()
    assert configuration.recordings_folder == Path("/home/someone/emg")
    assert configuration.outputs["jsonl"] == ("/home/someone/d.jsonl", "-")


def test_without_the_variable_the_file_is_in_the_folder_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("EMGSTREAM_CONFIG")
    path = configuration_path()
    assert path.name == "config.toml"
    assert path.is_absolute()
    assert "emgstream" in path.parts[-2]


@pytest.mark.usefixtures("file")
def test_paths_are_written_in_full_so_that_they_lead_to_the_same_place_from_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(DEMO_MODEL, tmp_path / "arm.emgmodel")
    (tmp_path / "emg").mkdir()
    typed = ("model=arm.emgmodel", "recordings=emg", "outputs.jsonl=d.jsonl, -")
    assert main(["config", *(word for one in typed for word in ("--set", one))]) == 0
    assert main(["config", "--set", "outputs.summary=s.json"]) == 0
    monkeypatch.chdir(tmp_path / "emg")
    configuration = read_configuration()
    assert configuration.model == str(tmp_path / "arm.emgmodel")
    assert configuration.recordings == str(tmp_path / "emg")
    assert configuration.outputs["jsonl"] == (str(tmp_path / "d.jsonl"), "-")
    assert configuration.outputs["summary"] == str(tmp_path / "s.json")
    assert main(["replay", "demo", "--headless", "--speed", "max"]) == 0
    assert (tmp_path / "d.jsonl").exists()


def test_a_path_from_the_home_folder_on_and_a_word_are_written_as_they_are_typed(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "emg").mkdir()
    set_configured("model", "demo")
    set_configured("recordings", "~/emg")
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    assert (written["model"], written["recordings"]) == ("demo", "~/emg")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("model=nosuch.emgmodel", "nosuch.emgmodel: no such file"),
        ("model=notes.txt", "notes.txt: "),
        ("recordings=nosuch", "'nosuch', which is not a folder"),
        ("recordings=notes.txt", "'notes.txt', which is not a folder"),
        ("recordings=~nobody-of-this-name/emg", "which is not a folder"),
        ("modl=demo", "no setting 'modl' (did you mean model?)"),
    ],
)
def test_a_model_or_folder_that_is_not_there_is_refused_and_the_file_stays(
    file: Path, tmp_path: Path, typed: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("no model")
    assert main(["config", "--set", typed]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert not file.exists()
