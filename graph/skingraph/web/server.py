"""The web process: it listens, hands out jobs, and stops in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
import socket
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import h11
import pyoxigraph as ox
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from skingraph import pages
from skingraph.catalogue import catalogue
from skingraph.errors import BadParameter
from skingraph.web.app import Identity, Service
from skingraph.web.jobs import Offer, prepare
from skingraph.web.journal import Journal
from skingraph.web.pool import Allowance, Pool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from skingraph.store import SkinGraph
    from skingraph.web.replies import Policy

# Connections at once; above, uvicorn itself says 503, and far above they are closed.
_CONNECTIONS: Final = 512
_TOO_MANY: Final = 16
# A client may take so long for the headers of a request.
_HEADER_TIME: Final = 10.0
# A client that takes nothing for so long, in milliseconds, loses its connection.
_UNTAKEN: Final = 30_000
# Queries that run when the service is stopped may go on for so long.
_GRACE: Final = 2.0
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A larger graph is known by its size and by when it was loaded.
_HASHED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """All that an operator may choose."""

    allowance: Allowance
    policy: Policy
    services: tuple[str, ...] = ()
    log: int = 2
    log_queries: bool = False


def listen(host: str, port: int) -> socket.socket:
    """A socket that nobody else has, before anything slow is done.

    Raises:
        BadParameter: the port is taken, or the host is none of this machine.
    """
    try:
        # Its protocol counts as well: asyncio sends at once only what it knows to be TCP.
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNTAKEN)
        listener.bind(address)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadParameter(
            f"cannot listen on {host} port {port}: {reason}. Choose another with --port, or 0 for"
            " any that is free"
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The address that a browser on this machine takes."""
    host, port = listener.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{local}]' if ':' in local else local}:{port}/"


def run(
    graph: SkinGraph, listener: socket.socket, settings: Settings, ready: Callable[[], None]
) -> None:
    """Serve a graph until a signal says to stop, and leave no process behind.

    Args:
        graph: what is served.
        listener: from `listen`.
        settings: what the operator chose.
        ready: called once requests are answered.

    Raises:
        BadParameter: the graph is that of another service.
    """
    if not isinstance(graph.store, ox.Store):
        raise BadParameter(
            "serve answers from a graph of its own, and --endpoint names one that is served"
            " already. Use --store or --graph"
        )
    allowance = settings.allowance
    offer = Offer(graph, settings.services, allowance.answer, allowance.seconds, allowance.memory)
    identity = Identity(
        version("skingraph"), graph.release, _digest(graph, settings), len(graph), _our_texts()
    )
    # uvicorn says in words of its own what our log says in lines.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    logging.getLogger("uvicorn").propagate = False
    make = prepare(offer)
    try:
        pool = Pool(make, allowance)
    except OSError as error:
        raise BadParameter(
            f"no process can be started to answer queries: {error.strerror}. Try again later"
        ) from error
    journal = Journal(settings.log, with_queries=settings.log_queries)
    missing = partial(pages.missing, graph)
    service = Service(pool, journal, settings.policy, identity, missing)
    config = uvicorn.Config(
        service,
        http=_Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_connections(),
        timeout_keep_alive=5,
        timeout_graceful_shutdown=int(_GRACE) + 2,
    )
    asyncio.run(_serve(_Server(config), service, listener, ready))


async def _serve(
    server: _Server, service: Service, listener: socket.socket, ready: Callable[[], None]
) -> None:
    loop = asyncio.get_running_loop()
    pool, journal = service.pool, service.journal
    # Without a descriptor for one more connection, for instance.
    loop.set_exception_handler(lambda _, told: journal.fault(_in_words(told)))
    closing: list[asyncio.Task[None]] = []

    def close_pool() -> None:
        closing.append(loop.create_task(pool.close()))

    def stop() -> None:
        if server.should_exit:
            server.force_exit = True
            close_pool()
        server.should_exit = True
        loop.call_later(_GRACE, close_pool)

    server.when_started = ready
    for number in _STOPPING:
        loop.add_signal_handler(number, stop)
    try:
        await pool.open()
        await server.serve(sockets=[listener])
    finally:
        await pool.close()
        for task in closing:
            await task


class _Server(uvicorn.Server):
    """uvicorn, told when to stop by us: it would end the process by the signal once more."""

    when_started: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.when_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class _Patient(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, to clients that finish their headers in time."""

    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > (self.limit_concurrency or 0) + _TOO_MANY:
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Between requests the connection may idle; within the headers of one it may not.
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            if self._waiting is None:
                self._wait()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(_HEADER_TIME, self._leave)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _leave(self) -> None:
        self.transport.abort()


def _connections() -> int:
    """How many connections are served at once; as many descriptors are left for all else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _CONNECTIONS
    if 0 <= soft < wanted:
        soft = wanted if hard < 0 else min(wanted, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(_CONNECTIONS, soft // 2) if soft >= 0 else _CONNECTIONS


def _in_words(told: dict[str, Any]) -> str:
    """What the event loop tells of an error that nobody waited for."""
    error = told.get("exception")
    return f"{told.get('message', '')}: {type(error).__name__}: {error}"


def _digest(graph: SkinGraph, settings: Settings) -> str:
    """What changes when answers do: a hash of data, queries, templates and what answers tell of us.

    Of many data it is the time of loading.
    """
    whole = sha256(repr((settings.allowance.seconds, settings.services)).encode())
    for query in catalogue():
        whole.update(query.text.encode())
    folder = files("skingraph") / "templates"
    templates = [*folder.iterdir(), *(folder / "explorer").iterdir()]
    for template in sorted(templates, key=lambda one: one.name):
        if template.is_file():
            whole.update(template.read_bytes())
    if isinstance(graph.store, ox.Store) and len(graph) <= _HASHED:
        lines = graph.store.dump(format=ox.RdfFormat.N_QUADS) or b""
        whole.update(b"".join(sorted(lines.splitlines(keepends=True))))
    else:
        whole.update(os.urandom(8))
    return whole.hexdigest()


def _our_texts() -> frozenset[str]:
    return frozenset(sha256(query.text.encode()).hexdigest() for query in catalogue())
