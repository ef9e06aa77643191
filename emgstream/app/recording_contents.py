"""The content of a recording in a few words."""

from __future__ import annotations

import numpy as np

from emgstream.app.name_lists import listed
from emgstream.cue_schedule import TRANSITION
from emgstream.tables import EmgTable
from emgstream.translation import tr, tr_n

__all__ = ["recording_contents"]


def recording_contents(table: EmgTable) -> str:
    """Return the channels, rows, rate and labels of a recording, for people."""
    rate_hz = table.stated_rate_hz or table.sampling_rate_hz
    rate = "" if rate_hz is None else tr(" at {rate_hz:.6g} Hz", rate_hz=rate_hz)
    present = np.unique(table.label_names_by_row())
    names = [name for name in table.label_names if name in present and name != TRANSITION]
    labels = (
        tr(
            " and {labels} ({names})",
            labels=tr_n("{n:,} label", "{n:,} labels", len(names)),
            names=listed(names),
        )
        if names
        else ""
    )
    n_channels = len(table.channel_names)
    channels = tr_n("{n:,} channel", "{n:,} channels", n_channels)
    rows = tr_n("{n:,} row", "{n:,} rows", table.n_rows)
    return f"{channels} ({listed(table.channel_names)}), {rows}{rate}{labels}"
