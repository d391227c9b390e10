// The atlas: the graph's concepts, claims and sources, read back from their columns.
const Atlas = (() => {
  // A column that is mostly empty comes as the places of what is not.
  function full(column, length, none = "") {
    if (Array.isArray(column)) return column;
    const values = new Array(length).fill(none);
    running(column.at).forEach((at, nth) => { values[at] = column.is[nth]; });
    return values;
  }
  function running(steps) {
    let at = 0;
    return steps.map((step) => (at += step));
  }
  const slug = (label) => label.toLowerCase().replaceAll(" ", "-");
  const byLabel = (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.id < b.id ? -1 : 1);

  function unpack(data) {
    const { packed, texts } = { packed: data.graph, texts: data.graph.texts };
    const concepts = conceptsOf(packed.concepts);
    const things = [...concepts, ...packed.things.map(([id, label], nth) => ({ at: concepts.length + nth, id, label, key: label.toLowerCase(), kinds: [], kind: "Other", synonyms: [], definition: "", broader: [], narrower: [], related: [], claims: [] }))];
    const sources = data.sources.map(([id, title, evidence, authority, kind, date, file], at) => ({ at, id, title, evidence, authority, kind, date, file }));
    const predicates = data.predicates.map(([id, label, place, unit], at) => ({ at, id, label, place, unit }));
    const claims = claimsOf(packed, things, texts, new Map(sources.map((one) => [one.id, one])), new Map(predicates.map((one) => [one.id, one])));
    const said = claims.map((claim, at) => ({ at, claim, of: claim.subject, from: null }));
    for (const [heir, steps] of packed.inherited) {
      // A claim is inherited once over each of its broader treatments; the claim names whose it is.
      for (const nth of running(steps)) said.push({ at: said.length, claim: claims[nth], of: things[heir], from: claims[nth].subject });
    }
    return withLookups({
      release: data.release, notice: data.notice, symbols: data.symbols, opens: data.opens, lessons: data.lessons, conceptPage: data.conceptPage,
      levels: data.levels.map(([code, label]) => ({ code, label })), sources, predicates, concepts, things, claims, said,
    });
  }

  function conceptsOf(columns) {
    const length = columns.label.length;
    const column = Object.fromEntries(["id", "synonyms", "definition", "broader", "related"].map((name) => [name, full(columns[name], length, ["id", "definition"].includes(name) ? "" : [])]));
    const concepts = columns.label.map((label, at) => {
      const [kind, ...kinds] = columns.kindNames[columns.kinds[at]];
      return { at, id: column.id[at] || slug(label), label, key: label.toLowerCase(), kind, kinds, synonyms: column.synonyms[at], definition: column.definition[at], narrower: [] };
    });
    for (const concept of concepts) {
      concept.broader = column.broader[concept.at].map((at) => concepts[at]);
      concept.related = column.related[concept.at].map((at) => concepts[at]);
    }
    for (const concept of concepts) for (const broader of concept.broader) broader.narrower.push(concept);
    return concepts;
  }

  function claimsOf(packed, things, texts, sources, predicates) {
    const columns = packed.claims, length = columns.id.length;
    const thing = (number) => (number ? things[number - 1] : null);
    const sparse = (name, none) => full(columns[name], length, none);
    const words = Object.fromEntries(["hedge", "frequency", "quantity", "statedAs", "condition", "note"].map((name) => [name, sparse(name, 0)]));
    const numbers = Object.fromEntries(["min", "max", "start", "end", "order"].map((name) => [name, sparse(name, null)]));
    const more = Object.fromEntries(["because", "attributes", "scopes", "details"].map((name) => [name, sparse(name, [])]));
    const [expected, effect, direction, whole] = [sparse("expected", 0), sparse("effect", 0), sparse("direction", 0), sparse("sentence", "")];
    const { source, section, start, length: long, sources: names } = packed.passages;
    const passages = source.map((number, at) => ({ at, source: sources.get(names[number]), section: texts[section[at]], start: start[at], end: start[at] + long[at] }));
    return running(columns.subject).map((subject, at) => {
      const [predicate, polarity, strength, verb] = packed.manners[columns.manner[at]];
      const certainty = packed.certainties[columns.certainty[at]];
      const cited = [columns.passages[at]].flat().map((number) => passages[number]);
      const claim = {
        at, id: columns.id[at], subject: things[subject], predicate: predicates.get(predicate), object: thing(columns.object[at]),
        polarity, supports: polarity === "supports", strength, verb, certainty, hedged: certainty === "hedged",
        effect: thing(effect[at]), direction: thing(direction[at]), expected: Boolean(expected[at]), unit: predicates.get(predicate).unit,
        because: more.because[at].map((number) => things[number]), attributes: more.attributes[at].map((number) => things[number]),
        scopes: more.scopes[at].map(([kind, number]) => [kind, things[number]]), details: more.details[at].map((number) => texts[number]),
        evidence: packed.evidences[columns.evidence[at]], passages: cited, sources: [...new Set(cited.map((passage) => passage.source))],
        caution: predicate === "contraindicatedIn" || predicate === "consultFirstIn", whole: whole[at],
      };
      for (const name of Object.keys(words)) claim[name] = texts[words[name][at]];
      for (const name of Object.keys(numbers)) claim[name] = numbers[name][at];
      claim.circumstances = [...claim.because, ...claim.attributes, ...claim.scopes.map(([, named]) => named)];
      return claim;
    });
  }

  function withLookups(atlas) {
    const byId = new Map(atlas.concepts.map((one) => [one.id, one]));
    const claims = new Map(atlas.claims.map((one) => [one.id, one]));
    const of = new Map(), elsewhere = new Map(), kinds = new Map();
    const add = (map, key, one) => { const list = map.get(key); if (list) list.push(one); else map.set(key, [one]); };
    for (const one of atlas.said) {
      add(of, one.of, one);
      if (!one.from && one.claim.object && one.claim.object !== one.of) add(elsewhere, one.claim.object, one);
    }
    for (const concept of atlas.concepts) for (const kind of concept.kinds) add(kinds, kind, concept);
    for (const list of kinds.values()) list.sort(byLabel);
    const NONE = [];

    // All that stands above or below, at any distance.
    function reach(concept, side) {
      const found = new Set(), open = [...concept[side]];
      while (open.length) {
        const next = open.pop();
        if (!found.has(next)) { found.add(next); open.push(...next[side]); }
      }
      return found;
    }
    const kept = { broader: new Map(), narrower: new Map() };
    const reached = (concept, side) => {
      if (!kept[side].has(concept)) kept[side].set(concept, reach(concept, side));
      return kept[side].get(concept);
    };
    return Object.assign(atlas, {
      concept: (name) => (typeof name === "number" ? atlas.things[name] : byId.get(name)),
      claim: (id) => claims.get(id),
      ofKind: (kind) => kinds.get(kind) ?? NONE,
      kindsThere: () => [...new Set(atlas.concepts.map((one) => one.kind))],
      above: (concept) => reached(concept, "broader"),
      below: (concept) => reached(concept, "narrower"),
      saidOf: (concept) => of.get(concept) ?? NONE,
      saidElsewhere: (concept) => elsewhere.get(concept) ?? NONE,
      naming: (concept) => atlas.claims.filter((claim) => claim.circumstances.includes(concept) && claim.subject !== concept && claim.object !== concept),
      pageOf: (concept) => (atlas.conceptPage && !concept.id.includes(":") ? atlas.conceptPage.replace("*", encodeURIComponent(concept.id)) : ""),
      byLabel,
    });
  }
  return { unpack };
})();
let atlas = null;
