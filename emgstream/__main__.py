"""``python -m emgstream``: the same as the command ``emgstream``."""

import sys

from emgstream.cli import main

sys.exit(main())
