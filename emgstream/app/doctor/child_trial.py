"""Trials in a child process, of what may end a program: native libraries and displays."""

from __future__ import annotations

import importlib
import json
import re
import signal
import subprocess
import sys
import tempfile

from emgstream.child_python import child_python
from emgstream.host_system import refusal
from emgstream.network.runtime_libraries import find_runtime_libraries
from emgstream.translation import tr

__all__ = ["PATIENCE_S", "RUNTIME", "TrialFailedError", "main", "trial_failure", "try_out"]

PATIENCE_S = 120.0
"""Time for one trial; TensorFlow from a slow disk takes half a minute."""
_ERROR_CLASS = re.compile(r"^(?:ImportError|ModuleNotFoundError|OSError): ")
RUNTIME = "shipped-model"
"""The trial that runs the shipped model; it prints the choice of the backend as JSON."""


class TrialFailedError(Exception):
    """A trial failed; its text is the last line that the child process printed."""


def try_out(what: str, module: str = __name__) -> str:
    """Import a package, or run the shipped model, in a child process; return what it printed.

    Parameters
    ----------
    what
        Name of a module, or `RUNTIME`.
    module
        Module whose ``main`` does it, with ``what`` as its argument.

    Raises
    ------
    TrialFailedError
        It failed, ended by a signal, or took too long.
    """
    try:
        done = subprocess.run(
            child_python(module, what),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            cwd=tempfile.gettempdir(),  # the current folder may have been deleted
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TrialFailedError(trial_failure(None)) from error
    except OSError as error:
        raise TrialFailedError(
            tr("no process can be started: {reason}", reason=refusal(error))
        ) from error
    if done.returncode == 0:
        return done.stdout.strip()
    raise TrialFailedError(trial_failure(done.returncode, done.stderr))


def main() -> None:
    """Do the trial that is named on the command line."""
    what = sys.argv[1]
    if what == RUNTIME:
        from emgstream.app.configured_network import use_configured_network
        from emgstream.bundle import read_model
        from emgstream.data import DEMO_MODEL
        from emgstream.network.network_backend import choose_backend
        from emgstream.pipeline import Pipeline

        use_configured_network()
        choice = choose_backend()
        Pipeline(read_model(DEMO_MODEL))  # runs both networks on a few windows
        print(json.dumps(choice.to_json()))  # noqa: T201 - the answer to the parent
        return
    find_runtime_libraries()  # a new Windows has none of those that TensorFlow needs
    imported = importlib.import_module(what)
    print(getattr(imported, "__version__", ""))  # noqa: T201 - the answer to the parent


def trial_failure(code: int | None, stderr: str = "") -> str:
    """Return why a trial failed, on one line; ``code`` is None if it took too long."""
    if code is None:
        return tr("no answer within {patience_s:.0f} s", patience_s=PATIENCE_S)
    if code < 0:
        names = {number.value: number.name for number in signal.Signals}
        return tr(
            "it ended with {end}: native code of it crashed",
            end=names.get(-code, tr("signal {number}", number=-code)),
        )
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    return _ERROR_CLASS.sub("", lines[-1]) if lines else tr("it ended with code {code}", code=code)
