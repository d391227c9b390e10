"""Blank nodes under names that do not depend on the file: by all that hangs together with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import pyoxigraph as ox

from skingraph.sandbox import Limits, in_child

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMITS: Final = Limits(seconds=60, memory=2 << 30, answer=512 << 20)

Marked = TypeVar("Marked", ox.NamedNode, ox.BlankNode, ox.Literal, ox.Triple)


def renamed(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Statements with blank nodes, each node named by all that hangs together with it.

    Working out such names can take for ever, so a child with limits does.
    """
    triples = sorted({quad.triple for quad in quads}, key=str)
    if not triples:
        return []
    import hashlib

    def named() -> bytes:
        lines: list[ox.Triple] = []
        seen: dict[str, int] = {}
        for component in _components(triples):
            dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in component)
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            body = "\n".join(sorted(map(str, dataset)))
            digest = hashlib.sha256(body.encode()).hexdigest()[:16]
            # The same twice is two.
            seen[digest] = seen.get(digest, 0) + 1
            mark = f"b{digest}n{seen[digest]}"
            lines += [
                ox.Triple(_marked(q.subject, mark), q.predicate, _marked(q.object, mark))
                for q in dataset
            ]
        return ox.serialize(lines, format=ox.RdfFormat.N_TRIPLES) or b""

    renamed = in_child(named, LIMITS)
    return list(ox.parse(renamed, format=ox.RdfFormat.N_TRIPLES))


def _marked(term: Marked, mark: str) -> Marked | ox.BlankNode:
    return ox.BlankNode(f"{mark}{term.value}") if isinstance(term, ox.BlankNode) else term


def _components(triples: Iterable[ox.Triple]) -> list[list[ox.Triple]]:
    """The statements in parts that share no blank node."""
    leader: dict[ox.BlankNode, ox.BlankNode] = {}

    def find(node: ox.BlankNode) -> ox.BlankNode:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    blanks = {
        triple: [term for term in (triple.subject, triple.object) if isinstance(term, ox.BlankNode)]
        for triple in triples
    }
    for nodes in blanks.values():
        leader[find(nodes[0])] = find(nodes[-1])
    parts: dict[ox.BlankNode, list[ox.Triple]] = {}
    for triple, nodes in blanks.items():
        parts.setdefault(find(nodes[0]), []).append(triple)
    return list(parts.values())
