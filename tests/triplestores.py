"""Triple stores that tests start: Fuseki and Virtuoso, each empty, on loopback, with updates."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fetched import FUSEKI, archive, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 1000000
"""
_MAY_UPDATE = 'GRANT SPARQL_UPDATE TO "SPARQL";\n'


@dataclass(frozen=True)
class Triplestore:
    """A running service and its addresses."""

    process: subprocess.Popen[bytes]
    query: str
    update: str
    graphs: str


@contextlib.contextmanager
def fuseki(folder: Path) -> Iterator[Triplestore]:
    """Apache Jena Fuseki with an empty dataset in memory."""
    main = "org.apache.jena.fuseki.main.cmds.FusekiMainCmd"
    command = [program("java"), "-Xmx1g", "-cp", str(archive(FUSEKI)), main]
    told = folder / "fuseki.log"
    with told.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--mem", "--update", "--localhost", "--port", "0", "/skin"],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 120
        while not (port := re.search(r"Start Fuseki \(http=(\d+)\)", told.read_text("utf-8"))):
            assert process.poll() is None, told.read_text("utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.1)
        base = f"http://127.0.0.1:{port[1]}/skin"
        yield Triplestore(process, f"{base}/sparql", f"{base}/update", f"{base}/data")
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def virtuoso(folder: Path) -> Iterator[Triplestore]:
    """OpenLink Virtuoso 7 with an empty database on disk."""
    server, isql = program("virtuoso-t"), program("isql-vt")
    sql, http = _free_port(), _free_port()
    (folder / "virtuoso.ini").write_text(
        _VIRTUOSO.format(folder=folder, sql=sql, http=http), encoding="utf-8"
    )
    process = subprocess.Popen(
        [server, "+configfile", "virtuoso.ini", "+foreground"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while not _listens(sql) or not _listens(http):
            assert process.poll() is None, (folder / "virtuoso.log").read_text("utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.1)
        subprocess.run(
            [isql, f"127.0.0.1:{sql}", "dba", "dba"],
            input=_MAY_UPDATE.encode(),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        base = f"http://127.0.0.1:{http}/sparql"
        yield Triplestore(process, base, base, f"{base}-graph-crud")
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
