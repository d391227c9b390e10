"""An open knowledge graph of skin concerns, and the questions it answers.

Every statement in it is a claim: who says it, in which passage, on what evidence, with what hedge.
It informs; it is not medical advice.

>>> import skingraph
>>> graph = skingraph.SkinGraph.load()
>>> rows = skingraph.ask(graph, "contraindications", treatment="SmartSkin")
>>> set(rows.column("factorLabel"))
{'darker skin tone'}
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skingraph.claims import Claim, Passage, Source
    from skingraph.comparison import compare
    from skingraph.concepts import Concept, Hierarchy, Lexicon, describe
    from skingraph.errors import SkingraphError
    from skingraph.filters import ClaimFilter
    from skingraph.index import ClaimIndex
    from skingraph.network import claim_network, explain
    from skingraph.notebook import explore
    from skingraph.options import Verdict, options_for
    from skingraph.questions import ask
    from skingraph.recipe import Recipe
    from skingraph.rows import Rows
    from skingraph.sandbox import Limits
    from skingraph.selection import Selection, select
    from skingraph.store import SkinGraph
    from skingraph.verification import verify

__all__ = [
    "Claim",
    "ClaimFilter",
    "ClaimIndex",
    "Concept",
    "Hierarchy",
    "Lexicon",
    "Limits",
    "Passage",
    "Recipe",
    "Rows",
    "Selection",
    "SkinGraph",
    "SkingraphError",
    "Source",
    "Verdict",
    "ask",
    "claim_network",
    "compare",
    "describe",
    "explain",
    "explore",
    "options_for",
    "select",
    "verify",
]

_HOMES = {
    "Claim": "claims",
    "Passage": "claims",
    "Source": "claims",
    "compare": "comparison",
    "Concept": "concepts",
    "Hierarchy": "concepts",
    "Lexicon": "concepts",
    "describe": "concepts",
    "SkingraphError": "errors",
    "ClaimFilter": "filters",
    "ClaimIndex": "index",
    "claim_network": "network",
    "explain": "network",
    "explore": "notebook",
    "Verdict": "options",
    "options_for": "options",
    "ask": "questions",
    "Recipe": "recipe",
    "Rows": "rows",
    "Limits": "sandbox",
    "Selection": "selection",
    "select": "selection",
    "SkinGraph": "store",
    "verify": "verification",
}


def __dir__() -> list[str]:
    """The public names, so that an editor can complete them before they are imported."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that a question starts quickly."""
    if name not in _HOMES:
        raise AttributeError(f"module 'skingraph' has no attribute {name!r}")
    import importlib

    value: object = getattr(importlib.import_module(f"skingraph.{_HOMES[name]}"), name)

    return value
