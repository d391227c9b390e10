// The sieve: the legend as filter. It makes the links that the views draw, of what passes.
const sieve = (() => {
  const LANES = ["Treatment", "Mechanism", "HealingPhase", "Concern"];
  const WARNINGS = new Set(["contraindicatedIn", "consultFirstIn", "redFlagAfter"]);
  const STRENGTHS = { absolute: "refused", relative: "advised against" };
  const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  // Until somebody chooses, the lanes show their own kinds and those of the focus; other views show all.
  function hidden(now) {
    if (now.hide !== null) return now.hide;
    if (now.view !== "lanes") return [];
    const shown = new Set([...LANES, ...now.focus.map((id) => atlas.concept(id).kind)]);
    return atlas.kindsThere().filter((kind) => !shown.has(kind)).sort();
  }

  function passesWith(now) {
    const levels = new Set(now.levels), sources = new Set(now.sources), bear = new Set(now.bear);
    return ({ claim, from }) =>
      !levels.has(claim.evidence || "none") && !bear.has(from ? "inherited" : "asserted")
      && (!sources.size || !claim.sources.length || claim.sources.some((source) => !sources.has(source.id)));
  }

  const same = (one, other) => one.length === other.length && one.every((value, nth) => value === other[nth]);
  // Two claims meet where they speak of the same effect and respect, and their scopes may overlap.
  function meet(one, other) {
    const flat = (claim) => claim.scopes.flat();
    return (same(flat(one), flat(other)) || !one.scopes.length || !other.scopes.length)
      && one.effect === other.effect && one.direction === other.direction && same(one.attributes, other.attributes);
  }
  function manner(said) {
    const claims = said.map((one) => one.claim), yes = claims.filter((claim) => claim.supports), no = claims.filter((claim) => !claim.supports);
    if (!yes.length) return "refuted";
    if (no.length) return yes.some((one) => no.some((other) => meet(one, other))) ? "disputed" : "in part";
    return yes.every((claim) => claim.hedged) ? "hedged" : "stated";
  }
  function warning(link) {
    if (!WARNINGS.has(link.predicate.id) || link.manner === "refuted") return "";
    if (link.predicate.id === "redFlagAfter") return "red flag";
    if (link.predicate.id === "consultFirstIn") return "ask first";
    const strengths = [...new Set(link.said.filter((one) => one.claim.supports).map((one) => one.claim.strength))].sort(byText);
    return strengths.map((strength) => STRENGTHS[strength] ?? (strength || "contraindicated")).join(" or ");
  }
  function linksOf(said) {
    const found = new Map();
    for (const one of said) {
      if (!one.claim.object) continue;
      const key = (one.of.at * 4096 + one.claim.predicate.at) * 1048576 + one.claim.object.at;
      const list = found.get(key);
      if (list) list.push(one); else found.set(key, [one]);
    }
    return [...found.values()].map((list) => {
      const [{ of, claim }] = list;
      const link = { id: `${of.id} ${claim.predicate.id} ${claim.object.id}`, subject: of, predicate: claim.predicate, object: claim.object, said: list, manner: manner(list) };
      link.inheritedFrom = list.every((one) => one.from) ? [...new Set(list.map((one) => one.from.label))].sort(byText) : [];
      link.warning = warning(link);
      link.sources = [...new Set(list.flatMap((one) => one.claim.sources))];
      link.single = link.sources.length < 2;
      link.level = list.filter((one) => one.claim.supports || link.manner === "refuted").map((one) => one.claim.evidence).sort(byText).at(-1) ?? "";
      return link;
    });
  }

  let kept = null, shown = null;
  function claims(now) {
    const key = JSON.stringify([now.levels, now.sources, now.bear]);
    if (kept?.key === key) return kept;
    const passes = passesWith(now), said = atlas.said.filter(passes), links = linksOf(said), of = new Map(), touching = new Map();
    const add = (map, name, one) => { const list = map.get(name); if (list) list.push(one); else map.set(name, [one]); };
    for (const one of said) add(of, one.of, one);
    for (const link of links) { add(touching, link.subject, link); if (link.object !== link.subject) add(touching, link.object, link); }
    const names = new Map(links.map((link) => [link.id, link]));
    const warns = (one) => one.claim.supports && WARNINGS.has(one.claim.predicate.id);
    kept = {
      key, passes, said, links, link: (id) => names.get(id), saidOf: (concept) => of.get(concept) ?? [], linksAt: (concept) => touching.get(concept) ?? [],
      left: atlas.said.length - said.length, warningsLeft: atlas.said.filter(warns).length - said.filter(warns).length,
    };
    return kept;
  }
  // What passes, together with the kinds that are shown.
  function of(now) {
    const found = claims(now), left = hidden(now), key = `${found.key}${left}`;
    if (shown?.key !== key) {
      const without = new Set(left);
      shown = { ...found, key, hidden: left, showsKind: (kind) => !without.has(kind), shows: (concept) => !without.has(concept.kind) };
    }
    return shown;
  }
  return { of, LANES, manner, linksOf };
})();
