"""The process that makes the checks for the window, in the language of the user."""

from __future__ import annotations

import json
import sys

from emgstream.app.configured_language import use_language_of_user
from emgstream.app.configured_network import use_configured_network

__all__ = ["main"]


def main() -> None:
    """Print the checks as JSON."""
    use_language_of_user()
    use_configured_network()
    from emgstream.app.doctor.examination import examine  # looks texts up as it is imported

    json.dump([check.to_json() for check in examine()], sys.stdout)
