"""Synthetic EMG: people who are not there, doing movements that are known to the sample.

For demonstrations and tests. It is not a stand-in for recordings of people, and what is made from
it is called synthetic wherever it shows.
"""

from emgstream.cues import MOVEMENTS, REST, Cue, CueScript
from emgstream.simulation.electrodes import Disturbances
from emgstream.simulation.emg import SyntheticEmg
from emgstream.simulation.movements import ACTIVATIONS, MUSCLES
from emgstream.simulation.session import record_session
from emgstream.simulation.timeline import CueTimeline

__all__ = [
    "ACTIVATIONS",
    "MOVEMENTS",
    "MUSCLES",
    "REST",
    "Cue",
    "CueScript",
    "CueTimeline",
    "Disturbances",
    "SyntheticEmg",
    "record_session",
]
