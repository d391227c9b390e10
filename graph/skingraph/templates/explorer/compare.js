// Compare: two or three treatments side by side, as comparison.py has it, with shared and different in words.
const compare = (() => {
  const LEFT_OUT = new Set(["comparedWith", "broader"]);
  const SHOWN = 3;

  // What is said with each property of each treatment, in the order of reading; inherited ones too.
  function aspects(treatments, passes) {
    const found = new Map();
    treatments.forEach((treatment, side) => {
      for (const said of atlas.saidOf(treatment)) {
        const { predicate } = said.claim;
        if (LEFT_OUT.has(predicate.id) || !passes(said)) continue;
        if (!found.has(predicate)) found.set(predicate, treatments.map(() => []));
        found.get(predicate)[side].push(said);
      }
    });
    return [...found].sort(([a], [b]) => a.place - b.place || (a.label < b.label ? -1 : 1)).map(([predicate, sides]) => ({ predicate, sides, rows: rows(sides) }));
  }

  // One row for each thing that is named, and one for the claims that name none, such as numbers.
  function rows(sides) {
    const found = new Map();
    sides.forEach((said, side) => {
      for (const one of said) {
        const thing = one.claim.object;
        if (!found.has(thing)) found.set(thing, sides.map(() => []));
        found.get(thing)[side].push(one);
      }
    });
    return [...found].map(([thing, cells]) => ({ thing, cells, mark: marked(cells, thing) })).sort((a, b) => !a.thing - !b.thing || (a.thing ? atlas.byLabel(a.thing, b.thing) : 0));
  }

  const strengths = (said) => [...new Set(said.filter((one) => one.claim.supports).map((one) => one.claim.strength))].sort().join();
  const quantities = (said) => [...new Set(said.map((one) => `${one.claim.polarity} ${one.claim.quantity}`))].sort().join("\n");

  // "shared", "different" or "alone": said of all alike, of all but not alike, or not of all.
  function marked(cells, thing) {
    if (cells.some((said) => !said.length)) return "alone";
    if (!thing) return new Set(cells.map(quantities)).size === 1 ? "shared" : "different";
    const alike = new Set(cells.map((said) => `${sieve.manner(said)} ${strengths(said)}`));
    return alike.size === 1 ? "shared" : "different";
  }

  // The claims that compare two of them, or one with a class of another.
  function direct(treatments, passes) {
    const families = treatments.map((one) => new Set([one, ...atlas.above(one)]));
    const joins = ({ subject, object }) => families.some((one, at) => families.some((other, also) => at !== also && one.has(subject) && other.has(object)));
    return atlas.said.filter((one) => !one.from && one.claim.predicate.id === "comparedWith" && passes(one) && joins(one.claim));
  }

  // The most spoken-of treatments, where the address names none.
  function pair(now) {
    const all = atlas.ofKind("Treatment");
    const named = [...now.compare, ...now.focus, ...(now.treatment ? [now.treatment] : [])].map((id) => atlas.concept(id)).filter((one) => all.includes(one));
    const rest = [...all].sort((a, b) => ownOf(b) - ownOf(a) || atlas.byLabel(a, b));
    const two = [...new Set([...(now.compare.length >= 2 ? named.slice(0, now.compare.length) : named.slice(0, 2)), ...(now.compare.length >= 2 ? [] : rest)])];
    return two.slice(0, Math.max(2, now.compare.length));
  }
  const ownOf = (treatment) => atlas.saidOf(treatment).filter((one) => !one.from).length;

  function render(box, now) {
    box.append(make("h2", {}, "Compare treatments"), make("div", { id: "compare-choose", class: "bar" }), make("div", { id: "compare-body" }));
    redraw(box, now);
  }

  function redraw(box, now) {
    const treatments = pair(now), sieved = sieve.of(now), body = dom.byId("compare-body"), bar = dom.byId("compare-choose");
    const focused = bar.contains(document.activeElement) ? document.activeElement.id : "";
    bar.replaceChildren(...choosers(treatments, now));
    if (focused) dom.byId(focused)?.focus();
    if (treatments.length < 2) return body.replaceChildren(make("p", {}, "Two treatments are needed, and the graph has fewer."));
    const passes = (said) => sieved.passes(said) && !(said.claim.object && sieved.hidden.includes(said.claim.object.kind));
    const wanted = ["shared", "different", "alone"].includes(now.order) ? now.order : "";
    const found = aspects(treatments, passes), together = direct(treatments, passes);
    const tally = { shared: 0, different: 0, alone: 0 };
    for (const { rows } of found) for (const row of rows) tally[row.mark] += 1;
    body.replaceChildren(
      make("p", { class: "lead", data: { pair: treatments.map((one) => one.id).join(" ") } }, `${tally.shared} shared, ${tally.different} said of ${all(treatments)} but not alike, ${tally.alone} said of ${treatments.length > 2 ? "one or two" : "one"} only. What is not said of a treatment is not denied of it.`),
      heads(treatments),
      section(treatments, together),
      ...found.map((aspect, nth) => aspectOf(aspect, treatments, wanted, nth)).filter(Boolean));
  }
  const all = (treatments) => (treatments.length > 2 ? "all" : "both");

  function choosers(treatments, now) {
    const options = atlas.ofKind("Treatment").map((one) => [one.id, one.label]);
    const put = (at, id) => {
      const ids = treatments.map((one) => one.id), there = ids.indexOf(id);
      if (there >= 0 && id) ids[there] = ids[at];
      ids[at] = id;
      state.change({ compare: ids.filter(Boolean) });
    };
    const chosen = treatments.map((one, at) => dom.chooser({ label: `${["First", "Second", "Third"][at]} treatment`, options: at > 1 ? [["", "none"], ...options] : options, chosen: one.id, onchange: (id) => put(at, id), attributes: { id: `compare-${at}` } }));
    if (treatments.length === 2 && options.length > 2) chosen.push(dom.chooser({ label: "Third treatment", options: [["", "none"], ...options.filter(([id]) => !treatments.some((one) => one.id === id))], onchange: (id) => put(2, id), attributes: { id: "compare-2" } }));
    const order = ["shared", "different", "alone"].includes(now.order) ? now.order : "";
    chosen.push(dom.chooser({ label: "Show", options: [["", "everything"], ["shared", "what is shared"], ["different", "what is not alike"], ["alone", "what is said of one only"]], chosen: order, onchange: (value) => state.change({ order: value }), attributes: { id: "compare-order" } }));
    return chosen;
  }

  const heads = (treatments) => make("div", { class: "heads", data: { sides: treatments.length } }, treatments.map((one) => make("div", { class: "head", data: { side: one.id } },
    make("h3", {}, dom.sign("Treatment"), make("button", { type: "button", class: "word", onclick: () => { state.change({ chosen: one.id }); panel.focus(); } }, dom.label(one))),
    make("p", {}, make("bdi", {}, one.definition)),
    one.broader.length ? make("p", { class: "meta" }, "A kind of ", one.broader.flatMap((kind, at) => [at ? ", " : "", dom.label(kind)])) : null,
    care.badge(one, { whole: true }))));

  const section = (treatments, together) => make("section", { class: "direct", data: { direct: together.map((one) => one.claim.id).join(" ") } },
    make("h3", {}, `What sources say of ${treatments.length > 2 ? "them" : "the two"} together`),
    together.length ? make("div", { class: "claims" }, together.map((one) => panel.claim(one))) : make("p", {}, `No source compares ${treatments.length > 2 ? "them" : "the two"}.`));

  function aspectOf({ predicate, rows }, treatments, wanted, nth) {
    const shown = rows.filter((row) => !wanted || row.mark === wanted);
    if (!shown.length) return null;
    // Warnings are open; what is long is not, nor is much on a phone.
    const folded = nth > 1 && (shown.length > 14 || innerWidth < 768);
    return make("details", { class: "aspect", open: !folded, data: { predicate: predicate.id } },
      make("summary", {}, make("h3", {}, dom.sentenceCase(predicate.label)), make("span", { class: "meta" }, tallied(shown, treatments))),
      table.spoken(make("table", { class: "compare" },
        make("caption", { class: "unseen" }, predicate.label),
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, make("span", { class: "unseen" }, "What")), make("th", { scope: "col" }, "Shared?"), ...treatments.map((one) => make("th", { scope: "col" }, dom.label(one))))),
        make("tbody", {}, shown.map((row) => line(row, predicate, treatments))))));
  }

  function tallied(shown, treatments) {
    const counts = [["shared", "shared"], ["different", "not alike"]].map(([mark, words]) => [shown.filter((row) => row.mark === mark).length, words]);
    treatments.forEach((one, at) => counts.push([shown.filter((row) => row.mark === "alone" && row.cells.every((said, side) => said.length > 0 === (side === at))).length, `only of ${one.label}`]));
    return counts.filter(([many]) => many).map(([many, words]) => `${many} ${words}`).join(", ");
  }

  const SIGNS = { shared: "=", different: "\u2260" };
  const signOf = (row) => SIGNS[row.mark] ?? (row.cells[0].length ? "\u25d0" : "\u25d1");
  function words(row, treatments) {
    const heirs = treatments.filter((_, at) => row.cells[at].every((one) => one.from));
    if (row.mark === "shared") return `said of ${all(treatments)}${heirs.length ? `; ${heirs.length < treatments.length ? `of ${heirs.map((one) => one.label).join(" and ")} ` : ""}by inheritance` : ""}`;
    if (row.mark === "different") return `said of ${all(treatments)}, not alike`;
    return `only of ${treatments.filter((_, at) => row.cells[at].length).map((one) => one.label).join(" and ")}`;
  }

  const line = (row, predicate, treatments) => make("tr", { data: { row: `${predicate.id} ${row.thing ? row.thing.id : ""}`.trim(), mark: row.mark } },
    make("th", { scope: "row" }, row.thing ? dom.label(row.thing) : "in numbers or words"),
    make("td", { class: `mark-${row.mark}` }, make("span", { class: "equal", "aria-hidden": "true" }, signOf(row)), " ", make("bdi", {}, words(row, treatments))),
    row.cells.map((said, at) => make("td", { data: { side: treatments[at].id, label: treatments[at].label, claims: said.map((one) => one.claim.id).join(" ") } }, said.length ? told(said, row, treatments[at]) : make("span", { class: "meta" }, "nothing said"))));

  // A cell tells its claims in short, one line for those alike; the panel tells them in full.
  function told(said, row, treatment) {
    const alike = new Map();
    for (const one of said) {
      const short = brief(one);
      alike.set(short, [...(alike.get(short) ?? []), one]);
    }
    const title = row.thing ? `${treatment.label} and ${row.thing.label}` : `${treatment.label}: ${said[0].claim.predicate.label}`;
    const open = (some) => panel.tell(title, some.map((one) => panel.claim(one)));
    const lines = [...alike], rest = lines.slice(SHOWN);
    return [
      ...lines.slice(0, SHOWN).map(([short, many]) => make("p", { class: many[0].claim.supports ? "" : "denied" }, make("button", { type: "button", class: "word", onclick: () => open(many) }, make("bdi", {}, short)), make("small", { class: "meta" }, ` ${many[0].claim.evidence || "not graded"}${many.length > 1 ? `, ${many.length} claims` : ""}`))),
      rest.length ? make("p", {}, make("button", { type: "button", class: "word small", onclick: () => open(said) }, `${rest.length} more`, make("span", { class: "unseen" }, ` of ${title}`))) : null,
    ];
  }
  function brief(one) {
    const { claim } = one, firm = sentences.firmly(one);
    return [claim.quantity, firm, ...claim.details.filter((detail) => !detail.startsWith("hedged") && detail !== claim.frequency)].filter(Boolean).join("; ");
  }

  const register = () => views.register({ name: "compare", title: "Compare", order: 40, render, redraw, wants: (now) => [now.compare, now.focus, now.treatment, now.order, now.care, now.hide, now.levels, now.sources, now.bear] });
  return { register, aspects, direct };
})();
