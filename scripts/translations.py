"""Collect the texts of the window and make its catalogues.

    translations.py extract        write the texts of the code into emgstream/locale/emgstream.pot
    translations.py update de      bring the catalogue of a language up to date, or begin it
    translations.py compile        write the files that the program reads

A catalogue is offered only if it is complete: ``compile`` refuses one with texts that lack.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "emgstream"
TEMPLATE = PACKAGE / "locale" / "emgstream.pot"
ROOMS = ("app", "gui")
KEYWORDS = {"tr": None, "tr_n": (1, 2)}
COMMENT = "Translators:"
"""Begins a comment in the code, above a text, that is for translators."""
LEFT_OUT = tuple(
    f'"{name}:'.encode()
    for name in (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Language-Team",
        "Report-Msgid-Bugs-To",
    )
)
"""Lines of a catalogue's head that would change although no text did, or say nothing."""


def main() -> int:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("extract", help="write the texts of the code into the template")
    update = steps.add_parser("update", help="bring a catalogue up to date, or begin it")
    update.add_argument("language", help="such as de or pt_BR")
    steps.add_parser("compile", help="write the files that the program reads")
    arguments = parser.parse_args()
    if arguments.step == "extract":
        TEMPLATE.write_bytes(template_text())
    elif arguments.step == "update":
        update_catalogue(arguments.language)
    else:
        return compile_catalogues()
    return 0


def template_text() -> bytes:
    """Return the template: each text of the window with the files it stands in.

    Without numbers of lines and without a date, so that it changes only where a text does.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_file
    from babel.messages.pofile import write_po

    catalogue = Catalog(
        project="emgstream",
        fuzzy=False,
        header_comment="# Texts of the window of emgstream. Made by scripts/translations.py.",
    )
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            found = extract_from_file(
                "python", path, keywords=KEYWORDS, comment_tags=[COMMENT], strip_comment_tags=True
            )
            for line, text, comments, context in found:
                catalogue.add(
                    text, locations=[(place, line)], auto_comments=comments, context=context
                )
    for place, texts in texts_of_rooms_below().items():
        for text in texts:
            catalogue.add(text, locations=[(place, 1)])
    for message in catalogue:
        message.flags.discard("python-format")  # "95 % of" is no placeholder
    file = io.BytesIO()
    write_po(file, catalogue, include_lineno=False, width=100)
    return _shortened(file.getvalue())


def texts_of_rooms_below() -> dict[str, list[str]]:
    """Return the texts that rooms below ``app`` keep as data in English, by their files.

    The window shows them by ``tr`` of a variable.
    """
    from emgstream.app.doctor.doctor_check import TOPICS, CheckState
    from emgstream.latency import STAGES
    from emgstream.manifest import KINDS_OF_TRAINING_DATA
    from emgstream.network.backend_choice import BackendReason
    from emgstream.outputs.control.desk import OBSTACLES
    from emgstream.outputs.output_registry import output_kinds
    from emgstream.quality import Quality, QualityKind
    from emgstream.recording.cue_events import RepetitionOutcome
    from emgstream.sources.source_registry import standing_sources
    from emgstream.sources.source_status import SIMULATED_NAME, SYNTHETIC, SourceState
    from emgstream.tables.table_column import Certainty, ColumnRole

    outputs = [text for kind in output_kinds() for text in (kind.shown_title, kind.shown_help)]
    return {
        "emgstream/app/doctor/doctor_check.py": [*TOPICS, *(one.value for one in CheckState)],
        "emgstream/latency.py": list(STAGES),
        "emgstream/network/backend_choice.py": [one.value for one in BackendReason],
        "emgstream/outputs/control/desk.py": list(OBSTACLES),
        "emgstream/manifest.py": list(KINDS_OF_TRAINING_DATA),
        "emgstream/outputs/output_registry.py": outputs,
        "emgstream/quality.py": [
            text for kind in QualityKind for text in (kind.value, Quality(kind).advice)
        ],
        "emgstream/recording/cue_events.py": [one.value for one in RepetitionOutcome],
        "emgstream/sources/brainflow_source.py": ["those of its master"],
        "emgstream/sources/source_registry.py": [one.title for one in standing_sources()],
        "emgstream/sources/source_status.py": [
            SIMULATED_NAME,
            SYNTHETIC,
            *(state.value for state in SourceState),
        ],
        "emgstream/tables/table_column.py": [one.value for one in (*ColumnRole, *Certainty)],
    }


def update_catalogue(language: str) -> None:
    """Bring the catalogue of a language up to date; texts that are gone stay at its end."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    template = read_po(io.BytesIO(TEMPLATE.read_bytes()))
    path = catalogue_path(language)
    if path.exists():
        catalogue = read_po(io.BytesIO(path.read_bytes()), locale=language)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=language, project="emgstream", fuzzy=False)
    catalogue.header_comment = f"# Texts of the window of emgstream, language {language}."
    catalogue.update(template, no_fuzzy_matching=True)
    for message in catalogue:
        message.flags.discard("python-format")
    file = io.BytesIO()
    write_po(file, catalogue, include_lineno=False, width=100, ignore_obsolete=False)
    path.write_bytes(_shortened(file.getvalue()))


