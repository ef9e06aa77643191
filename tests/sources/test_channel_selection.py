"""The channels of a source that takes all of its own, picked by the registry."""

from __future__ import annotations

import numpy as np
import pytest

from emgstream.errors import StreamMismatchError
from emgstream.sources.channel_match import WantedChannels
from emgstream.sources.channel_selection import ChannelSelection
from emgstream.sources.source import CuedSubject, Source
from emgstream.sources.source_kind import SourceKind, SourceOptions
from emgstream.sources.source_status import SourceState, SourceStatus
from emgstream.types import Chunk, IndexArray, StreamInfo, TimeArray


class ThreeChannels:
    """Four samples of the channels a, b and c, as a device sends them."""

    def __init__(self) -> None:
        self.info = StreamInfo("three", ("a", "b", "c"), 1000.0)
        self.awaited: list[int | None] = []
        self.subject: CuedSubject | None = None

    def __enter__(self) -> ThreeChannels:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing to close."""

    def read(self) -> Chunk:
        samples = np.arange(12, dtype=np.float32).reshape(4, 3)
        return Chunk(0, samples, received_s=np.zeros(4))

    def expect(self, index: int | None) -> None:
        self.awaited.append(index)

    def time_at(self, indices: IndexArray) -> TimeArray:
        return indices / 1000.0

    def labels_at(self, indices: IndexArray) -> list[str | None]:
        return [None] * len(indices)

    def status(self) -> SourceStatus:
        return SourceStatus(SourceState.STREAMING, notes=("its own",))


def test_what_is_awaited_is_told_to_the_source_of_all_channels() -> None:
    three = ThreeChannels()
    chosen = ChannelSelection(three, WantedChannels(None, ("c",), False))
    chosen.expect(19)
    chosen.expect(None)
    assert three.awaited == [19, None]


def opened(options: SourceOptions) -> Source:
    kind = SourceKind(
        "three", "three channels", "three", lambda _address, _options: ThreeChannels()
    )
    return kind.open("three", options)


def test_channels_are_taken_in_the_order_asked_for_and_under_the_names_of_the_model() -> None:
    options = SourceOptions(channel_names=("biceps", "triceps"), channels=("c", "1"))
    with opened(options) as source:
        np.testing.assert_array_equal(source.read().samples, [[2, 0], [5, 3], [8, 6], [11, 9]])
        assert source.info.channel_names == ("biceps", "triceps")


def test_as_many_channels_as_the_model_has_are_taken_in_their_order_and_that_is_told() -> None:
    with opened(SourceOptions(channel_names=("x", "y", "z"))) as source:
        assert source.read().samples.shape == (4, 3)
        assert source.info.channel_names == ("x", "y", "z")
        notes = source.status().notes
    assert notes[0] == "its own"
    assert "a, b, c; taken in this order as x, y, z" in notes[1]


def test_another_number_of_channels_is_refused_with_both_sides_shown() -> None:
    with (
        opened(SourceOptions(channel_names=("x", "y"))) as source,
        pytest.raises(StreamMismatchError, match=r"3 channels: a, b, c; the model expects 2: x, y"),
    ):
        source.read()


def test_the_others_are_kept_behind_their_own_names() -> None:
    options = SourceOptions(channel_names=("c", "a"), channels=("a", "c"), keep_others=True)
    with opened(options) as source:
        assert source.read().samples.shape == (4, 3)
        assert source.info.channel_names == ("c", "b", "a")


def test_without_a_choice_the_source_stays_as_it_is() -> None:
    assert isinstance(opened(SourceOptions()), ThreeChannels)
