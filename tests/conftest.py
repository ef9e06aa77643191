"""Marks, the guard behind one of them, and models that every room's tests share.

A mark says what a test needs, so that a run can leave it out: ``-m "not tensorflow"``. Where a
folder or a fixture tells it, the mark is put on here; elsewhere the test or its file carries it.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

os.environ["EMGSTREAM_LANGUAGE"] = "en"  # in what the tests start, too, on any system

from emgstream.bundle import Model, read_model
from emgstream.data import DEMO_MODEL
from emgstream.manifest import Manifest
from emgstream.network.backend_preference import VARIABLE, NetworkBackend
from emgstream.steps import RAW_STEP
from emgstream.transforms import Clip, Impute, Transforms, YeoJohnson
from tests.tensorflow_guard import TensorFlowGuard

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
OLD_FORM_MODEL = Path(__file__).with_name("data") / "old_form.emgmodel"
"""Written by version 0.1.0, from a synthetic session; weights rounded, so that they pack well."""

SLOW_FIXTURES = {"demo_model", "model"}
MARKS_BY_FOLDER = {"board": "board", "gui": "window"}
MARKS_BY_FIXTURE = {"published_model": "tensorflow", "qtbot": "window"}
SECONDS = {"tensorflow": 10, "realtime": 3}
"""About how long a test with a mark takes; the others take a fraction of a second."""
LSL_ON_THIS_MACHINE = """
[ports]
IPv6 = disable
[multicast]
ResolveScope = machine
ListenAddress = 127.0.0.1
AddressesOverride = {127.0.0.1}
[lab]
KnownPeers = {127.0.0.1}
SessionID = %s
[log]
level = -3
"""
"""Configuration of liblsl, which reads it once in a process; other test runs are not seen."""
MUTATION = "mutation"
"""Profile of `scripts/mutate.py`, which runs tests thousands of times: the slow ones come last."""
GUARD = pytest.StashKey[TensorFlowGuard]()

# no test depends on the speed of the machine
settings.register_profile("any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    MUTATION,
    settings.get_profile("any-speed"),
    max_examples=20,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # that a test fails is enough
)
settings.load_profile("any-speed")


def pytest_configure(config: pytest.Config) -> None:
    guard = config.stash[GUARD] = TensorFlowGuard()
    config.add_cleanup(guard.close)


@pytest.hookimpl(tryfirst=True)  # before the tests are chosen by their marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    folder = Path(__file__).resolve().parent
    for item in items:
        room = item.path.relative_to(folder).parts[0]
        if room in MARKS_BY_FOLDER:
            item.add_marker(MARKS_BY_FOLDER[room])
        for name in MARKS_BY_FIXTURE.keys() & getattr(item, "fixturenames", ()):
            item.add_marker(MARKS_BY_FIXTURE[name])
    if config.getoption("hypothesis_profile", None) == MUTATION:
        items.sort(key=_is_slow)
    if hasattr(config, "workerinput"):  # in one of several processes, which take a file in turn
        seconds: Counter[Path] = Counter()
        for item in items:
            seconds[item.path] += sum(SECONDS.get(mark.name, 0) for mark in item.iter_markers())
        items.sort(key=lambda item: -seconds[item.path])  # a long file at the end would be alone


def _is_slow(item: pytest.Item) -> bool:
    """Return whether a test is a property or runs a model: others kill most mutants sooner."""
    is_property = hasattr(getattr(item, "obj", None), "hypothesis")
    return is_property or not SLOW_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if item.get_closest_marker("tensorflow"):
        return (yield)
    with item.config.stash[GUARD].standing():
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    if item.get_closest_marker("tensorflow") is None:
        assert not item.config.stash[GUARD].was_tried, "imports TensorFlow; mark it `tensorflow`"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    # The suite's processes report in UTF-8, which has no place for half a surrogate pair; a test
    # that logs one on purpose ended the whole run.
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session", autouse=True)
def no_file_of_the_user_is_touched(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither the user's configuration, log nor data, by what the tests start either."""
    folder = tmp_path_factory.mktemp("user")
    os.environ["EMGSTREAM_CONFIG"] = str(folder / "config.toml")
    os.environ["EMGSTREAM_LOG_FOLDER"] = str(folder / "logs")
    os.environ["XDG_DATA_HOME"] = str(folder / "data")


@pytest.fixture(scope="session", autouse=True)
def lsl_stays_on_this_machine(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Also in what the tests start."""
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(LSL_ON_THIS_MACHINE % f"emgstream-tests-{os.getpid()}")
    os.environ["LSLAPICFG"] = str(config)


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard() -> None:
    """A shell that runs the suite in the background has it ignored, by what it starts too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not [name for name in left if name.startswith("emg-")], left


@pytest.fixture(scope="session")
def demo_model() -> Model:
    return read_model(DEMO_MODEL)


@pytest.fixture(scope="session")
def seed_table_path() -> Path:
    path = SHARED_DATA / "seed" / "emg_dataset.csv"
    if not path.exists():
        pytest.skip("the published data set is not on this machine")
    return path


@pytest.fixture(scope="session")
def published_model() -> Model:
    """The published form, untrained: single samples, every transform, the network as it starts."""
    from emgstream_training.backend import keras
    from emgstream_training.network import build_network
    from emgstream_training.network_export import export_model
    from emgstream_training.trained_network import TrainedNetwork

    keras.utils.set_random_seed(7)
    classes = ("elbow_bend", "elbow_extend", "hand_close", "hand_open", "wrist_left", "wrist_right")
    transforms = Transforms(
        (
            Impute((480.0, 500.0, 520.0)),
            Clip((0.0, 10.0, 0.0), (1023.0, 1000.0, 1023.0)),
            YeoJohnson((0.6, -0.5, 2.4), (60.0, 1.0, 3e6), (30.0, 0.3, 2e6)),
            Clip((-1.2, -1.3, -1.2), (1.7, 1.7, 1.7)),
        )
    )
    names = ("biceps", "triceps", "middle")
    manifest = Manifest(names, classes, RAW_STEP, transforms, None, recipe="published")
    return export_model(manifest, TrainedNetwork(build_network(10, 3, len(classes))))


@pytest.fixture(
    scope="session",
    params=[pytest.param("published", marks=pytest.mark.tensorflow), "realtime"],
)
def model(request: pytest.FixtureRequest) -> Model:
    """A model of every recipe."""
    name = {"published": "published_model", "realtime": "demo_model"}[request.param]
    chosen: Model = request.getfixturevalue(name)
    return chosen


@pytest.fixture(params=[one.value for one in NetworkBackend])
def each_backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each backend for networks in turn, by its variable; LiteRT where it is installed."""
    if request.param == NetworkBackend.LITERT.value:
        pytest.importorskip("ai_edge_litert", reason="LiteRT has no package for this computer")
    monkeypatch.setenv(VARIABLE, request.param)
    return str(request.param)


@pytest.fixture
def by_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are run by LiteRT; skips where it has no package."""
    pytest.importorskip("ai_edge_litert", reason="LiteRT has no package for this computer")
    monkeypatch.setenv(VARIABLE, NetworkBackend.LITERT.value)
