"""The tables, indexes and views of the SQLite database, and how nodes and edges fill them."""

from __future__ import annotations

from typing import Final

# A text that is not there is NULL. Full-text tables hold no copy of their texts.
TABLES: Final = """
CREATE TABLE about (
  name TEXT PRIMARY KEY,
  value TEXT
);
CREATE TABLE concepts (
  id TEXT PRIMARY KEY,
  iri TEXT NOT NULL,
  label TEXT NOT NULL,
  kinds TEXT,
  definition TEXT,
  synonyms TEXT,
  hidden_labels TEXT,
  other_labels TEXT
);
CREATE TABLE concept_kinds (
  concept TEXT NOT NULL REFERENCES concepts (id),
  kind TEXT NOT NULL,
  PRIMARY KEY (concept, kind)
) WITHOUT ROWID;
CREATE TABLE labels (
  number INTEGER PRIMARY KEY,
  concept TEXT NOT NULL REFERENCES concepts (id),
  kind TEXT NOT NULL,
  label TEXT NOT NULL
);
CREATE TABLE matches (
  concept TEXT NOT NULL REFERENCES concepts (id),
  match TEXT NOT NULL,
  term TEXT NOT NULL,
  PRIMARY KEY (concept, match, term)
) WITHOUT ROWID;
CREATE TABLE properties (
  id TEXT PRIMARY KEY,
  label TEXT NOT NULL
);
CREATE TABLE sources (
  id TEXT PRIMARY KEY,
  iri TEXT NOT NULL,
  title TEXT,
  kind TEXT,
  publisher TEXT,
  date TEXT,
  evidence TEXT,
  authority TEXT,
  file TEXT,
  characters INTEGER,
  hash TEXT,
  note TEXT
);
CREATE TABLE passages (
  id TEXT PRIMARY KEY,
  iri TEXT NOT NULL,
  source TEXT REFERENCES sources (id),
  section TEXT,
  start INTEGER,
  "end" INTEGER,
  hash TEXT
);
CREATE TABLE claims (
  id TEXT PRIMARY KEY,
  iri TEXT NOT NULL,
  says TEXT NOT NULL,
  subject TEXT NOT NULL REFERENCES concepts (id),
  predicate TEXT NOT NULL REFERENCES properties (id),
  object TEXT REFERENCES concepts (id),
  subject_label TEXT,
  label TEXT,
  object_label TEXT,
  polarity TEXT,
  certainty TEXT,
  hedge TEXT,
  frequency TEXT,
  strength TEXT,
  effect TEXT,
  direction TEXT,
  expected INTEGER,
  evidence TEXT,
  authority TEXT,
  quantity TEXT,
  minimum REAL,
  maximum REAL,
  unit TEXT,
  stated_as TEXT,
  start_hour REAL,
  end_hour REAL,
  "order" INTEGER,
  condition TEXT,
  note TEXT
);
CREATE TABLE claim_passages (
  claim TEXT NOT NULL REFERENCES claims (id),
  passage TEXT NOT NULL REFERENCES passages (id),
  PRIMARY KEY (claim, passage)
) WITHOUT ROWID;
CREATE TABLE claim_limits (
  claim TEXT NOT NULL REFERENCES claims (id),
  kind TEXT NOT NULL,
  thing TEXT NOT NULL,
  PRIMARY KEY (claim, kind, thing)
) WITHOUT ROWID;
CREATE TABLE edges (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL REFERENCES concepts (id),
  predicate TEXT NOT NULL REFERENCES properties (id),
  object TEXT REFERENCES concepts (id),
  label TEXT NOT NULL,
  says TEXT NOT NULL,
  claim TEXT REFERENCES claims (id),
  inherited_from TEXT REFERENCES concepts (id),
  polarity TEXT,
  certainty TEXT,
  strength TEXT,
  evidence TEXT,
  sources TEXT,
  passages TEXT
);
"""

