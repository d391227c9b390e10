"""The query page: what its editor suggests, its examples, and the files that it is made of."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from skingraph.prefixes import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skingraph.catalogue import Query
    from skingraph.pages.completion import Suggestions

# The editor is CodeMirror 6 as NiceGUI's wheel brings it, a set of ES modules with a SPARQL mode.
# Weighed against CodeMirror 5.58 (of 2020) in nbclassic's wheel: this one is kept up, is a real
# text field for screen readers, lets Tab leave, and can be mounted without an inline style. Both
# weigh about 100 MB once installed, hence an extra; without it the page has a plain text field.
# Nothing of NiceGUI is imported or run, its files are only read.
EDITOR_PACKAGE: Final = "nicegui"
_EDITOR_FOLDER: Final = "elements/codemirror/dist"
EDITOR_START: Final = "codemirror/index.js"

_OWN: Final = {
    "pages.css": ("palette.css", "pages.css"),
    "pages.js": ("pages.js",),
    "query.js": ("query.js",),
    "results.js": ("results.js",),
    "completion.js": ("completion.js",),
    "code-editor.js": ("code-editor.js",),
    "plain-editor.js": ("plain-editor.js",),
}
_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}


def query_view(queries: Sequence[Query], known: Suggestions) -> dict[str, Any]:
    """What the template of the query page shows."""
    return {
        "editor": EDITOR_START if EDITOR_START in static_files() else "",
        "extra": "editor",
        "examples": queries,
        "data": {
            "prefixes": PREFIXES,
            "complete": known.complete,
            "terms": [
                [named.curie, named.label, word, meaning] for named, word, meaning in known.terms
            ],
            "concepts": [
                [named.curie, named.label, list(kinds), list(synonyms)]
                for named, kinds, synonyms in known.concepts
            ],
            "others": {
                kind: [[named.curie, named.label] for named in found]
                for kind, found in known.others.items()
            },
            "examples": [
                {
                    "name": query.name,
                    "folder": query.folder,
                    "summary": query.summary,
                    "row": query.row,
                    "parameters": [[one.name, one.kind] for one in query.parameters],
                    "text": _without_header(query.text),
                }
                for query in queries
            ],
        },
    }


@cache
def static_files() -> dict[str, tuple[bytes, str]]:
    """All files that pages need below `/static/`, each with its media type."""
    folder = files("skingraph") / "templates"
    own = {
        name: (b"\n".join((folder / part).read_bytes() for part in parts), _type(name))
        for name, parts in _OWN.items()
    }
    return own | {
        f"codemirror/{file.name}": (file.read_bytes(), _type(file.name))
        for file in _editor_modules()
    }


def _editor_modules() -> list[Path]:
    """The ES modules of the editor, or none where the extra is not installed."""
    spec = importlib.util.find_spec(EDITOR_PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return sorted(Path(folders[0], _EDITOR_FOLDER).glob("*.js")) if folders else []


def _type(name: str) -> str:
    return _TYPES[name.rpartition(".")[2]]


def _without_header(text: str) -> str:
    """The text of a catalogue query as somebody would write it."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("#+")) + "\n"
