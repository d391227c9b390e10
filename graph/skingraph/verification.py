"""Whether a file is a true part of a graph: nothing in it is foreign, and nothing is cut.

With its manifest it is also proved that it is the part that the manifest says, made again from the
graph; so a file in any format can be verified.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import pyoxigraph as ox

from skingraph.counting import Counts, counts
from skingraph.errors import BadFile, QueryStopped
from skingraph.export import FORMATS, RDF_FORMATS, concepts_csv, write
from skingraph.loading import INFERRED_GRAPH, PLAIN_GRAPH, SCHEMA_GRAPH, schema_files
from skingraph.manifest import CONCEPTS, ENDING, Hashed, Manifest, content_of, sum_of
from skingraph.packing import packed, packing_of, without_packing
from skingraph.parts import denials_missing
from skingraph.prefixes import PREFIXES, SKG, curie
from skingraph.rows import Rows, union_select
from skingraph.selection import edge_worthy
from skingraph.store import SkinGraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.rows import Term

_RDF, _SKOS = PREFIXES["rdf"], PREFIXES["skos"]
_TYPE: Final = ox.NamedNode(_RDF + "type")
_LABEL: Final = ox.NamedNode(_SKOS + "prefLabel")
_SUBJECT, _PREDICATE, _OBJECT = (
    ox.NamedNode(_RDF + name) for name in ("subject", "predicate", "object")
)
_CLAIM, _PASSAGE, _SOURCE, _INHERITED = (
    ox.NamedNode(SKG + name) for name in ("Claim", "Passage", "Source", "InheritedEdge")
)
_CUT: Final = {_CLAIM: "cut-claim", _PASSAGE: "cut-passage", _SOURCE: "cut-source"}
_BASED_ON: Final = ox.NamedNode(SKG + "basedOn")
_STATED_IN: Final = (ox.NamedNode(SKG + "passage"), ox.NamedNode(SKG + "source"))
_FIRM: Final = (
    ox.NamedNode(SKG + "absolutelyContraindicatedIn"),
    ox.NamedNode(SKG + "relativelyContraindicatedIn"),
)
_CONTRAINDICATED: Final = ox.NamedNode(SKG + "contraindicatedIn")
_CONCEPTS: Final = "SELECT ?x { ?class rdfs:subClassOf* skg:Concept . ?x a ?class }"
_PREDICATES: Final = "SELECT DISTINCT ?p { ?c a skg:Claim ; rdf:predicate ?p }"

_Triple = ox.Triple | ox.Quad


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: the kind of it, the thing it is about, and what is foreign or missing."""

    kind: str
    thing: str
    what: str

    def __str__(self) -> str:
        return (
            f"{self.kind}: {self.thing}: {self.what}" if self.thing else f"{self.kind}: {self.what}"
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a file is a true part, what it holds, and what stands against it."""

    counts: Counts | None
    faults: tuple[Fault, ...]
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True where nothing stands against it."""
        return not self.faults

    def rows(self) -> Rows:
        """The faults as a table."""
        cells = ((fault.kind, fault.thing, fault.what) for fault in self.faults)
        terms: list[tuple[Term | None, ...]] = [tuple(map(ox.Literal, row)) for row in cells]
        return Rows(("fault", "thing", "what"), tuple(terms))


def verify(graph: SkinGraph, path: str | Path, manifest: str | Path | None = None) -> Proof:
    """Prove that a file is a true part of a graph, or tell what it is not.

    Args:
        graph: the whole.
        path: an RDF file, packed or not; with a manifest a file in any format of `export`.
        manifest: what `export --manifest` wrote. Without one, the file beside it counts that is
            called as it is, with .manifest.json after it, where there is such a file.

    Raises:
        BadFile: the file or the manifest cannot be read, or a file that is not RDF has none.
    """
    path = Path(path)
    beside = Path(f"{path}{ENDING}")
    said = Manifest.read(manifest or beside) if manifest or beside.is_file() else None
    ending = without_packing(path.name).rpartition(".")[2].lower()
    known = {end for name in RDF_FORMATS for end in FORMATS[name].endings}
    is_rdf = said.format in RDF_FORMATS if said else ending in known
    if not is_rdf and said is None:
        raise BadFile(
            f"{path}: is no RDF file, and without its manifest nothing can be proved of it. Name "
            "the manifest with --manifest"
        )
    faults: list[Fault] = []
    remarks: list[str] = []
    held = None
    if is_rdf:
        part = _read(path)
        if not len(part):
            faults.append(Fault("holds-nothing", path.name, "no statement is in it"))
        held = counts(SkinGraph(_with_schema(part, graph)))
        faults += _foreign(part, graph)
        faults += _cut(part, graph)
        faults += _bare(part, graph)
        # Over what is foreign a rule might run for hours.
        faults += _denied(part, graph) if not faults else ()
    if said is not None:
        faults += _not_as_said(path, said, graph)
        if is_rdf and not faults:
            remarks.append(
                f"it is what its manifest says: {said.tool}, {said.release or 'undated'}"
            )
    return Proof(held, tuple(dict.fromkeys(faults)), tuple(remarks))


def _read(path: Path) -> ox.Store:
    """The statements of a file, in the graphs that it names."""
    from skingraph.overlays import Filling, as_they_stand

    store = ox.Store()
    as_they_stand(Filling(store), [path])
    return store


def _with_schema(part: ox.Store, graph: SkinGraph) -> ox.Store:
    """The same with the schema, so that classes are known."""
    store = ox.Store()
    store.extend(part)
    schema = list(graph._at_hand().quads_for_pattern(None, None, None, SCHEMA_GRAPH))
    if schema:
        store.extend(schema)
    else:
        schema_files(store)
    return store


def _foreign(part: ox.Store, graph: SkinGraph) -> Iterator[Fault]:
    """The statements that the graph does not make, or makes only in another named graph."""
    whole = graph._at_hand()
    ours = {name for name in whole.named_graphs() if isinstance(name, ox.NamedNode)}
    nameless: list[ox.Quad] = []
    for quad in part:
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            nameless.append(quad)
        elif not _says(whole, quad):
            yield Fault("foreign-statement", _name(quad.subject), _what(quad))
        elif quad.graph_name in ours and quad not in whole:
            where = " and ".join(sorted({_name(q.graph_name) for q in _places(whole, quad)}))
            yield Fault(
                "other-graph",
                _name(quad.subject),
                f"{_what(quad)} stands in {_name(quad.graph_name)}, and in the graph in {where}",
            )
    if nameless:
        blank = [quad for quad in whole if isinstance(quad.subject, ox.BlankNode)]
        blank += [
            quad
            for quad in whole
            if isinstance(quad.object, ox.BlankNode) and not isinstance(quad.subject, ox.BlankNode)
        ]
        there = _shapes(blank)
        for shape, quad in _shapes(nameless).items():
            if shape not in there:
                yield Fault("foreign-statement", _name(quad.subject), _what(quad))


def _cut(part: ox.Store, graph: SkinGraph) -> Iterator[Fault]:
    """The claims, passages, sources and concepts of which something is missing."""
    whole = graph._at_hand()
    here = {quad.subject for quad in part}
    waiting = [node for node in here if _kinds(whole, node) & _CUT.keys()]
    seen = set(waiting)
    named: set[ox.NamedNode] = set()
    while waiting:
        node = waiting.pop()
        kinds = _kinds(whole, node)
        kind = next(kind for kind in _CUT if kind in kinds)
        for quad in _asserted(whole, node):
            if not _says(part, quad):
                yield Fault(_CUT[kind], _name(node), f"lacks {_what(quad)}")
            if quad.predicate in _STATED_IN and quad.object not in seen:
                seen.add(quad.object)
                waiting += [quad.object] if _kinds(whole, quad.object) & _CUT.keys() else []
            elif isinstance(quad.object, ox.NamedNode) and _CLAIM in kinds:
                named.add(quad.object)
    concepts = {concept for (concept,) in union_select(whole, _CONCEPTS)}
    has_labels = any(True for _ in part.quads_for_pattern(None, _LABEL, None, None))
    for concept in sorted(named & concepts, key=str):
        for quad in _asserted(whole, concept):
            wanted = quad.predicate == _TYPE or (has_labels and quad.predicate == _LABEL)
            if wanted and not _says(part, quad):
                yield Fault("cut-concept", _name(concept), f"lacks {_what(quad)}")
    for quad in whole.quads_for_pattern(None, _TYPE, _INHERITED, None):
        if quad.subject in here:
            yield from _cut_mark(part, whole, quad.subject)


def _cut_mark(part: ox.Store, whole: ox.Store, edge: object) -> Iterator[Fault]:
    """What is missing of the mark that something is inherited, or of the claim behind it."""
    assert isinstance(edge, ox.NamedNode | ox.BlankNode)
    for quad in whole.quads_for_pattern(edge, None, None, None):
        if not _says(part, quad):
            yield Fault("cut-inheritance", _name(edge), f"lacks {_what(quad)}")
        elif quad.predicate == _BASED_ON and _CLAIM not in _kinds(part, quad.object):
            yield Fault("cut-inheritance", _name(edge), f"lacks the claim {_name(quad.object)}")


def _bare(part: ox.Store, graph: SkinGraph) -> Iterator[Fault]:
    """Edges without their claims, where an edge says more than any claim behind it."""
    whole = graph._at_hand()
    predicates = {p for (p,) in union_select(whole, _PREDICATES)} | set(_FIRM)
    worthy: set[ox.NamedNode] | None = None
    for quad in part:
        if quad.predicate not in predicates or quad.graph_name == INFERRED_GRAPH:
            continue
        places = {place.graph_name for place in _places(whole, quad)}
        if not places or places - {INFERRED_GRAPH, PLAIN_GRAPH}:
            continue
        behind = set(_behind(whole, quad))
        if any(_kinds(part, node) & {_CLAIM, _INHERITED} for node in behind):
            continue
        worthy = edge_worthy(whole) if worthy is None else worthy
        if not behind & worthy:
            why = (
                "is denied, hedged, limited or inherited in each claim behind it, and none is here"
            )
            yield Fault("bare-edge", _name(quad.subject), f"{_what(quad)} {why}")


def _behind(whole: ox.Store, edge: _Triple) -> Iterator[ox.NamedNode]:
    """The claims, and the marks of inherited ones, from which an edge comes."""
    predicate = _CONTRAINDICATED if edge.predicate in _FIRM else edge.predicate
    for quad in whole.quads_for_pattern(None, _OBJECT, edge.object, None):
        thing = quad.subject
        if (
            isinstance(thing, ox.NamedNode)
            and _says(whole, ox.Triple(thing, _SUBJECT, edge.subject))
            and _says(whole, ox.Triple(thing, _PREDICATE, predicate))
        ):
            yield thing


def _denied(part: ox.Store, graph: SkinGraph) -> Iterator[Fault]:
    """The denials that are missing, where rules would pass on what they deny."""
    for claim in sorted(denials_missing(_with_schema(part, graph), graph._at_hand()), key=str):
        what = "is left out, and without it rules infer from the file what it denies"
        yield Fault("denial-left-out", _name(claim), what)


def _not_as_said(path: Path, said: Manifest, graph: SkinGraph) -> Iterator[Fault]:
    """What is not as the manifest says: the file, the graph, and what the recipe gives."""
    size, digest = sum_of(path)
    listed = [file for file in said.files if file.sha256 == digest and file.bytes == size]
    if not listed:
        yield Fault("file-differs", path.name, f"its SHA-256 {digest} is not in the manifest")
        return
    here = content_of(graph)
    if here != said.graph:
        what = f"the manifest is of {said.release or 'a graph'} with SHA-256 {said.graph.sha256}"
        what += f", this graph has {here.sha256}. Verify it with that graph"
        yield Fault("graph-differs", graph.release, what)
        return
    cut = said.recipe.cut(graph)
    held = {name: getattr(cut.counts, name) for name in said.counts if hasattr(cut.counts, name)}
    if held != said.counts:
        yield Fault("counts-differ", path.name, f"the selection gives {cut.counts}")
    if said.recipe.query_text() != said.query:
        yield Fault("query-differs", said.recipe.question, "the question has another text here")
    if said.content is not None:
        if content_of(cut.graph, whole=said.options.whole) != said.content:
            yield Fault("content-differs", path.name, "the selection gives other statements")
        if content_of(SkinGraph(_read(path), union=True), whole=True) != said.content:
            yield Fault("content-differs", path.name, "the file holds other statements")
        return
    again = Hashed()
    packing = packing_of(path)
    if packing is None:
        _write_again(cut.graph, said, listed[0].part, again.as_file())
    else:
        with packed(again.as_file(), packing) as inner:
            _write_again(cut.graph, said, listed[0].part, inner)
    if again.sha256 != digest:
        yield Fault("content-differs", path.name, "the same export gives other bytes here")


def _write_again(graph: SkinGraph, said: Manifest, part: str, file: BinaryIO) -> None:
    if (said.format, part) == ("csv", CONCEPTS):
        file.write(concepts_csv(graph))
    else:
        write(graph, said.format, file, replace(said.options, part=part))


def _shapes(quads: list[ox.Quad]) -> dict[str, ox.Quad]:
    """Each group of statements joined by blank nodes, by its canonical form."""
    groups: dict[ox.BlankNode, list[ox.Quad]] = {}
    for quad in quads:
        ends = [end for end in (quad.subject, quad.object) if isinstance(end, ox.BlankNode)]
        merged: list[ox.Quad] = [quad]
        for group in {id(groups[end]): groups[end] for end in ends if end in groups}.values():
            merged += group
        for member in merged:
            for end in (member.subject, member.object):
                if isinstance(end, ox.BlankNode):
                    groups[end] = merged
    found = list({id(group): group for group in groups.values()}.values())
    return dict(zip(_forms(found), (group[0] for group in found), strict=True))


def _forms(groups: list[list[ox.Quad]]) -> list[str]:
    """A canonical form of each group, worked out where it can be stopped."""
    from skingraph.sandbox import Limits, in_child

    def work() -> bytes:
        forms = []
        for group in groups:
            dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in group)
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            lines = sorted(map(str, dataset))
            forms.append(sha256("\n".join(lines).encode()).hexdigest())
        return "\n".join(forms).encode()

    try:
        return in_child(work, Limits(seconds=60)).decode().split("\n") if groups else []
    except QueryStopped as stop:
        reason = str(stop).partition(";")[0]
        raise BadFile(
            f"its blank nodes are so much alike that telling them apart was {reason}. Name them"
        ) from stop


def _asserted(store: ox.Store, node: object) -> list[ox.Quad]:
    if not isinstance(node, ox.NamedNode | ox.BlankNode):
        return []
    found = store.quads_for_pattern(node, None, None, None)
    left_out = (SCHEMA_GRAPH, INFERRED_GRAPH)
    return sorted((quad for quad in found if quad.graph_name not in left_out), key=str)


def _kinds(store: ox.Store, node: object) -> set[object]:
    if not isinstance(node, ox.NamedNode | ox.BlankNode):
        return set()
    return {quad.object for quad in store.quads_for_pattern(node, _TYPE, None, None)}


def _places(store: ox.Store, said: _Triple) -> Iterator[ox.Quad]:
    return iter(store.quads_for_pattern(said.subject, said.predicate, said.object, None))


def _says(store: ox.Store, said: _Triple) -> bool:
    return next(_places(store, said), None) is not None


def _what(quad: _Triple) -> str:
    return f"{_name(quad.predicate)} {_name(quad.object)}"


def _name(term: object) -> str:
    if isinstance(term, ox.DefaultGraph):
        return "no graph"
    return curie(term.value) if isinstance(term, ox.NamedNode) else str(term)
