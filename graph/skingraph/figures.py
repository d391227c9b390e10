"""Figures: a part of the graph as an SVG or PNG, for slides, papers and print.

A figure carries all that it needs to be cited: a title, a legend, who should take care, the
sources, the date of the data. Its text is text; it holds no script and names no other file.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from skingraph.concepts import Lexicon
from skingraph.drawing import Drawing
from skingraph.errors import BadFile, MissingExtra
from skingraph.index import ClaimIndex
from skingraph.network import explain
from skingraph.picture import choose
from skingraph.strokes import FONT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skingraph.concepts import Named
    from skingraph.store import SkinGraph

# So many cards stay readable on a slide.
LIMIT: Final = 36
_WAYS: Final = 12


def figure(
    graph: SkinGraph,
    concepts: Sequence[Named] = (),
    *,
    hops: int = 1,
    title: str = "",
    date: str = "",
    explained: bool = True,
) -> str:
    """The SVG of these concepts and what lies around them, or of an overview.

    Args:
        graph: where the claims are.
        concepts: what stands in the middle; without them the best connected things are shown.
        hops: how many links away from them a thing may be.
        title: what stands above; else the names of the concepts.
        date: the date of the data, as the figure tells it; else the graph's own release.
        explained: False leaves out who should take care and the sources, for a page that has both.
    """
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    picture = choose(index, lexicon, concepts, hops=hops, chain=True, limit=LIMIT)
    led = bool(picture.links)
    if concepts and not led:
        # Nothing leads to it or from it, as with a patient factor: all that is said of it.
        picture = choose(index, lexicon, concepts, hops=hops, limit=LIMIT)
    drawing = Drawing(picture, index, lexicon, led=led)
    return drawing.whole(title, date or graph.release, explained=explained)


def figure_of_ways(
    graph: SkinGraph, start: Named, end: Named, *, date: str = "", explained: bool = True
) -> str:
    """The SVG of the ways from one thing to another, the shortest ones; see `figure`."""
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    found = explain(graph, start, end, ways=_WAYS)
    steps = (named for way in found.ways for step in way for named in (step.start, step.end))
    picture = choose(index, lexicon, [start, end, *steps], hops=0, chain=True, limit=LIMIT)
    drawing = Drawing(replace(picture, focus=(start, end)), index, lexicon, led=True)
    title = f"From {start.label} to {end.label}"
    return drawing.whole(title, date or graph.release, explained=explained)


def as_png(svg: str, *, scale: float = 2.0) -> bytes:
    """A figure as PNG, in twice its size unless told otherwise.

    Raises:
        MissingExtra: the library that paints it is not installed, or there is no font for it.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise MissingExtra(
            "a PNG needs resvg-py. Install it with: pip install 'skingraph[pictures]'; "
            "an SVG needs nothing."
        ) from error
    # Without a font the painter leaves the text out and says nothing.
    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{}</svg>'
    letter = f'<text x="4" y="30" font-size="30" font-family="{FONT}">M</text>'
    if _painted(resvg_py, blank.format(letter), 1) == _painted(resvg_py, blank.format(""), 1):
        raise MissingExtra("a PNG needs a font, and none is installed. Write an .svg instead.")
    return _painted(resvg_py, svg, scale)


def _painted(painter: object, svg: str, scale: float) -> bytes:
    try:
        return bytes(
            painter.svg_to_bytes(  # type: ignore[attr-defined]
                svg_string=svg, zoom=scale, background="#ffffff", sans_serif_family="DejaVu Sans"
            )
        )
    except ValueError as error:
        raise BadFile(f"the figure cannot be painted: {' '.join(str(error).split())}") from error
