"""What an address that is typed opens, or the one sentence on what is wrong with it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from emgstream.app.open_requests import PortRequest, ReplayRequest
from emgstream.app.source_address import check_address
from emgstream.data import DEMO_RECORDING

needs_lsl = pytest.mark.skipif(find_spec("pylsl") is None, reason="needs the extra lsl")
needs_brainflow = pytest.mark.skipif(
    find_spec("brainflow") is None, reason="needs the extra brainflow"
)


@pytest.mark.parametrize(
    "text",
    [
        "simulated",
        "auto",
        "COM3",
        "socket://127.0.0.1:5000",
        pytest.param("lsl://arm band", marks=needs_lsl),
        pytest.param("lsl://?type=EMG", marks=needs_lsl),
        pytest.param("brainflow://SYNTHETIC", marks=needs_brainflow),
        pytest.param("brainflow://CYTON?serial_port=/dev/ttyUSB0", marks=needs_brainflow),
        pytest.param("brainflow://CYTON_WIFI?ip_port=6789", marks=needs_brainflow),
    ],
)
def test_a_whole_address_opens_what_it_says(text: str) -> None:
    typed = check_address(f'  "{text}" ')
    assert typed.request == PortRequest(text)
    assert typed.words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected lsl://NAME, brainflow://BOARD, socket://HOST:PORT, or the path"),
        ("lls://arm", "did you mean lsl://?"),
        ("brainflw://CYTON", "did you mean brainflow://?"),
        ("sockets://h:1", "did you mean socket://?"),
        ("https://example.org", "there are no addresses https://"),
        ("socket://127.0.0.1", "the port is missing"),
        ("socket://host:99999", "'99999' is not a port"),
        ("arm.csv", "there is no file arm.csv"),
        ("arm", "there is no file and no port arm"),
        pytest.param("lsl://?typ=EMG", "names the property 'typ'", marks=needs_lsl),
        pytest.param("brainflow://CYTN", "did you mean CYTON?", marks=needs_brainflow),
        pytest.param("brainflow://CYTON", "CYTON needs serial_port=PORT", marks=needs_brainflow),
        pytest.param(
            "brainflow://GANGLION?serial=COM3", "the parameter 'serial'", marks=needs_brainflow
        ),
    ],
)
def test_an_address_that_opens_nothing_says_why_in_one_sentence(text: str, words: str) -> None:
    typed = check_address(text)
    assert typed.request is None
    assert words in typed.words
    assert "\n" not in typed.words
    assert "emgstream " not in typed.words  # it stands in the window


def test_the_path_of_a_file_is_a_recording_and_that_of_a_folder_is_none(tmp_path: Path) -> None:
    assert check_address(str(DEMO_RECORDING)).request == ReplayRequest(DEMO_RECORDING)
    assert (
        check_address(str(tmp_path)).words == f"{tmp_path} is a folder; expected a recording in it"
    )
