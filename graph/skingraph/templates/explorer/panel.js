// The panel: what is said of the thing or the link that was chosen, by whom, where, on what evidence.
const panel = (() => {
  const UNFOLDED = 14, MOST = 150;
  const box = () => dom.byId("panel");
  const MARKS = { hedged: "hedged", refuted: "denied", disputed: "disputed", "in part": "denied in part" };

  function claim(one) {
    const { claim: said, from } = one;
    return make("article", { class: said.supports ? "claim" : "claim denied", data: { claim: said.id, from: from?.id } },
      make("p", { class: "sentence", dir: "auto" }, sentences.of(said)),
      make("p", { class: "meta" }, make("span", { class: "firmly" }, sentences.firmly(one)), from ? make("span", {}, ", not said of ", dom.label(one.of), " itself") : null),
      said.passages.map((passage) => make("p", { class: "meta" }, sourceOf(passage.source), `: ${sentences.where(passage)} (${passage.source.authority || "not graded"})`)),
      said.passages.length ? null : make("p", { class: "meta" }, "no source recorded"),
      make("p", { class: "meta" }, `Evidence level ${sentences.level(said.evidence)}`));
  }
  const sourceOf = (source) => { const href = atlas.pageOf({ id: `source/${source.id}` }); return href ? make("a", { href: href.replaceAll("%2F", "/") }, dom.label(source)) : dom.label(source); };

  // What must be seen without reading: hedge, denial, dispute, inheritance, a lone source.
  function mark(link) {
    const marks = [MARKS[link.manner], link.warning, link.inheritedFrom.length && `inherited from ${link.inheritedFrom.join(", ")}`, link.single ? "1 source" : `${link.sources.length} sources`];
    return marks.filter(Boolean).map((word) => make("span", { class: `mark${/denied|disputed/.test(word) || word === link.warning ? " alarm" : ""}`, data: { mark: word } }, word));
  }

  function heading(text, sign, of) {
    box().dataset.of = of;
    return make("h2", { tabindex: -1, id: "panel-head" }, sign, make("bdi", {}, text));
  }
  function ofConcept(concept, now) {
    const sifted = sieve.of(now), page = atlas.pageOf(concept);
    const parts = [heading(concept.label, dom.sign(concept.kind, 22), concept.id), make("p", { class: "meta" }, concept.kinds.map(dom.kindWords).join(", ") || "thing")];
    if (concept.definition) parts.push(make("p", { dir: "auto" }, concept.definition));
    if (concept.synonyms.length) parts.push(make("p", { class: "meta" }, "Also called: ", concept.synonyms.flatMap((name, nth) => [nth ? ", " : "", make("bdi", {}, name)])));
    if (concept.broader.length) parts.push(make("p", { class: "meta" }, "A kind of: ", concept.broader.flatMap((other, nth) => [nth ? ", " : "", dom.button(other.label, () => search.go(other), { class: "plain" })])));
    if (concept.kinds.includes("Treatment")) parts.push(verdict(concept, now));
    const missing = now.view === "lanes" && !now.way.length && canvas.picked?.shown.has(concept) ? choice.missing(concept, now) : new Set();
    parts.push(make("p", { class: "acts noprint" },
      now.focus.length === 1 && now.focus[0] === concept.id && now.view === "lanes" && !now.way.length ? null : dom.button("Put in the middle", () => state.change({ view: "lanes", focus: [concept.id], more: [], way: [] }), { data: { act: "focus" } }),
      missing.size ? dom.button(`Show ${dom.count(missing.size, "more neighbour")}`, () => { state.change({ more: [...new Set([...state.now.more, concept.id])] }); if (canvas.picked.shown.size > 150) dom.say("That is a lot for one picture; the table tells it in rows."); }, { data: { act: "more", missing: missing.size } }) : null,
      page ? make("a", { href: page, data: { page: concept.id } }, "Its page") : null));
    const own = groups(sifted.saidOf(concept), (one) => one.claim.object), elsewhere = groups(atlas.saidElsewhere(concept).filter(sifted.passes), (one) => one.of);
    const naming = atlas.naming(concept).map((one) => atlas.said[one.at]).filter(sifted.passes);
    if (!own.length && !elsewhere.length && !naming.length) parts.push(make("p", {}, sifted.left ? "Nothing that passes the filter is said of it. That is no evidence of safety." : "No claim found. That is no evidence of safety."));
    parts.push(...section("What is said of it", own, concept), ...section("What is said of others with it", elsewhere, concept));
    if (naming.length) parts.push(make("h3", {}, "Where it is a limit or a reason"), make("details", { class: "group", open: naming.length < 4 }, make("summary", {}, "named in what is said of others ", make("span", { class: "count" }, dom.number(naming.length))), naming.slice(0, MOST).map(claim)));
    return parts;
  }
  function verdict(concept, now) {
    const found = now.care.length ? care.verdict(concept, now.care) : null;
    if (!found) return null;
    return make("div", { class: `verdict verdict-${found.name}`, data: { verdict: found.name } }, make("p", {}, make("strong", {}, `${found.sign} ${dom.sentenceCase(found.text)}`)), found.name === "silent" ? make("p", {}, "No source says anything of it here. That is not the same as safe.") : null);
  }

  // By property, then by the thing at the other end: warnings first, the most said of before the rest.
  function groups(said, otherOf) {
    const found = new Map();
    for (const one of said) {
      const key = one.claim.predicate;
      if (!found.has(key)) found.set(key, new Map());
      const other = otherOf(one), list = found.get(key).get(other);
      if (list) list.push(one); else found.get(key).set(other, [one]);
    }
    return [...found].sort(([a], [b]) => a.place - b.place || (a.label < b.label ? -1 : 1)).map(([predicate, others]) => [predicate, [...others].sort(([, a], [, b]) => b.length - a.length)]);
  }
  function section(title, found, concept) {
    if (!found.length) return [];
    const many = found.reduce((sum, [, others]) => sum + others.length, 0) > UNFOLDED;
    return [make("h3", {}, title), ...found.map(([predicate, others]) => {
      const rows = others.slice(0, MOST).map(([other, said]) => row(other, said, concept));
      return make("details", { open: !many || predicate.place < 2, class: "group", data: { predicate: predicate.id } }, make("summary", {}, predicate.label, " ", make("span", { class: "count" }, String(others.reduce((sum, [, said]) => sum + said.length, 0)))), rows, others.length > MOST ? make("p", {}, `${others.length - MOST} more are told in the table.`) : null);
    })];
  }
  function row(other, said, concept) {
    if (!other) return said.map(claim);
    const link = sieve.linksOf(said)[0];
    const made = make("details", { class: "link" }, make("summary", {}, dom.sign(other.kind, 14), dom.label(other), " ", mark(link)));
    // The claims of a link are made when somebody opens it.
    made.addEventListener("toggle", () => { if (made.open && made.children.length === 1) made.append(...told(link, other, said, concept)); });
    return made;
  }
  const told = (link, other, said) => [make("p", { class: "acts noprint" }, dom.button(`Go to ${other.label}`, () => search.go(other), { data: { go: other.id } })), ...said.map(claim)];

  function ofLink(link) {
    const words = { stated: "At least one source states it flatly.", hedged: "It is only said with a hedge.", refuted: "A source denies it, and none affirms it.", disputed: "Disputed: one source says it, one denies it.", "in part": "Said in one sense or for some, denied in another." }[link.manner];
    return [heading(sentences.link(link), null, link.id), make("p", {}, mark(link)), make("p", { class: link.manner in MARKS && link.manner !== "hedged" ? "alarm" : "" }, words),
      link.warning ? make("p", { class: "alarm" }, `Warning: ${link.warning}.`) : null,
      link.inheritedFrom.length ? make("p", {}, `Inherited: what follows is said of ${link.inheritedFrom.join(", ")}, not of ${link.subject.label}.`) : null,
      make("p", { class: "acts noprint" }, [link.subject, link.object].map((end) => dom.button(`Go to ${end.label}`, () => search.go(end), { data: { go: end.id } }))), ...link.said.map(claim)];
  }

  let key = null;
  function render(now) {
    const next = JSON.stringify([now.chosen, now.way, now.which, now.step, now.care, now.levels, now.sources, now.bear, now.hide, now.focus, now.more, now.view]);
    if (next === key) return;
    key = next;
    const concept = atlas.concept(now.chosen), link = concept ? null : sieve.of(now).link(now.chosen);
    if (concept) fill(ofConcept(concept, now));
    else if (link) fill(ofLink(link));
    else if (now.way.length) fill(explain.told(now));
    else if (now.focus.length && now.view === "lanes") fill(ofConcept(atlas.concept(now.focus[0]), now));
    else fill([heading("Details", null, ""), make("p", {}, "Choose a card or a line: here stands what is said, by whom, where, and on what evidence."), hints()]);
  }
  const hints = () => make("ul", { class: "hints" }, ["/ goes to the search.", "Arrow keys on the picture move from card to card; Enter opens the details; Escape lets go.", "The buttons above the picture show and hide kinds of things.", "Nothing said is not the same as safe."].map((text) => make("li", {}, text)));
  function fill(parts) {
    const around = now() && (state.now.way.length && state.now.chosen ? make("p", { class: "acts noprint" }, dom.button("Back to the way", () => state.change({ chosen: "" }, { quiet: true }))) : null);
    box().replaceChildren(...[around, parts].flat(Infinity).filter(Boolean));
    box().scrollTop = 0;
  }
  const now = () => state.now;
  // For a view that tells something of its own beside it.
  function tell(title, parts) {
    const before = document.activeElement;
    const close = () => { key = null; render(state.now); before?.focus?.(); };
    key = null;
    fill([heading(title, null, "told"), make("p", { class: "acts noprint" }, dom.button("Close", close, { data: { act: "close-panel" } })), ...parts]);
    box().onkeydown = (event) => { if (event.key === "Escape" && box().dataset.of === "told") close(); };
    focus();
  }
  function focus() {
    const head = dom.byId("panel-head");
    head?.focus({ preventScroll: true });
    reveal();
  }
  const reveal = () => { const top = box().getBoundingClientRect().top; if (top > innerHeight - 120 || top < -40) box().scrollIntoView({ block: "start" }); };
  return { render, claim, mark, tell, focus, reveal };
})();
