"""The pages of the window, in the order of the switch."""

from __future__ import annotations

from emgstream.gui.live_page import LivePage
from emgstream.gui.page import Page
from emgstream.gui.record.page import RecordPage
from emgstream.gui.train.page import TrainPage
from emgstream.gui.trial.page import TrialPage
from emgstream.gui.tune.page import TunePage

__all__ = ["PAGES"]

PAGES: tuple[type[Page], ...] = (LivePage, RecordPage, TrainPage, TrialPage, TunePage)
"""The first is in front when the window opens; Ctrl+1 goes to it, Ctrl+2 to the next."""
