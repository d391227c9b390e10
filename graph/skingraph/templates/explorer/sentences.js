// Sentences: a claim in words. Nothing that changes its meaning is left out.
const sentences = (() => {
  function of(claim) {
    if (claim.whole) return claim.whole;
    let said = claim.object ? `${claim.subject.label} ${claim.verb} ${claim.object.label}` : `${claim.subject.label} - ${claim.verb}: ${claim.quantity}`;
    if (claim.object && claim.quantity) said += ` (${claim.quantity})`;
    return said + (claim.details.length ? ` [${claim.details.join("; ")}]` : "");
  }
  const said = (one) => of(one.claim) + (one.from ? ` [inherited from ${one.from.label}]` : "");

  function firmly(one) {
    const { claim } = one;
    const words = [];
    if (!claim.supports) words.push(claim.polarity === "refutes" ? "denied" : "neither affirmed nor denied");
    words.push(claim.hedged ? `hedged${claim.hedge ? ` (${claim.hedge})` : ""}` : "stated");
    if (claim.frequency) words.push(claim.frequency);
    if (claim.strength) words.push({ absolute: "refused", relative: "advised against" }[claim.strength] ?? claim.strength);
    if (one.from) words.push(`inherited from ${one.from.label}`);
    return words.join("; ");
  }
  const where = (passage) => `${passage.section ? `\u201c${passage.section}\u201d, ` : ""}characters ${passage.start} to ${passage.end}`;
  function level(code) {
    const found = atlas.levels.find((one) => one.code === code);
    return code ? `${code}${found ? ` ${found.label}` : ""}` : "not graded";
  }
  // A link in words, as it must be read: with its denial or its strength, and who it is inherited from.
  function link(one) {
    const verbs = new Set(one.said.filter((each) => each.claim.supports === (one.manner !== "refuted")).map((each) => each.claim.verb));
    return `${one.subject.label} ${verbs.size === 1 ? [...verbs][0] : one.predicate.label} ${one.object.label}`;
  }
  return { of, said, firmly, where, level, link };
})();
