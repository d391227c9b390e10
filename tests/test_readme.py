"""The README's examples: each is run, and what it shows is what comes out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pieces import ROOT

from skingraph.cli import _COMMANDS

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8") if README.exists() else ""
CONSOLE = re.findall(r"^```console\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(
    r"^```python\n(.*?)^```\n\nprints\n\n```text\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL
)


def shell(command: str) -> str:
    """What a command prints, with `skingraph` being the one of this interpreter."""
    folder = Path(sys.executable).parent
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"PATH": path},
    )
    return done.stdout.replace("\r\n", "\n")


def updated(text: str) -> str:
    """The README with every example's output as it is now."""

    def console(match: re.Match[str]) -> str:
        command = match[1].splitlines()[0]
        return f"```console\n{command}\n{shell(command.removeprefix('$ '))}```"

    def python(match: re.Match[str]) -> str:
        return match[0][: match.start(2) - match.start()] + run_python(match[1]) + "```"

    text = re.sub(r"^```console\n(.*?)^```", console, text, flags=re.MULTILINE | re.DOTALL)
    pattern = r"^```python\n(.*?)^```\n\nprints\n\n```text\n(.*?)^```"
    return re.sub(pattern, python, text, flags=re.MULTILINE | re.DOTALL)


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize("example", CONSOLE, ids=lambda example: example.splitlines()[0][2:50])
def test_the_readme_shows_what_the_command_prints(example):
    command, _, shown = example.partition("\n")
    assert shown == shell(command.removeprefix("$ ")), "mend it with: python -m tests.test_readme"


@pytest.mark.parametrize(("code", "shown"), PYTHON, ids=["ask", "cut"])
def test_the_readme_shows_what_the_python_prints(code, shown):
    assert shown == run_python(code)


def test_the_readme_names_every_command():
    assert [name for name in _COMMANDS if f"| `{name}" not in TEXT] == []


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", TEXT))
def test_the_readmes_links_lead_somewhere(link):
    assert (ROOT / link).exists()


def test_the_command_to_run_the_tests_is_what_ci_runs():
    assert "```sh\nbash tests/run\n```" in TEXT
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("bash tests/run")


if __name__ == "__main__":
    README.write_text(updated(TEXT), encoding="utf-8")
