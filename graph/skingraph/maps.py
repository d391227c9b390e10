"""Maps: the explorer, one HTML page that holds the graph and needs no network to be read."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from skingraph.atlas import atlas_of, identifier
from skingraph.citations import NOTICE
from skingraph.condensing import packed
from skingraph.engine import vis_network
from skingraph.symbols import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Environment
    from pyvis.network import Network

    from skingraph.atlas import Atlas
    from skingraph.concepts import Named
    from skingraph.store import SkinGraph

# In the order in which they are joined; each is one constant of the page's one function.
SCRIPTS: Final = (
    "dom",
    "atlas",
    "sentences",
    "sieve",
    "state",
    "ways",
    "views",
    "choice",
    "lanes",
    "paint",
    "scatter",
    "canvas",
    "search",
    "legend",
    "panel",
    "explain",
    "care",
    "compare",
    "matrix",
    "timeline",
    "table",
    "lesson",
    "picture",
    "main",
)
STYLES: Final = (
    "explorer",
    "canvas",
    "care",
    "compare",
    "matrix",
    "timeline",
    "table",
    "lesson",
    "print",
)
_DARK: Final = re.compile(
    r"@media \(prefers-color-scheme: dark\) \{\n(?P<rules>(?: .*\n)*)\}\n?", re.MULTILINE
)
_LIMITS: Final = "base-uri 'none'; form-action 'none'"


def draw(
    graph: SkinGraph,
    concepts: Sequence[Named] = (),
    *,
    state: Mapping[str, Any] | None = None,
    lessons: Sequence[Mapping[str, Any]] = (),
    links: Mapping[str, str] | None = None,
    date: str = "",
) -> str:
    """The HTML page of the explorer, which holds the whole graph.

    Args:
        graph: what is told.
        concepts: what stands in the middle when it opens; without them, the best connected.
        state: how it opens, in the words of its address, such as `{"view": "matrix"}`.
        lessons: the lessons that it offers.
        links: of the site beside it, addresses relative to the page by their words; what is
            at `concept` has `*` where the name of a concept goes. Without them nothing is linked.
        date: the date of the data, as the page tells it; else the graph's own release.
    """
    opens: dict[str, Any] = {"focus": [identifier(named.iri) for named in concepts]}
    return page_of(
        atlas_of(graph),
        opens={key: value for key, value in (opens | dict(state or {})).items() if value},
        lessons=lessons,
        links=links or {},
        date=date or graph.release,
        title=", ".join(named.label for named in concepts),
    )


def page_of(
    atlas: Atlas,
    *,
    opens: Mapping[str, Any],
    lessons: Sequence[Mapping[str, Any]] = (),
    links: Mapping[str, str] | None = None,
    date: str = "",
    title: str = "",
) -> str:
    """The page of an atlas; see `draw`."""
    net = atlas.network()
    site = dict(links or {})
    about = {
        "release": date,
        "notice": NOTICE,
        "levels": list(atlas.levels.items()),
        "sources": [list(source.values()) for source in atlas.sources],
        "predicates": [list(predicate.values()) for predicate in atlas.predicates],
        "symbols": SYMBOLS,
        "conceptPage": site.pop("concept", ""),
        "opens": dict(opens),
        "lessons": list(lessons),
    }
    return _filled(net, about=about, links=site, date=date, title=title)


def _filled(net: Network, **values: Any) -> str:
    environment = _environment()
    # pyvis renders whatever template its network is given, and hands it nodes and edges.
    net.templateEnv = environment.overlay()
    net.templateEnv.globals = environment.globals | values
    net.path = "explorer.html.j2"
    net.options = {}
    net.heading = values["title"]
    return str(net.generate_html())


@cache
def _environment() -> Environment:
    from jinja2 import DictLoader, Environment
    from markupsafe import Markup

    environment = Environment(
        loader=DictLoader({"explorer.html.j2": _resource("explorer/explorer.html.j2")}),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {
        "sort_keys": False,
        "ensure_ascii": False,
        "separators": (",", ":"),
    }
    parts = {"vis": vis_network(), "js": script(), "css": style()}
    policy = (
        f"default-src 'none'; script-src {_hash(parts['vis'])} {_hash(parts['js'])}; "
        f"style-src {_hash(parts['css'])}; img-src data: blob:; {_LIMITS}"
    )
    environment.globals.update(
        {name: Markup(text) for name, text in parts.items()}, packed=packed, policy=policy
    )
    return environment


def script() -> str:
    """Our script: the modules joined in one function, without their comments."""
    modules = "".join(_resource(f"explorer/{name}.js") for name in SCRIPTS)
    lean = re.sub(r"^\s*//.*\n", "", modules, flags=re.MULTILINE)
    return f'"use strict";\n(() => {{\n{re.sub(r"^ +", "", lean, flags=re.MULTILINE)}}})();\n'


def style() -> str:
    """Our style sheet: the palette, which here obeys the page's own switch, and the parts."""
    return themed(_resource("palette.css")) + "".join(
        _resource(f"explorer/{name}.css") for name in STYLES
    )


def themed(css: str) -> str:
    """The style sheet with its dark rules bound to the page's theme instead of the system's."""

    def bound(found: re.Match[str]) -> str:
        lines = [line.strip() for line in found["rules"].splitlines()]
        # Paper is light, whatever the screen is.
        rules = "".join(
            f":root[data-theme=dark]{line.removeprefix(':root')}\n"
            if line.startswith(":root")
            else f":root[data-theme=dark] {line}\n"
            for line in lines
        )
        return f"@media not print {{\n{rules}}}\n"

    return _DARK.sub(bound, css)


def _resource(name: str) -> str:
    return (files("skingraph") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
