"""Audit of one recording: all figures. `audit_findings` puts its faults into words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.audit.channel_figures import (
    ChannelCorrelation,
    ChannelRange,
    ChannelSwap,
    amplitudes,
    correlations,
    find_swap,
    measure_range,
    resting_levels,
)
from emgstream.audit.copied_repetitions import CopiedRepetitions, find_copied_repetitions
from emgstream.audit.label_leakage import LabelLeak, find_label_leaks
from emgstream.audit.label_support import (
    AccuracySupport,
    LabelCount,
    check_accuracy_support,
    count_labels,
    label_doubt,
)
from emgstream.audit.row_faults import (
    Duplicates,
    LostSamples,
    MissingValues,
    count_samples,
    find_duplicates,
    find_lost,
    find_missing,
)
from emgstream.audit.spectrum import (
    MainsLine,
    Spectrum,
    find_mains_line,
    mains_shares,
    rate_by_mains,
    rate_guesses,
    welch,
)
from emgstream.audit.stuck_loops import StuckLoop, find_stuck_loops, rows_in
from emgstream.cue_schedule import TRANSITION
from emgstream.tables import EmgTable
from emgstream.wording import listed

__all__ = ["Audit", "AuditedMains", "AuditedRate", "audit_table"]

Doubles: TypeAlias = npt.NDArray[np.float64]
_STATED = "stated"


@dataclass(frozen=True)
class AuditedRate:
    """The sampling rate of a recording, and its origin."""

    hz: float | None
    """Samples per second; None if not known."""
    source: str
    """Origin of the rate, for people."""
    clock_hz: float | None
    """Rate by the recording's time stamps in Hz; None if it has none."""
    by_mains_hz: tuple[float, ...]
    """Rates in Hz at which the line found would be mains hum; near the known rate, if there is
    one."""

    def to_json(self) -> dict[str, Any]:
        """Return the rate as JSON types."""
        return {
            "hz": self.hz,
            "source": self.source,
            "clock_hz": self.clock_hz,
            "by_mains_hz": list(self.by_mains_hz),
        }

    @property
    def is_stated(self) -> bool:
        """True if the user stated the rate."""
        return self.source == _STATED


@dataclass(frozen=True)
class AuditedMains:
    """Mains hum of a recording."""

    hz: float
    """Mains frequency in Hz, 50 or 60."""
    shares: tuple[float, ...]
    """Share of hum in each channel's power above 5 Hz, 0 to 1."""

    def to_json(self) -> dict[str, Any]:
        """Return the hum as JSON types."""
        return {"hz": self.hz, "shares": list(self.shares)}


@dataclass(frozen=True, eq=False)
class Audit:
    """All figures of an audit."""

    table: EmgTable
    """The recording."""
    rate: AuditedRate
    """Its sampling rate."""
    lost: LostSamples | None
    """Lost samples; None if there is neither an index nor a time column."""
    missing: tuple[MissingValues, ...]
    """Missing values of each channel."""
    duplicates: Duplicates
    """Rows that occur more than once."""
    copied: CopiedRepetitions | None
    """Repetitions that are copies of an earlier one; None if none is."""
    stuck_loops: tuple[StuckLoop, ...]
    """Stretches in which the recorder repeated rows."""
    ranges: tuple[ChannelRange, ...]
    """Range of each channel."""
    levels: Doubles
    """Resting level of each channel in the file's unit, shape ``(n_channels,)``."""
    amplitudes: Doubles
    """RMS about that level of each of ``labels``, same unit, ``(n_labels, n_channels)``."""
    correlations: tuple[ChannelCorrelation, ...]
    """Correlation of every two channels, of the first `MOST_PAIRED` ones."""
    swap: ChannelSwap | None
    """Two channels that changed places; None if none did."""
    spectrum: Spectrum | None
    """Power by frequency; None if the recording is too short."""
    line: MainsLine | None
    """A narrow line in the spectrum; None if there is none."""
    mains: AuditedMains | None
    """Mains hum; None if the rate is not known."""
    labels: tuple[LabelCount, ...]
    """Rows, blocks and repetitions of each label; `transition` is none."""
    label_leaks: tuple[LabelLeak, ...]
    """Channels that tell the label without being a signal."""
    label_doubt: str | None
    """Reason why the label is no movement but a measured value; None if it is one."""
    accuracy_support: AccuracySupport
    """Statement on whether an accuracy measured on the recording is meaningful."""

    @property
    def duration_s(self) -> float | None:
        """Length of all segments in seconds, lost samples included; None without a rate."""
        return None if self.rate.hz is None else count_samples(self.table) / self.rate.hz

    @property
    def n_transition_rows(self) -> int:
        """Number of rows between a cue and the onset of its movement."""
        table = self.table
        if table.labels is None or TRANSITION not in table.label_names:
            return 0
        return int(np.count_nonzero(table.labels == table.label_names.index(TRANSITION)))

    @property
    def n_stuck_rows(self) -> int:
        """Number of rows in stuck loops."""
        return int(np.count_nonzero(rows_in(self.stuck_loops, self.table.n_rows)))

    def to_json(self) -> dict[str, Any]:
        """Return the figures as JSON types, without the spectra."""
        return {
            "file": self.table.path.name,
            "sha256": self.table.sha256,
            "n_rows": self.table.n_rows,
            "channels": [self._channel(place) for place in range(len(self.ranges))],
            "rate": self.rate.to_json(),
            "duration_s": self.duration_s,
            "lost": None if self.lost is None else self._lost(self.lost),
            "mains_line": None if self.line is None else self.line.to_json(),
            "mains_hz": None if self.mains is None else self.mains.hz,
            "repairs": [str(repair) for repair in self.table.repairs],
            "duplicates": self.duplicates.to_json(),
            "copied_repetitions": None if self.copied is None else self.copied.to_json(),
            "stuck_loops": [dict(vars(loop)) for loop in self.stuck_loops],
            "correlations": [pair.to_json() for pair in self.correlations],
            "swapped": None if self.swap is None else self.swap.to_json(),
            "labels": [self._label(place) for place in range(len(self.labels))],
            "label_leaks": [leak.to_json() for leak in self.label_leaks],
            "accuracy_claim": self.accuracy_support.to_json(),
        }

    def _lost(self, lost: LostSamples) -> dict[str, Any]:
        seconds = None if self.rate.hz is None else lost.n / self.rate.hz
        return {**lost.to_json(), "seconds": seconds}

    def _channel(self, place: int) -> dict[str, Any]:
        return {
            "name": self.table.channel_names[place],
            "missing": self.missing[place].to_json(),
            **self.ranges[place].to_json(),
            "resting_level": _number(self.levels[place]),
            "mains_share": None if self.mains is None else self.mains.shares[place],
        }

    def _label(self, place: int) -> dict[str, Any]:
        names = self.table.channel_names
        by_channel = map(_number, self.amplitudes[place])
        return {
            **self.labels[place].to_json(),
            "amplitude": dict(zip(names, by_channel, strict=True)),
        }


