// The choice: which concepts and links the lanes show, and what they leave out.
const choice = (() => {
  const LIMIT = 60, OVERVIEW = 44;
  const CHAIN = new Set(["hasMechanism", "hasPhase", "leadsTo", "addresses", "treats"]);
  const SHARES = { Mechanism: 1.5, Concern: 1.5, Outcome: 1.5, Other: 0.5 };

  function of(now) {
    if (now.way.length) return along(now);
    const sifted = sieve.of(now);
    const base = now.focus.length ? around(now, sifted) : overview(sifted);
    return widened(base, now, sifted);
  }
  const inside = (links, shown) => links.filter((link) => shown.has(link.subject) && shown.has(link.object));

  // When each thing's turn comes, so that no lane takes all the room.
  function turns(order) {
    const taken = new Map(), turn = new Map();
    for (const concept of order) {
      const nth = (taken.get(concept.kind) ?? 0) + 1;
      taken.set(concept.kind, nth);
      turn.set(concept, nth / (SHARES[concept.kind] ?? 1));
    }
    return turn;
  }

  // What a link away is, and what the chain leads to from there: forwards, and backwards.
  function around(now, sifted) {
    const focus = now.focus.map(atlas.concept), far = new Map(focus.map((one) => [one, 0])), weight = new Map(), urgent = new Set();
    const reach = (from, next, fits) => {
      const found = [];
      for (const one of from) {
        for (const link of sifted.linksAt(one)) {
          const other = link.subject === one ? link.object : link.subject;
          if (!fits(link, one) || far.get(other) === 0 || !sifted.shows(other)) continue;
          if (!far.has(other)) { far.set(other, next); found.push(other); }
          weight.set(other, (weight.get(other) ?? 0) + link.said.length);
          if (link.warning) urgent.add(other);
        }
      }
      return found;
    };
    reach(focus, 1, () => true);
    const forth = (link, one) => link.subject === one && CHAIN.has(link.predicate.id) && link.manner !== "refuted";
    const back = (link, one) => link.object === one && CHAIN.has(link.predicate.id) && link.manner !== "refuted";
    for (const [fits, starts] of [[forth, ["Treatment", "Mechanism", "HealingPhase"]], [back, ["Concern", "Mechanism", "HealingPhase"]]]) {
      let rim = focus.filter((one) => starts.includes(one.kind));
      rim = rim.flatMap((one) => sifted.linksAt(one).filter((link) => fits(link, one)).map((link) => (link.subject === one ? link.object : link.subject))).filter((one) => far.get(one) === 1);
      for (let hop = 2; hop <= 3 && rim.length; hop += 1) rim = reach([...new Set(rim)], hop, fits);
    }
    const order = [...far.keys()].sort((a, b) => far.get(a) - far.get(b) || (weight.get(b) ?? 0) - (weight.get(a) ?? 0) || atlas.byLabel(a, b));
    const turn = turns(order);
    order.sort((a, b) => far.get(a) - far.get(b) || urgent.has(b) - urgent.has(a) || turn.get(a) - turn.get(b));
    const shown = new Set(order.slice(0, LIMIT));
    return { focus: new Set(focus), shown, links: inside(sifted.links, shown), left: order.slice(LIMIT) };
  }

  // The best connected treatments, mechanisms, phases and concerns.
  function overview(sifted) {
    const chain = sifted.links.filter((link) => CHAIN.has(link.predicate.id) && !link.inheritedFrom.length && sifted.shows(link.subject) && sifted.shows(link.object));
    const degree = new Map();
    for (const { subject, object } of chain) for (const end of new Set([subject, object])) degree.set(end, (degree.get(end) ?? 0) + 1);
    const order = [...degree.keys()].sort((a, b) => degree.get(b) - degree.get(a) || atlas.byLabel(a, b)), turn = turns(order);
    order.sort((a, b) => turn.get(a) - turn.get(b) || degree.get(b) - degree.get(a));
    const best = new Set(order.slice(0, OVERVIEW)), linked = new Set(inside(chain, best).flatMap(({ subject, object }) => [subject, object]));
    const shown = new Set(order.filter((one) => best.has(one) && linked.has(one)));
    const left = atlas.concepts.filter((one) => sifted.shows(one) && !shown.has(one));
    const inherited = inside(sifted.links, shown).filter((link) => CHAIN.has(link.predicate.id) && link.inheritedFrom.length).length;
    return { focus: new Set(), shown, links: inside(chain, shown), left, inherited, overview: true };
  }

  // The neighbours that somebody asked for are all there, whatever the limit.
  function widened(base, now, sifted) {
    if (!now.more.length) return base;
    const shown = new Set(base.shown);
    for (const concept of now.more.map(atlas.concept)) {
      shown.add(concept);
      for (const link of sifted.linksAt(concept)) for (const end of [link.subject, link.object]) if (sifted.shows(end)) shown.add(end);
    }
    const links = base.overview ? sifted.links.filter((link) => !link.inheritedFrom.length && CHAIN.has(link.predicate.id) || now.more.some((id) => [link.subject.id, link.object.id].includes(id))) : sifted.links;
    return { ...base, shown, links: inside(links, shown), left: base.left.filter((one) => !shown.has(one)) };
  }
  const missing = (concept, now) => {
    const { shown } = of(now), sifted = sieve.of(now);
    return new Set(sifted.linksAt(concept).flatMap((link) => [link.subject, link.object]).filter((end) => sifted.shows(end) && !shown.has(end)));
  };

  // The ways from one thing to another, and nothing else.
  function along(now) {
    const [start, end] = now.way.map(atlas.concept), told = ways.find(start, end, now);
    const shown = new Set([start, end]), pairs = new Set();
    for (const way of told.ways) for (const step of way) { shown.add(step.start); shown.add(step.end); pairs.add(`${step.start.at} ${step.end.at}`); }
    const links = inside(sieve.of(now).links, shown).filter((link) => pairs.has(`${link.subject.at} ${link.object.at}`));
    return { focus: new Set([start, end]), shown, links, left: [], told };
  }
  return { of, missing, LIMIT, CHAIN };
})();
