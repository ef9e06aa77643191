"""Labels by markers: the texts of another program's markers as labels of a free recording."""

from __future__ import annotations

from emgstream.errors import UsageError
from emgstream.recording import FreeProtocol, SimulatedSubject, check_label
from emgstream.sources.lsl_markers import Marker
from emgstream.tables.marker_cells import cell_text
from emgstream.translation import tr

__all__ = ["MarkerLabels"]


class MarkerLabels:
    """Sets the label of each marker, and tells once where that is not the text as it was sent.

    Parameters
    ----------
    protocol
        Gets the labels.
    subject
        The simulated person, who rests during a movement that he cannot make; None for a real one.
    """

    def __init__(self, protocol: FreeProtocol, subject: SimulatedSubject | None) -> None:
        self._protocol = protocol
        self._subject = subject
        self._told: set[str] = set()

    def set_by(self, marker: Marker) -> list[str]:
        """Set the label of a marker; return what is to be told of it, in sentences."""
        try:
            label = self._label_of(marker.text)
        except UsageError as error:
            label, told = (
                "",
                [tr("the marker {text!r} sets no label: {error}", text=marker.text, error=error)],
            )
        else:
            told = [*self._differences(marker.text, label)]
        self._protocol.mark(label, marker.host_s)
        if marker.text in self._told:
            return []
        self._told.add(marker.text)
        return told

    def _label_of(self, text: str) -> str:
        """Return the label of a marker, empty for an empty one; raises UsageError without one."""
        if not text:
            return ""
        cleaned = cell_text(text.replace(":", " "))  # a script of cues separates by it
        return check_label(cleaned if cleaned else text)

    def _differences(self, text: str, label: str) -> list[str]:
        told = []
        if label != text:
            told.append(
                tr(
                    "the marker {text!r} sets the label {label!r}, as a table can hold it",
                    text=text,
                    label=label,
                )
            )
        if label and self._subject is not None and not self._subject.can_make(label):
            told.append(
                tr(
                    "the simulated person cannot make {label!r}, and rests under this label",
                    label=label,
                )
            )
        return told
