"""Sources: what gives samples in order, be it a board, a recording or a simulation.

The public names are listed in ``__init__.pyi``; each is imported when it is first used, so that a
recording can be replayed without pyserial.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
