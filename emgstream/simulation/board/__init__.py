"""A simulated board: the protocol of the firmware, over a pty or TCP, with faults on request.

``with SimulatedBoard(script, faults=Faults(loss=0.01), seed=1) as board:``, then open
``board.port``. It streams synthetic EMG, reports the name ``simulated``, and replies as the
firmware does. `Ledger` records everything that was sent, and describes its file.

Differences from a real board:

- *Reset*: opening the port resets it, as with an Uno. A pty detects this within a few milliseconds
  (tested on Linux), a TCP connection always. There is no bootloader, hence no silence and no
  garbage, unless ``Faults.boot`` sets them. If the port is closed and opened again within one tick
  of the thread (2 ms), this may go unnoticed, and the board streams on.
- *Without a reader* it does not sample; a real board would stream on. With a *battery* it samples
  on too, with or without its cable, and opening does not reset it: samples taken meanwhile are
  ``unsent``.
- *The line* is as fast as its reader: any speed opens it, nothing is garbled, and the rate is
  limited as if by 500000 baud.
- *Queues*: 4096 bytes in the board, and about 20 kB in the operating system (a real queue holds 32
  frames, and a driver 4 kB or more). If the reader does not read, the board drops whole frames and
  counts them, as the firmware does.
- *The simulated subject* does nothing while the board does not stream: the cue schedule continues
  afterwards, and starts again if the rate was changed.
"""

from emgstream.simulation.board.board_protocol import BoardProtocol
from emgstream.simulation.board.board_records import BoardMovement, BoardRun, BoardUnplug
from emgstream.simulation.board.board_runner import BoardEvent, BoardWrite
from emgstream.simulation.board.board_settings import BoardSettings
from emgstream.simulation.board.faults import Faults, Outage
from emgstream.simulation.board.instructions import Instructions, UnpromptedSubject
from emgstream.simulation.board.ledger import Ledger
from emgstream.simulation.board.simulated_board import OWN_TCP, SimulatedBoard

__all__ = [
    "OWN_TCP",
    "BoardEvent",
    "BoardMovement",
    "BoardProtocol",
    "BoardRun",
    "BoardSettings",
    "BoardUnplug",
    "BoardWrite",
    "Faults",
    "Instructions",
    "Ledger",
    "Outage",
    "SimulatedBoard",
    "UnpromptedSubject",
]
