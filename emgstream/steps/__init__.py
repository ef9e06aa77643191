"""Steps: what the network sees at each of its time steps.

A step is one raw sample, or a short stretch of samples reduced to one number a channel.
"""

from emgstream.steps.kinds import step_from_manifest
from emgstream.steps.raw_sample import RawSample
from emgstream.steps.rms import Rms
from emgstream.steps.step import Step
from emgstream.steps.stream import StepStream

__all__ = ["RawSample", "Rms", "Step", "StepStream", "step_from_manifest"]
