"""The library that runs networks on this computer, in the language of the user."""

from __future__ import annotations

from emgstream.network.backend_choice import BackendChoice
from emgstream.translation import tr

__all__ = ["network_words"]


def network_words(choice: BackendChoice) -> str:
    """Return the library with its version, and why it is this one, as `BackendChoice.words`."""
    reason = choice.reason
    return choice.words_with("" if reason is None else tr(reason.value, **choice.values))
