"""Synthetic EMG: people who are not there, doing movements that are known to the sample.

For demonstrations and tests. It is not a stand-in for recordings of people, and what is made from
it is called synthetic wherever it shows.
"""

from emgstream.cue_schedule import MOVEMENTS, REST, Cue, CueSchedule
from emgstream.simulation.cue_timeline import CueTimeline
from emgstream.simulation.electrodes import Disturbances
from emgstream.simulation.emg import SyntheticEmg
from emgstream.simulation.movements import ACTIVATIONS, MUSCLES
from emgstream.simulation.simulated_session import record_session

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
