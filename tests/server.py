"""A server for tests: `skingraph serve` as its own process, asked over loopback."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def rows(self) -> list[dict[str, str]]:
        """The rows of a JSON answer, as plain text by column."""
        assert self.status == 200, self.text
        bindings = self.json()["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in bindings]


@dataclass
class Server:
    """A running server."""

    base: str
    process: subprocess.Popen[bytes]
    told: Path

    @property
    def place(self) -> tuple[str, int]:
        parts = urlsplit(self.base)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = 30,
    ) -> Reply:
        connection = http.client.HTTPConnection(*self.place, timeout=seconds)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, headers=_headers(headers))

    def ask(self, query: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
        """A query by GET, with further parameters of the protocol."""
        address = "/sparql?" + urlencode({"query": query} | more, doseq=True)
        return self.send("GET", address, headers=headers)

    def raw(self, content: bytes, seconds: float = 5) -> bytes:
        """All that comes back for some bytes, until the server closes or says no more."""
        with socket.create_connection(self.place, timeout=seconds) as connection:
            connection.sendall(content)
            received = b""
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                while piece := connection.recv(65536):
                    received += piece
            return received

    def metric(self, name: str) -> float:
        """The value of a metric, such as skingraph_waiting or skingraph_workers{state="idle"}."""
        for line in self.get("/metrics").text.splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def log(self) -> list[dict[str, Any]]:
        lines = self.told.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def family(self) -> list[int]:
        """The processes below the server: the nursery first, then the workers."""
        found = [self.process.pid]
        for parent in found:
            found += [child for child in _children(parent) if child not in found]
        return found[1:]

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stop(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextlib.contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Server]:
    """A server on a free port; whatever becomes of it, nothing of it is left afterwards."""
    told = folder / f"told-{len(list(folder.iterdir()))}"
    command = [sys.executable, "-m", "skingraph", "serve", "--port", "0", *arguments]
    with told.open("wb") as file:
        process = subprocess.Popen(command, stderr=file, stdin=subprocess.DEVNULL)
    server = Server("", process, told)
    try:
        deadline = time.monotonic() + 60
        while not (match := re.search(r"(?m)^(http://\S+/) serves ", told.read_text("utf-8"))):
            assert process.poll() is None, told.read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.02)
        server.base = match[1]
        yield server
    finally:
        family = server.family()
        if process.poll() is None:
            server.stop()
        for left in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)


def until(true: Any, seconds: float = 10) -> bool:
    """Whether this becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(process: int) -> bool:
    """Whether a process runs, and is more than an entry that nobody has fetched."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(") ")[2]
    except OSError:
        return False
    return not state.startswith("Z")


def _children(parent: int) -> list[int]:
    try:
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def _headers(named: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in named.items()}
