"""Markers in a process of its own: ``marker_sender.py NAME TEXT...``, one each 0.8 s, again."""

from __future__ import annotations

import itertools
import sys
import time

import pylsl

PERIOD_S = 0.8


def main() -> None:
    name, *texts = sys.argv[1:]
    outlet = pylsl.StreamOutlet(pylsl.StreamInfo(name, "Markers", 1, 0.0, "string", name))
    print("ready", flush=True)  # noqa: T201 - for the test that runs it
    for text in itertools.cycle(texts):
        outlet.push_sample([text])
        time.sleep(PERIOD_S)


if __name__ == "__main__":
    main()
