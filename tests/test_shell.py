"""The command in a shell: completion in real shells, help with examples, the manual, colours."""

import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import termios
import time
from pathlib import Path

import click
import pytest
from tests.pieces import concept

from skingraph.cli import _COMMANDS, cli
from skingraph.cli.manual import manual_page
from skingraph.cli.progress import watched
from skingraph.cli.shells import line_of
from skingraph.concepts import Lexicon

COMMAND = [sys.executable, "-m", "skingraph"]
OURS = shlex.join(COMMAND)
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(skingraph completion bash)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -U compinit && compinit -u -D; eval "$(skingraph completion zsh)"',
    ),
    "fish": (
        ["fish", "--no-config", "-i"],
        "set -g fish_autosuggestion_enabled 0; skingraph completion fish | source",
    ),
}


def _command(name: str) -> click.Command:
    """A command, or the whole for no name."""
    found = cli.get_command(click.Context(cli), name) if name else cli
    assert found is not None
    return found


EXAMPLES = [
    pytest.param(name, line.strip())
    for name in ("", *_COMMANDS)
    for line in str(_command(name).help).splitlines()
    if re.match(r"\s+(?:\w+ .*\| |eval .*)?skingraph [^|]*", line) and not line.endswith(".")
]
# What these read is not everywhere, or they stay.
_ELSEWHERE = re.compile(
    r"mine\.|\b[ab]\.ttl|last-year|documents/|serve|publish|load|--store|--release|skingraph-0"
    r"|leaflet|verify|completion|man |-o |--store|graph check|tidy"
)


def spawned(command, variables, folder=None):
    """A process on a terminal of its own, and our end of that."""
    ours, theirs = pty.openpty()

    def own_terminal():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=own_terminal,  # noqa: PLW1509
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "NO_COLOR"} | variables,
    )
    os.close(theirs)
    return process, ours


class Terminal:
    """A shell on a terminal of its own, with our command on its path."""

    def __init__(self, name, folder):
        self.name = name
        argv, setup = SHELLS[name]
        if not shutil.which(argv[0]):
            pytest.skip(f"{name} is not installed")
        beside = folder / "bin"
        beside.mkdir()
        # Beside the shell's questions nothing runs: what would is written down.
        self.said, self.asked = folder / "said", folder / "asked"
        tool = beside / "skingraph"
        tool.write_text(
            "#!/bin/sh\n"
            f'[ "$1" = completion ] && exec {OURS} "$@"\n'
            'if [ -z "$_SKINGRAPH_COMPLETE" ]; then\n'
            f"  printf '%s\\n' \"$@\" >'{self.said}'\n"
            "  exit\n"
            "fi\n"
            f'{OURS} "$@"\n'
            f"touch '{self.asked}'\n"
        )
        tool.chmod(0o755)
        (folder / "my graph.ttl").touch()
        more = {"HOME": str(folder), "PS1": "$ ", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        path = f"{beside}:{os.environ['PATH']}"
        self.process, self.descriptor = spawned(argv, {**more, "PATH": path}, folder)
        self.type(f"{setup}; echo RE''ADY\n")
        self.until("READY")

    def type(self, keys):
        os.write(self.descriptor, keys.encode())

    def until(self, text, seconds=60):
        shown, end = "", time.monotonic() + seconds
        while text not in shown:
            assert time.monotonic() < end, f"{text!r} did not come: {shown!r}"
            shown += self.shown()

    def shown(self, seconds=0.1):
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return ""
        return os.read(self.descriptor, 1 << 16).decode(errors="replace")

    def complete(self, text):
        """Type it and the tab key, and wait for what the shell makes of the answer."""
        self.asked.unlink(missing_ok=True)
        self.type(f"{text}\t")
        shown, end = "", time.monotonic() + 60
        while not self.asked.exists():
            assert time.monotonic() < end, f"nobody was asked: {shown!r}"
            shown += self.shown()
        while more := self.shown(0.2):
            shown += more

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.descriptor)


