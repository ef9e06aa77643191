"""Options that several verbs share, and functions that read their values."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Collection
from pathlib import Path

from emgstream import data
from emgstream.bundle import MODEL_SUFFIX
from emgstream.cue_schedule import CueSchedule
from emgstream.device_names import device_problem, is_device_name, is_unwritable_device
from emgstream.errors import UsageError
from emgstream.sources.source_registry import further_source_kinds
from emgstream.tables import TIME_UNITS, ColumnChoice

__all__ = [
    "add_channels",
    "add_columns",
    "add_epochs",
    "add_model",
    "add_models",
    "add_new_model",
    "add_port",
    "add_ports",
    "add_report_files",
    "add_seed",
    "add_sessions",
    "add_signal",
    "any_path",
    "column_choice",
    "count",
    "cue_script",
    "file_name",
    "file_path",
    "mains_hz",
    "model_path",
    "names",
    "new_model_path",
    "not_negative",
    "path_to_read",
    "positive",
    "recording_path",
    "seed",
]

_PORT = (
    "a port, socket://HOST:PORT, 'simulated' (synthetic EMG, no board needed), or 'auto', the "
    "default: the first board on USB that answers; see emgstream ports"
)


def positive(text: str) -> float:
    """Read a positive, finite number; raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return value


def not_negative(text: str) -> float:
    """Read a finite number from 0 on; raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return value


def count(text: str) -> int:
    """Read a whole number above zero; raises ArgumentTypeError."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above zero")
    return value


def seed(text: str) -> int:
    """Read the seed of a random order; raises ArgumentTypeError."""
    if text.isascii() and text.isdigit() and int(text) < 2**63:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")


def _training_seed(text: str) -> int:
    """Read a seed that all libraries of training accept; raises ArgumentTypeError."""
    if text.isascii() and text.isdigit() and int(text) < 2**32:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {2**32 - 1}")


def _baud(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 50 <= int(text) <= 4_000_000):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a baud rate; expected a number such as 500000"
        )
    return int(text)


def file_name(text: str) -> str:
    """Read the name of a file to write; raises ArgumentTypeError for an empty text."""
    if not text:
        raise argparse.ArgumentTypeError("the name of the file is empty")
    if is_unwritable_device(text):
        raise argparse.ArgumentTypeError(f"{device_problem(text)}; choose another name")
    return text


def file_path(text: str) -> Path:
    """Read the path of a file to write; raises ArgumentTypeError for an empty text."""
    return Path(file_name(text))


def recording_path(text: str) -> Path:
    """Read the path of a recording, or ``demo``; raises ArgumentTypeError for a device."""
    return data.recording_path(_no_device(text))


def model_path(text: str) -> Path:
    """Read the path of a model, or ``demo``; raises ArgumentTypeError for a device."""
    return data.model_path(_no_device(text))


def any_path(text: str) -> Path:
    """Read the path of a recording or a model; raises ArgumentTypeError for a device."""
    return data.any_path(_no_device(text))


def path_to_read(text: str) -> Path:
    """Read the path of a file to read; raises ArgumentTypeError for a device, and for no name."""
    path = Path(_no_device(text))
    if not path.name:
        raise argparse.ArgumentTypeError(f"{text!r} is not the name of a file; expected one")
    return path


def _no_device(text: str) -> str:
    """Return a text, unless a file of that name cannot be; to look for it would open the device."""
    if is_device_name(text):
        raise argparse.ArgumentTypeError(
            f"{device_problem(text)}; expected a file; for a board: emgstream live --port PORT"
        )
    return text


def names(text: str) -> tuple[str, ...]:
    """Read names separated by commas; raises ArgumentTypeError for none, empty or equal names."""
    parts = tuple(part.strip() for part in text.split(","))
    if not all(parts) or len(set(parts)) != len(parts):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of different names: a,b,c")
    return parts


def add_channels(parser: argparse._ActionsContainer, what: str) -> None:
    """Add ``--channels a,b,c``."""
    parser.add_argument("--channels", type=names, metavar="A,B,C", help=what)


