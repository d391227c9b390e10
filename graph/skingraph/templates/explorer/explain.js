// How does one thing help another: the ways that claims tell, step by step, and the weakest of them.
const explain = (() => {
  const PACE = 2200;
  let timer = null;

  function stop() {
    clearTimeout(timer);
    timer = null;
  }
  // The form: any treatment and any concern; which have a recorded way is told before one asks.
  function form(now) {
    const [from, to] = now.way, treatments = atlas.ofKind("Treatment"), concerns = atlas.ofKind("Concern");
    if (!treatments.length || !concerns.length) return null;
    const start = dom.byId("way-from")?.value || from || now.focus.find((id) => treatments.some((one) => one.id === id)) || "";
    const reached = start && atlas.concept(start) ? ways.reached(atlas.concept(start), now) : null;
    const option = (chosen) => (one) => make("option", { value: one.id, selected: one.id === chosen }, one.label);
    const leads = (one) => reached.has(one) || [...atlas.below(one)].some((other) => reached.has(other));
    const goals = reached
      ? [make("optgroup", { label: "a way is recorded" }, concerns.filter(leads).map(option(to))), make("optgroup", { label: "no way is recorded" }, concerns.filter((one) => !leads(one)).map(option(to)))]
      : concerns.map(option(to));
    return make("form", { id: "way-form", onsubmit: (event) => { event.preventDefault(); go(); } },
      make("label", { for: "way-from" }, "How does"), make("select", { id: "way-from", onchange: go }, make("option", { value: "" }, "a treatment"), treatments.map(option(start))),
      make("label", { for: "way-to" }, "help"), make("select", { id: "way-to", onchange: go }, make("option", { value: "" }, "a concern"), goals),
      dom.button("Show", () => {}, { type: "submit" }));
  }
  let drawn = null;
  function render(now) {
    const place = dom.byId("way"), key = JSON.stringify([now.way, now.levels, now.sources, now.bear, now.focus]);
    if (key === drawn) return;
    drawn = key;
    const kept = document.activeElement?.id, made = form(now);
    place.replaceChildren(...(made ? [made] : []));
    if (kept?.startsWith("way-")) dom.byId(kept)?.focus();
  }
  function go() {
    const way = [dom.byId("way-from").value, dom.byId("way-to").value];
    stop();
    // That it treats does not say how; where there is a longer way, that one is told first.
    if (way.every(Boolean)) {
      const longer = found({ ...state.now, way }).ways.findIndex((one) => one.length > 1);
      state.change({ view: "lanes", way, which: Math.max(longer, 0), step: 0, chosen: "" });
    }
    else { drawn = null; render(state.now); }
  }

  // Step after step, at the pace of somebody who talks; with less motion it is shown at once.
  function play() {
    stop();
    const length = current(state.now).length;
    const next = (step) => {
      state.change({ step }, { quiet: true });
      timer = step < length ? setTimeout(() => next(step + 1), PACE) : null;
    };
    if (motion()) next(1); else state.change({ step: 0 }, { quiet: true });
  }
  const found = (now) => ways.find(atlas.concept(now.way[0]), atlas.concept(now.way[1]), now);
  const current = (now) => { const all = found(now).ways; return all[now.which] ?? all[0] ?? []; };
  function move(by) {
    stop();
    const length = current(state.now).length, here = state.now.step || (by > 0 ? 0 : length + 1);
    state.change({ step: Math.min(length, Math.max(1, here + by)) }, { quiet: true });
  }

  // What the panel tells.
  function told(now) {
    const answer = found(now), { start, end } = answer;
    dom.byId("panel").dataset.of = "way";
    const parts = [make("h2", { tabindex: -1, id: "panel-head" }, make("span", {}, "How does ", dom.label(start), " help ", dom.label(end), "?"))];
    if (!answer.ways.length) {
      parts.push(make("p", { class: "note", id: "no-way" }, make("strong", {}, "No way is recorded"), ` from ${start.label} to ${end.label}. Not recorded does not mean that it does not work: no source here tells how.`), sieve.of(now).left ? make("p", {}, "Claims are left out by the filter; without it there may be one.") : null);
    } else {
      const nth = answer.ways[now.which] ? now.which : 0, way = answer.ways[nth], worst = ways.weakest(way), shown = Math.min(now.step || way.length, way.length);
      if (answer.ways.length > 1) parts.push(make("div", { id: "ways", role: "group", class: "row", aria: { label: "The ways, the shortest first" } }, answer.ways.map((one, at) => make("button", { type: "button", class: "switch", data: { way: String(at) }, aria: { pressed: String(at === nth) }, onclick: () => { stop(); state.change({ which: at, step: 0 }); } }, `Way ${at + 1}: ${dom.count(one.length, "step")}`))));
      parts.push(make("p", { class: "acts noprint" }, dom.button("Step back", () => move(-1), { data: { act: "back" } }), dom.button("Next step", () => move(1), { data: { act: "next" } }), motion() ? dom.button("Play", play, { data: { act: "play" } }) : null, dom.button("All steps", () => { stop(); state.change({ step: 0 }, { quiet: true }); }, { data: { act: "all" } })));
      parts.push(make("p", { id: "weakest" }, make("strong", {}, "Weakest step: "), `${worst + 1}, `, dom.label(way[worst].start), " to ", dom.label(way[worst].end), ` (${ways.why(way[worst])}). The whole is no stronger.`));
      parts.push(make("ol", { class: "steps", data: { which: String(nth) } }, way.map((step, at) => make("li", { data: { step: `${step.start.id} ${step.end.id}`, weakest: at === worst ? "yes" : "no", shown: at < shown ? "yes" : "no", claims: step.said.map((one) => one.claim.id).join(" ") }, class: at < shown ? "" : "later" },
        make("h3", {}, dom.sign(step.start.kind, 14), dom.label(step.start), " \u2192 ", dom.sign(step.end.kind, 14), dom.label(step.end)),
        make("p", { class: "meta" }, `${dom.count(step.said.length, "claim")}; ${ways.why(step)}`, at === worst ? make("b", { class: "mark alarm" }, "weakest step") : null),
        make("details", { open: way.length < 3 && step.said.length < 4 }, make("summary", {}, "What is said"), step.said.map(panel.claim))))));
      if (answer.left) parts.push(make("p", {}, `${answer.left === 100 ? "At least 100" : answer.left} longer ways are not told here.`));
      const spoken = way[shown - 1];
      if (now.step) dom.say(`Step ${shown} of ${way.length}: ${sentences.said(spoken.said[0])}`);
    }
    if (answer.against.length) parts.push(make("h3", {}, "What is said against it"), make("div", { id: "against" }, answer.against.map(panel.claim)));
    parts.push(make("p", { class: "meta" }, "A way joins what several claims say. It shows how something may help, and is no proof that it does."),
      make("p", { class: "acts noprint" }, dom.button("Close the way", () => { stop(); state.change({ way: [], which: 0, step: 0 }); }, { data: { act: "close" } })));
    return parts;
  }
  return { render, told, stop };
})();
