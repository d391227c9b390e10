"""What a graph is, for machines: its description in VoID and DCAT, with counted statistics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from skingraph.loading import ASSERTED_GRAPH, INFERRED_GRAPH, MAPPINGS_GRAPH, SCHEMA_GRAPH
from skingraph.mappings import mapping_sets
from skingraph.prefixes import PREFIXES, SKIN, VOCABULARIES, curie
from skingraph.store import graph_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.store import SkinGraph

# What such descriptions are written in, beside the prefixes of the table.
NAMESPACES: Final = {
    "dataset": "https://w3id.org/skingraph/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "formats": "http://www.w3.org/ns/formats/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "spdx": "http://spdx.org/rdf/terms#",
    "sssom": "https://w3id.org/sssom/",
    "void": "http://rdfs.org/ns/void#",
}
VOID: Final = NAMESPACES["dataset"]

_ALL: Final = PREFIXES | NAMESPACES
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_ONTOLOGY: Final = ox.NamedNode(SKIN + "schema")
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_FEATURES: Final = ("JSON-LD", "N-Quads", "N-Triples", "RDF_XML", "TriG", "Turtle")
_TITLE: Final = "skingraph: an open knowledge graph of skin concerns"
_ABOUT: Final = (
    "Claims about skin concerns, treatments and their mechanisms, each with its source, its place "
    "in the source and its grade of evidence. It carries information and no medical advice."
)
_PARTS: Final = {
    SCHEMA_GRAPH: ("schema", "Classes, properties and grades"),
    ASSERTED_GRAPH: ("asserted", "Concepts, claims, passages and sources"),
    MAPPINGS_GRAPH: ("mappings", "Matches of the concepts in other vocabularies"),
    INFERRED_GRAPH: ("inferred", "What rules add to the claims"),
}
_EXAMPLE: Final = ox.NamedNode(SKIN + "microneedling")
_KEYWORDS: Final = ("provenance", "skin", "skin care", "skin treatments")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """A file in which the graph is handed out: its media type, size in bytes and SHA-256."""

    name: str
    media_type: str
    size: int
    sha256: str
    holds: str


def describe(graph: SkinGraph, *, base: str = SKIN, files: Iterable[ReleaseFile] = ()) -> SkinGraph:
    """The description of a graph: licence, version, sources, links, and what it holds, counted.

    Args:
        graph: what is described.
        base: the address below which the graph is served, ending in a stroke. The SPARQL endpoint
            is named below it; the graph's own names are not, since no service stands there.
        files: the files of a release that hold it.
    """
    triples = [
        *_document(),
        *_dataset(graph, _Statistics.of(graph.store)),
        *_mapping_sets(graph),
        *(_service(base) if base != SKIN else ()),
        *(triple for file in files for triple in _distribution(file)),
    ]
    return graph_of(triples)


@dataclass(slots=True)
class _Statistics:
    """What is counted in one pass over all statements."""

    triples: int
    by_graph: Counter[ox.NamedNode]
    by_property: Counter[ox.NamedNode]
    by_class: dict[ox.NamedNode, set[ox.NamedNode | ox.BlankNode]]
    subjects: dict[ox.NamedNode, set[object]]
    objects: dict[ox.NamedNode, set[object]]
    links: Counter[tuple[str, str]]

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> _Statistics:
        found = cls(0, Counter(), Counter(), {}, {}, {}, Counter())
        for quad in quads:
            property_, value = quad.predicate, quad.object
            found.triples += 1
            found.by_property[property_] += 1
            found.subjects.setdefault(property_, set()).add(quad.subject)
            found.objects.setdefault(property_, set()).add(value)
            if isinstance(quad.graph_name, ox.NamedNode):
                found.by_graph[quad.graph_name] += 1
            if property_ == _TYPE and isinstance(value, ox.NamedNode):
                assert not isinstance(quad.subject, ox.Triple)
                found.by_class.setdefault(value, set()).add(quad.subject)
            elif property_.value.endswith("Match") and isinstance(value, ox.NamedNode):
                prefix = curie(value.value).partition(":")[0]
                if prefix in VOCABULARIES:
                    found.links[prefix, property_.value] += 1
        return found


def _document() -> Iterator[ox.Triple]:
    this = ox.NamedNode(VOID.removesuffix("#"))
    yield _triple(this, "rdf:type", _n("void:DatasetDescription"))
    yield _triple(this, "dcterms:title", _english("Description of the skingraph dataset"))
    yield _triple(this, "foaf:primaryTopic", _node("dataset"))


def _dataset(graph: SkinGraph, found: _Statistics) -> Iterator[ox.Triple]:
    this = _node("dataset")
    yield _triple(this, "rdf:type", _n("void:Dataset"))
    yield _triple(this, "rdf:type", _n("dcat:Dataset"))
    yield _triple(this, "dcterms:title", _english(_TITLE))
    yield _triple(this, "dcterms:description", _english(_ABOUT))
    for word in _KEYWORDS:
        yield _triple(this, "dcat:keyword", _english(word))
    yield _triple(this, "void:uriSpace", ox.Literal(SKIN))
    for name in _FEATURES:
        yield _triple(this, "void:feature", _n(f"formats:{name}"))
    # Of what stands beside the shipped graphs the licence and the version say nothing.
    ours = not found.by_graph.keys() - _PARTS.keys()
    yield from _publication(graph, this, whole=ours)
    for (source,) in graph.select("SELECT DISTINCT ?s { ?s a skg:Source } ORDER BY ?s").terms:
        assert isinstance(source, ox.NamedNode)
        yield _triple(this, "dcterms:source", source)
    if _EXAMPLE in set().union(*found.by_class.values()):
        yield _triple(this, "void:exampleResource", _EXAMPLE)
    yield from _counted(this, found)
    for part_of_it, count in found.by_graph.items():
        yield from _part(graph, part_of_it, count)
    for class_, members in found.by_class.items():
        part = _partition("class", class_)
        yield _triple(this, "void:classPartition", part)
        yield _triple(part, "void:class", class_)
        yield _triple(part, "void:entities", _number(len(members)))
    for property_, count in found.by_property.items():
        part = _partition("property", property_)
        yield _triple(this, "void:propertyPartition", part)
        yield _triple(part, "void:property", property_)
        yield _triple(part, "void:triples", _number(count))
        yield _triple(part, "void:distinctSubjects", _number(len(found.subjects[property_])))
        yield _triple(part, "void:distinctObjects", _number(len(found.objects[property_])))
    for (prefix, match), count in found.links.items():
        yield from _linkset(prefix, ox.NamedNode(match), count)


def _publication(graph: SkinGraph, this: ox.NamedNode, *, whole: bool) -> Iterator[ox.Triple]:
    """What the schema says of the release: its version, its dates, who made it, the licence."""
    quads = graph.store.quads_for_pattern(_ONTOLOGY, None, None)
    values = {quad.predicate: quad.object for quad in quads}
    as_said = {
        "owl:versionInfo": ("owl:versionInfo", "dcat:version"),
        "dcterms:created": ("dcterms:issued",),
        "dcterms:modified": ("dcterms:modified",),
        "dcterms:creator": ("dcterms:creator",),
        "dcterms:license": ("dcterms:license",) if whole else (),
    }
    for name, properties in as_said.items():
        value = values.get(_n(name))
        if value is not None:
            for property_ in properties:
                yield ox.Triple(this, _n(property_), value)


def _counted(this: ox.NamedNode, found: _Statistics) -> Iterator[ox.Triple]:
    subjects = set().union(*found.subjects.values())
    objects = set().union(*found.objects.values())
    entities = sum(isinstance(s, ox.NamedNode) and s.value.startswith(SKIN) for s in subjects)
    for name, count in (
        ("triples", found.triples),
        ("entities", entities),
        ("distinctSubjects", len(subjects)),
        ("distinctObjects", len(objects)),
        ("properties", len(found.by_property)),
        ("classes", len(found.by_class)),
    ):
        yield _triple(this, f"void:{name}", _number(count))
    terms = [*found.by_property, *found.by_class]
    spaces = {PREFIXES.get(curie(term.value).partition(":")[0]) for term in terms}
    for namespace in spaces - {None, SKIN}:
        assert namespace is not None
        yield _triple(this, "void:vocabulary", ox.NamedNode(namespace))


def _part(graph: SkinGraph, name: ox.NamedNode, count: int) -> Iterator[ox.Triple]:
    """A named graph of the dataset."""
    slug, title = _PARTS.get(name, (name.value.rpartition(":")[2], f"Statements of {name.value}"))
    this = _node(f"graph-{_slug(slug)}")
    yield _triple(_node("dataset"), "void:subset", this)
    yield _triple(this, "rdf:type", _n("void:Dataset"))
    yield _triple(this, "rdf:type", _n("sd:NamedGraph"))
    yield _triple(this, "sd:name", name)
    yield _triple(this, "dcterms:title", _english(title))
    yield _triple(this, "void:triples", _number(count))
    if name in _PARTS:
        for quad in graph.store.quads_for_pattern(_ONTOLOGY, _n("dcterms:license"), None):
            yield ox.Triple(this, _n("dcterms:license"), quad.object)


def _linkset(prefix: str, match: ox.NamedNode, count: int) -> Iterator[ox.Triple]:
    """The links of one kind to one vocabulary."""
    way = match.value.removeprefix(PREFIXES["skos"])
    this, target = _node(f"links-{prefix}-{way}"), _node(f"vocabulary-{prefix}")
    yield _triple(_node("dataset"), "void:subset", this)
    yield _triple(this, "rdf:type", _n("void:Linkset"))
    yield _triple(this, "void:subjectsTarget", _node("dataset"))
    yield _triple(this, "void:objectsTarget", target)
    yield _triple(this, "void:linkPredicate", match)
    yield _triple(this, "void:triples", _number(count))
    yield _triple(target, "rdf:type", _n("void:Dataset"))
    yield _triple(target, "dcterms:title", ox.Literal(prefix))
    yield _triple(target, "void:uriSpace", ox.Literal(PREFIXES[prefix]))


def _mapping_sets(graph: SkinGraph) -> Iterator[ox.Triple]:
    """The shipped mapping files, where the graph holds what they say."""
    if next(iter(graph.store.quads_for_pattern(None, None, None, MAPPINGS_GRAPH)), None) is None:
        return
    for each in mapping_sets():
        this, said = ox.NamedNode(each.iri), each.metadata
        yield _triple(this, "rdf:type", _n("sssom:MappingSet"))
        yield _triple(this, "dcterms:isPartOf", _node("graph-mappings"))
        yield _triple(this, "dcterms:license", ox.NamedNode(said["license"]))
        for name, property_ in (
            ("mapping_set_title", "dcterms:title"),
            ("mapping_set_version", "owl:versionInfo"),
            ("object_source_version", "sssom:object_source_version"),
        ):
            if name in said:
                yield _triple(this, property_, ox.Literal(said[name]))
        prefix, _, local = said.get("object_source", "").partition(":")
        if prefix in each.prefixes:
            source = ox.NamedNode(each.prefixes[prefix] + local)
            yield _triple(this, "sssom:object_source", source)


def _service(base: str) -> Iterator[ox.Triple]:
    this, endpoint = _node("service"), ox.NamedNode(base + "sparql")
    yield _triple(_node("dataset"), "void:sparqlEndpoint", endpoint)
    yield _triple(this, "rdf:type", _n("dcat:DataService"))
    yield _triple(this, "dcterms:title", _english("SPARQL endpoint"))
    yield _triple(this, "dcat:endpointURL", endpoint)
    yield _triple(this, "dcat:servesDataset", _node("dataset"))


def _distribution(file: ReleaseFile) -> Iterator[ox.Triple]:
    this, sum_ = _node(f"file-{file.name}"), _node(f"checksum-{file.name}")
    yield _triple(_node("dataset"), "dcat:distribution", this)
    yield _triple(this, "rdf:type", _n("dcat:Distribution"))
    yield _triple(this, "dcterms:title", ox.Literal(file.name))
    yield _triple(this, "dcterms:description", _english(file.holds))
    yield _triple(this, "dcat:mediaType", ox.NamedNode(_MEDIA + file.media_type))
    size = ox.Literal(str(file.size), datatype=_n("xsd:nonNegativeInteger"))
    yield _triple(this, "dcat:byteSize", size)
    yield _triple(this, "spdx:checksum", sum_)
    yield _triple(sum_, "rdf:type", _n("spdx:Checksum"))
    yield _triple(sum_, "spdx:algorithm", _n("spdx:checksumAlgorithm_sha256"))
    value = ox.Literal(file.sha256, datatype=_n("xsd:hexBinary"))
    yield _triple(sum_, "spdx:checksumValue", value)


def _triple(subject: ox.NamedNode, property_: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
    return ox.Triple(subject, _n(property_), value)


def _n(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(_ALL[prefix] + local)


def _node(name: str) -> ox.NamedNode:
    """A name of our own; there are no blank nodes, so that everything can be cited."""
    return ox.NamedNode(VOID + name)


def _partition(kind: str, term: ox.NamedNode) -> ox.NamedNode:
    return _node(f"{kind}-{_slug(curie(term.value))}")


def _slug(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in text)


def _number(count: int) -> ox.Literal:
    return ox.Literal(str(count), datatype=_n("xsd:integer"))


def _english(text: str) -> ox.Literal:
    return ox.Literal(text, language="en")
