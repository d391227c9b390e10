"""The pages for teaching: a lesson as a handout with its sources, and what can be downloaded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from skingraph.figures import figure, figure_of_ways
from skingraph.strokes import palette

if TYPE_CHECKING:
    from skingraph.lessons import Lesson
    from skingraph.lessons.lesson import Scene
    from skingraph.store import SkinGraph

# What a static site carries of the graph, beside its pages.
FILES: Final = {
    "skingraph.ttl": "the whole graph, for other tools (Turtle)",
    "skingraph.jsonld": "the same as JSON-LD",
    "claims.csv": "every claim with its passages, for a spreadsheet",
    "concepts.csv": "every concept, for a spreadsheet",
    "queries.ttl": "the questions of the catalogue, as RDF",
}


def lesson_view(graph: SkinGraph, lesson: Lesson) -> dict[str, Any]:
    """What the template of a lesson shows: its steps with figures, its claims numbered."""
    from markupsafe import Markup

    figures: dict[Scene, str] = {}
    shown = []
    for step in lesson.steps:
        scene = _drawn(step.scene)
        # A figure that an earlier step has is not repeated.
        is_new = scene is not None and scene not in figures
        if scene is not None and is_new:
            figures[scene] = _figure(graph, scene)
        shown.append(Markup(figures[scene]) if scene is not None and is_new else "")
    return {
        "lesson": lesson,
        "figures": shown,
        "numbers": {claim: number for number, claim in enumerate(lesson.claims, 1)},
    }


def prepare_figures() -> None:
    """Load what drawing needs, for a process that can open no file later."""
    import networkx  # noqa: F401

    palette()


def downloads_view() -> dict[str, Any]:
    """What the template of the downloads shows."""
    return {"files": FILES}


def _drawn(scene: Scene) -> Scene | None:
    """The part of a scene that can be drawn on paper, or None: lanes around something, or ways."""
    if scene.view != "lanes" or not (scene.focus or scene.way):
        return None
    return replace(scene, chosen=None, care=(), hide=(), which=0, step=0)


def _figure(graph: SkinGraph, scene: Scene) -> str:
    if scene.way:
        return figure_of_ways(graph, *scene.way, explained=False)
    return figure(graph, scene.focus, explained=False)
