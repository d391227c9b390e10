"""Text as XML 1.0 can hold it."""

from __future__ import annotations

import re
from typing import Final

# A reader turns a raw line end or tab into something else.
_MARKS: Final = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
        "\x85": "&#133;",
        "\u2028": "&#8232;",
    }
)
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Most texts have none of these, and a search is much faster than a translation.
_ANY: Final = re.compile(
    "[^ !#-%'-;=?-~\\xa0-\u2027\u2029-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


class XmlText:
    r"""Writes texts for XML and counts those it had to change.

    XML 1.0 has no way to say most control characters; they are shown as an escape such as \u0001.

    >>> XmlText().of('a "b" \x01 ]]>')
    'a &quot;b&quot; \\u0001 ]]&gt;'
    """

    def __init__(self) -> None:
        self.changed = 0

    def of(self, text: str) -> str:
        """The text for an element or an attribute in double quotes."""
        if not _ANY.search(text):
            return text
        shown = _FORBIDDEN.sub(_escaped, text)
        self.changed += shown != text
        return shown.translate(_MARKS)

    def remarks(self) -> tuple[str, ...]:
        """How many texts were changed, if any."""
        if not self.changed:
            return ()
        texts = "1 text" if self.changed == 1 else f"{self.changed} texts"
        return (f"{texts} with characters that XML forbids: shown as escapes such as \\u0001",)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
