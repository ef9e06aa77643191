"""The page of the web output in a real browser: Chromium without a screen."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from emgstream.cue_schedule import MOVEMENTS
from emgstream.gui.palette import DARK, LIGHT, Theme
from emgstream.outputs.output_kind import StreamContext
from emgstream.outputs.web.web_output import WebOutput
from emgstream.simulation.board import SimulatedBoard
from emgstream.sources.source_status import SourceState, SourceStatus
from tests.outputs.updates import CLASSES, update
from tests.outputs.web_bench import STREAMING, free_port, serving
from tests.processes import EMGSTREAM
from tests.simulation.boards import wait_for

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
PHONE, DESKTOP = (390, 844), (1366, 768)
MANY = ("rest", "fist", "open", *(f"a_long_movement_{number}" for number in range(9)))

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or DRIVER is None, reason="needs chromium and chromedriver"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(word)
    chrome = webdriver.Chrome(options, webdriver.ChromeService(DRIVER or ""))
    yield chrome
    chrome.quit()


def show(browser: Chrome, url: str, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> None:
    """Open a page on a screen of this size, in the look that the person prefers."""
    screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    look = {"name": "prefers-color-scheme", "value": scheme}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [look]})
    browser.get(url)


def text(browser: Chrome, place: str) -> str:
    found: str | None = browser.execute_script(
        "return document.querySelector(arguments[0])?.textContent", f".stream {place}"
    )
    return found or ""


def read(browser: Chrome, script: str) -> Any:
    return browser.execute_script(f"return {script}")


def light(browser: Chrome) -> str:
    found: str = read(browser, "document.querySelector('.stream').dataset.light")
    return found


def keep_deciding(output: WebOutput, browser: Chrome, label: str, chosen: int) -> None:
    """Send decisions until the page shows them."""
    number = iter(range(1_000_000))

    def is_shown() -> bool:
        output.write(update(20 * next(number), [chosen]))
        return text(browser, ".movement") == label

    wait_for(is_shown, lambda: text(browser, ".movement"))


def screenshot(browser: Chrome) -> Image.Image:
    return Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGBA")


def rgb(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_movement_the_bars_the_ribbon_and_the_light_are_shown(
    browser: Chrome, size: tuple[int, int], theme: Theme
) -> None:
    with serving() as (server, output):
        show(browser, server.address.url, size, theme.name)
        keep_deciding(output, browser, "Fist", chosen=1)
        assert text(browser, ".detail") == "75 % sure"
        assert (light(browser), text(browser, ".source")) == ("good", "COM3")
        assert text(browser, ".board") == "1000 Hz"
        shares = "[...document.querySelectorAll('.fill')].map((one) => one.style.transform)"
        names = "[...document.querySelectorAll('.name')].map((one) => one.textContent)"
        assert read(browser, names) == ["Rest", "Fist", "Open"]

        def is_drawn() -> bool:
            output.write(update(0, [1]))
            return bool(read(browser, shares) == ["scaleX(0.125)", "scaleX(0.75)", "scaleX(0.125)"])

        wait_for(is_drawn, lambda: read(browser, shares))
        inside = "[innerWidth, innerHeight, document.body.scrollWidth, document.body.scrollHeight]"
        width, height, used_width, used_height = read(browser, inside)
        assert (width, height) == size
        assert (used_width, used_height) == size  # nothing has to be scrolled
        large = read(
            browser, "parseFloat(getComputedStyle(document.querySelector('.movement')).fontSize)"
        )
        assert large >= 80
        picture = screenshot(browser)
        assert picture.getpixel((2, size[1] - 2))[:3] == rgb(theme.window)  # type: ignore[index]
        ribbon = read(
            browser,
            "['left', 'top', 'width'].map((side) => "
            "document.querySelector('canvas').getBoundingClientRect()[side])",
        )
        newest = (int(ribbon[0] + ribbon[2]) - 2, int(ribbon[1] + 4))

        def newest_colour() -> tuple[int, ...]:
            output.write(update(0, [1]))
            return screenshot(browser).getpixel(newest)[:3]  # type: ignore[index]

        # The newest cell covers the pixel once decisions came for longer than it is wide.
        wait_for(lambda: newest_colour() == rgb(theme.classes[0]), newest_colour)
    assert not [one for one in browser.get_log("browser") if "Content Security" in one["message"]]  # type: ignore[no-untyped-call]


def test_many_classes_can_be_scrolled_to_and_fit_the_width_of_a_phone(browser: Chrome) -> None:
    with serving(classes=MANY) as (server, output):
        show(browser, server.address.url, PHONE)
        keep_deciding(output, browser, "Open", chosen=2)
        assert read(browser, "document.body.scrollWidth") == PHONE[0]
        assert read(browser, "document.body.scrollHeight") > PHONE[1]


@pytest.mark.parametrize("width", [320, 400, 899, 900, 1000, 1400])
@pytest.mark.parametrize("classes", [MOVEMENTS, MANY, ("rest", "Handgelenksbeugung_" * 2)])
def test_no_name_beside_a_bar_is_cut(browser: Chrome, width: int, classes: tuple[str, ...]) -> None:
    with serving(classes=classes) as (server, _):
        show(browser, server.address.url, (width, 800))
        wait_for(lambda: text(browser, ".name") == "Rest", lambda: text(browser, ".name"))
        boxes = "[...document.querySelectorAll('.name')].map((one) => {0})"
        cut = boxes.format(
            "one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight"
        )
        assert not any(read(browser, cut))
        assert read(browser, "document.querySelector('.track').clientWidth") >= 60
        inside = read(browser, "document.documentElement.clientWidth")  # without a scroll bar
        assert read(browser, "document.body.scrollWidth") == inside
        if classes is MOVEMENTS:  # short names stay on one line, beside bars that tell something
            heights = read(browser, boxes.format("one.clientHeight"))
            assert len(set(heights)) == 1
            assert heights[0] < 40
            assert read(browser, "document.querySelector('.track').clientWidth") >= 100


def test_what_is_not_to_be_acted_on_looks_so(browser: Chrome) -> None:
    with serving() as (server, output):
        show(browser, server.address.url)
        rejected = update(0)
        statuses = rejected.decisions.statuses.copy()
        statuses[:] = 2

        def is_shown() -> bool:
            output.write(
                replace(rejected, decisions=replace(rejected.decisions, statuses=statuses))
            )
            return text(browser, ".detail") == "not sure enough to act, 75 %"

        wait_for(is_shown, lambda: text(browser, ".detail"))
        color = read(browser, "getComputedStyle(document.querySelector('.movement')).color")
        assert color == f"rgb{rgb(LIGHT.quiet)}"


@pytest.mark.parametrize("query", ["", "?overlay"])
def test_an_unplugged_board_is_shown_and_so_is_its_return(browser: Chrome, query: str) -> None:
    now = [STREAMING]
    with serving(status=lambda: now[0]) as (server, output):
        show(browser, server.address.url + query)
        keep_deciding(output, browser, "Fist", chosen=1)
        now[0] = SourceStatus(SourceState.UNPLUGGED, "unplugged: reconnecting", port="COM3")
        wait_for(lambda: text(browser, ".movement") == "Unplugged", lambda: light(browser))
        assert (light(browser), text(browser, ".detail")) == ("error", "reconnecting")
        assert browser.title == "Unplugged – emgstream"
        now[0] = STREAMING
        keep_deciding(output, browser, "Open", chosen=2)
        assert light(browser) == "good"
        assert text(browser, ".detail").startswith("✓ Signal is back after ")


def test_the_overlay_is_transparent_but_for_one_panel(browser: Chrome) -> None:
    clear = {"color": {"r": 0, "g": 0, "b": 0, "a": 0}}
    with serving() as (server, output):
        show(browser, f"{server.address.url}?overlay")
        keep_deciding(output, browser, "Fist", chosen=1)
        browser.execute_cdp_cmd("Emulation.setDefaultBackgroundColorOverride", clear)
        picture = screenshot(browser)
        browser.execute_cdp_cmd("Emulation.setDefaultBackgroundColorOverride", {})
    alpha = picture.getchannel("A")
    assert alpha.crop((0, 0, DESKTOP[0], DESKTOP[1] // 2)).getextrema() == (0, 0)
    assert sum(alpha.histogram()[200:]) > 0


def test_the_page_connects_again_by_itself(browser: Chrome) -> None:
    port = free_port()
    with serving(port=port) as (server, output):
        show(browser, server.address.url)
        keep_deciding(output, browser, "Fist", chosen=1)
    wait_for(lambda: text(browser, ".movement") == "No connection", lambda: light(browser))
    assert light(browser) == "error"
    with serving(port=port) as (_, output):
        keep_deciding(output, browser, "Open", chosen=2)
        assert light(browser) == "good"


def test_several_streams_have_a_panel_each(browser: Chrome) -> None:
    right = StreamContext(CLASSES, "right", lambda: STREAMING, lambda: "COM4")
    with serving(stream="left") as (server, left), WebOutput(server, right) as output:
        show(browser, server.address.url)
        shown = "[...document.querySelectorAll('.source, .movement')]"
        panels = f"{shown}.map((one) => one.textContent)"

        def are_shown() -> bool:
            left.write(update(0, [1]))
            output.write(update(0, [2]))
            return bool(read(browser, panels) == ["COM3", "Fist", "COM4", "Open"])

        wait_for(are_shown, lambda: read(browser, panels))
        assert len(read(browser, panels)) == 4


@pytest.mark.realtime
def test_a_real_line_that_is_unplugged_and_comes_back(browser: Chrome) -> None:
    port = free_port()
    with SimulatedBoard(seed=5) as board:
        words = ["live", "--port", board.port, "--headless", "--web", str(port), "--force"]
        with subprocess.Popen([*EMGSTREAM, *words], stdout=subprocess.DEVNULL) as process:
            try:
                wait_for(lambda: _is_open(browser, port), process.poll)
                wait_for(lambda: light(browser) == "good", process.poll)
                board.unplug()
                wait_for(lambda: text(browser, ".movement") == "Unplugged", process.poll)
                board.replug()
                wait_for(lambda: "Signal is back" in text(browser, ".detail"), process.poll)
                assert light(browser) == "good"
                assert not read(browser, "document.querySelector('.badge').hidden")  # synthetic
            finally:
                process.kill()


def _is_open(browser: Chrome, port: int) -> bool:
    from selenium.common.exceptions import WebDriverException

    try:
        show(browser, f"http://127.0.0.1:{port}/", PHONE)
    except WebDriverException:  # the server is not there yet
        return False
    return True
