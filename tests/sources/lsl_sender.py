"""An LSL outlet in a process of its own: ``lsl_sender.py NAME RATE_HZ SOURCE_ID WAY``.

Each sample holds its number, from 0. The way is one of

- ``pushed``: stamped by liblsl as it is pushed, every 20 ms, as most programs do;
- ``steady``: stamped by the clock of a device, and the last of every 100 samples is lost;
- ``lost`` and ``late``: pushed, and after sample 2000 there is a second of nothing, after which
  samples go on, or come in one lump;
- ``text``: markers.
"""

from __future__ import annotations

import sys
import time

import pylsl

TICK_S = 0.02
PAUSE_AT, PAUSE_S = 2000, 1.0
RATE_UNSTATED_HZ = 500.0


def main() -> None:
    name, rate_hz, source_id, way = sys.argv[1], float(sys.argv[2]), sys.argv[3], sys.argv[4]
    form = "string" if way == "text" else "float32"
    described = pylsl.StreamInfo(name, "EMG", 2, rate_hz, form, source_id)
    described.set_channel_labels(["biceps", "triceps"])
    described.set_channel_units("microvolts")
    outlet = pylsl.StreamOutlet(described)
    print("ready", flush=True)  # noqa: T201 - for the test that runs it
    rate_hz = rate_hz or RATE_UNSTATED_HZ
    while not outlet.have_consumers():
        time.sleep(TICK_S)
    begun_s, n_sent = pylsl.local_clock(), 0
    while True:
        time.sleep(TICK_S)
        n_due = int((pylsl.local_clock() - begun_s) * rate_hz)
        if way == "lost" and n_sent == PAUSE_AT:
            time.sleep(PAUSE_S)
            n_due = n_sent = PAUSE_AT + int(PAUSE_S * rate_hz)
            begun_s = pylsl.local_clock() - n_sent / rate_hz
        if way == "late" and n_sent == PAUSE_AT:
            time.sleep(PAUSE_S)
            n_due = int((pylsl.local_clock() - begun_s) * rate_hz)
        elif way in ("lost", "late") and n_sent < PAUSE_AT:
            n_due = min(n_due, PAUSE_AT)
        numbers = list(range(n_sent, n_due))
        n_sent = n_due
        if way == "text":
            outlet.push_sample(["a", "b"])
        elif way == "steady":
            for number in (one for one in numbers if one % 100 != 99):
                outlet.push_sample([number, -number], begun_s + number / rate_hz)
        elif numbers:
            outlet.push_chunk([[float(number), float(-number)] for number in numbers])


if __name__ == "__main__":
    main()
