"""A graph in a notebook: the explorer in a frame of its own, and beside it a text and a table.

A notebook that is not trusted shows no frame; the text says so, and the table tells the main things.
"""

from __future__ import annotations

import base64
import gzip
import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.citations import NOTICE
from skingraph.claims import STRENGTHS
from skingraph.concepts import Lexicon, Named
from skingraph.index import ClaimIndex
from skingraph.lessons import lessons
from skingraph.maps import draw
from skingraph.output import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from skingraph.claims import Claim
    from skingraph.store import SkinGraph

# What a browser opens at once; and how many treatments the table names, and concerns of each.
_MOST_CLAIMS: Final = 40_000
_ROWS: Final = 12
_NAMED: Final = 6
_COUNT: Final = "SELECT (COUNT(*) AS ?claims) { ?claim a skg:Claim }"
# The frame unpacks the page, which is a quarter as large when it is packed.
_FRAME: Final = """\
<!doctype html><meta charset="utf-8"><title>skingraph explorer</title>
<p id="wait">The map is being unpacked. If it stays so, this browser is too old for it: save it with
explore(graph).save("map.html").</p>
<script>
(async () => {
  const bytes = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const page = await new Response(stream).text();
  document.open();
  document.write(page);
  document.close();
})();
</script>"""


@dataclass(frozen=True, slots=True)
class Explorer:
    """A map that shows itself in a notebook, and that can be saved as a page."""

    graph: SkinGraph
    concepts: tuple[Named, ...] = ()
    height: int = 760

    @property
    def html(self) -> str:
        """The page, with the lessons that rest on this graph."""
        records = [one.record for one in lessons(self.graph)]
        return draw(self.graph, self.concepts, lessons=records)

    def save(self, path: str | Path) -> None:
        """Write the page to a file, which any browser opens without a network.

        Raises:
            CannotWrite: there is no such folder, no permission, or no room.
        """
        write_whole(path, self.html.encode("utf-8"))

    def _repr_html_(self) -> str:
        page = draw(self.graph, self.concepts)
        packed = base64.b64encode(gzip.compress(page.encode("utf-8"), mtime=0)).decode()
        title = ", ".join(named.label for named in self.concepts) or "skin treatments"
        return (
            f"<p>A map of {html.escape(title)}. {_SHOWN} {html.escape(NOTICE)} "
            f"Data: {html.escape(self.graph.release or 'no date stated')}.</p>\n"
            f'<iframe sandbox="allow-scripts allow-downloads allow-modals" width="100%" '
            f'height="{self.height}" title="Map of {html.escape(title)}" '
            f'srcdoc="{html.escape(_FRAME % packed)}"></iframe>\n{_table(self)}'
        )


_SHOWN: Final = (
    "If no map is shown below, run the cell or trust the notebook; or save it with "
    "<code>explore(graph).save(&quot;map.html&quot;)</code>."
)


def explore(graph: SkinGraph, *names: str | Named, height: int = 760) -> Explorer:
    """The explorer of a graph, which a notebook shows; with names it opens on these.

    Args:
        graph: what is explored.
        names: as people write them, or what `Lexicon.resolve` gives.
        height: how high the frame is, in pixels.

    Raises:
        UnknownName: nothing is called so.
    """
    lexicon = Lexicon(graph)
    found = (name if isinstance(name, Named) else lexicon.resolve(name) for name in names)
    return Explorer(graph, tuple(found), height)


def shown(graph: SkinGraph) -> str:
    """How a notebook shows a graph: as its map, or in words where it cannot be drawn at once."""
    if not isinstance(graph.store, ox.Store):
        return "<p>A graph that a SPARQL service holds. explore(graph) draws it.</p>"
    (row,) = graph.select(_COUNT)
    claims = int(str(row["claims"]))
    if 0 < claims <= _MOST_CLAIMS:
        return explore(graph)._repr_html_()
    what = f"{claims:,} claims" if claims else "no claims to draw"
    return f"<p>A graph of {len(graph):,} statements, with {what}.</p>"


def _table(explorer: Explorer) -> str:
    """Treatments, what they are said to act against, and who should take care."""
    index, lexicon = ClaimIndex(explorer.graph), Lexicon(explorer.graph)
    said = {claim.subject.iri for claim in index.claims.values()} | set(index.inherited)
    treatments = sorted(lexicon.named(iri) for iri in said if "Treatment" in lexicon.kinds(iri))
    chosen = [named for named in explorer.concepts if named in treatments]
    rows = [
        (named.label, _listed(_helped(index, named), _NAMED), _listed(_cautions(index, named)))
        for named in (chosen or treatments)[:_ROWS]
    ]
    left = len(chosen or treatments) - len(rows)
    more = f"<p>{left} more treatments are on the map.</p>" if left else ""
    head = "".join(
        f"<th>{words}</th>"
        for words in ("treatment", "said to act against", "who should take care")
    )
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>{more}"


def _helped(index: ClaimIndex, named: Named) -> Iterable[str]:
    """The concerns, each with its hedge or its denial."""
    said: dict[str, list[Claim]] = {}
    for one in index.said_of(named.iri):
        if one.claim.predicate.slug == "treats" and one.claim.object:
            said.setdefault(one.claim.object.label, []).append(one.claim)
    for label, claims in said.items():
        supporting = [claim for claim in claims if claim.supports]
        if not supporting:
            yield f"{label} (denied)"
        elif len(supporting) < len(claims):
            yield f"{label} (also denied)"
        elif all(claim.hedged for claim in supporting):
            yield f"{label} (only hedged)"
        else:
            yield label


def _cautions(index: ClaimIndex, named: Named) -> Iterable[str]:
    for one in index.said_of(named.iri):
        claim = one.claim
        if claim.is_caution and claim.supports and claim.object:
            word = STRENGTHS.get(claim.strength, claim.strength) or "ask first"
            hedged = ", hedged" if claim.hedged else ""
            donor = f", inherited from {one.inherited_from.label}" if one.inherited_from else ""
            yield f"{claim.object.label} ({word}{hedged}{donor})"


def _listed(words: Iterable[str], most: int | None = None) -> str:
    """These, or a few and how many more there are; silence is told as such."""
    found = list(dict.fromkeys(words))
    if not found:
        return "nothing said, which is not the same as safe"
    kept = found[:most]
    more = f" and {len(found) - len(kept)} more" if len(found) > len(kept) else ""
    return ", ".join(kept) + more
