"""A cued test on a recording: its labels take the place of the cues."""

from __future__ import annotations

from typing import Any

from emgstream.bundle import Model
from emgstream.errors import UsageError
from emgstream.tables import EmgTable
from emgstream.trial.cued_test import DWELL_S, CuedTest, cued_test
from emgstream.trial.replayed import decisions_on

__all__ = ["replay_document", "replay_test"]


def replay_test(
    table: EmgTable,
    model: Model,
    sampling_rate_hz: float | None = None,
    dwell_s: float = DWELL_S,
    reaction_s: float = 0.0,
) -> CuedTest:
    """Return the result of a model on a recording.

    Raises the errors of `decisions_on`, and UsageError if no label is a movement of the model.
    """
    replayed = decisions_on(table, model, sampling_rate_hz=sampling_rate_hz)
    test = cued_test(replayed.decisions, replayed.truth, replayed.hop_s, dwell_s, reaction_s)
    if not test.attempts:
        raise UsageError(
            f"{table.path} has none of the model's movements; expected a column 'label' with "
            f"{', '.join(model.manifest.class_names)}; record a session, or name another file"
        )
    return test


def replay_document(table: EmgTable) -> dict[str, Any]:
    """Return the source of the samples, for the history."""
    return {"kind": "replay", "name": table.path.name, "sha256": table.sha256}
