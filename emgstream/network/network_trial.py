"""The first run of a network on this computer, in a process of its own.

LiteRT checks a flatbuffer, but not all of it: of mutated networks some crash it, and with it the
process that it is in, which no exception tells. So a network that was never run here is run in a
child process once, with bounded memory and time; its hash is remembered.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from emgstream.child_python import child_python
from emgstream.errors import ModelFileError
from emgstream.host_system import refusal
from emgstream.logs import get_logger
from emgstream.user_folders import data_folder

__all__ = ["main", "try_network"]

_log = get_logger(__name__)

_PATIENCE_S = 30.0
"""Time for the trial; it takes half a second, from a slow disk some (choice)."""
_MOST_BYTES = 1 << 30
"""Memory of the trial (POSIX): ten times what the networks of 64 channels take (choice)."""
_MOST_REMEMBERED = 1000
"""Most networks that are remembered, the newest (choice): 65 kB."""
_ADVICE = (
    "expected a network as `emgstream train` writes; the file is damaged, or made to do harm: "
    "do not use it, train or fetch it again"
)


def try_network(single: bytes, batch: bytes, runtime: str) -> None:
    """Run a network in a child process, unless that was done before; ``runtime`` runs it.

    Parameters
    ----------
    single, batch
        The network as LiteRT flatbuffers, for one window and for many.
    runtime
        Version of LiteRT: another one is tried anew.

    Raises
    ------
    ModelFileError
        The child process crashed, or gave no answer.
    """
    digest = hashlib.sha256(b"".join((runtime.encode(), b"\0", single, batch))).hexdigest()
    remembered = _remembered()
    if digest in remembered:
        return
    try:
        done = subprocess.run(
            child_python(__name__, str(len(single))),
            input=single + batch,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelFileError(
            f"the network in the model gives no answer within {_PATIENCE_S:.0f} s; {_ADVICE}"
        ) from None
    except OSError as error:
        _log.warning("a network is run untried: no process can be started: %s", refusal(error))
        return
    if done.returncode != 0:
        raise ModelFileError(f"the network in the model crashes LiteRT, which runs it; {_ADVICE}")
    _remember([*remembered, digest])


def main() -> None:
    """Run the network at stdin, on the same windows as where it is loaded.

    That it is refused is no failure here: where it is loaded, it is refused in the same words.
    """
    _bound_memory()
    n_single = int(sys.argv[1])
    content = sys.stdin.buffer.read()
    from emgstream.network.litert_classifier import LitertClassifier

    with suppress(ModelFileError):
        LitertClassifier(content[:n_single], content[n_single:])


def _bound_memory() -> None:
    """Bound the memory of this process, and let its crash write no file."""
    if sys.platform != "win32":
        import resource

        for what, most in ((resource.RLIMIT_AS, _MOST_BYTES), (resource.RLIMIT_CORE, 0)):
            with suppress(OSError, ValueError):  # a system that has no such bound, or a lower one
                resource.setrlimit(what, (most, most))


def _remembered() -> list[str]:
    """Return the hashes of the networks that were tried, the newest last."""
    try:
        return _memory().read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


def _remember(digests: list[str]) -> None:
    with suppress(OSError):  # then it is tried again
        _memory().parent.mkdir(parents=True, exist_ok=True)
        _memory().write_text("\n".join(digests[-_MOST_REMEMBERED:]) + "\n", encoding="ascii")


def _memory() -> Path:
    return data_folder() / "tried_networks.txt"
