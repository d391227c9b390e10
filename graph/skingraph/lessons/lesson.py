"""A lesson with all that it names found in the graph."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from skingraph.atlas import identifier

if TYPE_CHECKING:
    from skingraph.claims import Claim, Source
    from skingraph.concepts import Named

LISTED: Final = ("focus", "way", "care", "compare")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a lesson, and the claims that it rests on."""

    text: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What the explorer shows at a step: a view, and what it is about.

    `way` holds the two ends of a way, of which the one numbered `which` is told up to `step`;
    `care` the patient factors chosen, `hide` the classes left out, such as "Device".
    """

    view: str = "lanes"
    focus: tuple[Named, ...] = ()
    chosen: Named | None = None
    way: tuple[Named, ...] = ()
    which: int = 0
    step: int = 0
    care: tuple[Named, ...] = ()
    compare: tuple[Named, ...] = ()
    treatment: Named | None = None
    hide: tuple[str, ...] = ()
    find: str = ""

    @property
    def state(self) -> dict[str, object]:
        """The same as the state of the explorer, without what is as it opens."""
        state: dict[str, object] = {"view": self.view}
        for key in LISTED:
            if found := getattr(self, key):
                state[key] = [identifier(named.iri) for named in found]
        for key in ("chosen", "treatment"):
            if named := getattr(self, key):
                state[key] = identifier(named.iri)
        for key in ("which", "step", "find"):
            if value := getattr(self, key):
                state[key] = value
        if self.hide:
            state["hide"] = list(self.hide)
        return state

    @property
    def address(self) -> str:
        """The same as the explorer's address tells it, without the leading sign."""
        parts = []
        for key, value in self.state.items():
            values = value if isinstance(value, list) else [str(value)]
            parts.append(f"{key}={'~'.join(quote(one, safe='/:') for one in values)}")
        return "&".join(parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a named question, as words; `left_out` counts those that there is no room for."""

    query: str
    summary: str
    command: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is said, what to look at, what is shown."""

    title: str
    sentences: tuple[Sentence, ...]
    look: str
    scene: Scene
    answer: Answer | None

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of all sentences, each once."""
        return tuple(dict.fromkeys(claim for one in self.sentences for claim in one.claims))


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson, with all that it names found in the graph."""

    name: str
    title: str
    summary: str
    steps: tuple[Step, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that the lesson rests on, in the order of its steps, each once."""
        return tuple(dict.fromkeys(claim for step in self.steps for claim in step.claims))

    @property
    def sources(self) -> tuple[Source, ...]:
        """The documents behind them, each once."""
        return tuple(dict.fromkeys(source for claim in self.claims for source in claim.sources))

    @property
    def record(self) -> dict[str, Any]:
        """The lesson as the explorer takes it: plain lists and texts, claims by their names."""
        return {
            "name": self.name,
            "title": self.title,
            "summary": self.summary,
            "steps": [
                {
                    "title": step.title,
                    "text": [
                        [one.text, [identifier(claim.iri) for claim in one.claims]]
                        for one in step.sentences
                    ],
                    "look": step.look,
                    "state": step.scene.state,
                    "answer": step.answer and asdict(step.answer),
                }
                for step in self.steps
            ],
        }
