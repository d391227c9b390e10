"""A picture drawn as SVG: cards in lanes and the lines between them, and below what explains them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from skingraph import strokes
from skingraph.citations import NOTICE
from skingraph.claims import STRENGTHS
from skingraph.lanes import LANES, WIDTH, place
from skingraph.symbols import SYMBOLS, kind_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from skingraph.claims import Source
    from skingraph.concepts import Lexicon
    from skingraph.index import ClaimIndex
    from skingraph.lanes import Card, Lane, Layout
    from skingraph.picture import Link, Picture

_MARGIN: Final = 28
_BULGE: Final = 40
_WIDE: Final = 1000
_DASHES: Final = {"hedged": "7 5", "refuted": "2 4", "disputed": "12 4 2 4", "in part": "12 4 2 4"}
_SIGNS: Final = {"refuted": "not", "disputed": "disputed", "in part": "in part"}
_MANNERS: Final = {
    "hedged": "only hedged (may, can)",
    "refuted": "denied",
    "disputed": "disputed",
    "in part": "affirmed in part, denied in part",
}


class Drawing:
    """A picture in the making: the map above, what explains it below."""

    def __init__(self, picture: Picture, index: ClaimIndex, lexicon: Lexicon, *, led: bool) -> None:
        self.picture, self.index, self.lexicon, self.led = picture, index, lexicon, led
        self.layout: Layout = place(
            {
                iri: (lane, lexicon.named(iri).label, picture.note(iri))
                for iri, lane in picture.lanes.items()
            },
            [link.ends for link in picture.links],
        )
        self.width = max(self.layout.width + _BULGE, _WIDE)
        self.parts: list[str] = []
        self.y = 0.0

    def whole(self, title: str, date: str, *, explained: bool = True) -> str:
        """The whole figure, or only the map with its legend."""
        focus = ", ".join(named.label for named in self.picture.focus)
        heading = title or focus or "Skin treatments, how they work, and what for"
        self._title(heading)
        self._map()
        self._legend()
        if explained:
            self._cautions()
            self._sources(date)
        width, height = self.width + 2 * _MARGIN, self.y + _MARGIN
        about = f"{heading}. {NOTICE}"
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" role="img" font-family="{strokes.FONT}">\n'
            f"<title>{strokes.plain(heading)}</title>\n"
            f"<desc>{strokes.plain(about)}</desc>\n"
            f'<rect width="{width:g}" height="{height:g}" fill="{strokes.palette()["page"]}"/>\n'
            f"{body}\n</svg>\n"
        )

    def _title(self, heading: str) -> None:
        self.y = _MARGIN + 20
        for line in strokes.lines(heading, self.width, 24):
            self.parts.append(strokes.text(_MARGIN, self.y, line, size=24, weight=700))
            self.y += 30
        told = "Lines lead from treatments over how they work to what they are said to help." * (
            self.led
        )
        if left := len(self.picture.left_out):
            told += f" {len(self.picture.lanes)} things are shown, {left} more are left out."
        if told:
            self.parts.append(strokes.text(_MARGIN, self.y - 4, told.strip(), fill="muted"))
            self.y += 16

    def _map(self) -> None:
        if not self.picture.lanes:
            self.parts.append(strokes.text(_MARGIN, self.y, "No claim found here.", size=15))
            self.y += 24
            return
        self.y += 6
        inner = [strokes.text(x, y, words, size=14, weight=700, fill="muted") for words, x, y in
                 self.layout.headings]  # fmt: skip
        nth: Counter[frozenset[str]] = Counter()
        lines, signs = [], []
        for link in self.picture.links:
            pair = frozenset(link.ends)
            line, sign = self._line(link, nth[pair])
            nth[pair] += 1
            lines.append(line)
            signs.append(sign)
        cards = [self._card(iri, card) for iri, card in self.layout.cards.items()]
        self.parts.append(f'<g transform="translate({_MARGIN} {self.y:g})">')
        self.parts += [*lines, *inner, *cards, *filter(None, signs), "</g>"]
        self.y += self.layout.height + 30

    def _card(self, iri: str, card: Card) -> str:
        named = self.lexicon.named(iri)
        kinds = self._kinds_of(iri, card.lane)
        kind = kinds[0]
        focus = named in self.picture.focus
        left, top = card.x - WIDTH / 2, card.y - card.height / 2
        fill = strokes.palette()["panel" if focus else "page"]
        box = (
            f'<rect x="{left:g}" y="{top:g}" width="{WIDTH}" height="{card.height}" rx="8" '
            f'fill="{fill}" stroke="{strokes.palette()[kind]}" stroke-width="{3 if focus else 1.25:g}"/>'
        )
        first = card.y - (len(card.lines + card.note) - 1) * 9.5 + 5
        words = [
            strokes.text(left + 34, first + 19 * at, line, size=15, weight=700 if focus else 400)
            for at, line in enumerate(card.lines)
        ]
        warned = bool(self.picture.warnings(iri))
        for at, line in enumerate(card.note, len(card.lines)):
            y, indent = first + 19 * at, 34
            if warned and at == len(card.lines):
                words.append(strokes.warning(left + 42, y - 5))
                indent += 19
            fill = "warn" if warned else "muted"
            words.append(strokes.text(left + indent, y, line, size=13, fill=fill, style="italic"))
        signs = [strokes.sign(kind, left + 18, card.y)]
        signs += [strokes.sign(other, left + WIDTH - 16, card.y) for other in kinds[1:2]]
        name = f"<title>{strokes.plain(named.label)}</title>"
        return f"<g data-node={quoteattr(named.slug)}>{name}{box}{''.join(signs + words)}</g>"

    def _line(self, link: Link, nth: int) -> tuple[str, str]:
        """A link's line, and the word that stands at its end where something is denied."""
        start, end = (self.layout.cards[iri] for iri in link.ends)
        half = WIDTH / 2
        # A cause is told as "is caused by": its arrow points back, as it works.
        level, forth = start.x == end.x, 1 if start.x < end.x else -1
        if level:
            bend = half + min(34.0, 12 + abs(start.y - end.y) / 10) + 6 * nth
            points = (start.x + half, start.y, start.x + bend, start.y, end.x + bend, end.y,
                      end.x + half, end.y)  # fmt: skip
            heading = -1
        else:
            one, other = start.x + forth * half, end.x - forth * half
            reach = (other - one) * (0.5 + 0.12 * nth)
            points = (one, start.y, one + reach, start.y, other - reach, end.y, other, end.y)
            heading = forth
        bare = not self.picture.focus or {n.iri for n in self.picture.focus} & set(link.ends)
        warns = bool(link.warning) or link.manner in _SIGNS
        colour = strokes.palette()["warn" if warns else "line"]
        dashes = f' stroke-dasharray="{_DASHES[link.manner]}"' if link.manner in _DASHES else ""
        faint = "" if bare or warns else ' opacity="0.4"'
        path = "M{:g} {:g}C{:g} {:g} {:g} {:g} {:g} {:g}".format(*points)
        tip = points[-2:]
        if link.predicate.slug == "causedBy":
            tip, heading = points[:2], (1 if level else -forth)
            heading = -1 if level else heading
        single = len({source for one in link.said for source in one.claim.sources}) < 2
        width = 1.5 if single else 3
        stroke = f'fill="none" stroke="{colour}" stroke-width="{width:g}"{dashes}'
        made = [f'<path d="{path}" {stroke}/>']
        if link.manner == "refuted":
            made.append(f'<path d="M{tip[0]:g} {tip[1] - 6:g}v12" stroke="{colour}" '
                        'stroke-width="2.5"/>')  # fmt: skip
        else:
            made.append(strokes.tip(*tip, heading, colour, filled=not single))
        if link.inherited_from:
            x, y = strokes.middle(points)
            made.append(f'<circle cx="{x:g}" cy="{y:g}" r="3.5" fill="{colour}"/>')
        words = f"{link.subject.label} {link.predicate.label} {link.object.label}: {link.manner}"
        words += f"; inherited from {', '.join(link.inherited_from)}" * bool(link.inherited_from)
        told = f"<title>{strokes.plain(words)}</title>"
        line = f"<g data-link={quoteattr(link.name)}{faint}>{told}{''.join(made)}</g>"
        return line, _word(link, points, level) or self._predicate(link, points)

    def _predicate(self, link: Link, points: tuple[float, ...]) -> str:
        """What a line says, where it is not how a treatment is said to help."""
        if self.led or len(self.picture.links) > 24:
            return ""
        x, y = strokes.middle(points)
        wide = 6 * len(link.predicate.label) + 6
        box = (
            f'<rect x="{x - wide / 2:g}" y="{y - 8:g}" width="{wide:g}" height="15" '
            f'fill="{strokes.palette()["page"]}" opacity="0.9"/>'
        )
        fill = "warn" if link.warning else "text"
        return box + strokes.text(x, y + 4, link.predicate.label, size=12, fill=fill, anchor="middle",
                           style="italic")  # fmt: skip

    def _legend(self) -> None:
        kinds = [kind for lane in LANES for kind in lane.kinds if kind in self._kinds()]
        entries = [(strokes.sign(kind, 9, -5), 24, kind_words(kind)) for kind in kinds]
        entries += list(self._line_signs())
        x = 0.0
        for sign, indent, words in entries:
            wide = indent + 7.2 * len(words) + 22
            if x and x + wide > self.width:
                x, self.y = 0.0, self.y + 24
            self.parts.append(
                f'<g transform="translate({_MARGIN + x:g} {self.y:g})">{sign}'
                f"{strokes.text(indent, 0, words)}</g>"
            )
            x += wide
        self.y += 30

    def _line_signs(self) -> Iterable[tuple[str, int, str]]:
        """How lines are drawn: each way that is met, with its meaning."""
        plain = f'd="M0-5h34" fill="none" stroke="{strokes.palette()["line"]}"'
        red = f'd="M0-5h34" fill="none" stroke="{strokes.palette()["warn"]}" stroke-width="1.5"'
        links = self.picture.links
        several = {len({s for one in link.said for s in one.claim.sources}) > 1 for link in links}
        if True in several:
            yield f'<path {plain} stroke-width="3"/>', 42, "several sources"
        if False in several:
            yield f'<path {plain} stroke-width="1.5"/>', 42, "one source"
        for manner, words in _MANNERS.items():
            if any(link.manner == manner for link in links):
                line = red if manner in _SIGNS else f'{plain} stroke-width="1.5"'
                yield f'<path {line} stroke-dasharray="{_DASHES[manner]}"/>', 42, words
        if any(link.inherited_from for link in links):
            dot = f'<circle cx="17" cy="-5" r="3.5" fill="{strokes.palette()["line"]}"/>'
            words = "inherited from a broader treatment"
            yield f'<path {plain} stroke-width="1.5"/>{dot}', 42, words
        if any(link.warning for link in links):
            yield f"<path {red}/>", 42, "warning"

    def _kinds(self) -> set[str]:
        lanes = self.picture.lanes.items()
        return {kind for iri, lane in lanes for kind in self._kinds_of(iri, lane)}

    def _kinds_of(self, iri: str, lane: Lane) -> list[str]:
        """The kind that gives a thing its lane, and another one that it has."""
        kinds = [kind for kind in self.lexicon.kinds(iri) if kind in SYMBOLS]
        kinds.sort(key=lambda kind: kind not in lane.kinds)
        # Every healing phase is a mechanism; the sign would say nothing.
        return kinds[: 1 if kinds[:1] == ["HealingPhase"] else 2] or ["Other"]

    def _cautions(self) -> None:
        """Who should take care, in words, since the cards of patient factors are left out."""
        lines = []
        treatments = [iri for iri, lane in self.picture.lanes.items() if lane.name == "treatment"]
        middle = {named.iri for named in self.picture.focus}
        ahead = [iri for iri in treatments if iri in middle]
        for iri in ahead or treatments:
            if told := "; ".join(self._warned(iri)):
                lines.append(f"{self.lexicon.named(iri).label}: {told}.")
        self._heading("Who should take care")
        silent = len(treatments) - len(lines) if not ahead else len(ahead) - len(lines)
        if silent and treatments:
            others = "other " if lines else ""
            many = f"{silent} {others}treatments" if silent > 1 else f"{others}treatment"
            lines.append(f"Of the {many} shown, no caution is found.")
        lines.append("What no source says is not thereby safe.")
        for line in lines:
            self._paragraph(line)
        self.y += 8

    def _warned(self, iri: str) -> Iterable[str]:
        found: dict[str, dict[str, None]] = {}
        for said in self.index.said_of(iri):
            claim = said.claim
            if claim.is_caution and claim.supports and claim.object is not None:
                word = STRENGTHS.get(claim.strength, claim.strength) or "contraindicated"
                if claim.predicate.slug == "consultFirstIn":
                    word = "ask first"
                marks = [*claim.details]
                if said.inherited_from:
                    marks.append(f"inherited from {said.inherited_from.label}")
                name = claim.object.label + (f" ({'; '.join(marks)})" if marks else "")
                found.setdefault(word, {})[name] = None
        for claim in self.index.where(predicate="redFlagAfter", object=iri):
            if claim.supports:
                marks = [*claim.details]
                name = claim.subject.label + (f" ({'; '.join(marks)})" if marks else "")
                found.setdefault("red flags", {})[name] = None
        for word in ("refused", "advised against", "contraindicated", "ask first"):
            if word in found:
                yield f"{word} in {', '.join(found[word])}"
        if "red flags" in found:
            yield f"red flags afterwards: {', '.join(found['red flags'])}"

    def _sources(self, date: str) -> None:
        cited: Counter[Source] = Counter()
        for link in self.picture.links:
            for said in link.said:
                cited.update(said.claim.sources)
        self._heading("Sources of the claims drawn")
        for number, source in enumerate(sorted(cited, key=lambda one: one.title), 1):
            dated = f", {source.date}" if source.date else ""
            graded = f"evidence level {source.evidence or 'not graded'}, {source.authority}"
            self._paragraph(f"{number}. {source.title} ({source.kind}{dated}; {graded})")
        if not cited:
            self._paragraph("None.")
        self.y += 8
        self._paragraph(f"skingraph, data {date or 'of no stated date'}. {NOTICE}", fill="muted")

    def _heading(self, words: str) -> None:
        self.parts.append(strokes.text(_MARGIN, self.y, words, size=14, weight=700))
        self.y += 20

    def _paragraph(self, text: str, *, fill: str = "text") -> None:
        for line in strokes.lines(text, self.width):
            self.parts.append(strokes.text(_MARGIN, self.y, line, fill=fill))
            self.y += 18


def _word(link: Link, points: tuple[float, ...], level: bool) -> str:
    """What is denied must be seen: the word stands on the page's colour beside the line's end."""
    word = _SIGNS.get(link.manner, "")
    if not word:
        return ""
    wide = 8 * len(word) + 6
    side = 1 if level or points[0] > points[-2] else -1
    x, y = points[-2] + side * (wide / 2 + 10), points[-1] - 11
    box = (
        f'<rect x="{x - wide / 2:g}" y="{y - 9:g}" width="{wide:g}" height="16" '
        f'fill="{strokes.palette()["page"]}"/>'
    )
    return box + strokes.text(x, y + 4, word, weight=700, fill="warn", anchor="middle")
