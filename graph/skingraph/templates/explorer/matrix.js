// The matrix: treatments by concerns, what is said in every cell, how firmly and on what evidence.
const matrix = (() => {
  const ROWS = 60, COLUMNS = 40;
  const RANKS = ["stated", "hedged", "in part", "disputed", "fits", "way", "", "refuted"];
  const WORDS = { stated: "stated", hedged: "hedged", "in part": "in part", disputed: "disputed", refuted: "denied" };
  const TELLS = {
    stated: "a source says flatly that it acts against the concern",
    hedged: "sources say it only with a hedge: may, can, might",
    "in part": "said in one sense or for some, and denied in another",
    disputed: "one source says it, one denies it",
    refuted: "a source denies it, and none says it",
    fits: "a source calls it suited to the concern, and none says that it acts against it",
    way: "no source says it; a chain over how it works is recorded",
  };
  let kept = null, active = "";

  // Every cell in which something stands, by treatment and concern, of what passes the legend.
  function cellsOf(now) {
    const found = sieve.of(now);
    if (kept?.key === found.key) return kept;
    const cells = new Map();
    const cell = (treatment, concern) => {
      const key = `${treatment.at} ${concern.at}`;
      if (!cells.has(key)) cells.set(key, { treatment, concern, treats: null, fits: null, way: "" });
      return cells.get(key);
    };
    const is = (thing, kind) => thing.kinds.includes(kind);
    for (const link of found.links) {
      if (!is(link.subject, "Treatment") || !is(link.object, "Concern")) continue;
      if (link.predicate.id === "treats") cell(link.subject, link.object).treats = link;
      if (link.predicate.id === "suitedTo") cell(link.subject, link.object).fits = link;
    }
    for (const [treatment, concern, own] of wayPairs(found.links)) cell(treatment, concern).way = own ? "own" : "inherited";
    kept = { key: found.key, cells };
    return kept;
  }

  // The pairs that a chain of mechanisms joins, and whether the treatment's own claims begin one.
  function wayPairs(links) {
    const leads = new Map(), addressed = new Map(), works = [];
    const add = (map, from, to) => { if (!map.has(from)) map.set(from, []); map.get(from).push(to); };
    for (const link of links) {
      if (link.manner === "refuted") continue;
      if (link.predicate.id === "leadsTo") add(leads, link.subject, link.object);
      if (link.predicate.id === "addresses") add(addressed, link.subject, link.object);
      if (link.predicate.id === "hasMechanism") works.push(link);
    }
    const reached = new Map();
    function reach(mechanism) {
      if (reached.has(mechanism)) return reached.get(mechanism);
      const seen = new Set([mechanism]), open = [mechanism], concerns = new Set();
      while (open.length) {
        const next = open.pop();
        for (const concern of addressed.get(next) ?? []) concerns.add(concern);
        for (const one of leads.get(next) ?? []) if (!seen.has(one)) { seen.add(one); open.push(one); }
      }
      reached.set(mechanism, concerns);
      return concerns;
    }
    const pairs = new Map();
    for (const link of works) {
      for (const concern of reach(link.object)) {
        const key = `${link.subject.at} ${concern.at}`;
        pairs.set(key, [link.subject, concern, Boolean(pairs.get(key)?.[2]) || !link.inheritedFrom.length]);
      }
    }
    return pairs.values();
  }

  const manner = (cell) => (cell?.treats ? cell.treats.manner : cell?.fits ? (cell.fits.manner === "refuted" ? "refuted" : "fits") : cell?.way ? "way" : "");
  const level = (cell) => (cell.treats ?? cell.fits)?.level ?? "";
  const sources = (cell) => new Set([cell.treats, cell.fits].filter(Boolean).flatMap((link) => link.sources)).size;

  // The address keeps both in `order`: by what the rows are sorted, and after a bar the concerns' words.
  function orderOf(now) {
    const [sort, ...find] = now.order.split("|"), ours = sort === "" || sort === "name" || sort.startsWith("by-");
    return ours ? { sort, find: find.join("|") } : { sort: "", find: "" };
  }
  const change = (part, how) => {
    const { sort, find } = { ...orderOf(state.now), ...part };
    state.change({ order: find ? `${sort}|${find}` : sort, page: 0 }, how);
  };

  // What stands in the table, in its order.
  function plan(now) {
    const { cells } = cellsOf(now), all = [...cells.values()], { sort, find } = orderOf(now), wanted = find.trim().toLowerCase();
    const named = (one) => [one.label, ...one.synonyms].some((name) => name.toLowerCase().includes(wanted));
    const columns = [...new Set(all.map((one) => one.concern))].filter(named);
    const here = new Set(columns), within = all.filter((one) => here.has(one.concern));
    const rows = [...new Set(within.map((one) => one.treatment))];
    const weight = (side) => { const sums = new Map(); for (const one of within) sums.set(one[side], (sums.get(one[side]) ?? 0) + (one.treats ? 100 : one.fits ? 60 : 1)); return sums; };
    const by = sort.startsWith("by-") ? atlas.concept(sort.slice(3)) : null;
    const at = (treatment, concern) => cells.get(`${treatment.at} ${concern.at}`);
    const [ofRow, ofColumn] = [weight("treatment"), weight("concern")];
    columns.sort(sort === "name" ? atlas.byLabel : (a, b) => ofColumn.get(b) - ofColumn.get(a) || atlas.byLabel(a, b));
    if (by && here.has(by)) rows.sort((a, b) => compared(at(a, by), at(b, by)) || ofRow.get(b) - ofRow.get(a) || atlas.byLabel(a, b));
    else rows.sort(sort === "name" ? atlas.byLabel : (a, b) => ofRow.get(b) - ofRow.get(a) || atlas.byLabel(a, b));
    const silent = atlas.ofKind("Treatment").filter((one) => !all.some((cell) => cell.treatment === one));
    return { rows, columns, at, by: by && here.has(by) ? by : null, silent, hidden: new Set(all.map((one) => one.concern)).size - columns.length };
  }

  function compared(one, other) {
    const rank = (cell) => RANKS.indexOf(manner(cell));
    const strong = (cell) => (cell && level(cell) ? Number(level(cell).slice(1)) : -1);
    const both = rank(one) < 4 && rank(other) < 4;
    return (both ? strong(other) - strong(one) : 0) || rank(one) - rank(other) || (one && other ? sources(other) - sources(one) : 0);
  }

  function render(box, now) {
    box.append(
      make("h2", {}, "What is said to help what"),
      make("p", { class: "lead" }, "One row for a treatment, one column for a concern. A cell tells the strongest evidence behind it and how firmly it is said. Choose a cell to read its claims; an empty one means that nothing is recorded, not that it does not help."),
      controls(now), make("div", { id: "matrix-body" }));
    redraw(box, now);
  }

  function controls(now) {
    const find = make("input", { type: "search", id: "matrix-find", value: orderOf(now).find, autocomplete: "off", spellcheck: "false", oninput: () => change({ find: find.value }, { quiet: true }) });
    return make("div", { class: "bar noprint" },
      make("label", { class: "chooser", for: "matrix-find" }, make("span", {}, "Concerns with"), find),
      dom.chooser({ label: "Sort by", options: [["", "most is said"], ["name", "name"], ...concerns().map((one) => [`by-${one.id}`, `evidence for ${one.label}`])], chosen: orderOf(now).sort, onchange: (sort) => change({ sort }), attributes: { id: "matrix-order" } }));
  }
  const concerns = () => [...new Set([...cellsOf(state.now).cells.values()].map((one) => one.concern))].sort(atlas.byLabel);

  function redraw(box, now) {
    const body = dom.byId("matrix-body"), order = dom.byId("matrix-order"), find = dom.byId("matrix-find");
    const wanted = orderOf(now);
    order.value = wanted.sort;
    if (find.value !== wanted.find) find.value = wanted.find;
    const planned = plan(now), focused = body.contains(document.activeElement) ? document.activeElement.dataset.cell ?? document.activeElement.dataset.sorts : null;
    body.replaceChildren(...drawn(planned, now));
    if (focused) [...body.querySelectorAll("button")].find((one) => (one.dataset.cell ?? one.dataset.sorts) === focused)?.focus();
  }

  function drawn(planned, now) {
    const { rows, columns } = planned;
    if (!columns.length) return [make("p", {}, orderOf(now).find ? "No concern with anything said is called so." : "Nothing is said of a treatment and a concern here. That is no evidence that nothing helps.")];
    const across = Math.ceil(columns.length / COLUMNS), down = Math.ceil(rows.length / ROWS), page = Math.min(now.page, across * down - 1);
    const [top, left] = [Math.floor(page / across) * ROWS, (page % across) * COLUMNS];
    const [these, those] = [rows.slice(top, top + ROWS), columns.slice(left, left + COLUMNS)];
    const wide = those.length <= 4;
    const table = make("table", { class: `matrix${wide ? " wide" : ""}`, onkeydown: move, data: { rows: rows.length, columns: columns.length } },
      make("caption", {}, `${dom.count(rows.length, "treatment")} and ${dom.count(columns.length, "concern")}${planned.hidden ? `; ${dom.count(planned.hidden, "concern")} not shown` : ""}`),
      make("thead", {}, make("tr", {}, make("th", { scope: "col", class: "corner" }, "Treatment"), ...those.map((one) => head(one, planned)))),
      make("tbody", {}, ...these.map((treatment) => make("tr", { data: { row: treatment.id } },
        make("th", { scope: "row" }, make("button", { type: "button", class: "word", onclick: () => { state.change({ chosen: treatment.id }); panel.focus(); } }, dom.label(treatment)), care.badge(treatment)),
        ...those.map((concern) => filled(planned.at(treatment, concern), treatment, concern, wide))))));
    const first = table.querySelector(`[data-cell="${CSS.escape(active)}"]`) ?? table.querySelector("[data-cell]");
    if (first) first.tabIndex = 0;
    return [
      across * down > 1 ? pages({ page, across, down, rows: rows.length, columns: columns.length, top, left }) : null,
      make("div", { class: "scroll", tabindex: "0", role: "region", aria: { label: "Matrix of treatments and concerns" } }, table),
      make("p", { class: "meta noprint" }, "In the table the arrow keys go from cell to cell, and Enter opens one."),
      key(),
      planned.silent.length ? make("p", { class: "meta" }, "Nothing is recorded of any concern for: ", planned.silent.flatMap((one, at) => [at ? ", " : "", make("span", { data: { silent: one.id } }, dom.label(one)), care.badge(one)])) : null,
    ].filter(Boolean);
  }

  function head(concern, { by }) {
    const sorts = by === concern;
    return make("th", { scope: "col", data: { concern: concern.id }, aria: sorts ? { sort: "descending" } : {} },
      make("button", { type: "button", data: { sorts: concern.id }, title: `Sort by the evidence for ${concern.label}`, onclick: () => change({ sort: sorts ? "" : `by-${concern.id}` }) }, dom.label(concern), sorts ? make("span", { class: "sorts", "aria-hidden": "true" }, "\u25bc") : null));
  }

  function filled(cell, treatment, concern, wide) {
    const how = manner(cell);
    const made = make("td", { data: { treatment: treatment.id, concern: concern.id, manner: how } });
    if (!cell) return made;
    const link = cell.treats ?? cell.fits, code = level(cell) || (link ? "none" : ""), many = sources(cell);
    Object.assign(made.dataset, { level: level(cell), way: cell.way, fits: cell.fits ? cell.fits.manner : "", sources: many, claims: claimsOf(cell).map(({ claim }) => claim.id).join(" ") });
    const word = how === "way" ? "way" : how === "fits" ? "fits" : WORDS[how];
    const rest = [how === "way" ? "no source says it" : `${dom.count(many, "source")}`, cell.way === "inherited" && how === "way" ? "over what it inherits" : ""].filter(Boolean).join(", ");
    made.append(make("button", { type: "button", tabindex: "-1", class: `cell manner-${how.replace(" ", "-")} level-${code || "way"}`, data: { cell: `${treatment.id} ${concern.id}` }, title: `${treatment.label}, ${concern.label}: ${TELLS[how]}; ${rest}`, onclick: () => open(cell) },
      make("span", { class: "level" }, how === "way" ? "\u2192" : how === "refuted" ? `not ${level(cell) || "?"}` : level(cell) || "?"),
      make("span", { class: "how" }, how === "way" && cell.way === "inherited" ? "inh. way" : word),
      how === "way" ? null : make("span", { class: "dots", "aria-hidden": "true" }, many > 4 ? `${many}\u00d7` : "\u2022".repeat(many)),
      make("span", { class: wide ? "" : "unseen" }, `${wide ? "" : ", "}${rest}`)));
    return made;
  }
  const claimsOf = (cell) => [cell.treats, cell.fits].filter(Boolean).flatMap((link) => link.said);

  // The panel tells a cell: its claims, and the way that leads there.
  function open(cell) {
    const { treatment, concern } = cell, how = manner(cell), nodes = [make("p", { class: how === "refuted" || how === "disputed" ? "denied" : "" }, `${dom.sentenceCase(TELLS[how])}.`)];
    const badge = care.badge(treatment, { whole: true });
    if (badge) nodes.push(make("p", {}, badge));
    if (cell.way) {
      nodes.push(make("p", {}, cell.way === "own" ? "How it works is recorded, step by step. That a way is recorded does not mean that it helps." : "How it works is recorded over what it inherits from a broader treatment. That a way is recorded does not mean that it helps."));
      nodes.push(dom.button("Show the way", () => state.change({ view: "lanes", way: [treatment.id, concern.id], which: 0, step: 0 }), { class: "open-way", data: { way: `${treatment.id} ${concern.id}` } }));
    } else nodes.push(make("p", { class: "meta" }, "No way from how it works to this concern is recorded. That does not mean that it does not work."));
    for (const [title, link] of [["Said to act against it", cell.treats], ["Called suited to it", cell.fits]]) if (link) nodes.push(make("h3", {}, title), ...link.said.map((said) => panel.claim(said)));
    panel.tell(`${treatment.label} and ${concern.label}`, nodes);
  }

  // Arrow keys go to the next cell in which something stands.
  function move(event) {
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    const here = event.target.closest("td");
    if (!steps || !here) return;
    event.preventDefault();
    const table = event.currentTarget, turn = getComputedStyle(table).direction === "rtl" ? -1 : 1;
    let [row, column] = [here.parentNode.rowIndex + steps[0], here.cellIndex + steps[1] * turn];
    while (row > 0 && column > 0 && table.rows[row]?.cells[column]) {
      const next = table.rows[row].cells[column].querySelector("button");
      if (next) {
        event.target.tabIndex = -1;
        next.tabIndex = 0;
        active = next.dataset.cell;
        next.focus();
        next.scrollIntoView({ block: "nearest", inline: "nearest" });
        return;
      }
      row += steps[0];
      column += steps[1] * turn;
    }
  }

  function pages({ page, across, down, rows, columns, top, left }) {
    const go = (words, to, there) => make("button", { type: "button", disabled: !there, onclick: () => state.change({ page: to }) }, words);
    return make("nav", { class: "pages noprint", aria: { label: "Parts of the matrix" }, data: { page: page, pages: across * down } },
      down > 1 ? make("span", {}, go("Earlier treatments", page - across, top > 0), ` ${top + 1} to ${Math.min(top + ROWS, rows)} of ${rows} `, go("Later treatments", page + across, top + ROWS < rows)) : null,
      across > 1 ? make("span", {}, go("Earlier concerns", page - 1, left > 0), ` ${left + 1} to ${Math.min(left + COLUMNS, columns)} of ${columns} `, go("Later concerns", page + 1, left + COLUMNS < columns)) : null);
  }

  function key() {
    const sample = (how, words, code = "level-E0") => make("span", { class: `cell sample manner-${how.replace(" ", "-")} ${how === "way" ? "level-way" : code}`, "aria-hidden": "true" }, make("span", { class: "level" }, how === "way" ? "\u2192" : how === "refuted" ? "not E0" : "E0"), make("span", { class: "how" }, words));
    return make("details", { class: "key", open: true }, make("summary", {}, "What the cells mean"),
      make("ul", {}, ...Object.entries(TELLS).map(([how, words]) => make("li", {}, sample(how, WORDS[how] ?? how), make("span", {}, words)))),
      make("ul", { class: "levels" }, ...atlas.levels.map(({ code, label }) => make("li", {}, make("span", { class: `cell sample level-${code}` }, make("span", { class: "level" }, code)), make("span", {}, label)))),
      make("p", { class: "meta" }, "A dot stands for a source: one dot means that a single source says it. \u201cinh. way\u201d: the chain begins with what a broader treatment is said to do."));
  }

  const register = () => views.register({ name: "matrix", title: "Matrix", order: 30, render, redraw, wants: (now) => [now.order, now.page, now.care, now.levels, now.sources, now.bear] });
  return { register, cells: cellsOf };
})();
