"""Drawings as text: DOT for Graphviz, and Mermaid for pages; they hold labels and no attributes.

What is no flat statement never looks like one: its words stay in the label of the line, and the
line is broken.
"""

from __future__ import annotations

import re
import textwrap
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, Final

from skingraph.export.appearance import colour_of, colours, kind_of, line_colour
from skingraph.export.remarks import remarks_of
from skingraph.property_graph import QUANTITY, PropertyGraph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skingraph.export.format import Options
    from skingraph.property_graph import Edge, Node
    from skingraph.store import SkinGraph

_DOT_HEAD: Final = """\
digraph skingraph {
  graph [rankdir=LR, charset="UTF-8"];
  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica"];
  edge [fontname="Helvetica", fontsize=9];
"""
_DOT_HOLDS: Final = (
    "DOT holds labels only: definitions and synonyms are left out; of a claim there are its words, "
    "and in tooltip and link its passages, evidence and IRI"
)
_MERMAID_HOLDS: Final = (
    "Mermaid holds labels only: definitions, synonyms, sources, passages, evidence and IRIs "
    "are left out"
)
# Mermaid's own limits, beyond which it draws nothing.
_MERMAID_EDGES, _MERMAID_LETTERS = 500, 50_000
_HARMLESS: Final = frozenset(" ,.()[]/'-")
_LETTERS: Final = 40


def write_dot(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """DOT: labels, colours and lines; the whole sentence and its source are a line's tooltip."""
    read = PropertyGraph(graph, inherited=options.with_inherited)
    file.write(_DOT_HEAD.encode())
    file.writelines(_dot_node(node).encode() for node in read.nodes())
    file.writelines(_dot_edge(edge).encode() for edge in chain(read.edges(), read.links()))
    file.write(b"}\n")
    return (_DOT_HOLDS, *remarks_of(read, options))


def write_mermaid(graph: SkinGraph, file: BinaryIO, options: Options) -> tuple[str, ...]:
    """Mermaid: a flow chart of labels and lines."""
    read = PropertyGraph(graph, inherited=options.with_inherited)
    numbers: dict[str, str] = {}
    kinds: dict[str, list[str]] = {}
    letters = file.write(b"flowchart LR\n")
    for node in read.nodes():
        name = numbers[node.id] = f"n{len(numbers)}"
        kind = kind_of(node)
        kinds.setdefault(kind if kind in colours() else "Other", []).append(name)
        letters += file.write(_mermaid_node(name, node).encode())
    lines = 0
    for edge in chain(read.edges(), read.links()):
        lines += 1
        letters += file.write(_mermaid_edge(edge, numbers).encode())
    for kind, names in sorted(kinds.items()):
        look = (
            f"  classDef {kind} fill:#fff,stroke:{colours()[kind]},color:#1b2430,stroke-width:2px\n"
        )
        letters += file.write(look.encode())
        letters += file.write(f"  class {','.join(names)} {kind}\n".encode())
    return (_MERMAID_HOLDS, *_too_much(lines, letters), *remarks_of(read, options))


def _too_much(lines: int, letters: int) -> tuple[str, ...]:
    if lines <= _MERMAID_EDGES and letters <= _MERMAID_LETTERS:
        return ()
    said = (
        f"{lines} lines and {letters} characters: unless its page sets maxEdges and maxTextSize "
        f"higher, Mermaid draws at most {_MERMAID_EDGES} and {_MERMAID_LETTERS}; take a part"
    )
    return (said,)


def _dot_node(node: Node) -> str:
    said = {
        "label": _dot_label(node.label),
        "tooltip": _dot_label("; ".join([", ".join(node.kinds), node.definition]).strip("; ")),
        "URL": _dot_text(node.iri),
        "color": colour_of(node),
    }
    if QUANTITY in node.kinds:
        said["shape"] = "plaintext"
    return f"  {_dot_id(node.id)} [{_dot_attributes(said)}];\n"


def _dot_edge(edge: Edge) -> str:
    cited = f" {{{'; '.join([*edge.passage_texts, edge.evidence])}}}" if edge.evidence else ""
    said = {
        "id": _dot_text(edge.id),
        "label": _dot_label(edge.label),
        "tooltip": _dot_label(edge.says + cited),
        "color": line_colour(edge),
        "fontcolor": line_colour(edge),
    }
    if edge.iri:
        said["URL"] = _dot_text(edge.iri)
    if edge.refuted:
        said |= {"style": "dotted", "arrowhead": "tee"}
    elif edge.hedged or edge.inherited:
        said |= {"style": "dashed"} | ({"arrowhead": "empty"} if edge.inherited else {})
    return f"  {_dot_id(edge.subject)} -> {_dot_id(edge.object)} [{_dot_attributes(said)}];\n"


def _dot_attributes(said: Mapping[str, str]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in said.items())


def _dot_id(name: str) -> str:
    """A name in quotes; in it a backslash has no meaning but before a quote, so it is encoded."""
    bare = re.sub(r'[\\"\x00-\x1f\x7f]', lambda found: f"%{ord(found[0]):02X}", name)
    return f'"{bare}"'


def _dot_label(text: str) -> str:
    """A label's text: lines broken, nothing in it taken for an escape or an entity."""
    lines = [
        line
        for part in _seen(text).split("\n")
        for line in textwrap.wrap(part, _LETTERS, break_long_words=False, break_on_hyphens=False)
    ]
    return "\\n".join(map(_dot_text, lines))


def _dot_text(text: str) -> str:
    shown = text.replace("\\", "\\\\").replace('"', '\\"')
    return shown.replace("&", "&amp;")


def _mermaid_node(name: str, node: Node) -> str:
    text = _mermaid_text(node.label)
    return f'  {name}("{text}")\n' if QUANTITY in node.kinds else f'  {name}["{text}"]\n'


def _mermaid_edge(edge: Edge, numbers: Mapping[str, str]) -> str:
    line = "-->"
    if edge.refuted:
        line = "-.-x"
    elif edge.inherited:
        line = "-.-o"
    elif edge.hedged:
        line = "-.->"
    start, end = numbers[edge.subject], numbers[edge.object]
    return f'  {start} {line}|"{_mermaid_text(edge.label)}"| {end}\n'


def _mermaid_text(text: str) -> str:
    """A text in which only letters, digits and harmless marks stand for themselves."""
    return "".join(
        letter if letter.isalnum() or letter in _HARMLESS else f"#{ord(letter)};"
        for letter in " ".join(_seen(text).split())
    )


def _seen(text: str) -> str:
    """The text with control characters shown as escapes, since SVG and XML cannot hold them."""
    return re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]",
        lambda found: f"\\u{ord(found[0]):04x}",
        text,
    )
