"""What is drawn, looked at pixel by pixel; and the picture that scripts take."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PyQt5.QtCore import QRectF
from PyQt5.QtGui import QColor, QFont, QImage, QPainter
from PyQt5.QtWidgets import QApplication

from emgstream.app.signal_history import SignalHistory
from emgstream.errors import MissingExtraError, OutputError, UsageError
from emgstream.gui import PortRequest, WindowRequest, run
from emgstream.gui.application import short_switch_interval
from emgstream.gui.display import check_display
from emgstream.gui.palette import DARK, LIGHT, Theme
from emgstream.gui.timeline.gutter_painter import Gutter, GutterPainter, LaneWords
from emgstream.gui.timeline.lane_scale import Span
from emgstream.gui.timeline.signal_painter import Rails, SignalPainter
from emgstream.gui.timeline.time_view import TimeView
from emgstream.gui.timeline.timeline_areas import Areas, Canvas, Ribbons, areas
from tests.outputs.screen import screen

WIDTH, HEIGHT = 300, 90


def canvas(n_lanes: int, theme: Theme = LIGHT) -> Canvas:
    """Nothing but lanes, each of the same size."""
    lanes = tuple(QRectF(0, number * HEIGHT, WIDTH, HEIGHT) for number in range(n_lanes))
    axis = QRectF(0, n_lanes * HEIGHT, WIDTH, 0)
    return Canvas(Areas(lanes, QRectF(), QRectF(), axis, 0.0), theme, QFont(), 1.0)


def drawn(
    history: SignalHistory,
    view: TimeView,
    theme: Theme = LIGHT,
    rails: dict[int, Rails] | None = None,
    signals: SignalPainter | None = None,
    now_s: float = 0.0,
) -> QImage:
    n_lanes = history.n_channels
    image = QImage(WIDTH, n_lanes * HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    signals = signals or SignalPainter(n_lanes)
    signals.draw(painter, canvas(n_lanes, theme), history, view, rails or {}, now_s)
    painter.end()
    return image


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    span_s=st.sampled_from([0.2, 0.9, 3.0, 10.0, 25.0]),
    reads=st.lists(
        st.tuples(st.integers(0, 90), st.sampled_from([0, 0, 0, 0, 3, 400, 2000]), st.booleans()),
        min_size=5,
        max_size=40,
    ),
    moves=st.lists(st.sampled_from([0, 0, 0, 0, -0.3, 0.1, 40.0]), min_size=40, max_size=40),
    seed=st.integers(0, 99),
)
def test_a_picture_moved_along_is_the_one_drawn_anew(
    qapp: QApplication,
    span_s: float,
    reads: list[tuple[int, int, bool]],
    moves: list[float],
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    history, view, kept = SignalHistory(16_000, 2), TimeView(span_s), SignalPainter(2)
    view.n_columns, segment = WIDTH, 0
    rails: dict[int, Rails] = {1: (None, 40.0)}
    history.push(0, rng.normal(0.0, 20.0, (15_900, 2)).astype(np.float32))
    for number, ((n_samples, n_lost, breaks_time), move) in enumerate(
        zip(reads, moves, strict=False)
    ):
        segment += breaks_time and n_lost != 0
        samples = rng.normal(0.0, 20.0, (n_samples, 2)).clip(-40, 40).astype(np.float32)
        history.push(history.end_index + n_lost, samples, segment)
        view.set_stream(1000.0, history.start_index, history.end_index)
        view.scroll(move)
        picture = drawn(history, view, LIGHT, rails, kept, number / 60.0)
        anew = SignalPainter(2)
        anew.scales = kept.scales
        assert picture == drawn(history, view, LIGHT, rails, anew, number / 60.0)
    assert qapp is not None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.floats(0.01, 0.99), span_s=st.sampled_from([2.0, 10.0, 37.3, 60.0]))
def test_a_spike_of_one_sample_reaches_the_screen(
    qapp: QApplication, place: float, span_s: float
) -> None:
    rate_hz = 1000.0
    n_samples = round(span_s * rate_hz)
    samples = np.full((n_samples, 1), 500.0, dtype=np.float32)
    samples[int(place * n_samples)] = 1000.0
    history = SignalHistory(n_samples, 1)
    history.push(0, samples)
    view = TimeView(span_s)
    view.n_columns = WIDTH
    view.set_stream(rate_hz, history.start_index, history.end_index)
    image = drawn(history, view, LIGHT)
    ink = QColor(LIGHT.trace).rgb()
    upper = [image.pixel(x, y) == ink for x in range(WIDTH) for y in range(20)]
    assert any(upper)
    assert qapp is not None


def test_nothing_is_drawn_across_lost_samples(qapp: QApplication) -> None:
    history = SignalHistory(3000, 1)
    rng = np.random.default_rng(0)
    for first in (0, 2000):
        history.push(first, rng.normal(0, 9, (1000, 1)).astype(np.float32))
    view = TimeView(3.0)
    view.n_columns = WIDTH
    view.set_stream(1000.0, 0, 3000)
    image = drawn(history, view, DARK)
    ink = QColor(DARK.trace).rgb()
    inked = [any(image.pixel(x, y) == ink for y in range(HEIGHT)) for x in range(WIDTH)]
    assert all(inked[2:98])
    assert not any(inked[102:198])
    assert all(inked[202:298])
    assert qapp is not None


def test_every_channel_is_drawn_in_its_own_lane(qapp: QApplication) -> None:
    rng = np.random.default_rng(1)
    samples = rng.normal(0.0, 1.0, (3000, 3)).astype(np.float32)
    samples[:, 1] = np.nan
    history = SignalHistory(3000, 3)
    history.push(0, samples)
    view = TimeView(3.0)
    view.n_columns = WIDTH
    view.set_stream(1000.0, 0, 3000)
    image = drawn(history, view)
    ink = QColor(LIGHT.trace).rgb()
    inked = [any(image.pixel(x, y) == ink for x in range(WIDTH)) for y in range(3 * HEIGHT)]
    assert sum(inked[:HEIGHT]) > HEIGHT / 2
    assert not any(inked[HEIGHT : 2 * HEIGHT]), "a channel without samples leaves its lane empty"
    assert sum(inked[2 * HEIGHT :]) > HEIGHT / 2
    assert qapp is not None


def test_columns_at_the_end_of_the_range_are_marked(qapp: QApplication) -> None:
    history = SignalHistory(3000, 1)
    samples = np.random.default_rng(2).normal(500.0, 40.0, (3000, 1)).astype(np.float32)
    samples[1000:1100] = 1023.0
    history.push(0, samples)
    view = TimeView(3.0)
    view.n_columns = WIDTH
    view.set_stream(1000.0, 0, 3000)
    image = drawn(history, view, LIGHT, {0: (None, 1023.0)})
    mark = QColor(LIGHT.error).rgb()
    marked = [x for x in range(WIDTH) if any(image.pixel(x, y) == mark for y in range(10))]
    assert (marked[0], marked[-1]) == (100, 109)
    assert qapp is not None


def test_the_words_beside_the_lanes_follow_the_scale(qapp: QApplication) -> None:
    at = areas(400, 300, 1, Ribbons(), scale=1.0)
    gutters = GutterPainter()

    def picture(high: float) -> QImage:
        image = QImage(400, 300, QImage.Format.Format_RGB32)
        image.fill(QColor(LIGHT.surface))
        painter = QPainter(image)
        lane = LaneWords("biceps", "counts", Span(0.0, high))
        gutters.draw(painter, Gutter(Canvas(at, LIGHT, qapp.font(), 1.0), (lane,), "seconds"))
        painter.end()
        return image

    first = picture(100.0)
    assert first == picture(100.0)
    assert first != picture(200.0)


def test_a_script_gets_its_picture_and_code_0(tmp_path: Path) -> None:
    picture = tmp_path / "window.png"
    program = (
        "from pathlib import Path; from emgstream.gui import *;"
        f"run(WindowRequest(PortRequest(SIMULATED), screenshot=Path({str(picture)!r}),"
        f"after_s=1.5, settings=Path({str(tmp_path / 'settings.ini')!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], timeout=60, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert QImage(str(picture)).width() >= 1000


def test_without_a_display_a_window_is_refused_and_a_picture_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match=r"no display.*--headless"):
        run(WindowRequest(PortRequest()))
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    check_display(WindowRequest(screenshot=tmp_path / "a.png"))


@pytest.mark.skipif(sys.platform != "linux", reason="needs an X display")
def test_a_library_that_x_needs_and_is_not_here_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plugins = tmp_path / "Qt5" / "plugins" / "platforms"
    plugins.mkdir(parents=True)
    (plugins / "libqxcb.so").write_bytes(b"not a library")
    fake = SimpleNamespace(__file__=str(tmp_path / "QtWidgets.so"))
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    with screen() as there:  # where no server answers, that is what is told
        monkeypatch.setenv("DISPLAY", there.name)
        monkeypatch.setattr(importlib, "import_module", lambda _: fake)
        with pytest.raises(MissingExtraError, match=r"libqxcb.so.*apt-get install.*--headless"):
            check_display(WindowRequest())
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    check_display(WindowRequest())


def test_threads_take_short_turns_only_while_the_window_is_open() -> None:
    usual_s = sys.getswitchinterval()
    with short_switch_interval():
        assert sys.getswitchinterval() < usual_s / 2
    assert sys.getswitchinterval() == usual_s


def test_a_picture_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from emgstream.gui import *;"
        f"run(WindowRequest(screenshot=Path({str(tmp_path / 'no' / 'x.png')!r}), after_s=0.1,"
        f"settings=Path({str(tmp_path / 'settings.ini')!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], timeout=60, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert OutputError.__name__ in done.stderr.decode()
