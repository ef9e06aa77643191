"""Export of recorded sessions as EDF+, BDF+ and BIDS, with edfio.

edfio rather than pyEDFlib: it needs only numpy, no compiler, and writes digital values unchanged.
This is the only room that imports it.
"""

from emgstream.export.bids import write_bids
from emgstream.export.edf import write_edf

__all__ = ["write_bids", "write_edf"]
