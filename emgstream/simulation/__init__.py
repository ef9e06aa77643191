"""Synthetic EMG of simulated subjects, with the true label of every sample.

For demonstrations and tests. It does not replace recordings of people, and everything made from it
is called synthetic wherever users see it.
"""

from emgstream.cue_schedule import MOVEMENTS, REST, Cue, CueSchedule
from emgstream.simulation.cue_timeline import CueTimeline
from emgstream.simulation.electrodes import Disturbances
from emgstream.simulation.movements import ACTIVATIONS, MUSCLES
from emgstream.simulation.simulated_session import record_session
from emgstream.simulation.synthetic_emg import SyntheticEmg

__all__ = [
    "ACTIVATIONS",
    "MOVEMENTS",
    "MUSCLES",
    "REST",
    "Cue",
    "CueSchedule",
    "CueTimeline",
    "Disturbances",
    "SyntheticEmg",
    "record_session",
]
