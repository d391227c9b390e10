"""The front page: the explorer of the whole graph, with links to the pages beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from skingraph.maps import draw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.lessons import Lesson
    from skingraph.pages.addresses import Addresses
    from skingraph.store import SkinGraph

# What a browser still opens at once; a larger graph has the list of its concepts in front.
MOST_CLAIMS: Final = 40_000
_CLAIMS: Final = "SELECT (COUNT(*) AS ?claims) { ?claim a skg:Claim }"


def explorer(graph: SkinGraph, at: Addresses, lessons: Iterable[Lesson] = ()) -> str | None:
    """The page of the explorer, or None where the graph is too large for one page.

    Args:
        graph: what is explored.
        at: where the pages beside it are.
        lessons: the lessons that it offers.
    """
    if count_of_claims(graph) > MOST_CLAIMS:
        return None
    links = {
        "concept": f"{at.root}*{at.ending}",
        "All concepts": at.page("concepts"),
        "Lessons to print": at.page("lessons/"),
        "Named queries": at.page("queries/"),
        "Vocabulary": at.page("schema"),
    }
    if at.static:
        links["Downloads"] = at.page("downloads/")
    else:
        links["Ask in SPARQL"] = at.page("query")
    return draw(graph, lessons=[one.record for one in lessons], links=links)


def count_of_claims(graph: SkinGraph) -> int:
    """How many claims the graph holds."""
    return sum(int(str(row["claims"])) for row in graph.select(_CLAIMS))
