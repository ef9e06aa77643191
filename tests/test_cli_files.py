"""What verbs read and write as files: nothing is written over, nothing is lost for another."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from emgstream.atomic_files import write_whole
from emgstream.cli import main
from emgstream.data import DEMO_MODEL
from emgstream.errors import OutputError
from emgstream.report import write_json
from tests.processes import EMGSTREAM

TABLE = "a,b,label\n" + "".join(
    f"{n * n % 11},{n * n % 7},{'xy'[n // 40 % 2]}\n" for n in range(400)
)
with_links = pytest.mark.skipif(os.name == "nt", reason="on Windows links are for administrators")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the present folder, with a recording, its sidecar and a model."""
    monkeypatch.chdir(tmp_path)
    Path("arm.csv").write_text(TABLE)
    Path("arm.json").write_text('{"format": "emgstream session", "subject": "7"}')
    Path("preprosesseddata.csv").write_text(TABLE)
    shutil.copy(DEMO_MODEL, "arm.emgmodel")
    Path("cues.txt").write_text("rest:3,hand_close:2")
    if os.name != "nt":
        Path("soft.csv").symlink_to("arm.csv")
    os.link("arm.csv", "hard.csv")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "inspect arm.csv --json arm.csv",
        "inspect arm.csv --html ./x/../arm.csv",
        pytest.param("inspect arm.csv --json soft.csv", marks=with_links),
        "inspect arm.csv --json hard.csv",
        "inspect arm.csv --json arm.json",
        "inspect arm.csv --json same.x --html same.x",
        "inspect arm.emgmodel --json arm.emgmodel",
        "evaluate arm.csv --json arm.csv",
        "evaluate arm.csv --model arm.emgmodel --html arm.emgmodel",
        "train arm.emgmodel --out arm",
        pytest.param(
            "train preprosesseddata.csv --out new --report .", marks=pytest.mark.tensorflow
        ),
        "calibrate arm.emgmodel --out arm",
        "tune arm.emgmodel --out arm",
        "replay arm.csv --model arm.emgmodel --jsonl arm.csv",
        "replay arm.csv --model arm.emgmodel --summary hard.csv",
        "replay arm.csv --jsonl x.jsonl --control keys.toml --summary keys.toml",
        "live --model arm.emgmodel --summary arm.emgmodel",
        "simulate --script cues.txt --ledger cues.txt",
    ],
)
def test_nothing_that_is_read_is_written_over(
    folder: Path, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert main(words.split()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "is read or written already; expected another file for every output; choose another name"
    )
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.usefixtures("folder")
def test_a_report_may_be_written_again_beside_its_recording() -> None:
    words = ["inspect", "preprosesseddata.csv", "--json", "preprosesseddata.json"]
    assert [main(words), main(words)] == [0, 0]


@pytest.mark.parametrize("content", [TABLE, '{"format": "emgstream session"}', "[1]", "{", "{}"])
@pytest.mark.parametrize(
    "words",
    [
        "replay demo --speed max --jsonl mine",
        "replay demo --speed max --summary mine",
        "live --port simulated --seconds 1 --jsonl mine",
        "live --port simulated --seconds 1 --jsonl new --summary mine",
        "inspect arm.csv --json mine",
        "inspect arm.emgmodel --json mine",
        "inspect arm.csv --html mine",
        "evaluate preprosesseddata.csv --json mine",
        "evaluate preprosesseddata.csv --html mine",
        "simulate --ledger mine",
    ],
)
def test_a_file_of_another_kind_is_never_replaced(
    folder: Path, words: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine").write_text(content)
    assert main(words.split()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("emgstream: mine is there already and holds something else; expected a ")
    assert line.endswith("; choose another name")
    assert (folder / "mine").read_text() == content
    assert not (folder / "new").exists()


@pytest.mark.parametrize(
    "words",
    [
        "replay demo --speed max --jsonl mine --summary figures",
        "live --port simulated --port simulated --seconds 1 --jsonl mine --summary figures",
        "inspect arm.csv --json figures --html mine",
        "inspect arm.emgmodel --json mine",
        "simulate --seconds 1 --ledger mine",
    ],
)
def test_what_an_earlier_run_wrote_is_replaced(folder: Path, words: str) -> None:
    words = words.replace("live", "live --headless")
    (folder / "mine").touch()  # an empty file holds nothing to keep
    assert main(words.split()) == 0
    with (folder / "mine").open("a") as file:
        file.write("\n\n")  # which no output ends with
    assert main(words.split()) == 0
    assert not (folder / "mine").read_text().endswith("\n\n")


@pytest.mark.usefixtures("folder")
def test_a_model_may_be_tuned_where_it_stands() -> None:
    words = ["tune", "demo", "--model", "arm.emgmodel", "--threshold", "0.7"]
    assert main([*words, "--out", "arm.emgmodel"]) == 0


@pytest.mark.parametrize("words", ["train x.csv --out", "inspect x.csv --json"])
def test_an_empty_word_is_no_file(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words.split(), ""]) == 1
    assert "the name of the file is empty" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["missing/a.out", "."])
@pytest.mark.parametrize("option", ["--json", "--html"])
@pytest.mark.parametrize("verb", ["inspect", "evaluate"])
def test_a_place_that_will_not_do_is_told_before_anything_is_read(
    verb: str, option: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "none.csv", option, place]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"emgstream: cannot write {place}: ")
    assert line.endswith(f"choose another place with {option}")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.usefixtures("folder")
