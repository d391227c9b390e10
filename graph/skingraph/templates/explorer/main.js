// The page: reads the atlas, registers the views, and draws whatever the state says.
const main = (() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function theme(now) {
    const wanted = now.theme || (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = wanted;
    dom.byId("theme").textContent = wanted === "dark" ? "Light" : "Dark";
    dom.byId("theme").setAttribute("aria-label", wanted === "dark" ? "Light colours" : "Dark colours");
  }
  function tabs(now) {
    const place = dom.byId("tabs");
    if (!place.firstChild) place.append(...views.all.map((view) => dom.button(view.title, () => { explain.stop(); state.change({ view: view.name }); }, { data: { viewButton: view.name } })));
    for (const button of place.children) {
      if (button.dataset.viewButton === now.view) button.setAttribute("aria-current", "page"); else button.removeAttribute("aria-current");
    }
  }
  function focusLine(now) {
    const place = dom.byId("focus"), names = now.focus.map(atlas.concept);
    const text = now.way.length ? null : names.length ? [names.flatMap((one, nth) => [nth ? ", " : "", dom.label(one)]), " ", dom.button("Back to the overview", () => state.change({ focus: [], more: [], chosen: "" }), { class: "plain", data: { act: "overview" } })] : "Treatments, how they work, and the concerns they are for";
    place.replaceChildren(...[text ?? ["How does ", dom.label(atlas.concept(now.way[0])), " help ", dom.label(atlas.concept(now.way[1])), "?"]].flat(3));
  }
  function asides(now) {
    const told = lesson.bar(now), whom = care.banner(now);
    dom.byId("lesson").replaceChildren(...(told ? [told] : []));
    dom.byId("banner").replaceChildren(...(whom ? [whom] : []));
  }

  function draw(now) {
    document.body.dataset.ready = "no";
    theme(now);
    tabs(now);
    focusLine(now);
    legend.render(now);
    explain.render(now);
    asides(now);
    views.render(now);
    panel.render(now);
    dom.byId("undo").disabled = !state.canUndo;
    document.body.dataset.view = now.view;
    document.body.dataset.ready = "yes";
  }

  function start() {
    atlas = Atlas.unpack(JSON.parse(dom.byId("atlas").textContent));
    for (const one of [canvas, scatter, matrix, compare, timeline, table, lesson]) one.register?.();
    care.register?.();
    state.start();
    search.start();
    dom.byId("undo").addEventListener("click", () => { explain.stop(); state.undo(); });
    dom.byId("theme").addEventListener("click", () => state.change({ theme: document.documentElement.dataset.theme === "dark" ? "light" : "dark" }, { quiet: true }));
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !/^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName)) { event.preventDefault(); state.undo(); }
    });
    dark.addEventListener("change", () => draw(state.now));
    const whom = care.control(state.now);
    if (whom) dom.byId("care").append(whom);
    dom.byId("pictures").append(...picture.buttons());
    state.hear(draw);
    draw(state.now);
  }
  return { start, draw };
})();
main.start();
