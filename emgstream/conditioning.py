"""Conditioning: what a signal goes through before it is cut into steps.

One causal, stateful conditioner serves training, replay and live, so that they see the same bits.
Filters are designed in training and come as numbers; here they only run, with numpy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from emgstream.errors import ModelFileError
from emgstream.schema import Finite, checked
from emgstream.types import FloatArray

__all__ = ["Conditioner", "Filters", "NoConditioning", "Section", "conditioner_from_manifest"]

Doubles: TypeAlias = npt.NDArray[np.float64]
Section: TypeAlias = tuple[Finite, Finite, Finite, Finite, Finite]
"""One second-order filter, ``b0 b1 b2 a1 a2``: ``(b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2)``."""


class Conditioner(Protocol):
    """Samples in, as many samples out, both of shape ``(n_samples, n_channels)``; causal."""

    def push(self, samples: FloatArray) -> FloatArray:
        """Return the conditioned samples, in order; those of an unfinished block come later."""
        ...

    def reset(self) -> None:
        """Forget the past: the next sample does not follow the last one."""
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        ...


class NoConditioning:
    """The samples as they are: what the published recipe trains on, and envelopes go through."""

    def __init__(self, about: Mapping[str, Any] | None = None) -> None:
        self._about = dict(about or {})

    def push(self, samples: FloatArray) -> FloatArray:
        """Return the very samples."""
        return samples

    def reset(self) -> None:
        """Do nothing: there is no past."""

    def to_manifest(self) -> dict[str, Any]:
        """Return ``{"kind": "none"}`` and what was said about it."""
        return {"kind": "none", **self._about}


class Filters:
    """Second-order filters one after the other, the same bits for any chunking.

    The samples are taken in blocks aligned to the last reset, and each block is two products of
    matrices that never change their shape: with the state ``s`` that the block begins with and its
    samples ``x``, the output is ``y = D x + C s`` and the next state ``s' = B x + A s`` (the block
    form of a recursive filter, Burrus 1972). With blocks as long as a step no decision waits.

    The first sample after a reset is taken as the level the signal had been at for ever, so that
    the level a board rests at makes no transient. For a missing sample the last known one of its
    channel goes into the filters, and the output there is missing; a channel that was never known
    is at zero. One thread uses it.

    Parameters
    ----------
    sections
        The filters, in order.
    block
        Samples taken at once.
    about
        What else the manifest is to say, ready for JSON.

    Raises
    ------
    ValueError
        A filter is not stable, or a number not finite.
    """

    def __init__(
        self, sections: Sequence[Section], block: int, about: Mapping[str, Any] | None = None
    ) -> None:
        _check_stable(sections)
        self._sections = tuple(sections)
        self._block = block
        self._about = dict(about or {})
        outputs, states = _block_response(self._sections, np.eye(block + 2 * len(sections)), block)
        response = np.concatenate((outputs, states))
        self._of_samples = np.ascontiguousarray(response[:, :block])
        self._outputs_of_state = np.ascontiguousarray(outputs[:, block:])
        self._state_of_state = np.ascontiguousarray(states[:, block:])
        self._state_at_rest = _state_at_rest(self._sections)
        self._pending = np.empty((0, 0), dtype=np.float32)
        self._last_known: Doubles | None = None
        self._state: Doubles | None = None

    def push(self, samples: FloatArray) -> FloatArray:
        """Return the samples of the blocks these complete, filtered, ``(n_samples, n_channels)``.

        ``samples`` has the same shape; NaN where a value is missing.
        """
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        n_used = len(samples) - len(samples) % self._block
        self._pending = samples[n_used:]
        if n_used == 0:
            return samples[:0]
        missing = ~np.isfinite(samples[:n_used])
        filtered = self._filter(self._known(samples[:n_used].astype(np.float64), missing))
        filtered[missing] = np.nan
        return filtered

    def reset(self) -> None:
        """Forget the past: the next sample does not follow the last one."""
        self._pending = self._pending[:0]
        self._last_known = None
        self._state = None

    def to_manifest(self) -> dict[str, Any]:
        """Return the filters and what was said about them."""
        sections = [list(section) for section in self._sections]
        return {"kind": "filters", **self._about, "block": self._block, "sections": sections}

    def _known(self, samples: Doubles, missing: npt.NDArray[np.bool_]) -> Doubles:
        """Return the samples, each missing one replaced by the last known of its channel."""
        if self._last_known is None:
            self._last_known = _first_known(samples[: self._block], missing[: self._block])
        if missing.any():
            rows = np.where(missing, -1, np.arange(len(samples))[:, np.newaxis])
            rows = np.maximum.accumulate(rows, axis=0)
            held = np.take_along_axis(samples, np.maximum(rows, 0), axis=0)
            samples = np.where(rows < 0, self._last_known, held)
        self._last_known = samples[-1]
        return samples

    def _filter(self, samples: Doubles) -> FloatArray:
        if self._state is None:
            self._state = self._state_at_rest * samples[0]
        n_channels = samples.shape[1]
        # Stacks of equal small products: each is computed as if it were the only one.
        given = np.matmul(self._of_samples, samples.reshape(-1, self._block, n_channels))
        states = list(accumulate(given[:, self._block :], self._next_state, initial=self._state))
        self._state = states.pop()
        outputs = np.matmul(self._outputs_of_state, np.array(states))
        outputs += given[:, : self._block]
        filtered: FloatArray = outputs.reshape(-1, n_channels).astype(np.float32)
        return filtered

    def _next_state(self, state: Doubles, given: Doubles) -> Doubles:
        following: Doubles = np.matmul(self._state_of_state, state)
        following += given
        return following


def conditioner_from_manifest(entry: Mapping[str, Any]) -> Conditioner:
    """Build the conditioner a manifest names; raises ModelFileError for what it does not know."""
    about = {name: value for name, value in entry.items() if name not in _OWN_FIELDS}
    kind = entry.get("kind")
    if kind == "none":
        return NoConditioning(about)
    if kind != "filters":
        raise ModelFileError(
            f"conditioning of kind {kind!r}; this version knows 'none' and 'filters'; "
            "update emgstream, or train the model again"
        )
    try:
        filters = checked(entry, _FiltersEntry)
        return Filters(filters.sections, filters.block, about)
    except ValueError as error:
        raise ModelFileError(
            f"the conditioning is not as expected: {error}; train the model again"
        ) from None


_OWN_FIELDS = ("kind", "block", "sections")


@dataclass(frozen=True)
class _FiltersEntry:
    """The entry of a manifest that `Filters` are built from."""

    sections: Annotated[tuple[Section, ...], Meta(min_length=1, max_length=64)]
    block: Annotated[int, Meta(ge=1, le=1000)]


def _check_stable(sections: Sequence[Section]) -> None:
    """Raise ValueError where a pole of a filter is not inside the unit circle (Jury 1964)."""
    for section in sections:
        *_, a1, a2 = section
        if not (np.all(np.isfinite(section)) and abs(a2) < 1.0 and abs(a1) < 1.0 + a2):
            raise ValueError(f"the filter {section} is not stable")


def _block_response(
    sections: Sequence[Section], given: Doubles, block: int
) -> tuple[Doubles, Doubles]:
    """Return outputs and last state for samples and first state stacked in the rows of ``given``.

    One sample after the other in the transposed direct form II (Oppenheim & Schafer 2010).
    """
    states = [row.copy() for row in given[block:]]
    outputs = []
    for value in given[:block]:
        for number, (b0, b1, b2, a1, a2) in enumerate(sections):
            first, second = states[2 * number : 2 * number + 2]
            result = b0 * value + first
            states[2 * number] = b1 * value - a1 * result + second
            states[2 * number + 1] = b2 * value - a2 * result
            value = result
        outputs.append(value)
    return np.array(outputs), np.array(states)


def _state_at_rest(sections: Sequence[Section]) -> Doubles:
    """Return the state, shape ``(n_states, 1)``, that a signal of 1 for ever leaves behind."""
    states: list[float] = []
    level = 1.0
    for b0, b1, b2, a1, a2 in sections:
        result = level * (b0 + b1 + b2) / (1.0 + a1 + a2)
        second = b2 * level - a2 * result
        states += [b1 * level - a1 * result + second, second]
        level = result
    return np.array(states)[:, np.newaxis]


def _first_known(samples: Doubles, missing: npt.NDArray[np.bool_]) -> Doubles:
    """Return the first known sample of each channel, 0 where there is none."""
    first = np.take_along_axis(samples, missing.argmin(axis=0)[np.newaxis], axis=0)[0]
    return np.where(missing.all(axis=0), 0.0, first)
