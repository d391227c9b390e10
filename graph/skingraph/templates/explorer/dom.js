// Elements: what the page is made of. Text goes in as text, never as HTML.
const dom = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const byId = (id) => document.getElementById(id);

  function fill(made, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") made.setAttribute("class", value);
      else if (name === "data") for (const [key, one] of Object.entries(value)) { if (one !== null && one !== undefined) made.dataset[key] = one; }
      else if (name === "aria") for (const [key, one] of Object.entries(value)) made.setAttribute(`aria-${key}`, one);
      else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name === "hidden") made.hidden = Boolean(value);
      else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
    return made;
  }
  const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  make.svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  // The shape of a kind; its colour stands in the style sheet.
  function sign(kind, size = 18) {
    const known = atlas.symbols[kind] ? kind : "Other";
    return make.svg("svg", { viewBox: "-12 -12 24 24", width: size, height: size, class: "sign", aria: { hidden: "true" } }, make.svg("path", { class: `kind ${known}`, d: atlas.symbols[known] }));
  }
  const label = (thing) => make("bdi", {}, thing.label ?? thing.title);
  const button = (text, press, attributes = {}) => make("button", { type: "button", onclick: press, ...attributes }, text);

  function chooser({ label: words, options, chosen = "", onchange, attributes = {} }) {
    const select = make("select", { onchange: () => onchange(select.value), ...attributes }, options.map(([value, text]) => make("option", { value, selected: value === chosen }, text)));
    return make("label", { class: "chooser" }, make("span", {}, words), select);
  }

  // The one place that speaks to screen readers.
  function say(text) {
    const told = byId("told");
    if (told.textContent !== text) told.textContent = text;
  }

  const sentenceCase = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
  const number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;
  const kindWords = (kind) => (kind === "Other" ? "other" : kind.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase());

  return { byId, make, sign, label, button, chooser, say, sentenceCase, number, count, kindWords };
})();
const { make } = dom;
const motion = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;
