"""Nodes and edges: what a claim says, as attributes of the edge that it is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Scalar = str | int | float | bool
Value = Scalar | list[str]

QUANTITY: Final = "Quantity"
_BETWEEN: Final = " | "


@dataclass(frozen=True, slots=True)
class Node:
    """A thing that claims speak of, or the quantity that a claim gives (kind "Quantity").

    `id` is a CURIE, or the whole IRI where no prefix fits. The matches are terms of other
    vocabularies; a quantity has the IRI of its claim. `other_labels` are labels in other languages, such as "Akne@de".
    """

    id: str
    iri: str
    label: str
    kinds: tuple[str, ...] = ()
    definition: str = ""
    synonyms: tuple[str, ...] = ()
    hidden_labels: tuple[str, ...] = ()
    other_labels: tuple[str, ...] = ()
    exact_match: tuple[str, ...] = ()
    close_match: tuple[str, ...] = ()
    broad_match: tuple[str, ...] = ()
    narrow_match: tuple[str, ...] = ()

    def attributes(self) -> dict[str, Scalar]:
        """All that is said of it but the id, under the names of the fields; texts are joined."""
        return _attributes(self, NODE_ATTRIBUTES)

    def values(self) -> dict[str, Value]:
        """The same with lists where several texts may stand."""
        return _values(self, NODE_ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class Edge:
    """A claim, what passes from a claim to a narrower treatment, or a statement without a claim.

    `kind` tells these apart: "claim", "inherited", "statement" (such as skos:broader).
    `label` is how it reads between subject and object, with every hedge, denial and limit; `says`
    is the whole sentence. Subject, predicate, object, sources, passages and what limits the claim
    are CURIEs; `passage_texts` tell file, section and characters of each passage. `authority` has
    one word a kind of body. What a claim does not say is empty or None.
    """

    id: str
    kind: str
    subject: str
    predicate: str
    object: str
    subject_label: str = ""
    object_label: str = ""
    label: str = ""
    says: str = ""
    claim: str = ""
    iri: str = ""
    inherited_from: str = ""
    inherited_from_label: str = ""
    polarity: str = ""
    certainty: str = ""
    hedge: str = ""
    frequency: str = ""
    strength: str = ""
    effect: str = ""
    direction: str = ""
    expected: bool | None = None
    evidence: str = ""
    authority: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    source_titles: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    passage_texts: tuple[str, ...] = ()
    quantity: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str = ""
    stated_as: str = ""
    start_hour: Decimal | None = None
    end_hour: Decimal | None = None
    order: int | None = None
    because_of: tuple[str, ...] = ()
    attribute: tuple[str, ...] = ()
    body_site: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    population: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    using: tuple[str, ...] = ()
    condition: str = ""
    note: str = ""

    @property
    def refuted(self) -> bool:
        """True where the source denies it, or where it is not said that it affirms it."""
        return self.kind != "statement" and self.polarity != "supports"

    @property
    def hedged(self) -> bool:
        """True where the source says may, can or the like, or where it is not said that it does not."""
        return self.kind != "statement" and self.certainty != "stated"

    @property
    def inherited(self) -> bool:
        """True where the source speaks of a broader treatment."""
        return self.kind == "inherited"

    def attributes(self) -> dict[str, Scalar]:
        """All that is said but id, subject and object, under the names of the fields.

        Numbers are floats; texts of which there may be several are joined by `joined`.
        """
        return _attributes(self, EDGE_ATTRIBUTES)

    def values(self) -> dict[str, Value]:
        """The same with lists where several texts may stand."""
        return _values(self, EDGE_ATTRIBUTES)


def joined(texts: Iterable[str]) -> str:
    r"""Several texts as one; `parted` takes them apart again.

    >>> joined(["may", "can"])
    'may | can'
    """
    return _BETWEEN.join(text.replace("\\", "\\\\").replace("|", "\\|") for text in texts)


def parted(text: str) -> list[str]:
    r"""The texts that `joined` put together.

    >>> parted(joined(["a | b", "c\\"]))
    ['a | b', 'c\\']
    """
    import re

    if not text:
        return []
    parts = re.findall(r"(?:[^\\|]|\\.)+", text, re.DOTALL)
    return [
        re.sub(r"\\(.)", r"\1", part[bool(at) : len(part) - (at < len(parts) - 1)], flags=re.DOTALL)
        for at, part in enumerate(parts)
    ]


_TYPES: Final[dict[str, type[Scalar]]] = {
    "str": str,
    "tuple[str, ...]": str,
    "bool | None": bool,
    "int | None": int,
    "Decimal | None": float,
}


def _typed(kind: type, left_out: tuple[str, ...]) -> dict[str, type[Scalar]]:
    return {
        field.name: _TYPES[str(field.type)] for field in fields(kind) if field.name not in left_out
    }


def _lists(kind: type) -> set[str]:
    return {field.name for field in fields(kind) if str(field.type).startswith("tuple")}


# What attributes() may hold and of which type, in the order of the fields.
NODE_ATTRIBUTES: Final[Mapping[str, type[Scalar]]] = _typed(Node, ("id",))
EDGE_ATTRIBUTES: Final[Mapping[str, type[Scalar]]] = _typed(Edge, ("id", "subject", "object"))
# Those of either that values() gives as lists.
LISTS: Final = frozenset(_lists(Node) | _lists(Edge))


def _attributes(thing: Node | Edge, names: Iterable[str]) -> dict[str, Scalar]:
    return {
        name: joined(value) if isinstance(value, list) else value
        for name, value in _values(thing, names).items()
    }


def _values(thing: Node | Edge, names: Iterable[str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in names:
        value = getattr(thing, name)
        if isinstance(value, tuple):
            if value:
                found[name] = list(value)
        elif isinstance(value, Decimal):
            found[name] = float(value)
        elif value is not None and value != "":
            found[name] = value
    return found
