"""Choices in the window that are remembered from one start to the next."""

from __future__ import annotations

from pathlib import Path

from PyQt5.QtCore import QByteArray, QSettings

from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest, SourceRequest
from emgstream.data import DEMO_MODEL

__all__ = ["WindowSettings"]

_MOST_MODELS = 8


class WindowSettings:
    """Geometry, source, model, span and theme, kept by Qt in the usual place of the system.

    Parameters
    ----------
    path
        A file to keep them in; None for the user's own place.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            self._kept = QSettings("emgstream", "emgstream")
        else:
            self._kept = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def geometry(self) -> QByteArray | None:
        """Position and size of the window."""
        kept = self._kept.value("geometry")
        return kept if isinstance(kept, QByteArray) else None

    @property
    def theme(self) -> str | None:
        """``light``, ``dark``, or None to follow the system."""
        kept = self._text("theme")
        return kept if kept in ("light", "dark") else None

    @property
    def span_s(self) -> float:
        """Seconds of signal in view, 2 to 60."""
        try:
            return min(max(float(self._text("span_s") or 10.0), 2.0), 60.0)
        except ValueError:
            return 10.0

    @property
    def source(self) -> SourceRequest:
        """The last source; the simulated board where there is none."""
        recording = self._text("recording")
        if recording and Path(recording).exists():
            return ReplayRequest(Path(recording))
        return PortRequest(self._text("port") or SIMULATED)

    @property
    def models(self) -> list[Path]:
        """The recent models that still exist, newest first."""
        kept = self._kept.value("models") or []
        paths = [kept] if isinstance(kept, str) else list(kept)
        return [Path(path) for path in paths if Path(path).exists()]

    @property
    def model(self) -> Path | None:
        """The last model, or else the demo model; None where the user chose no model."""
        if self._text("no_model") == "yes":
            return None
        return next(iter(self.models), DEMO_MODEL if DEMO_MODEL.exists() else None)

    @property
    def recordings(self) -> Path | None:
        """The folder of the last recording, where it still exists."""
        kept = self._text("recordings")
        return Path(kept) if kept and Path(kept).is_dir() else None

    def keep_recordings(self, folder: Path) -> None:
        """Remember the folder of recordings."""
        self._kept.setValue("recordings", str(folder.absolute()))

    def keep_geometry(self, geometry: QByteArray) -> None:
        """Remember position and size of the window."""
        self._kept.setValue("geometry", geometry)

    def keep_theme(self, theme: str | None) -> None:
        """Remember the theme; None to follow the system."""
        self._kept.setValue("theme", theme or "")

    def keep_span(self, span_s: float) -> None:
        """Remember the seconds in view."""
        self._kept.setValue("span_s", str(span_s))

    def keep_source(self, source: SourceRequest) -> None:
        """Remember the source."""
        is_port = isinstance(source, PortRequest)
        self._kept.setValue("port", source.port if isinstance(source, PortRequest) else "")
        path = "" if isinstance(source, PortRequest) else str(source.path.absolute())
        self._kept.setValue("recording", "" if is_port else path)

    def keep_model(self, path: Path | None) -> None:
        """Remember a model as the newest, or that there is to be none."""
        self._kept.setValue("no_model", "yes" if path is None else "")
        if path is None:
            return
        newest = str(path.absolute())
        others = [str(one) for one in self.models if str(one) != newest]
        self._kept.setValue("models", [newest, *others][:_MOST_MODELS])

    def _text(self, key: str) -> str:
        kept = self._kept.value(key)
        return kept if isinstance(kept, str) else ""
