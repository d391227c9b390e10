// Paint: colours and shapes on a canvas, the same as in the legend and in the palette.
const paint = (() => {
  const NAMES = ["page", "panel", "text", "muted", "line", "rule", "warn", "accent", "refused", "advised-against", "ask-first", "suited", "silent"];
  const colour = {};
  let shapes = null;

  // The colours stand in the style sheet; a change of theme reads them again.
  function read() {
    const root = getComputedStyle(document.documentElement);
    for (const name of NAMES) colour[name] = root.getPropertyValue(`--${name}`).trim() || root.getPropertyValue("--text").trim();
    const swatches = dom.byId("swatches");
    if (!swatches.firstChild) swatches.append(...Object.keys(atlas.symbols).map((kind) => make.svg("path", { class: `kind ${kind}`, data: { kind } })));
    for (const path of swatches.children) colour[path.dataset.kind] = getComputedStyle(path).getPropertyValue("--c").trim();
    colour.font = getComputedStyle(document.body).fontFamily;
    shapes ??= new Map(Object.entries(atlas.symbols).map(([kind, path]) => [kind, new Path2D(path)]));
  }
  const known = (kind) => (shapes.has(kind) ? kind : "Other");

  function symbol(ctx, kind, x, y, size = 0.85) {
    ctx.save();
    ctx.translate(x, y);
    ctx.scale(size, size);
    ctx.fillStyle = colour[known(kind)];
    ctx.fill(shapes.get(known(kind)), "evenodd");
    ctx.restore();
  }
  function warning(ctx, x, y) {
    ctx.fillStyle = colour.warn;
    ctx.fill(new Path2D(`M${x} ${y - 7}l8 14h-16Z`));
    ctx.strokeStyle = colour.page;
    ctx.lineWidth = 1.6;
    ctx.stroke(new Path2D(`M${x} ${y - 2.5}v4.5M${x} ${y + 3.5}v1.5`));
  }
  // A line as it is drawn for what is said: its manner, who it is inherited from, how many say it.
  const DASHES = { stated: false, hedged: [7, 5], refuted: [2, 4], disputed: [12, 4, 2, 4], "in part": [12, 4, 2, 4] };
  const SIGNS = { refuted: "not", disputed: "disputed", "in part": "in part" };
  function line(link) {
    const wrong = link.manner in SIGNS;
    const tip = link.manner === "refuted" ? { type: "bar", scaleFactor: 0.7 } : { type: link.single ? "vee" : "arrow", scaleFactor: 0.55 };
    return { hue: wrong || link.warning ? colour.warn : colour.line, dashes: DASHES[link.manner], width: link.single ? 1.5 : 3, tip, wrong };
  }
  return { read, colour, symbol, warning, line, SIGNS, known };
})();
