"""Documents that do not fit are one sentence each: the field, its value, what was expected."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from emgstream.bundle import Model
from emgstream.errors import EmgStreamError, ModelFileError, RecordingError, UsageError
from emgstream.manifest import Manifest
from emgstream.outputs.control import read_bindings
from emgstream.recording import RepetitionOutcome, read_sidecar
from emgstream.schema import Finite, SchemaError, checked
from tests.outputs.updates import CLASSES


@dataclass(frozen=True)
class Part:
    name: str
    numbers: tuple[Finite, ...] = ()


@dataclass(frozen=True)
class Whole:
    part: Part
    parts: tuple[Part, ...] = ()
    names: Annotated[tuple[str, ...], Meta(min_length=1)] = ("a",)
    pair: tuple[int, int] = (0, 0)
    count: Annotated[int, Meta(ge=1, le=9)] = 1
    share: Annotated[float, Meta(ge=0, le=1)] = 0.0
    scale: Annotated[float, Meta(gt=0, lt=5)] | None = None
    number: float = 0.0
    flag: bool = False
    outcome: RepetitionOutcome = RepetitionOutcome.HELD
    key: Annotated[str, Meta(min_length=1, description="a key as 'f8'")] = "f8"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"part": 3}, "part 3; expected an object"),
        ({"part": {}}, "no part.name; expected text"),
        ({"part": {"name": None}}, "part.name None; expected text"),
        ({"parts": [{"name": "a"}, {"name": "b", "numbers": [1, "x"]}]}, "parts[1].numbers[1] 'x'"),
        (
            {"part": {"name": "a", "numbers": [float("inf")]}},
            "inf, which is not finite; expected a",
        ),
        ({"part": {"name": "a", "numbers": [10**400]}}, "expected a finite number"),
        ({"names": []}, "names []; expected a list of 1 or more"),
        ({"names": "abc"}, "names 'abc'; expected a list of 1 or more"),
        ({"pair": [1]}, "pair [1]; expected a list of 2"),
        ({"count": 0}, "count 0; expected a whole number from 1 to 9"),
        ({"count": 2.5}, "count 2.5; expected a whole number from 1 to 9"),
        ({"count": True}, "count True; expected a whole number from 1 to 9"),
        ({"share": "0.5"}, "share '0.5'; expected 0 to 1"),
        ({"scale": 0}, "scale 0; expected a number above 0 to below 5"),
        ({"number": []}, "number []; expected a number"),
        ({"flag": 1}, "flag 1; expected true or false"),
        ({"outcome": "lost"}, "expected one of held, cut short, discarded, interrupted"),
        ({"key": ""}, "key ''; expected a key as 'f8'"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_what_was_expected(
    change: dict[str, Any], sentence: str
) -> None:
    good = {"part": {"name": "a", "numbers": [1, 2.5]}, "scale": None, "more": 1}
    assert checked(good, Whole).part.numbers == (1.0, 2.5)
    with pytest.raises(SchemaError) as told:
        checked({**good, **change}, Whole)
    assert sentence in str(told.value)


def test_a_document_that_is_no_object_is_named_as_such() -> None:
    with pytest.raises(SchemaError, match=r"^\[\]; expected an object$"):
        checked([], Whole)


def test_an_unknown_field_is_refused_where_there_may_be_none() -> None:
    with pytest.raises(SchemaError, match=r"^'speed' is not known; expected name, numbers$"):
        checked({"name": "a", "speed": 3}, Part, closed=True)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["rms", "features", "raw", "guarded", "none", "filters", "held"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5) | st.just("kind"), inner)
    ),
    max_leaves=6,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value of a document."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    found = [path]
    if isinstance(document, (dict, list)):
        for name, value in inner:
            found += places(value, (*path, name)) if isinstance(value, (dict, list)) else []
            found.append((*path, name))
    return found


def damaged(data: st.DataObject, document: Any) -> Any:
    """Return a document with another value at some place, or without it."""
    document = copy.deepcopy(document)
    path = data.draw(st.sampled_from(places(document)[1:]))
    inside = document
    for name in path[:-1]:
        inside = inside[name]
    if data.draw(st.booleans()):
        inside[path[-1]] = data.draw(ANYTHING)
    else:
        del inside[path[-1]]
    return document


def assert_one_line(read: Callable[[], object], refusal: type[EmgStreamError]) -> None:
    """Read what may be damaged: it is read, or refused by this error in one line."""
    text = ""
    try:
        read()
    except refusal as error:
        text = str(error)
    assert len(text.splitlines()) <= 1


@given(data=st.data())
@settings(max_examples=300)
def test_a_damaged_manifest_is_refused_in_one_line_or_is_a_manifest(
    demo_model: Model, data: st.DataObject
) -> None:
    document = json.loads(json.dumps(demo_model.manifest.to_json()))
    entries = damaged(data, document)
    assert_one_line(lambda: Manifest.from_json(entries), ModelFileError)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_bindings_are_refused_in_one_line_or_are_bindings(
    tmp_path: Path, data: st.DataObject
) -> None:
    document = {"movements": {"fist": "space", "open": "move:1,2"}, "arm": "f5", "panic": "f6"}
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(damaged(data, document)))
    assert_one_line(lambda: read_bindings(path, CLASSES), UsageError)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_sidecar_is_refused_in_one_line_or_is_a_sidecar(
    tmp_path: Path, data: st.DataObject
) -> None:
    document = {
        "format": "emgstream session",
        "version": 1,
        "state": "complete",
        "subject": "S1",
        "started": "2026-03-01T10:00:00+01:00",
        "source": {"name": "COM3", "board": None},
        "rate": {"nominal_hz": 1000.0, "ppm": None},
        "channels": [{"name": "biceps", "placement": ""}],
        "labels": {"is_trimmed": True},
        "repetitions": [{"label": "fist", "repetition": 1, "outcome": "held", "note": ""}],
        "samples": {"n": 3},
        "quality": {"warnings": []},
    }
    (tmp_path / "arm.json").write_text(json.dumps(damaged(data, document)))
    assert_one_line(lambda: read_sidecar(tmp_path / "arm.csv"), RecordingError)
