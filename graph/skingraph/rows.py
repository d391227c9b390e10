"""Rows: the answer to a SELECT query, as terms and as plain Python values."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import pyoxigraph as ox

from skingraph.errors import MissingExtra
from skingraph.prefixes import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Value = str | int | float | bool | Decimal | None

_XSD = PREFIXES["xsd"]
_NUMBERS: dict[str, type[int | float | Decimal]] = {
    _XSD + "integer": int,
    _XSD + "nonNegativeInteger": int,
    _XSD + "decimal": Decimal,
    _XSD + "double": float,
    _XSD + "float": float,
}


def value_of(term: Term | None) -> Value:
    """The term as plain Python: an IRI or a text as str, a number as a number, unbound as None."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        if datatype in _NUMBERS:
            # Any text may carry any datatype, in data and by STRDT.
            with contextlib.suppress(ValueError, InvalidOperation):
                return _NUMBERS[datatype](term.value)
            return term.value
        return term.value in ("true", "1") if datatype == _XSD + "boolean" else term.value
    return str(term) if isinstance(term, ox.Triple | ox.BlankNode) else term.value


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a SELECT query: named columns, and terms in rows (None where unbound)."""

    columns: tuple[str, ...]
    terms: tuple[tuple[Term | None, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Value]]:
        """Each row as plain Python values by column."""
        for row in self.terms:
            yield dict(zip(self.columns, map(value_of, row), strict=True))

    def __len__(self) -> int:
        return len(self.terms)

    def column(self, name: str) -> list[Value]:
        """The values of one column."""
        at = self.columns.index(name)
        return [value_of(row[at]) for row in self.terms]

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame; needs the extra `pandas`."""
        try:
            import pandas
        except ImportError as error:
            raise MissingExtra(
                "pandas is not installed. Install it with: pip install 'skingraph[pandas]'"
            ) from error
        frame = pandas.DataFrame(list(self), columns=list(self.columns))
        for name in self.columns:
            values = [value for value in self.column(name) if value is not None]
            # pandas counts with its own numbers, not with Python's decimals.
            if values and all(isinstance(value, Decimal) for value in values):
                frame[name] = frame[name].astype(float)
        return frame


def union_select(store: ox.Store, query: str) -> ox.QuerySolutions:
    """The solutions of a query of our own over all named graphs of a store."""
    solutions = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    return solutions


def rows_of(solutions: ox.QuerySolutions) -> Rows:
    """The solutions of a SELECT query, read to the end."""
    columns = tuple(variable.value for variable in solutions.variables)
    return Rows(columns, tuple(tuple(solution) for solution in solutions))
