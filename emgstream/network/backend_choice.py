"""The backend that runs networks on this computer, with the reason for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from emgstream.network.backend_preference import NetworkBackend

__all__ = ["BackendChoice", "BackendReason"]


class BackendReason(Enum):
    """Reason for the backend, where it is not simply the best one; the value is its text."""

    VARIABLE_ASKS = "as {variable} asks"
    CONFIGURATION_ASKS = "as the configuration asks"
    NO_PACKAGE_FOR_PYTHON = "LiteRT has no package for Python {python}"
    NO_PACKAGE_FOR_SYSTEM = "LiteRT has no package for {system} on {processor}"
    NOT_INSTALLED = "LiteRT is not installed"
    NOT_LOADING = "LiteRT does not load: {error}"

    @property
    def can_be_mended(self) -> bool:
        """True if LiteRT could run networks here once something is installed."""
        return self in (BackendReason.NOT_INSTALLED, BackendReason.NOT_LOADING)


_PACKAGES = {
    NetworkBackend.LITERT: ("LiteRT", "ai-edge-litert"),
    NetworkBackend.NUMPY: ("NumPy", "numpy"),
}


@dataclass(frozen=True)
class BackendChoice:
    """The backend that runs networks on this computer, and why."""

    backend: NetworkBackend
    """The backend."""
    reason: BackendReason | None = None
    """Reason for it; None where LiteRT runs the networks without being asked for."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The values of the placeholders in the text of the reason."""

    @property
    def reason_text(self) -> str:
        """The reason in English; empty without one."""
        return "" if self.reason is None else self.reason.value.format(**self.values)

    @property
    def words(self) -> str:
        """The backend with its version and the reason, in English, as in files."""
        return self.words_with(self.reason_text)

    def words_with(self, reason: str) -> str:
        """Return the backend with its version and the reason, which comes in another language."""
        name, package = _PACKAGES[self.backend]
        because = f" ({reason})" if reason else ""
        try:
            return f"{name} {version(package)}{because}"
        except PackageNotFoundError:  # a copy of the library without its metadata
            return f"{name}{because}"

    def to_json(self) -> dict[str, Any]:
        """Return the choice as JSON's own types."""
        reason = None if self.reason is None else self.reason.name
        return {"backend": self.backend.value, "reason": reason, "values": dict(self.values)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> BackendChoice:
        """Return the choice that `to_json` wrote."""
        reason = document["reason"]
        return cls(
            NetworkBackend(document["backend"]),
            None if reason is None else BackendReason[reason],
            document["values"],
        )
