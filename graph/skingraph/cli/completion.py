"""The command that teaches a shell our names: completion."""

from __future__ import annotations

import click

from skingraph.cli.session import emit
from skingraph.errors import BadParameter, did_you_mean


@click.command()
@click.argument("shell", metavar="SHELL")
@click.option("-o", "--output", metavar="FILE", help="Write to this file.")
def completion(shell: str, output: str | None) -> int:
    """Print the script that completes commands, options and names in bash, zsh or fish.

    Names of concepts, questions and their parameters, sources, types, evidence levels and formats
    are completed from the graph that the options on the line choose.

    \b
    eval "$(skingraph completion bash)"
    eval "$(skingraph completion zsh)"
    skingraph completion fish | source
    """
    from skingraph.cli import cli
    from skingraph.cli.shells import SHELLS

    if shell not in SHELLS:
        raise BadParameter(
            f"no completion for {shell!r}.{did_you_mean(shell, SHELLS)} Known: {', '.join(SHELLS)}."
        )
    emit(SHELLS[shell](cli, {}, "skingraph", "_SKINGRAPH_COMPLETE").source(), output)
    return 0
