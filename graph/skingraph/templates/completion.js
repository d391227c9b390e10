// What somebody may be about to write at a place of a query: pure functions, no page.
const KEYWORDS = [
  "SELECT", "DISTINCT", "CONSTRUCT", "ASK", "DESCRIBE", "WHERE", "FILTER", "OPTIONAL", "UNION", "MINUS", "VALUES", "BIND", "GRAPH",
  "GROUP BY", "ORDER BY", "HAVING", "LIMIT", "OFFSET", "PREFIX", "NOT EXISTS", "EXISTS", "COUNT", "SUM", "MIN", "MAX", "AVG",
  "SAMPLE", "GROUP_CONCAT", "REGEX", "CONTAINS", "STRSTARTS", "LCASE", "UCASE", "COALESCE", "BOUND", "LANG", "DATATYPE", "ASC", "DESC",
];
const MOST = 40;
const WORD = "[\\p{L}\\p{N}'\u2019_-]+";

export const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[-_\u2013]/g, " ").replace(/\u2019/g, "'").trim();

// The names of the graph, made ready for looking up.
export function vocabulary(data) {
  const terms = data.terms.map(([curie, label, word, meaning]) => ({ curie, label, detail: word, info: meaning, keys: [fold(label), fold(curie.split(":")[1])] }));
  const concepts = data.concepts.map(([curie, label, kinds, synonyms]) => ({
    curie, label, kinds, detail: kinds.map(inWords).join(", "), info: "",
    keys: [label, ...synonyms].map(fold), synonyms,
  }));
  const others = Object.entries(data.others).flatMap(([kind, found]) => found.map(([curie, label]) => ({ curie, label, detail: inWords(kind), info: "", keys: [fold(label)] })));
  // A value of a list, such as hedged, stands with the kind of its list, and once.
  const kinds = new Map(others.map((one) => [one.curie, one.detail]));
  for (const one of terms) if (one.detail === "value" && kinds.has(one.curie)) one.detail = kinds.get(one.curie);
  const listed = new Set(terms.map((one) => one.curie));
  const labels = new Map();
  for (const one of [...others, ...terms, ...concepts]) labels.set(expand(one.curie, data.prefixes), one.label);
  return { prefixes: data.prefixes, complete: data.complete, terms, concepts, others: others.filter((one) => !listed.has(one.curie)), labels };
}

export const inWords = (kind) => kind.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();

export function expand(curie, prefixes) {
  const at = curie.indexOf(":");
  const space = at < 0 ? undefined : prefixes[curie.slice(0, at)];
  return space === undefined ? curie : space + curie.slice(at + 1);
}

export function shorten(iri, prefixes) {
  let best = ["", ""];
  for (const [prefix, space] of Object.entries(prefixes)) {
    if (iri.startsWith(space) && space.length > best[1].length) best = [prefix, space];
  }
  const local = iri.slice(best[1].length);
  return best[1] && /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.test(local) ? `${best[0]}:${local}` : iri;
}

// Gives where the replaced text begins and what may stand there, or null.
export function suggest(text, position, known, explicit = false) {
  const line = text.slice(text.lastIndexOf("\n", position - 1) + 1, position);
  if (inStringOrComment(line)) return null;
  const variable = /[?$][\p{L}\p{N}_]*$/u.exec(line);
  if (variable) {
    const typed = variable[0];
    const all = [...new Set(text.match(/[?$][\p{L}_][\p{L}\p{N}_]*/gu) || [])].filter((name) => name !== typed && name.startsWith(typed));
    return offer(position - typed.length, all.sort().map((name) => ({ label: name, insert: name, detail: "variable" })));
  }
  const declared = /\bPREFIX\s+([a-z]*)$/i.exec(line);
  if (declared) {
    return offer(position - declared[1].length, Object.entries(known.prefixes).filter(([name]) => name.startsWith(declared[1]))
      .map(([name, space]) => ({ label: `${name}:`, insert: `${name}: <${space}>`, detail: space, whole: true })));
  }
  const curie = /([a-z]+):([A-Za-z0-9_.-]*)$/.exec(line);
  if (curie && curie[1] in known.prefixes) {
    const typed = fold(curie[2]);
    const found = [...known.terms, ...known.concepts, ...known.others].filter((one) => one.curie.startsWith(`${curie[1]}:`));
    return offer(position - curie[0].length, ranked(found, typed).map(named));
  }
  const tail = new RegExp(`${WORD}(?: ${WORD}){0,4}$`, "u").exec(line);
  if (!tail) return explicit ? offer(position, known.terms.filter((one) => one.detail === "property").map(named)) : null;
  const words = tail[0].split(" ");
  for (let count = words.length; count > 0; count -= 1) {
    const typed = words.slice(-count).join(" ");
    const from = position - typed.length;
    if (typed.length < 2 && !explicit) return null;
    const folded = fold(typed);
    const options = ranked([...known.terms, ...known.concepts, ...known.others], folded, likely(text.slice(0, from))).map(named);
    if (count === 1) {
      const keywords = KEYWORDS.filter((word) => word.startsWith(typed.toUpperCase())).map((word) => ({ label: word, insert: word, detail: "keyword", whole: true }));
      const prefixes = Object.keys(known.prefixes).filter((name) => name.startsWith(typed)).map((name) => ({ label: `${name}:`, insert: `${name}:`, detail: known.prefixes[name], whole: true }));
      // Capitals are how keywords are written, small letters how names are.
      return offer(from, typed === typed.toUpperCase() ? [...keywords, ...options, ...prefixes] : [...prefixes, ...options, ...keywords]);
    }
    if (options.length) return offer(from, options);
  }
  return null;
}

