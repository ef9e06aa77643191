"""Calls of emgstream with something wrong in them, for every verb: each ends at once."""

from __future__ import annotations

__all__ = ["BAD_CALLS", "BAD_TRAINING_CALLS", "FULL_CALLS"]

_CALLS = """
--nothing
juggle
--version
Live

replay
replay none.csv
replay none.csv --headless
replay folder --headless
replay short.csv --headless --speed 0
replay short.csv --headless --speed fast
replay short.csv --headless --speed -1
replay short.csv --headless --rate 0
replay short.csv --headless --rate 200 --speed max
replay short.csv --headless --model none.emgmodel
replay short.csv --headless --model folder
replay short.csv --headless --model short.csv
replay short.csv --headless --model torn.emgmodel
replay short.csv --headless --model flipped.emgmodel
replay short.csv --headless --model prose.emgmodel
replay short.csv --headless --model foreign.emgmodel
replay short.csv --headless --model newer.emgmodel
replay short.csv --headless --model hollow.emgmodel
replay short.csv --headless --model nochannels.emgmodel
replay short.csv --headless --model badstep.emgmodel
replay short.csv --headless --model manyclasses.emgmodel
replay short.csv --headless --model badwindow.emgmodel
replay short.csv --headless --model baddecision.emgmodel
replay short.csv --headless --channels biceps,triceps
replay short.csv --headless --channels biceps,triceps,wrist
replay short.csv --headless --channels biceps,biceps,middle
replay short.csv --headless --channels ''
replay short.csv --headless --jsonl none/out.jsonl
replay short.csv --headless --jsonl ''
replay short.csv --headless --jsonl short.csv
replay short.csv --headless --jsonl out --jsonl out
replay short.csv --headless --jsonl out --summary out
replay short.csv --headless --summary folder
replay short.csv --headless --summary none/out.json
replay short.csv --headless --model shipped.emgmodel --summary shipped.emgmodel
replay short.csv --headless --udp nowhere
replay short.csv --headless --udp localhost:99999
replay short.csv --headless --osc :9000
replay short.csv --headless --osc localhost:port
replay short.csv --headless --control none.json
replay short.csv --headless --control badkeys.json
replay short.csv --headless --control strangekeys.json
replay short.csv --headless --control keys.json
replay short.csv --headless --theme dark
replay short.csv --jsonl - --screenshot new.png
replay short.csv --theme blue
replay short.csv --after 2
replay short.csv --after 0 --screenshot new.png
replay short.csv --screenshot none/new.png --after 0.1
replay short.csv --screenshot new.txt --after 0.1
replay short.csv --model none.emgmodel --screenshot new.png
replay short.csv short.csv --headless
replay short.csv --headless --speed
replay short.csv --head --speed max
replay notime.csv --headless
replay notime.csv --headless --speed max
replay notime.csv --screenshot new.png --after 0.1
replay renamed.csv --headless
replay two.csv --headless
replay twice.csv --headless --speed max
replay back.csv --headless --speed max
replay tiny.csv --headless --speed max
replay slow.csv --headless --speed max
replay slow.csv --headless --speed max --rate 1000
replay words.csv --headless --speed max
replay hollow.csv --headless --speed max
replay bare.csv --headless --speed max
replay nothing.csv --headless --speed max
replay bytes.csv --headless --speed max
replay torn.csv.gz --headless --speed max
replay shipped.emgmodel --headless --speed max
replay strange.csv --headless --speed max
replay envelope.csv --headless --speed max
replay short.csv --headless --speed max --model recipe_published.emgmodel

live --port /dev/ttyNONE --headless
live --port /dev/ttyNONE --headless --no-reconnect
live --port '' --headless
live --port taken.csv --headless --no-reconnect --seconds 1
live --port socket://127.0.0.1:1 --headless --no-reconnect
live --port socket://127.0.0.1 --headless
live --port socket://127.0.0.1:port --headless
live --port a --port a --headless
live --port a --port auto --headless
live --port a --port b --headless --model demo --model demo --model demo
live --port a --port b --headless --model none.emgmodel
live --port a --port b
live --model demo --model demo --headless
live --model none.emgmodel --headless
live --model none.emgmodel
live --port simulated --port simulated --headless --control keys.json
live --port simulated --headless --seconds 0
live --port simulated --headless --seconds soon
live --port simulated --headless --baud 12
live --port simulated --headless --baud fast
live --port simulated --headless --channels 1,2
live --port simulated --headless --channels 1,2,9
live --port simulated --headless --channels biceps,triceps,wrist
live --port simulated --headless --model shipped.emgmodel --jsonl shipped.emgmodel
live --port simulated --headless --seconds 1 --model recipe_published.emgmodel --channels 3,2,x
live --headless --screenshot new.png
live --after 2
live demo --headless

simulate --tcp 70000
simulate --tcp port
simulate --tcp 0 --link x
simulate --link none/port --seconds 0.1
simulate --link taken.csv --seconds 0.1
simulate --tcp 0 --rate 20
simulate --tcp 0 --rate 1e9
simulate --tcp 0 --script rest:1,fly:2
simulate --tcp 0 --script rest
simulate --tcp 0 --script rest:0
simulate --tcp 0 --script badcues.txt
simulate --tcp 0 --script folder
simulate --tcp 0 --script bytes.csv
simulate --tcp 0 --script cues.txt --ledger cues.txt
simulate --tcp 0 --faults gremlins=1
simulate --tcp 0 --faults loss=2
simulate --tcp 0 --faults loss
simulate --tcp 0 --faults stall=3
simulate --tcp 0 --faults jitter=5
simulate --tcp 0 --faults loss=0.6,corrupt=0.6
simulate --tcp 0 --seed -1
simulate --tcp 0 --ppm 1e9
simulate --tcp 0 --ppm much
simulate --tcp 0 --seconds 0
simulate --tcp 0 --seconds 0.1 --ledger none/ledger.json

record
record --unattended --port simulated --out new.csv.gz
record --unattended --port simulated --out new.txt
record --unattended --port simulated --out none/new.csv
record --unattended --port simulated --out taken.csv
record --unattended --port simulated --out session.csv
record --unattended --port simulated --out new.csv --movements a,,b
record --unattended --port simulated --out new.csv --movements transition
record --unattended --port simulated --out new.csv --movements juggle
record --unattended --port simulated --out new.csv --script rest
record --unattended --port simulated --out new.csv --script rest:1 --movements rest
record --unattended --port simulated --out new.csv --script badcues.txt
record --unattended --port simulated --out new.csv --script juggle:1
record --unattended --port simulated --out new.csv --repetitions 0
record --unattended --port simulated --out new.csv --repetitions 10001
record --unattended --port simulated --out new.csv --hold 0
record --unattended --port simulated --out new.csv --rest -1
record --unattended --port simulated --out new.csv --seed x
record --unattended --port simulated --out new.csv --placement biceps
record --unattended --port simulated --no-check --out new.csv --channels biceps,wrist
record --unattended --port simulated --no-check --out new.csv --names a,b
record --unattended --port simulated --no-check --out new.csv --names a,a,b
record --unattended --port simulated --out new.csv --placement =there
record --unattended --port /dev/ttyNONE --out new.csv

recover
recover none.csv
recover folder
recover nothing.csv
recover short.csv
recover foreign.csv
recover shipped.emgmodel
recover session.csv --trim --no-trim

export
export session.csv
export session.csv --to wav
export session.csv --to bids --mains 55
export session.csv --to edf --out session.csv
export session.csv --to edf --out none/new.edf
export session.csv --to bdf --out taken.csv
export session.csv --to bids --out taken.csv
export none.csv --to edf
export short.csv --to edf
export foreign.csv --to bids
export shipped.emgmodel --to edf

train
train day1.csv
train day1.csv --out ''
train day1.csv --out none/new.emgmodel
train day1.csv --out taken.csv/new
train day1.csv --out new --recipe magic
train day1.csv --out new --epochs 0
train day1.csv --out new --epochs many
train day1.csv --out new --seed -1
train day1.csv --out new --seed 4294967296
train day1.csv --out new --mains 55
train day1.csv --out new --signal noise
train day1.csv --out new --progress loud
train notime.csv --out new --recipe published --rate 0

evaluate
evaluate none.csv
evaluate none.csv --json none/out.json
evaluate none.csv --html .
evaluate day1.csv --json day1.csv
evaluate day1.csv --json out --html out
evaluate day1.csv --model demo --recipe published
evaluate day1.csv --model demo --epochs 3
evaluate day1.csv --model demo --mains 50
evaluate day1.csv --model none.emgmodel
evaluate day1.csv --protocol guess
evaluate day1.csv --folds 0
evaluate day1.csv --jobs 0
evaluate strange.csv --model demo

tune
tune none.csv
tune short.csv --threshold 2
tune short.csv --threshold x
tune short.csv --begin-odds 0.5
tune short.csv --smoothing median
tune short.csv --smoothing none:3
tune short.csv --smoothing majority:0
tune short.csv --smoothing majority:x
tune short.csv --smoothing bayes:2
tune short.csv --smoothing bayes:much
tune short.csv --without everything
tune short.csv --model none.emgmodel
tune short.csv --out none/new
tune short.csv --out ''
tune nolabel.csv
tune strange.csv
tune renamed.csv
tune tiny.csv

test-live
test-live --port simulated
test-live --port simulated --unattended --movements juggle
test-live --port simulated --unattended --movements rest
test-live --port simulated --unattended --hold 0.7
test-live --port simulated --unattended --hold -1
test-live --port simulated --unattended --reaction x
test-live --port simulated --unattended --seed -1
test-live --port simulated --unattended --rate 200
test-live --port simulated --unattended --repetitions 0
test-live --port /dev/ttyNONE --unattended --no-history
test-live --port simulated --unattended --model none.emgmodel
test-live --replay day1.csv --port COM3
test-live --replay day1.csv --hold 2
test-live --replay none.csv
test-live --replay nolabel.csv --no-history
test-live --replay onelabel.csv --no-history
test-live --replay tiny.csv --no-history

calibrate
calibrate day1.csv
calibrate day1.csv --out none/new
calibrate day1.csv --out new --model none.emgmodel
calibrate day1.csv --out new --model torn.emgmodel
calibrate day1.csv --out new --seed x

ports --fast
ports /dev/ttyNONE
firmware
firmware flash
firmware export
firmware show here
firmware export taken.csv

inspect
inspect none.csv
inspect folder
inspect none.emgmodel
inspect nothing.csv
inspect bare.csv
inspect words.csv
inspect twice.csv
inspect bytes.csv
inspect torn.csv.gz
inspect torn.emgmodel
inspect flipped.emgmodel
inspect prose.emgmodel
inspect foreign.emgmodel
inspect newer.emgmodel
inspect hollow.emgmodel
inspect manyclasses.emgmodel
inspect baddecision.emgmodel
inspect shipped.emgmodel --html new.html
inspect shipped.emgmodel --rate 200
inspect shipped.emgmodel --channels a,b
inspect short.csv --rate x
inspect short.csv --channels wrist
inspect short.csv --json short.csv
inspect short.csv --json none/out.json
inspect short.csv --html folder
inspect short.csv --json out --html out
inspect short.csv --json /dev/full
inspect session.csv --json session.json
inspect short.csv short.csv
"""

_TRAINING_CALLS = """
train none.csv --out new.emgmodel
train nolabel.csv --out new
train onelabel.csv --out new
train tiny.csv --out new
train day1.csv --out new --channels biceps,wrist
train day1.csv two.csv --out new
calibrate onelabel.csv --out new
calibrate renamed.csv --out new
evaluate onelabel.csv
evaluate day1.csv --protocol session
evaluate day1.csv --folds 1 --protocol blocks --epochs 1
"""

BAD_CALLS: tuple[str, ...] = tuple(line for line in _CALLS.splitlines() if line)
"""The words of each call, as a shell reads them."""

BAD_TRAINING_CALLS: tuple[str, ...] = tuple(_TRAINING_CALLS.split("\n")[1:-1])
"""Those that load TensorFlow or scikit-learn, which takes seconds."""

FULL_CALLS: tuple[str, ...] = (
    "replay short.csv --speed max --jsonl /dev/full",
    "replay short.csv --speed max --summary /dev/full",
)
"""Those whose output fails on the way: how much was done by then differs from run to run."""
