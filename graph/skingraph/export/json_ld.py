"""JSON-LD for people to read: each claim with its passages and their documents inside it.

The context is in the file, so that nobody has to fetch one. Its terms follow from the schema, and
never from the data: a property is written the same way in every export.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, BinaryIO, Final

import pyoxigraph as ox

from skingraph.errors import BadParameter
from skingraph.export.ordered import Ordered
from skingraph.export.rdf import remarks
from skingraph.loading import schema_files
from skingraph.prefixes import PREFIXES, SKG, curie, expand
from skingraph.turtle import READING_ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from skingraph.export.format import Options
    from skingraph.export.ordered import Subject
    from skingraph.rows import Term
    from skingraph.store import SkinGraph

_RDF, _SKOS, _XSD = PREFIXES["rdf"], PREFIXES["skos"], PREFIXES["xsd"]
_TYPE: Final = ox.NamedNode(_RDF + "type")
_CLAIM, _PASSAGE, _SOURCE = (ox.NamedNode(SKG + name) for name in ("Claim", "passage", "source"))
_STRING, _INTEGER, _BOOLEAN = (_XSD + name for name in ("string", "integer", "boolean"))
_NAME: Final = "@id"
_OF_OURS: Final = "@vocab"

# Words for the properties of others, and for those of ours whose name is a prefix: by word, the
# property and how its values are written.
_WORDS: Final = {
    "label": ("skos:prefLabel", "en"),
    "synonyms": ("skos:altLabel", "en"),
    "hiddenLabels": ("skos:hiddenLabel", "en"),
    "definition": ("skos:definition", "en"),
    "broader": ("skos:broader", _NAME),
    "related": ("skos:related", _NAME),
    "exactMatch": ("skos:exactMatch", _NAME),
    "closeMatch": ("skos:closeMatch", _NAME),
    "broadMatch": ("skos:broadMatch", _NAME),
    "narrowMatch": ("skos:narrowMatch", _NAME),
    "inScheme": ("skos:inScheme", _NAME),
    "note": ("skos:editorialNote", "en"),
    "condition": ("skg:condition", "en"),
    "title": ("dcterms:title", "en"),
    "date": ("dcterms:date", "xsd:date"),
    "publisher": ("dcterms:publisher", ""),
    "subject": ("rdf:subject", _NAME),
    "predicate": ("rdf:predicate", _OF_OURS),
    "object": ("rdf:object", _NAME),
    "passages": ("skg:passage", _NAME),
    "document": ("skg:source", _NAME),
}
# Of these there may be several, so they are always written as a list.
_SEVERAL: Final = {"synonyms", "hiddenLabels", "passages"}
# What a passage repeats of its document.
_CITED: Final = {PREFIXES["dcterms"] + "title", SKG + "authority", SKG + "evidenceLevel"}
_GRADES: Final = {
    SKG + name
    for name in (
        *("Authority", "Certainty", "Direction", "Effect"),
        *("EvidenceLevel", "Polarity", "Severity", "Strength"),
    )
}
_WRITTEN_AS_TEXT: Final = {_XSD + "decimal", _XSD + "date"}
# A larger number loses digits in some readers of JSON.
_AS_IN_JSON: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")


def write_json_ld(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """JSON-LD, one thing after the other in the order of their names.

    Raises:
        BadParameter: a term is from RDF 1.2, which JSON-LD cannot hold.
    """
    content = Ordered(graph, whole=options.whole)
    terms = _Terms(content)
    file.write(b'{\n "@context": ' + _indented(terms.context()) + b',\n "@graph": [')
    between = b"\n  "
    for node in _nodes(content, terms):
        file.write(between + _indented(node, 2))
        between = b",\n  "
    file.write(b"\n ]\n}\n")
    return remarks(content, "JSON-LD")


def _indented(value: object, by: int = 1) -> bytes:
    written = json.dumps(value, ensure_ascii=False, indent=1)
    return written.replace("\n", "\n" + " " * by).encode()


def _nodes(content: Ordered, terms: _Terms) -> Iterator[dict[str, object]]:
    """The things of the highest level; a passage that a claim holds is inside the claim."""
    named = sorted((terms.name(subject), subject) for subject in content.subjects)
    for _, subject in named:
        is_claim = content.says(subject, _TYPE, _CLAIM)
        if is_claim or not _is_inside_a_claim(content, subject):
            inside = (_PASSAGE, _SOURCE) if is_claim else ()
            yield _node(content, terms, subject, content.about(subject), inside)


def _is_inside_a_claim(content: Ordered, subject: Subject) -> bool:
    if not isinstance(subject, ox.NamedNode):
        return False
    holders = content.subjects_of(_PASSAGE, subject)
    return any(content.says(holder, _TYPE, _CLAIM) for holder in holders)


def _node(
    content: Ordered,
    terms: _Terms,
    subject: Subject,
    triples: Iterable[ox.Triple],
    inside: tuple[ox.NamedNode, ...] = (),
) -> dict[str, object]:
    """What is said of a thing, and inside it what these properties lead to, in the same way.

    A passage is whole in each claim that it is for; of its document it has what cites it.
    """
    said: dict[str, list[object]] = {}
    kinds: list[object] = []
    for triple in sorted(triples, key=_reading_place):
        property_, end = triple.predicate, triple.object
        if property_ == _TYPE and not isinstance(end, ox.Literal):
            kinds.append(terms.kind(end))
            continue
        value = terms.value(property_, end)
        if inside and property_ == inside[0] and isinstance(end, ox.NamedNode):
            told = content.about(end)
            if property_ == _SOURCE:
                told = [each for each in told if each.predicate.value in _CITED]
            if told and not content.says(end, _TYPE, _CLAIM):
                value = _node(content, terms, end, told, inside[1:])
        said.setdefault(terms.key(property_), []).append(value)
    node: dict[str, object] = {_NAME: terms.name(subject)}
    if kinds:
        node["@type"] = kinds[0] if len(kinds) == 1 else kinds
    for key, values in said.items():
        node[key] = values if len(values) > 1 or key in _SEVERAL else values[0]
    return node


_PLACES: Final = {iri: place for place, iri in enumerate(READING_ORDER)}


def _reading_place(triple: ox.Triple) -> tuple[int, str]:
    return _PLACES.get(triple.predicate.value, len(_PLACES)), str(triple)


class _Terms:
    """How names and values are written, and the context that says so."""

    def __init__(self, content: Ordered) -> None:
        # An IRI such as GO:0000001 would be read as a CURIE of ours.
        strange, used = _schemes_and_properties(content)
        self._prefixes = {name: iri for name, iri in PREFIXES.items() if name not in strange}
        terms = {
            word: (expand(name) or name, how)
            for word, (name, how) in (_from_schema() | _WORDS).items()
            if word not in strange and word not in PREFIXES
        }
        self._terms = {word: each for word, each in terms.items() if each[0] in used}
        self._meanings = dict.fromkeys({*PREFIXES, *strange}, "")
        self._meanings |= {word: iri for word, (iri, _) in terms.items()}
        self._keys = {iri: (word, how) for word, (iri, how) in self._terms.items()}

    def context(self) -> dict[str, object]:
        """The context: the prefixes, then the words."""
        context: dict[str, object] = {"@vocab": SKG}
        for prefix, iri in self._prefixes.items():
            # A name that ends in an underscore is taken for a prefix only where it is called one.
            plain = iri.endswith(("/", "#"))
            context[prefix] = iri if plain else {_NAME: iri, "@prefix": True}
        for word, (iri, how) in sorted(self._terms.items()):
            term: dict[str, object] = {_NAME: self._curie(iri)}
            if how == "en":
                term["@language"] = "en"
            elif how:
                term["@type"] = how if how.startswith("@") else self._curie(expand(how) or how)
            if word in _SEVERAL:
                term["@container"] = "@set"
            # What is a name of ours and no more, @vocab says already.
            if iri != SKG + word or len(term) > 1:
                context[word] = term
        return context

    def key(self, property_: ox.NamedNode) -> str:
        """A property as the key of an object."""
        found = self._keys.get(property_.value)
        return found[0] if found else self._of_ours(property_.value)

    def kind(self, term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str:
        """A class."""
        return self._of_ours(term.value) if isinstance(term, ox.NamedNode) else self.name(term)

    def name(self, term: Term) -> str:
        """A thing, as the value of @id."""
        if isinstance(term, ox.NamedNode):
            return self._curie(term.value)
        if isinstance(term, ox.BlankNode):
            return str(term)
        raise BadParameter(
            "jsonld: JSON-LD cannot hold a statement about a statement (RDF 1.2). "
            "Choose another format, such as ttl."
        )

    def value(self, property_: ox.NamedNode, term: Term) -> object:
        """What stands at the other end of a property, as short as its term in the context lets."""
        how = self._keys.get(property_.value, ("", ""))[1]
        if not isinstance(term, ox.Literal):
            if how == _OF_OURS and isinstance(term, ox.NamedNode):
                return self._of_ours(term.value)
            return self.name(term) if how == _NAME else {_NAME: self.name(term)}
        if term.direction is not None:
            raise BadParameter(
                f"jsonld: the direction of the text {term.value[:80]!r} would be lost. "
                "Choose another format, such as ttl."
            )
        if term.language:
            short = how == "en" == term.language
            return term.value if short else {"@language": term.language, "@value": term.value}
        datatype = term.datatype.value
        if datatype == _STRING:
            return {"@value": term.value} if how else term.value
        if not how and datatype == _INTEGER and _AS_IN_JSON.fullmatch(term.value):
            return int(term.value)
        if not how and datatype == _BOOLEAN and term.value in ("true", "false"):
            return term.value == "true"
        if how and datatype == expand(how):
            return term.value
        return {"@type": self._of_ours(datatype), "@value": term.value}

    def _curie(self, iri: str) -> str:
        short = curie(iri)
        return short if short.partition(":")[0] in self._prefixes else iri

    def _of_ours(self, iri: str) -> str:
        """A name of our schema without its prefix, where that means nothing else."""
        local = iri.removeprefix(SKG)
        plain = local != iri and local.isidentifier() and local.isascii()
        return local if plain and self._meanings.get(local, iri) == iri else self._curie(iri)


def _from_schema() -> dict[str, tuple[str, str]]:
    """Our properties by their local names: which lead to things, and which hold what JSON has not.

    Whole numbers, truth values and texts are written as JSON has them.
    """
    store = ox.Store()
    schema_files(store)
    owl, range_ = PREFIXES["owl"], ox.NamedNode(PREFIXES["rdfs"] + "range")
    found = {}
    for kind in ("ObjectProperty", "DatatypeProperty"):
        for quad in store.quads_for_pattern(None, _TYPE, ox.NamedNode(owl + kind), None):
            property_ = quad.subject
            if not isinstance(property_, ox.NamedNode) or not property_.value.startswith(SKG):
                continue
            ranges = [
                each.object.value
                for each in store.quads_for_pattern(property_, range_, None, None)
                if isinstance(each.object, ox.NamedNode)
            ]
            how = _NAME if kind == "ObjectProperty" else ""
            if how and set(ranges) & _GRADES:
                how = _OF_OURS
            elif not how and ranges and ranges[0] in _WRITTEN_AS_TEXT:
                how = curie(ranges[0])
            found[property_.value.removeprefix(SKG)] = (property_.value, how)
    return found


def _schemes_and_properties(content: Ordered) -> tuple[set[str], set[str]]:
    """What stands before the colon in the graph's IRIs, and its properties."""
    schemes: set[str] = set()
    properties: set[str] = set()
    for triple in content.triples():
        properties.add(triple.predicate.value)
        names = [triple.subject, triple.predicate, triple.object]
        if isinstance(triple.object, ox.Literal):
            names[2] = triple.object.datatype
        for term in names:
            if isinstance(term, ox.NamedNode):
                schemes.add(term.value.partition(":")[0])
    return schemes, properties
