"""The atlas: the whole graph as plain records, held by pyvis as a network of concepts and claims."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from skingraph.claims import reading_place, sentence
from skingraph.concepts import Hierarchy, Lexicon, Named, plainest
from skingraph.index import ClaimIndex
from skingraph.picture import links_of, roles_of
from skingraph.prefixes import PREFIXES, SKG, SKIN
from skingraph.symbols import SYMBOLS

if TYPE_CHECKING:
    from decimal import Decimal

    from pyvis.network import Network

    from skingraph.claims import Claim
    from skingraph.rows import Term
    from skingraph.store import SkinGraph

_BROADER: Final = PREFIXES["skos"] + "broader"
_TEXTS: Final = """
SELECT ?concept ?property ?text WHERE {
  VALUES ?property { skos:definition skos:altLabel skos:prefLabel }
  ?concept ?property ?text .
  FILTER (isIRI(?concept) && isLiteral(?text))
}
"""
_PAIRS: Final = "SELECT ?a ?b { ?a skos:%s ?b . FILTER (isIRI(?a) && isIRI(?b)) } ORDER BY ?a ?b"
_LEVELS: Final = """
SELECT ?code ?label WHERE { ?level a skg:EvidenceLevel ; skos:notation ?code ; rdfs:label ?label }
ORDER BY DESC(?code)
"""


@dataclass(frozen=True)
class Atlas:
    """A graph with all that a page needs to tell of it, read once."""

    graph: SkinGraph
    index: ClaimIndex
    lexicon: Lexicon
    hierarchy: Hierarchy

    @cached_property
    def iris(self) -> list[str]:
        """The concepts, in the order of their labels."""
        names = self.lexicon.preferred
        return sorted(names, key=lambda iri: (names[iri].casefold(), iri))

    @property
    def levels(self) -> dict[str, str]:
        """What the evidence levels are called, the strongest first."""
        return {str(row["code"]): str(row["label"]) for row in self.graph.select(_LEVELS)}

    @property
    def sources(self) -> list[dict[str, str]]:
        """The documents, in the order of their IRIs."""
        return [
            {
                "id": identifier(source.iri),
                "title": source.title,
                "evidence": source.evidence,
                "authority": source.authority,
                "kind": source.kind,
                "date": source.date,
                "file": source.file,
            }
            for source in self.index.sources.values()
        ]

    @property
    def predicates(self) -> list[dict[str, Any]]:
        """The properties that claims use, as a reader meets them."""
        used = {claim.predicate: claim.unit for claim in self.index.claims.values()}
        return [
            {
                "id": identifier(predicate.iri),
                "label": predicate.label,
                "place": reading_place(predicate)[0],
                "unit": used[predicate],
            }
            for predicate in sorted(used, key=reading_place)
        ]

    def network(self) -> Network:
        """The concepts and everything that is said between them, as pyvis holds a network.

        A node is a concept; its claims without an object stand in its `numbers`. An edge is a
        claim as it bears on the thing at its start: one that is inherited names who has it as
        `from`, and in `inherits` the claim.
        """
        from pyvis.network import Network

        net = Network(directed=True)
        # pyvis looks every edge up in a list, and drops parallel ones; these lists are its own.
        net.nodes = self._nodes()
        net.node_ids = [node["id"] for node in net.nodes]
        net.edges = [
            _record(claim) for claim in self.index.claims.values() if claim.object is not None
        ] + [
            {
                "from": identifier(heir),
                "to": identifier(said.claim.object.iri),
                "inherits": identifier(said.claim.iri),
            }
            for heir, many in sorted(self.index.inherited.items())
            for said in many
            if said.claim.object is not None
        ]
        return net

    def _nodes(self) -> list[dict[str, Any]]:
        texts = self._texts()
        above, beside = self._pairs("broader"), self._pairs("related")
        roles = roles_of(links_of(self.index, self.lexicon), self.iris, self.lexicon)
        numbers: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for claim in self.index.claims.values():
            if claim.object is None:
                numbers[claim.subject.iri].append(_record(claim))
        nodes = [
            {
                "id": identifier(iri),
                "label": self.lexicon.named(iri).label,
                "kinds": self.lexicon.kinds(iri),
                # What has no sign of its own shares one.
                "kind": roles[iri] if roles[iri] in SYMBOLS else "Other",
                "synonyms": self._synonyms(iri, texts),
                "definition": next(iter(texts[iri, "definition"]), ""),
                "broader": [identifier(other) for other in above[iri]],
                "related": [identifier(other) for other in beside[iri]],
                "numbers": numbers.pop(iri, []),
            }
            for iri in self.iris
        ]
        # A claim may speak of something that no file describes; it is told all the same.
        return nodes + [_unknown(iri, claims) for iri, claims in sorted(numbers.items())]

    def _synonyms(self, iri: str, texts: dict[tuple[str, str], list[str]]) -> list[str]:
        """All its names but the one that is shown, those in other languages too."""
        names = {*texts[iri, "altLabel"], *texts[iri, "prefLabel"]} - {
            self.lexicon.named(iri).label
        }
        return sorted(names, key=lambda name: (name.lower(), name))

    def _texts(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[Term | None]] = defaultdict(list)
        for concept, property_, text in self.graph.select(_TEXTS).terms:
            name = str(getattr(property_, "value", "")).removeprefix(PREFIXES["skos"])
            found[str(getattr(concept, "value", "")), name].append(text)
        texts: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (concept_, name), terms in found.items():
            values = [str(getattr(term, "value", "")) for term in terms]
            texts[concept_, name] = [plainest(terms)] if name == "definition" else values
        return texts

    def _pairs(self, name: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.graph.select(_PAIRS % name):
            found[str(row["a"])].append(str(row["b"]))
        return found


def atlas_of(graph: SkinGraph) -> Atlas:
    """The atlas of a graph."""
    return Atlas(graph, ClaimIndex(graph), Lexicon(graph), Hierarchy(graph))


def identifier(iri: str) -> str:
    """The name of a thing on the page and in its address: short for ours, else the IRI.

    >>> identifier("https://w3id.org/skingraph/acne-scar")
    'acne-scar'
    """
    for space in (PREFIXES["claim"], PREFIXES["source"], PREFIXES["passage"], SKG, SKIN):
        name = iri.removeprefix(space)
        if name != iri and "/" not in name:
            return name
    return "broader" if iri == _BROADER else iri


def _unknown(iri: str, numbers: list[dict[str, Any]]) -> dict[str, Any]:
    empty: dict[str, Any] = {"synonyms": [], "broader": [], "related": []}
    named = {"id": identifier(iri), "label": identifier(iri), "kinds": (), "kind": "Other"}
    return named | empty | {"definition": "", "numbers": numbers}


def _record(claim: Claim) -> dict[str, Any]:
    """A claim as plain values: nothing that changes its meaning is left out."""
    return {
        "id": identifier(claim.iri),
        "from": identifier(claim.subject.iri),
        "to": identifier(claim.object.iri) if claim.object else "",
        "names": {
            identifier(named.iri): named.label
            for named in (
                claim.subject,
                claim.object,
                claim.effect,
                claim.direction,
                *claim.circumstances,
            )
            if named is not None
        },
        "predicate": identifier(claim.predicate.iri),
        "polarity": claim.polarity,
        "strength": claim.strength,
        "verb": claim.verb or claim.predicate.label,
        "certainty": claim.certainty,
        "hedge": claim.hedge,
        "frequency": claim.frequency,
        "effect": _id(claim.effect),
        "direction": _id(claim.direction),
        "expected": claim.expected,
        "min": _plain(claim.minimum),
        "max": _plain(claim.maximum),
        "quantity": claim.quantity,
        "statedAs": claim.stated_as,
        "start": _plain(claim.start_hour),
        "end": _plain(claim.end_hour),
        "order": claim.order,
        "because": [identifier(named.iri) for named in claim.because],
        "attributes": [identifier(named.iri) for named in claim.attributes],
        "scopes": [[kind, identifier(named.iri)] for kind, named in claim.scopes],
        "condition": claim.condition,
        "note": claim.note,
        "evidence": claim.evidence,
        "details": list(claim.details),
        "passages": [
            (identifier(one.source.iri), one.section, one.start, one.end) for one in claim.passages
        ],
        # Most sentences follow from the parts; whoever reads them back compares with this one.
        "sentence": sentence(claim),
    }


def _id(named: Named | None) -> str:
    return identifier(named.iri) if named else ""


def _plain(number: Decimal | None) -> float | int | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