@pytest.fixture(scope="module", params=SHELLS)
def terminal(request, tmp_path_factory):
    opened = Terminal(request.param, tmp_path_factory.mktemp(request.param))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("sho\t", ["show"]),
        ("show acne\\ s\t", ["show", "acne scar"]),
        ('show "acne s\t', ["show", "acne scar"]),
        ("show 'acne s\t", ["show", "acne scar"]),
        ("options scar --for=darker\t", ["options", "scar", "--for=darker skin tone"]),
        (
            "query contraindications -p trea\tmicroneed\t",
            ["query", "contraindications", "-p", "treatment=microneedling"],
        ),
        ("--min-ev\tE5\t", ["--min-evidence", "E5"]),
        ("export -f mer\t", ["export", "-f", "mermaid"]),
        ("--graph my\t", ["--graph", "my graph.ttl"]),
    ],
)
def test_a_real_shell_completes_to_these_words(terminal, typed, words):
    terminal.said.unlink(missing_ok=True)
    *steps, _ = f"skingraph {typed}".split("\t")
    for step in steps:
        terminal.complete(step)
    terminal.type("\n")
    end = time.monotonic() + 60
    while not (terminal.said.exists() and terminal.said.read_text().endswith("\n")):
        assert time.monotonic() < end, f"nothing was called: {terminal.shown()!r}"
        terminal.shown()
    assert [word.strip() for word in terminal.said.read_text().splitlines()] == words


def complete(line, shell="bash", word="", **more):
    """What the shell's script is told, as type and value."""
    told = subprocess.run(
        COMMAND,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ
        | {"_SKINGRAPH_COMPLETE": f"{shell}_complete", "SKINGRAPH_LINE": line}
        | {"SKINGRAPH_WORD": word or line_of(line).raw},
        **more,
    )
    assert told.stderr == ""
    return [tuple(item.split("\t")[:2]) for item in told.stdout.splitlines() if item]


def test_every_label_offered_means_that_concept(graph):
    lexicon = Lexicon(graph)
    offered = [value for _, value in complete("skingraph show ", "fish")]
    assert len(offered) > 300
    for label in offered:
        assert lexicon.resolve(label).label == label


def test_a_parameter_offers_what_it_ranges_over():
    values = complete("skingraph query treatments-for-concern -p concern=acne", "fish")
    assert ("plain", "concern=acne scar") in values
    assert ("plain", "concern=acne-prone skin") not in values
    assert complete("skingraph query contraindications -p ", "zsh") == [
        ("open", "treatment="),
        ("open", "factor="),
    ]


def test_types_sources_levels_tags_and_formats_are_offered():
    assert complete("skingraph find --type BodyS", "zsh") == [("plain", "BodySite")]
    assert complete("skingraph show --source smart", "zsh") == [("plain", "smartskin-overview")]
    assert complete("skingraph stats --min-evidence ", "zsh")[-1] == ("plain", "E5")
    assert ("plain", "regulator") in complete("skingraph --authority ", "zsh")
    assert ("plain", "safety") in complete("skingraph queries --tag s", "zsh")
    assert ("plain", "graphml") in complete("skingraph export -f g", "zsh")
    assert ("plain", "cautionIn") in complete("skingraph export --property ca", "zsh")
    assert ("plain", "alike") in complete("skingraph network a", "zsh")
    assert complete("skingraph load --store ", "zsh") == [("dir", "")]


def test_a_word_inside_a_label_and_a_synonym_are_found():
    assert ("plain", "darker skin tone") in complete("skingraph show tone", "zsh")
    assert ("plain", "acne scar") in complete("skingraph show post-acne", "zsh")
    assert ("plain", "skin:acne-scar") in complete("skingraph show skin:acne-", "zsh")