def audit_table(table: EmgTable, sampling_rate_hz: float | None = None) -> Audit:
    """Return the audit of a recording.

    ``sampling_rate_hz`` states the rate if neither the table nor its time stamps tell it, or wrong.
    """
    spectrum = welch(table.samples)
    line = None if spectrum is None else find_mains_line(spectrum)
    rate = _rate(table, sampling_rate_hz, line)
    levels = resting_levels(table.samples)
    labels = count_labels(table)
    doubt, leaks = label_doubt(table), find_label_leaks([table])
    return Audit(
        table=table,
        rate=rate,
        lost=find_lost(table),
        missing=find_missing(table.samples),
        duplicates=find_duplicates(table),
        copied=find_copied_repetitions([table]),
        stuck_loops=tuple(find_stuck_loops(table.samples)),
        ranges=tuple(map(measure_range, table.samples.T)),
        levels=levels,
        amplitudes=amplitudes(table, levels, [label.name for label in labels]),
        correlations=correlations(table.samples, table.channel_names),
        swap=None if doubt is not None else find_swap(table, levels),
        spectrum=spectrum,
        line=line,
        mains=_mains(spectrum, rate.hz),
        labels=labels,
        label_leaks=leaks,
        label_doubt=doubt,
        accuracy_support=_accuracy_support(labels, doubt, leaks),
    )


def _accuracy_support(
    labels: tuple[LabelCount, ...], doubt: str | None, leaks: tuple[LabelLeak, ...]
) -> AccuracySupport:
    if doubt is not None:
        return AccuracySupport(False, doubt)
    support = check_accuracy_support(labels)
    if not leaks or not support.supported:
        return support
    names = listed([leak.channel for leak in leaks])
    return AccuracySupport(
        False, f"no accuracy measured here means anything with the channel {names} in it"
    )


def _rate(table: EmgTable, stated_hz: float | None, line: MainsLine | None) -> AuditedRate:
    clock_hz = table.clock_rate_hz
    hz = stated_hz or table.sampling_rate_hz
    if hz is None:
        return AuditedRate(None, "not stated", None, () if line is None else rate_guesses(line))
    is_stated = hz in {stated_hz, table.stated_rate_hz}
    source = _STATED if is_stated else "by the recording's clock"
    near_hz = None if line is None else rate_by_mains(line, hz)
    return AuditedRate(hz, source, clock_hz, () if near_hz is None else (near_hz,))


def _mains(spectrum: Spectrum | None, rate_hz: float | None) -> AuditedMains | None:
    if spectrum is None or rate_hz is None:
        return None
    return AuditedMains(*mains_shares(spectrum, rate_hz))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
