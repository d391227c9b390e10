// The table of everything: every claim, every thing and every source, to be read without a picture.
const table = (() => {
  const ROWS = 500;
  const PARTS = [["claims", "claims"], ["things", "things"], ["sources", "sources"]];
  const by = (text) => (a, b) => { const [one, other] = [text(a), text(b)]; return one < other ? -1 : one > other ? 1 : 0; };
  const lower = (text) => text.toLowerCase();
  const object = (claim) => (claim.object ? claim.object.label : claim.quantity);
  const COLUMNS = {
    claims: [
      ["subject", "Subject", (one) => lower(one.of.label)],
      ["says", "Says", (one) => lower(one.claim.verb || one.claim.predicate.label)],
      ["object", "Object", (one) => lower(object(one.claim))],
      ["firmly", "How firmly", (one) => sentences.firmly(one)],
      ["evidence", "Evidence", (one) => one.claim.evidence || " "],
      ["source", "Source and passage", (one) => lower(one.claim.sources[0]?.title ?? " ")],
    ],
    things: [
      ["name", "Name", (one) => lower(one.label)],
      ["kind", "Kind", (one) => one.kinds.join()],
      ["meaning", "Meaning", (one) => lower(one.definition)],
      ["called", "Also called", (one) => lower(one.synonyms.join())],
      ["broader", "A kind of", (one) => lower(one.broader.map((kind) => kind.label).join())],
      ["count", "Claims", (one) => 1e9 - atlas.saidOf(one).length],
    ],
    sources: [
      ["title", "Title", (one) => lower(one.title)],
      ["evidence", "Evidence", (one) => one.evidence || " "],
      ["authority", "Who speaks", (one) => one.authority],
      ["kind", "Kind", (one) => one.kind],
      ["date", "Date", (one) => one.date],
      ["file", "File", (one) => one.file],
    ],
  };
  const firmness = { stated: (one) => one.claim.supports && !one.claim.hedged, hedged: (one) => one.claim.hedged, denied: (one) => !one.claim.supports, inherited: (one) => one.from !== null, single: (one) => one.claim.sources.length === 1, disputed };
  // Whether a source denies what another, or the same one elsewhere, affirms.
  function disputed({ of, claim }) {
    const link = claim.object && sieve.of(state.now).link(`${of.id} ${claim.predicate.id} ${claim.object.id}`);
    return Boolean(link) && (link.manner === "disputed" || link.manner === "in part");
  }
  let texts = null, last = "";

  // The address keeps the table in `order`: part, column, way, firmness and property, with bars between.
  function order(now) {
    const [part, column, way, firm, ...predicate] = COLUMNS[now.order.split("|")[0]] ? now.order.split("|") : ["claims"];
    return { part, column: COLUMNS[part].find(([name]) => name === column)?.[0] ?? "", down: way === "down", firm: firmness[firm] ? firm : "", predicate: predicate.join("|") };
  }
  function change(wanted) {
    const { part, column, down, firm, predicate } = { ...order(state.now), ...wanted };
    state.change({ order: [part, column, down ? "down" : "", firm, predicate].join("|").replace(/\|+$/, ""), page: 0 });
  }

  function rowsOf(part, now) {
    if (part === "sources") return atlas.sources;
    if (part === "things") return atlas.concepts;
    const { firm, predicate } = order(now), { passes } = sieve.of(now), kinds = new Set(sieve.of(now).hidden);
    return atlas.said.filter((one) => passes(one) && (!predicate || one.claim.predicate.id === predicate) && (!firm || firmness[firm](one)) && !(kinds.has(one.of.kind) || (one.claim.object && kinds.has(one.claim.object.kind))));
  }
  // Everything that a row tells, folded, so that a search reads what the eye reads.
  function text(part, row) {
    texts ??= new Map();
    if (!texts.has(row)) {
      const words = part === "claims" ? [sentences.said(row), row.of.label, ...row.of.synonyms, sentences.firmly(row), row.claim.id, row.claim.evidence, ...row.claim.passages.map((passage) => `${passage.source.title} ${passage.section}`), row.claim.note]
        : part === "things" ? [row.label, row.definition, ...row.synonyms, ...row.kinds.map(dom.kindWords), row.id] : [row.title, row.authority, row.kind, row.file, row.evidence, row.date];
      texts.set(row, lower(words.join("\n")).normalize("NFD").replace(/\p{M}/gu, ""));
    }
    return texts.get(row);
  }

  function sifted(now) {
    const { part, column, down } = order(now), words = lower(now.find).normalize("NFD").replace(/\p{M}/gu, "").split(/\s+/).filter(Boolean);
    const all = rowsOf(part, now), found = words.length ? all.filter((row) => words.every((word) => text(part, row).includes(word))) : [...all];
    const key = COLUMNS[part].find(([name]) => name === column)?.[2];
    if (key) found.sort(by(key));
    else if (part === "claims") found.sort((a, b) => by((one) => one.of.key)(a, b) || a.claim.predicate.place - b.claim.predicate.place || by((one) => lower(object(one.claim)))(a, b));
    else if (part === "things") found.sort(atlas.byLabel);
    if (key && down) found.reverse();
    return { part, column, down, all: all.length, found };
  }

  function render(box, now) {
    const find = make("input", { type: "search", id: "table-find", value: now.find, autocomplete: "off", spellcheck: "false", oninput: () => state.change({ find: find.value, page: 0 }, { quiet: true }) });
    const there = [...new Set(atlas.claims.map((claim) => claim.predicate))].sort((a, b) => a.place - b.place);
    box.append(make("h2", {}, "Everything as a table"),
      make("div", { class: "bar noprint" },
        dom.chooser({ label: "Show", options: PARTS, chosen: order(now).part, onchange: (part) => change({ part, column: "", down: false }), attributes: { id: "table-part" } }),
        make("label", { class: "chooser", for: "table-find" }, make("span", {}, "Rows with"), find),
        dom.chooser({ label: "Property", options: [["", "any"], ...there.map((one) => [one.id, one.label])], chosen: order(now).predicate, onchange: (predicate) => change({ predicate }), attributes: { id: "table-predicate" } }),
        dom.chooser({ label: "Said how", options: [["", "in any way"], ["stated", "stated flatly"], ["hedged", "hedged"], ["denied", "denied"], ["inherited", "inherited"], ["single", "by one source"], ["disputed", "affirmed and denied"]], chosen: order(now).firm, onchange: (firm) => change({ firm }), attributes: { id: "table-firm" } })),
      make("div", { id: "table-body" }));
    redraw(box, now);
  }

  function redraw(box, now) {
    const { part, column, down, all, found } = sifted(now), find = dom.byId("table-find"), body = dom.byId("table-body");
    if (find.value !== now.find) find.value = now.find;
    const wanted = order(now);
    for (const name of ["part", "predicate", "firm"]) dom.byId(`table-${name}`).value = wanted[name];
    for (const id of ["table-predicate", "table-firm"]) dom.byId(id).closest("label").hidden = part !== "claims";
    const pages = Math.max(1, Math.ceil(found.length / ROWS)), page = Math.min(now.page, pages - 1), shown = found.slice(page * ROWS, (page + 1) * ROWS);
    const left = part === "claims" ? sieve.of(now).left : 0;
    const told = `${dom.count(found.length, "row")}${found.length < all ? ` of ${all.toLocaleString("en")}` : ""}${pages > 1 ? `, page ${page + 1} of ${pages}` : ""}${left ? `; the legend leaves out ${left.toLocaleString("en")}` : ""}`;
    const focused = body.contains(document.activeElement) ? document.activeElement.dataset.to : null;
    body.replaceChildren(...[
      make("p", { id: "table-count", class: "meta", data: { rows: found.length, all: all, page: page, pages: pages } }, told),
      pages > 1 ? pager(page, pages) : null,
      shown.length ? make("div", { class: "scroll", tabindex: "0", role: "region", aria: { label: "Rows of the table" } },
        spoken(make("table", { class: `everything ${part}` }, make("caption", { class: "unseen" }, `${part}, ${told}`),
          make("thead", {}, make("tr", {}, COLUMNS[part].map(([name, title]) => heading(part, name, title, column, down)))),
          make("tbody", {}, shown.map({ claims: claimRow, things: thingRow, sources: sourceRow }[part]))))) : make("p", {}, part === "claims" ? "No claim is found. That is no evidence of safety." : "Nothing is found."),
      pages > 1 && shown.length > 20 ? pager(page, pages) : null,
    ].filter(Boolean));
    if (focused) [...body.querySelectorAll("button")].find((one) => one.dataset.to === focused && !one.disabled)?.focus();
    // Whatever else was just said is not spoken over.
    if (told !== last) dom.say(told);
    last = told;
  }

  function heading(part, name, title, column, down) {
    const sorts = name === column, next = sorts && !down;
    return make("th", { scope: "col", aria: sorts ? { sort: down ? "descending" : "ascending" } : {} },
      make("button", { type: "button", data: { to: `sort ${name}` }, onclick: () => change({ column: name, down: next }) }, title, sorts ? make("span", { "aria-hidden": "true" }, down ? " \u25bc" : " \u25b2") : null));
  }

  function pager(page, pages) {
    const go = (words, to, there) => make("button", { type: "button", data: { to: words }, disabled: !there, onclick: () => state.change({ page: to }) }, words);
    return make("nav", { class: "pages noprint", aria: { label: "Pages of the table" } }, go("Previous page", page - 1, page > 0), make("span", {}, `${page + 1} of ${pages}`), go("Next page", page + 1, page < pages - 1));
  }

  const link = (thing) => (atlas.concept(thing.id) === thing ? make("button", { type: "button", class: "word", onclick: () => { state.change({ chosen: thing.id }); panel.focus(); } }, dom.label(thing)) : dom.label(thing));
  const badge = (thing) => (thing.kinds.includes("Treatment") ? care.badge(thing) : null);
  const cell = (title, ...children) => make("td", { data: { label: title } }, ...children);

  function claimRow(one) {
    const { claim } = one, whole = sentences.said(one), denied = !claim.supports;
    return make("tr", { class: denied ? "denied" : "", data: { row: `${claim.id} ${one.of.id}`, claim: claim.id, from: one.from ? one.from.id : "", polarity: claim.polarity } },
      make("th", { scope: "row" }, link(one.of), badge(one.of)),
      cell("Says", make("bdi", {}, claim.verb || claim.predicate.label)),
      cell("Object", claim.object ? [link(claim.object), badge(claim.object), claim.quantity ? make("small", {}, claim.quantity) : null] : make("bdi", {}, claim.quantity)),
      cell("How firmly", make("bdi", {}, sentences.firmly(one)), claim.details.length ? make("small", {}, make("bdi", {}, whole)) : null, claim.note ? make("small", { class: "meta" }, "Curator\u2019s note: ", make("bdi", {}, claim.note)) : null),
      cell("Evidence", sentences.level(claim.evidence)),
      cell("Source and passage", claim.passages.length ? claim.passages.map((passage) => make("p", {}, make("bdi", {}, passage.source.title), make("small", { class: "meta" }, make("bdi", {}, `${sentences.where(passage)} (${passage.source.authority || "not graded"})`)))) : "no source recorded"));
  }

  function thingRow(one) {
    return make("tr", { data: { row: one.id, thing: one.id } },
      make("th", { scope: "row" }, link(one), badge(one)),
      cell("Kind", one.kinds.map(dom.kindWords).join(", ") || "not classed"),
      cell("Meaning", one.definition ? make("bdi", {}, one.definition) : make("span", { class: "meta" }, "not recorded")),
      cell("Also called", one.synonyms.flatMap((name, at) => [at ? ", " : "", make("bdi", {}, name)])),
      cell("A kind of", one.broader.flatMap((kind, at) => [at ? ", " : "", link(kind)])),
      cell("Claims", counted(one)));
  }
  function counted(one) {
    const said = atlas.saidOf(one), inherited = said.filter((each) => each.from).length, elsewhere = atlas.saidElsewhere(one).length;
    return [`${said.length - inherited} of it`, inherited ? `${inherited} inherited` : "", elsewhere ? `${elsewhere} elsewhere` : ""].filter(Boolean).join(", ");
  }

  function sourceRow(one) {
    return make("tr", { data: { row: one.id, source: one.id } },
      make("th", { scope: "row" }, make("bdi", {}, one.title)), cell("Evidence", sentences.level(one.evidence)), cell("Who speaks", one.authority || "not graded"),
      cell("Kind", one.kind || "not recorded"), cell("Date", one.date || "not recorded"), cell("File", make("bdi", {}, one.file || "not recorded")));
  }

  // A phone shows a table as blocks, which takes its roles away; so they are said.
  function spoken(made) {
    const roles = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
    for (const one of [made, ...made.querySelectorAll("thead, tbody, tr, td, th")]) one.setAttribute("role", roles[one.tagName] ?? (one.scope === "col" ? "columnheader" : "rowheader"));
    return made;
  }

  const register = () => views.register({ name: "table", title: "Table", order: 70, render, redraw, wants: (now) => [now.find, now.order, now.page, now.care, now.hide, now.levels, now.sources, now.bear] });
  return { register, sifted, spoken };
})();
