"""The command that keeps on answering: serve."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from skingraph.cli.session import Session, remark, with_graph
from skingraph.errors import BadParameter, CannotWrite

if TYPE_CHECKING:
    from skingraph.web.server import Settings


@click.command()
@with_graph
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Listen here; 0 for any free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option("--public-name", multiple=True, metavar="NAME", help="Answer to this host name, too.")
@click.option(
    "--cors", multiple=True, metavar="ORIGIN", help="Let pages of this origin read; * for all."
)
@click.option("--timeout", default=5.0, show_default=True, help="Stop a query after these seconds.")
@click.option("--memory", default=512, show_default=True, help="Megabytes a query may use.")
@click.option("--answer", default=32, show_default=True, help="Megabytes an answer may have.")
@click.option("--slow", default=4, show_default=True, help="How many long queries may run at once.")
@click.option("--waiting", default=64, show_default=True, help="How many requests may wait.")
@click.option(
    "--allow-service", multiple=True, metavar="HOST", help="Let SERVICE ask HOST or HOST:PORT."
)
@click.option("--log", metavar="FILE", help="Write the log here, not to standard error.")
@click.option("--log-queries", is_flag=True, help="Write the text of queries into the log.")
def serve(
    session: Session,
    port: int,
    host: str,
    log: str | None,
    **chosen: object,
) -> int:
    """Serve the graph: a SPARQL endpoint, a query page, a page for each concept.

    \b
    skingraph serve
    skingraph serve --port 8080 --public-name graph.example.org --cors "*"
    """
    if not hasattr(os, "fork"):
        raise BadParameter("serve needs a POSIX system (Linux, macOS, WSL), to contain queries.")
    from skingraph.web.server import address_of, listen, run

    settings = _settings(chosen, _opened(log))
    # A port that is taken is told at once, and not after the graph is loaded.
    with listen(host, port) as listener:
        graph = session.graph()
        release = f"release {graph.release}, " if graph.release else ""

        def ready() -> None:
            remark(
                f"{address_of(listener)} serves {release}{len(graph)} statements;"
                " stop it with Ctrl-C. Information, not medical advice."
            )

        run(graph, listener, settings, ready)
    return 0


def _settings(chosen: dict[str, object], log: int) -> Settings:
    from skingraph.web.pool import Allowance
    from skingraph.web.replies import Policy
    from skingraph.web.server import Settings

    def several(name: str) -> tuple[str, ...]:
        value = chosen[name]
        assert isinstance(value, tuple)
        return tuple(str(one).lower() for one in value)

    def number(name: str, least: float, most: float) -> float:
        value = float(str(chosen[name]))
        if not least <= value <= most:
            raise BadParameter(f"--{name} {value:g}: must be from {least:g} to {most:g}.")
        return value

    for origin in several("cors"):
        # A browser names an origin without a stroke at its end.
        if origin != "*" and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#\s]+", origin):
            raise BadParameter(
                f"--cors {origin}: write an origin such as https://example.org, or *."
            )
    for name in several("public_name"):
        if not re.fullmatch(r"[a-z0-9._-]+", name):
            raise BadParameter(f"--public-name {name}: write a host name, without port or stroke.")
    for service in several("allow_service"):
        if not service or set(service) & set("/@?#\\ <>"):
            raise BadParameter(f"--allow-service {service}: write HOST or HOST:PORT.")
    return Settings(
        Allowance(
            slow=int(number("slow", 1, 1000)),
            waiting=int(number("waiting", 0, 10_000)),
            seconds=number("timeout", 0.1, 3600),
            memory=int(number("memory", 16, 1 << 20)) << 20,
            answer=int(number("answer", 1, 1024)) << 20,
        ),
        Policy(several("public_name"), several("cors")),
        several("allow_service"),
        log,
        bool(chosen["log_queries"]),
    )


def _opened(log: str | None) -> int:
    if log in (None, "-"):
        return 2 if log is None else 1
    try:
        return os.open(str(log), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o644)
    except OSError as error:
        raise CannotWrite(
            f"{log}: cannot be written ({error.strerror}). Name another file."
        ) from error
