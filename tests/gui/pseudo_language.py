"""A program that opens the window in a made-up language and prints what stayed English.

In that language each text of the template stands between ⟦ and ⟧, with its placeholders.
``python -m tests.gui.pseudo_language FOLDER`` writes its files into the folder.
"""

from __future__ import annotations

import json
import sys
from gettext import NullTranslations
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

from emgstream import translation

TEMPLATE = translation.CATALOGUES / "emgstream.pot"


def opened(message: str) -> str:
    """Return a text whose placeholders are outside of the marks, as a value may be a text itself.

    >>> opened("{name} at {rate:.1f} Hz")
    '⟧{name}⟦ at ⟧{rate:.1f}⟦ Hz'
    """
    parts = []
    for literal, name, form, conversion in Formatter().parse(message):
        parts.append(literal.replace("{", "{{").replace("}", "}}"))
        if name is not None:
            how = f"!{conversion}" if conversion else ""
            parts.append(f"⟧{{{name}{how}{':' + form if form else ''}}}⟦")
    return "".join(parts)


class Pseudo(NullTranslations):
    """Marks the texts of the template, so that one that is missing there is seen as well."""

    def __init__(self) -> None:
        super().__init__()
        with TEMPLATE.open("rb") as file:
            ids = [message.id for message in read_po(file)]
        self._known = {part for one in ids for part in ([one] if isinstance(one, str) else one)}

    def gettext(self, message: str) -> str:
        return f"⟦{opened(message)}⟧" if message in self._known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def main() -> int:
    """Walk through the window and print what stayed English, as JSON."""
    pseudo = Pseudo()
    vars(translation)["_translations"] = lambda: pseudo
    from tests.gui.pseudo_window import walk_through  # looks texts up as it is imported

    walk = walk_through(Path(sys.argv[1]))
    json.dump({"found": walk.found, "n_texts": walk.n_texts}, sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
