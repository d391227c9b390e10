// The query page: an editor, the catalogue as examples, the answer as a table.
// A query that came with a link is shown and not run: whoever opens it decides.
import { bound, declaring, expand, fold, inWords, suggest, typedPhrase, vocabulary } from "./completion.js";
import { plainEditor } from "./plain-editor.js";
import { element, showBoolean, showRows, showText } from "./results.js";

const $ = (id) => document.getElementById(id);
const page = $("ask").dataset;
const data = JSON.parse($("known").textContent);
const known = vocabulary(data);
const examples = new Map(data.examples.map((one) => [one.name, one]));
const ROWS = [["csv", "CSV"], ["tsv", "TSV"], ["json", "JSON"], ["xml", "XML"]];
const GRAPHS = [["ttl", "Turtle"], ["nt", "N-Triples"], ["jsonld", "JSON-LD"], ["rdf", "RDF/XML"]];
const LONGEST_ADDRESS = 6000;
let running = null, seeking = null, editor;

const options = {
  url: page.editor && new URL(page.editor, location.href).href,
  text: $("text").value,
  label: "SPARQL query",
  suggestAt,
  // A name of the page brings the declaration that other tools need.
  insertion: (text, one) => (one.whole ? "" : declaring(text, one.insert, known.prefixes)),
  run,
};

async function suggestAt(text, position, explicit) {
  const found = suggest(text, position, known, explicit);
  if (known.complete || (found && found.options.some((one) => one.curie))) return found;
  const phrase = typedPhrase(text, position);
  if (!phrase) return found;
  const literal = JSON.stringify(fold(phrase));
  const rows = await ask(`SELECT DISTINCT ?thing ?label { ?thing skos:prefLabel ?label . FILTER (CONTAINS(LCASE(STR(?label)), ${literal})) } LIMIT 20`);
  const more = rows.map(({ thing, label }) => {
    const local = thing.value.startsWith(known.prefixes.skin) ? thing.value.slice(known.prefixes.skin.length) : "";
    const insert = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(local) ? `skin:${local}` : `<${thing.value}>`;
    return { label: label.value, insert, curie: insert, detail: "" };
  });
  return more.length ? { from: position - phrase.length, options: more } : found;
}

// A look-up of our own beside the query: it may fail, and is then done without.
async function ask(query) {
  seeking?.abort();
  seeking = new AbortController();
  try {
    const answer = await fetch(page.endpoint, { method: "POST", body: new URLSearchParams({ query }), headers: { Accept: "application/sparql-results+json" }, signal: seeking.signal });
    return answer.ok ? (await answer.json()).results.bindings : [];
  } catch {
    return [];
  }
}

async function start() {
  // What does nothing without a script is shown by it.
  for (const part of document.querySelectorAll(".examples, #keys, #stop, #share")) part.hidden = false;
  try {
    if (!page.editor) throw new Error("no editor is installed");
    const { codeEditor } = await import("./code-editor.js");
    const place = element("div", { className: "code-editor" });
    $("text").before(place);
    editor = await codeEditor(place, options);
    $("text").hidden = true;
    // The label names the field that is hidden now; a click on it leads to the editor.
    $("editing-head").addEventListener("click", () => editor.focus());
  } catch (error) {
    if (page.editor) console.warn(`The editor cannot be used: ${error.message}`);
    editor = plainEditor($("text"), options);
  }
  $("form").addEventListener("submit", (event) => { event.preventDefault(); run(); });
  $("stop").addEventListener("click", () => running?.abort());
  $("share").addEventListener("click", share);
  $("example").addEventListener("change", () => { choose($("example").value); });
  addEventListener("hashchange", readAddress);
  readAddress();
  $("ask").dataset.ready = page.editor && !$("text").hidden ? "plain" : "yes";
}

function readAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1)), search = new URLSearchParams(location.search);
  const text = fragment.get("query") ?? search.get("query"), name = fragment.get("example") ?? search.get("example");
  if (text !== null && text !== editor.text) editor.text = text;
  else if (text === null && examples.has(name)) {
    $("example").value = name;
    choose(name, new URLSearchParams([...search, ...fragment]));
  }
}

const addressFor = (text) => `${location.origin}${location.pathname}#query=${encodeURIComponent(text)}`;

async function share() {
  const address = addressFor(editor.text);
  history.replaceState(null, "", address);
  try {
    await navigator.clipboard.writeText(address);
    tell("The link is copied.");
  } catch {
    tell("The link is in the address bar; copy it there.");
  }
}