# Made when the tables are full, since that is faster and gives smaller files.
INDEXES: Final = """
CREATE INDEX concepts_by_label ON concepts (label);
CREATE INDEX concept_kinds_by_kind ON concept_kinds (kind);
CREATE INDEX labels_by_label ON labels (label);
CREATE INDEX labels_by_concept ON labels (concept);
CREATE INDEX matches_by_term ON matches (term);
CREATE INDEX passages_by_source ON passages (source);
CREATE INDEX claims_by_subject ON claims (subject, predicate);
CREATE INDEX claims_by_object ON claims (object, predicate);
CREATE INDEX claims_by_predicate ON claims (predicate);
CREATE INDEX claim_passages_by_passage ON claim_passages (passage);
CREATE INDEX claim_limits_by_thing ON claim_limits (thing, kind);
CREATE INDEX edges_by_subject ON edges (subject, predicate);
CREATE INDEX edges_by_object ON edges (object, predicate);
CREATE INDEX edges_by_predicate ON edges (predicate);
CREATE INDEX edges_by_claim ON edges (claim);
CREATE INDEX edges_by_inherited_from ON edges (inherited_from);
"""

# By what content= names, Datasette knows which table a full-text table is for.
SEARCH: Final = """
CREATE VIRTUAL TABLE concepts_fts USING fts5 (
  label, synonyms, hidden_labels, other_labels, definition,
  content="concepts", tokenize="porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE labels_fts USING fts5 (
  label,
  content="labels", content_rowid="number", tokenize="porter unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE claims_fts USING fts5 (
  says, stated_as, hedge, condition, note,
  content="claims", tokenize="porter unicode61 remove_diacritics 2"
);
INSERT INTO concepts_fts (concepts_fts) VALUES ('rebuild');
INSERT INTO labels_fts (labels_fts) VALUES ('rebuild');
INSERT INTO claims_fts (claims_fts) VALUES ('rebuild');
"""

VIEWS: Final = """
CREATE VIEW claims_in_passages AS
SELECT
  claims.id AS claim, claims.says, claims.polarity, claims.certainty, claims.strength,
  claims.evidence, sources.title, sources.authority, passages.section, passages.start,
  passages."end", claim_passages.passage, passages.source
FROM claims
LEFT JOIN claim_passages ON claim_passages.claim = claims.id
LEFT JOIN passages ON passages.id = claim_passages.passage
LEFT JOIN sources ON sources.id = passages.source;

CREATE VIEW cautions AS
SELECT
  treatment.label AS treatment, factor.label AS factor,
  CASE
    WHEN edges.predicate = 'skg:consultFirstIn' THEN 'ask first'
    WHEN edges.strength = 'absolute' THEN 'refused'
    WHEN edges.strength = 'relative' THEN 'advised against'
    ELSE 'contraindicated'
  END AS caution,
  donor.label AS inherited_from, edges.says, edges.polarity, edges.certainty, edges.evidence,
  edges.subject, edges.object, edges.claim
FROM edges
JOIN concepts AS treatment ON treatment.id = edges.subject
JOIN concepts AS factor ON factor.id = edges.object
LEFT JOIN concepts AS donor ON donor.id = edges.inherited_from
WHERE edges.predicate IN ('skg:contraindicatedIn', 'skg:consultFirstIn')
  AND edges.polarity = 'supports';

CREATE VIEW treatments_of_concerns AS
SELECT
  concern.label AS concern, treatment.label AS treatment, claims.effect, claims.polarity,
  claims.certainty, claims.hedge, claims.frequency, claims.evidence, claims.says,
  claims.object, claims.subject, claims.id AS claim
FROM claims
JOIN concepts AS treatment ON treatment.id = claims.subject
JOIN concepts AS concern ON concern.id = claims.object
WHERE claims.predicate = 'skg:treats';

CREATE VIEW quantities AS
SELECT
  concepts.label AS thing, properties.label AS quantity, claims.minimum, claims.maximum,
  claims.unit, claims.stated_as, claims.polarity, claims.certainty, claims.evidence, claims.says,
  claims.subject, claims.predicate, claims.id AS claim
FROM claims
JOIN concepts ON concepts.id = claims.subject
JOIN properties ON properties.id = claims.predicate
WHERE claims.quantity IS NOT NULL;

CREATE VIEW denials AS
SELECT says, certainty, evidence, subject, predicate, object, id AS claim
FROM claims
WHERE polarity = 'refutes';
"""
