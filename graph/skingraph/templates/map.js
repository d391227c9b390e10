
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const picture = JSON.parse($("picture").textContent);
  const nodes = new Map(picture.nodes.map((node) => [node.id, node]));
  const edges = new Map(picture.edges.map((edge) => [edge.id, edge]));
  const shapes = new Map(Object.entries(picture.symbols).map(([kind, path]) => [kind, new Path2D(path)]));
  const touching = new Map(picture.nodes.map((node) => [node.id, picture.edges.filter((e) => e.from === node.id || e.to === node.id)]));
  const MARGIN = 16, BULGE = 34, LEAST = 0.8, MOST = 1.3, FONT = 15;
  const frame = $("frame"), map = $("map"), panel = $("panel");
  let colour = {}, selected = null, lit = null, scale = 1, chosenScale = 0;

  // The colours stand in the style sheet; a change between light and dark reads them again.
  function readColours() {
    const root = getComputedStyle(document.documentElement);
    colour = {};
    for (const name of ["page", "panel", "text", "muted", "line", "rule", "warn"]) colour[name] = root.getPropertyValue("--" + name).trim();
    for (const path of document.querySelectorAll("[data-kind]")) colour[path.dataset.kind] = getComputedStyle(path).getPropertyValue("--c").trim();
    colour.font = getComputedStyle(document.body).fontFamily;
  }

  function symbol(ctx, kind, x, y) {
    ctx.save();
    ctx.translate(x, y);
    ctx.scale(0.85, 0.85);
    ctx.fillStyle = colour[kind];
    ctx.fill(shapes.get(kind), "evenodd");
    ctx.restore();
  }

  function card({ ctx, id, x, y, state }) {
    const node = nodes.get(id), left = x - node.w / 2, top = y - node.h / 2;
    const drawNode = () => {
      ctx.globalAlpha = 1;
      ctx.beginPath();
      ctx.roundRect(left, top, node.w, node.h, 8);
      ctx.fillStyle = node.focus ? colour.panel : colour.page;
      // What passes behind a card shows through, lest it seem to begin or end there.
      ctx.globalAlpha = node.focus ? 1 : 0.87;
      ctx.fill();
      ctx.globalAlpha = lit && !lit.has(id) && !node.warned ? 0.3 : 1;
      ctx.lineWidth = id === selected ? 4 : node.focus ? 3 : state.hover ? 2.5 : 1.25;
      ctx.strokeStyle = id === selected ? colour.text : colour[node.kinds[0]];
      ctx.stroke();
      symbol(ctx, node.kinds[0], left + 18, y);
      const room = node.w - (node.kinds.length > 1 ? 62 : 42);
      if (node.kinds.length > 1) symbol(ctx, node.kinds[1], left + node.w - 16, y);
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      const lines = [...node.lines, ...node.note], first = y - (lines.length - 1) * 9.5 + 0.5;
      lines.forEach((text, i) => {
        const note = i >= node.lines.length, at = first + i * 19;
        ctx.font = note ? `italic 400 14px ${colour.font}` : `${node.focus ? 600 : 400} ${FONT}px ${colour.font}`;
        ctx.fillStyle = note ? (node.warned ? colour.warn : colour.muted) : colour.text;
        const sign = !note || i > node.lines.length ? 0 : node.warned ? 19 : 14;
        if (sign === 19) warning(ctx, left + 41, at - 1);
        if (sign === 14) ctx.fill(new Path2D(`M${left + 35} ${at}a4 4 0 1 1 8 0a4 4 0 1 1-8 0`));
        ctx.fillText(text, left + 34 + sign, at, room - sign);
      });
      ctx.globalAlpha = 1;
    };
    return { drawNode, nodeDimensions: { width: node.w, height: node.h } };
  }

  function warning(ctx, x, y) {
    ctx.fillStyle = colour.warn;
    ctx.fill(new Path2D(`M${x} ${y - 7}l8 14h-16Z`));
    ctx.strokeStyle = colour.page;
    ctx.lineWidth = 1.6;
    ctx.stroke(new Path2D(`M${x} ${y - 2.5}v4.5M${x} ${y + 3.5}v1.5`));
  }

  function line(edge) {
    const wrong = edge.sign !== "";
    const a = nodes.get(edge.from), b = nodes.get(edge.to), forth = a.x < b.x, level = a.x === b.x;
    const lively = !lit || lit.has(edge.id), central = lit || !centre || a.focus || b.focus;
    // Between neighbouring columns the dot of an inherited line stands in its middle; a long line's would lie on a card.
    const dotted = Boolean(edge.inherited), beside = Math.abs(a.x - b.x) <= 380, dot = { type: "circle", scaleFactor: 0.4 };
    const backward = edge.id.split(" ")[1] === "skg:causedBy";
    const hue = wrong || edge.warning ? colour.warn : lit && lively ? colour.text : colour.line;
    const tip = edge.manner === "refuted" ? { type: "bar", scaleFactor: 0.7 } : { scaleFactor: edge.inherited ? 0.4 : 0.5 };
    return {
      id: edge.id, from: edge.from + (forth || level ? ">" : "<"), to: edge.to + (forth ? "<" : ">"),
      title: [edge.words, edge.manner, edge.warning, edge.inherited, `${edge.said.length} claim${edge.said.length > 1 ? "s" : ""}`].filter(Boolean).join("; "),
      color: { color: hue, highlight: hue, hover: colour.text, opacity: !lively ? (edge.warning ? 0.3 : 0.12) : central || wrong || edge.warning ? 1 : 0.4 },
      width: (edge.inherited ? 1 : 1.75) + (edge.id === selected ? 2 : 0),
      dashes: { stated: false, hedged: [7, 5], refuted: [2, 4], disputed: [10, 4, 2, 4], "in part": [10, 4, 2, 4] }[edge.manner],
      arrows: { to: { enabled: !backward, ...tip }, from: { enabled: backward || (dotted && !beside), ...(backward ? tip : dot) }, middle: { enabled: dotted && beside, ...dot } },
      smooth: level
        ? { enabled: true, type: a.y < b.y ? "curvedCW" : "curvedCCW", roundness: Math.min(0.5, 60 / Math.abs(a.y - b.y || 1)) + 0.1 * edge.nth }
        : { enabled: true, type: "cubicBezier", forceDirection: "horizontal", roundness: 0.5 + 0.15 * edge.nth },
    };
  }

  const centre = picture.nodes.some((node) => node.focus);
  readColours();
  // A line runs from a card's side to a card's side, so each side has a point of its own.
  const sides = picture.nodes.flatMap((n) => [["<", -1], [">", 1]].map(([side, sign]) => ({ id: n.id + side, x: n.x + sign * n.w / 2, y: n.y, shape: "dot", size: 0.5, borderWidth: 0, color: "#0000", label: "" })));
  const data = {
    nodes: new vis.DataSet([...sides, ...picture.nodes.map((n) => ({ id: n.id, x: n.x, y: n.y, shape: "custom", ctxRenderer: card, title: `${n.label}: ${n.words}` }))]),
    edges: new vis.DataSet(picture.edges.map(line)),
  };
  const network = new vis.Network(map, data, {
    autoResize: false, physics: false, layout: { improvedLayout: false },
    interaction: { dragNodes: false, dragView: false, zoomView: false, hover: true, hoverConnectedEdges: false, selectable: false, tooltipDelay: 250 },
  });
  const canvas = map.querySelector("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", frame.getAttribute("aria-label"));

  // The page scrolls, the picture does not: its canvas is as large as it must be to be read.
  function fit() {
    const width = picture.width + MARGIN + BULGE, height = picture.height + 2 * MARGIN;
    const screen = document.fullscreenElement && Math.min((frame.clientWidth - 1) / width, (innerHeight - frame.offsetTop - 16) / height);
    scale = chosenScale || screen || Math.min(MOST, Math.max(LEAST, (frame.clientWidth - 1) / width));
    map.style.width = `${Math.floor(width * scale)}px`;
    map.style.height = `${Math.ceil(height * scale)}px`;
    network.setSize(map.style.width, map.style.height);
    network.moveTo({ position: { x: (picture.width + BULGE - MARGIN) / 2, y: picture.height / 2 }, scale });
    network.redraw();
    network.redraw();
    map.dataset.scale = scale;
    document.querySelector(".hint").classList.toggle("shown", map.clientWidth > frame.clientWidth);
  }

  // A denial must be seen, so its word stands above the cards, beside the end of its line.
  network.on("afterDrawing", (ctx) => {
    const taken = new Map();
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.font = `600 ${FONT}px ${colour.font}`;
    for (const [text, x, y] of picture.headings) {
      ctx.fillStyle = colour.page;
      ctx.fillRect(x - 3, y - 10, ctx.measureText(text).width + 6, 20);
      ctx.fillStyle = colour.muted;
      ctx.fillText(text, x, y);
    }
    ctx.textAlign = "center";
    ctx.font = `600 14px ${colour.font}`;
    // The words of a chosen card's lines stand at their far ends, as long as there are few of them.
    const worded = selected === null ? [] : picture.edges.filter((e) => lit.has(e.id) && !e.sign);
    const told = new Set();
    for (const edge of worded.length > 24 ? [] : worded) {
      const a = nodes.get(edge.from), b = nodes.get(edge.to), far = b.id === selected ? a : b, near = far === a ? b : a;
      if (told.has(far.id)) continue;
      told.add(far.id);
      const text = [...new Set(worded.filter((e) => [e.from, e.to].includes(far.id) && [e.from, e.to].includes(near.id)).map((e) => (e.from === selected || edges.has(selected) ? e.predicate : `\u2026 ${e.predicate}`)))].join(", ");
      ctx.font = `italic 400 12px ${colour.font}`;
      const width = Math.min(ctx.measureText(text).width, far.w - 16) + 8, y = far.y - far.h / 2;
      ctx.fillStyle = colour.page;
      ctx.fillRect(far.x - width / 2, y - 8, width, 15);
      ctx.fillStyle = edge.warning ? colour.warn : colour.text;
      ctx.fillText(text, far.x, y, far.w - 16);
    }
    ctx.font = `600 14px ${colour.font}`;
    for (const edge of picture.edges.filter((e) => e.sign && (!lit || lit.has(e.id)))) {
      const a = nodes.get(edge.from), b = nodes.get(edge.to), side = a.x < b.x ? -1 : 1, level = a.x === b.x;
      const nth = taken.get(b.id + side) || 0, width = ctx.measureText(edge.sign).width + 6;
      taken.set(b.id + side, nth + 1);
      const x = b.x + side * (b.w / 2 + (level ? 22 : width / 2 + 10)), y = (level ? (a.y + b.y) / 2 : b.y - 13) - 17 * nth;
      ctx.fillStyle = colour.page;
      ctx.fillRect(x - width / 2, y - 8, width, 16);
      ctx.fillStyle = colour.warn;
      ctx.fillText(edge.sign, x, y);
    }
  });

  function show(node) {
    const box = { left: (node.x - node.w / 2 + MARGIN) * scale, top: (node.y - node.h / 2 + MARGIN) * scale, width: node.w * scale, height: node.h * scale };
    if (box.left < frame.scrollLeft || box.left + box.width > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = box.left - (frame.clientWidth - box.width) / 2;
    if (box.top < frame.scrollTop || box.top + box.height > frame.scrollTop + frame.clientHeight) frame.scrollTop = box.top - (frame.clientHeight - box.height) / 2;
  }

  function make(tag, text, attributes = {}, ...children) {
    const made = Object.assign(document.createElement(tag), attributes);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  }
  const button = (text, id) => make("button", text, { type: "button", onclick: () => select(id, true) });

  function claim([id, from]) {
    const said = picture.claims[id];
    const made = make("article", "", { className: said.firmly.startsWith("denied") ? "claim denied" : "claim" });
    made.dataset.claim = id;
    made.append(make("p", said.sentence), make("p", said.firmly + (from ? `; inherited from ${from}, not said of this one` : ""), { className: "meta" }));
    for (const place of said.places) made.append(make("p", `${place.source}: ${place.where} (${place.authority})`, { className: "meta" }));
    if (!said.places.length) made.append(make("p", "no source recorded", { className: "meta" }));
    made.append(make("p", `Evidence level ${said.evidence}`, { className: "meta" }));
    return made;
  }

  function aboutNode(node) {
    const made = [make("p", node.words, { className: "meta" }), make("p", node.definition)];
    if (node.synonyms.length) made.push(make("p", `Also called: ${node.synonyms.join(", ")}`, { className: "meta" }));
    if (node.broader.length) made.push(make("p", `A kind of: ${node.broader.join(", ")}`, { className: "meta" }));
    if (node.own.length) made.push(make("h3", "In numbers"), ...node.own.map((id) => claim([id, ""])));
    const links = touching.get(node.id), many = links.reduce((sum, e) => sum + e.said.length, 0) > 12;
    made.push(make("h3", links.length ? `${links.length} link${links.length > 1 ? "s" : ""} on this map` : "No link on this map. That is no evidence of safety."));
    for (const edge of [...links].sort((a, b) => Boolean(b.warning) - Boolean(a.warning))) {
      const other = nodes.get(edge.from === node.id ? edge.to : edge.from);
      const words = [edge.manner === "stated" ? "" : edge.manner, edge.warning, edge.inherited].filter(Boolean).join("; ");
      made.push(make("details", "", { open: !many },
        make("summary", `${edge.words}${words ? ` (${words})` : ""}`, { className: edge.sign ? "denied" : "" }),
        button(`Go to ${other.label}`, other.id), button("This link alone", edge.id), ...edge.said.map(claim)));
    }
    if (node.elsewhere > 0) made.push(make("p", `${node.elsewhere} more claims speak of it outside this map: skingraph show ${node.slug}`, { className: "meta" }));
    return made;
  }

  function aboutEdge(edge) {
    const words = { stated: "Stated flatly by at least one source.", hedged: "Only said with a hedge.", refuted: "A source denies it, and none affirms it.", disputed: "Disputed: one source says it, one denies it.", "in part": "Said in one sense or for some, denied in another." }[edge.manner];
    const made = [make("p", words, { className: edge.sign ? "denied" : "" })];
    if (edge.warning) made.push(make("p", `Warning: ${edge.warning}.`, { className: "denied" }));
    if (edge.inherited) made.push(make("p", `${edge.inherited}: what follows is said of the broader treatment.`));
    return [...made, button(`Go to ${nodes.get(edge.from).label}`, edge.from), button(`Go to ${nodes.get(edge.to).label}`, edge.to), ...edge.said.map(claim)];
  }

  function select(id, focusPanel) {
    const node = nodes.get(id), edge = edges.get(id);
    selected = node || edge ? id : null;
    lit = node ? new Set([id, ...touching.get(id).flatMap((e) => [e.id, e.from, e.to])]) : edge ? new Set([id, edge.from, edge.to]) : null;
    const head = make("h2", node ? node.label : edge ? edge.words : "Details", { tabIndex: -1, dir: "auto" });
    panel.replaceChildren(head, ...(node ? aboutNode(node) : edge ? aboutEdge(edge) : [make("p", "Choose a card or a line.")]));
    panel.scrollTop = 0;
    map.dataset.selected = selected || "";
    $("found").replaceChildren();
    data.edges.update(picture.edges.map(line));
    network.redraw();
    const near = new Set(node ? touching.get(id).map((e) => e.id) : [id]);
    for (const row of document.querySelectorAll("tr[data-claim]")) row.classList.toggle("lit", selected !== null && near.has(row.dataset.edge));
    $("told").textContent = node ? `${node.label}, ${node.words}, ${touching.get(id).length} links${node.warned ? ", with a warning" : ""}` : edge ? `${edge.words}, ${edge.manner}` : "Nothing chosen";
    if (node) show(node);
    if (focusPanel && selected) { head.focus({ preventScroll: true }); panel.scrollIntoView({ block: "nearest" }); }
  }

  network.on("click", ({ pointer }) => {
    const card = network.getNodeAt(pointer.DOM)?.replace(/[<>]$/, "");
    const id = card ?? network.getEdgeAt(pointer.DOM);
    select(id ?? null, id !== undefined && panel.offsetTop > frame.offsetTop + 200);
  });
  network.on("hoverNode", () => { canvas.style.cursor = "pointer"; });
  network.on("blurNode", () => { canvas.style.cursor = ""; });
  network.on("hoverEdge", () => { canvas.style.cursor = "pointer"; });
  network.on("blurEdge", () => { canvas.style.cursor = ""; });

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Escape") select(null);
    if (event.key === "Enter" && selected) { panel.querySelector("h2").focus(); event.preventDefault(); }
    if (!(event.key in ARROWS) || !picture.nodes.length) return;
    event.preventDefault();
    const [dx, dy] = ARROWS[event.key], here = nodes.get(selected);
    const first = picture.nodes.find((n) => n.focus) || picture.nodes[0];
    if (!here) return select(first.id);
    const far = (n) => { const along = (n.x - here.x) * dx + (n.y - here.y) * dy, aside = Math.abs((n.x - here.x) * dy) + Math.abs((n.y - here.y) * dx); return along > 4 ? along + 3 * aside : Infinity; };
    const next = picture.nodes.reduce((best, n) => (far(n) < far(best) ? n : best), here);
    if (far(next) < Infinity) select(next.id);
  });

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[-_\u2013]/g, " ").trim();
  $("find").addEventListener("input", () => {
    const wanted = plain($("find").value);
    if (!wanted) return $("found").replaceChildren();
    const hits = picture.nodes.flatMap((node) => {
      const label = [node.label, ...node.synonyms].find((name) => plain(name).includes(wanted));
      return label === undefined ? [] : [{ node, label, late: !plain(label).startsWith(wanted) + 2 * (label !== node.label) }];
    }).sort((a, b) => a.late - b.late).slice(0, 8);
    const take = (node) => () => { $("found").replaceChildren(); select(node.id, true); };
    $("found").replaceChildren(...hits.map(({ node, label }) => make("li", "", {}, make("button", label === node.label ? label : `${node.label} (${label})`, { type: "button", onclick: take(node) }))));
    if (!hits.length) $("found").append(make("li", "Nothing on this map is called so. In the whole graph: skingraph find"));
    $("told").textContent = `${hits.length} found`;
  });
  $("find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") $("found").querySelector("button")?.click();
    if (event.key === "Escape") $("found").replaceChildren();
  });

  $("sift").addEventListener("input", () => {
    const wanted = plain($("sift").value), rows = [...document.querySelectorAll("tr[data-claim]")];
    for (const row of rows) row.hidden = !plain(row.textContent).includes(wanted);
    $("count").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
  });

  const zoom = (by) => () => { chosenScale = Math.min(2.5, Math.max(0.35, scale * by)); fit(); };
  $("larger").addEventListener("click", zoom(1.25));
  $("smaller").addEventListener("click", zoom(0.8));
  $("whole").addEventListener("click", () => { chosenScale = (frame.clientWidth - 2) / (picture.width + MARGIN + BULGE); fit(); });
  const main = document.querySelector("main"), full = $("full");
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : main.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => { chosenScale = 0; fit(); });
  addEventListener("resize", fit);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); data.edges.update(picture.edges.map(line)); network.redraw(); });
  fit();
  const start = picture.nodes.find((node) => node.focus);
  if (start) show(start);
  map.dataset.ready = "yes";
})();