function tell(words) {
  $("told").textContent = words;
}

// `given` holds what some parameters are to be, by their names.
function choose(name, given = new URLSearchParams()) {
  const example = examples.get(name);
  $("chosen").hidden = !example;
  if (!example) return;
  editor.text = example.text;
  editor.unmark();
  complain(null);
  $("row").textContent = example.row ? `A row is ${example.row}.` : "";
  $("about").href = `${page.root}queries/${encodeURIComponent(name)}`;
  $("parameters").replaceChildren(...example.parameters.map(([variable, kind]) => parameter(variable, kind)));
  for (const [variable] of example.parameters) {
    if (!given.get(variable)) continue;
    $(`parameter-${variable}`).value = given.get(variable);
    $(`parameter-${variable}`).dispatchEvent(new Event("change"));
  }
}

// A field for one variable; what is chosen is written into the query as a VALUES line.
function parameter(variable, kind) {
  const choices = choicesOf(kind), id = `parameter-${variable}`, word = inWords(kind.split(":")[1]);
  const field = element("input", { id, autocomplete: "off", spellcheck: false, placeholder: "everything", "aria-describedby": `${id}-told` });
  const told = element("p", { id: `${id}-told`, className: "tally", role: "status" });
  const parts = [element("label", { htmlFor: id }, variable, ...(word === variable ? [] : [element("span", { className: "tally" }, ` (${word})`)])), field, told];
  if (choices.length) {
    const list = element("datalist", { id: `${id}-choices` }, ...choices.map((one) => element("option", { value: one.label }, one.curie)));
    field.setAttribute("list", list.id);
    parts.push(list);
  }
  field.addEventListener("change", () => {
    const value = field.value.trim(), term = value ? termOf(value, kind, choices) : "";
    field.setAttribute("aria-invalid", String(term === null));
    told.textContent = term === null ? `\u201c${value}\u201d is no ${word}.` : "";
    const text = bound(editor.text, variable, term ?? "");
    editor.text = (term ? declaring(text, term, known.prefixes) : "") + text;
  });
  return element("div", {}, ...parts);
}

function choicesOf(kind) {
  const [prefix, local] = kind.split(":");
  if (prefix !== "skg") return [];
  return known.concepts.filter((one) => local === "Concept" || one.kinds.includes(local))
    .concat((data.others[local] || []).map(([curie, label]) => ({ curie, label, keys: [fold(label)] })));
}

