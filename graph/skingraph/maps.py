"""Maps: one HTML page that shows a part of the graph, and needs no network to be read."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skingraph.claims import STRENGTHS
from skingraph.concepts import Lexicon, Named, describe
from skingraph.errors import MissingExtra
from skingraph.index import ClaimIndex
from skingraph.lanes import WIDTH, Layout, place
from skingraph.picture import Picture, choose
from skingraph.symbols import SYMBOLS, kind_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from skingraph.claims import Claim, Said
    from skingraph.store import SkinGraph

VIS_NETWORK = "templates/lib/vis-9.1.2/vis-network.min.js"

_LEVELS = """
SELECT ?code ?label WHERE { ?level a skg:EvidenceLevel ; skos:notation ?code ; rdfs:label ?label }
"""


def draw(graph: SkinGraph, concepts: Sequence[Named] = (), *, hops: int = 1, date: str = "") -> str:
    """The HTML page of a map: these concepts and what lies around them, or an overview.

    Args:
        graph: where the claims are.
        concepts: what stands in the middle; without them the best connected things are shown.
        hops: how many links away from them a thing may be.
        date: the date of the data, as the page tells it; else the graph's own release.
    """
    index, lexicon = ClaimIndex(graph), Lexicon(graph)
    picture = choose(index, lexicon, concepts, hops=hops)
    return _page(graph, picture, index, lexicon, date or graph.release)


def _page(
    graph: SkinGraph, picture: Picture, index: ClaimIndex, lexicon: Lexicon, date: str
) -> str:
    from jinja2 import DictLoader, Environment
    from markupsafe import Markup
    from pyvis.network import Network

    own = [
        (named, said)
        for named in sorted(map(lexicon.named, picture.lanes))
        for said in index.said_of(named.iri)
        if said.claim.object is None and picture.focus
    ]
    said = [(link, one) for link in picture.links for one in link.said]
    layout = place(
        {
            iri: (lane, lexicon.named(iri).label, picture.note(iri))
            for iri, lane in picture.lanes.items()
        },
        [link.ends for link in picture.links],
    )
    levels = {str(row["code"]): str(row["label"]) for row in graph.select(_LEVELS)}
    spoken = Counter(end for claim in index.claims.values() for end in _ends(claim))
    net = Network(directed=True)
    net.nodes = [
        _node(graph, lexicon.named(iri), picture, layout, lexicon)
        | {
            "own": [one.claim.curie for named, one in own if named.iri == iri],
            "elsewhere": spoken[iri]
            - len({one.claim.iri for _, one in said + own if iri in _ends(one.claim)}),
        }
        for iri in picture.lanes
    ]
    net.node_ids = [node["id"] for node in net.nodes]
    net.edges = _edges(picture)
    claims = {one.claim.curie: one.claim for _, one in said + own}
    scripts = {
        "vis": _vis_network(),
        "js": _resource("map.js"),
        "css": _resource("palette.css") + _resource("map.css"),
    }
    environment = Environment(
        loader=DictLoader({"map.html.j2": _resource("map.html.j2")}),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        {
            "picture": picture,
            "layout": layout,
            "claims": {key: _said(claims[key], levels) for key in sorted(claims)},
            "rows": [_row(link.subject, link.name, one, levels) for link, one in said]
            + [_row(named, "", one, levels) for named, one in own],
            "kinds": {kind: kind_words(kind) for node in net.nodes for kind in node["kinds"]},
            "symbols": SYMBOLS,
            "date": date,
            "hash": {name: _hash(text) for name, text in scripts.items()},
        },
        **{name: Markup(text) for name, text in scripts.items()},
    )
    net.templateEnv = environment
    net.path = "map.html.j2"
    net.options = {}
    net.heading = ", ".join(named.label for named in picture.focus)
    return str(net.generate_html())


def _ends(claim: Claim) -> set[str]:
    return {claim.subject.iri} | ({claim.object.iri} if claim.object else set())


def _node(
    graph: SkinGraph, named: Named, picture: Picture, layout: Layout, lexicon: Lexicon
) -> dict[str, Any]:
    concept, card = describe(graph, named), layout.cards[named.iri]
    kinds = [kind if kind in SYMBOLS else "Other" for kind in lexicon.kinds(named.iri)]
    # The kind that gave the card its lane comes first.
    kinds.sort(key=lambda kind: kind not in card.lane.kinds)
    return {
        "id": named.curie,
        "label": named.label,
        "lines": card.lines,
        "lane": card.lane.name,
        "kinds": list(dict.fromkeys(kinds)) or ["Other"],
        "words": ", ".join(kind_words(kind) for kind in lexicon.kinds(named.iri)),
        "x": card.x,
        "y": card.y,
        "w": WIDTH,
        "h": card.height,
        "focus": named in picture.focus,
        "note": card.note,
        "warned": bool(picture.warnings(named.iri)),
        "definition": concept.definition,
        "synonyms": list(concept.synonyms),
        "broader": [broader.label for broader in concept.broader],
        "slug": named.slug,
    }


def _edges(picture: Picture) -> list[dict[str, Any]]:
    between: Counter[frozenset[str]] = Counter()
    edges = []
    for link in picture.links:
        nth = between[frozenset(link.ends)]
        between[frozenset(link.ends)] += 1
        sign = {"refuted": "not", "disputed": "disputed", "in part": "in part"}.get(link.manner, "")
        donors = f"inherited from {', '.join(link.inherited_from)}" if link.inherited_from else ""
        edges.append(
            {
                "id": link.name,
                "from": link.subject.curie,
                "to": link.object.curie,
                "words": f"{link.subject.label} {link.predicate.label} {link.object.label}",
                "predicate": link.predicate.label,
                "manner": link.manner,
                "warning": link.warning,
                "inherited": donors,
                "sign": sign,
                "said": [
                    [one.claim.curie, one.inherited_from.label if one.inherited_from else ""]
                    for one in link.said
                ],
                "nth": nth,
            }
        )
    return edges


def _said(claim: Claim, levels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "sentence": str(claim),
        "firmly": _firmly(claim),
        "evidence": f"{claim.evidence} {levels.get(claim.evidence, '')}".strip() or "not graded",
        "places": [
            {
                "source": passage.source.title,
                "where": _where(passage.section, passage.start, passage.end),
                "authority": passage.source.authority or "not graded",
            }
            for passage in claim.passages
        ],
    }


def _row(subject: Named, edge: str, said: Said, levels: Mapping[str, str]) -> dict[str, Any]:
    claim = said.claim
    return _said(claim, levels) | {
        "claim": claim.curie,
        "edge": edge,
        "subject": subject.label,
        "says": claim.predicate.label if claim.supports else f"NOT: {claim.predicate.label}",
        "object": claim.object.label if claim.object else claim.quantity,
        "inherited": said.inherited_from.label if said.inherited_from else "",
    }


def _firmly(claim: Claim) -> str:
    """Denied or not, flatly or with a hedge, how often, how strongly."""
    hedge = f"hedged: {claim.hedge}" if claim.hedge else "hedged"
    strength = STRENGTHS.get(claim.strength, claim.strength)
    manner = hedge if claim.hedged else "stated" if claim.supports else ""
    denied = "" if claim.supports else "denied"
    return "; ".join(filter(None, [denied, manner, claim.frequency, strength]))


def _where(section: str, start: int, end: int) -> str:
    under = f"\N{LEFT DOUBLE QUOTATION MARK}{section}\N{RIGHT DOUBLE QUOTATION MARK}, "
    return f"{under if section else ''}characters {start} to {end}"


def _resource(name: str) -> str:
    return (files("skingraph") / "templates" / name).read_text(encoding="utf-8")


def _vis_network() -> str:
    """The vis-network script that the installed pyvis brings."""
    spec = importlib.util.find_spec("pyvis")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    script = Path(folders[0], VIS_NETWORK) if folders else None
    if script is None or not script.is_file():
        raise MissingExtra(
            f"pyvis 0.3.2 with {VIS_NETWORK} is not installed. "
            "Install it with: pip install 'pyvis>=0.3.2,<0.4'"
        )
    # HTML reads CRLF as LF, and the hash in the page's policy is of what HTML reads.
    return script.read_bytes().decode("utf-8").replace("\r\n", "\n")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