// The words before the cursor that may be the beginning of a label, for a look-up elsewhere.
export function typedPhrase(text, position) {
  const line = text.slice(text.lastIndexOf("\n", position - 1) + 1, position);
  const tail = inStringOrComment(line) ? null : new RegExp(`${WORD}(?: ${WORD}){0,2}$`, "u").exec(line);
  return tail && tail[0].length > 2 ? tail[0] : "";
}

// The text with the declarations that an inserted name needs, and by how much it grew before it.
export function declaring(text, inserted, prefixes) {
  const prefix = /^([a-z]+):/.exec(inserted);
  if (!prefix || !(prefix[1] in prefixes)) return "";
  const isDeclared = new RegExp(`^\\s*PREFIX\\s+${prefix[1]}:`, "im").test(text);
  return isDeclared ? "" : `PREFIX ${prefix[1]}: <${prefixes[prefix[1]]}>\n`;
}

// Binds a variable visibly: one VALUES line at the top of the pattern; no term takes it away.
// A VALUES further down is the query's own and stays.
export function bound(text, name, term) {
  const at = patternStart(text);
  if (at < 0) return text;
  const lines = /^(?:\n[ \t]*VALUES \?[^\s{]+ \{[^}\n]*\}(?=[ \t]*\n))*/.exec(text.slice(at))[0];
  const others = lines.split(/(?=\n)/).filter((line) => !line.includes(`VALUES ?${name} {`)).join("");
  const mine = term ? `\n  VALUES ?${name} { ${term} }` : "";
  const rest = text.slice(at + lines.length);
  return text.slice(0, at) + others + mine + (mine && !rest.startsWith("\n") ? `\n  ${rest.trimStart()}` : rest);
}

function patternStart(text) {
  const tokens = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>"{}|^`\\\s]*>|#[^\n]*|\bWHERE\b|[{}]/gi;
  let depth = 0, isPattern = false, first = -1;
  for (const token of text.matchAll(tokens)) {
    const word = token[0].toUpperCase();
    if (word === "WHERE" && depth === 0) isPattern = true;
    else if (word === "{") {
      if (isPattern && depth === 0) return token.index + 1;
      if (first < 0) first = token.index + 1;
      depth += 1;
    } else if (word === "}") depth -= 1;
  }
  return first;
}

function inStringOrComment(line) {
  const bare = line.replace(/<[^<>\s]*>/g, "").replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  return /["#]|<[^\s=]*$/.test(bare);
}

const named = (one) => ({ label: one.label, insert: one.curie, detail: one.matched ? `${one.matched}, ${one.detail}` : one.detail, info: one.info, curie: one.curie });

// What comes next: a class after `a`, a property where a claim names its own.
const likely = (before) => (/[\s{;,]a\s+$/.test(before) ? "class" : /\brdf:predicate\s+$/.test(before) ? "property" : "");

// The likely kind first, then those that begin so, then those with a word that begins so; shorter
// before longer.
function ranked(found, typed, kind = "") {
  const scored = [];
  for (const one of found) {
    let best = null;
    one.keys.forEach((key, number) => {
      const score = key.startsWith(typed) ? 0 : key.includes(` ${typed}`) ? 1 : -1;
      if (score >= 0 && (!best || score * 1000 + number < best.score)) best = { score: score * 1000 + number, number };
    });
    if (best) scored.push([Math.floor(best.score / 1000) + (one.detail === kind ? 0 : 2), one.label.length, best.number && one.synonyms ? { ...one, matched: one.synonyms[best.number - 1] } : one]);
  }
  return scored.sort((a, b) => a[0] - b[0] || a[1] - b[1] || (a[2].label < b[2].label ? -1 : 1)).slice(0, MOST).map(([, , one]) => one);
}

const offer = (from, options) => (options.length ? { from, options: options.slice(0, MOST) } : null);
