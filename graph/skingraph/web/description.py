"""The service description: what this endpoint answers, in RDF (SPARQL 1.1 Service Description)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.prefixes import PREFIXES

if TYPE_CHECKING:
    from skingraph.store import SkinGraph

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_COMMENT: Final = ox.NamedNode(PREFIXES["rdfs"] + "comment")


def service_description(
    graph: SkinGraph, endpoint: str, *, seconds: float, has_services: bool
) -> list[ox.Triple]:
    """What the endpoint at this address says of itself, its graphs and its limits.

    Args:
        graph: what it answers from.
        endpoint: its address.
        seconds: how long a query may take.
        has_services: whether SERVICE may name some hosts.
    """
    service = ox.NamedNode(endpoint)
    dataset, default = (ox.NamedNode(f"{endpoint}#{name}") for name in ("dataset", "default"))
    triples = [
        ox.Triple(service, _TYPE, _sd("Service")),
        ox.Triple(service, _sd("endpoint"), service),
        ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        ox.Triple(service, _sd("defaultDataset"), dataset),
        ox.Triple(service, _COMMENT, _english(f"A query is stopped after {seconds:g} seconds.")),
        ox.Triple(dataset, _TYPE, _sd("Dataset")),
        ox.Triple(dataset, _sd("defaultGraph"), default),
        ox.Triple(default, _TYPE, _sd("Graph")),
    ]
    triples += [
        ox.Triple(service, _sd("resultFormat"), ox.NamedNode(_FORMATS + name))
        for name in _RESULT_FORMATS
    ]
    features = ["UnionDefaultGraph"] * graph.union + ["BasicFederatedQuery"] * has_services
    triples += [ox.Triple(service, _sd("feature"), _sd(name)) for name in features]
    names = sorted(
        (name for name in graph.store.named_graphs() if isinstance(name, ox.NamedNode)), key=str
    )
    for number, name in enumerate(names, 1):
        entry, part = (ox.NamedNode(f"{endpoint}#{word}{number}") for word in ("named", "graph"))
        triples += [
            ox.Triple(dataset, _sd("namedGraph"), entry),
            ox.Triple(entry, _TYPE, _sd("NamedGraph")),
            ox.Triple(entry, _sd("name"), name),
            ox.Triple(entry, _sd("graph"), part),
            ox.Triple(part, _TYPE, _sd("Graph")),
        ]
    return triples


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
