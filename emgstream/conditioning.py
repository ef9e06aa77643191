"""Conditioning: filters that a signal goes through before it is cut into steps.

One causal, stateful conditioner serves training, replay and live, so that they get the same bits.
Filters are designed in training and stored as coefficients; here they only run, with numpy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """A causal filter: as many samples out as in, both of shape ``(n_samples, n_channels)``."""

    def condition(self, samples: FloatArray) -> FloatArray:
        """Return the conditioned samples, in order; those of an unfinished block come later."""
        ...

    def reset(self) -> None:
        """Forget all samples: the next one does not follow the last one."""
        ...

    def to_manifest(self) -> dict[str, Any]:
        """Return the settings, ready for JSON."""
        ...


class NoConditioning:
    """No filter, as for the published recipe and for envelopes."""

    def __init__(self, about: Mapping[str, Any] | None = None) -> None:
        self._about = dict(about or {})

    def condition(self, samples: FloatArray) -> FloatArray:
        """Return the same samples."""
        return samples

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def to_manifest(self) -> dict[str, Any]:
        """Return ``{"kind": "none"}`` and the entries of ``about``."""
        return {"kind": "none", **self._about}


class Filters:
    """Second-order filters in series; any chunking gives the same bits.

    Samples are filtered in blocks aligned to the last reset. Each block takes two products of
    matrices whose shapes never change, one with its samples ``x`` and one with the state ``s``
    before it: the output is ``y = D x + C s`` and the next state is ``s' = B x + A s`` (the block
    form of a recursive filter, Burrus 1972). With blocks as long as a step no decision is delayed.

    The filters start as if the signal had always been at its first sample after a reset, so that
    the level at which a board rests makes no transient. A missing sample is replaced by the last
    known one of its channel, or by zero where there is none, and its output is missing. One thread
    uses it.

    Parameters
    ----------
    sections
        The filters, in order.
    block
        Samples per block.
    about
        Other entries of the manifest, ready for JSON.

    Raises
    ------
    ValueError
        A filter is not stable, or a number, of a filter or of its response, is not finite.
    """

    def __init__(
        self, sections: Sequence[Section], block: int, about: Mapping[str, Any] | None = None
    ) -> None:
        _check_stable(sections)
        self._sections = tuple(sections)
        self._block = block
        self._about = dict(about or {})
        with np.errstate(over="ignore", invalid="ignore"):
            given = np.eye(block + 2 * len(sections))
            outputs, states = _block_response(self._sections, given, block)
            response = np.concatenate((outputs, states))
            at_rest = _state_at_rest(self._sections)
        if not (np.isfinite(response).all() and np.isfinite(at_rest).all()):
            raise ValueError("the filters amplify beyond any number")
        self._of_samples = np.ascontiguousarray(response[:, :block])
        self._of_state = np.ascontiguousarray(response[:, block:])
        self._state_at_rest = at_rest
        self._pending = np.empty((0, 0), dtype=np.float32)
        self._last_known: Doubles | None = None
        self._state: Doubles | None = None

    def condition(self, samples: FloatArray) -> FloatArray:
        """Return the filtered samples of the blocks that these complete.

        Both have shape ``(n_samples, n_channels)``; NaN where a value is missing.
        """
        if len(self._pending):
            samples = np.concatenate((self._pending, samples))
        n_used = len(samples) - len(samples) % self._block
        self._pending = samples[n_used:]
        if n_used == 0:
            return samples[:0]
        used = samples[:n_used].astype(np.float64)
        known = np.isfinite(used)
        if np.count_nonzero(known) == known.size:
            self._last_known = used[-1]
            return self._filter(used)
        missing = ~known
        filtered = self._filter(self._held(used, missing))
        filtered[missing] = np.nan
        return filtered

    def reset(self) -> None:
        """Forget all samples: the next one does not follow the last one."""
        self._pending = self._pending[:0]
        self._last_known = None
        self._state = None

    def to_manifest(self) -> dict[str, Any]:
        """Return the filters and the entries of ``about``."""
        sections = [list(section) for section in self._sections]
        return {"kind": "filters", **self._about, "block": self._block, "sections": sections}

    def _held(self, samples: Doubles, missing: npt.NDArray[np.bool_]) -> Doubles:
        """Return the samples with each missing one replaced by the last known of its channel."""
        if self._last_known is None:
            self._last_known = _first_known(samples[: self._block], missing[: self._block])
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
        # A stack of equal small products: each is computed as if it were the only one.
        given = np.matmul(self._of_samples, samples.reshape(-1, self._block, n_channels))
        state, block = self._state, self._block
        for one in given:  # from its samples, then from the state before them
            one += np.matmul(self._of_state, state)
            state = one[block:]
        self._state = state.copy()
        filtered: FloatArray = given[:, :block].reshape(-1, n_channels).astype(np.float32)
        return filtered


def conditioner_from_manifest(entry: Mapping[str, Any]) -> Conditioner:
    """Build the conditioner that a manifest states; raises ModelFileError for an unknown one."""
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
    """The entry of a manifest that `Filters` are built from.

    The bounds are a choice far above any use (ten sections and blocks of 20 ms at 1000 Hz), so
    that a damaged file cannot ask for any amount of time or memory.
    """

    sections: Annotated[tuple[Section, ...], Meta(min_length=1, max_length=64)]
    block: Annotated[int, Meta(ge=1, le=1000)]


def _check_stable(sections: Sequence[Section]) -> None:
    """Raise ValueError where a filter is not stable.

    Both poles are inside the unit circle where the coefficients are inside the stability triangle
    of second-order filters, ``|a2| < 1`` and ``|a1| < 1 + a2``.
    """
    for section in sections:
        *_, a1, a2 = section
        if not (np.all(np.isfinite(section)) and abs(a2) < 1.0 and abs(a1) < 1.0 + a2):
            raise ValueError(f"the filter {section} is not stable")


def _block_response(
    sections: Sequence[Section], given: Doubles, block: int
) -> tuple[Doubles, Doubles]:
    """Return the outputs and the last state, for samples and the first state in rows of ``given``.

    Computed sample by sample in the transposed direct form II (Oppenheim & Schafer 2010).
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
    """Return the state, shape ``(n_states, 1)``, after a constant signal of 1."""
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
