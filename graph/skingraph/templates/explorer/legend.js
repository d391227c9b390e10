// The legend, which is the filter: kinds, evidence, sources, asserted or inherited.
const legend = (() => {
  const order = (kind) => { const at = Object.keys(atlas.symbols).indexOf(kind); return kind === "Other" || at < 0 ? 99 : at; };
  const narrow = matchMedia("(max-width: 40rem)");
  let drawn = null;

  function toggle(list, value) {
    return list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
  }
  const switchOf = (key, value, pressed, children, change) => make("button", { type: "button", class: "switch", data: { [key]: value }, aria: { pressed: String(pressed) }, onclick: () => { state.change(change()); again(key, value); } }, make("span", { class: "tick", aria: { hidden: "true" } }), children);
  // The buttons are made anew; the one that was pressed keeps the focus.
  function again(key, value) {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    [...dom.byId("legend").querySelectorAll(`[data-${name}]`)].find((one) => one.dataset[key] === value)?.focus();
  }

  function render(now) {
    const sifted = sieve.of(now), key = `${sifted.key} ${["lanes", "map"].includes(now.view)} ${narrow.matches}`;
    if (key === drawn) return;
    drawn = key;
    const tally = (of) => { const map = new Map(); for (const one of of) for (const name of one) map.set(name, (map.get(name) ?? 0) + 1); return map; };
    const kinds = tally(atlas.concepts.map((one) => [one.kind]));
    const levels = tally(atlas.said.map((one) => [one.claim.evidence || "none"])), sources = tally(atlas.said.map((one) => one.claim.sources.map((source) => source.id)));
    const bears = tally(atlas.said.map((one) => [one.from ? "inherited" : "asserted"]));
    const number = (map, name) => make("span", { class: "count" }, dom.number(map.get(name) ?? 0));
    const folded = !["lanes", "map"].includes(now.view) || narrow.matches;
    const box = dom.byId("legend"), open = box.querySelector("details")?.open ?? false;
    const kindRow = make("div", { class: "row", role: "group", aria: { label: "Kinds of things shown" } },
      [...kinds.keys()].sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1)).map((kind) => switchOf("hideKind", kind, sifted.showsKind(kind), [dom.sign(kind), make("span", {}, kind === "Other" ? "quality, setting, other" : dom.kindWords(kind)), " ", number(kinds, kind)], () => ({ hide: toggle(sieve.of(state.now).hidden, kind) }))));
    const more = make("details", { open }, make("summary", {}, `${folded ? "What is shown: kinds, evidence" : "Evidence"}, sources, how lines are drawn`), folded ? kindRow : null,
      make("div", { class: "row", role: "group", aria: { label: "Evidence levels shown" } }, [...atlas.levels.map((one) => one.code), "none"].filter((code) => levels.has(code)).map((code) => switchOf("hideLevel", code, !now.levels.includes(code), [make("span", {}, code === "none" ? "not graded" : sentences.level(code)), " ", number(levels, code)], () => ({ levels: toggle(state.now.levels, code) })))),
      make("div", { class: "row", role: "group", aria: { label: "Asserted or inherited" } }, ["asserted", "inherited"].filter((word) => bears.has(word)).map((word) => switchOf("hideBear", word, !now.bear.includes(word), [make("span", {}, word === "asserted" ? "said of the thing itself" : "inherited from a broader treatment"), " ", number(bears, word)], () => ({ bear: toggle(state.now.bear, word) })))),
      make("div", { class: "row", role: "group", aria: { label: "Sources shown" } }, atlas.sources.slice(0, 40).map((source) => switchOf("hideSource", source.id, !now.sources.includes(source.id), [make("bdi", {}, source.title), make("small", {}, ` ${source.evidence} ${source.authority}`), " ", number(sources, source.id)], () => ({ sources: toggle(state.now.sources, source.id) }))), atlas.sources.length > 40 ? make("p", {}, `${atlas.sources.length - 40} more sources are told in the table.`) : null),
      lines());
    const left = sifted.left ? make("p", { class: "left", role: "note" }, `${dom.count(sifted.left, "claim")} left out by the filter${sifted.warningsLeft ? `, among them ${dom.count(sifted.warningsLeft, "warning")}. What is hidden is not thereby safe` : ""}. `, dom.button("Show all", () => state.change({ levels: [], sources: [], bear: [] }))) : null;
    box.replaceChildren(folded ? "" : kindRow, more, left ?? "");
  }

  function lines() {
    const sample = (dash, width, tip, more = []) => make.svg("svg", { viewBox: "0 0 48 14", width: 48, height: 14, aria: { hidden: "true" } }, make.svg("path", { class: `line ${tip}`, "stroke-width": width, "stroke-dasharray": dash, d: "M2 7H37" }), ...more);
    const arrow = (css = "") => make.svg("path", { class: `tip ${css}`, d: "M37 2.5 46 7 37 11.5Z" });
    const vee = (css = "") => make.svg("path", { class: `line ${css}`, "stroke-width": 1.5, d: "M39 3 46 7 39 11M37 7H46" });
    const bar = make.svg("path", { class: "line not", "stroke-width": 2, d: "M38 2V12" });
    const dot = make.svg("circle", { class: "tip", cx: 20, cy: 7, r: 4 });
    const sign = make.svg("svg", { viewBox: "-12 -12 24 24", width: 18, height: 18, aria: { hidden: "true" } }, make.svg("path", { class: "tip not", d: "M0-10 11 9H-11Z" }), make.svg("path", { class: "bang", d: "M0-4V3M0 5V7" }));
    const strong = (word) => make("b", { class: "not" }, word);
    const row = (picture, ...words) => make("li", {}, picture, make("span", {}, ...words));
    return make("ul", { class: "lines" },
      row(sample(null, 3, "", [arrow()]), "thick, filled tip: several sources say it"),
      row(sample(null, 1.5, "", [vee()]), "thin, open tip: one source alone"),
      row(sample("7 5", 1.5, "", [vee()]), "dashed: only hedged (may, can, might)"),
      row(sample("2 4", 1.5, "not", [bar]), strong("not"), ": a source denies it"),
      row(sample("12 4 2 4", 1.5, "not", [vee("not")]), strong("disputed"), ": said by one, denied by one; ", strong("in part"), ": said in one sense, denied in another"),
      row(sample(null, 1.5, "", [vee(), dot]), "a dot: inherited, said of a broader treatment and not of this one"),
      row(sample(null, 1.5, "not", [vee("not")]), "red: a line that warns, or that a source denies"),
      row(sign, "a warning; its number on a treatment counts for whom sources urge caution"));
  }
  return { render };
})();
