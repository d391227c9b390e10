"""Condensing: the records of an atlas as columns of numbers, since a page has to be small."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

_TEXTS: Final = ("hedge", "frequency", "quantity", "statedAs", "condition", "note")
_NUMBERS: Final = ("min", "max", "start", "end", "order")
_MANNER: Final = ("predicate", "polarity", "strength", "verb")


class _Table:
    """Values by number, each once; 0 is the first."""

    def __init__(self, *first: Hashable) -> None:
        self.places: dict[Any, int] = {value: at for at, value in enumerate(first)}

    def at(self, value: Hashable) -> int:
        return self.places.setdefault(value, len(self.places))

    @property
    def values(self) -> list[Any]:
        return list(self.places)


def packed(
    nodes: Sequence[Mapping[str, Any]], edges: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The nodes and edges of an atlas's network as columns, which atlas.js reads back.

    Things are numbers: first the nodes in their order, then what only claims name (an effect, a
    severity), in `things`. Texts are numbers into `texts`, of which the first is empty.
    """
    claims = sorted(
        [edge for edge in edges if "inherits" not in edge]
        + [record for node in nodes for record in node["numbers"]],
        key=lambda record: (str(record["from"]), str(record["id"])),
    )
    labels = {name: label for record in claims for name, label in record["names"].items()}
    things = _Table(*(node["id"] for node in nodes))
    for name in sorted(labels):
        things.at(name)
    texts = _Table("")
    return {
        "concepts": _concepts(nodes, things),
        "things": [[name, labels[name]] for name in things.values[len(nodes) :]],
        **_claims(claims, things, texts),
        "inherited": _inherited(edges, claims, things),
        "texts": texts.values,
    }


def _concepts(nodes: Sequence[Mapping[str, Any]], things: _Table) -> dict[str, Any]:
    kinds = _Table()

    def others(name: str) -> list[list[int]]:
        return [
            [things.places[other] for other in node[name] if other in things.places]
            for node in nodes
        ]

    return {
        # A name that follows from the label need not be told.
        "id": _column("" if _slug(node["label"]) == node["id"] else node["id"] for node in nodes),
        "label": [node["label"] for node in nodes],
        "kinds": [kinds.at((node["kind"], *node["kinds"])) for node in nodes],
        "kindNames": kinds.values,
        "synonyms": _column((node["synonyms"] for node in nodes), []),
        "definition": _column(node["definition"] for node in nodes),
        "broader": _column(others("broader"), []),
        "related": _column(others("related"), []),
    }


def _claims(claims: Sequence[Mapping[str, Any]], things: _Table, texts: _Table) -> dict[str, Any]:
    manners, passages = _Table(), _Table()
    levels, certainties = _Table(), _Table()
    at = things.at

    def many(name: str) -> dict[str, Any] | list[Any]:
        return _column(([at(other) for other in record[name]] for record in claims), [])

    columns: dict[str, Any] = {
        "id": [record["id"] for record in claims],
        "subject": _steps(at(record["from"]) for record in claims),
        "object": [at(record["to"]) + 1 if record["to"] else 0 for record in claims],
        "manner": [manners.at(tuple(record[name] for name in _MANNER)) for record in claims],
        "certainty": [certainties.at(record["certainty"]) for record in claims],
        "evidence": [levels.at(record["evidence"]) for record in claims],
        "passages": [_one([passages.at(one) for one in record["passages"]]) for record in claims],
        "expected": _column((int(record["expected"]) for record in claims), 0),
        "effect": _column((at(r["effect"]) + 1 if r["effect"] else 0 for r in claims), 0),
        "direction": _column((at(r["direction"]) + 1 if r["direction"] else 0 for r in claims), 0),
        "because": many("because"),
        "attributes": many("attributes"),
        "scopes": _column(
            ([[kind, at(other)] for kind, other in record["scopes"]] for record in claims), []
        ),
        "details": _column(
            ([texts.at(detail) for detail in record["details"]] for record in claims), []
        ),
        # Where the parts do not make the sentence, it is told whole.
        "sentence": _column(
            "" if record["sentence"] == _usual(record) else record["sentence"] for record in claims
        ),
    }
    columns |= {name: _column((texts.at(r[name]) for r in claims), 0) for name in _TEXTS}
    columns |= {name: _column((record[name] for record in claims), None) for name in _NUMBERS}
    places = passages.values
    sources = _Table()
    return {
        "claims": columns,
        "manners": manners.values,
        "certainties": certainties.values,
        "evidences": levels.values,
        "passages": {
            "source": [sources.at(source) for source, *_ in places],
            "section": [texts.at(section) for _, section, _, _ in places],
            "start": [start for *_, start, _ in places],
            "length": [end - start for *_, start, end in places],
            "sources": sources.values,
        },
    }


def _usual(record: Mapping[str, Any]) -> str:
    """The sentence that atlas.js makes of the parts."""
    names = record["names"]
    said = f"{names[record['from']]} {record['verb']} {names.get(record['to'], '')}"
    if not record["to"]:
        said = f"{names[record['from']]} - {record['verb']}: {record['quantity']}"
    elif record["quantity"]:
        said += f" ({record['quantity']})"
    return said + (f" [{'; '.join(record['details'])}]" if record["details"] else "")


def _inherited(
    edges: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]], things: _Table
) -> list[list[Any]]:
    """For each heir the claims that it inherits, as steps from one number to the next."""
    numbers = {record["id"]: at for at, record in enumerate(claims)}
    heirs: dict[str, list[int]] = {}
    for edge in edges:
        if "inherits" in edge and edge["inherits"] in numbers:
            heirs.setdefault(edge["from"], []).append(numbers[edge["inherits"]])
    return [[things.at(heir), _steps(sorted(found))] for heir, found in sorted(heirs.items())]


def _column(values: Iterable[Any], none: Any = "") -> list[Any] | dict[str, Any]:
    """A column; where most of it is nothing, only the places of what is something."""
    column = list(values)
    filled = [at for at, value in enumerate(column) if value != none]
    if 2 * len(filled) > len(column):
        return column
    return {"at": _steps(filled), "is": [column[at] for at in filled]}


def _steps(numbers: Iterable[int]) -> list[int]:
    """Numbers as the steps between them, which are short where they rise slowly."""
    return [after - before for before, after in pairwise([0, *numbers])]


def _one(numbers: list[int]) -> int | list[int]:
    return numbers[0] if len(numbers) == 1 else numbers


def _slug(label: str) -> str:
    return label.lower().replace(" ", "-")
