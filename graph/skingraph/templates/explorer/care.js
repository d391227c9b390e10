// Who should take care: how a treatment stands for the chosen patient factors, as options.py judges it.
const care = (() => {
  // In the order of reading. By rank silence is worse than what is stated as suited; it is never called safe.
  const STANDINGS = [
    { name: "refused", rank: 0, word: "refused", sign: "\u00d7", tells: "a source refuses it" },
    { name: "advised-against", rank: 1, word: "advised against", sign: "!", tells: "a source does not recommend it, or says that it may not suit" },
    { name: "ask-first", rank: 2, word: "ask first", sign: "?", tells: "a source asks for a professional\u2019s word first; it forbids nothing" },
    { name: "suited", rank: 4, word: "stated as suited", sign: "+", tells: "a source calls it suited, and none objects" },
    { name: "silent", rank: 3, word: "nothing said", sign: "\u2013", tells: "no source objects or calls it suited, which is not the same as safe" },
  ];
  const by = new Map(STANDINGS.map((one) => [one.name, one]));
  const ROLES = {
    caution: "The warning",
    suited: "Stated as suited",
    cleared: "A warning that a source denies",
    nearby: "A warning about something narrower or related",
    note: "Said with this in view",
  };
  const OUTLINES = {
    refused: "M-4.5-10H4.5L10-4.5V4.5L4.5 10H-4.5L-10 4.5V-4.5Z",
    "advised-against": "M0-10 11 9H-11Z",
    "ask-first": "M0-10A10 10 0 0 1 0 10 10 10 0 0 1 0-10Z",
    suited: "M-9-9H9V9H-9Z",
    silent: "M-9-9H9V9H-9Z",
  };
  const STROKES = {
    refused: "M-4-4 4 4M4-4-4 4",
    "advised-against": "M0-4V2.5M0 5.5V6.5",
    "ask-first": "M-3.5-3A3.5 3.5 0 1 1 0 1V2.5M0 5V6",
    suited: "M-5 0H5M0-5V5",
    silent: "M-5 0H5",
  };
  const judgements = new Map();

  // What bears on a treatment for one factor, in the roles of options.Evidence.
  function bearing(treatment, factor) {
    const covers = new Set([factor, ...atlas.above(factor)]);
    const near = new Set([...atlas.below(factor), ...factor.related]);
    const inView = (claim) => claim.circumstances.some((one) => covers.has(one));
    const found = [];
    const put = (role, said) => found.push({ role, said, factor });
    for (const said of atlas.saidOf(treatment)) {
      const { claim } = said, suits = claim.predicate.id === "suitedTo";
      if (claim.caution) {
        if (covers.has(claim.object)) put(claim.supports ? "caution" : "cleared", said);
        else if (near.has(claim.object)) put(claim.supports ? "nearby" : "note", said);
      } else if (suits && claim.object === factor) put(claim.supports ? "suited" : "note", said);
      else if ((suits && covers.has(claim.object)) || inView(claim)) put("note", said);
    }
    // Nothing passes from a narrower treatment up to its class, but it is worth knowing.
    for (const narrower of atlas.below(treatment))
      for (const said of atlas.saidOf(narrower))
        if (!said.from && said.claim.caution && covers.has(said.claim.object)) put(said.claim.supports ? "nearby" : "note", said);
    for (const kind of [treatment, ...atlas.above(treatment)])
      for (const said of atlas.saidElsewhere(kind))
        if (said.claim.subject !== treatment && inView(said.claim)) put("note", said);
    return found;
  }

  function standing(claim) {
    if (claim.predicate.id === "consultFirstIn") return "ask-first";
    return claim.strength === "absolute" ? "refused" : "advised-against";
  }

  const worst = (names) => names.reduce((one, other) => (by.get(other).rank < by.get(one).rank ? other : one));

  function judge(treatment, factor) {
    const key = `${treatment.at} ${factor.at}`;
    if (!judgements.has(key)) {
      const reasons = bearing(treatment, factor);
      const warnings = reasons.filter(({ role }) => role === "caution").map(({ said }) => standing(said.claim));
      const name = warnings.length ? worst(warnings) : reasons.some(({ role }) => role === "suited") ? "suited" : "silent";
      const deciding = reasons.filter(({ role, said }) => (role === "caution" ? standing(said.claim) : role) === name);
      const donors = deciding.length && deciding.every(({ said }) => said.from) ? [...new Set(deciding.map(({ said }) => said.from.label))] : [];
      const remarks = reasons.filter(({ role }) => role !== "caution" && role !== "suited").length;
      judgements.set(key, { factor, ...by.get(name), reasons, donors, remarks });
    }
    return judgements.get(key);
  }

  const chosen = (ids) => ids.map((id) => atlas.concept(id)).filter(Boolean);

  // How a treatment stands for all of these factors: the worst word of any, or null without a factor.
  function verdict(treatment, ids = state.now.care) {
    const each = chosen(ids).map((factor) => judge(treatment, factor));
    if (!each.length) return null;
    const found = by.get(worst(each.map((one) => one.name)));
    const deciding = each.filter((one) => one.name === found.name);
    const donors = deciding.every((one) => one.donors.length) ? [...new Set(deciding.flatMap((one) => one.donors))] : [];
    const remarks = each.reduce((sum, one) => sum + one.remarks, 0);
    const whom = deciding.map((one) => one.factor.label).join(", ");
    const inherited = donors.length ? ` (inherited from ${donors.join(", ")})` : "";
    return {
      ...found, css: `verdict-${found.name}`, colour: `--${found.name}`, each, donors, remarks,
      reasons: each.flatMap((one) => one.reasons),
      text: `${found.word}${found.name === "silent" ? " of" : ":"} ${whom}${inherited}`,
    };
  }

  function sign(name) {
    return make.svg("svg", { viewBox: "-12 -12 24 24", width: 18, height: 18, class: "care-sign", "aria-hidden": "true" },
      make.svg("path", { class: "care-shape", d: OUTLINES[name] }), make.svg("path", { class: "care-stroke", d: STROKES[name] }));
  }

  const remarked = (count) => (count ? `; ${count} ${count > 1 ? "remarks" : "remark"}` : "");

  // The verdict as a sign and words, for wherever a treatment is named; it tells its reasons. Null without a factor.
  function badge(treatment, { whole = false } = {}) {
    const found = verdict(treatment);
    if (!found) return null;
    const short = found.word + (found.donors.length ? `, inherited from ${found.donors.join(", ")}` : "") + (found.name === "silent" ? remarked(found.remarks) : "");
    return make("button", { type: "button", class: `badge ${found.css}`, data: { treatment: treatment.id, verdict: found.name }, onclick: () => why(treatment) },
      sign(found.name), make("bdi", {}, whole ? found.text + remarked(found.remarks) : short), make("span", { class: "unseen" }, `. Why, for ${treatment.label}?`));
  }

  // The panel tells the reasons, factor by factor.
  function why(treatment) {
    panel.tell(treatment.label, [...verdict(treatment).each].sort((a, b) => a.rank - b.rank).flatMap((one) => [
      make("p", { class: `of-factor verdict-${one.name}` }, sign(one.name), make("span", {}, dom.label(one.factor), `: ${one.word}${one.donors.length ? `, inherited from ${one.donors.join(", ")}` : ""}`)),
      one.reasons.length ? Object.keys(ROLES).flatMap((role) => { const told = reasons(one, role); return told.length ? [make("h3", {}, ROLES[role]), ...told] : []; }) : make("p", { class: "meta" }, `${dom.sentenceCase(by.get("silent").tells)}.`),
    ].flat()));
  }

  // The treatments by the name of their verdict, the worst first.
  function sorted(ids = state.now.care) {
    const groups = new Map(STANDINGS.map(({ name }) => [name, []]));
    for (const treatment of atlas.ofKind("Treatment")) groups.get(verdict(treatment, ids).name).push(treatment);
    return groups;
  }

  function summary(groups) {
    const parts = [...groups].filter(([, found]) => found.length).map(([name, found]) => `${found.length} ${by.get(name).word}`);
    const count = [...groups.values()].reduce((sum, found) => sum + found.length, 0);
    return `${count} ${count === 1 ? "treatment" : "treatments"}: ${parts.join(", ")}`;
  }

  // One chooser for the life of the page, so that a choice does not take the focus away from it.
  let control = null, boxes = new Map(), counted = null, clear = null;

  // The chooser of patient factors, the ones that sources warn about or call suited first.
  function chooser() {
    if (!control) control = built();
    follow();
    return control;
  }

  function follow() {
    if (!control) return;
    const now = new Set(state.now.care);
    for (const [id, box] of boxes) box.checked = now.has(id);
    counted.textContent = now.size ? `${now.size} chosen` : "";
    clear.hidden = !now.size;
  }

  function built() {
    counted = make("span", { class: "care-counted" });
    clear = dom.button("Choose none", () => state.change({ care: [] }), { class: "care-clear" });
    const lists = make("div", { class: "care-lists" });
    // The boxes are made when somebody first opens them: a page opens sooner without.
    const details = make("details", { class: "care-control noprint", id: "care-control", ontoggle: () => { if (!lists.firstChild) { fillIn(lists); follow(); } } },
      make("summary", {}, make("span", {}, "Who should take care"), counted),
      make("p", { class: "meta" }, "Choose what is true of a person. Only these general terms are kept, in the address of this page."), lists, clear);
    return details;
  }

  function fillIn(lists) {
    const factors = atlas.ofKind("PatientFactor"), spoken = new Set(told().map(({ factor }) => factor));
    const groups = [["Sources warn, or call something suited", factors.filter((one) => spoken.has(one))], ["No source warns or calls anything suited", factors.filter((one) => !spoken.has(one))]];
    const none = make("p", { class: "meta", hidden: true }, "No factor is called so.");
    const find = make("input", { type: "search", id: "care-find", autocomplete: "off", spellcheck: "false", oninput: () => sift(find.value, none) });
    lists.before(factors.length ? make("p", { class: "care-search" }, make("label", { for: "care-find" }, "Find a factor"), find) : make("p", {}, "No patient factor is recorded."));
    lists.append(...groups.filter(([, found]) => found.length).map(([title, found]) => make("fieldset", {}, make("legend", {}, title), ...found.map(option))), none);
  }

  function option(factor) {
    const box = make("input", { type: "checkbox", data: { factor: factor.id }, onchange: () => choose(factor.id, box.checked) });
    boxes.set(factor.id, box);
    return make("label", { class: "care-option", data: { names: [factor.label, ...factor.synonyms].join("\n").toLowerCase() } }, box, dom.label(factor));
  }

  function choose(id, on) {
    const others = state.now.care.filter((one) => one !== id);
    state.change({ care: on ? [...others, id] : others });
  }

  function sift(text, none) {
    const wanted = text.trim().toLowerCase();
    let left = 0;
    for (const label of control.querySelectorAll(".care-option")) {
      label.hidden = !label.dataset.names.includes(wanted);
      left += !label.hidden;
    }
    for (const set of control.querySelectorAll("fieldset")) set.hidden = !set.querySelector(".care-option:not([hidden])");
    none.hidden = left > 0;
  }

  // Each factor that a warning covers or that something is called suited to, and of which treatments.
  function told() {
    const found = new Map();
    for (const { claim, of } of atlas.said) {
      const factor = claim.object;
      if (!factor || !factor.kinds.includes("PatientFactor") || !of.kinds.includes("Treatment")) continue;
      if (!claim.supports || !(claim.caution || claim.predicate.id === "suitedTo")) continue;
      // A warning about a factor is one about all below it; what suits it does not pass down.
      for (const one of claim.caution ? [factor, ...atlas.below(factor)] : [factor]) {
        if (!found.has(one)) found.set(one, new Set());
        found.get(one).add(of);
      }
    }
    return [...found].map(([factor, treatments]) => ({ factor, treatments: [...treatments] })).sort((a, b) => atlas.byLabel(a.factor, b.factor));
  }

  let announced = "";

  // What stands above every view while factors are chosen: each treatment with its verdict; else null.
  function banner() {
    const ids = state.now.care, factors = chosen(ids);
    follow();
    if (!factors.length) {
      if (announced) dom.say("No patient factor is chosen.");
      announced = "";
      return null;
    }
    const groups = sorted();
    if (announced !== ids.join("~")) dom.say(`With ${factors.map((one) => one.label).join(" and ")} in view. ${summary(groups)}. Nothing said is not the same as safe.`);
    announced = ids.join("~");
    return make("aside", { class: "care-banner", "aria-label": "Who should take care", data: { care: announced } },
      make("p", { class: "care-whom" }, "In view: ", ...factors.map(chip)),
      make("details", {},
        make("summary", {}, ...[...groups].filter(([, found]) => found.length).map(([name, found]) => count(name, found.length)), make("span", { class: "care-more" }, "Which?")),
        make("dl", {}, ...[...groups].filter(([, found]) => found.length).flatMap(([name, found]) => [
          make("dt", { class: `verdict-${name}` }, by.get(name).word), make("dd", {}, ...named(name, found))]))),
      make("p", { class: "meta" }, "A teaching aid, not medical advice. Nothing said is not the same as safe."));
  }

  const count = (name, many) => make("span", { class: `badge verdict-${name}`, data: { count: name, many: many } }, sign(name), make("span", {}, `${many} ${by.get(name).word}`));
  const chip = (factor) => make("button", { type: "button", class: "chip", aria: { label: `Leave out ${factor.label}` }, onclick: () => choose(factor.id, false) }, dom.label(factor), make("span", { "aria-hidden": "true" }, " \u00d7"));

  function named(name, found) {
    return found.map((treatment, at) => make("span", { class: "one" },
      make("button", { type: "button", class: "word", data: { treatment: treatment.id, verdict: name }, onclick: () => why(treatment) }, dom.label(treatment), donors(treatment)), at < found.length - 1 ? "," : null));
  }

  function donors(treatment) {
    const from = verdict(treatment).donors;
    return from.length ? ` (inherited from ${from.join(", ")})` : null;
  }

  // The view: the same verdicts with every reason.
  function render(box) {
    box.append(make("h2", {}, "Who should take care"));
    if (chosen(state.now.care).length) withFactors(box);
    else overview(box);
  }

  function overview(box) {
    const found = told();
    box.append(make("p", { class: "lead" }, "Choose what is true of a person. Every treatment then shows whether a source refuses it, advises against it, asks for a word first, calls it suited, or says nothing. Nothing said is not the same as safe."));
    if (!found.length) return box.append(make("p", {}, "No source warns about a patient factor, or calls a treatment suited to one. That is no evidence of safety."));
    const names = STANDINGS.filter(({ name }) => name !== "silent").map(({ name }) => name);
    const rows = found.map(({ factor, treatments }) => {
      const cells = names.map((name) => treatments.filter((one) => judge(one, factor).name === name));
      return make("tr", { data: { row: factor.id } },
        make("th", { scope: "row" }, make("button", { type: "button", class: "word", onclick: () => choose(factor.id, true) }, dom.label(factor))),
        ...cells.map((these, at) => make("td", { data: { label: by.get(names[at]).word, stands: names[at] } }, these.length ? list(these, factor) : make("span", { class: "meta" }, "\u2013"))));
    });
    box.append(make("div", { class: "scroll", tabindex: "0", role: "region", aria: { label: "Factors and what is said" } },
      table.spoken(make("table", { class: "factors" }, make("caption", {}, "What sources say, factor by factor"),
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Patient factor"), ...names.map((name) => make("th", { scope: "col", class: `verdict-${name}` }, sign(name), by.get(name).word)))),
        make("tbody", {}, ...rows)))));
  }

  const list = (these, factor) => make("ul", {}, ...these.map((one) => make("li", { data: { named: one.id } }, dom.label(one), judge(one, factor).donors.length ? make("small", {}, ` inherited from ${judge(one, factor).donors.join(", ")}`) : null)));

  function withFactors(box) {
    const groups = sorted(), several = state.now.care.length > 1;
    if (!atlas.ofKind("Treatment").length) box.append(make("p", {}, "The graph has no treatment."));
    for (const { name, word, tells } of STANDINGS) {
      const found = groups.get(name);
      if (!found.length) continue;
      const section = make("section", { class: `standing verdict-${name}`, data: { standing: name } }, make("h3", {}, sign(name), `${word} (${found.length})`), make("p", { class: "meta" }, tells));
      const plain = found.filter((one) => name === "silent" && !verdict(one).remarks && !several);
      section.append(make("div", { class: "stands" }, ...found.filter((one) => !plain.includes(one)).map((one) => card(one, several))));
      if (plain.length) section.append(make("p", { class: "plain" }, plain.length < found.length ? "Nothing at all is said of: " : "", ...named(name, plain)));
      box.append(section);
    }
  }

  function card(treatment, several) {
    const found = verdict(treatment);
    const made = make("article", { class: "stand", data: { treatment: treatment.id, verdict: found.name } }, make("h4", {}, dom.label(treatment)));
    for (const one of [...found.each].sort((a, b) => a.rank - b.rank)) {
      const words = `${one.word}${one.donors.length ? `, inherited from ${one.donors.join(", ")}` : ""}`;
      if (several) made.append(make("p", { class: `of-factor verdict-${one.name}`, data: { factor: one.factor.id, verdict: one.name } }, sign(one.name), make("span", {}, dom.label(one.factor), `: ${words}`)));
      else if (one.donors.length) made.append(make("p", { class: "meta" }, `inherited from ${one.donors.join(", ")}, not said of this one`));
      for (const role of ["caution", "suited"]) made.append(...reasons(one, role));
      const rest = ["cleared", "nearby", "note"].filter((role) => one.reasons.some((reason) => reason.role === role));
      if (rest.length) made.append(make("details", {}, make("summary", {}, `${one.remarks} ${one.remarks > 1 ? "remarks" : "remark"}`), ...rest.flatMap((role) => [make("h5", {}, ROLES[role]), ...reasons(one, role)])));
    }
    return made;
  }

  function reasons(one, role) {
    return one.reasons.filter((reason) => reason.role === role).map(({ said }) => {
      const told = panel.claim(said);
      told.dataset.role = role;
      told.dataset.factor = one.factor.id;
      return told;
    });
  }

  const register = () => views.register({ name: "care", title: "Who should take care", order: 60, render });
  return { register, verdict, badge, banner, control: chooser };
})();
