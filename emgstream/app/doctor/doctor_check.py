"""Results of checks of this computer, as data and as a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from emgstream.translation import tr, tr_n

__all__ = [
    "TOPICS",
    "CheckState",
    "DoctorCheck",
    "good",
    "problem",
    "report_text",
    "verdict",
    "warning",
]

TOPICS = (
    *("config", "configuration", "disk", "display", "doctor", "driver", "extra", "extras"),
    *("folder", "group", "home", "install", "latency", "log", "network", "package", "path"),
    *("port", "ports", "python", "qt", "temp", "train"),
)
"""The topics there are; a report names them in English, the window in the language of the user."""


class CheckState(Enum):
    """The result of a check."""

    OK = "ok"
    WARNING = "warning"
    """Works, but something people use is missing, or may go wrong."""
    PROBLEM = "problem"
    """Does not work."""


@dataclass(frozen=True)
class DoctorCheck:
    """One thing that was checked."""

    topic: str
    """Short name, as ``display``."""
    state: CheckState
    """The result."""
    text: str
    """One sentence with what was found."""
    cure: str = ""
    """Sentence with what to do; empty if there is nothing to do."""
    command: str = ""
    """Line for a terminal by which the operating system does it; empty if there is none."""

    @property
    def advice(self) -> str:
        """The cure, with the line for a terminal at its end; empty if there is nothing to do."""
        return f"{self.cure}: {self.command}" if self.command else self.cure

    def to_json(self) -> dict[str, Any]:
        """Return it as a document."""
        return {"topic": self.topic, "state": self.state.value, "text": self.text} | (
            {name: text for name in ("cure", "command") if (text := getattr(self, name))}
        )


def good(topic: str, text: str) -> DoctorCheck:
    """Return a check without anything to do."""
    return DoctorCheck(topic, CheckState.OK, text)


def warning(topic: str, text: str, cure: str, command: str = "") -> DoctorCheck:
    """Return a check that found something that may matter."""
    return DoctorCheck(topic, CheckState.WARNING, text, cure, command)


def problem(topic: str, text: str, cure: str, command: str = "") -> DoctorCheck:
    """Return a check that found something that does not work."""
    return DoctorCheck(topic, CheckState.PROBLEM, text, cure, command)


def verdict(checks: Iterable[DoctorCheck]) -> str:
    """Return the sum of all checks in one sentence.

    >>> verdict([good("python", "Python 3.11"), warning("disk", "little room", "make room")])
    'No problems and 1 warning'
    """
    states = [check.state for check in checks]
    n_problems, n_warnings = map(states.count, (CheckState.PROBLEM, CheckState.WARNING))
    problems = (
        tr_n("{n:,} problem", "{n:,} problems", n_problems) if n_problems else tr("no problems")
    )
    if n_problems + n_warnings == 0:
        return tr("No problems found")
    sentence = (
        tr(
            "{problems} and {warnings}",
            problems=problems,
            warnings=tr_n("{n:,} warning", "{n:,} warnings", n_warnings),
        )
        if n_warnings
        else problems
    )
    return sentence[:1].upper() + sentence[1:]


def report_text(checks: Iterable[DoctorCheck]) -> str:
    """Return all checks as text to send to somebody who helps.

    >>> print(report_text([warning("disk", "little room", "make room")]))
    warning  disk little room
                  -> make room
    """
    listed = list(checks)
    width = max((len(check.topic) for check in listed), default=0)
    lines = []
    for check in listed:
        lines.append(f"{check.state.value:8} {check.topic:{width}} {check.text}")
        if check.advice:
            lines.append(f"{'':{9 + width}} -> {check.advice}")
    return "\n".join(lines)