function termOf(value, kind, choices) {
  const key = fold(value);
  const found = choices.find((one) => one.curie === value || fold(one.label) === key) || choices.find((one) => one.keys.includes(key));
  if (found) return found.curie;
  if (kind.startsWith("xsd:")) {
    const local = kind.slice(4);
    if (local === "integer") return /^[+-]?\d+$/.test(value) ? value : null;
    if (local === "decimal") return /^[+-]?\d+(\.\d+)?$/.test(value) ? (value.includes(".") ? value : `${value}.0`) : null;
    if (local === "date") return /^\d{4}-\d\d-\d\d$/.test(value) ? `"${value}"^^<${known.prefixes.xsd}date>` : null;
    return JSON.stringify(value);
  }
  if (/^<[^<>"{}|^`\\\s]+>$/.test(value)) return value;
  const curie = /^([a-z]+):[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.exec(value);
  return curie && curie[1] in known.prefixes && (!choices.length || !known.complete || kind === "skg:Claim") ? value : null;
}

async function run() {
  running?.abort();
  const control = running = new AbortController(), text = editor.text, began = performance.now();
  editor.unmark();
  complain(null);
  tell("Running\u2026");
  $("stop").disabled = false;
  $("ask").dataset.state = "running";
  try {
    const answer = await fetch(page.endpoint, {
      method: "POST",
      body: new URLSearchParams({ query: text }),
      headers: { Accept: "application/sparql-results+json, text/turtle;q=0.9" },
      signal: control.signal,
    });
    const body = await answer.text();
    const seconds = (performance.now() - began) / 1000;
    if (running !== control) return;
    history.replaceState(null, "", addressFor(text));
    if (!answer.ok) return refuse(answer, body);
    await show(answer, body, text, seconds);
    tell("");
    $("ask").dataset.state = "answered";
  } catch (error) {
    if (running !== control && error.name === "AbortError") return;
    $("answer").hidden = true;
    tell("");
    complain(error.name === "AbortError" ? "Stopped. No answer is shown." : `The service did not answer (${error.message}). Nothing is known of the answer.`);
    $("ask").dataset.state = "failed";
  } finally {
    if (running === control) {
      running = null;
      $("stop").disabled = true;
    }
  }
}

// Why there is no answer, in the service's words, and where in the query.
function refuse(answer, body) {
  let reason = body.trim();
  if ((answer.headers.get("Content-Type") || "").includes("json")) reason = JSON.parse(body).detail || reason;
  $("answer").hidden = true;
  tell("");
  complain(plainer(reason) || `The service answered ${answer.status} without a reason.`);
  const place = /(?:^|\D)(\d+):(\d+)\b/.exec(reason);
  if (answer.status === 400 && place) editor.mark(Number(place[1]), Number(place[2]));
  $("ask").dataset.state = "failed";
}

// The parser lists every letter that might go on a name; a person needs one word for them.
const plainer = (reason) => reason.replace(/,? ?(?:\['[^\]]*\](?:, )?)+/g, (found) => (found.startsWith(",") ? ", a letter or digit" : " a letter or digit"));

function complain(words) {
  $("problem").replaceChildren(...(words ? [element("p", { className: "note" }, element("bdi", {}, words))] : []));
}

async function show(answer, body, text, seconds) {
  const type = (answer.headers.get("Content-Type") || "").split(";")[0];
  const took = `in ${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;
  const note = answer.headers.get("Skingraph-Note");
  $("note").replaceChildren(...(note ? [element("p", { className: "note" }, element("bdi", {}, `${note[0].toUpperCase()}${note.slice(1)}`))] : []));
  $("answer").hidden = false;
  if (type !== "application/sparql-results+json") {
    const count = body.trim() ? "The triples of the answer" : "No triples";
    $("summary").textContent = `${count}, as Turtle, ${took}.`;
    showText($("results"), body, "Triples");
    return offerFiles(text, GRAPHS);
  }
  const parsed = JSON.parse(body);
  if ("boolean" in parsed) {
    $("summary").textContent = `The answer is ${parsed.boolean ? "yes" : "no"}, ${took}.`;
    showBoolean($("results"), parsed.boolean);
    return offerFiles(text, ROWS.filter(([name]) => name === "json" || name === "xml"));
  }
  const rows = parsed.results.bindings;
  $("summary").textContent = `${rows.length || "No"} ${rows.length === 1 ? "row" : "rows"} ${took}.`;
  offerFiles(text, ROWS);
  if (!rows.length) {
    if (!note) $("note").replaceChildren(element("p", { className: "note" }, "Nothing found. That is no evidence of safety."));
    return $("results").replaceChildren();
  }
  const labels = new Map(known.labels);
  const table = showRows($("results"), parsed, { known, labels, root: page.root });
  await addLabels(rows, labels, table);
}

// Things of ours without a label at hand: sources in the main. Claims and passages have none.
async function addLabels(rows, labels, table) {
  const unknown = new Set();
  for (const row of rows) {
    for (const term of Object.values(row)) {
      if (term.type !== "uri" || labels.has(term.value) || unknown.size >= 400) continue;
      const isBare = [known.prefixes.claim, known.prefixes.passage].some((space) => term.value.startsWith(space));
      if (term.value.startsWith(known.prefixes.skin) && !isBare) unknown.add(term.value);
    }
  }
  if (!unknown.size) return;
  const names = [...unknown].map((iri) => `<${iri}>`).join(" ");
  for (const { thing, label } of await ask(`SELECT ?thing ?label { VALUES ?thing { ${names} } ?thing skos:prefLabel|rdfs:label|dcterms:title ?label }`)) {
    labels.set(thing.value, label.value);
  }
  table.refresh();
}

function offerFiles(text, formats) {
  const query = new URLSearchParams({ query: text }).toString();
  const item = ([name, words]) => {
    if (query.length < LONGEST_ADDRESS) return element("li", {}, element("a", { href: `${page.endpoint}?${query}&format=${name}`, download: `answer.${name}` }, words));
    // Too long for an address: sent as a form.
    return element("li", {}, element("form", { method: "post", action: page.endpoint },
      element("input", { type: "hidden", name: "query", value: text }), element("input", { type: "hidden", name: "format", value: name }), element("button", {}, words)));
  };
  $("downloads").replaceChildren(element("ul", { className: "files", "aria-label": "Download the answer" }, ...formats.map(item)));
}

await start();
