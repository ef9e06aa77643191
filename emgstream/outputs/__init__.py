"""Outputs: what passes decisions and samples on to other programs.

The public names are listed in ``__init__.pyi``; each is imported when it is first used, so that
only what speaks OSC, LSL or to the keyboard needs the library for it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
