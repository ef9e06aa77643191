"""The pages of the window, in the order of their buttons."""

from __future__ import annotations

from emgstream.gui.live.live_page import LivePage
from emgstream.gui.outputs.outputs_page import OutputsPage
from emgstream.gui.record.record_page import RecordPage
from emgstream.gui.settings.settings_page import SettingsPage
from emgstream.gui.train.train_page import TrainPage
from emgstream.gui.trial.trial_page import TrialPage
from emgstream.gui.tune.tune_page import TunePage
from emgstream.gui.window_page import WindowPage

__all__ = ["PAGES"]

PAGES: tuple[type[WindowPage], ...] = (
    LivePage,
    RecordPage,
    TrainPage,
    TrialPage,
    TunePage,
    OutputsPage,
    SettingsPage,
)
"""The first is shown when the window opens; Ctrl+1 shows it, Ctrl+2 the next."""
