// Lessons: one step after another, each with its text, what it rests on, and what the page shows.
const lesson = (() => {
  const named = (name) => atlas.lessons.find((one) => one.name === name);
  const FREE = { view: "lanes", focus: [], more: [], chosen: "", way: [], which: 0, step: 0, care: [], hide: null, levels: [], sources: [], bear: [], compare: [], treatment: "", order: "", find: "", page: 0 };
  const KEYS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1, Home: -Infinity, End: Infinity };

  // A step brings its own state, and nothing of what was looked at in between.
  const scene = (one, at) => ({ ...FREE, ...one.steps[at].state, lesson: one.name, at });
  function go(name, at) {
    const one = named(name), last = one.steps.length - 1, to = Math.min(last, Math.max(0, at)), pressed = document.activeElement?.dataset.act;
    explain.stop();
    state.change(scene(one, to));
    dom.say(`Step ${to + 1} of ${last + 1}: ${one.steps[to].title}`);
    if (pressed) dom.byId("lesson").querySelector(`[data-act=${pressed}]:enabled, [data-act=next], [data-act=back]`)?.focus();
  }
  const close = () => { explain.stop(); present(false); state.change({ lesson: "", at: 0 }); dom.say("The lesson is closed."); };
  const moved = (now) => { const there = state.known(scene(named(now.lesson), now.at)); return Object.keys(FREE).some((key) => JSON.stringify(there[key]) !== JSON.stringify(now[key])); };

  // For a projector: the lesson and the picture, nothing around them.
  function present(on) {
    if (on) { document.body.dataset.present = "yes"; document.documentElement.requestFullscreen?.().catch(() => {}); }
    else { delete document.body.dataset.present; if (document.fullscreenElement) document.exitFullscreen(); }
    dispatchEvent(new Event("resize"));
  }

  function bar(now) {
    const one = named(now.lesson);
    if (!one) { delete document.body.dataset.lesson; return null; }
    document.body.dataset.lesson = one.name;
    const at = Math.min(now.at, one.steps.length - 1), step = one.steps[at], last = at === one.steps.length - 1;
    return make("article", { id: "lesson-step", aria: { labelledby: "lesson-title" }, data: { lesson: one.name, step: String(at) } },
      make("div", { class: "lesson-top" },
        make("p", { class: "meta" }, make("bdi", {}, one.title), `, step ${at + 1} of ${one.steps.length}`),
        make("div", { class: "acts noprint" },
          dom.button("Back", () => go(one.name, at - 1), { disabled: at === 0, data: { act: "back" } }), dom.button("Next", () => go(one.name, at + 1), { disabled: last, data: { act: "next" } }),
          moved(now) ? dom.button("Show this step again", () => go(one.name, at), { data: { act: "again" } }) : null,
          dom.button(document.body.dataset.present ? "Leave full screen" : "Project", () => { present(!document.body.dataset.present); main.draw(state.now); }, { data: { act: "present" } }),
          dom.button("Handout", () => print(one), { data: { act: "handout" } }), dom.button("Close", close, { data: { act: "close" } }))),
      make("h2", { id: "lesson-title" }, make("bdi", {}, step.title)),
      told(step),
      step.answer ? make("details", { class: "answer" }, make("summary", {}, step.answer.summary), answer(step.answer)) : null);
  }
  function told(step, numbers = null) {
    const rests = (ids) => (numbers ? make("small", { class: "rests" }, ` (${ids.map((id) => numbers.get(id)).join(", ")})`)
      : dom.button(String(ids.length), () => panel.tell("What this rests on", ids.map((id) => panel.claim(said(id)))), { class: "rests", title: dom.count(ids.length, "claim"), aria: { label: `${dom.count(ids.length, "claim")} behind this sentence` }, data: { claims: ids.join(" ") } }));
    return [step.text.length ? make("p", { class: "told" }, step.text.flatMap(([text, ids]) => [make("bdi", {}, text), " ", rests(ids), " "])) : null, step.look ? make("p", { class: "look" }, make("bdi", {}, step.look)) : null];
  }
  const said = (id) => { const claim = atlas.claim(id); return { claim, of: claim.subject, from: null }; };
  const answer = (found) => [
    make("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: found.summary } }, make("table", {}, make("thead", {}, make("tr", {}, found.columns.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, found.rows.map((row) => make("tr", {}, row.map((cell) => make("td", {}, make("bdi", {}, cell)))))))),
    found.rows.length ? null : make("p", {}, "No claim found. That is no evidence of safety."),
    make("p", { class: "meta" }, found.left_out ? `${found.left_out} more rows are left out. ` : "", "On the command line: ", make("code", {}, found.command)),
  ];

  // The index.
  function render(box) {
    box.append(make("h2", {}, "Lessons"), make("p", { class: "meta" }, "Each leads through the map step by step, and names the claims that every sentence rests on. Arrow keys, Home and End turn the pages, Escape closes."));
    if (!atlas.lessons.length) box.append(make("p", {}, "No lesson comes with this page."));
    else box.append(make("ul", { class: "lessons" }, atlas.lessons.map((one) => make("li", { data: { lesson: one.name, steps: String(one.steps.length) } },
      make("h3", {}, make("bdi", {}, one.title)), make("p", {}, make("bdi", {}, one.summary)), make("p", { class: "meta" }, dom.count(one.steps.length, "step")),
      make("p", { class: "acts" }, dom.button("Start", () => go(one.name, 0), { data: { act: "start" }, aria: { label: `Start: ${one.title}` } }), dom.button("Handout", () => print(one), { data: { act: "handout" }, aria: { label: `Handout: ${one.title}` } }))))));
  }

  // The handout: every step with its picture, and where each sentence comes from.
  function handout(one) {
    const ids = [...new Set(one.steps.flatMap((step) => step.text.flatMap(([, claims]) => claims)))], numbers = new Map(ids.map((id, nth) => [id, nth + 1]));
    const sources = [...new Set(ids.flatMap((id) => atlas.claim(id).sources))], drawn = new Set();
    const figure = (step) => {
      const now = state.known({ ...FREE, ...step.state, chosen: "", care: [] }), key = JSON.stringify([now.focus, now.way]);
      if (now.view !== "lanes" || drawn.has(key)) return null;
      drawn.add(key);
      return make("figure", {}, picture.drawn(now, { explained: false }));
    };
    return make("section", { id: "handout" }, make("h1", {}, make("bdi", {}, one.title)), make("p", {}, make("bdi", {}, one.summary)),
      one.steps.map((step, nth) => make("section", { data: { step: String(nth) } }, make("h2", {}, `${nth + 1}. `, make("bdi", {}, step.title)), told(step, numbers), figure(step), step.answer ? [make("p", { class: "meta" }, step.answer.summary), answer(step.answer)] : null)),
      make("h2", {}, "What it rests on"), make("ol", {}, ids.map((id) => { const claim = atlas.claim(id); return make("li", {}, make("bdi", {}, sentences.of(claim)), make("span", { class: "meta" }, ` ${claim.passages.map((passage) => `${passage.source.title}: ${sentences.where(passage)}`).join("; ") || "no source recorded"}. Evidence level ${sentences.level(claim.evidence)}.`)); })),
      make("h2", {}, "Sources"), make("ul", {}, sources.map((source) => make("li", {}, make("bdi", {}, source.title), ` (${[source.kind, source.date, `evidence level ${source.evidence || "not graded"}`, source.authority].filter(Boolean).join(", ")})`))),
      make("p", {}, `${atlas.notice} Data: ${atlas.release || "date not stated"}.`));
  }
  function print(one) {
    dom.byId("handout")?.remove();
    document.body.append(handout(one));
    document.body.dataset.print = "handout";
    addEventListener("afterprint", () => { dom.byId("handout")?.remove(); delete document.body.dataset.print; }, { once: true });
    globalThis.print();
  }

  // Keys turn the pages, unless they mean something where the focus is.
  function keys(event) {
    const { now } = state, target = event.target;
    if (!now.lesson || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (target.closest?.("input, select, textarea, summary, [role=application], [role=grid], .scroll")) return;
    if (event.key === "Escape") { close(); return; }
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    const by = KEYS[event.key];
    go(now.lesson, Number.isFinite(by) ? now.at + by : by < 0 ? 0 : Infinity);
  }
  function register() {
    views.register({ name: "lessons", title: "Lessons", order: 80, render, wants: () => [] });
    document.addEventListener("keydown", keys);
    document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement && document.body.dataset.present) { delete document.body.dataset.present; main.draw(state.now); dispatchEvent(new Event("resize")); } });
  }
  return { register, bar, go, handout };
})();