def test_one_output_that_fails_costs_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "arm.csv", "--json", "/dev/full", "--html", "arm.html"]) == 1
    said = capsys.readouterr()
    assert said.err.startswith("emgstream: cannot write /dev/full: ")
    assert "stuck loops" in said.out
    assert Path("arm.html").read_text().endswith("</html>\n")


@pytest.mark.usefixtures("folder")
def test_files_are_written_though_nobody_reads_what_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("emgstream.cli.inspect_verb.print_facts", closed)
    assert main(["inspect", "arm.csv", "--json", "new.json", "--html", "new.html"]) == 1
    assert capsys.readouterr().err == "emgstream: standard output was closed by its reader\n"
    assert json.loads(Path("new.json").read_text())["n_rows"] == 400
    assert Path("new.html").exists()


def test_a_summary_is_written_though_nobody_reads_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("emgstream.cli.headless.print_summary", closed)
    path = tmp_path / "summary.json"
    assert main(["replay", "demo", "--speed", "max", "--summary", str(path)]) == 1
    assert json.loads(path.read_text())["samples"] == 50_000


def test_a_letter_that_the_terminal_does_not_know_ends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "arm.csv"
    path.write_text(TABLE.replace("x", "手👋"), encoding="utf-8")
    for coding in ("cp1252", "ascii"):
        run = subprocess.run(
            [*EMGSTREAM, "inspect", str(path)],
            env={**os.environ, "PYTHONIOENCODING": coding},
            capture_output=True,
            check=True,
        )
        assert b"\\u624b\\U0001f44b" in run.stdout


def test_a_write_that_fails_halfway_keeps_the_older_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "figures.json"
    path.write_text("older")

    def fill_up(partial: Path, content: bytes) -> int:
        with partial.open("wb") as file:
            file.write(content[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fill_up)
    with pytest.raises(OutputError, match="choose another place with --json"):
        write_json(path, {"a": 1})
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [
        ("figures.json", "older")
    ]


def test_a_long_name_leaves_room_for_what_is_said_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, page = tmp_path / "arm.csv", tmp_path / "arm.html"
    path.write_text(TABLE.replace(",x", "," + 200 * "x").replace("a,b", 200 * "a" + ",b", 1))
    assert main(["inspect", str(path), "--html", str(page)]) == 0
    _, facts, _ = capsys.readouterr().out.split("\n\n")
    assert max(line.index("  ") for line in facts.splitlines()) <= 40
    assert "…" in facts
    for width in re.findall(r'viewBox="0 0 (\d+)', page.read_text()):
        assert int(width) <= 860
    assert 'title="' + 200 * "x" + '"' in page.read_text()


@with_links
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
