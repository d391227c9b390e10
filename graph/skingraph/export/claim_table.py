"""The claims of a graph, and its concepts, each as one CSV table with the columns of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.catalogue import named
from skingraph.tables import write_rows

if TYPE_CHECKING:
    from skingraph.export.format import Options
    from skingraph.store import SkinGraph

_CONCEPTS: Final = """
SELECT ?concept ?label ?types ?definition WHERE {
  { SELECT ?concept (GROUP_CONCAT(?type; separator=" ") AS ?types) WHERE {
      ?class rdfs:subClassOf+ skg:Concept .
      ?concept a ?class .
      BIND (REPLACE(STR(?class), "^.*#", "") AS ?type)
    } GROUP BY ?concept }
  ?concept skos:prefLabel ?label .
  OPTIONAL { ?concept skos:definition ?definition }
}
ORDER BY ?concept
"""


def write_claims(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """One row a claim and passage, as the query `claims` gives them."""
    file.write(write_rows(graph.select(named("claims").text), "csv").encode())
    return ()


def concepts_csv(graph: SkinGraph) -> bytes:
    """The concepts of a graph as a CSV table: IRI, label, types, definition."""
    return write_rows(graph.select(_CONCEPTS), "csv").encode()
