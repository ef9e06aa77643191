"""Build the shipped demo again: the synthetic recording and its model.

    python scripts/build_demo.py

Needs the extra ``train``. The recording comes out with the same bytes every time; the model is
trained anew, so its last digits depend on the machine.
"""

from __future__ import annotations

import sys

from emgstream_training.demo_data import demo_model, demo_recording
from emgstream_training.train import EpochProgress

from emgstream.bundle import write_model
from emgstream.data import DEMO_MODEL, DEMO_RECORDING


def main() -> None:
    """Write both files into the package, and print their sizes and the score of the model."""
    DEMO_RECORDING.write_bytes(demo_recording())
    model = demo_model(_show)
    write_model(DEMO_MODEL, model)
    for path in (DEMO_RECORDING, DEMO_MODEL):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    score = model.manifest.evaluation["held_out_sessions"]
    print(
        f"on held-out synthetic sessions: {score['accuracy']:.1%} of {score['n_decisions']} "
        f"decisions, {score['balanced_accuracy']:.1%} balanced"
    )


def _show(progress: EpochProgress) -> None:
    print(
        f"{progress.stage}: epoch {progress.epoch}/{progress.n_epochs}, {progress.figures}, "
        f"{progress.time_left_s:.0f} s left",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
