"""Recorded sessions in the formats of other programs, by edfio: EDF+, BDF+ and BIDS.

edfio, and not pyEDFlib, since it is numpy alone, needs no compiler and writes digital values as
they are. The only room that imports it.
"""

from emgstream.export.bids import write_bids
from emgstream.export.edf import write_edf

__all__ = ["write_bids", "write_edf"]
