"""Every text of the window can be translated, and every catalogue fits the code."""

from __future__ import annotations

import ast
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import emgstream
from emgstream.app.configured_settings import set_configured
from emgstream.app.doctor.doctor_check import TOPICS
from emgstream.child_python import child_python
from emgstream.cli import main
from emgstream.configuration import read_configuration
from emgstream.errors import ConfigurationError
from emgstream.translation import (
    CATALOGUES,
    VARIABLE,
    languages,
    open_catalogue,
    tr,
    tr_n,
    wanted_languages,
)
from tests.processes import EMGSTREAM
from tests.untranslated import untranslated

sys.path.append(str(Path(__file__).parent.parent / "scripts"))
import translations

PACKAGE = Path(emgstream.__file__).parent
ROOMS = ("app", "gui")
CATALOGUE_FILES = sorted(CATALOGUES.glob("*/LC_MESSAGES/emgstream.po"))
NOT_FOR_PEOPLE = {
    "app/about.py": r"The emgstream authors ",  # a citation is the same everywhere
    "app/board_setup.py": r"sketch {}",  # the name of a folder
    "app/configured_language.py": r"there is no catalogue|the setting",  # not in a language
    "app/cue_scene.py": r"do it|it comes|nothing to do|something is ",  # not shown
    "app/doctor/port_checks.py": r"echo |sudo |/sys/bus/",  # lines for a terminal
    "app/doctor/qt_checks.py": r"{}/bin/python3",
    "app/doctor/system_packages.py": r"sudo ",
    "app/extra_installation.py": r"\*\.dist-info",
    "app/installer_output.py": r".*\|",  # patterns of what installers print
    "app/live_session.py": r"a session is iterated over",  # a mistake of the programmer
    "app/port_finding.py": r"(no board|taken by|driver missing|no permission|in use)",  # not shown
    "app/recording_conversion.py": r"as in the original",  # written into a file
    "app/table_import.py": r"(the file|something|the columns) ",  # not shown
    "app/tuning_session.py": r"(no recording|the model|the settings|all results) ",  # not shown
    "app/window_words.py": r".*(emgstream|--|\|)|sudo usermod|{} or {}",  # of messages below
    "gui/board_setup/wiring_picture.py": r"Arduino Uno",  # a name
    "app/mac_application.py": "decides on a live signal",  # read by macOS
    "gui/message_strip.py": r"worth knowing|not as it should be|something stopped",  # not shown
    "gui/qt_style.py": r"\s*QWidget",  # a style sheet
}
"""Patterns of literals that nobody reads in the window, by file."""
LOOKED_UP_AS_DATA = {
    "app/column_draft.py",
    "app/key_bindings.py",  # a button of the mouse, and why no keys can be pressed
    "app/live_session.py",
    "app/network_words.py",
    "app/configured_settings.py",
    "app/quality_words.py",
    "app/recording_review.py",
    "app/session_figures.py",
    "app/source_watch.py",
    "app/stream_words.py",
    "gui/live/live_page.py",
    "gui/outputs/output_row.py",
    "gui/settings/doctor_view.py",
    "gui/source_address_dialog.py",
    "gui/source_bar.py",
    "gui/table_import/column_model.py",
    "gui/table_import/column_table.py",
}
"""Files that look up words of rooms below, those of `translations.texts_of_rooms_below`."""


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((PACKAGE / room).rglob("*.py"))]


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_every_text_for_people_is_looked_up() -> None:
    forgotten = [
        f"{place(path)}:{line}: {text!r}"
        for path in modules()
        for line, text in untranslated(path)
        if not re.match(NOT_FOR_PEOPLE.get(place(path), r"\Z\A."), text)
    ]
    assert forgotten == []


def test_no_exception_outlives_its_text() -> None:
    for name, pattern in NOT_FOR_PEOPLE.items():
        texts = [text for _, text in untranslated(PACKAGE / name)]
        assert any(re.match(pattern, text) for text in texts), name


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('label.setText("Record")', ["Record"]),
        ('label.setText(f"{n} rows")', ["{} rows"]),
        ('raise UsageError("no such file")', ["no such file"]),
        ('tr("{a} rows", a=f"not {b} yet")', ["not {} yet"]),
        ('label.setText(tr("Record"))', []),
        ('"""A text about the module."""', []),
        ('_log.info("the thread ends")', []),
        ('part.setObjectName("quiet one")', []),
        ('label.setText(f"{rate} Hz")', []),
    ],
)
def test_a_forgotten_text_is_found(tmp_path: Path, source: str, found: list[str]) -> None:
    module = tmp_path / "module.py"
    module.write_text(source)
    assert [text for _, text in untranslated(module)] == found


