"""JSON that a file may hold and that nothing here could write again."""

from __future__ import annotations

import json

import pytest

from emgstream.text_documents import json_of


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\uDFFF": 1}', '[["a\\ud83d"]]'])
@pytest.mark.parametrize("encode", [str, lambda text: text.encode("utf-16")])
def test_half_of_a_surrogate_pair_is_refused(text: str, encode: type[str]) -> None:
    with pytest.raises(ValueError, match="half of a surrogate pair"):
        json_of(encode(text))


def test_surrogates_as_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        json_of(b'"\xed\xa0\x80"')


def test_a_whole_pair_and_one_that_is_only_written_are_read() -> None:
    assert json_of('["\\ud83d\\ude00", "\\\\ud800"]') == ["\U0001f600", "\\ud800"]
    assert json_of("\ufeff[1]".encode()) == [1]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_not_finite_is_refused_where_asked_for(number: str) -> None:
    with pytest.raises(ValueError, match="no number of JSON"):
        json_of(f'{{"a": [{number}]}}', allows_nan=False)
    json.loads(number)
    json_of(number)
    assert json_of("[1e308, 0.1, 3]", allows_nan=False) == [1e308, 0.1, 3]
