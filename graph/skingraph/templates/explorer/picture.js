// Pictures: what the lanes show as an SVG with legend, sources and date; as PNG; on paper.
const picture = (() => {
  const MARGIN = 28, BULGE = 40, WIDE = 1000, FONT = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif";
  const MANNERS = { stated: "stated", hedged: "only hedged (may, can)", refuted: "denied", disputed: "disputed", "in part": "affirmed in part, denied in part" };
  const DASHES = { hedged: "7 5", refuted: "2 4", disputed: "12 4 2 4", "in part": "12 4 2 4" };
  const el = make.svg;

  // A picture for slides and paper is light, whatever the page is.
  function inLight(draw) {
    const root = document.documentElement, before = root.dataset.theme;
    root.dataset.theme = "light";
    paint.read();
    try { return draw(); } finally { root.dataset.theme = before; paint.read(); }
  }
  const text = (x, y, words, { size = 13, fill = "text", weight = 400, anchor = "start", italic = false } = {}) =>
    el("text", { x, y, "font-size": size, "font-weight": weight, "text-anchor": anchor, "font-style": italic ? "italic" : null, "unicode-bidi": "plaintext", fill: paint.colour[fill] ?? fill }, words);
  const sign = (kind, x, y) => el("path", { transform: `translate(${x} ${y}) scale(.85)`, d: atlas.symbols[paint.known(kind)], fill: paint.colour[paint.known(kind)], "fill-rule": "evenodd" });
  const bang = (x, y) => [el("path", { d: `M${x} ${y - 7}l8 14h-16Z`, fill: paint.colour.warn }), el("path", { d: `M${x} ${y - 2.5}v4.5M${x} ${y + 3.5}v1.5`, stroke: paint.colour.page, "stroke-width": 1.6 })];
  const wrapped = (words, width, size = 13) => {
    const out = [""], most = Math.max(20, Math.floor(width / (size * 0.54)));
    for (const word of words.split(/\s+/)) { if (out.at(-1) && out.at(-1).length + word.length + 1 > most) out.push(word); else out[out.length - 1] = `${out.at(-1)} ${word}`.trim(); }
    return out;
  };

  function card({ concept, lines, note, x, y, height }, picked, now) {
    const left = x - lanes.WIDTH / 2, focus = picked.focus.has(concept), found = now.care.length && concept.kinds.includes("Treatment") ? care.verdict(concept, now.care) : null;
    const loud = found && found.name !== "silent", first = y - (lines.length + note.length - 1) * 9.5 + 5, warns = !found && note.length && picked.links.some((link) => link.warning && (link.subject === concept || link.object === concept));
    const hue = found ? found.name : warns ? "warn" : "muted";
    return el("g", { data: { node: concept.id, verdict: found?.name } }, el("title", {}, concept.label),
      el("rect", { x: left, y: y - height / 2, width: lanes.WIDTH, height, rx: 8, fill: paint.colour[focus ? "panel" : "page"], stroke: loud ? paint.colour[found.name] : paint.colour[paint.known(concept.kind)], "stroke-width": focus || loud ? 3 : 1.25, "stroke-dasharray": loud && found.name !== "suited" ? "6 4" : null }),
      sign(concept.kind, left + 18, y),
      lines.map((line, nth) => text(left + 34, first + 19 * nth, line, { size: 15, weight: focus ? 700 : 400 })),
      note.map((line, nth) => [nth ? null : found ? text(left + 34, first + 19 * lines.length, found.sign, { fill: hue, weight: 700 }) : warns ? bang(left + 42, first + 19 * lines.length - 5) : null,
        text(left + 34 + (nth ? 0 : found || warns ? 19 : 0), first + 19 * (lines.length + nth), line, { size: 13, fill: hue, italic: !found, weight: found ? 700 : 400 })]));
  }

  function line(link, { cards }, picked, lit, nth) {
    const a = cards.get(link.subject), b = cards.get(link.object), half = lanes.WIDTH / 2, level = a.x === b.x, forth = a.x < b.x ? 1 : -1, look = paint.line(link);
    let points;
    if (level) {
      const bend = half + Math.min(34, 12 + Math.abs(a.y - b.y) / 10) + 6 * nth;
      points = [a.x + half, a.y, a.x + bend, a.y, b.x + bend, b.y, b.x + half, b.y];
    } else {
      const [one, other] = [a.x + forth * half, b.x - forth * half], reach = (other - one) * (0.5 + 0.12 * nth);
      points = [one, a.y, one + reach, a.y, other - reach, b.y, other, b.y];
    }
    const own = !picked.focus.size || picked.focus.has(link.subject) || picked.focus.has(link.object), loud = look.wrong || link.warning;
    const backward = link.predicate.id === "causedBy", [tx, ty] = backward ? points.slice(0, 2) : points.slice(6), heading = level ? -1 : backward ? -forth : forth;
    const tip = link.manner === "refuted" ? el("path", { d: `M${tx} ${ty - 6}v12`, stroke: look.hue, "stroke-width": 2.5 })
      : link.single ? el("path", { d: `M${tx - 8 * heading} ${ty - 4}L${tx} ${ty}L${tx - 8 * heading} ${ty + 4}`, fill: "none", stroke: look.hue, "stroke-width": 1.5 }) : el("path", { d: `M${tx} ${ty}l${-9 * heading} -4.5v9Z`, fill: look.hue });
    const at = (from) => 0.125 * points[from] + 0.375 * points[from + 2] + 0.375 * points[from + 4] + 0.125 * points[from + 6];
    const word = paint.SIGNS[link.manner], side = level || points[0] > points[6] ? 1 : -1, wide = word ? 8 * word.length + 6 : 0, wx = points[6] + side * (wide / 2 + 10), wy = points[7] - 11;
    return [
      el("g", { data: { link: link.id, manner: link.manner }, opacity: lit && !lit.has(link) && !loud ? 0.13 : own || loud || lit ? null : 0.4 }, el("title", {}, `${sentences.link(link)}: ${link.manner}${link.inheritedFrom.length ? `; inherited from ${link.inheritedFrom.join(", ")}` : ""}`),
        el("path", { d: `M${points.slice(0, 2).join(" ")}C${points.slice(2).join(" ")}`, fill: "none", stroke: look.hue, "stroke-width": look.width, "stroke-dasharray": DASHES[link.manner] ?? null }), tip, link.inheritedFrom.length ? el("circle", { cx: at(0), cy: at(1), r: 3.5, fill: look.hue }) : null),
      word ? [el("rect", { x: wx - wide / 2, y: wy - 9, width: wide, height: 16, fill: paint.colour.page }), text(wx, wy + 4, word, { weight: 700, fill: "warn", anchor: "middle" })] : null,
    ];
  }

  function legendOf(picked, width, from) {
    const parts = [], kinds = Object.keys(atlas.symbols).filter((kind) => [...picked.shown].some((one) => paint.known(one.kind) === kind)), hue = paint.colour.line;
    const stroke = (attributes) => el("path", { d: "M0-5h34", fill: "none", stroke: hue, "stroke-width": 1.5, ...attributes });
    const entries = kinds.map((kind) => [sign(kind, 9, -5), 24, dom.kindWords(kind)]), links = picked.links;
    if (links.some((link) => !link.single)) entries.push([stroke({ "stroke-width": 3 }), 42, "several sources"]);
    if (links.some((link) => link.single)) entries.push([stroke({}), 42, "one source"]);
    for (const [manner, words] of Object.entries(MANNERS)) if (manner !== "stated" && links.some((link) => link.manner === manner)) entries.push([stroke({ "stroke-dasharray": DASHES[manner], stroke: manner in paint.SIGNS ? paint.colour.warn : hue }), 42, words]);
    if (links.some((link) => link.inheritedFrom.length)) entries.push([[stroke({}), el("circle", { cx: 17, cy: -5, r: 3.5, fill: hue })], 42, "inherited from a broader treatment"]);
    if (links.some((link) => link.warning)) entries.push([stroke({ stroke: paint.colour.warn }), 42, "warning"]);
    let x = 0, y = from;
    for (const [drawn, indent, words] of entries) {
      const wide = indent + 7.2 * words.length + 22;
      if (x && x + wide > width) { x = 0; y += 24; }
      parts.push(el("g", { transform: `translate(${MARGIN + x} ${y})` }, drawn, text(indent, 0, words)));
      x += wide;
    }
    return [parts, y + 30];
  }

  // Who should take care, in words: the cards of patient factors may not be shown.
  function cautions(picked) {
    const told = [], treatments = [...picked.shown].filter((one) => one.kinds.includes("Treatment")), ahead = treatments.filter((one) => picked.focus.has(one));
    let silent = 0;
    for (const treatment of ahead.length ? ahead : treatments) {
      const found = new Map();
      for (const one of atlas.saidOf(treatment).filter(({ claim }) => claim.supports && claim.caution && claim.object)) {
        const word = one.claim.predicate.id === "consultFirstIn" ? "ask first in" : { absolute: "refused in", relative: "advised against in" }[one.claim.strength] ?? "contraindicated in";
        const marks = [...one.claim.details, ...(one.from ? [`inherited from ${one.from.label}`] : [])];
        if (!found.has(word)) found.set(word, new Set());
        found.get(word).add(one.claim.object.label + (marks.length ? ` (${marks.join("; ")})` : ""));
      }
      if (found.size) told.push(`${treatment.label}: ${["refused in", "advised against in", "contraindicated in", "ask first in"].filter((word) => found.has(word)).map((word) => `${word} ${[...found.get(word)].join(", ")}`).join("; ")}.`);
      else silent += 1;
    }
    if (silent) told.push(`Of ${silent > 1 ? `${silent} ` : "the "}${told.length ? "other " : ""}treatment${silent > 1 ? "s" : ""} shown, no caution is found.`);
    return [...told, "What no source says is not thereby safe."];
  }

  function whole(now, { picked = choice.of(now), layout = lanes.place([...picked.shown], picked.links), explained = true } = {}) {
    const names = picked.told ? [`From ${picked.told.start.label} to ${picked.told.end.label}`] : [...picked.focus].map((one) => one.label);
    const heading = names.join(", ") || "Treatments, how they work, and the concerns they are for", width = Math.max(layout.width + BULGE, WIDE), parts = [];
    let y = MARGIN + 20;
    const put = (words, style = {}, step = 18) => { for (const one of wrapped(words, width, style.size)) { parts.push(text(MARGIN, y, one, style)); y += step; } };
    put(heading, { size: 24, weight: 700 }, 30);
    if (picked.left.length) put(`${picked.shown.size} things are shown, ${picked.left.length} more are left out.`, { fill: "muted" });
    const sifted = sieve.of(now);
    if (sifted.left) put(`${dom.count(sifted.left, "claim")} left out by a filter. What is hidden is not thereby safe.`, { fill: "warn" });
    if (now.care.length) put(`Treatments as sources speak of them for: ${now.care.map((id) => atlas.concept(id).label).join(", ")}.`);
    const lit = picked.told && (now.step || now.which) ? new Set(picked.links.filter((link) => (picked.told.ways[now.which] ?? []).slice(0, now.step || undefined).some((step) => step.start === link.subject && step.end === link.object))) : null;
    const count = new Map(), between = (link) => { const pair = [link.subject.at, link.object.at].sort().join(" "), nth = count.get(pair) ?? 0; count.set(pair, nth + 1); return nth; };
    const drawn = picked.links.map((link) => line(link, layout, picked, lit, between(link)));
    y += 6;
    parts.push(el("g", { transform: `translate(${MARGIN} ${y})` }, drawn.map(([one]) => one), layout.headings.map((one) => text(one.x, one.y, one.text, { size: 14, weight: 700, fill: "muted" })), [...layout.cards.values()].map((one) => card(one, picked, now)), drawn.map(([, word]) => word)));
    y += layout.height + 34;
    const [legend, below] = legendOf(picked, width, y);
    parts.push(...legend);
    y = below;
    if (explained) caption(put, picked, (by) => { y += by; });
    const [w, h] = [width + 2 * MARGIN, y + MARGIN];
    return el("svg", { xmlns: "http://www.w3.org/2000/svg", width: w, height: h, viewBox: `0 0 ${w} ${h}`, role: "img", "font-family": FONT, aria: { label: heading } }, el("title", {}, heading), el("desc", {}, atlas.notice), el("rect", { width: w, height: h, fill: paint.colour.page }), parts);
  }
  // What a picture needs to stand alone: who should take care, the sources, the date.
  function caption(put, picked, down) {
    put("Who should take care", { size: 14, weight: 700 }, 20);
    for (const one of cautions(picked)) put(one);
    down(8);
    put("Sources of the claims drawn", { size: 14, weight: 700 }, 20);
    const sources = [...new Set(picked.links.flatMap((link) => link.sources))].sort((a, b) => (a.title < b.title ? -1 : 1));
    sources.forEach((source, nth) => put(`${nth + 1}. ${source.title} (${[source.kind, source.date].filter(Boolean).join(", ")}; evidence level ${source.evidence || "not graded"}, ${source.authority || "speaker not graded"})`));
    if (!sources.length) put("None.");
    down(8);
    put(`skingraph, data ${atlas.release || "of no stated date"}. ${atlas.notice}`, { fill: "muted" });
  }
  const drawn = (now, options) => inLight(() => whole(now, options));
  // What the lanes show now, with the notes and places that they have on the page.
  const shown = () => inLight(() => whole(state.now, state.now.view === "lanes" && canvas.picked ? { picked: canvas.picked, layout: canvas.layout } : {}));

  const written = (svg) => `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
  const name = () => (state.now.way.join("-to-") || state.now.focus.join("-") || "skingraph").replace(/[^\w-]+/g, "-").slice(0, 80);
  function save(blob, ending) {
    const href = URL.createObjectURL(blob), link = make("a", { href, download: `${name()}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 10000);
    dom.say(`${name()}.${ending} is saved.`);
  }
  function asSvg() { save(new Blob([written(shown())], { type: "image/svg+xml" }), "svg"); }
  async function asPng() {
    const svg = shown(), image = new Image(), scale = 2;
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(written(svg))}`;
    await image.decode();
    const paper = make("canvas", { width: Math.round(svg.getAttribute("width") * scale), height: Math.round(svg.getAttribute("height") * scale) });
    paper.getContext("2d").drawImage(image, 0, 0, paper.width, paper.height);
    paper.toBlob((blob) => save(blob, "png"), "image/png");
  }

  // Paper is light, and on it the canvas gives way to a drawing that stays sharp.
  let theme = "";
  function before() {
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
    if (state.now.view !== "lanes" || document.body.dataset.print) return;
    dom.byId("view").append(make("figure", { id: "paper" }, shown()));
    document.body.dataset.print = "picture";
  }
  function after() {
    if (theme) document.documentElement.dataset.theme = theme;
    theme = "";
    if (document.body.dataset.print !== "picture") return;
    dom.byId("paper")?.remove();
    delete document.body.dataset.print;
  }
  function buttons() {
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return [dom.button("SVG", asSvg, { data: { act: "svg" }, title: "Save the lanes as a vector picture" }), dom.button("PNG", asPng, { data: { act: "png" }, title: "Save the lanes as a picture of dots" }), dom.button("Print", () => globalThis.print(), { data: { act: "print" } })];
  }
  return { buttons, drawn, shown };
})();
