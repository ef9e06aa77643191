"""The installation of an extra in a child process: progress, cancelling and result."""

from __future__ import annotations

import importlib
import os
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

import psutil

from emgstream.app.doctor.child_trial import PATIENCE_S, trial_failure
from emgstream.app.doctor.display_checks import can_be_tried
from emgstream.app.installation_plan import InstallationPlan
from emgstream.app.installer_output import InstallerOutput, failure_sentence
from emgstream.child_python import child_import
from emgstream.errors import ChildFailedError, OutputError
from emgstream.extras import normal_name
from emgstream.host_system import refusal
from emgstream.logs import get_logger
from emgstream.network.runtime_libraries import runtime_folder
from emgstream.translation import tr, tr_n

__all__ = ["ExtraInstallation", "InstallationState"]

_log = get_logger(__name__)

_MOST_FETCHED = 0.99
"""Largest share of a download shown while it runs: the size is that of earlier versions."""


class InstallationState(Enum):
    """The state of an installation."""

    DOWNLOADING = "downloading"
    WRITING = "writing"
    TRYING = "trying"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ExtraInstallation:
    """An extra that is being installed. One thread calls everything, `poll` a few times a second.

    The child process first downloads all packages and then writes them. Until then cancelling it
    changes nothing; while it writes, for about a minute, it is not cancelled. Packages that are
    installed already keep their versions. At last another child process imports the libraries, so
    that only what works is called installed.

    Parameters
    ----------
    plan
        The plan, without an obstacle.

    Raises
    ------
    OutputError
        The plan has an obstacle, or no process can be started.
    """

    def __init__(self, plan: InstallationPlan) -> None:
        if plan.obstacle is not None:
            raise OutputError(plan.obstacle)
        self.plan = plan
        self.state = InstallationState.DOWNLOADING
        self.failure: ChildFailedError | None = None
        """The reason of a failure; None without one."""
        self._output = InstallerOutput()
        try:
            self._folder = tempfile.TemporaryDirectory(
                prefix="emgstream-install-", ignore_cleanup_errors=True
            )
            folder = Path(self._folder.name)
            kept = folder / "kept.txt"
            kept.write_text("\n".join(plan.kept_versions()), encoding="utf-8")
            self._commands = plan.command_lines(kept)
            self._printed = folder / "printed.txt"
            self._printed.touch()
            self._reader = self._printed.open("r", encoding="utf-8", errors="replace", newline="")
            self._records = _records()
            self._child: subprocess.Popen[bytes] | None = self._start(self._commands.pop(0))
        except OSError as error:
            raise OutputError(
                tr(
                    "cannot start the installation: {reason}; expected room for a "
                    "process and its files; close other programs and try again",
                    reason=refusal(error),
                )
            ) from error

    @property
    def is_running(self) -> bool:
        """True until it is done, cancelled or failed."""
        return self._child is not None

    @property
    def can_be_cancelled(self) -> bool:
        """True while nothing is written into the environment; False while pip itself is."""
        is_downloading = self.state is InstallationState.DOWNLOADING
        return is_downloading and self.is_running and not self._brings_pip

    @property
    def fraction(self) -> float | None:
        """Share of the present step that is done, 0 to 1; None if it is not known."""
        if self._brings_pip:
            return None
        if self.state is InstallationState.WRITING:
            names = self._output.names
            return self._n_written() / len(names) if names else None
        if self.state is InstallationState.DONE:
            return 1.0
        share = self._output.fetched_mb / self.plan.extra.download_mb
        return min(share, _MOST_FETCHED) if share > 0.0 or self._output.fetching else None

    @property
    def words(self) -> str:
        """The progress, for people."""
        match self.state:
            case InstallationState.DOWNLOADING if self._brings_pip:
                return tr("step 1 of 2: putting pip, which installs the packages, in place")
            case InstallationState.DOWNLOADING if self._output.fetched_mb or self._output.fetching:
                of = max(self.plan.extra.download_mb, self._output.fetched_mb)
                return tr(
                    "step 1 of 2: downloaded {fetched_mb:,.0f} of about {of:,.0f} MB",
                    fetched_mb=self._output.fetched_mb,
                    of=of,
                )
            case InstallationState.DOWNLOADING:
                return tr("step 1 of 2: looking for the packages and downloading them")
            case InstallationState.WRITING if self._output.names:
                n_all = len(self._output.names)
                return tr(
                    "step 2 of 2: {n_written} of {packages} written",
                    n_written=self._n_written(),
                    packages=tr_n("{n:,} package", "{n:,} packages", n_all),
                )
            case InstallationState.WRITING:
                return tr("step 2 of 2: writing the packages")
            case InstallationState.TRYING:
                return tr("importing the libraries, to see that they work")
            case InstallationState.DONE:
                return tr("the extra {name!r} is installed", name=self.plan.extra.name)
            case InstallationState.CANCELLED:
                return tr("cancelled; no package was changed")
        return str(self.failure)

    def poll(self) -> None:
        """Follow the child process; start the next command after one that succeeded."""
        child = self._child
        if child is None:
            return
        ended = child.poll() is not None  # asked first: then all it printed is there
        self._read()
        is_late = self.state is InstallationState.TRYING and time.monotonic() > self._deadline_s
        if not ended and is_late:
            child.kill()
            child.wait()
        elif not ended:
            return
        if ended and child.returncode == 0 and self._go_on():
            return
        self._child = None
        self._finish(child.returncode if ended else None)

    def cancel(self) -> bool:
        """End the child process while nothing has been written; return whether it was ended."""
        child = self._child
        if child is None or not self.can_be_cancelled:
            return False
        with _suspended(child.pid) as processes:  # so that it cannot begin to write meanwhile
            self._read()
            if self._output.is_writing:
                return False
            for process in processes:
                with suppress(psutil.Error):
                    process.kill()
        child.wait()
        self._child = None
        self.state = InstallationState.CANCELLED
        self._close()
        return True

    def shut_down(self) -> None:
        """Cancel it; if it writes already, let its process finish by itself."""
        if self.is_running and not self.cancel() and self._child is not None:
            _log.info("process %d goes on writing packages", self._child.pid)
            self._child = None
            self._close()

    def _go_on(self) -> bool:
        """Start what comes after a command that succeeded; return False if nothing does."""
        extra = self.plan.extra
        if self._commands:
            command = self._commands.pop(0)
        elif self.state is not InstallationState.TRYING and self._is_tried():
            command = child_import(extra.present, runtime_folder())
            self.state = InstallationState.TRYING
            self._deadline_s = time.monotonic() + PATIENCE_S
        else:
            return False
        self._output = InstallerOutput()  # what another command printed says nothing of this one
        self._child = self._start(command)
        return True

    def _is_tried(self) -> bool:
        """Return True if the libraries are there, and can be imported without a display."""
        importlib.invalidate_caches()
        return self.plan.extra.is_installed and can_be_tried(self.plan.extra)

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        self._brings_pip = command[-1] == "ensurepip"
        _log.info("installing: %s", " ".join(command))
        with self._printed.open("ab") as out:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.plan.environment,  # `python -m` would import modules of the current one
                env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "NO_COLOR": "1"},
                start_new_session=True,  # Ctrl-C in the terminal is for this program alone
            )

    def _read(self) -> None:
        text = self._reader.read()
        for line in text.splitlines():
            _log.debug("installer: %s", line)
        self._output.feed(text)
        if self._output.is_writing and not self._brings_pip:
            self.state = InstallationState.WRITING

    def _finish(self, code: int | None) -> None:
        importlib.invalidate_caches()
        self._close()
        if code == 0 and self.plan.extra.is_installed:
            self.state = InstallationState.DONE
            return
        for line in self._output.text.splitlines():
            _log.error("installer: %s", line)
        was_tried = self.state is InstallationState.TRYING
        self.state = InstallationState.FAILED
        self.failure = self._trial_failure(code) if was_tried else self._installer_failure(code)

    def _installer_failure(self, code: int | None) -> ChildFailedError:
        extra = self.plan.extra
        why = failure_sentence(self._output.text)
        if code == 0:
            why = tr(
                "the packages were installed, and {missing} cannot be found",
                missing=", ".join(extra.missing),
            )
        return ChildFailedError(
            tr("the extra {name!r} was not installed: {why}", name=extra.name, why=why)
        )

    def _trial_failure(self, code: int | None) -> ChildFailedError:
        name = self.plan.extra.name
        if self.plan.repairs:
            cure = tr("make a new environment and install emgstream and the extra into that")
        else:
            cure = tr("install the extra {name!r} again, to repair it", name=name)
        return ChildFailedError(
            tr(
                "the packages of the extra {name!r} were installed, and cannot be imported: {why}; "
                "expected packages that work; {cure}",
                name=name,
                why=trial_failure(code, self._output.text),
                cure=cure,
            )
        )

    def _n_written(self) -> int:
        """Return how many of the packages have been written into the environment."""
        written = _records().items() - self._records.items()
        there = {normal_name(record.parent.name.split("-")[0]) for record, _ in written}
        return sum(normal_name(name) in there for name in self._output.names)

    def _close(self) -> None:
        self._reader.close()
        self._folder.cleanup()


def _records() -> dict[Path, int]:
    """Return the list of files of each package, which is written last, and when it was, in ns."""
    found = {}
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for record in Path(place).glob("*.dist-info/RECORD"):
            with suppress(OSError):  # a package is being replaced
                found[record] = record.stat().st_mtime_ns
    return found


@contextmanager
def _suspended(pid: int) -> Iterator[list[psutil.Process]]:
    """Stop a process and its children for as long as the block takes; give them."""
    processes = _tree(pid)
    for process in processes:
        with suppress(psutil.Error):
            process.suspend()
    try:
        yield processes
    finally:
        for process in processes:
            with suppress(psutil.Error):
                process.resume()


def _tree(pid: int) -> list[psutil.Process]:
    """Return a process with all its children; nothing if it has ended."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