def compile_catalogues() -> int:
    """Write the ``.mo`` of every catalogue that is complete and right; return the exit code."""
    failed = False
    for path in sorted(TEMPLATE.parent.glob("*/LC_MESSAGES/*.po")):
        faults = [*faults_of(path.read_bytes())]
        for fault in faults:
            print(f"{path.relative_to(ROOT)}: {fault}")
        if faults:
            failed = True
        else:
            path.with_suffix(".mo").write_bytes(compiled(path.read_bytes()))
    return 1 if failed else 0


def compiled(text: bytes) -> bytes:
    """Return a catalogue in the form that the program reads."""
    from babel.messages.catalog import Catalog, Message
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    class _UnsignedCatalog(Catalog):
        """A catalogue whose head does not name the version of Babel, which may be another."""

        def __iter__(self) -> Iterator[Message]:
            head, *messages = super().__iter__()
            lines = str(head.string).splitlines(keepends=True)
            head.string = "".join(line for line in lines if not line.startswith("Generated-By"))
            yield from (head, *messages)

    catalogue = read_po(io.BytesIO(text))
    catalogue.__class__ = _UnsignedCatalog
    # else they are the time of now, and the file changes although no text did
    catalogue.creation_date = catalogue.revision_date = datetime(1970, 1, 1, tzinfo=timezone.utc)
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def faults_of(text: bytes) -> Iterator[str]:
    """Give each fault of a catalogue: a text that lacks, is no longer there, or lost a value."""
    from babel.messages.pofile import read_po

    template = read_po(io.BytesIO(TEMPLATE.read_bytes()))
    catalogue = read_po(io.BytesIO(text))
    for message in template:
        if not message.id:
            continue
        translated = catalogue.get(message.id)
        strings = _strings(translated.string) if translated is not None else [""]
        if not all(strings):
            yield f"{_strings(message.id)[0]!r} is not translated"
            continue
        if translated is not None and translated.fuzzy:  # left out as it is compiled
            named = _strings(message.id)[0]
            yield f"{named!r} is marked as fuzzy; look at it, and take the mark off"
        wanted = placeholders(_strings(message.id)[-1])
        for string in strings:
            if placeholders(string) != wanted:
                yield f"{string!r} has other placeholders than {_strings(message.id)[-1]!r}"
    for message in catalogue:
        if message.id and template.get(message.id) is None:
            yield f"{_strings(message.id)[0]!r} is no longer in the code; run update"


def placeholders(text: str) -> set[tuple[str, str, str | None]]:
    """Return name, form and conversion of each placeholder of a text.

    >>> sorted(placeholders("{name} at {rate_hz:.1f} Hz"))
    [('name', '', None), ('rate_hz', '.1f', None)]
    """
    return {
        (name, form or "", conversion)
        for _, name, form, conversion in Formatter().parse(text)
        if name is not None
    }


def catalogue_path(language: str) -> Path:
    """Return the place of the catalogue of a language."""
    return TEMPLATE.parent / language / "LC_MESSAGES" / "emgstream.po"


def _strings(one: object) -> list[str]:
    return [one] if isinstance(one, str) else [str(part) for part in one or [""]]  # type: ignore[attr-defined]


def _shortened(text: bytes) -> bytes:
    return b"".join(line for line in text.splitlines(True) if not line.startswith(LEFT_OUT))


if __name__ == "__main__":
    sys.exit(main())
