"""A board that is not there: the protocol of the firmware, over a pty or TCP, with known faults.

``with SimulatedBoard(script, faults=Faults(loss=0.01), seed=1) as board:`` and open ``board.port``.
It streams synthetic EMG, names itself ``simulated``, and answers as the firmware does. `Ledger`
tells what was really sent, and documents the file of it.

Where it differs from a real board:

- *Opening resets it*, as an Uno. A pty tells that within a few milliseconds where the port is
  opened (Linux, as tested); a TCP connection always does. There is no bootloader, hence no silence
  and no garbage, unless ``Faults.boot`` asks for them. Closing it and opening it again within one
  turn of the thread (2 ms) may go unseen: then it streams on.
- *While nobody has it open it rests*; a real one would stream on, unheard. With a *battery* it
  does so too, its cable out or not, and no opening resets it: what it took meanwhile is ``unsent``.
- *The line is as fast as its reader*: any speed opens, nothing is garbled, and the rate is limited
  as if by 500000 baud.
- *What waits* is 4096 bytes in the board, and about 20 kB in the hands of the operating system (a
  real queue holds 32 frames, and a driver 4 kB or more). A reader that does not read makes the
  board drop whole frames and count them, as the firmware does.
- *The simulated person* does nothing while the board is silent: the script goes on where it was,
  and starts anew where the rate is changed.
"""

from emgstream.simulation.board.board import OWN_TCP, SimulatedBoard
from emgstream.simulation.board.board_protocol import BoardProtocol
from emgstream.simulation.board.board_records import BoardMovement, BoardRun, BoardUnplug
from emgstream.simulation.board.board_settings import BoardSettings
from emgstream.simulation.board.faults import Faults, Outage
from emgstream.simulation.board.instructions import Instructions, UnpromptedSubject
from emgstream.simulation.board.ledger import Ledger
from emgstream.simulation.board.runner import BoardEvent, BoardWrite

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