def test_only_texts_that_are_listed_are_looked_up_by_a_variable() -> None:
    found = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = node.args[: {"tr": 1, "tr_n": 2}.get(node.func.id, 0)]
                if not all(isinstance(text, ast.Constant) for text in texts):
                    found.add(place(path))
    assert found == LOOKED_UP_AS_DATA


def test_no_text_is_looked_up_inside_an_f_string() -> None:
    """Before Python 3.12 such a text is one token with the rest, and is not collected."""
    inside = [
        f"{place(path)}:{call.lineno}"
        for path in modules()
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("tr", "tr_n")
        and isinstance(call.args[0], ast.Constant)
    ]
    assert inside == []


def test_every_topic_of_a_check_is_listed() -> None:
    sources = "".join(path.read_text("utf-8") for path in (PACKAGE / "app/doctor").glob("*.py"))
    used = set(re.findall(r'\b(?:good|warning|problem|_written)\(\s*"(\w+)"', sources))
    used |= set(re.findall(r"^    (\w+)_checks,", sources, re.MULTILINE))  # one that fails itself
    assert used <= set(TOPICS), used - set(TOPICS)


def test_the_template_is_that_of_the_code() -> None:
    assert translations.TEMPLATE.read_bytes().decode() == translations.template_text().decode(), (
        "run scripts/translations.py extract"
    )


