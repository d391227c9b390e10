"""Pages: what the graph says of a thing as HTML, at the path of its IRI.

A page is a template and the view of the graph that it shows; this module knows which path has
which. Nothing here opens a file once `prepare` has run.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from skingraph.catalogue import catalogue
from skingraph.citations import NOTICE
from skingraph.claims import STRENGTHS
from skingraph.lessons import lessons
from skingraph.pages.about import ONTOLOGY, statements_about
from skingraph.pages.addresses import Addresses, iri_of, path_of
from skingraph.pages.completion import Suggestions, suggestions
from skingraph.pages.concept import concept_view
from skingraph.pages.explorer import MOST_CLAIMS, count_of_claims, explorer
from skingraph.pages.matrix import matrix_view
from skingraph.pages.query import query_view, static_files
from skingraph.pages.questions import catalogue_view, home_view, question_view
from skingraph.pages.records import claim_view, passage_view, source_view, thing_view
from skingraph.pages.schema import schema_view
from skingraph.pages.teaching import downloads_view, lesson_view, prepare_figures
from skingraph.prefixes import PREFIXES, SKG, SKIN, curie
from skingraph.symbols import SYMBOLS, kind_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from skingraph.lessons import Lesson
    from skingraph.store import SkinGraph

__all__ = ["missing", "page", "paths", "prepare", "statements_about", "static_file", "subject_of"]

# How many pages a process keeps. A graph that is served does not change.
_KEPT: Final = 64
_TEMPLATES: Final = (
    "layout",
    "parts",
    "home",
    "catalogue",
    "question",
    "query",
    "schema",
    "concept",
    "claim",
    "source",
    "passage",
    "thing",
    "missing",
    "matrix",
    "lessons",
    "lesson",
    "downloads",
)
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_LICENCE: Final = """
SELECT ?licence WHERE { <https://w3id.org/skingraph/schema> dcterms:license ?licence }
"""
_MOST_SAID: Final = f"""
SELECT ?thing WHERE {{
  ?claim a skg:Claim ; rdf:subject ?thing .
  FILTER (STRSTARTS(STR(?thing), "{SKIN}"))
}}
GROUP BY ?thing
HAVING (COUNT(?claim) > 200)
ORDER BY DESC(COUNT(?claim)) ?thing
LIMIT 5
"""
_LEVELS: Final = """
SELECT ?code ?label WHERE { ?level a skg:EvidenceLevel ; skos:notation ?code ; rdfs:label ?label }
"""


def prepare(graph: SkinGraph | None = None) -> None:
    """Load all that pages need, so that a process which can open no file writes them too.

    Args:
        graph: given one, what its pages share is worked out as well.
    """
    environment = _environment()
    for name in _TEMPLATES:
        environment.get_template(f"{name}.html.j2")
    static_files()
    prepare_figures()
    _questions()
    if graph is not None:
        _shared(graph)
        for path in (
            "/",
            "/concepts",
            "/query",
            "/schema",
            "/lessons/",
            "/queries/",
            f"/queries/{next(iter(_questions()))}",
        ):
            page(graph, path)
        page(graph, "/concepts", params={"q": "warm"})
        # The few of which most is said take longest; whoever asks first shall not wait for them.
        for row in graph.select(_MOST_SAID):
            page(graph, f"/{str(row['thing']).removeprefix(SKIN)}")


def page(
    graph: SkinGraph, path: str, *, params: Mapping[str, str] | None = None, ending: str = ""
) -> str | None:
    """The HTML page of a path such as `/microneedling`, or None where nothing has that path.

    All links are relative, so that the page works below any address.

    Args:
        graph: what is told about.
        path: from the root, decoded: `/`, `/concepts`, `/query`, `/queries/`, `/queries/NAME`,
            `/lessons/`, `/lessons/NAME`, `/matrix`, `/schema`, or the path of a concept, a claim,
            a source or a passage.
        params: what a form sent: `q` for the search on `/concepts`, the parameters of a named query.
        ending: what is put behind a page's name in links, such as `.html` for a static site.
    """
    if params or ending:
        return _written(graph, path, params or {}, ending)
    kept = _shared(graph).kept
    if path not in kept:
        kept[path] = _written(graph, path, {}, ending)
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    return kept[path]


def missing(graph: SkinGraph, path: str, reason: str) -> str:
    """The HTML page for a path that nothing has; it does not repeat the path.

    Args:
        graph: what is told about elsewhere.
        path: as the browser has it, with its percent signs, so that links lead to the top.
        reason: why there is nothing, in words.
    """
    # Far down, relative links would be longer than the rest of the page.
    at = Addresses.seen_from(path) if path.count("/") < 20 else Addresses("/")
    return _filled(graph, "missing", {"reason": reason}, at)


def subject_of(graph: SkinGraph, path: str) -> str | None:
    """The IRI that a path stands for, if the graph says anything of it; None for other pages."""
    iri = iri_of(path)
    if iri is None:
        return None
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return None
    return iri if any(graph.store.quads_for_pattern(node, None, None)) else None


def paths(graph: SkinGraph) -> frozenset[str]:
    """The paths of all things that have a page, such as `/microneedling`."""
    shared = _shared(graph)
    if shared.paths is None:
        subjects = {quad.subject for quad in graph.store}
        iris = {one.value for one in subjects if isinstance(one, ox.NamedNode)}
        # The terms of the schema share one page.
        apart = (iri for iri in iris if not iri.startswith(SKG))
        shared.paths = frozenset(filter(None, map(path_of, apart)))
    return shared.paths


def static_file(name: str) -> tuple[bytes, str] | None:
    """A file that pages need below `/static/`: its bytes and its media type, or None."""
    return static_files().get(name)


class _Shared:
    """What all pages of a graph have in common."""

    def __init__(self, graph: SkinGraph) -> None:
        self.release = graph.release
        self.licence = next((str(row["licence"]) for row in graph.select(_LICENCE)), "")
        self.levels = {str(row["code"]): str(row["label"]) for row in graph.select(_LEVELS)}
        self.suggestions: Suggestions = suggestions(graph)
        self.kept: OrderedDict[str, str | None] = OrderedDict()
        self.paths: frozenset[str] | None = None
        self.lessons: dict[str, Lesson] | None = None


_SHARED: WeakKeyDictionary[SkinGraph, _Shared] = WeakKeyDictionary()


def _shared(graph: SkinGraph) -> _Shared:
    if graph not in _SHARED:
        _SHARED[graph] = _Shared(graph)
    return _SHARED[graph]


@cache
def _questions() -> dict[str, Any]:
    return {query.name: query for query in catalogue()}


def _written(graph: SkinGraph, path: str, params: Mapping[str, str], ending: str) -> str | None:
    at = Addresses.seen_from(path, ending, paths(graph) if ending else None)
    if path == "/" and not params and (front := explorer(graph, at, _lessons(graph).values())):
        return front
    found = _view(graph, path, params)
    if found is None:
        return None
    template, view = found
    iri = subject_of(graph, path) or ""
    return _filled(graph, template, view, at, path=path, iri=iri)


def _filled(
    graph: SkinGraph,
    template: str,
    view: dict[str, Any],
    at: Addresses,
    *,
    path: str = "",
    iri: str = "",
) -> str:
    """A template with its view, and with what all pages show."""
    shared = _shared(graph)
    return (
        _environment()
        .get_template(f"{template}.html.j2")
        .render(
            view,
            at=at,
            path=path,
            iri=iri,
            curie_of=curie,
            release=shared.release,
            licence=shared.licence,
            levels=shared.levels,
            notice=NOTICE,
        )
    )


def _view(
    graph: SkinGraph, path: str, params: Mapping[str, str]
) -> tuple[str, dict[str, Any]] | None:
    """The template of a path, and what it shows."""
    if path in ("/", "/concepts"):
        return "home", home_view(graph, params)
    if path == "/query":
        return "query", query_view(list(_questions().values()), _shared(graph).suggestions)
    if path == "/matrix":
        matrix = matrix_view(graph)
        return None if matrix is None else ("matrix", matrix)
    if path.startswith("/lessons/"):
        return _lesson_view(graph, path.removeprefix("/lessons/"))
    if path == "/downloads/":
        return "downloads", downloads_view()
    if path == "/queries/":
        return "catalogue", catalogue_view(list(_questions().values()))
    if path.startswith("/queries/"):
        query = _questions().get(path.removeprefix("/queries/"))
        if query is None:
            return None
        known = _shared(graph).suggestions
        choices = {one.name: known.of_class(one.kind) for one in query.parameters}
        return "question", question_view(graph, query, params, choices)
    iri = subject_of(graph, path)
    return None if iri is None else _view_of(graph, iri)


def _lesson_view(graph: SkinGraph, name: str) -> tuple[str, dict[str, Any]] | None:
    held = _lessons(graph)
    if not name:
        return "lessons", {"lessons": list(held.values())}
    return ("lesson", lesson_view(graph, held[name])) if name in held else None


def _lessons(graph: SkinGraph) -> dict[str, Lesson]:
    """The lessons that rest on this graph; none where it is too large to be read as a whole."""
    shared = _shared(graph)
    if shared.lessons is None:
        found = lessons(graph) if count_of_claims(graph) <= MOST_CLAIMS else ()
        shared.lessons = {one.name: one for one in found}
    return shared.lessons


def _view_of(graph: SkinGraph, iri: str) -> tuple[str, dict[str, Any]]:
    if iri == ONTOLOGY:
        return "schema", schema_view(graph)
    kinds = {
        quad.object.value
        for quad in graph.store.quads_for_pattern(ox.NamedNode(iri), _TYPE, None)
        if isinstance(quad.object, ox.NamedNode)
    }
    for name, view in (("Claim", claim_view), ("Source", source_view), ("Passage", passage_view)):
        if SKG + name in kinds:
            return name.lower(), view(graph, iri)
    if any(kind.startswith(SKG) for kind in kinds):
        return "concept", concept_view(graph, iri)
    return "thing", thing_view(graph, iri)


@cache
def _environment() -> Environment:
    from jinja2 import DictLoader, Environment, StrictUndefined

    folder = files("skingraph") / "templates"
    texts = {
        f"{name}.html.j2": (folder / f"{name}.html.j2").read_text(encoding="utf-8")
        for name in _TEMPLATES
    }
    environment = Environment(
        loader=DictLoader(texts),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    environment.globals.update(
        symbols=SYMBOLS, kind_words=kind_words, skg=SKG, skin=SKIN, strengths=STRENGTHS
    )
    environment.filters["kind_words"] = kind_words
    environment.tests["named_node"] = lambda term: isinstance(term, ox.NamedNode)
    environment.tests["tagged"] = lambda term: isinstance(term, ox.Literal) and term.language
    return environment
