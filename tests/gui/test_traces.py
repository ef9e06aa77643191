from __future__ import annotations

import numpy as np

from emgstream.app.signal_views import SignalView, Traces
from emgstream.bundle import Model
from emgstream.conditioning import conditioner_from_manifest
from emgstream.simulation import CueSchedule, SyntheticEmg
from emgstream.types import Chunk


def test_every_view_has_its_samples_where_they_were_taken(demo_model: Model) -> None:
    samples = SyntheticEmg(CueSchedule.shuffled(repetitions=1), seed=3).read(400)
    traces = Traces(3, 1000.0, demo_model.manifest)
    for start in range(0, 400, 7):
        traces.push(Chunk(1000 + start, samples[start : start + 7]))
    conditioned = conditioner_from_manifest(demo_model.manifest.conditioning).condition(samples)
    for view, expected in ((SignalView.RAW, samples), (SignalView.CONDITIONED, conditioned)):
        np.testing.assert_array_equal(traces.history(view).values(1000, 1400), expected.T)
    steps = traces.history(SignalView.STEPS).values(1000, 1400)
    assert steps.shape == (3, 400)
    np.testing.assert_array_equal(steps[:, 20:40], np.repeat(steps[:, 20:21], 20, axis=1))
