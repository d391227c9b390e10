// Answers on the page: rows as a table that can be sorted, a yes or no, triples as text.
// Whatever comes from the graph is set as text, never as markup.
import { shorten } from "./completion.js";

const PAGE = 200, LONGEST = 200000;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "double", "float", "nonNegativeInteger", "int", "long"].map((name) => XSD + name));

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made && !key.startsWith("aria")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function showBoolean(place, value) {
  place.replaceChildren(element("p", { className: "verdict" }, value ? "Yes" : "No"));
}

export function showText(place, text, label) {
  const cut = text.length > LONGEST;
  place.replaceChildren(
    element("pre", { className: "code", tabIndex: 0, role: "region", "aria-label": label }, element("code", {}, cut ? text.slice(0, LONGEST) : text)),
    ...(cut ? [element("p", {}, "The text is longer than is shown here; the downloads hold all of it.")] : []),
  );
}

export function showRows(place, answer, { known, labels, root }) {
  const columns = answer.head.vars, given = answer.results.bindings;
  let rows = given, sorted = { column: "", down: false }, page = 0;
  const body = element("tbody");
  const heads = columns.map((column) => {
    const button = element("button", { type: "button", className: "sort", title: `Sort by ${column}` }, element("bdi", {}, column), element("span", { className: "arrow", "aria-hidden": "true" }));
    button.addEventListener("click", () => sort(column));
    return element("th", { scope: "col" }, button);
  });
  const table = element("table", {}, element("caption", { className: "unseen" }, "Answer"), element("thead", {}, element("tr", {}, ...heads)), body);
  const told = element("span", { className: "tally", role: "status" });
  const back = element("button", { type: "button" }, "Previous"), on = element("button", { type: "button" }, "Next");
  back.addEventListener("click", () => { page -= 1; fill(); });
  on.addEventListener("click", () => { page += 1; fill(); });
  const pager = element("div", { className: "bar" }, back, on, told);
  pager.hidden = given.length <= PAGE;

  function fill() {
    const start = page * PAGE, shown = rows.slice(start, start + PAGE);
    body.replaceChildren(...shown.map((row) => element("tr", {}, ...columns.map((column) => cell(row[column])))));
    told.textContent = `Rows ${start + 1} to ${start + shown.length} of ${rows.length}`;
    back.disabled = page === 0;
    on.disabled = start + PAGE >= rows.length;
  }

  // A first click sorts up, a second down, a third brings back the order of the answer.
  function sort(column) {
    if (sorted.column !== column) sorted = { column, down: false };
    else if (!sorted.down) sorted = { column, down: true };
    else sorted = { column: "", down: false };
    rows = sorted.column ? [...given].sort((one, other) => compare(one[column], other[column]) * (sorted.down ? -1 : 1) || 0) : given;
    if (sorted.column) rows = [...rows.filter((row) => row[column]), ...rows.filter((row) => !row[column])];
    heads.forEach((head, number) => {
      const isThis = columns[number] === sorted.column;
      if (isThis) head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.querySelector(".arrow").textContent = isThis ? (sorted.down ? "\u2193" : "\u2191") : "";
    });
    page = 0;
    fill();
  }

  const words = (term) => (term.type === "uri" ? labels.get(term.value) || shorten(term.value, known.prefixes) : term.value);

  function compare(one, other) {
    if (!one || !other) return 0;
    if (NUMBERS.has(one.datatype) && NUMBERS.has(other.datatype)) return Number(one.value) - Number(other.value);
    return words(one).localeCompare(words(other), "en", { numeric: true, sensitivity: "base" });
  }

  function cell(term) {
    if (!term) return element("td");
    if (term.type === "uri") return element("td", {}, ...link(term.value));
    if (term.type === "triple") return element("td", {}, element("code", {}, JSON.stringify(term.value)));
    const text = element("bdi", { dir: "auto" }, term.type === "bnode" ? `_:${term.value}` : term.value);
    const language = term["xml:lang"];
    if (language) text.lang = language;
    if (NUMBERS.has(term.datatype)) return element("td", { className: "number" }, text);
    return element("td", {}, text, ...(language && !language.startsWith("en") ? [element("small", {}, ` ${language}`)] : []));
  }

  // Our things lead to their page with their label; of others only web addresses are links.
  function link(iri) {
    const short = shorten(iri, known.prefixes), label = labels.get(iri);
    const href = addressOf(iri, known.prefixes, root);
    if (!href) return [element("bdi", {}, iri)];
    const isOurs = iri.startsWith(known.prefixes.skin);
    const anchor = element("a", isOurs ? { href } : { href, rel: "noopener noreferrer" }, element("bdi", {}, label || short));
    return label ? [anchor, element("small", {}, short)] : [anchor];
  }

  fill();
  place.replaceChildren(
    element("div", { className: "scroll", tabIndex: 0, role: "region", "aria-labelledby": "answer-head" }, table),
    pager,
  );
  return { refresh: fill };
}

export function addressOf(iri, prefixes, root) {
  if (iri.startsWith(prefixes.skg)) return `${root}schema#${encodeURIComponent(iri.slice(prefixes.skg.length))}`;
  if (iri.startsWith(prefixes.skin)) {
    const parts = iri.slice(prefixes.skin.length).split("/");
    return parts.some((part) => part === "" || part === "." || part === "..") ? "" : root + parts.map(encodeURIComponent).join("/");
  }
  return /^https?:\/\//i.test(iri) ? iri : "";
}
