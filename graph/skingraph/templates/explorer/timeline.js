// The timeline of a treatment: before, at and after the session, on one axis of hours and days.
const timeline = (() => {
  const STAGES = [
    { name: "before", title: "Preparation", kind: "CareInstruction", predicates: ["careBefore"] },
    { name: "session", title: "The session", kind: "Treatment", predicates: ["careDuring", "sessionDuration"] },
    { name: "phase", title: "Healing phases", kind: "HealingPhase", predicates: ["hasPhase"] },
    { name: "downtime", title: "Downtime", kind: "Outcome", predicates: ["downtime"] },
    { name: "after", title: "Care afterwards", kind: "CareInstruction", predicates: ["careAfter"] },
    { name: "onset", title: "First results", kind: "Outcome", predicates: ["onset"] },
    { name: "flag", title: "Red flags: reasons to call the provider", kind: "SideEffect", predicates: [] },
  ];
  const FACTS = ["sessions", "sessionInterval", "resultDuration", "maintenancePerYear"];
  const FADE = 0.2;
  const HOURS = { minute: 1 / 60, hour: 1, day: 24, week: 168, month: 730 };
  // Candidates for the marks of the axis, the most telling first.
  const MARKS = [0, 24, 168, -168, 72, -24, 672, 336, -72, 48, 6, 2160, -336, -672, 4380, 8760, 1, 120, 1008, -6, 12];

  // The lines of a treatment's timeline by stage, of what passes; denials stand apart as such.
  function lines(treatment, passes) {
    const found = new Map(STAGES.map(({ name }) => [name, []]));
    for (const said of atlas.saidOf(treatment)) {
      const { claim } = said, stage = stageOf(said);
      if (stage && passes(said)) found.get(stage).push({ said, thing: claim.object, ...span(claim) });
    }
    for (const said of atlas.saidElsewhere(treatment))
      if (said.claim.predicate.id === "redFlagAfter" && passes(said)) found.get("flag").push({ said, thing: said.claim.subject, ...span(said.claim) });
    return found;
  }

  function stageOf({ claim, from }) {
    const { id } = claim.predicate;
    // A means is on the timeline where its time is told.
    if (id === "performedWith") return from || (claim.start === null && claim.end === null) ? "" : claim.end !== null && claim.end <= 0 ? "before" : "after";
    return STAGES.find(({ predicates }) => predicates.includes(id))?.name ?? "";
  }

  // From when to when, in hours; null is an open end. `sure` is how far it lasts by any reading.
  function span(claim) {
    const { start, end } = claim, unit = HOURS[claim.unit];
    if (start !== null || end !== null) return { from: start, to: end, sure: null, timed: true };
    if (!unit || (claim.min === null && claim.max === null)) return { from: null, to: null, sure: null, timed: false };
    // An onset lies somewhere between its numbers; a length of time begins with the session.
    if (claim.predicate.id === "onset") return { from: claim.min === null ? 0 : claim.min * unit, to: claim.max === null ? null : claim.max * unit, sure: null, timed: true };
    return { from: 0, to: claim.max === null ? null : claim.max * unit, sure: claim.min === null ? 0 : claim.min * unit, timed: true };
  }

  const subjects = () => atlas.ofKind("Treatment");
  function chosen(now) {
    const all = subjects(), named = [now.treatment, ...now.focus, ...now.compare].map((id) => atlas.concept(id)).find((one) => all.includes(one));
    if (named) return named;
    const rich = (one) => atlas.saidOf(one).filter((said) => !said.from && stageOf(said)).length;
    return [...all].sort((a, b) => rich(b) - rich(a) || atlas.byLabel(a, b))[0];
  }

  function render(box, now) {
    const treatment = chosen(now);
    box.append(make("h2", {}, "Before and after"));
    if (!treatment) return void box.append(make("p", {}, "The graph has no treatment."));
    box.append(make("div", { class: "bar noprint" },
      dom.chooser({ label: "Treatment", options: subjects().map((one) => [one.id, one.label]), chosen: treatment.id, onchange: (id) => state.change({ treatment: id }), attributes: { id: "timeline-treatment" } }),
      dom.chooser({ label: "Show", options: [["", "everything"], ["timed", "what has hours or days"]], chosen: now.order === "timed" ? "timed" : "", onchange: (order) => state.change({ order }), attributes: { id: "timeline-order" } })),
    make("div", { id: "timeline-body" }));
    redraw(box, now);
  }

  function redraw(box, now) {
    const treatment = chosen(now), body = dom.byId("timeline-body");
    if (!treatment) return;
    dom.byId("timeline-treatment").value = treatment.id;
    dom.byId("timeline-order").value = now.order === "timed" ? "timed" : "";
    const { passes } = sieve.of(now), found = lines(treatment, passes), timedOnly = now.order === "timed";
    const axis = axisOf([...found.values()].flat());
    body.replaceChildren(...[
      make("header", { class: "timeline-head", data: { treatment: treatment.id } }, make("h3", {}, dom.sign("Treatment"), dom.label(treatment)), care.badge(treatment, { whole: true })),
      facts(treatment, passes),
      make("p", { class: "meta" }, "Hours and days count from the session; the axis is drawn closer the further away it is. A bar that fades into an arrow has an open end: the source does not say when it begins or ends. A pale bar, or the pale part of one, is the longest that the source allows. What has no hours keeps its words."),
      jumps(found),
      make("div", { class: "axis-frame" }, table.spoken(make("table", { class: "timeline" }, make("caption", { class: "unseen" }, `Before and after ${treatment.label}`),
        make("thead", {}, make("tr", {}, make("th", { scope: "col", class: "what" }, "What"), make("th", { scope: "col", class: "words" }, "In words"), make("th", { scope: "col", class: "when" }, make("span", { class: "unseen" }, "When, from the session"), marks(axis)))),
        ...STAGES.map((stage) => section(stage, found.get(stage.name), axis, timedOnly, treatment))))),
    ]);
  }

  // A long timeline is entered at any of its stages.
  const jumps = (found) => make("nav", { class: "jumps noprint", aria: { label: "Stages" } }, STAGES.map(({ name, title, kind }) => make("button", { type: "button", data: { jump: name }, onclick: () => go(name) },
    dom.sign(kind, 14), title.split(":")[0], make("span", { class: "meta" }, found.get(name).length ? String(found.get(name).length) : "not recorded"))));
  function go(name) {
    const head = document.querySelector(`.timeline [data-stage="${name}"] th`);
    head.tabIndex = -1;
    head.focus({ preventScroll: true });
    head.scrollIntoView({ block: "start", behavior: motion() ? "smooth" : "auto" });
  }

  // How far to the side an hour stands, from 0 to 1: near the session every hour counts, far from it every week.
  function axisOf(all) {
    const hours = all.flatMap(({ from, to, sure }) => [from, to, sure]).filter((hour) => hour !== null);
    const bend = (hour) => Math.sign(hour) * Math.log1p(Math.abs(hour) / 6);
    const [low, high] = [bend(Math.min(-24, ...hours)), bend(Math.max(72, ...hours))];
    const room = (high - low) * 0.06;
    const at = (hour) => (bend(hour) - low + room) / (high - low + 2 * room);
    const ticks = [], apart = innerWidth < 768 ? 0.16 : 0.075;
    for (const hour of MARKS) if (bend(hour) >= low - room / 2 && bend(hour) <= high + room / 2 && ticks.every((one) => Math.abs(at(one) - at(hour)) > apart)) ticks.push(hour);
    const telling = new Set(ticks.slice(0, 5));
    return { at, telling, ticks: ticks.sort((a, b) => a - b) };
  }

  function moment(hour) {
    if (!hour) return "session";
    const far = Math.abs(hour), sign = hour < 0 ? "\u2212" : "";
    if (far <= 24) return `${sign}${far} h`;
    return far % 24 ? `${sign}${far} h` : `${sign}${far / 24} d`;
  }

  const percent = (share) => `${(share * 100).toFixed(2)}%`;
  function placed(made, place) {
    for (const [name, share] of Object.entries(place)) made.style.setProperty(`--${name}`, percent(share));
    return made;
  }
  const marks = (axis) => make("span", { class: "marks", "aria-hidden": "true" }, axis.ticks.map((hour) => placed(make("span", { class: `mark-at${hour ? "" : " zero"}${axis.telling.has(hour) ? "" : " minor"}` }, make("bdi", { dir: "ltr" }, moment(hour))), { at: axis.at(hour) })));
  const rules = (axis) => axis.ticks.map((hour) => placed(make("span", { class: hour ? "rule" : "rule zero" }), { at: axis.at(hour) }));

  function section(stage, found, axis, timedOnly, treatment) {
    const shown = found.filter((line) => !timedOnly || line.timed || stage.name === "flag");
    const body = make("tbody", { data: { stage: stage.name } }, make("tr", { class: "stage" }, make("th", { scope: "rowgroup", colspan: 3 }, dom.sign(stage.kind), stage.title)));
    if (!shown.length) {
      const hidden = found.length ? `${dom.count(found.length, "claim")} without hours or days, not shown` : "not recorded";
      body.append(make("tr", { class: "none" }, make("td", { colspan: 3 }, hidden, found.length ? null : stage.name === "flag" ? flagsAbove(treatment) : null)));
      return body;
    }
    body.append(...grouped(shown).map((line) => row(line, axis, stage)));
    return body;
  }

  // Red flags do not pass from a treatment to its narrower ones; that others have some is told.
  function flagsAbove(treatment) {
    const having = [...atlas.above(treatment)].filter((one) => atlas.saidElsewhere(one).some(({ claim }) => claim.predicate.id === "redFlagAfter"));
    return having.length ? [". That is no evidence that there are none: some are recorded for ", having.flatMap((one, at) => [at ? ", " : "", dom.button(one.label, () => state.change({ treatment: one.id }), { class: "word" })])] : ". That is no evidence that there are none.";
  }

  // What is said of the same time in the same words is one line, whatever it is said of.
  function grouped(found) {
    const lines = new Map();
    for (const line of found) {
      const alike = JSON.stringify([line.from, line.to, line.sure, words(line), line.said.claim.predicate.id === "performedWith"]);
      if (!lines.has(alike)) lines.set(alike, { ...line, all: [], things: new Map() });
      const one = lines.get(alike);
      one.all.push(line.said);
      if (line.thing) one.things.set(line.thing, [...(one.things.get(line.thing) ?? []), line.said]);
    }
    const early = (line) => [line.timed ? 0 : 1, line.said.claim.order ?? 99, line.from ?? line.to - 1, line.to ?? 1e6];
    const by = (a, b) => { const [one, other] = [early(a), early(b)]; const at = one.findIndex((value, nth) => value !== other[nth]); return at < 0 ? 0 : one[at] - other[at]; };
    return [...lines.values()].sort((a, b) => by(a, b) || !words(a) - !words(b) || (words(a) < words(b) ? -1 : 1));
  }

  // What a source says of when and how, in its words and ours; nothing that changes the meaning is left out.
  function words({ said, timed }) {
    // Reasons stand in the panel; the hours are drawn.
    const { claim } = said, details = claim.details.filter((one) => !one.startsWith("because: ") && !(timed && /^(from|until) .*the session( on)?$/.test(one)));
    const stated = claim.statedAs && !details.some((one) => one.includes(claim.statedAs)) && claim.quantity !== claim.statedAs ? `\u201c${claim.statedAs}\u201d` : "";
    return [claim.supports ? "" : "denied", claim.quantity, stated, ...details.map((one) => one.replace(/^stated as "(.*)"$/, "\u201c$1\u201d")), said.from ? `inherited from ${said.from.label}` : ""].filter(Boolean).join("; ");
  }

  function row(line, axis, stage) {
    const { said, all, things } = line, { claim } = said, told = words(line) || "no time recorded";
    const levels = [...new Set(all.map((one) => one.claim.evidence || "not graded"))].sort().join(", ");
    const open = (title, some) => panel.tell(dom.sentenceCase(title), some.map((one) => panel.claim(one)));
    const named = [...things].sort(([a], [b]) => atlas.byLabel(a, b)).map(([thing, some]) => make("li", {}, make("button", { type: "button", class: "word", onclick: () => open(`${thing.label}: ${told}`, some) }, dom.label(thing))));
    const name = named.length ? make("ul", {}, named) : make("button", { type: "button", class: "word", onclick: () => open(`${claim.predicate.label}: ${told}`, all) }, dom.sentenceCase(claim.predicate.label));
    return make("tr", { class: [claim.supports ? "" : "denied", `as-${stage.kind}`].filter(Boolean).join(" "), data: { line: stage.name, claims: all.map((one) => one.claim.id).join(" "), donors: all.map((one) => one.from?.id ?? "-").join(" "), from: line.from, to: line.to, timed: line.timed ? "yes" : "no", polarity: claim.polarity, hedged: claim.hedged ? "yes" : null } },
      make("th", { scope: "row", class: "what" }, name),
      make("td", { class: "words" }, make("bdi", {}, told), make("small", { class: "meta" }, ` ${levels}${all.length > 1 ? `, ${all.length} claims` : ""}`)),
      make("td", { class: "when" }, rules(axis), line.timed ? bar(line, axis) : make("span", { class: "unseen" }, "no hours recorded")));
  }

  function bar({ from, to, sure, said }, axis) {
    const open = [from === null ? "open-start" : "", to === null ? "open-end" : ""].filter(Boolean);
    // How far an open end goes is not known, so it fades instead of ending anywhere.
    const start = from === null ? Math.max(0, axis.at(to) - FADE) : axis.at(from), end = to === null ? Math.min(1, axis.at(from) + FADE) : axis.at(to);
    const kinds = ["span", ...open, said.claim.hedged ? "hedged" : "", said.from ? "inherited" : "", sure !== null && sure !== to ? "unsure" : ""];
    const made = placed(make("span", { class: kinds.filter(Boolean).join(" ") }), { from: start, to: end });
    // What the source leaves open is pale; what lasts by any reading is full.
    if (sure !== null && sure !== to && sure > 0) made.append(placed(make("span", { class: "sure" }), { to: (axis.at(sure) - start) / (end - start) }));
    return [made, make("span", { class: "unseen" }, spoken(from, to, sure))];
  }

  function spoken(from, to, sure) {
    const begin = from === null ? "with no recorded start" : from === 0 ? "from the session" : `from ${moment(from)}`;
    const end = to === null ? "with no recorded end" : to === 0 ? "to the session" : `to ${moment(to)}`;
    return `${begin} ${end}${sure !== null && sure !== to && sure > 0 ? `, at least to ${moment(sure)}` : ""}`;
  }

  // The numbers as each source gives them, never merged.
  function facts(treatment, passes) {
    const own = atlas.saidOf(treatment).filter(passes);
    return make("dl", { class: "facts" }, FACTS.map((id) => {
      const predicate = atlas.predicates.find((one) => one.id === id), found = own.filter(({ claim }) => claim.predicate.id === id);
      const texts = new Map();
      for (const { claim } of found) {
        const text = `${claim.supports ? "" : "not "}${claim.quantity}`, about = claim.details.filter((one) => !/^(because: |stated as )/.test(one)).join("; ");
        texts.set(`${text}\n${about}`, [text, about]);
      }
      // What is said without a limit comes first.
      const told = [...texts.values()].sort(([, a], [, b]) => Boolean(a) - Boolean(b));
      return make("div", { data: { fact: id, claims: found.map(({ claim }) => claim.id).join(" ") } }, make("dt", {}, dom.sentenceCase(predicate ? predicate.label : dom.kindWords(id))),
        told.length ? told.slice(0, 3).map(([text, about]) => make("dd", {}, make("bdi", {}, text), about ? make("small", { class: "meta" }, " ", make("bdi", {}, about)) : null)) : make("dd", { class: "meta" }, "not recorded"),
        told.length > 3 ? make("dd", {}, dom.button(`${told.length - 3} more`, () => panel.tell(`${treatment.label}: ${predicate.label}`, found.map((one) => panel.claim(one))), { class: "word" })) : null);
    }));
  }

  const register = () => views.register({ name: "timeline", title: "Timeline", order: 50, render, redraw, wants: (now) => [now.treatment, now.focus, now.compare, now.order, now.care, now.levels, now.sources, now.bear] });
  return { register, lines };
})();
