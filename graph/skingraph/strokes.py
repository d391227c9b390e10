"""Strokes: the pieces that an SVG is put together from; text is escaped, colours are the palette's."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from importlib.resources import files
from typing import Final
from xml.sax.saxutils import escape

from skingraph.symbols import SYMBOLS

FONT: Final = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
# What XML cannot hold.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@cache
def palette() -> dict[str, str]:
    """The colours on white, from the style sheet that the pages have too."""
    css = (files("skingraph") / "templates" / "palette.css").read_text(encoding="utf-8")
    light = css.split("@media")[0]
    found = dict(re.findall(r"\.(\w+) \{ --c: (#[0-9a-f]+)", light))
    return found | {name: _long(value) for name, value in re.findall(r"--(\w+): (#\w+)", light)}


def plain(text: str) -> str:
    """A text as it may stand in XML."""
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _long(colour: str) -> str:
    """`#fff` as `#ffffff`."""
    return colour if len(colour) > 4 else "#" + "".join(2 * digit for digit in colour[1:])


def text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 13,
    fill: str = "text",
    weight: int = 400,
    anchor: str = "start",
    style: str = "",
) -> str:
    """Words at a place; `fill` is a colour of the palette."""
    words = plain(text)
    slant = f' font-style="{style}"' if style else ""
    at = f'x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}"'
    return f'<text {at} fill="{palette()[fill]}"{slant} unicode-bidi="plaintext">{words}</text>'


def lines(text: str, width: float, size: int = 13) -> list[str]:
    """A text in lines of about this width; letters are reckoned, since no font is at hand."""
    return textwrap.wrap(text, max(int(width / (size * 0.54)), 20), break_long_words=True)


def sign(kind: str, x: float, y: float) -> str:
    """The shape of a kind of thing."""
    return (
        f'<path transform="translate({x:g} {y:g}) scale(.85)" d="{SYMBOLS[kind]}" '
        f'fill="{palette()[kind]}" fill-rule="evenodd"/>'
    )


def tip(x: float, y: float, heading: int, colour: str, *, filled: bool) -> str:
    """The end of a line: filled where several sources speak, open where one does."""
    if filled:
        return f'<path d="M{x:g} {y:g}l{-9 * heading} -4.5v9Z" fill="{colour}"/>'
    points = f"M{x - 8 * heading:g} {y - 4:g}L{x:g} {y:g}L{x - 8 * heading:g} {y + 4:g}"
    return f'<path d="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def warning(x: float, y: float) -> str:
    """The sign of a warning."""
    return (
        f'<path d="M{x:g} {y - 7:g}l8 14h-16Z" fill="{palette()["warn"]}"/>'
        f'<path d="M{x:g} {y - 2.5:g}v4.5M{x:g} {y + 3.5:g}v1.5" '
        f'stroke="{palette()["page"]}" stroke-width="1.6"/>'
    )


def middle(points: tuple[float, ...]) -> tuple[float, float]:
    """The point of a cubic curve halfway."""
    shares = (0.125, 0.375, 0.375, 0.125)
    x = sum(share * points[2 * at] for at, share in enumerate(shares))
    return x, sum(share * points[2 * at + 1] for at, share in enumerate(shares))
