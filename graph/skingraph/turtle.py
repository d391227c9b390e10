"""Curated Turtle in its one form, so that a change shows as the lines that changed.

Subjects stand in the order of their IRIs, predicates in reading order, prefixes only where used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from skingraph.errors import BadFile
from skingraph.output import write_whole
from skingraph.prefixes import PREFIXES, SKG

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import rdflib

FOLDERS: Final = ("concepts", "sources", "claims")

_S, _D, _R, _RS = (PREFIXES[name] for name in ("skos", "dcterms", "rdf", "rdfs"))
READING_ORDER: Final = (
    *(_R + name for name in ("type", "subject", "predicate", "object")),
    *(_S + name for name in ("prefLabel", "altLabel", "hiddenLabel", "definition")),
    *(_S + name for name in ("inScheme", "broader", "related")),
    *(_D + name for name in ("title", "publisher", "date", "identifier", "license")),
    *(SKG + name for name in ("effect", "strength", "becauseOf", "minimum", "maximum", "statedAs")),
    *(SKG + name for name in ("startHour", "endHour", "order", "attribute", "direction")),
    *(SKG + name for name in ("bodySite", "severity", "population", "setting", "about", "using")),
    *(SKG + name for name in ("condition", "expected", "frequency")),
    *(SKG + name for name in ("polarity", "certainty", "hedge")),
    *(SKG + name for name in ("passage", "source", "section", "start", "end", "hash")),
)


def tidy(text: str, *, where: str = "the text") -> str:
    """The same triples in the one form; a comment block at the top is kept.

    Raises:
        BadFile: it is no Turtle, or holds a blank node, or a comment that would be lost.
    """
    import rdflib

    head, body = _leading_comment(text)
    for number, line in enumerate(body.splitlines(), 1 + head.count("\n")):
        if line.lstrip().startswith("#"):
            raise BadFile(
                f"{where}:{number}: a comment here would be lost. "
                "Make it a triple (skos:editorialNote), or move it to the top of the file."
            )
    try:
        list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    except SyntaxError as error:
        message = " ".join(str(error.msg).split())
        raise BadFile(f"{where}:{error.lineno}:{error.offset}: no Turtle ({message}).") from error
    graph = rdflib.Graph(bind_namespaces="none").parse(data=body, format="turtle")
    for triple in graph:
        if any(isinstance(term, rdflib.BNode) for term in triple):
            raise BadFile(f"{where}: holds a blank node. Give it an IRI, so that it can be cited.")
    return head + _written(graph)


def tidy_files(paths: list[Path], *, check: bool) -> list[Path]:
    """The files that are not in the one form; without `check` they are rewritten.

    Raises:
        BadFile: a file cannot be read or rewritten; the files before it may have been tidied.
        CannotWrite: a file cannot be written.
    """
    untidy = []
    for path in paths:
        if path.exists() and not path.is_file():
            raise BadFile(f"{path}: is no file. Name a Turtle file.")
        try:
            before = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise BadFile(f"{path}: is not UTF-8 at byte {error.start}.") from error
        except OSError as error:
            raise BadFile(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
        after = tidy(before, where=str(path))
        if after != before:
            untidy.append(path)
            if not check:
                write_whole(path, after.encode())
    return untidy


def _leading_comment(text: str) -> tuple[str, str]:
    lines = text.splitlines(keepends=True)
    count = 0
    while count < len(lines) and lines[count].startswith("#"):
        count += 1
    return "".join(lines[:count]), "".join(lines[count:])


def _written(graph: rdflib.Graph) -> str:
    from rdflib.plugins.serializers.turtle import TurtleSerializer

    class Canonical(TurtleSerializer):  # type: ignore[misc, unused-ignore]
        """rdflib's Turtle with our order of subjects and predicates."""

        predicateOrder = [_term(iri) for iri in READING_ORDER]  # noqa: RUF012

        def orderSubjects(self) -> list[Any]:
            return sorted(set(self.store.subjects()))

        def sortProperties(self, properties: Mapping[Any, list[Any]]) -> list[Any]:
            rank = {term: place for place, term in enumerate(self.predicateOrder)}
            for objects in properties.values():
                objects.sort(key=lambda term: (str(term), term.n3()))
            return sorted(properties, key=lambda term: (rank.get(term, len(rank)), str(term)))

    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, override=True, replace=True)
    import io

    out = io.BytesIO()
    Canonical(graph).serialize(out)
    return out.getvalue().decode().strip() + "\n"


def _term(iri: str) -> rdflib.URIRef:
    import rdflib

    return rdflib.URIRef(iri)