def test_names_come_from_the_graph_on_the_line(write, tmp_path):
    mine = write(concept("zebra-peel", "Treatment"))
    assert complete(f"skingraph show --also {mine} zebra", "zsh") == [("plain", "zebra peel")]
    assert complete(f"skingraph --graph {mine} show ", "zsh") == [("plain", "zebra peel")]
    store = str(tmp_path / "store")
    subprocess.run([*COMMAND, "load", mine, "--store", store], check=True, capture_output=True)
    assert complete(f"skingraph show --store {store} ", "zsh") == [("plain", "zebra peel")]


@pytest.mark.parametrize(
    "option", ["--graph no.ttl", "--store nowhere", "--endpoint http://127.0.0.1:9/sparql"]
)
def test_where_names_cannot_be_had_nothing_is_offered_and_nothing_said(option):
    assert complete(f"skingraph {option} show ", "zsh") == []


def test_bash_gets_the_rest_of_a_word_that_it_splits():
    line = "skingraph query contraindications -p treatment=micro"
    assert ("plain", "microneedling") in complete(line, word="micro")
    assert ("plain", "microneedling") in complete("skingraph show skin:micron", word="micron")
    assert ("plain", "acne\\ scar") in complete("skingraph show acne\\ s")
    assert ("plain", "acne scar") in complete('skingraph show "acne s', word="acne s")


@pytest.mark.parametrize(
    ("text", "words", "last"),
    [
        ("skingraph ", ("skingraph",), ""),
        ("A=1 skingraph show", ("skingraph",), "show"),
        ("skingraph 'a b' c\\ d", ("skingraph", "a b"), "c d"),
        ('skingraph "a \\" b', ("skingraph",), 'a " b'),
        ('skingraph "a \\n', ("skingraph",), "a \\n"),
        ("skingraph '' x", ("skingraph", ""), "x"),
        ("", (), ""),
    ],
)
def test_a_line_is_split_as_a_shell_splits_it(text, words, last):
    line = line_of(text)
    assert (line.words, line.last) == (words, last)


def test_an_unknown_shell_is_refused_with_those_known(run):
    code, _, err = run("completion", "bsh")
    assert code == 2
    assert "Did you mean 'bash'" in err


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_has_an_example(name):
    assert any(command == name for command, *_ in (example.values for example in EXAMPLES))


@pytest.mark.parametrize("line", dict.fromkeys(example.values[1] for example in EXAMPLES))
def test_every_example_is_understood_and_those_that_can_be_run_answer(
    run, monkeypatch, tmp_path, line
):
    (found,) = re.findall(r"skingraph [^|<)]*", line)
    words = shlex.split(found.rstrip("\\"))[1:]
    place = next(place for place, word in enumerate(words) if word in _COMMANDS)
    context = cli.make_context("skingraph", words[: place + 1])
    command = _command(words[place])
    # A line that goes on in the next one is parsed as far as it goes.
    is_part = line.endswith("\\")
    command.make_context(words[place], words[place + 1 :], context, resilient_parsing=is_part)
    if _ELSEWHERE.search(line) or is_part:
        return
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*words)
    assert code in (0, 1), err
    assert out or err


def test_the_manual_has_every_command_every_option_and_every_example():
    page = manual_page(cli)
    shown = page.replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\").replace("\\&", "")
    for name in _COMMANDS:
        command = _command(name)
        assert f"\n.SS {name}\n" in shown
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                assert all(option in shown for option in param.opts)
    for example in EXAMPLES:
        assert f"\n{example.values[1]}\n" in shown
    lines = page.splitlines()
    assert all(re.match(r"\.[A-Z]{2}\b", line) for line in lines if line.startswith("."))
    assert not any(line.startswith("'") for line in lines)


