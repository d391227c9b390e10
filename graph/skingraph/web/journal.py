"""What is kept of requests: a line of JSON for each, and the counts of them all.

The counts are written in the text format of Prometheus. Neither holds who asked, and a line
holds the text of a query only where the operator wants it.
"""

from __future__ import annotations

import json
import os
import select
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skingraph.web.pool import Pool

_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# A pipe takes so much at once when it takes anything.
_LONGEST_LINE: Final = 4096
_STANDARD_ERROR: Final = 2
# Of faults at the same moment only the first has a line, and that is no longer than this.
_MOMENT: Final = 1.0
_LONGEST_FAULT: Final = 500

METRICS_TYPE: Final = "text/plain; version=0.0.4"


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that is over: what it asked, what became of it, and how long that took."""

    kind: str
    outcome: str
    status: int
    seconds: float
    size: int = 0
    count: int | None = None
    query: str = ""


class Journal:
    """Writes a line for each request to a descriptor, and counts."""

    def __init__(self, descriptor: int = _STANDARD_ERROR, *, with_queries: bool = False) -> None:
        self.descriptor = descriptor
        self.with_queries = with_queries
        self.began = time.time()
        self.requests: Counter[tuple[str, str]] = Counter()
        self.dropped = 0
        self.faults = 0
        self._faulted = -_MOMENT
        self.sent = 0
        self._buckets: dict[str, list[int]] = {}
        self._sums: Counter[str] = Counter()
        self._ready = select.poll()
        self._ready.register(descriptor, select.POLLOUT)

    def note(self, entry: Entry, *, in_words: bool = True) -> None:
        """Count a request, and write its line unless it is one of those that only count."""
        self.requests[entry.kind, entry.outcome] += 1
        self.sent += entry.size
        buckets = self._buckets.setdefault(entry.kind, [0] * (len(_BUCKETS) + 1))
        buckets[bisect_left(_BUCKETS, entry.seconds)] += 1
        self._sums[entry.kind] += entry.seconds  # type: ignore[assignment]
        if in_words:
            self.say(self._line(entry))

    def say(self, line: dict[str, object]) -> None:
        """Write a line of JSON, or drop it where nobody takes it: the log never holds us up."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        content = json.dumps({"time": now} | line).encode() + b"\n"
        if len(content) > _LONGEST_LINE:
            content = json.dumps({"time": now} | line | {"text": "(too long)"}).encode() + b"\n"
        try:
            if self._ready.poll(0):
                os.write(self.descriptor, content)
                return
        except OSError:
            pass
        self.dropped += 1

    def fault(self, error: str) -> None:
        """Count what went wrong in the service itself, and write a line unless one was just written."""
        self.faults += 1
        now = time.monotonic()
        if now - self._faulted >= _MOMENT:
            self._faulted = now
            self.say({"kind": "fault", "error": " ".join(error.split())[:_LONGEST_FAULT]})

    def _line(self, entry: Entry) -> dict[str, object]:
        line: dict[str, object] = {
            "kind": entry.kind,
            "outcome": entry.outcome,
            "status": entry.status,
            "ms": round(entry.seconds * 1000, 1),
            "bytes": entry.size,
        }
        if entry.count is not None:
            line["rows"] = entry.count
        if entry.query:
            text = entry.query.encode(errors="replace")
            line |= {"query": sha256(text).hexdigest()[:16], "length": len(text)}
            if self.with_queries:
                line["text"] = entry.query
        return line

    def metrics(self, pool: Pool, *, version: str, release: str, kept: int) -> str:
        """All counts, as Prometheus reads them."""
        return "".join(f"{line}\n" for line in self._metrics(pool, version, release, kept))

    def _metrics(self, pool: Pool, version: str, release: str, kept: int) -> Iterator[str]:
        yield from _family(
            "skingraph_requests_total",
            "counter",
            "Requests by what they asked and what became of them.",
            [
                (f'kind="{kind}",outcome="{outcome}"', number)
                for (kind, outcome), number in sorted(self.requests.items())
            ],
        )
        yield from self._durations()
        for name, kind, help, value in (
            ("waiting", "gauge", "Jobs that wait for a worker.", pool.waiting),
            ("answer_bytes_total", "counter", "Bytes of bodies answered.", self.sent),
            ("kept_answers_total", "counter", "Answers given from memory.", kept),
            ("workers_made_total", "counter", "Workers made.", pool.crew.born),
            ("nurseries_made_total", "counter", "Nurseries made.", pool.crew.nurseries),
            ("worker_memory_bytes", "gauge", "Most memory of a living worker.", pool.crew.memory()),
            ("process_memory_bytes", "gauge", "Memory of the web process.", _resident()),
            ("process_descriptors", "gauge", "Open files of the web process.", _descriptors()),
            ("start_time_seconds", "gauge", "When the service began.", self.began),
            ("faults_total", "counter", "What went wrong in the service itself.", self.faults),
            ("log_lines_dropped_total", "counter", "Lines nobody took.", self.dropped),
        ):
            yield from _family(f"skingraph_{name}", kind, help, [("", value)])
        yield from _family(
            "skingraph_workers",
            "gauge",
            "Workers by what they do.",
            [(f'state="{state}"', number) for state, number in pool.workers().items()],
        )
        yield from _family(
            "skingraph_worker_kills_total",
            "counter",
            "Workers ended before their answer, by reason.",
            [(f'reason="{reason}"', number) for reason, number in sorted(pool.crew.kills.items())],
        )
        labels = f'version="{_escaped(version)}",release="{_escaped(release)}"'
        yield from _family("skingraph_info", "gauge", "What is served.", [(labels, 1)])

    def _durations(self) -> Iterator[str]:
        name = "skingraph_request_seconds"
        yield f"# HELP {name} How long requests took."
        yield f"# TYPE {name} histogram"
        for kind, buckets in sorted(self._buckets.items()):
            total = 0
            for limit, number in zip((*map(str, _BUCKETS), "+Inf"), buckets, strict=True):
                total += number
                yield f'{name}_bucket{{kind="{kind}",le="{limit}"}} {total}'
            yield f'{name}_sum{{kind="{kind}"}} {self._sums[kind]:.6f}'
            yield f'{name}_count{{kind="{kind}"}} {total}'


def _family(
    name: str, kind: str, help: str, samples: list[tuple[str, int | float]]
) -> Iterator[str]:
    yield f"# HELP {name} {help}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _resident() -> int:
    """The memory of this process, in bytes; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _descriptors() -> int:
    try:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())
    except OSError:
        return 0
