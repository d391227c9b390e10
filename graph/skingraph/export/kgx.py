"""The columns of KGX, for the tools of the Biolink Model.

Categories and predicates are those that our schema matches with Biolink's; where it matches none,
the most general one stands, and ours beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.export.delimited import Layout
from skingraph.loading import schema_files
from skingraph.prefixes import PREFIXES, curie, expand
from skingraph.property_graph import Edge

if TYPE_CHECKING:
    from skingraph.export.columns import Cell, Part
    from skingraph.property_graph import Node

_BIOLINK: Final = PREFIXES["biolink"]
_ANYTHING: Final = "biolink:NamedThing"
_RELATED: Final = "biolink:related_to"
# From the nearest to the widest; a narrower term would say more than ours.
_MATCHES: Final = ("exactMatch", "closeMatch", "broadMatch")
_WIDER: Final = ("subClassOf", "subPropertyOf")

_NODE: Final = ("id", "category", "name", "description", "xref", "synonym", "iri")
_EDGE: Final = (
    *("id", "subject", "predicate", "object", "category", "original_predicate", "negated"),
    *("knowledge_level", "agent_type", "primary_knowledge_source", "publications", "description"),
)
# What these say already.
_NODE_TOLD: Final = {"id", "iri", "label", "definition", "synonyms"}
_EDGE_TOLD: Final = {"id", "subject", "predicate", "object", "says", "sources"}


def layout(part: Part) -> Layout:
    """Nodes or edges with the columns of KGX first, and our own after them."""
    biolink = _Biolink()
    is_edges = any(column.name == "subject" for column in part.columns)
    told = _EDGE_TOLD if is_edges else _NODE_TOLD
    more = [column.name for column in part.columns if column.name not in told]

    def cells(element: Node | Edge) -> list[Cell]:
        first = biolink.edge(element) if isinstance(element, Edge) else biolink.node(element)
        return [*first, *(getattr(element, name) for name in more)]

    return Layout(
        [*(_EDGE if is_edges else _NODE), *more],
        cells,
        tool="KGX",
        between="|",
        instead="/",
        quoting=False,
    )


class _Biolink:
    """Biolink's terms for ours, as the schema matches them."""

    def __init__(self) -> None:
        self._schema = ox.Store()
        schema_files(self._schema)
        self._found: dict[str, str] = {}

    def node(self, node: Node) -> list[Cell]:
        """The cells of KGX's own columns. A cross-reference is the same thing, not a near one."""
        kinds = {self._term(f"skg:{kind}", _ANYTHING) for kind in node.kinds} - {_ANYTHING}
        categories = tuple(sorted(kinds)) or (_ANYTHING,)
        return [
            *(node.id, categories, node.label, node.definition),
            *(node.exact_match, node.synonyms, node.iri),
        ]

    def edge(self, edge: Edge) -> list[Cell]:
        """The cells of KGX's own columns. What is neither affirmed nor denied is merely related."""
        undecided = edge.refuted and edge.polarity != "refutes"
        predicate = _RELATED if undecided else self._term(edge.predicate, _RELATED)
        return [
            *(edge.id, edge.subject, predicate, edge.object, ("biolink:Association",)),
            *(edge.predicate, None if undecided else edge.refuted),
            "logical_entailment" if edge.inherited else "knowledge_assertion",
            "automated_agent" if edge.inherited else "manual_agent",
            *(edge.sources[0] if edge.sources else "", edge.sources, edge.says),
        ]

    def _term(self, name: str, general: str) -> str:
        if name not in self._found:
            self._found[name] = self._match(expand(name) or name) or general
        return self._found[name]

    def _match(self, iri: str) -> str:
        """The match of a term, or of the nearest one above it."""
        waiting, seen = [iri], {iri}
        while waiting:
            this = waiting.pop(0)
            for match in _MATCHES:
                for end in self._ends(this, PREFIXES["skos"] + match):
                    if end.startswith(_BIOLINK):
                        return curie(end)
            wider = [end for name in _WIDER for end in self._ends(this, PREFIXES["rdfs"] + name)]
            waiting += [end for end in wider if end not in seen]
            seen.update(wider)
        return ""

    def _ends(self, iri: str, property_: str) -> list[str]:
        quads = self._schema.quads_for_pattern(
            ox.NamedNode(iri), ox.NamedNode(property_), None, None
        )
        return sorted(quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode))
