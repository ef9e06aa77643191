"""Choice of the recording among the named arrays of a file, for MATLAB files and numpy archives."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from emgstream.tables.formats.opened_recording import OpenedRecording
from emgstream.tables.raw_columns import RawColumn, RawRecording
from emgstream.wording import listed

__all__ = ["AnyArray", "columns_of_array", "recording_of_arrays"]

AnyArray: TypeAlias = npt.NDArray[Any]

_RATE_NAMES = frozenset(
    {"fs", "sf", "sr", "srate", "rate", "ratehz", "fshz", "fsamp", "freq", "frequency"}
    | {"samplerate", "sampleratehz", "samplingrate", "samplingratehz"}
    | {"samplefrequency", "samplingfrequency", "samplefreq", "samplingfreq", "fsemg", "emgfs"}
)
"""Names of a sampling rate, in lower case, letters only."""
_SIGNAL_NAMES = frozenset({"data", "signal", "signals", "samples"})
_OTHER_SENSORS = re.compile(
    "acc|gyr|magn|quat|imu|inclin|glove|force|torque|angle|joint|kin|position|temp|pressure"
)
"""Parts of the names of arrays of other sensors. A choice: the arrays of the Ninapro data sets
(``acc``, ``glove``, ``inclin``) and of inertial and force sensors."""
_MIN_LENGTH_SHARE = 0.1
"""Length of an array, as a share of the longest, from which it may be the recording. A choice: what
is shorter are lists of events or of facts."""
_MOST_NAMED = 8
"""Arrays that a message names: a choice, two lines."""
_SAVE_ONE = "save the EMG under the name emg, with arrays of the same length for labels and time"


@dataclass(frozen=True, eq=False)
class _Candidate:
    """An array that may be the recording or a part of it."""

    name: str
    values: AnyArray
    """Shape ``(n_rows,)`` or ``(n_rows, n_channels)``."""
    is_transposed: bool = False
    """True if it is stored as channels x samples."""

    @property
    def n_rows(self) -> int:
        return len(self.values)

    @property
    def last_name(self) -> str:
        return self.name.rsplit(".", 1)[-1]

    @property
    def likelihood(self) -> int:
        """2 if its name says EMG, 1 if it says signal, else 0."""
        name = self.last_name.lower()
        return 2 if "emg" in self.name.lower() else int(name in _SIGNAL_NAMES)

    def __str__(self) -> str:
        return f"{self.name} ({' x '.join(map(str, self.values.shape))})"


def columns_of_array(name: str, array: AnyArray) -> tuple[list[RawColumn], list[str]]:
    """Return the columns of an array, and notes.

    Parameters
    ----------
    name
        Its name; empty if it has none, and then its columns have none.
    array
        Shape ``(n_rows,)`` or ``(n_rows, n_channels)``, or with the axes exchanged if there are
        more columns than rows. Fields of a structured array give their names to the columns.
    """
    if array.dtype.names:
        found = [columns_of_array(field, array[field]) for field in array.dtype.names]
        columns = [column for of_field, _ in found for column in of_field]
        return columns, [note for _, notes in found for note in notes]
    if array.ndim == 1:
        column = _column(name, array)
        return ([column], []) if column else ([], [f"left out: {name} ({array.dtype})"])
    notes = []
    if array.shape[0] < array.shape[1]:
        notes.append(_transposed_note(name or "the array", array.T))
        array = array.T
    return _matrix_columns(name, array), notes


def _transposed_note(name: str, values: AnyArray) -> str:
    n_rows, n_channels = values.shape
    return f"{name} is {n_channels} x {n_rows}; taken as channels x samples"


def _matrix_columns(name: str, values: AnyArray) -> list[RawColumn]:
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind not in "biuf":
        return []
    # numbers of up to 16 bits are exact in float32
    dtype = np.float32 if size <= (4 if kind == "f" else 2) else np.float64
    values = values.astype(dtype, copy=False)
    names = [f"{name}_{channel + 1}" if name else "" for channel in range(values.shape[1])]
    if len(names) == 1:
        names = [name]
    return [RawColumn(one, values[:, channel]) for channel, one in enumerate(names)]


def _column(name: str, values: AnyArray) -> RawColumn | None:
    """Return an array of shape ``(n_rows,)`` as a column; None if it holds no numbers or texts."""
    kind = values.dtype.kind
    if kind in "US":
        texts, first, places = np.unique(values, return_index=True, return_inverse=True)
        order = np.argsort(first)
        known = [_decoded(texts[place]) for place in order]
        codes = np.argsort(order)[places]
        names = tuple(dict.fromkeys(text for text in known if text))
        place_of = np.array([names.index(text) if text else -1 for text in known], np.int32)
        return RawColumn(name, place_of[codes], names) if names else None
    if kind == "f":
        values = values.astype(np.float32 if values.dtype.itemsize <= 4 else np.float64, copy=False)
        limited = np.nan_to_num(values, nan=0.5, posinf=0.5, neginf=0.5)
        if not np.all((limited == np.rint(limited)) & (np.abs(limited) < 2**53)):
            return RawColumn(name, values)
    elif kind not in "biu":
        return None
    return RawColumn(name, values.astype(np.int64))


def _decoded(text: Any) -> str:
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)).strip()


def recording_of_arrays(
    opened: OpenedRecording, arrays: Mapping[str, AnyArray], unread: Sequence[str] = ()
) -> RawRecording:
    """Return the recording in the arrays of a file.

    Parameters
    ----------
    opened
        The file.
    arrays
        All arrays of numbers or texts by their names, ``struct.field`` for that of a structure.
    unread
        Everything else in the file, in words: ``trials (cell of 12)``.

    Raises
    ------
    TableError
        If there is no array of samples, or if several of different lengths may be it.
    """
    rate_hz, rate_name, notes = _rate(arrays)
    candidates = _candidates(arrays)
    n_rows = _n_rows(opened, candidates, unread)
    fitting = [one for one in candidates if one.n_rows == n_rows]
    kept = _of_emg(fitting)
    columns: list[RawColumn] = []
    for one in kept:
        columns += _columns_of(one, [other for other in kept if other is not one])
        if one.is_transposed:
            notes.append(_transposed_note(one.name, one.values))
    left_out = [*(str(one) for one in candidates if one not in kept), *unread]
    if left_out:
        notes.append(f"left out: {listed(left_out, _MOST_NAMED)}")
    return RawRecording(
        columns=tuple(columns),
        n_rows=n_rows,
        sha256=opened.sha256,
        rate_hz=rate_hz,
        rate_reason=f"the number {rate_name} in the file" if rate_hz else "",
        notes=tuple(notes),
    )


def _columns_of(one: _Candidate, others: Sequence[_Candidate]) -> list[RawColumn]:
    """Return the columns of an array, by its last name unless another array has the same."""
    is_unique = all(other.last_name != one.last_name for other in others)
    name = one.last_name if is_unique else one.name
    if one.values.ndim == 2:
        return _matrix_columns(name, one.values)
    column = _column(name, one.values)
    return [column] if column else []


def _rate(arrays: Mapping[str, AnyArray]) -> tuple[float | None, str, list[str]]:
    """Return the sampling rate in Hz, the name of its array, and notes."""
    rates: dict[str, float] = {}
    for name, array in arrays.items():
        letters = re.sub("[^a-z]", "", name.rsplit(".", 1)[-1].lower())
        if letters in _RATE_NAMES and array.size and array.dtype.kind in "iuf":
            value = float(array.flat[0])
            if np.all(array == array.flat[0]) and 0.0 < value < np.inf:
                rates[name] = value
    of_emg = {name: rate for name, rate in rates.items() if "emg" in name.lower()} or rates
    if len(set(of_emg.values())) > 1:
        rate_words = [f"{name} = {rate:g}" for name, rate in of_emg.items()]
        text = f"the file states several rates, none was taken: {listed(rate_words, _MOST_NAMED)}"
        return None, "", [text]
    return next(((rate, name, []) for name, rate in of_emg.items()), (None, "", []))


def _candidates(arrays: Mapping[str, AnyArray]) -> list[_Candidate]:
    """Return every array with one or two axes longer than 1, the longer of two as the rows."""
    flat: dict[str, AnyArray] = {}
    for name, array in arrays.items():
        if array.dtype.names:
            flat |= {f"{name}.{field}": array[field] for field in array.dtype.names}
        else:
            flat[name] = array
    squeezed = {name: np.squeeze(array) for name, array in flat.items()}
    found = []
    for name, array in squeezed.items():
        numeric = array.dtype.kind in "biuf"
        if array.ndim == 1 and (numeric or array.dtype.kind in "US"):
            found.append(_Candidate(name, array))
        elif array.ndim == 2 and numeric:
            is_transposed = array.shape[0] < array.shape[1]
            found.append(_Candidate(name, array.T if is_transposed else array, is_transposed))
    return [one for one in found if one.n_rows]


def _n_rows(
    opened: OpenedRecording, candidates: Sequence[_Candidate], unread: Sequence[str]
) -> int:
    """Return the number of rows of the recording; raises TableError if it is not certain."""
    numeric = [one for one in candidates if one.values.dtype.kind in "biuf"]
    if not numeric:
        only = f", only {listed(unread, _MOST_NAMED)}" if unread else ""
        raise opened.refused(f"it holds no array of samples{only}", _SAVE_ONE)
    longest = max(one.n_rows for one in numeric)
    possible = [one for one in numeric if one.n_rows >= _MIN_LENGTH_SHARE * longest]
    best = max(one.likelihood for one in possible)
    likely = [one for one in possible if one.likelihood == best]
    if len({one.n_rows for one in likely}) > 1:
        arrays = listed([str(one) for one in likely], _MOST_NAMED)
        raise opened.refused(
            f"several arrays of different lengths may be the EMG: {arrays}", _SAVE_ONE
        )
    return likely[0].n_rows


def _of_emg(fitting: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the arrays without those of other sensors; vectors, such as labels, stay."""
    best = max(one.likelihood for one in fitting)
    matrices = [one for one in fitting if one.values.ndim == 2]
    if best:
        emg = [one for one in matrices if one.likelihood == best]
    else:
        emg = [one for one in matrices if not _OTHER_SENSORS.search(one.name.lower())]
    return [one for one in fitting if one.values.ndim == 1 or one in (emg or matrices)]
