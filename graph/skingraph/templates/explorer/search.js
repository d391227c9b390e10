// Search: a combobox over labels and synonyms, whatever their case and accents.
const search = (() => {
  const SHOWN = 10;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[-_\u2013]/g, " ").replace(/\u2019/g, "'").replace(/\s+/g, " ").trim();
  let names = null, hits = [], active = -1;

  // Every name once, folded, and a text of all of them in which one search finds the rows.
  function index() {
    names = atlas.concepts.flatMap((concept) => [concept.label, ...concept.synonyms].map((name, nth) => ({ concept, name, key: plain(name), synonym: nth > 0 })));
  }
  function find(text) {
    const wanted = plain(text), found = new Map();
    if (!wanted) return [];
    if (!names) index();
    for (const one of names) {
      const at = one.key.indexOf(wanted);
      if (at < 0) continue;
      const rank = (one.key === wanted ? 0 : at === 0 ? 2 : one.key[at - 1] === " " ? 4 : 6) + (one.synonym ? 1 : 0);
      const before = found.get(one.concept);
      if (!before || rank < before.rank) found.set(one.concept, { ...one, rank });
    }
    return [...found.values()].sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || atlas.byLabel(a.concept, b.concept));
  }

  const input = () => dom.byId("find"), list = () => dom.byId("found");
  function show() {
    const all = find(input().value);
    hits = all.slice(0, SHOWN);
    active = hits.length ? 0 : -1;
    list().replaceChildren(...hits.map((hit, nth) => make("li", { id: `hit-${nth}`, role: "option", data: { id: hit.concept.id }, aria: { selected: "false" }, onmousedown: (event) => { event.preventDefault(); take(nth); } },
      dom.sign(hit.concept.kind), make("span", {}, dom.label(hit.concept), hit.synonym ? make("small", {}, " also called ", make("bdi", {}, hit.name)) : null, make("small", {}, ` ${dom.kindWords(hit.concept.kind)}`)))));
    const typed = plain(input().value);
    dom.byId("no-match").textContent = typed && !hits.length ? "Nothing in this graph is called so. That says nothing of the thing itself." : "";
    list().hidden = !hits.length;
    input().setAttribute("aria-expanded", String(hits.length > 0));
    mark();
    if (typed) dom.say(hits.length ? `${dom.count(all.length, "match", "matches")}${all.length > SHOWN ? `, ${SHOWN} shown` : ""}` : "No match");
  }
  function mark() {
    [...list().children].forEach((option, nth) => option.setAttribute("aria-selected", String(nth === active)));
    if (active >= 0) input().setAttribute("aria-activedescendant", `hit-${active}`); else input().removeAttribute("aria-activedescendant");
  }
  function close() {
    hits = [];
    list().replaceChildren();
    list().hidden = true;
    dom.byId("no-match").textContent = "";
    input().setAttribute("aria-expanded", "false");
    input().removeAttribute("aria-activedescendant");
  }
  // What is chosen comes into view: where the picture has it, there; else with all around it.
  function take(nth) {
    const { concept } = hits[nth];
    close();
    input().value = "";
    go(concept);
    panel.focus();
  }
  function go(concept) {
    const now = state.now, there = (now.view === "lanes" && canvas.picked?.shown.has(concept)) || now.view === "map";
    state.change(there ? { chosen: concept.id } : { view: "lanes", focus: [concept.id], more: [], way: [], chosen: concept.id });
  }
  function start() {
    input().addEventListener("input", show);
    input().addEventListener("blur", () => setTimeout(close, 150));
    input().addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!hits.length) show();
        if (hits.length) active = (active + (event.key === "ArrowDown" ? 1 : -1) + hits.length) % hits.length;
        mark();
        event.preventDefault();
      }
      if (event.key === "Enter" && active >= 0) { take(active); event.preventDefault(); }
      if (event.key === "Escape") { input().value = ""; close(); }
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)) return;
      event.preventDefault();
      input().focus();
    });
  }
  return { start, find, go, plain };
})();
