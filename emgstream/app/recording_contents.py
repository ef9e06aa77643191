"""The content of a recording in a few words."""

from __future__ import annotations

import numpy as np

from emgstream.cue_schedule import TRANSITION
from emgstream.tables import EmgTable
from emgstream.wording import counted, listed

__all__ = ["recording_contents"]


def recording_contents(table: EmgTable) -> str:
    """Return the channels, rows, rate and labels of a recording, for people."""
    rate_hz = table.stated_rate_hz or table.sampling_rate_hz
    rate = "" if rate_hz is None else f" at {rate_hz:.6g} Hz"
    present = np.unique(table.label_names_by_row())
    names = [name for name in table.label_names if name in present and name != TRANSITION]
    labels = f" and {counted(len(names), 'label')} ({listed(names)})" if names else ""
    return (
        f"{counted(len(table.channel_names), 'channel')} ({listed(table.channel_names)}), "
        f"{counted(table.n_rows, 'row')}{rate}{labels}"
    )
