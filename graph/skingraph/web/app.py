"""What each address of the service means."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route, Router

from skingraph import pages
from skingraph.web.answers import Answer
from skingraph.web.incoming import (
    Asked,
    Gone,
    base_of,
    holds,
    in_short,
    until_done_or_left,
    whole_body,
)
from skingraph.web.journal import METRICS_TYPE, Entry
from skingraph.web.negotiation import GRAPHS, HTML, PLAIN, TABLES, chosen
from skingraph.web.protocol import BadRequest, read_request
from skingraph.web.replies import Kept, Outbox, Reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from skingraph.web.frames import Header
    from skingraph.web.journal import Journal
    from skingraph.web.pool import Pool
    from skingraph.web.replies import Policy

# So long a job runs before anybody looks whether its client is still there.
_UNWATCHED: Final = 0.25
_HEALTHY: Final = 2.0
_QUIET: Final = ("health", "metrics", "static")
_READING: Final = ("GET", "HEAD", "OPTIONS")
_ASKING: Final = ("GET", "HEAD", "POST", "OPTIONS")
_ENDINGS: Final = tuple(format.name for format in (HTML, *GRAPHS))
_TABLE_ENDINGS: Final = tuple(format.name for format in (HTML, *TABLES))


@dataclass(frozen=True, slots=True)
class Identity:
    """What is served: the version of the code, the release and the digest of the data."""

    version: str
    release: str
    digest: str
    statements: int
    # The hashes of the texts that we wrote ourselves; these keep their lane.
    ours: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """What one kind of address does; an ASGI application, so that it sees every method."""

    service: Service
    kind: str
    methods: tuple[str, ...]
    work: Callable[[Asked], Awaitable[Answer]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.service.answer(self, Request(scope, receive), send)


class Service:
    """The ASGI application: finds out what is asked, has a worker do it, and replies."""

    def __init__(
        self,
        pool: Pool,
        journal: Journal,
        policy: Policy,
        identity: Identity,
        missing: Callable[[str, str], str],
    ) -> None:
        """As the server has set it up.

        Args:
            pool: does the work.
            journal: keeps count.
            policy: who may ask.
            identity: what is served.
            missing: the page for people where nothing is, from its path and the reason.
        """
        self.pool = pool
        self.journal = journal
        self.policy = policy
        self.identity = identity
        self.missing = missing
        self.outbox = Outbox()
        self.kept = Kept()
        addresses: tuple[tuple[str, str, Callable[[Asked], Awaitable[Answer]]], ...] = (
            ("/sparql", "query", self._sparql),
            ("/health", "health", self._health),
            ("/metrics", "metrics", self._metrics),
            ("/static/{name:path}", "static", self._static),
            ("/.well-known/void", "void", self._void),
            ("/", "page", self._page),
            ("/concepts", "page", self._page),
            ("/query", "page", self._page),
            ("/queries", "page", self._catalogue),
            ("/queries/", "page", self._page),
            ("/queries/{name}", "named", self._named),
            ("/lessons/", "page", self._page),
            ("/lessons/{name}", "page", self._page),
            ("/matrix", "page", self._page),
        )
        routes = [
            Route(path, _Endpoint(self, kind, _ASKING if kind == "query" else _READING, work))
            for path, kind, work in addresses
        ]
        # Everything else is the path of a thing, or of nothing.
        others = _Endpoint(self, "thing", _READING, self._thing)
        self.router = Router(routes, redirect_slashes=False, default=others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            await self.router(in_short(scope), receive, send)

    async def answer(self, endpoint: _Endpoint, request: Request, send: Send) -> None:
        """Have the endpoint answer, reply, and note what became of it."""
        began = time.perf_counter()
        asked = Asked(request)
        try:
            answer = await self._outcome(endpoint, asked)
        except BadRequest as bad:
            answer = Answer(bad.outcome, bad.reason)
        except (Gone, ClientDisconnect):
            self._note(endpoint.kind, asked, Answer("gone"), 499, began)
            return
        except Exception as error:  # noqa: BLE001
            # A fault of ours. Whoever keeps the log is told; the client can only try again.
            self.journal.fault(f"{type(error).__name__}: {error}")
            answer = Answer("crashed", "this request could not be answered; try another")
        if answer.outcome == "missing" and _is_for_people(asked.accept):
            page = self.missing(request.scope["raw_path"].decode(), answer.reason)
            answer = replace(answer, body=page.encode(), media=HTML.media[0])
        reply = Reply(answer, accept=asked.accept, headers=self._headers(asked, answer))
        reply.outbox = self.outbox
        if request.method == "HEAD" or answer.status == 304:
            reply.body = b""
        status = answer.status
        try:
            await reply(request.scope, request.receive, send)
        except TimeoutError:
            # It takes nothing; the server closes the connection when we raise.
            answer, status = Answer("slow-client"), 499
            raise
        finally:
            self._note(endpoint.kind, asked, answer, status, began)

    async def _outcome(self, endpoint: _Endpoint, asked: Asked) -> Answer:
        request = asked.request
        if not self._is_ours(request):
            return Answer(
                "misdirected",
                "this service has another name; the operator can add one with --public-name",
            )
        allowed = ", ".join(endpoint.methods)
        if request.method == "OPTIONS":
            asked.headers["allow"] = allowed
            asked.headers |= self.policy.preflight(request.headers.get("origin", ""))
            return Answer("nothing")
        if request.method not in endpoint.methods:
            asked.headers["allow"] = allowed
            return Answer("method", f"{_word(request.method)} is not taken here, only {allowed}")
        return await endpoint.work(asked)

    def _is_ours(self, request: Request) -> bool:
        hosts = request.headers.getlist("host")
        if not hosts:
            return bool(request.scope["http_version"] == "1.0")
        return len(hosts) == 1 and self.policy.is_ours(hosts[0])

    def _headers(self, asked: Asked, answer: Answer) -> dict[str, str]:
        headers = asked.headers | self.policy.headers(asked.request.headers.get("origin", ""))
        if self.identity.release:
            headers["skingraph-release"] = self.identity.release
        if self.policy.origins and "*" not in self.policy.origins:
            headers["vary"] = "Accept, Origin"
        if answer.outcome in ("answered", "unchanged") and asked.tag and answer.is_lasting:
            headers["etag"] = asked.tag
            headers["cache-control"] = "no-cache"
        else:
            headers.setdefault("cache-control", "no-store")
        return headers

    def _note(self, kind: str, asked: Asked, answer: Answer, status: int, began: float) -> None:
        self.journal.note(
            Entry(
                kind,
                answer.outcome,
                status,
                time.perf_counter() - began,
                len(answer.body),
                answer.count,
                asked.query,
            ),
            in_words=kind not in _QUIET,
        )

    async def _sparql(self, asked: Asked) -> Answer:
        request = asked.request
        method = "POST" if request.method == "POST" else "GET"
        query = read_request(
            method,
            request.scope["query_string"],
            request.headers.get("content-type", ""),
            await whole_body(request) if method == "POST" else b"",
        )
        if query is None:
            return await self._about_service(asked)
        asked.query = query.query
        job = {
            "kind": "query",
            "text": query.query,
            "default": query.default_graphs,
            "named": query.named_graphs,
            "accept": asked.accept,
            "format": query.format,
        }
        # The same text asked of other graphs is another query.
        graphs = json.dumps([query.default_graphs, query.named_graphs])
        key = _hash(query.query + graphs)
        is_ours = _hash(query.query) in self.identity.ours
        return await self._work(asked, job, key=key, is_ours=is_ours)

    async def _about_service(self, asked: Asked) -> Answer:
        """The service description; who reads HTML and nothing better is shown the query page."""
        name = asked.values.get("format") or asked.values.get("_format") or ""
        choice = chosen((*GRAPHS, HTML), asked.accept, name)
        if choice and choice[0] is HTML:
            return Answer("elsewhere", place="query")
        job = {"kind": "description", "base": base_of(asked.request)}
        return await self._work(asked, job | {"accept": asked.accept, "format": name})

    async def _void(self, asked: Asked) -> Answer:
        job = {"kind": "void", "base": base_of(asked.request), "accept": asked.accept}
        return await self._work(asked, job)

    async def _page(self, asked: Asked) -> Answer:
        path = asked.request.scope["path"]
        return await self._work(asked, {"kind": "page", "path": path, "values": asked.values})

    async def _catalogue(self, asked: Asked) -> Answer:
        """The catalogue ends with a stroke, so that the links on it lead below it."""
        return Answer("elsewhere", place="queries/")

    async def _named(self, asked: Asked) -> Answer:
        """A named question: its page, or with an ending or an Accept header its rows."""
        name, ending = _split(asked.request.path_params["name"], _TABLE_ENDINGS)
        values = asked.values
        named = [values.pop(key, "") for key in ("format", "_format")]
        ending = next(filter(None, (ending, *named)), "")
        choice = chosen((HTML, *TABLES), asked.accept, ending)
        if choice and choice[0] is HTML:
            job: Header = {"kind": "page", "path": f"/queries/{name}", "values": values}
            return await self._work(asked, job)
        if ending and choice:
            file = f"{_plain(name)}.{choice[0].name}"
            asked.headers["content-disposition"] = f'inline; filename="{file}"'
        job = {"kind": "named", "name": name, "values": values}
        return await self._work(asked, job | {"accept": asked.accept, "format": ending})

    async def _thing(self, asked: Asked) -> Answer:
        path, ending = _split(asked.request.scope["path"], _ENDINGS)
        job = {"kind": "thing", "path": path, "accept": asked.accept, "format": ending}
        return await self._work(asked, job)

    async def _static(self, asked: Asked) -> Answer:
        found = pages.static_file(asked.request.path_params["name"])
        if found is None:
            return Answer("missing", "there is no such file")
        content, media = found
        asked.tag = f'W/"{sha256(content).hexdigest()[:32]}"'
        if holds(asked.request, asked.tag):
            return Answer("unchanged")
        return Answer("answered", body=content, media=media.partition(";")[0])

    async def _health(self, asked: Asked) -> Answer:
        """Well is who has a worker that answers."""
        try:
            async with asyncio.timeout(_HEALTHY):
                ping = await self.pool.ask({"kind": "ping"}, is_ours=True, is_urgent=True)
        except TimeoutError:
            ping = Answer("busy")
        is_well = ping.outcome == "answered"
        body = {
            "status": "ok" if is_well else ping.outcome,
            "version": self.identity.version,
            "release": self.identity.release,
            "statements": self.identity.statements,
            "workers": self.pool.workers(),
            "waiting": self.pool.waiting,
        }
        content = (json.dumps(body) + "\n").encode()
        return Answer("answered" if is_well else "unwell", body=content, media="application/json")

    async def _metrics(self, asked: Asked) -> Answer:
        text = self.journal.metrics(
            self.pool,
            version=self.identity.version,
            release=self.identity.release,
            kept=self.kept.used,
        )
        return Answer("answered", body=text.encode(), media=METRICS_TYPE)

    async def _work(
        self, asked: Asked, job: Header, *, key: str = "", is_ours: bool = False
    ) -> Answer:
        """The outcome of a job, unless the client has the answer already or leaves before it."""
        request = asked.request
        tag = self._tag(job)
        if request.method in ("GET", "HEAD"):
            asked.tag = tag
            if holds(request, tag):
                return Answer("unchanged")
        is_fresh = "no-cache" in request.headers.get("cache-control", "")
        if not is_fresh and (kept := self.kept.find(tag)):
            return kept
        if self.outbox.is_full:
            return Answer("busy", "the server is busy: answers wait to be taken; try again later")
        working = asyncio.create_task(
            self.pool.ask(job, key=key, is_ours=is_ours or job["kind"] != "query")
        )
        try:
            await asyncio.wait({working}, timeout=_UNWATCHED)
            if not working.done():
                await until_done_or_left(working, request)
            if working.done():
                answer = working.result()
                self.kept.keep(tag, answer)
                return answer
        except asyncio.CancelledError:
            working.cancel()
            raise
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        raise Gone

    def _tag(self, job: Header) -> str:
        """A weak tag of an answer: the same question of the same data by the same code."""
        whole = [self.identity.version, self.identity.digest, job]
        digest = sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
        return f'W/"{digest[:32]}"'


def _hash(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def _split(path: str, endings: tuple[str, ...]) -> tuple[str, str]:
    """A path and the format that it ends with, if it ends with one of these."""
    stem, dot, ending = path.rpartition(".")
    return (stem, ending) if dot and stem and ending in endings else (path, "")


def _is_for_people(accept: str) -> bool:
    choice = chosen((PLAIN, HTML), accept)
    return choice is not None and choice[0] is HTML


def _plain(name: str) -> str:
    return "".join(
        letter for letter in name if letter.isascii() and (letter.isalnum() or letter in "-_")
    )


def _word(method: str) -> str:
    return method if method.isalpha() and len(method) < 20 else "this method"
