"""Pieces of Turtle for small graphs, and where the documents lie."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
PREFIXES = """
@prefix skg: <https://w3id.org/skingraph/schema#> .
@prefix skin: <https://w3id.org/skingraph/> .
@prefix claim: <https://w3id.org/skingraph/claim/> .
@prefix source: <https://w3id.org/skingraph/source/> .
@prefix passage: <https://w3id.org/skingraph/passage/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
LEAFLET = """
source:leaflet a skg:Source ; dcterms:title "Leaflet"@en ; skg:file "leaflet.txt" ;
    skg:evidenceLevel skg:E2 ; skg:authority skg:Textbook .
passage:leaflet-0-9 a skg:Passage ; skg:source source:leaflet ; skg:start 0 ; skg:end 9 .
"""


def claim(name: str, subject: str, predicate: str, object: str = "", **more: str) -> str:
    """The Turtle of a claim by the document `source:leaflet`, stated and supporting."""
    parts = {
        "rdf:subject": f"skin:{subject}",
        "rdf:predicate": predicate if ":" in predicate else f"skg:{predicate}",
        "skg:polarity": "skg:Supports",
        "skg:certainty": "skg:Stated",
        "skg:passage": "passage:leaflet-0-9",
    }
    if object:
        parts["rdf:object"] = f"skin:{object}"
    parts |= {f"skg:{key}": value for key, value in more.items()}
    body = " ; ".join(f"{key} {value}" for key, value in parts.items())
    return f"claim:{name} a skg:Claim ; {body} .\n"


def concept(slug: str, kinds: str, *, broader: str = "", related: str = "") -> str:
    """The Turtle of a concept whose label is its slug in words."""
    classes = ", ".join(f"skg:{kind}" for kind in kinds.split())
    text = f'skin:{slug} a {classes} ; skos:prefLabel "{slug.replace("-", " ")}"@en'
    text += f" ; skos:broader skin:{broader}" if broader else ""
    text += f" ; skos:related skin:{related}" if related else ""
    return text + " .\n"


def documents() -> Path | None:
    """The folder of the five documents, where this machine has it; they are not in the tree."""
    named = os.environ.get("SKINGRAPH_SOURCES")
    folder = Path(named) if named else ROOT.parent / "shared" / "sources"
    return folder if folder.is_dir() else None
