// Lanes: the place of every card, in the column of its kind, near what it is linked with.
const lanes = (() => {
  const WIDTH = 206, PITCH = 250, WIDE = 372, LINE = 19, GAP = 9, LETTERS = 22, TALLEST = [0, 20, 10], COLUMNS = 4, HEAD = 30, BETWEEN = 44, LOOSEST = 34;
  const LANES = [
    ["Treatments", ["Treatment"], 0], ["How it works", ["Mechanism"], 1], ["Healing phases", ["HealingPhase"], 1], ["Outcomes", ["Outcome"], 1], ["Concerns", ["Concern"], 1],
    ["Who: cautions and fit", ["PatientFactor"], 2], ["Side effects", ["SideEffect"], 2], ["Care before and after", ["CareInstruction"], 2], ["Devices and agents", ["Device", "Agent"], 2], ["Also said of it", [], 2],
  ].map(([heading, kinds, band]) => ({ heading, kinds, band }));
  const laneOf = (concept) => LANES.find((lane) => lane.kinds.includes(concept.kind)) ?? LANES.at(-1);
  const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

  function lines(text, letters = LETTERS) {
    const out = [""];
    for (const word of text.split(/\s+/)) {
      for (const part of word.match(new RegExp(`.{1,${letters}}`, "gsu")) ?? [""]) {
        const longer = `${out.at(-1)} ${part}`.trim();
        if (longer.length <= letters || !out.at(-1)) out[out.length - 1] = longer; else out.push(part);
      }
    }
    return out.length > 3 ? [...out.slice(0, 2), `${out[2].slice(0, letters - 1)}\u2026`] : out;
  }

  // Cards by concept with x, y (their middle) and height, the headings, and the size of it all.
  function place(things, links, noteOf = () => "", lettersOf = () => LETTERS) {
    const cards = new Map(things.map((concept) => {
      const words = lines(concept.label, lettersOf(concept)), note = noteOf(concept) ? lines(noteOf(concept), LETTERS - 3) : [];
      return [concept, { concept, lane: laneOf(concept), lines: words, note, x: 0, y: 0, height: 16 + LINE * (words.length + note.length) }];
    }));
    const rows = LANES.map((lane) => [...cards.keys()].filter((one) => cards.get(one).lane === lane)).filter((row) => row.length);
    const near = new Map([...cards.keys()].map((one) => [one, []]));
    for (const { subject, object } of links) { near.get(subject).push(object); near.get(object).push(subject); }
    const length = () => links.reduce((sum, { subject, object }) => sum + Math.abs(cards.get(subject).y - cards.get(object).y), 0);
    let layout = stack(cards, rows), best = rows.map((row) => [...row]), least = length();
    for (let sweep = 0; sweep < 12; sweep += 1) {
      for (const row of sweep % 2 ? [...rows].reverse() : rows) {
        const pull = new Map(row.map((one) => {
          const heights = near.get(one).filter((other) => cards.get(other).lane !== cards.get(one).lane).map((other) => cards.get(other).y);
          return [one, heights.length ? mean(heights) : cards.get(one).y];
        }));
        row.sort((a, b) => pull.get(a) - pull.get(b) || atlas.byLabel(a, b));
        stack(cards, rows);
      }
      if (length() < least) { least = length(); best = rows.map((row) => [...row]); }
    }
    layout = stack(cards, best);
    return { cards, ...layout };
  }

  const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
  function stack(cards, rows) {
    const bands = [[], [], []];
    for (const row of rows) bands[cards.get(row[0]).lane.band].push(row);
    const height = (column) => sum(column.map((block) => HEAD + sum(block.map((one) => cards.get(one).height + GAP))));
    const headings = [], left = bands[0].length;
    let top = 0, columns = 0;
    for (const blocks of [bands[1], bands[2]].filter((band) => band.length)) {
      const band = inColumns(cards, blocks, height), tallest = Math.max(...band.map(height));
      band.forEach((column, nth) => fill(cards, column, left + nth, top, tallest - height(column), headings));
      columns = Math.max(columns, band.length);
      top += tallest + BETWEEN;
    }
    let whole = Math.max(top - BETWEEN, 0);
    for (const row of bands[0]) {
      whole = Math.max(whole, height([row]));
      fill(cards, [row], 0, 0, whole - height([row]), headings);
    }
    columns += left;
    const pitch = columns > 3 ? PITCH : WIDE;
    for (const card of cards.values()) card.x = card.column * pitch + WIDTH / 2;
    return { headings: headings.map(([text, column, y]) => ({ text, x: column * pitch, y })), width: Math.max(columns - 1, 0) * pitch + WIDTH, height: whole };
  }
  // A tall lane stands in parts side by side; the shortest stand below each other.
  function inColumns(cards, blocks, height) {
    const columns = blocks.flatMap((block) => {
      const parts = Math.ceil(block.length / TALLEST[cards.get(block[0]).lane.band]), size = Math.ceil(block.length / parts);
      return Array.from({ length: parts }, (_, nth) => [block.slice(nth * size, (nth + 1) * size)]).filter(([part]) => part.length);
    });
    while (columns.length > COLUMNS) {
      const heights = columns.map(height);
      let at = 0;
      for (let nth = 1; nth < columns.length - 1; nth += 1) if (heights[nth] + heights[nth + 1] < heights[at] + heights[at + 1]) at = nth;
      columns.splice(at, 2, [...columns[at], ...columns[at + 1]]);
    }
    return columns;
  }
  // A short column spreads, and stands in the middle of its height.
  function fill(cards, column, number, top, spare, headings) {
    const count = sum(column.map((block) => block.length)), loose = Math.min(spare / count, LOOSEST);
    let y = top + (column.length === 1 ? (spare - loose * count) / 2 : 0);
    for (const block of column) {
      headings.push([cards.get(block[0]).lane.heading, number, Math.round(column.length === 1 ? top : y) + 14]);
      y += HEAD;
      for (const one of block) {
        const card = cards.get(one);
        card.column = number;
        card.y = Math.round(y + (loose + card.height) / 2);
        y += card.height + GAP + loose;
      }
    }
  }
  return { place, WIDTH, lines, laneOf };
})();
