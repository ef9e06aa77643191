"""The offer to watch a recording without a model, where the model is one for other recordings."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from emgstream.app.recording_contents import recording_contents
from emgstream.bundle import read_model
from emgstream.data import DEMO_MODEL, NO_MODEL
from emgstream.errors import NoSuchColumnError, StreamMismatchError
from emgstream.opening import read_recording
from emgstream.wording import command_line, listed

__all__ = ["offering_no_model"]


@contextmanager
def offering_no_model(arguments: argparse.Namespace, is_usual_model: bool) -> Iterator[None]:
    """Add to an error on a recording that does not fit the model that it can be watched without.

    With ``is_usual_model`` nobody named the model: then the error tells the content of the file
    and which model it does not fit.
    """
    try:
        yield
    except StreamMismatchError as error:
        without = command_line("emgstream", "replay", arguments.file, "--model", NO_MODEL)
        if not (is_usual_model and isinstance(error.__cause__, NoSuchColumnError)):
            raise StreamMismatchError(f"{error}; or watch it without a model: {without}") from error
        name = "demo model" if arguments.model == DEMO_MODEL else f"model {arguments.model}"
        expected = listed(read_model(arguments.model).manifest.channel_names)
        raise StreamMismatchError(
            f"{arguments.file} holds {recording_contents(read_recording(arguments.file, None))}; "
            f"the {name}, used where none is named, expects the channels {expected}; watch it "
            f"without a model: {without}; or name a model of such recordings with --model, or a "
            "column for each of its channels with --channels"
        ) from error
