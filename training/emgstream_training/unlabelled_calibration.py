"""Calibration on a recording without labels: the levels of the features, as they are today.

Electrodes on another place move the features of all movements in much the same direction, so that
this direction can be seen without knowing which movement is which. Every window is taken to be of
the class of the training that is nearest to it; by how far the windows of each class lie from it,
in the middle, the mean over the classes is one step, after which the nearest classes are looked for
anew (a hard form of expectation maximisation, Dempster et al. 1977). Classes weigh the same,
however long somebody rests. Transforms, decisions and the limits of the shift are moved by that
much; the network stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import numpy as np
import numpy.typing as npt

from emgstream.bundle import Model
from emgstream.decisions import DecisionSettings, RestGate, StrengthRange, rest_class
from emgstream.errors import TrainingDataError
from emgstream.manifest import Manifest
from emgstream.session_shift import ShiftLimits
from emgstream.tables import EmgTable
from emgstream.transforms import Clip, Impute, Transform, Transforms, YeoJohnson
from emgstream.wording import listed
from emgstream_training.front_end import FrontEnd
from emgstream_training.preprocessing import fit_realtime
from emgstream_training.realtime import NO_FOLD, TRAINING, PartArray, cut_recordings
from emgstream_training.recordings import provenance
from emgstream_training.session_shift_fitting import stored_centres

__all__ = ["UnlabelledCalibration", "calibrate_unlabelled"]

Doubles = npt.NDArray[np.float64]

_EVERY = 5
"""One step of so many is looked at: its neighbours overlap with it."""
_N_ROUNDS = 10
"""Rounds of looking for the nearest classes: after ten, hardly a window changes (choice)."""
_LEAST_SEEN = 10
"""Fewest looks that show a movement: a second (choice)."""
_UNLIKE = 0.4
"""Distance from which a session is adapted, in spreads.

