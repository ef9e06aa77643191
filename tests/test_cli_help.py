"""The help of every verb: its examples can be run, and a word that is not known is suggested."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import emgstream
from emgstream.cli import main
from emgstream.cli.verb_parsers import VERB_GROUPS, VERBS, verb_module, verb_parser
from emgstream.extras import EXTRAS
from emgstream.wording import command_line, counted, did_you_mean


def test_every_verb_is_in_one_group_with_a_line_that_fits_the_terminal() -> None:
    assert sum(map(len, VERB_GROUPS.values())) == len(VERBS)
    assert all(len(f"  {verb:10}  {what}") <= 80 for verb, what in VERBS.items())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_two_examples_that_its_parser_accepts(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = verb_module(verb).EXAMPLES
    assert len(examples) == 2
    for example, what in examples.items():
        first, *words = shlex.split(example)
        assert (first, bool(what)) == (verb, True)
        verb_parser(verb).parse_intermixed_args(words)
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    printed = capsys.readouterr().out
    assert all(f"  emgstream {example}\n" in printed for example in examples)


@pytest.mark.parametrize("width", [80, 60])
@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_breaks_no_word_at_any_width_of_the_terminal(
    verb: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    parser = verb_parser(verb)
    printed = parser.format_help()
    words = set(printed.split())
    texts = [parser.description or "", *verb_module(verb).EXAMPLES, *parser_helps(parser)]
    assert [word for text in texts for word in text.split() if word not in words] == []
    assert "%%" not in printed


def parser_helps(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the help of each argument as it is printed, with its default filled in."""
    for action in parser._actions:
        if action.help is not None and action.help != argparse.SUPPRESS:
            yield action.help % {**vars(action), "prog": parser.prog}


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("recrod", "record"),
        ("Live", "live"),
        ("record --movments fist", "--movements"),
        ("train demo --out a --recipe publish", "published"),
        ("export a.csv --to EDF", "edf"),
        ("install trian", "train"),
        ("simulate --script hand_clsoe:2", "hand_close"),
        ("simulate --script fits:2", "hand_close"),
        ("live --headless --port simulatd", "simulated"),
        ("live --headless --port simulated --model dmo", "demo"),
        ("config --set modl=demo", "model"),
    ],
)
def test_a_word_that_is_not_known_is_answered_with_the_likeliest_one(
    words: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 1
    assert f"did you mean {meant}" in capsys.readouterr().err


def test_a_word_that_resembles_nothing_is_not_answered_with_a_guess() -> None:
    assert did_you_mean("xyz", ("record", "replay")) == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh", "powershell"])
def test_the_completion_of_a_shell_has_all_verbs(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(verb in script for verb in VERBS)
    assert "movements" in script or shell == "tcsh"  # which completes the options of no verb


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("rec", {"record", "recover"}),
        ("install ", {extra.name for extra in EXTRAS}),
        ("install m", {"mqtt"}),
        ("live --port ", {"auto", "simulated"}),
        ("ports s", {"simulated"}),
        ("live --model ", {"demo", "arm.emgmodel", "day1"}),
        ("replay ", {"demo", "s1.csv", "S2.EDF", "day1"}),
        ("replay s", {"s1.csv"}),
        ("replay day1/", {"day1/s3.csv.gz"}),
        ("train s1.csv ", {"demo", "s1.csv", "S2.EDF", "day1"}),
        ("inspect ", {"demo", "arm.emgmodel", "s1.csv", "S2.EDF", "day1"}),
    ],
)
def test_bash_offers_the_words_and_files_that_fit(
    typed: str, offered: set[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "emgstream.bash"
    script.write_text(capsys.readouterr().out)
    folder = tmp_path / "here"
    (folder / "day1").mkdir(parents=True)
    for name in ("arm.emgmodel", "s1.csv", "S2.EDF", "notes.md", "day1/s3.csv.gz"):
        (folder / name).touch()
    words = ["emgstream", *typed.split(" ")]
    asks = (
        f"source {script}; COMP_WORDS=({' '.join(word or chr(34) * 2 for word in words)}); "
        f"COMP_CWORD={len(words) - 1}; "
        "$(complete -p emgstream | sed -E 's/.*-F ([^ ]+).*/\\1/'); "
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", asks], capture_output=True, text=True, check=False, cwd=folder
    )
    answers = {word for word in done.stdout.split() if not word.startswith("/dev/")}
    assert answers == offered, done.stderr


def test_the_program_is_called_as_it_was_started() -> None:
    words = [sys.executable, "-m", "emgstream", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: python -m emgstream ")


def test_the_package_lists_its_public_names() -> None:
    assert {"live", "replay", "read_model"} <= set(dir(emgstream))
    assert not [name for name in dir(emgstream) if name.startswith("_") and name[1] != "_"]


def test_one_of_something_is_singular_and_paths_are_quoted() -> None:
    assert (counted(1, "sample"), counted(2, "sample")) == ("1 sample", "2 samples")
    if sys.platform != "win32":
        assert command_line("emgstream", Path("a b.csv")) == "emgstream 'a b.csv'"
