"""The same recording, streamed and classified by emgstream and by others, in one run.

    python scripts/bench_peers.py live
    python scripts/bench_peers.py sampling
    python scripts/bench_peers.py offline FOLDER --rate unibo_inail=500 --every 3

``live``: a board of text lines at 1 kHz on a TCP port of this machine, a decision every 20 samples,
each sent as one datagram. The others are LibEMG (its online classifier, in an environment of its
own, which is made in ``build/peers``), and the loop that everybody writes: pyserial's readline and
a network by model.predict, by tf.function and by LiteRT. The delay is from the board's write of
the sample that completes a decision to the arrival of its datagram; processor and memory are those
of the process and its children, start-up aside.

``sampling``: the sources of emgstream beside pylsl's inlet and BrainFlow's own reader, at 0.25 to
4 kHz, without any decision: processor time for each sample, jitter of the time stamps, losses.

``offline``: LibEMG's features with its classifiers, on the folds and decisions of `emgstream
evaluate`. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from data_sets import add_words, recordings
from stream_senders import BRAINFLOW_ADDRESS, BRAINFLOW_RATE_HZ, sending, stay_on_this_machine

from emgstream.data import DEMO_MODEL, DEMO_RECORDING
from emgstream.tables import ColumnChoice, read_table
from tests.processes import board_process

RATE_HZ, SECONDS, SETTLE_S = 1000, 30, 4.0
WINDOW, HOP = 200, 20
RATES_HZ, SAMPLING_S = (250, 1000, 2000, 4000), 10
LIBEMG = "libemg==2.0.3"
HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / "build" / "peers"
Doubles: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Peer:
    """A program that classifies the stream."""

    name: str
    """Its name, for people."""
    words: Callable[[int, int, Path], list[str]]
    """Function of the board's port, the port for datagrams and a folder that returns its command
    line."""
    sample_of: Callable[[bytes, int, Path], int]
    """Function of a datagram, its number and the folder that returns the sample it answers to."""


@dataclass(frozen=True)
class Figures:
    """What one run of a peer came to."""

    per_second: float
    """Decisions per second."""
    p50_ms: float
    """Delay of the middle decision."""
    p99_ms: float
    """Delay of the slowest hundredth."""
    cores: float
    """Processor time over time."""
    memory_mb: float
    """Proportional memory of all its processes, in MB."""
    first_s: float
    """Start of the program to its first decision."""


def measure_live(only: Sequence[str]) -> Iterator[str]:
    """Run every peer in turn, and give the lines of a table."""
    yield "| | decisions/s | delay p50 | delay p99 | processor | memory | start to first decision |"
    yield "|---|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        for peer in _peers(Path(folder)):
            if only and peer.name not in only:
                continue
            found = _run(peer, Path(folder))
            yield (
                f"| {peer.name} | {found.per_second:.1f} | {found.p50_ms:.2f} ms | "
                f"{found.p99_ms:.1f} ms | {found.cores:.1%} of a core | "
                f"{found.memory_mb:,.0f} MB | {found.first_s:.1f} s |"
            )


def _peers(folder: Path) -> list[Peer]:
    """Return all peers; what they load is made in the folder."""
    raw = read_table(DEMO_RECORDING)
    np.save(folder / "samples.npy", raw.samples)
    ends = np.arange(WINDOW, len(raw.samples), HOP)
    windows = np.stack([raw.samples[end - WINDOW : end].T for end in ends])
    assert raw.labels is not None
    labels = np.unique(raw.labels, return_inverse=True)[1][ends - 1]
    np.savez(folder / "training.npz", windows=windows.astype(np.float64), labels=labels)
    _save_networks(folder)
    python = str(_libemg_python())
    loops = str(HERE / "peer_loops.py")

    def loop(kind: str, file: str) -> Callable[[int, int, Path], list[str]]:
        return lambda port, udp, _: [
            *(sys.executable, loops, kind, str(folder / file)),
            *(str(port), str(udp)),
        ]

    def first_number(message: bytes, _number: int, _folder: Path) -> int:
        return int(message.split()[0])

    return [
        Peer("emgstream", _emgstream_words, _sample_of_emgstream),
        Peer(
            f"LibEMG {LIBEMG.partition('==')[2]}, HTD and LDA",
            lambda port, udp, where: [
                *(python, str(HERE / "peer_libemg.py"), "live", str(where / "training.npz")),
                *(str(port), str(udp), str(where / "base.txt")),
            ],
            # it decides once it has counted more samples than a window and so many increments
            lambda _, number, where: int((where / "base.txt").read_text()) + WINDOW + number * HOP,
        ),
        Peer("readline and LiteRT", loop("litert", "network.tflite"), first_number),
        Peer("readline and tf.function", loop("function", "network.keras"), first_number),
        Peer("readline and model.predict", loop("predict", "network.keras"), first_number),
    ]


def _emgstream_words(port: int, udp: int, folder: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "emgstream", "live", "--port", f"socket://127.0.0.1:{port}"),
        *("--model", str(DEMO_MODEL), "--udp", f"127.0.0.1:{udp}", "--no-reconnect"),
        *("--summary", str(folder / "summary.json"), "--force"),
    ]


def _sample_of_emgstream(message: bytes, _number: int, folder: Path) -> int:
    """Return the sample of a decision: it counts those after the form of the lines is found out."""
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    n_before = RATE_HZ * SECONDS - int(summary["samples"])
    return n_before + int(json.loads(message)["index"])


def _run(peer: Peer, folder: Path) -> Figures:
    """Stream the recording to one peer."""
    out = folder / "written.npy"
    out.unlink(missing_ok=True)
    environment = {**os.environ, "EMGSTREAM_CONFIG": os.devnull, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with _board(folder, out) as (board, port), _receiver() as (receiver, udp):
        began_s = time.monotonic()
        with subprocess.Popen(
            peer.words(port, udp, folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
        ) as process:
            try:
                arrivals, used_s, memory_mb = _followed(process, receiver, board)
            finally:
                _end(process)
    if not arrivals:
        raise SystemExit(f"bench_peers: {peer.name} sent no decision")
    written_s = np.load(out)
    samples = np.array(
        [peer.sample_of(message, number, folder) for number, (_, message) in enumerate(arrivals)]
    )
    arrived_s = np.array([at for at, _ in arrivals])
    known = (samples >= 0) & (samples < len(written_s))
    delays_ms = 1e3 * (arrived_s[known] - written_s[samples[known]])
    settled = arrived_s[known] >= arrived_s[0] + SETTLE_S
    p50, p99 = np.percentile(delays_ms[settled], [50, 99])
    elapsed_s = arrived_s[-1] - arrived_s[0]
    return Figures(
        (len(arrivals) - 1) / elapsed_s,
        float(p50),
        float(p99),
        used_s,
        memory_mb,
        float(arrived_s[0] - began_s),
    )


def _followed(
    process: subprocess.Popen[bytes], receiver: socket.socket, board: subprocess.Popen[str]
) -> tuple[list[tuple[float, bytes]], float, float]:
    """Return the datagrams with their times, the processor share once settled, and the memory."""
    arrivals: list[tuple[float, bytes]] = []
    tree = psutil.Process(process.pid)
    settled: tuple[float, float] | None = None
    share = memory_mb = 0.0
    while board.poll() is None and process.poll() is None:
        if select.select([receiver], [], [], 0.1)[0]:
            message = receiver.recv(65536)
            arrivals.append((time.monotonic(), message))
        now_s = time.monotonic()
        if settled is None and arrivals and now_s >= arrivals[0][0] + SETTLE_S:
            settled = now_s, _used_s(tree)
        elif settled is not None and now_s >= settled[0] + SECONDS / 2 and not share:
            share = (_used_s(tree) - settled[1]) / (now_s - settled[0])
            memory_mb = sum(one.memory_full_info().pss for one in _all(tree)) / 1e6
    return arrivals, share, memory_mb


def _all(tree: psutil.Process) -> list[psutil.Process]:
    return [tree, *tree.children(recursive=True)]


def _used_s(tree: psutil.Process) -> float:
    times = [one.cpu_times() for one in _all(tree)]
    return float(sum(one.user + one.system for one in times))


@contextmanager
def _board(folder: Path, out: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    words = [
        *(sys.executable, str(HERE / "peer_sender.py"), str(folder / "samples.npy")),
        *(str(RATE_HZ), str(SECONDS * RATE_HZ), str(out)),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as board:
        assert board.stdout is not None
        try:
            yield board, int(board.stdout.readline())
        finally:
            board.terminate()


@contextmanager
def _receiver() -> Iterator[tuple[socket.socket, int]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        yield receiver, int(receiver.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a peer to end as its board is gone; end one that does not, with what it started."""
    try:
        process.wait(5.0)
    except subprocess.TimeoutExpired:
        for one in _all(psutil.Process(process.pid)):
            one.kill()