On nine days of six people three were 0.6 to 1.1 away and gained 2 to 11 points; the others were
0.14 to 0.25 away, and lost up to 2 (BENCHMARKS.md, Another day)."""
_BEYOND = 1.5
"""Distance beyond which something else is wrong: a recording of rest alone was 2.7 away, one with a
dead electrode 1.9 (choice)."""
_AT_ONCE = 256
"""Steps that are compared with the classes at once: bounds the memory (choice)."""


@dataclass(frozen=True, eq=False)
class UnlabelledCalibration:
    """A model moved to the levels of a new session. Its gain cannot be told without labels."""

    model: Model
    """The model, ready to be written or run."""
    distance: float
    """Root mean square over the features of how far they were moved, in spreads of a class."""
    duration_s: float
    """Duration of what was looked at, in seconds."""
    unseen: tuple[str, ...]
    """Classes of the model that nothing in the recording looks like."""
    repairs: tuple[str, ...] = ()
    """Repairs of the recordings, each with the name of its file."""


def calibrate_unlabelled(
    model: Model,
    tables: Sequence[EmgTable],
    sampling_rate_hz: float,
    parts: Sequence[PartArray] | None = None,
) -> UnlabelledCalibration:
    """Return a model moved to the levels of recordings; their labels, if any, are not looked at.

    Parameters
    ----------
    model
        The model to adapt.
    tables
        Recordings of the new session with the model's channels, in which each of the movements
        occurs, rest included.
    sampling_rate_hz
        Samples per second.
    parts
        ``parts[i]``, shape ``(n_rows,)``, is `TRAINING` for each row of ``tables[i]`` to look at;
        None for all.

    Raises
    ------
    TrainingDataError
        The session is as those that the model has learned from, or too far from them; rest, or
        more than half of the movements, cannot be seen; a channel has no signal; or the model does
        not know how its signals usually are.
    """
    manifest = model.manifest
    limits = manifest.shift
    if limits is None:
        raise TrainingDataError(
            "the recording has no label, and the model does not know how its signals usually are, "
            "as it was trained by an earlier version or on fewer than three repetitions of a "
            "movement; expected labels; record each movement with cues"
        )
    steps = _steps_of(manifest, tables, parts)
    of_one_channel = manifest.step.names_of_one_channel(manifest.channel_names)
    fit_realtime(steps, of_one_channel)  # raises where a channel has no signal
    looked_at = steps[::_EVERY]
    moved, seen = _moved(limits, looked_at[np.isfinite(looked_at).all(axis=1)])
    distance = float(np.sqrt(np.mean((moved / np.array(limits.spread)) ** 2)))
    unseen = tuple(
        name for name, found in zip(manifest.class_names, seen, strict=True) if not found
    )
    rest = rest_class(manifest.class_names)
    if 2 * len(unseen) > len(seen) or (rest is not None and not seen[rest]):
        raise TrainingDataError(
            f"the recording has no label, and nothing in it looks like {listed(unseen)}; expected "
            "each movement of the model for some seconds, and rest between; or record with cues"
        )
    if distance > _BEYOND:
        raise TrainingDataError(
            f"the recording has no label, and its signals lie {distance:.2f} spreads from the "
            f"training; expected {_BEYOND} at most, as electrodes that sit elsewhere make less of "
            "a difference; see whether each electrode is on and each movement is in the recording, "
            "or record with cues"
        )
    if distance < _UNLIKE:
        raise TrainingDataError(
            f"the recording has no label, and its signals are as in the training ({distance:.2f} "
            f"spreads away; expected {_UNLIKE} or more), so that nothing can be adapted without "
            "labels; keep the model as it is, or record each movement with cues"
        )
    duration_s = len(steps) * manifest.step.length / sampling_rate_hz
    figures = {"labelled": False, "duration_s": round(duration_s, 3), "distance": distance}
    adapted = replace(
        _adapted(manifest, limits, moved, tables),
        evaluation={**manifest.evaluation, "calibration_session": figures},
    )
    return UnlabelledCalibration(replace(model, manifest=adapted), distance, duration_s, unseen)


def _steps_of(
    manifest: Manifest, tables: Sequence[EmgTable], parts: Sequence[PartArray] | None
) -> Doubles:
    """Return the steps of recordings, shape ``(n_steps, n_features)``, before any transform."""
    front_end = FrontEnd(dict(manifest.conditioning), manifest.step, ())
    folds = [np.zeros(table.n_rows, dtype=np.int64) for table in tables]
    if parts is not None:
        folds = [np.where(part == TRAINING, 0, NO_FOLD) for part in parts]
    cuts = cut_recordings(tables, manifest.class_names, front_end, folds)
    return np.concatenate(
        [cut.steps if parts is None else cut.steps[cut.folds != NO_FOLD] for cut in cuts]
    )


def _moved(limits: ShiftLimits, features: Doubles) -> tuple[Doubles, npt.NDArray[np.bool_]]:
    """Return how far the features lie from those of the training, and which classes were seen.

    They have the shapes ``(n_features,)``, in the unit of each feature, and ``(n_classes,)``. Of
    several sessions of the training, the one that is nearest afterwards counts.
    """
    spread = np.array(limits.spread)
    n_classes = len(limits.sessions[0])
    best: tuple[float, Doubles, npt.NDArray[np.bool_]] | None = None
    for centres in limits.sessions:
        session = replace(limits, sessions=(centres,))
        moved = np.zeros(len(spread))
        seen = np.zeros(n_classes, dtype=np.bool_)
        for _ in range(_N_ROUNDS):
            classes, apart = _nearest(session, features - moved * spread)
            counts = np.bincount(classes, minlength=n_classes)
            seen = counts >= _LEAST_SEEN
            if not seen.any():
                break
            moved += np.mean(
                [np.median(apart[classes == code], axis=0) for code in np.flatnonzero(seen)], axis=0
            )
        _, apart = _nearest(session, features - moved * spread)
        left = float(np.mean(apart * apart)) if len(apart) else 0.0
        if best is None or left < best[0]:
            best = left, moved * spread, seen
    assert best is not None  # limits have at least one session
    return best[1], best[2]


def _nearest(session: ShiftLimits, features: Doubles) -> tuple[npt.NDArray[np.intp], Doubles]:
    """Return the nearest class of each step, and where it lies from it, of a single session."""
    found = [
        session.nearest(features[start : start + _AT_ONCE])
        for start in range(0, max(len(features), 1), _AT_ONCE)
    ]
    classes, apart = (np.concatenate(values) for values in zip(*found, strict=True))
    return classes[:, 0], apart[:, 0]


def _adapted(
    manifest: Manifest, limits: ShiftLimits, moved: Doubles, tables: Sequence[EmgTable]
) -> Manifest:
    """Return the manifest for features that lie so far from those of the training."""
    n_channels = len(manifest.channel_names)
    levels = moved[manifest.step.level_columns(n_channels)]
    sequence = tuple(_moved_transform(one, moved) for one in manifest.transforms.sequence)
    learned_from = tuple({**entry, "labelled": False} for entry in provenance(tables))
    return replace(
        manifest,
        synthetic=manifest.synthetic or any("synthetic" in entry for entry in learned_from),
        transforms=Transforms(sequence),
        decision=_moved_decision(manifest.decision, levels, n_channels),
        shift=_moved_limits(limits, moved),
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        training_data=(*manifest.training_data, *learned_from),
    )


def _moved_transform(transform: Transform, moved: Doubles) -> Transform:
    """Return the transform that makes of moved features what this one makes of the others."""
    match transform:
        case Impute():
            return Impute(_numbers(transform.values + moved))
        case Clip():
            return Clip(_numbers(transform.low + moved), _numbers(transform.high + moved))
        case YeoJohnson(lambdas=lambdas) if set(lambdas) == {1.0}:  # standardisation alone
            return replace(transform, mean=_numbers(transform.mean + moved))
    raise TrainingDataError(
        f"the recording has no label, and the transform {transform.kind} of the model cannot be "
        "moved; expected a model of the recipe realtime; record each movement with cues"
    )


def _moved_decision(
    settings: DecisionSettings, levels: Doubles, n_channels: int
) -> DecisionSettings:
    """Return the settings where the levels lie so much higher, of each kind by channel."""
    by_channel = levels[:n_channels]
    known, gate, strength = settings.familiar, settings.rest_gate, settings.strength
    if known is not None:
        known = replace(
            known,
            centres=tuple(
                _numbers(one + np.array(known.whitening) @ levels) for one in known.centres
            ),
            quietest=_numbers(known.quietest + np.minimum(by_channel, 0.0)),
        )
    if gate is not None:
        gate = RestGate(_numbers(gate.levels + by_channel))
    if strength is not None:
        mean = float(by_channel.mean())
        strength = StrengthRange(
            _numbers(np.add(strength.low, mean)), _numbers(np.add(strength.high, mean))
        )
    return replace(settings, familiar=known, rest_gate=gate, strength=strength)


def _moved_limits(limits: ShiftLimits, moved: Doubles) -> ShiftLimits:
    """Return the limits around the classes where they lie now."""
    centres = np.array(limits.sessions) + moved / np.array(limits.spread)
    return replace(limits, sessions=stored_centres(centres))


def _numbers(values: Doubles) -> tuple[float, ...]:
    return tuple(map(float, values))
