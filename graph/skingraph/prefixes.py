"""The one table of prefixes, and the way from a CURIE to an IRI and back."""

from __future__ import annotations

import re
from typing import Final

PREFIXES: Final[dict[str, str]] = {
    "skg": "https://w3id.org/skingraph/schema#",
    "skin": "https://w3id.org/skingraph/",
    "claim": "https://w3id.org/skingraph/claim/",
    "source": "https://w3id.org/skingraph/source/",
    "passage": "https://w3id.org/skingraph/passage/",
    "biolink": "https://w3id.org/biolink/vocab/",
    "dcterms": "http://purl.org/dc/terms/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "unit": "http://qudt.org/vocab/unit/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "CHEBI": "http://purl.obolibrary.org/obo/CHEBI_",
    "CL": "http://purl.obolibrary.org/obo/CL_",
    "DOID": "http://purl.obolibrary.org/obo/DOID_",
    "GO": "http://purl.obolibrary.org/obo/GO_",
    "HP": "http://purl.obolibrary.org/obo/HP_",
    "MAXO": "http://purl.obolibrary.org/obo/MAXO_",
    "MESH": "http://id.nlm.nih.gov/mesh/",
    "MONDO": "http://purl.obolibrary.org/obo/MONDO_",
    "NCIT": "http://purl.obolibrary.org/obo/NCIT_",
    "UBERON": "http://purl.obolibrary.org/obo/UBERON_",
}

SKG: Final = PREFIXES["skg"]
SKIN: Final = PREFIXES["skin"]

# The vocabularies of others in which our concepts have counterparts: those in capitals.
VOCABULARIES: Final = tuple(prefix for prefix in PREFIXES if prefix.isupper())

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_CURIE = re.compile(r"([A-Za-z]+):([^\s:/][^\s]*)")
_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda item: len(item[1]), reverse=True)


def curie(iri: str) -> str:
    """The IRI in short form, or unchanged when no prefix of the table fits.

    >>> curie("https://w3id.org/skingraph/claim/peel-is-temporary")
    'claim:peel-is-temporary'
    """
    for prefix, namespace in _LONGEST_FIRST:
        if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def expand(name: str) -> str | None:
    """The IRI that a CURIE stands for, or None when it is no CURIE of the table.

    >>> expand("skin:microneedling")
    'https://w3id.org/skingraph/microneedling'
    """
    match = _CURIE.fullmatch(name)
    if match is None or match[1] not in PREFIXES:
        return None
    return PREFIXES[match[1]] + match[2]
