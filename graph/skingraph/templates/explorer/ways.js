// Ways: how one thing is said to lead to another, step by step. Python's `explain` tells the same.
const ways = (() => {
  const LEADING = new Set(["treats", "hasMechanism", "hasPhase", "hasSideEffect", "hasOutcome", "performedWith", "leadsTo", "addresses"]);
  // What is acted against is not brought about: with these a way can only end.
  const ENDING = new Set(["treats", "addresses"]);
  const TOLD = 8, LONGEST = 5, MOST = 100;
  const SPACE = "https://w3id.org/skingraph/";
  const iri = (concept) => (concept.id.includes(":") ? concept.id : SPACE + concept.id);
  const byIri = (a, b) => (iri(a) < iri(b) ? -1 : iri(a) > iri(b) ? 1 : 0);
  let kept = null;

  // From each thing what it leads to, with everything that says so.
  function network(now) {
    const sifted = sieve.of(now);
    if (kept?.said === sifted.said) return kept;
    const out = new Map(), back = new Map(), onward = new Map();
    for (const one of sifted.said) {
      const { claim } = one;
      if (!claim.supports || !claim.object || !LEADING.has(claim.predicate.id)) continue;
      if (!out.has(one.of)) out.set(one.of, new Map());
      const steps = out.get(one.of);
      // A claim that is inherited over two broader treatments is one claim; the last one counts.
      if (!steps.has(claim.object)) steps.set(claim.object, new Map());
      steps.get(claim.object).set(claim.id, one);
      if (!back.has(claim.object)) back.set(claim.object, new Set());
      back.get(claim.object).add(one.of);
      if (ENDING.has(claim.predicate.id)) continue;
      if (!onward.has(one.of)) onward.set(one.of, new Set());
      onward.get(one.of).add(claim.object);
    }
    const next = new Map([...out].map(([from, steps]) => [from, [...steps.keys()].sort(byIri)]));
    const goesOn = (from, to) => onward.get(from)?.has(to) ?? false;
    kept = { said: sifted.said, out, back, next, goesOn };
    return kept;
  }

  // How many steps it is from everywhere to a goal.
  function distances(goal, { back, goesOn }) {
    const far = new Map([[goal, 0]]);
    let rim = [goal];
    for (let length = 1; rim.length && length <= LONGEST; length += 1) {
      const wider = [];
      for (const thing of rim) for (const before of back.get(thing) ?? []) if (!far.has(before) && (thing === goal || goesOn(before, thing))) { far.set(before, length); wider.push(before); }
      rim = wider;
    }
    return far;
  }
  function pathsTo(goal, start, net) {
    const { next, goesOn } = net;
    const far = distances(goal, net), found = [];
    const walk = (path, left) => {
      const here = path.at(-1);
      if (left === 0) { if (here === goal) found.push([...path]); return; }
      if (here === goal) return;
      for (const one of next.get(here) ?? []) {
        if (found.length >= MOST) return;
        if (one !== goal && !goesOn(here, one)) continue;
        if ((far.get(one) ?? Infinity) <= left - 1 && !path.includes(one)) { path.push(one); walk(path, left - 1); path.pop(); }
      }
    };
    if (far.has(start)) for (let length = far.get(start); length <= LONGEST && found.length < MOST; length += 1) walk([start], length);
    return found;
  }

  function find(start, end, now) {
    const net = network(now);
    const goals = [end, ...[...atlas.below(end)].sort(byIri)].filter((goal) => goal !== start && (net.back.has(goal) || net.out.has(goal)));
    const paths = goals.flatMap((goal) => pathsTo(goal, start, net));
    paths.sort((a, b) => a.length - b.length || a.reduce((sooner, one, nth) => sooner || byIri(one, b[nth]), 0));
    const told = paths.slice(0, TOLD);
    return {
      start, end, left: Math.max(paths.length - TOLD, 0), against: against(start, end, told, now),
      ways: told.map((path) => path.slice(1).map((to, nth) => step(path[nth], to, [...net.out.get(path[nth]).get(to)]))),
    };
  }
  function step(start, end, said) {
    const all = said.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    return { start, end, said: all, ...strength(all) };
  }
  // A step is as strong as the best that is said for it.
  function strength(said) {
    const level = said.map((one) => one.claim.evidence).sort().at(-1) ?? "";
    return { level, hedged: said.every((one) => one.claim.hedged), inherited: said.every((one) => one.from), sources: new Set(said.flatMap((one) => one.claim.sources)).size };
  }
  // The weakest step: the lowest evidence, then what is only hedged, only inherited, said by fewest.
  function weakest(way) {
    const order = (one) => [one.level, one.hedged ? 0 : 1, one.inherited ? 0 : 1, one.sources];
    const weaker = (a, b) => {
      const [one, other] = [order(a), order(b)];
      const nth = one.findIndex((value, at) => value !== other[at]);
      return nth >= 0 && one[nth] < other[nth];
    };
    return way.reduce((worst, one, nth) => (weaker(one, way[worst]) ? nth : worst), 0);
  }
  function why(one) {
    return [`evidence ${one.level || "not graded"}`, one.hedged && "only hedged", one.inherited && "only inherited", one.sources < 2 && "one source"].filter(Boolean).join(", ");
  }

  // What denies a step or the whole, and cautions in the end or what is close to it.
  function against(start, end, paths, now) {
    const { passes } = sieve.of(now), ends = new Set([end, ...atlas.below(end)]);
    const close = new Set([...ends, ...atlas.above(end), ...end.related, ...atlas.concepts.filter((one) => one.related.includes(end))]);
    const pairs = new Set([...ends].map((one) => `${start.at} ${one.at}`));
    for (const path of paths) path.slice(1).forEach((to, nth) => pairs.add(`${path[nth].at} ${to.at}`));
    const denials = atlas.said.filter((one) => !one.from && !one.claim.supports && !one.claim.caution && one.claim.object && pairs.has(`${one.of.at} ${one.claim.object.at}`));
    const cautions = atlas.saidOf(start).filter(({ claim }) => claim.supports && claim.caution && close.has(claim.object));
    return [...denials, ...cautions].filter(passes);
  }

  // Everything that a thing leads to in so many steps.
  function reached(start, now) {
    const { next, goesOn } = network(now), far = new Map([[start, 0]]), passed = new Set([start]);
    let rim = [start];
    for (let length = 1; rim.length && length <= LONGEST; length += 1) {
      const wider = [];
      for (const thing of rim) for (const one of next.get(thing) ?? []) {
        if (!far.has(one)) far.set(one, length);
        if (goesOn(thing, one) && !passed.has(one)) { passed.add(one); wider.push(one); }
      }
      rim = wider;
    }
    return far;
  }
  return { find, weakest, why, reached, LEADING };
})();