def add_epochs(parser: argparse.ArgumentParser) -> None:
    """Add ``--epochs N``."""
    parser.add_argument(
        "--epochs",
        type=count,
        metavar="N",
        help="largest number of passes over the data; default: that of the recipe",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--model M``; None if it is left out."""
    parser.add_argument(
        "--model",
        type=model_path,
        metavar="M",
        help="the model, .emgmodel; the default, 'demo', was trained on synthetic data",
    )


def add_models(parser: argparse.ArgumentParser) -> None:
    """Add ``--model M``, once for all boards or once for each; None if it is left out."""
    parser.add_argument(
        "--model",
        type=model_path,
        action="append",
        metavar="M",
        help="the model, .emgmodel; the default, 'demo', was trained on synthetic data. Once for "
        "all boards, or once for each",
    )


def add_port(
    parser: argparse.ArgumentParser, among: argparse._MutuallyExclusiveGroup | None = None
) -> None:
    """Add ``--port PORT``, to a group of exclusive options if given, and ``--baud N``."""
    (among or parser).add_argument("--port", metavar="PORT", help=_port_help())
    _add_baud(parser)


def add_ports(parser: argparse.ArgumentParser) -> None:
    """Add ``--port PORT``, once for each board, None if it is left out; and ``--baud N``."""
    parser.add_argument(
        "--port", action="append", metavar="PORT", help=f"{_port_help()}. Once for each board"
    )
    _add_baud(parser)


def _port_help() -> str:
    """Return the help of ``--port``, with the kinds of sources that other packages add."""
    added = [f"; or {kind.address} ({kind.title})" for kind in further_source_kinds()]
    return _PORT + "".join(added).replace("%", "%%")


def _add_baud(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--baud", type=_baud, metavar="N", help="baud rate of the port; default: detected"
    )


def add_sessions(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the recordings to train or to evaluate on, at least one."""
    parser.add_argument("files", nargs="+", type=recording_path, metavar="file", help=what)


def add_new_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--out NAME.emgmodel``."""
    parser.add_argument(
        "--out",
        required=True,
        type=new_model_path,
        metavar="NAME.emgmodel",
        help="the model to write; an existing one is replaced once the new one is complete",
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Add ``--seed N``."""
    parser.add_argument(
        "--seed", type=_training_seed, default=42, metavar="N", help="random seed; default 42"
    )


def add_signal(parser: argparse.ArgumentParser) -> None:
    """Add ``--signal`` and ``--mains``."""
    parser.add_argument(
        "--signal",
        choices=("raw", "envelope"),
        help="kind of the signal; default: detected, and printed",
    )
    parser.add_argument(
        "--mains",
        choices=("50", "60", "none"),
        help="mains frequency in Hz to filter out of a raw signal; default: detected, and printed",
    )


def mains_hz(word: str | None) -> float | None:
    """Return the frequency of ``--mains`` in Hz; 0 for ``none``, None if it is left out."""
    if word is None:
        return None
    return 0.0 if word == "none" else float(word)


def add_columns(parser: argparse.ArgumentParser) -> None:
    """Add the options on the columns of a recording, which `column_choice` reads."""
    group = parser.add_argument_group(
        "columns of a recording",
        "Each by name or by number from 1. Without an option, roles of columns are detected from "
        "names and values; where that is not certain, you are asked.",
    )
    add_channels(
        group, "channels to read, in this order; with a model, one for each of its channels"
    )
    group.add_argument(
        "--label",
        metavar="COL[:VALUE]",
        help="column with the movement of each row; VALUE stands for no label",
    )
    group.add_argument(
        "--label-from-name",
        action="store_true",
        help="each file has one movement, and the name of the file is the label",
    )
    group.add_argument(
        "--time",
        metavar="COL[:UNIT]",
        help=f"column with the time; its unit if it is not seconds: {', '.join(TIME_UNITS)}",
    )
    group.add_argument(
        "--counter",
        metavar="COL[:MODULO]",
        help="column that counts samples, and the number at which it starts again from 0",
    )
    group.add_argument(
        "--ignore", type=names, default=(), metavar="COL,...", help="columns to leave out"
    )
    group.add_argument(
        "--rate",
        type=positive,
        metavar="HZ",
        help="sampling rate, if the recording has none or a wrong one",
    )


def column_choice(arguments: argparse.Namespace) -> ColumnChoice:
    """Return what the options of `add_columns` state; raises UsageError if they contradict."""
    return ColumnChoice(
        channels=arguments.channels,
        label=arguments.label,
        time=arguments.time,
        counter=arguments.counter,
        ignore=arguments.ignore,
        rate_hz=arguments.rate,
        label_from_name=arguments.label_from_name,
    )


def add_report_files(parser: argparse.ArgumentParser) -> None:
    """Add ``--json FILE`` and ``--html FILE``."""
    parser.add_argument("--json", type=file_path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--html", type=file_path, metavar="FILE", help="write a report on one page")


def cue_script(text: str, known: Collection[str] | None) -> CueSchedule:
    """Read cues, or a file with cues; raises ArgumentTypeError if they are not valid."""
    try:
        is_file = not is_device_name(text) and os.path.isfile(text)  # noqa: PTH113 - a long script is no error, as for Path
        written = Path(text).read_text(encoding="utf-8") if is_file else text
        return CueSchedule.parse(written, known=known)
    except OSError as error:
        reason = f"cannot read {text}: {error.strerror}"
    except (UnicodeDecodeError, UsageError) as error:
        reason = str(error)
    raise argparse.ArgumentTypeError(reason)


def new_model_path(text: str) -> Path:
    """Return the path of a model to write, with its suffix; raises ArgumentTypeError."""
    path = file_path(text)
    if not path.name:
        raise argparse.ArgumentTypeError(f"{text!r} is a folder; expected the name of a model")
    return path if path.suffix == MODEL_SUFFIX else path.with_name(path.name + MODEL_SUFFIX)