def _save_networks(folder: Path) -> None:
    """Save the network of the published recipe for Keras and for LiteRT, untrained."""
    from bench_pipeline import published_model, published_network

    network = published_network()
    network.save(folder / "network.keras")
    (folder / "network.tflite").write_bytes(published_model(network).classifier)


def _libemg_python() -> Path:
    """Return the Python that has LibEMG; make its environment where there is none."""
    python = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", LIBEMG], check=True)
    return python


def measure_sampling() -> Iterator[str]:
    """Read streams of several rates in turns, and give the lines of a table."""
    yield "| rate | reader | processor per sample | jitter of the stamps, rms | lost |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        stay_on_this_machine(Path(folder))
        for rate_hz in RATES_HZ:
            place = Path(folder, str(rate_hz))
            place.mkdir()
            for name, found in _sampled(rate_hz, place):
                yield (
                    f"| {rate_hz} Hz | {name} | {found['cpu_us']:.1f} us | "
                    f"{found['jitter_ms']:.3f} ms | {found['n_lost']} of {found['n_samples']:,} |"
                )


def _sampled(rate_hz: int, folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    with board_process(folder, "--rate", str(rate_hz)) as board:
        yield "emgstream, serial board", _read_by("emgstream", board.port, rate_hz)
    for name, kind in (
        ("emgstream, LSL", "emgstream"),
        ("pylsl inlet, stamps as sent", "inlet"),
        ("pylsl inlet, stamps processed", "inlet processed"),
    ):
        with sending("lsl", 10**9, rate_hz) as sender:
            address = sender.address
            if kind != "emgstream":
                address = address.removeprefix("lsl://")
            yield name, _read_by(kind, address, rate_hz)
    if rate_hz == BRAINFLOW_RATE_HZ:
        for name, kind in (
            ("emgstream, BrainFlow", "emgstream"),
            ("BrainFlow's own reader", "brainflow"),
        ):
            yield name, _read_by(kind, BRAINFLOW_ADDRESS, rate_hz)


def _read_by(kind: str, address: str, rate_hz: int) -> dict[str, float]:
    words = [sys.executable, str(HERE / "peer_readers.py"), kind, address, str(rate_hz)]
    run = subprocess.run([*words, str(SAMPLING_S)], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def measure_offline(arguments: argparse.Namespace) -> Iterator[str]:
    """Evaluate recording after recording, and give the lines of a table."""
    from emgstream_training.evaluation import evaluate, prepare

    rows: dict[str, dict[str, float]] = {}
    for path, rate_hz in recordings(arguments)[:: arguments.every]:
        prepared = prepare([path], columns=ColumnChoice(rate_hz=rate_hz), n_folds=3)
        scores = {
            name: model["balanced_accuracy"]
            for name, model in evaluate(prepared).to_json()["models"].items()
        }
        with tempfile.TemporaryDirectory() as folder:
            scores |= _libemg_scores(prepared, Path(folder))
        rows[path.name] = scores
        if len(rows) == 1:
            yield f"| | {' | '.join(scores)} |\n|{'---|' * (len(scores) + 1)}"
        yield f"| {path.name} | {' | '.join(f'{score:.1%}' for score in scores.values())} |"
    means = np.mean([list(scores.values()) for scores in rows.values()], axis=0)
    yield f"| mean of {len(rows)} | {' | '.join(f'{mean:.1%}' for mean in means)} |"


def _libemg_scores(prepared: Any, folder: Path) -> dict[str, float]:
    """Return the balanced accuracy of LibEMG's methods on the decisions of an evaluation."""
    from emgstream_training.evaluation.fold_material import front_end_manifest, material_of_fold
    from emgstream_training.evaluation.fold_recording import FoldRecording
    from emgstream_training.metrics import balanced_accuracy

    study = prepared.study
    given: dict[str, Any] = {"n_folds": len(prepared.plan.folds)}
    truth: list[npt.NDArray[np.int64]] = []
    for number, fold in enumerate(prepared.plan.folds):
        material = material_of_fold(study.recordings, fold.parts, study.recipe)
        manifest = front_end_manifest(material)
        view = FoldRecording.of(study.recordings, manifest, fold, 0)
        samples = np.nan_to_num(view.conditioned.astype(np.float64))
        within = np.arange(1 - view.n_window, 1)
        for name, instants in (("windows", view.training), ("held_out", view.test)):
            windows = samples[instants.places[:, np.newaxis] + within]
            given[f"{name}_{number}"] = windows.transpose(0, 2, 1)
        given[f"labels_{number}"] = view.training.truth
        truth.append(view.test.truth)
    folds, decisions = folder / "folds.npz", folder / "decisions.npz"
    np.savez(folds, **given)
    words = [str(_libemg_python()), str(HERE / "peer_libemg.py"), "offline", str(folds)]
    subprocess.run([*words, str(decisions)], check=True, stdout=subprocess.DEVNULL)
    decided = np.load(decisions)
    names = dict.fromkeys(key.rpartition("/")[0] for key in decided.files)
    return {
        f"LibEMG {name}": float(
            balanced_accuracy(
                np.concatenate(truth),
                np.concatenate([decided[f"{name}/{number}"] for number in range(len(truth))]),
            )
        )
        for name in names
    }


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    subjects = parser.add_subparsers(dest="subject", required=True)
    live = subjects.add_parser("live", help="stream one recording to all")
    live.add_argument("peers", nargs="*", metavar="PEER", help="only these, by their names")
    subjects.add_parser("sampling", help="read streams of several rates")
    offline = subjects.add_parser("offline", help="classify the same decisions")
    add_words(offline)
    offline.add_argument("--every", type=int, default=1, metavar="N", help="each Nth recording")
    arguments = parser.parse_args()
    subject: dict[str, Callable[[], Iterator[str]]] = {
        "live": lambda: measure_live(arguments.peers),
        "sampling": measure_sampling,
        "offline": lambda: measure_offline(arguments),
    }
    lines = subject[arguments.subject]()
    for line in lines:
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
