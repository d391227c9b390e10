// The whole map: everything at once, alike things together; what is near and what is far repeats.
const scatter = (() => {
  const MOST = 1000, FONT = 13, HUBS = 16;
  const ANCHORS = { Treatment: [-1, -0.35], Mechanism: [-0.25, -0.75], HealingPhase: [0.2, -1], Outcome: [0.55, -0.65], Concern: [1.05, -0.15], PatientFactor: [-1, 0.55], SideEffect: [0.75, 0.6], CareInstruction: [0.1, 0.9], Device: [-0.5, 0.95], Agent: [-0.4, 0.25], Other: [0.3, 0.2] };
  let network, data, now, places, concepts, links, labels, map;

  // Linked things draw each other near, all push each other off, each kind has its region.
  function place() {
    const size = 46 * Math.sqrt(concepts.length) + 80, count = concepts.length, at = new Map(concepts.map((one, nth) => [one, nth]));
    const x = new Float64Array(count), y = new Float64Array(count), ax = new Float64Array(count), ay = new Float64Array(count), r = new Float64Array(count);
    const seen = {};
    concepts.forEach((one, nth) => {
      const [cx, cy] = ANCHORS[one.kind] ?? ANCHORS.Other, turn = (seen[one.kind] = (seen[one.kind] ?? 0) + 1);
      [ax[nth], ay[nth]] = [cx * size * 1.25, cy * size * 0.58];
      // A sunflower's spiral: even, and the same every time.
      const far = 20 * Math.sqrt(turn), angle = turn * 2.399963;
      [x[nth], y[nth]] = [ax[nth] + far * Math.cos(angle), ay[nth] + far * Math.sin(angle)];
    });
    const pairs = links.map((link) => [at.get(link.subject), at.get(link.object)]);
    const rounds = count > 500 ? 60 : 120, room = 58;
    for (let round = 0; round < rounds; round += 1) {
      const heat = 30 * (1 - round / rounds) + 1;
      const dx = new Float64Array(count), dy = new Float64Array(count);
      for (let a = 0; a < count; a += 1) {
        for (let b = a + 1; b < count; b += 1) {
          const ex = x[a] - x[b], ey = y[a] - y[b], square = ex * ex + ey * ey + 0.01;
          if (square > 90000) continue;
          const push = (room * room) / square;
          dx[a] += ex * push; dy[a] += ey * push; dx[b] -= ex * push; dy[b] -= ey * push;
        }
        dx[a] += (ax[a] - x[a]) * 0.16; dy[a] += (ay[a] - y[a]) * 0.2;
      }
      for (const [a, b] of pairs) {
        const ex = x[b] - x[a], ey = y[b] - y[a], far = Math.hypot(ex, ey) || 1, pull = Math.min(far / 700, 0.5);
        dx[a] += ex * pull * 0.08; dy[a] += ey * pull * 0.08; dx[b] -= ex * pull * 0.08; dy[b] -= ey * pull * 0.08;
      }
      for (let a = 0; a < count; a += 1) {
        const far = Math.hypot(dx[a], dy[a]) || 1, step = Math.min(far, heat);
        x[a] += (dx[a] / far) * step; y[a] += (dy[a] / far) * step;
      }
    }
    for (const [a, b] of pairs) { r[a] += 1; r[b] += 1; }
    places = new Map(concepts.map((one, nth) => [one, { x: Math.round(x[nth]), y: Math.round(y[nth]), size: Math.min(1.7, 0.75 + 0.06 * Math.sqrt(r[nth]) * 2), links: r[nth] }]));
  }

  function render(box, wanted) {
    now = wanted;
    const sifted = sieve.of(now);
    concepts = atlas.concepts.filter(sifted.shows);
    if (concepts.length > MOST) { tooMany(box); return; }
    const there = new Set(concepts);
    links = sifted.links.filter((link) => there.has(link.subject) && there.has(link.object) && link.subject !== link.object);
    place();
    map = make("div", { id: "map", class: "whole" });
    const words = `The whole map: ${dom.count(concepts.length, "concept")}, ${dom.count(links.length, "link")}. Arrow keys move from one to the next, Enter opens the details, plus, minus and 0 change the size. The table tells the same in rows.`;
    const frame = make("div", { class: "frame whole", tabindex: 0, role: "application", aria: { label: words }, onkeydown: keys }, map);
    const zoom = (by) => () => network.moveTo({ scale: network.getScale() * by });
    box.append(make("div", { class: "bar noprint" }, make("p", { id: "left-out" }, `All ${dom.count(concepts.length, "concept")} and ${dom.count(links.length, "link")} that pass the filter. Drag to move, turn the wheel to come nearer; more names appear the nearer you are.`),
      make("span", { class: "zoom" }, dom.button("\u2212", zoom(0.75), { aria: { label: "Smaller" } }), dom.button("+", zoom(1.33), { aria: { label: "Larger" } }), dom.button("Fit", fit))), frame, make("ul", { id: "mirror", class: "away", aria: { label: "The picture in words" } }));
    data = { nodes: new vis.DataSet(), edges: new vis.DataSet() };
    paint.read();
    data.nodes.add(concepts.map((one) => ({ id: one.at, ...places.get(one), size: 10, shape: "custom", ctxRenderer: dot, title: `${one.label}: ${one.kinds.map(dom.kindWords).join(", ")}` })));
    data.edges.add(links.map(edge));
    network = new vis.Network(map, data, {
      autoResize: false, physics: false, layout: { improvedLayout: false }, edges: { smooth: false },
      interaction: { dragNodes: false, hover: false, selectable: false, hideEdgesOnDrag: links.length > 1500, hideEdgesOnZoom: links.length > 1500, tooltipDelay: 300, keyboard: false },
    });
    const drawn = map.querySelector("canvas");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", words);
    labels = [...concepts].sort((a, b) => places.get(b).links - places.get(a).links || atlas.byLabel(a, b));
    network.on("afterDrawing", names);
    network.on("click", ({ pointer }) => {
      const node = network.getNodeAt(pointer.DOM), edgeAt = network.getEdgeAt(pointer.DOM);
      state.change({ chosen: node !== undefined ? atlas.concept(node).id : edgeAt ?? "" }, { quiet: true });
    });
    for (const event of ["dragEnd", "zoom"]) network.on(event, mirror);
    fit();
    update(box, now);
  }
  function tooMany(box) {
    network = null;
    box.append(make("p", { class: "note", id: "left-out" }, `${dom.count(concepts.length, "concept")} are too many for one readable picture (at most ${dom.number(MOST)}). Hide kinds with the buttons above, or search for one to see what lies around it. The table holds them all.`),
      make("p", { class: "acts" }, dom.button("Open the table", () => state.change({ view: "table" })), dom.button("Back to the lanes", () => state.change({ view: "lanes" }))), make("ul", { id: "mirror", class: "away" }));
  }
  function fit() {
    network.setSize("100%", "100%");
    // On paper, or in a frame that is not shown yet, there is no room to fit into.
    if (map.clientWidth < 80 || map.clientHeight < 80) return;
    const all = [...places.values()], xs = all.map((one) => one.x), ys = all.map((one) => one.y);
    if (!all.length) return;
    const [left, right, top, bottom] = [Math.min(...xs) - 70, Math.max(...xs) + 70, Math.min(...ys) - 40, Math.max(...ys) + 40];
    network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 }, scale: Math.min(map.clientWidth / (right - left), map.clientHeight / (bottom - top), 1.6) });
    network.redraw();
    mirror();
  }

  let lit = null;
  function edge(link) {
    const look = paint.line(link), lively = !lit || lit.has(link), alarm = look.wrong || link.warning;
    return { id: link.id, from: link.subject.at, to: link.object.at, width: Math.max(1, look.width * 0.6), dashes: look.dashes, color: { color: lit && lively && !alarm ? paint.colour.text : look.hue, opacity: lit ? (lively ? 1 : 0.06) : alarm ? 0.75 : 0.4 }, arrows: lit && lively ? { to: { enabled: true, ...look.tip } } : undefined };
  }
  // From far away the signs are drawn larger, or nobody could tell them apart.
  const larger = () => Math.min(2.2, Math.max(1, 0.6 / network.getScale()));
  function dot({ ctx, id, x, y }) {
    const concept = atlas.concept(id), { size } = places.get(concept);
    const drawNode = () => {
      const found = now.care.length && concept.kinds.includes("Treatment") ? care.verdict(concept, now.care) : null;
      ctx.globalAlpha = near && !near.has(concept) && !found ? 0.3 : 1;
      if (concept.id === now.chosen || found && found.name !== "silent") {
        ctx.beginPath();
        ctx.arc(x, y, 13 * size * larger(), 0, 2 * Math.PI);
        ctx.lineWidth = 3;
        ctx.setLineDash(found && found.name !== "suited" ? [5, 4] : []);
        ctx.strokeStyle = concept.id === now.chosen ? paint.colour.text : paint.colour[found.name];
        ctx.stroke();
        ctx.setLineDash([]);
      }
      paint.symbol(ctx, concept.kind, x, y, size * larger());
      ctx.globalAlpha = 1;
    };
    return { drawNode, nodeDimensions: { width: 20 * size, height: 20 * size } };
  }

  // Names are as large on the screen at every distance, and give way to each other: hubs first.
  let near = null;
  const widths = new Map();
  function names(ctx) {
    const scale = network.getScale(), size = FONT / scale, taken = new Map(), cell = 90 / scale;
    const chosen = atlas.concept(now.chosen), font = (weight) => `${weight} ${size}px ${paint.colour.font}`;
    ctx.font = font(400);
    ctx.textAlign = "center";
    ctx.textBaseline = "top";
    ctx.lineJoin = "round";
    const { x: cx, y: cy } = network.getViewPosition(), halfW = map.clientWidth / scale / 2, halfH = map.clientHeight / scale / 2;
    const cellsOf = (box) => {
      const cells = [];
      for (let gx = Math.floor(box[0] / cell); gx <= Math.floor(box[2] / cell); gx += 1) for (let gy = Math.floor(box[1] / cell); gy <= Math.floor(box[3] / cell); gy += 1) cells.push(`${gx},${gy}`);
      return cells;
    };
    // Whether a box is the place of a sign, over which only a hub's name may stand, or of a name.
    const occupy = (box, sign = false) => { box.push(sign); for (const key of cellsOf(box)) if (taken.has(key)) taken.get(key).push(box); else taken.set(key, [box]); };
    const free = (box, overSigns) => {
      if (cellsOf(box).some((key) => taken.get(key)?.some((other) => !(overSigns && other[4]) && box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]))) return false;
      occupy(box);
      return true;
    };
    shown = [];
    for (const concept of near ?? concepts) {
      const spot = places.get(concept), half = 9 * spot.size * larger();
      if (Math.abs(spot.x - cx) < halfW && Math.abs(spot.y - cy) < halfH) occupy([spot.x - half, spot.y - half, spot.x + half, spot.y + half], true);
    }
    const hubs = new Set(labels.slice(0, HUBS));
    // What was chosen, and a treatment that somebody should take care with, are always named.
    const judged = new Map(now.care.length ? concepts.filter((one) => one.kinds.includes("Treatment")).map((one) => [one, care.verdict(one, now.care)]).filter(([, found]) => found.name !== "silent") : []);
    const first = (one) => (one === chosen ? 3 : judged.has(one) ? 2 : near?.has(one) ? 1 : 0);
    const order = chosen || near || judged.size ? [...labels].sort((a, b) => first(b) - first(a)) : labels;
    for (const concept of order) {
      const spot = places.get(concept);
      if (Math.abs(spot.x - cx) > halfW || Math.abs(spot.y - cy) > halfH || (near && !near.has(concept) && !judged.has(concept))) continue;
      if (!widths.has(concept)) widths.set(concept, ctx.measureText(concept.label).width / size);
      const found = judged.get(concept), text = found ? `${concept.label} (${found.sign} ${found.word})` : concept.label;
      const width = (text === concept.label ? widths.get(concept) : ctx.measureText(text).width / size) * size + 6 / scale, half = 10 * spot.size * larger(), tall = size * 1.25;
      // Below its sign, above it, or beside it: where there is room.
      const spots = [[spot.x, spot.y + half], [spot.x, spot.y - half - tall], [spot.x + half + width / 2, spot.y - tall / 2], [spot.x - half - width / 2, spot.y - tall / 2]];
      const inside = ([x, y]) => Math.abs(x - cx) + width / 2 < halfW && y > cy - halfH && y + tall < cy + halfH;
      const roomFor = (overSigns) => spots.find((at) => inside(at) && free([at[0] - width / 2, at[1], at[0] + width / 2, at[1] + tall], overSigns));
      const place = roomFor(false) ?? (hubs.has(concept) ? roomFor(true) : null) ?? (first(concept) > 1 ? spots[0] : null);
      if (!place) continue;
      ctx.strokeStyle = paint.colour.page;
      ctx.lineWidth = 4 / scale;
      ctx.strokeText(text, ...place);
      ctx.fillStyle = paint.colour.text;
      ctx.fillText(text, ...place);
      shown.push(concept);
    }
  }
  let shown = [];

  function update(_, wanted) {
    now = wanted;
    if (!network) return;
    paint.read();
    const concept = atlas.concept(now.chosen), at = concept ? links.filter((link) => link.subject === concept || link.object === concept) : links.filter((link) => link.id === now.chosen);
    lit = at.length ? new Set(at) : null;
    near = lit || concept ? new Set([concept, ...at.flatMap((link) => [link.subject, link.object])].filter(Boolean)) : null;
    data.edges.update(links.map(edge));
    network.redraw();
    const place = concept && places.get(concept), view = network.getViewPosition(), scale = network.getScale();
    if (place && (Math.abs(place.x - view.x) > map.clientWidth / scale / 2 || Math.abs(place.y - view.y) > map.clientHeight / scale / 2)) network.moveTo({ position: place });
    Object.assign(map.dataset, { nodes: concepts.length, edges: links.length, chosen: now.chosen });
    mirror();
  }
  function mirror() {
    map.dataset.scale = network.getScale();
    const named = new Set(shown);
    dom.byId("mirror").replaceChildren(...concepts.map((one) => {
      const found = now.care.length && one.kinds.includes("Treatment") ? care.verdict(one, now.care) : null;
      const { x, y } = network.canvasToDOM(places.get(one));
      return make("li", { data: { node: one.id, kind: one.kind, x: Math.round(x), y: Math.round(y), named: named.has(one) ? "yes" : "no", verdict: found?.name } }, `${one.label}, ${one.kinds.map(dom.kindWords).join(", ")}${found ? `: ${found.text}` : ""}`);
    }));
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function keys(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const size = { "+": 1.33, "=": 1.33, "-": 0.75 }[event.key];
    if (size) { network.moveTo({ scale: network.getScale() * size }); event.preventDefault(); }
    if (event.key === "0") { fit(); event.preventDefault(); }
    if (event.key === "Escape") state.change({ chosen: "" }, { quiet: true });
    if (event.key === "Enter" && now.chosen) { panel.focus(); event.preventDefault(); }
    if (!(event.key in ARROWS) || !concepts.length) return;
    event.preventDefault();
    const [dx, dy] = ARROWS[event.key], here = places.get(atlas.concept(now.chosen));
    const far = (one) => { const at = places.get(one), along = (at.x - here.x) * dx + (at.y - here.y) * dy; return along > 1 ? along + 2 * (Math.abs((at.x - here.x) * dy) + Math.abs((at.y - here.y) * dx)) : Infinity; };
    const next = here ? concepts.reduce((best, one) => (far(one) < (best ? far(best) : Infinity) ? one : best), null) : labels[0];
    if (!next) return;
    state.change({ chosen: next.id }, { quiet: true });
    dom.say(`${next.label}, ${next.kinds.map(dom.kindWords).join(", ")}, ${dom.count(places.get(next).links, "link")}`);
  }

  function register() {
    views.register({
      name: "map", title: "Whole map", order: 20, render, update, wants: (one) => [one.hide, one.levels, one.sources, one.bear], // care only changes signs: update
      leave: () => { network?.destroy(); network = null; },
    });
    addEventListener("resize", () => { if (state.now.view === "map" && network) fit(); });
  }
  return { register };
})();