@pytest.mark.parametrize(
    "check",
    ["mandoc -T lint", "groff -ww -man -Tutf8"],
    ids=lambda check: check.split()[0],
)
def test_formatters_find_nothing_wrong_with_the_manual(tmp_path, check):
    tool, *options = check.split()
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    page = tmp_path / "skingraph.1"
    assert subprocess.run([*COMMAND, "man", "-o", page], check=False).returncode == 0
    told = subprocess.run([tool, *options, page], capture_output=True, text=True, check=False)
    assert told.stderr == ""
    if tool == "mandoc":
        assert told.stdout == ""
    else:
        plain = re.sub(r".\x08|\x1b\[[\d;]*m", "", told.stdout)
        assert 'skingraph show "acne scars"' in plain


def test_the_manual_is_the_same_whatever_the_terminal(monkeypatch):
    page = manual_page(cli)
    monkeypatch.setenv("COLUMNS", "40")
    assert manual_page(cli) == page


def on_terminal(*arguments, columns=60, **variables):
    """What a command shows on a terminal, standard output and error together."""
    more = {"TERM": "xterm", "COLUMNS": str(columns)} | variables
    process, descriptor = spawned([*COMMAND, *arguments], more)
    shown = b""
    try:
        while piece := os.read(descriptor, 1 << 16):
            shown += piece
    except OSError:
        pass
    process.wait()
    os.close(descriptor)
    return shown.decode()


def test_an_error_is_red_on_a_terminal_unless_no_color_is_set():
    assert "\x1b[31mskingraph:" in on_terminal("show", "zzqqxy")
    assert "\x1b" not in on_terminal("show", "zzqqxy", NO_COLOR="1")
    assert "\x1b" not in on_terminal("show", "zzqqxy", TERM="dumb")
    told = subprocess.run([*COMMAND, "show", "zzqqxy"], capture_output=True, check=False)
    assert b"\x1b" not in told.stderr


@pytest.mark.parametrize("command", [("show", "dermaplaning"), ("queries",), ("find", "peel")])
def test_columns_do_not_depend_on_the_terminal_in_a_pipe_or_a_file(tmp_path, command):
    piped = [
        subprocess.run(
            [*COMMAND, *command],
            capture_output=True,
            check=True,
            env=os.environ | {"COLUMNS": columns},
        ).stdout
        for columns in ("40", "200")
    ]
    assert piped[0] == piped[1]
    path = tmp_path / "answer.txt"
    on_terminal(*command, "-o", str(path), columns=40)
    assert path.read_bytes() == piped[0]


def test_a_bar_is_shown_on_a_terminal_after_a_second_and_never_elsewhere(
    monkeypatch, capsys, tmp_path
):
    clock = [0.0]
    monkeypatch.setattr("skingraph.cli.progress.time.monotonic", lambda: clock[0])
    ours, theirs = pty.openpty()
    with (
        open(theirs, "w", encoding="utf-8") as screen,  # noqa: PTH123
        (tmp_path / "x.nt").open("wb") as whole,
    ):
        monkeypatch.setattr(sys, "stderr", screen)
        with watched(whole, "x.nt") as file:
            clock[0] = 0.9
            file.write(b"x" * 1_000_000)
            assert not select.select([ours], [], [], 0)[0]
            clock[0] = 1.1
            file.write(b"x" * 1_000_000)
        shown = os.read(ours, 1 << 16).decode()
        assert "x.nt [" in shown
        assert "2.0 MB written" in shown
        monkeypatch.undo()
        with watched(whole, "x.nt") as file:
            assert file is whole
    os.close(ours)
    assert capsys.readouterr().err == ""
    assert (tmp_path / "x.nt").stat().st_size == 2_000_000


def test_the_script_of_each_shell_is_one_that_it_reads(tmp_path):
    for name in SHELLS:
        script = tmp_path / name
        told = subprocess.run([*COMMAND, "completion", name, "-o", script], check=False)
        assert told.returncode == 0
        if shutil.which(name):
            subprocess.run([name, "-n", script], check=True)
        by_variable = subprocess.run(
            COMMAND,
            env=os.environ | {"_SKINGRAPH_COMPLETE": f"{name}_source"},
            capture_output=True,
            check=True,
        )
        assert by_variable.stdout == Path(script).read_bytes()
