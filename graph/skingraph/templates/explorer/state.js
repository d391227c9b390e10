// The state: what the page shows, and how the address tells it.
const state = (() => {
  const LISTS = ["focus", "more", "way", "care", "hide", "levels", "sources", "bear", "compare"];
  const TEXTS = ["view", "chosen", "treatment", "order", "find", "lesson", "theme"];
  const NUMBERS = ["which", "step", "page", "at"];
  const CONCEPTS = ["focus", "more", "way", "care", "compare"];
  const past = [], heard = [];
  let now = null;

  const defaults = () => ({
    view: "lanes", focus: [], more: [], chosen: "", way: [], which: 0, step: 0, care: [], hide: null, levels: [], sources: [], bear: [],
    compare: [], treatment: "", order: "", find: "", page: 0, lesson: "", at: 0, theme: "",
  });

  // Only what the graph knows; an address may be old, or somebody else's.
  function known(wanted) {
    const fresh = defaults(), out = { ...fresh };
    const ids = (list, fits) => [...new Set(list.map(String))].filter(fits);
    for (const name of LISTS) if (Array.isArray(wanted[name])) out[name] = wanted[name].map(String);
    for (const name of TEXTS) if (typeof wanted[name] === "string") out[name] = wanted[name].slice(0, 200);
    for (const name of NUMBERS) if (Number.isSafeInteger(wanted[name]) && wanted[name] >= 0) out[name] = wanted[name];
    for (const name of CONCEPTS) out[name] = ids(out[name], (id) => atlas.concept(id));
    if (out.way.length !== 2) out.way = [];
    if (out.compare.length > 3) out.compare = out.compare.slice(0, 3);
    const kinds = new Set(atlas.kindsThere());
    if (out.hide) out.hide = ids(out.hide, (kind) => kinds.has(kind)).sort();
    out.levels = ids(out.levels, (code) => code === "none" || atlas.levels.some((one) => one.code === code)).sort();
    out.sources = ids(out.sources, (id) => atlas.sources.some((one) => one.id === id)).sort();
    out.bear = ids(out.bear, (word) => word === "asserted" || word === "inherited").sort();
    if (!views.named(out.view)) out.view = fresh.view;
    if (!["", "light", "dark"].includes(out.theme)) out.theme = "";
    if (out.treatment && !atlas.concept(out.treatment)) out.treatment = "";
    if (out.lesson && !atlas.lessons.some((one) => one.name === out.lesson)) { out.lesson = ""; out.at = 0; }
    if (out.chosen && !atlas.concept(out.chosen) && !sieve.of(out).link(out.chosen)) out.chosen = "";
    return Object.freeze(out);
  }

  const written = (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("~", "%7E").replaceAll("%20", "+");
  const read = (text) => { try { return decodeURIComponent(text.replaceAll("+", " ")); } catch { return ""; } };

  function address(one) {
    const fresh = defaults(), parts = [];
    for (const name of [...TEXTS, ...LISTS, ...NUMBERS]) {
      const value = one[name];
      if (JSON.stringify(value) === JSON.stringify(fresh[name])) continue;
      parts.push(`${name}=${Array.isArray(value) ? value.map(written).join("~") || "-" : written(String(value))}`);
    }
    // Even the plainest state is told, or it would be taken for the one that the page opens with.
    return `#${parts.join("&") || `view=${fresh.view}`}`;
  }
  function parse(hash) {
    const wanted = {};
    for (const part of hash.replace(/^#/, "").split("&")) {
      const at = part.indexOf("="), name = part.slice(0, at), value = part.slice(at + 1);
      if (LISTS.includes(name)) wanted[name] = value === "-" || !value ? [] : value.split("~").map(read);
      if (TEXTS.includes(name)) wanted[name] = read(value);
      if (NUMBERS.includes(name) && /^\d{1,6}$/.test(value)) wanted[name] = Number(value);
    }
    return known(wanted);
  }

  // An address in a frame of another page may not be ours to write.
  function write() {
    try { history.replaceState(null, "", address(now)); } catch { /* the page works without it */ }
  }
  function settle(next, told = true) {
    const before = now;
    now = next;
    write();
    if (told) for (const hear of heard) hear(now, before);
  }
  function change(part, { quiet = false } = {}) {
    const next = known({ ...now, ...part });
    if (JSON.stringify(next) === JSON.stringify(now)) return;
    if (!quiet) { past.push(now); if (past.length > 100) past.shift(); }
    settle(next);
  }
  function undo() {
    const before = past.pop();
    if (before) settle(before);
  }
  function start() {
    now = location.hash.includes("=") ? parse(location.hash) : known({ ...defaults(), ...atlas.opens });
    addEventListener("hashchange", () => {
      // A place on the page, as the first link has it, is no state.
      if (location.hash.length > 1 && !location.hash.includes("=")) { write(); return; }
      const next = parse(location.hash);
      if (JSON.stringify(next) !== JSON.stringify(now)) { past.push(now); settle(next); }
    });
  }
  return { get now() { return now; }, get canUndo() { return past.length > 0; }, change, undo, address, parse, known, start, hear: (listener) => heard.push(listener) };
})();
