"""A real-time streaming classifier for live EMG sensors.

The public names are listed in ``__init__.pyi`` and described in ``docs/reference/api.md``. Each is
imported when it is first used: a program that only reads tables does not load the inference
runtime.
"""

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
