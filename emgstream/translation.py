"""The texts of the window in the language of the user.

A text stands in the code in English, inside `tr` or `tr_n`; a catalogue beside this file holds it
in another language. Without a catalogue for the language of the user the texts stay English.
``scripts/translations.py`` collects the texts into ``locale/emgstream.pot`` and makes catalogues.

They are English until somebody calls `use_language`, as the window does when it is opened: what is
printed in a terminal stays in one language with its help. Many texts of the window are looked up
while its modules are imported, so that the language has to be settled before.
"""

from __future__ import annotations

import os
import re
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from emgstream.logs import get_logger

__all__ = [
    "CATALOGUES",
    "DOMAIN",
    "VARIABLE",
    "has_catalogue",
    "languages",
    "open_catalogue",
    "tr",
    "tr_n",
    "use_language",
    "wanted_languages",
]

_log = get_logger(__name__)

CATALOGUES = Path(__file__).with_name("locale")
"""Folder of the catalogues, ``LANGUAGE/LC_MESSAGES/emgstream.mo``."""
DOMAIN = "emgstream"
VARIABLE = "EMGSTREAM_LANGUAGE"
"""Environment variable for another language than that of the system, such as ``de``."""

_LIST_OF_SYSTEM = "LANGUAGE"
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The variables of gettext for one language; the first that is set counts."""
_NO_LANGUAGE = ("C", "POSIX")
"""Locales in which gettext translates nothing, whatever `_LIST_OF_SYSTEM` says."""
_ENGLISH = ("en", *map(str.lower, _NO_LANGUAGE))
_CODE = re.compile(r"[a-z]{2,3}(_[a-z0-9]{1,8})*|c|posix", re.IGNORECASE)
"""Form of a language or a locale, without encoding and variant."""

_in_use = [NullTranslations()]
"""The catalogue in which texts are looked up."""


def tr(text: str, /, **values: Any) -> str:
    """Return a text in the user's language, with the values put into its placeholders.

    >>> tr("{name} has {rate_hz:.1f} Hz", name="a.csv", rate_hz=500.0)
    'a.csv has 500.0 Hz'
    """
    # gettext answers an empty text with the head of the catalogue
    translated = _translations().gettext(text) if text else text
    return translated.format(**values) if values else translated


def tr_n(singular: str, plural: str, n: int, /, **values: Any) -> str:
    """Return the form of a text that fits a number, which is the placeholder ``n``.

    >>> [tr_n("{n:,} row", "{n:,} rows", n) for n in (1, 1200)]
    ['1 row', '1,200 rows']
    """
    return _translations().ngettext(singular, plural, n).format(n=n, **values)


def use_language(language: str | None = None) -> None:
    """Look texts up in a language from now on; without one, in that of the user.

    What was looked up before stays as it is.
    """
    wanted = _codes(language) if language else wanted_languages(os.environ, _language_of_windows)
    _in_use[:] = [open_catalogue(wanted)]


def languages() -> tuple[str, ...]:
    """Return the languages that the texts can be in, English first."""
    found = CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return ("en", *sorted(path.parts[-3] for path in found))


def has_catalogue(named: str) -> bool:
    """Return whether the texts can be in a language as somebody names it, such as ``de-AT``.

    >>> has_catalogue("en_US.UTF-8"), has_catalogue("english")
    (True, False)
    """
    known = {*_ENGLISH, *map(str.lower, languages())}
    return any(code.lower() in known for code in _codes(named))


def wanted_languages(
    environ: Mapping[str, str], of_windows: Callable[[], str | None]
) -> Iterator[str]:
    """Give the languages of the user, the best first.

    Parameters
    ----------
    environ
        The environment variables.
    of_windows
        Returns the language of the user interface of Windows, which sets none of the variables.

    Examples
    --------
    >>> list(wanted_languages({"LANG": "de_AT.UTF-8"}, lambda: None))
    ['de_AT', 'de']
    """
    locale = next((environ[name] for name in _LOCALES if environ.get(name)), "")
    of_system = locale
    if _without_variant(locale) not in _NO_LANGUAGE:
        of_system = environ.get(_LIST_OF_SYSTEM) or locale
    yield from _codes(environ.get(VARIABLE) or of_system or of_windows() or "")


def _codes(named: str) -> Iterator[str]:
    """Give the languages of a list with colons, each with and without its country."""
    for entry in named.split(":"):
        code = _without_variant(entry).replace("-", "_")
        if _CODE.fullmatch(code):
            yield from dict.fromkeys((code, code.partition("_")[0]))


def _without_variant(locale: str) -> str:
    return locale.partition(".")[0].partition("@")[0]


def open_catalogue(wanted: Iterator[str], folder: Path = CATALOGUES) -> NullTranslations:
    """Return the texts in the first of the languages that there is; English needs no catalogue.

    A damaged catalogue is logged, and the texts are English.
    """
    found = folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    paths = {path.parts[-3].lower(): path for path in found}
    for language in map(str.lower, wanted):
        if language in _ENGLISH:
            break
        if language not in paths:
            continue
        path = paths[language]
        try:
            with path.open("rb") as file:
                return GNUTranslations(file)
        except (OSError, ValueError, LookupError, struct.error) as error:
            _log.warning("the catalogue %s cannot be read: %s; texts are English", path, error)
            break
    return NullTranslations()


def _language_of_windows() -> str | None:
    language = None
    if sys.platform == "win32":
        import ctypes
        import locale

        language = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    return language


def _translations() -> NullTranslations:
    return _in_use[-1]