@pytest.mark.parametrize("path", CATALOGUE_FILES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_complete_and_keeps_the_placeholders(path: Path) -> None:
    text = path.read_bytes()
    assert list(translations.faults_of(text)) == []
    assert path.with_suffix(".mo").read_bytes() == translations.compiled(text), (
        "run scripts/translations.py compile"
    )


def test_a_catalogue_with_a_fault_is_refused() -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    wrong = head + 'msgid "{name} is missing"\nmsgstr "{nom} fehlt"\n'
    wrong += '\n#, fuzzy\nmsgid "Raw"\nmsgstr "Roh"\n'
    faults = list(translations.faults_of(wrong.encode()))
    assert "'{nom} fehlt' has other placeholders than '{name} is missing'" in faults
    assert "'Record' is not translated" in faults
    assert "'Raw' is marked as fuzzy; look at it, and take the mark off" in faults


@pytest.mark.parametrize(
    ("environ", "of_windows", "wanted"),
    [
        ({"EMGSTREAM_LANGUAGE": "fr", "LANG": "de_DE.UTF-8"}, None, ["fr"]),
        ({"LANGUAGE": "pt_BR:es", "LANG": "fr_FR"}, None, ["pt_BR", "pt", "es"]),
        ({"LANGUAGE": "pt_BR:es", "LC_ALL": "C"}, None, ["C"]),
        ({"LANGUAGE": "de", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, None, ["C"]),
        ({"LANGUAGE": "de"}, None, ["de"]),
        ({"EMGSTREAM_LANGUAGE": "de", "LC_ALL": "C"}, None, ["de"]),
        ({"EMGSTREAM_LANGUAGE": "x" * 300}, None, []),
        ({"EMGSTREAM_LANGUAGE": "..:/etc:de/..:de"}, None, ["de"]),
        ({"LC_ALL": "", "LC_MESSAGES": "nl_BE@euro"}, None, ["nl_BE", "nl"]),
        ({"EMGSTREAM_LANGUAGE": "de-CH"}, None, ["de_CH", "de"]),
        ({}, "de_DE", ["de_DE", "de"]),
        ({"LANG": "C.UTF-8"}, "de_DE", ["C"]),
        ({}, None, []),
    ],
)
def test_the_language_is_that_of_the_variable_or_of_the_system(
    environ: dict[str, str], of_windows: str | None, wanted: list[str]
) -> None:
    assert list(wanted_languages(environ, lambda: of_windows)) == wanted


CATALOGUE = translations.compiled(
    b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    b'msgid "Record"\nmsgstr "Aufnehmen"\n'
)


def written(folder: Path, content: bytes, language: str = "de") -> Path:
    path = folder / language / "LC_MESSAGES" / "emgstream.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return folder


def test_the_first_language_with_a_catalogue_is_used(tmp_path: Path) -> None:
    written(tmp_path, CATALOGUE)
    for wanted in (["de"], ["fr", "de"], ["de_AT", "de", "en"], ["DE"], ["x" * 300, "..", "de"]):
        assert open_catalogue(iter(wanted), tmp_path).gettext("Record") == "Aufnehmen"
    for wanted in (["en", "de"], ["EN", "de"], ["C"], ["fr"], ["x" * 300], []):
        assert open_catalogue(iter(wanted), tmp_path).gettext("Record") == "Record"


@pytest.mark.parametrize("n_bytes", [0, 3, 20, len(CATALOGUE) // 2])
def test_a_damaged_catalogue_is_english_and_one_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, n_bytes: int
) -> None:
    written(tmp_path, CATALOGUE[:n_bytes])
    with caplog.at_level(logging.WARNING):
        found = open_catalogue(iter(["de"]), tmp_path)
    assert found.gettext("Record") == "Record"
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@given(st.integers(0, len(CATALOGUE) - 1), st.integers(0, 255))
def test_no_damage_to_a_catalogue_ends_the_program(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    damaged = CATALOGUE[:place] + bytes([byte]) + CATALOGUE[place + 1 :]
    folder = written(tmp_path_factory.mktemp("locale"), damaged)
    open_catalogue(iter(["de"]), folder)


def test_an_empty_text_stays_empty() -> None:
    assert tr("") == ""


def test_a_number_chooses_the_form() -> None:
    assert [tr_n("{n} is", "{n} are", n) for n in (0, 1, 2)] == ["0 are", "1 is", "2 are"]


def printed(*command: str, language: str | None, config: Path) -> str:
    """Return what a process prints, whose system speaks French."""
    environ = {name: value for name, value in os.environ.items() if name != VARIABLE}
    environ |= {"EMGSTREAM_CONFIG": str(config), "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr"}
    environ |= {} if language is None else {VARIABLE: language}
    ended = subprocess.run(
        command,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return ended.stdout + ended.stderr


TITLE_OF_USER = """
from emgstream.app.configured_language import use_language_of_user
from emgstream.app.signal_views import SignalView
use_language_of_user()
print(SignalView.RAW.title)
"""


def test_the_setting_chooses_the_language_and_the_variable_comes_before_it(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    command = sys.executable, "-c", TITLE_OF_USER
    assert printed(*command, language=None, config=config) == "Raw\n"
    config.write_text('language = "de"')
    assert printed(*command, language=None, config=config) == "Roh\n"
    assert printed(*command, language="en", config=config) == "Raw\n"


@pytest.mark.parametrize("words", [("config",), ("inspect", "demo"), ("config", "--set", "port=")])
def test_the_terminal_speaks_english(tmp_path: Path, words: tuple[str, ...]) -> None:
    config = tmp_path / "config.toml"
    in_english, in_german = (
        printed(*EMGSTREAM, *words, language=language, config=config) for language in ("en", "de")
    )
    # the variable itself is shown with its value
    assert in_german.replace(f"de ({VARIABLE})", f"en ({VARIABLE})") == in_english


LOOKED_UP = """
import importlib, sys, traceback
from emgstream import translation
def look_up():
    print(*traceback.format_stack(limit=4)[:2])
    return translation.NullTranslations()
translation._translations = look_up
importlib.import_module(sys.argv[1])
"""


@pytest.mark.parametrize("module", ["cli", "cli.live_verb", "cli.replay_verb", "gui"])
def test_nothing_is_looked_up_before_the_window_has_settled_its_language(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOOKED_UP, f"emgstream.{module}"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert ended.stdout == ""


@pytest.mark.tensorflow
def test_the_checks_of_the_window_are_in_its_language(tmp_path: Path) -> None:
    command = child_python("emgstream.app.doctor.doctor_child")
    found = json.loads(printed(*command, language="de", config=tmp_path / "config.toml"))
    assert {"python", "package", "network", "display"} <= {one["topic"] for one in found}
    assert any("rechnet das mitgelieferte Modell" in one["text"] for one in found)


def test_a_language_without_a_catalogue_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(tmp_path / "config.toml"))
    set_configured("language", "de")
    with pytest.raises(ConfigurationError, match="'tlh', for which there is no catalogue"):
        set_configured("language", "tlh")
    assert read_configuration().language == "de"
    set_configured("language", "DE")
    assert read_configuration().language == "DE"


@pytest.mark.parametrize(
    ("of_variable", "of_file", "told"),
    [
        ("", None, None),
        ("de_AT.UTF-8", "xx", None),
        ("", "DE", None),
        ("", "xx", "no catalogue for 'xx', which is the language by the setting language"),
        ("german", "de", "no catalogue for 'german', which is the language by EMGSTREAM_LANGUAGE"),
    ],
)
def test_a_language_without_a_catalogue_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    of_variable: str,
    of_file: str | None,
    told: str | None,
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("" if of_file is None else f'language = "{of_file}"')
    monkeypatch.setenv("EMGSTREAM_CONFIG", str(config))
    monkeypatch.setenv(VARIABLE, of_variable)
    assert main(["config"]) == 0
    noted = capsys.readouterr().err
    assert noted == "" if told is None else told in noted


def test_every_language_on_offer_has_a_catalogue() -> None:
    assert languages() == ("en", *(path.parts[-3] for path in CATALOGUE_FILES))


def test_the_metadata_name_every_language() -> None:
    spoken = {"en": "English", "de": "German"}
    metadata = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    named = re.findall(r'"Natural Language :: (\w+)"', metadata)
    assert named == [spoken[language] for language in languages()]
