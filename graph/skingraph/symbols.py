"""The signs of the kinds of things, the same on maps and pages: a shape, a colour, a word."""

from __future__ import annotations

import re
from typing import Final

# One outline for canvas, legend and page, drawn around the origin. Shape, colour and word tell
# the kind; the colours stand in palette.css.
SYMBOLS: Final = {
    "Treatment": "M-8-8H8V8H-8Z",
    "Mechanism": "M0-10 10 0 0 10-10 0Z",
    "HealingPhase": "M-5-9H5L10 0 5 9H-5L-10 0Z",
    "Outcome": "M-10-4H10V4H-10Z",
    "Concern": "M0-9A9 9 0 0 1 0 9 9 9 0 0 1 0-9Z",
    "PatientFactor": "M-10-8H10L0 9Z",
    "SideEffect": "M0-9 10 8H-10Z",
    "CareInstruction": "M0-10 3-3 10-3 4.5 2 6.5 9 0 5-6.5 9-4.5 2-10-3-3-3Z",
    "Device": "M-3-9H3V-3H9V3H3V9H-3V3H-9V-3H-3Z",
    "Agent": "M0-9A9 9 0 0 1 0 9 9 9 0 0 1 0-9ZM0-4.5A4.5 4.5 0 0 0 0 4.5 4.5 4.5 0 0 0 0-4.5Z",
    "Other": "M-7-9H3L8-4V9H-7Z",
}


def kind_words(kind: str) -> str:
    """The name of a class as two words.

    >>> kind_words("SideEffect")
    'side effect'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
