"""What becomes of a job: an answer, or the reason why there is none, and how HTTP says so."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from skingraph.web.frames import Header

# Never 500: whatever a query does to its worker is an answer about that query.
STATUS: Final = {
    "answered": 200,
    "nothing": 204,
    "elsewhere": 303,
    "unchanged": 304,
    "bad": 400,
    "read-only": 403,
    "missing": 404,
    "method": 405,
    "unacceptable": 406,
    "slow-client": 408,
    "memory": 413,
    "size": 413,
    "media": 415,
    "misdirected": 421,
    "busy": 503,
    "crashed": 503,
    "crowded": 503,
    "stopping": 503,
    "time": 503,
    "unwell": 503,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a job, with what belongs to it.

    `reason` says why there is no answer. `note` goes with one that is empty. `count` is the
    number of rows or of triples, where it is known. `is_lasting` says that the same graph gives
    the same answer again.
    """

    outcome: str
    reason: str = ""
    body: bytes = b""
    media: str = ""
    count: int | None = None
    note: str = ""
    is_lasting: bool = True
    place: str = ""

    @property
    def status(self) -> int:
        """The HTTP status code of this outcome."""
        return STATUS.get(self.outcome, 503)

    def to_frame(self) -> tuple[Header, bytes]:
        """The header and the body that carry it from one process to another."""
        header = asdict(self)
        return header, header.pop("body")

    @classmethod
    def of_frame(cls, header: Header, body: bytes) -> Answer:
        """The answer that a frame carries.

        Raises:
            ValueError: it carries none.
        """
        try:
            return cls(body=body, **header)
        except TypeError as error:
            raise ValueError("a frame carries no answer") from error
