"""Choices in the window that are remembered from one start to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PyQt5.QtCore import QByteArray, QSettings, QStandardPaths

from emgstream.app.configured_channels import configured_channels
from emgstream.app.lane_choices import LaneChoices, lane_choices_from, lane_choices_text
from emgstream.app.open_requests import SIMULATED, PortRequest, ReplayRequest, SourceRequest
from emgstream.app.signal_views import SignalView
from emgstream.app.training_job import FOUND, SignalChoice
from emgstream.configuration import Configuration
from emgstream.data import DEMO, DEMO_MODEL, model_path

__all__ = ["TEXT_SIZES", "WindowSettings"]

TEXT_SIZES = (0.9, 1.0, 1.2, 1.5)
"""Factors of the text size on offer. A choice: the steps of usual desktops."""

_CHOSEN_FOR = {
    "port": ("port", "recording"),
    "model": ("models", "no_model"),
    "recordings": ("recordings",),
}
"""Choices that the window remembers, by the setting of the configuration file for the same."""

_BINDINGS = "key_bindings.json"
_MOST_MODELS = 8
_MOST_ADDRESSES = 5
"""Addresses that are remembered: a choice, as many as a list shows beside its other entries."""


class WindowSettings:
    """Geometry, source, model, span and theme, kept by Qt in the usual place of the system.

    What the user chose in the window last comes before the configuration file, and that comes
    before the defaults of this class.

    Parameters
    ----------
    path
        The file that keeps the choices; None for the user's own place.
    configuration
        The settings of the configuration file.
    """

    def __init__(
        self, path: Path | None = None, configuration: Configuration | None = None
    ) -> None:
        self._configuration = configuration or Configuration()
        self._folder = None if path is None else path.parent
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
    def text_size(self) -> float:
        """Factor of the text size, one of `TEXT_SIZES`."""
        kept = self._text("text_size")
        return next((size for size in TEXT_SIZES if f"{size:g}" == kept), 1.0)

    @property
    def models_folder(self) -> Path | None:
        """The folder that new models are written to; None for that of their recordings."""
        kept = self._text("models_folder")
        return Path(kept) if kept and Path(kept).is_dir() else None

    @property
    def span_s(self) -> float:
        """Seconds of signal in view, 2 to 60."""
        try:
            return min(max(float(self._text("span_s") or 10.0), 2.0), 60.0)
        except ValueError:
            return 10.0

    @property
    def lane_choices(self) -> dict[SignalView, LaneChoices]:
        """The names, scales and hidden channels chosen on the page Live."""
        return lane_choices_from(self._text("lanes"))

    @property
    def markers(self) -> str:
        """The address of the stream of markers chosen last; empty for none."""
        return self._text("markers")

    @property
    def source(self) -> SourceRequest:
        """The source used last, or else the configured port, or else the simulated board."""
        return self.last_source or PortRequest(self._configuration.port or SIMULATED)

    @property
    def last_source(self) -> SourceRequest | None:
        """The source used last; None for none, or for a recording that is not there any more."""
        recording, port = self._text("recording"), self._text("port")
        if recording and Path(recording).exists():
            return ReplayRequest(Path(recording))
        return PortRequest(port) if port else None

    @property
    def addresses(self) -> list[str]:
        """The addresses used lately that are no ports, as ``lsl://NAME``, newest first."""
        kept = self._kept.value("addresses") or []
        return [kept] if isinstance(kept, str) else list(kept)

    def with_channels(self, request: SourceRequest) -> SourceRequest:
        """Return a request for the configured channels, unless it names others."""
        if isinstance(request, ReplayRequest) or request.channels:
            return request
        return replace(request, channels=configured_channels(self._configuration, request.port))

    @property
    def models(self) -> list[Path]:
        """The models used lately that are still there, newest first, then the configured one."""
        configured = self._configured_model
        return list(dict.fromkeys([*self._used_models, *([configured] if configured else [])]))

    @property
    def model(self) -> Path | None:
        """The model used last, or else the configured one, or else the demo model.

        None where the user chose no model, or there is none.
        """
        if self._text("no_model") == "yes":
            return None
        return next(iter(self.models), DEMO_MODEL if DEMO_MODEL.exists() else None)

    @property
    def recordings(self) -> Path | None:
        """The folder recorded into last, or else the configured one, where it is still there."""
        kept = self._text("recordings")
        folders = (Path(kept) if kept else None, self._configuration.recordings_folder)
        return next((folder for folder in folders if folder and folder.is_dir()), None)

    @property
    def signal_choice(self) -> SignalChoice:
        """The kind of signal of the sensor, as answered when the board was set up."""
        kept = self._text("sensor_signal")
        return SignalChoice(kept) if kept in ("raw", "envelope") else FOUND

    def output(self, name: str) -> tuple[str | None, bool]:
        """Return the value of a kind of output, and True if it is switched on.

        The value is the one used last, or else the first of the configuration file, or None.
        """
        kept = self._text(f"output_{name}")
        if kept:
            return self._text(f"output_{name}_value"), kept == "on"
        configured = self._configuration.outputs.get(name)
        return (configured[0] if isinstance(configured, tuple) else configured), False

    @property
    def key_bindings(self) -> Path:
        """The file for the keys of movements where the user has named none."""
        kept = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        return (self._folder or Path(kept)) / _BINDINGS

    def keep_output(self, name: str, text: str, is_on: bool) -> None:
        """Remember the value of a kind of output, and if it is switched on."""
        self._kept.setValue(f"output_{name}", "on" if is_on else "off")
        self._kept.setValue(f"output_{name}_value", text)

    def keep_lane_choices(self, choices: Mapping[SignalView, LaneChoices]) -> None:
        """Remember the names, scales and hidden channels."""
        self._kept.setValue("lanes", lane_choices_text(choices))

    def keep_markers(self, address: str | None) -> None:
        """Remember the stream of markers; None for none."""
        self._kept.setValue("markers", address or "")

    def keep_signal(self, kind: str) -> None:
        """Remember the kind of signal of the sensor: ``raw``, ``envelope`` or empty."""
        self._kept.setValue("sensor_signal", kind)

    def keep_text_size(self, size: float) -> None:
        """Remember the text size."""
        self._kept.setValue("text_size", f"{size:g}")

    def keep_models_folder(self, folder: Path | None) -> None:
        """Remember the folder of new models; None for that of their recordings."""
        self._kept.setValue("models_folder", "" if folder is None else str(folder.absolute()))

    def follow(self, configuration: Configuration, changed: str) -> None:
        """Let a setting of the configuration file that was just changed come first again.

        ``changed`` is its name there: what was chosen for it in the window before is forgotten.
        """
        self._configuration = configuration
        for key in _CHOSEN_FOR.get(changed, ()):
            self._kept.setValue(key, "")
        name = changed.removeprefix("outputs.")
        if name != changed:
            for key in (f"output_{name}", f"output_{name}_value"):
                self._kept.remove(key)

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
        if isinstance(source, PortRequest) and "://" in source.port:
            newest = dict.fromkeys([source.port, *self.addresses])
            self._kept.setValue("addresses", list(newest)[:_MOST_ADDRESSES])
        self._kept.setValue("port", source.port if isinstance(source, PortRequest) else "")
        path = "" if isinstance(source, PortRequest) else str(source.path.absolute())
        self._kept.setValue("recording", "" if is_port else path)

    def keep_model(self, path: Path | None) -> None:
        """Remember a model as the newest, or that there was to be none.

        A model that is used because nobody has chosen one is not remembered: the configuration
        file may name another tomorrow.
        """
        if path is not None and path.absolute() == self.model:
            return
        self._kept.setValue("no_model", "yes" if path is None else "")
        if path is None:
            return
        newest = str(path.absolute())
        others = [str(one) for one in self._used_models if str(one) != newest]
        self._kept.setValue("models", [newest, *others][:_MOST_MODELS])

    @property
    def _used_models(self) -> list[Path]:
        kept = self._kept.value("models") or []
        paths = [kept] if isinstance(kept, str) else list(kept)
        return [Path(path) for path in paths if Path(path).exists()]

    @property
    def _configured_model(self) -> Path | None:
        path = model_path(self._configuration.model or DEMO)
        return path.absolute() if self._configuration.model and path.exists() else None

    def _text(self, key: str) -> str:
        kept = self._kept.value(key)
        return kept if isinstance(kept, str) else ""
