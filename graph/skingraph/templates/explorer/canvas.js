// The canvas of the lanes: cards and lines, drawn by vis-network where lanes.js puts them.
const canvas = (() => {
  const MARGIN = 16, BULGE = 34, LEAST = 0.8, MOST = 1.25, FONT = 15;
  let picked, layout, network, data, now, lit, scale, chosenScale = 0, progress = 1, frame, map;

  function render(box, wanted) {
    now = wanted;
    picked = choice.of(now);
    layout = lanes.place([...picked.shown], picked.links, note, letters);
    map = make("div", { id: "map" });
    const words = `Map: ${dom.count(picked.shown.size, "concept")}, ${dom.count(picked.links.length, "link")}. Arrow keys move from card to card, Enter opens the details, Escape lets go, plus and minus change the size. The list after it says the same in words.`;
    frame = make("div", { class: "frame", tabindex: 0, role: "application", aria: { label: words }, onkeydown: keys }, map);
    box.append(toolbar(), frame, make("ul", { id: "mirror", class: "away", aria: { label: "The picture in words" } }));
    start();
    show();
    const middle = [...picked.focus].find((one) => layout.cards.has(one));
    if (middle && map.clientWidth > frame.clientWidth) bringIntoView(middle);
  }

  function toolbar() {
    const zoom = (by) => () => { chosenScale = Math.min(2.5, Math.max(0.35, scale * by)); fit(); };
    return make("div", { class: "bar noprint" }, make("p", { id: "left-out" }, told()), make("span", { class: "zoom" },
      dom.button("\u2212", zoom(0.8), { aria: { label: "Smaller" } }), dom.button("+", zoom(1.25), { aria: { label: "Larger" } }),
      dom.button("Fit", () => { chosenScale = (frame.clientWidth - 2) / (layout.width + MARGIN + BULGE); fit(); }, { aria: { label: "Fit the width" } })));
  }
  function told() {
    const around = picked.shown.size - picked.focus.size, sifted = sieve.of(now);
    if (now.way.length) return picked.told.ways.length ? `The ways that claims tell from ${atlas.concept(now.way[0]).label} to ${atlas.concept(now.way[1]).label}.` : "No way is recorded between the two.";
    const parts = [];
    if (!picked.links.length) parts.push("No claim found here. That is no evidence of safety.");
    else if (picked.left.length) parts.push(`Shown are ${dom.count(picked.shown.size, "concept")}, ${picked.focus.size ? "warnings first, then what most claims speak of" : "the best connected"}; ${picked.left.length} more are in the whole map and the table.`);
    else parts.push(picked.focus.size ? `Shown is all that is ${around === 1 ? "the one thing" : "linked"}: ${dom.count(around, "concept")}.` : `All ${dom.count(picked.shown.size, "concept")} are shown.`);
    if (picked.inherited) parts.push(`${dom.count(picked.inherited, "link")} that narrower treatments inherit ${picked.inherited === 1 ? "is" : "are"} not drawn here.`);
    if (sifted.hidden.length) parts.push(`Not shown: ${sifted.hidden.map(dom.kindWords).join(", ")}.`);
    if (picked.shown.size > 150) parts.push("That is a lot for one picture; the table tells it in rows.");
    return parts.join(" ");
  }

  const verdict = (concept) => (concept.kinds.includes("Treatment") && now.care.length ? care.verdict(concept, now.care) : null);
  const cautions = (concept) => (concept.kinds.includes("Treatment") ? new Set(atlas.saidOf(concept).filter(({ claim }) => claim.supports && claim.caution).map(({ claim }) => claim.object)).size : 0);

  // What a card says below its label: the verdict, warnings, and from whom a treatment has it.
  function note(concept) {
    const found = verdict(concept);
    if (found) return found.word;
    if (concept.kind === "Treatment") return "";
    const links = picked.links.filter((link) => link.subject === concept || link.object === concept);
    const warned = [...new Set(links.map((link) => link.warning).filter(Boolean))].sort();
    const donors = [...new Set(links.flatMap((link) => link.inheritedFrom))].sort();
    const own = picked.focus.size && !picked.focus.has(concept) && links.length && links.every((link) => link.inheritedFrom.length);
    return [...warned, own && !now.way.length ? `from ${donors.join(" and ")}` : ""].filter(Boolean).join("; ");
  }
  // Beside the name stands a second sign, or how many cautions there are.
  const letters = (concept) => (!verdict(concept) && cautions(concept) ? 16 : secondKind(concept) ? 19 : 22);
  const secondKind = (concept) => concept.kinds.find((kind) => kind !== concept.kind && !(concept.kind === "HealingPhase" && kind === "Mechanism"));
  const warned = (concept) => concept.kind !== "Treatment" && picked.links.some((link) => link.warning && (link.subject === concept || link.object === concept));

  function start() {
    paint.read();
    lit = light();
    const cards = [...layout.cards.values()];
    // A line runs from a card's side to a card's side, so each side has a point of its own.
    const sides = cards.flatMap(({ concept, x, y }) => [["<", -1], [">", 1]].map(([side, sign]) => ({ id: `${concept.at}${side}`, x: x + sign * lanes.WIDTH / 2, y, shape: "dot", size: 0.5, borderWidth: 0, color: "#0000", label: "" })));
    data = { nodes: new vis.DataSet([...sides, ...cards.map(({ concept, x, y }) => ({ id: concept.at, x, y, shape: "custom", ctxRenderer: card }))]), edges: new vis.DataSet(picked.links.map(edge)) };
    measure();
    network = new vis.Network(map, data, {
      autoResize: false, physics: false, layout: { improvedLayout: false },
      interaction: { dragNodes: false, dragView: false, zoomView: false, hover: true, hoverConnectedEdges: false, selectable: false, tooltipDelay: 250 },
    });
    const drawn = map.querySelector("canvas");
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", frame.getAttribute("aria-label"));
    network.on("afterDrawing", above);
    network.on("click", ({ pointer }) => {
      const node = network.getNodeAt(pointer.DOM), edge = network.getEdgeAt(pointer.DOM);
      choose(node !== undefined ? atlas.concept(parseInt(node, 10)).id : edge ?? "", true);
    });
    for (const event of ["hoverNode", "hoverEdge"]) network.on(event, () => { drawn.style.setProperty("cursor", "pointer"); });
    for (const event of ["blurNode", "blurEdge"]) network.on(event, () => { drawn.style.removeProperty("cursor"); });
  }

  function light() {
    if (picked.told) return lightWay();
    const concept = atlas.concept(now.chosen), link = picked.links.find((one) => one.id === now.chosen);
    if (concept && picked.shown.has(concept)) {
      const near = picked.links.filter((one) => one.subject === concept || one.object === concept);
      return { links: new Set(near), cards: new Set([concept, ...near.flatMap((one) => [one.subject, one.object])]), steps: [] };
    }
    return link ? { links: new Set([link]), cards: new Set([link.subject, link.object]), steps: [] } : null;
  }
  function lightWay() {
    const way = picked.told.ways[now.which] ?? picked.told.ways[0] ?? [];
    const steps = way.slice(0, now.step || way.length);
    const pairs = new Set(steps.map((one) => `${one.start.at} ${one.end.at}`));
    return { links: new Set(picked.links.filter((link) => pairs.has(`${link.subject.at} ${link.object.at}`))), cards: new Set([...picked.focus, ...steps.flatMap((one) => [one.start, one.end])]), steps, weakest: way.length ? ways.weakest(way) : -1, long: way.length };
  }

  function update(_, wanted) {
    const before = now;
    now = wanted;
    paint.read();
    lit = light();
    data.edges.update(picked.links.map(edge));
    show();
    const concept = atlas.concept(now.chosen);
    if (concept && layout.cards.has(concept) && before.chosen !== now.chosen) bringIntoView(concept);
    if (lit?.steps.length && now.step && motion() && before.step !== now.step) grow(); else progress = 1;
  }
  function show() {
    Object.assign(map.dataset, { nodes: picked.shown.size, edges: picked.links.length, chosen: now.chosen });
    fit();
    mirror();
  }

  // The newest step of a way grows; who asked for less motion sees it at once.
  function grow() {
    const began = performance.now();
    const tick = (time) => {
      progress = Math.min(1, (time - began) / 700);
      network.redraw();
      if (progress < 1) requestAnimationFrame(tick);
    };
    progress = 0;
    requestAnimationFrame(tick);
  }

  const between = new Map();
  function edge(link) {
    const a = layout.cards.get(link.subject), b = layout.cards.get(link.object), forth = a.x < b.x, level = a.x === b.x;
    const lively = !lit || lit.links.has(link), own = !picked.focus.size || picked.focus.has(link.subject) || picked.focus.has(link.object);
    const look = paint.line(link), backward = link.predicate.id === "causedBy", dot = { type: "circle", scaleFactor: 0.4 };
    const dotted = link.inheritedFrom.length > 0, beside = Math.abs(a.x - b.x) <= 380;
    const pair = [link.subject.at, link.object.at].sort().join(" "), nth = between.get(pair)?.indexOf(link.id) ?? -1;
    const at = nth < 0 ? (between.get(pair)?.length ?? 0) : nth;
    if (nth < 0) between.set(pair, [...(between.get(pair) ?? []), link.id]);
    const hue = look.wrong || link.warning ? paint.colour.warn : lit && lively ? paint.colour.text : paint.colour.line;
    return {
      id: link.id, from: `${link.subject.at}${forth || level ? ">" : "<"}`, to: `${link.object.at}${forth ? "<" : ">"}`,
      title: [sentences.link(link), link.manner === "stated" ? "" : link.manner, link.warning, dotted ? `inherited from ${link.inheritedFrom.join(", ")}` : "", dom.count(link.said.length, "claim"), dom.count(link.sources.length, "source"), `evidence ${link.level || "not graded"}`].filter(Boolean).join("; "),
      color: { color: hue, highlight: hue, hover: paint.colour.text, opacity: lively ? (own || look.wrong || link.warning || lit ? 1 : 0.55) : link.warning ? 0.3 : 0.13 },
      width: look.width + (link.id === now.chosen ? 2 : 0), dashes: look.dashes,
      arrows: { to: { enabled: !backward, ...look.tip }, from: { enabled: backward || (dotted && !beside), ...(backward ? look.tip : dot) }, middle: { enabled: dotted && beside, ...dot } },
      smooth: level
        ? { enabled: true, type: a.y < b.y ? "curvedCW" : "curvedCCW", roundness: Math.min(0.5, 60 / Math.abs(a.y - b.y || 1)) + 0.1 * at }
        : { enabled: true, type: "cubicBezier", forceDirection: "horizontal", roundness: 0.5 + 0.15 * at },
    };
  }

  function card({ ctx, id, x, y, state: { hover } }) {
    const { concept, lines, note: under, height } = layout.cards.get(atlas.concept(id)), left = x - lanes.WIDTH / 2, top = y - height / 2, { colour } = paint;
    const focus = picked.focus.has(concept), found = verdict(concept), alarm = warned(concept), count = found ? 0 : cautions(concept);
    const drawNode = () => {
      ctx.beginPath();
      ctx.roundRect(left, top, lanes.WIDTH, height, 8);
      ctx.fillStyle = focus ? colour.panel : colour.page;
      // What passes behind a card shows through, lest it seem to begin or end there.
      ctx.globalAlpha = focus ? 1 : 0.9;
      ctx.fill();
      // A card that is not meant now steps back; one that warns never does.
      ctx.globalAlpha = lit && !lit.cards.has(concept) && !alarm && !found ? 0.35 : 1;
      const chosen = concept.id === now.chosen;
      ctx.lineWidth = chosen ? 4 : found && found.name !== "silent" ? 3 : focus ? 3 : hover ? 2.5 : 1.25;
      ctx.strokeStyle = chosen ? colour.text : found && found.name !== "silent" ? colour[found.name] : colour[paint.known(concept.kind)];
      ctx.setLineDash(found && ["refused", "advised-against", "ask-first"].includes(found.name) ? [6, 4] : []);
      ctx.stroke();
      ctx.setLineDash([]);
      paint.symbol(ctx, concept.kind, left + 18, y);
      const other = secondKind(concept);
      if (other) paint.symbol(ctx, other, left + lanes.WIDTH - 15, y, 0.7);
      ctx.textAlign = "left";
      ctx.textBaseline = "middle";
      const texts = [...lines, ...under], first = y - (texts.length - 1) * 9.5 + 0.5, room = lanes.WIDTH - (other ? 60 : 42) - (count ? 34 : 0);
      texts.forEach((text, nth) => {
        const isNote = nth >= lines.length, at = first + nth * 19;
        ctx.font = isNote ? `${found ? "600" : "italic 400"} 14px ${colour.font}` : `${focus ? 600 : 400} ${FONT}px ${colour.font}`;
        ctx.fillStyle = isNote ? (found ? colour[found.name] : alarm ? colour.warn : colour.muted) : colour.text;
        let indent = 0;
        if (nth === lines.length) {
          indent = found ? 20 : alarm ? 19 : 14;
          if (found) ctx.fillText(found.sign, left + 34, at);
          else if (alarm) paint.warning(ctx, left + 41, at - 1);
          else ctx.fill(new Path2D(`M${left + 35} ${at}a4 4 0 1 1 8 0a4 4 0 1 1-8 0`));
        }
        ctx.fillText(text, left + 34 + indent, at, room - indent);
      });
      // A warning never steps back.
      ctx.globalAlpha = 1;
      if (count) {
        paint.warning(ctx, left + lanes.WIDTH - 33, y - 1);
        ctx.font = `600 13px ${colour.font}`;
        ctx.fillStyle = colour.warn;
        ctx.fillText(String(count), left + lanes.WIDTH - 22, y + 0.5);
      }
      ctx.globalAlpha = 1;
    };
    return { drawNode, nodeDimensions: { width: lanes.WIDTH, height } };
  }

  // Above the cards: headings, the words of denials, and the steps of a way.
  function above(ctx) {
    const { colour } = paint;
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.font = `600 ${FONT}px ${colour.font}`;
    for (const { text, x, y } of layout.headings) {
      ctx.fillStyle = colour.page;
      ctx.fillRect(x - 3, y - 10, ctx.measureText(text).width + 6, 20);
      ctx.fillStyle = colour.muted;
      ctx.fillText(text, x, y);
    }
    if (lit?.steps.length) steps(ctx);
    const taken = new Map();
    ctx.font = `600 14px ${colour.font}`;
    ctx.textAlign = "center";
    for (const link of picked.links.filter((one) => one.manner in paint.SIGNS && (!lit || lit.links.has(one)))) {
      const a = layout.cards.get(link.subject), b = layout.cards.get(link.object), side = a.x < b.x ? -1 : 1, level = a.x === b.x, key = `${b.concept.at}${side}`;
      const nth = taken.get(key) ?? 0, word = paint.SIGNS[link.manner], width = ctx.measureText(word).width + 6;
      taken.set(key, nth + 1);
      const x = b.x + side * (lanes.WIDTH / 2 + (level ? 22 : width / 2 + 10)), y = (level ? (a.y + b.y) / 2 : b.y - 13) - 17 * nth;
      ctx.fillStyle = colour.page;
      ctx.fillRect(x - width / 2, y - 8, width, 16);
      ctx.fillStyle = colour.warn;
      ctx.fillText(word, x, y);
    }
  }
  function steps(ctx) {
    const { colour } = paint;
    lit.steps.forEach((step, nth) => {
      const a = layout.cards.get(step.start), b = layout.cards.get(step.end), side = a.x < b.x ? 1 : a.x > b.x ? -1 : 1;
      const x1 = a.x + side * lanes.WIDTH / 2, x2 = b.x - (a.x === b.x ? -1 : side) * lanes.WIDTH / 2, part = nth === lit.steps.length - 1 ? progress : 1;
      const bend = a.x === b.x ? 60 : (x2 - x1) / 2, c1 = x1 + bend, c2 = x2 - (a.x === b.x ? -60 : bend);
      const on = (t, p0, p1, p2, p3) => (1 - t) ** 3 * p0 + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t ** 2 * p2 + t ** 3 * p3;
      ctx.beginPath();
      for (let t = 0; t <= part + 1e-9; t += 0.02) ctx.lineTo(on(t, x1, c1, c2, x2), on(t, a.y, a.y, b.y, b.y));
      ctx.strokeStyle = colour.accent;
      ctx.lineWidth = 5;
      ctx.globalAlpha = 0.9;
      ctx.setLineDash(step.hedged ? [10, 6] : []);
      ctx.stroke();
      ctx.setLineDash([]);
      ctx.globalAlpha = 1;
      const x = on(0.5, x1, c1, c2, x2), y = (a.y + b.y) / 2;
      ctx.beginPath();
      ctx.arc(x, y, 12, 0, 2 * Math.PI);
      ctx.fillStyle = colour.accent;
      ctx.fill();
      ctx.fillStyle = colour.page;
      ctx.font = `700 14px ${colour.font}`;
      ctx.textAlign = "center";
      ctx.fillText(String(nth + 1), x, y + 0.5);
      if (nth !== lit.weakest || lit.long < 2 || part < 1) return;
      ctx.font = `600 13px ${colour.font}`;
      // Beside a step that stays in its lane, else below it.
      const beside = a.x === b.x, left = beside ? x + 16 : x - 45, top = beside ? y - 8 : y + 14;
      ctx.fillStyle = colour.page;
      ctx.fillRect(left, top, 90, 17);
      ctx.fillStyle = colour.warn;
      ctx.fillText("weakest step", left + 45, top + 9);
    });
  }

  // The page scrolls, the picture does not: its canvas is as large as it must be to be read.
  function measure() {
    const width = layout.width + MARGIN + BULGE, height = layout.height + 2 * MARGIN;
    scale = chosenScale || Math.min(MOST, Math.max(LEAST, (frame.clientWidth - 2) / width));
    const size = [`${Math.floor(width * scale)}px`, `${Math.ceil(height * scale)}px`];
    map.style.setProperty("width", size[0]);
    map.style.setProperty("height", size[1]);
    map.dataset.scale = scale;
    return size;
  }
  function fit() {
    const before = [map.style.width, map.style.height].join(), size = measure();
    if (size.join() !== before) network.setSize(...size);
    network.moveTo({ position: { x: (layout.width + BULGE - MARGIN) / 2, y: layout.height / 2 }, scale });
    network.redraw();
  }
  const onPage = (x, y) => [Math.round((x + MARGIN) * scale), Math.round((y + MARGIN) * scale)];

  // The same in words: for screen readers, and for whoever asks what is drawn.
  function mirror() {
    const cards = [...layout.cards.values()].sort((a, b) => a.x - b.x || a.y - b.y).map((one) => {
      const [x, y] = onPage(one.x, one.y), { concept } = one, found = verdict(concept), count = cautions(concept);
      return make("li", { data: { node: concept.id, kind: concept.kind, lane: one.lane.heading, x, y, w: Math.round(lanes.WIDTH * scale), h: Math.round(one.height * scale), verdict: found?.name, faded: lit && !lit.cards.has(concept) && !found && !warned(concept) ? "yes" : null } },
        `${concept.label}, ${concept.kinds.map(dom.kindWords).join(", ")}${found ? `: ${found.text}` : count ? `; ${dom.count(count, "caution")}` : ""}`);
    });
    const lines = picked.links.map((link) => make("li", { data: { link: link.id, manner: link.manner, warning: link.warning, inherited: link.inheritedFrom.join(", "), single: link.single ? "yes" : "no", lit: !lit || lit.links.has(link) ? "yes" : "no" } },
      `${sentences.link(link)}${link.manner === "stated" ? "" : ` (${link.manner})`}${link.inheritedFrom.length ? `, inherited from ${link.inheritedFrom.join(", ")}` : ""}`));
    dom.byId("mirror").replaceChildren(...cards, ...lines);
  }

  function bringIntoView(concept) {
    const card = layout.cards.get(concept), [x, y] = onPage(card.x, card.y), w = lanes.WIDTH * scale / 2, h = card.height * scale / 2;
    if (x - w < frame.scrollLeft || x + w > frame.scrollLeft + frame.clientWidth) frame.scrollLeft = x - frame.clientWidth / 2;
    if (y - h < frame.scrollTop || y + h > frame.scrollTop + frame.clientHeight) frame.scrollTop = y - frame.clientHeight / 2;
  }
  function choose(id, byPointer = false) {
    state.change({ chosen: id }, { quiet: true });
    const concept = atlas.concept(id);
    if (concept) dom.say(`${concept.label}, ${concept.kinds.map(dom.kindWords).join(", ")}, ${dom.count(picked.links.filter((link) => [link.subject, link.object].includes(concept)).length, "link")}${warned(concept) ? ", with a warning" : ""}${verdict(concept) ? `, ${verdict(concept).text}` : ""}`);
    if (id && byPointer) panel.reveal();
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function keys(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const size = { "+": 1.25, "=": 1.25, "-": 0.8 }[event.key];
    if (size) { chosenScale = Math.min(2.5, Math.max(0.35, scale * size)); fit(); event.preventDefault(); }
    if (event.key === "0") { chosenScale = 0; fit(); event.preventDefault(); }
    if (event.key === "Escape") choose("");
    if (event.key === "Enter" && now.chosen) { panel.focus(); event.preventDefault(); }
    if (!(event.key in ARROWS) || !layout.cards.size) return;
    event.preventDefault();
    const [dx, dy] = ARROWS[event.key], cards = [...layout.cards.values()], here = layout.cards.get(atlas.concept(now.chosen));
    if (!here) { choose((cards.find((one) => picked.focus.has(one.concept)) ?? cards[0]).concept.id); return; }
    const far = (one) => { const along = (one.x - here.x) * dx + (one.y - here.y) * dy; return along > 4 ? along + 3 * (Math.abs((one.x - here.x) * dy) + Math.abs((one.y - here.y) * dx)) : Infinity; };
    const next = cards.reduce((best, one) => (far(one) < far(best) ? one : best), here);
    if (far(next) < Infinity) choose(next.concept.id);
  }

  function register() {
    views.register({
      name: "lanes", title: "Lanes", order: 10, render, update,
      wants: (one) => [one.focus, one.more, one.way, one.care, one.hide, one.levels, one.sources, one.bear],
      leave: () => { network?.destroy(); },
    });
    addEventListener("resize", () => { if (state.now.view === "lanes" && map?.isConnected) { fit(); mirror(); } });
  }
  return { register, choose, get picked() { return picked; }, get layout() { return layout; } };
})();
