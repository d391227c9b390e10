"""Completion in bash, zsh and fish: the script for each, and the words of a line as they read it.

A script hands over the line up to the cursor. An answer is a line with a type, a value and what
it is, with tabs between: `plain`, `open` where the word goes on, `file` and `dir` where the shell
knows better.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import ClassVar, Final

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

_LINE: Final = "SKINGRAPH_LINE"
_WORD: Final = "SKINGRAPH_WORD"


@dataclass(frozen=True, slots=True)
class Line:
    """A command line up to the cursor: whole words, and the last one as meant and as typed.

    `quote` is the quotation mark that the last word has not closed.
    """

    words: tuple[str, ...]
    last: str
    raw: str
    quote: str


def line_of(text: str) -> Line:
    r"""The words of a line that may end anywhere.

    >>> line_of("skingraph show 'acne s")
    Line(words=('skingraph', 'show'), last='acne s', raw="'acne s", quote="'")
    >>> line_of("skingraph show acne\\ s").last
    'acne s'
    """
    words: list[str] = []
    word, raw, quote, escaped = "", "", "", False
    for letter in text:
        if escaped:
            # Between double quotation marks a stroke is one, except before a few letters.
            kept = "\\" if quote == '"' and letter not in '"\\$`' else ""
            word, raw, escaped = word + kept + letter, raw + letter, False
        elif letter == "\\" and quote != "'":
            raw, escaped = raw + letter, True
        elif quote:
            raw += letter
            word, quote = (word, "") if letter == quote else (word + letter, quote)
        elif letter in "'\"":
            raw, quote = raw + letter, letter
        elif letter.isspace():
            if raw:
                words.append(word)
            word = raw = ""
        else:
            word, raw = word + letter, raw + letter
    # What is set for the command alone stands before it.
    while words and re.match(r"\w+=", words[0]):
        del words[0]
    return Line(tuple(words), word, raw, quote)


class _Shell(ShellComplete):
    line: Line

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words after the command, and the one that is being written."""
        self.line = line_of(os.environ.get(_LINE, ""))
        self.ctx_args["obj"] = self.line.words
        return list(self.line.words[1:]), self.line.last

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """What may stand there; a long option keeps its name where the word has it."""
        found = super().get_completions(args, incomplete)
        option, equals, _ = incomplete.partition("=")
        if option.startswith("--") and equals:
            for item in found:
                item.value = f"{option}={item.value}"
        return found

    def format_completion(self, item: CompletionItem[str]) -> str:
        """The type, the value as it is to be inserted, and what it is."""
        value, help = (_plain(text) for text in (self.inserted(item.value), item.help or ""))
        return f"{item.type}\t{value}\t{help}"

    def inserted(self, value: str) -> str:
        """The value as the shell wants to have it."""
        return value


class _Bash(_Shell):
    name: ClassVar[str] = "bash"
    source_template: ClassVar[str] = r"""%(complete_func)s() {
    local type value rest
    COMPREPLY=()
    while IFS=$'\t' read -r type value rest; do
        case $type in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            open) compopt -o nospace; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(SKINGRAPH_LINE="${COMP_LINE:0:COMP_POINT}" SKINGRAPH_WORD="$2" \
        %(complete_var)s=bash_complete "${1/#\~/$HOME}" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def inserted(self, value: str) -> str:
        """What replaces the part of the word after its last = or :, with its quoting."""
        word = os.environ.get(_WORD, "")
        raw = self.line.raw
        kept = raw.removesuffix(word) if word not in ("=", ":") else raw
        before = line_of(kept)
        rest = value[len(before.last) :]
        if before.quote == "'":
            return rest.replace("'", r"'\''")
        if before.quote == '"':
            return re.sub(r'(["\\$`])', r"\\\1", rest)
        return re.sub(r"([^\w@%+=:,./-])", r"\\\1", rest)


class _Zsh(_Shell):
    name: ClassVar[str] = "zsh"
    source_template: ClassVar[str] = r"""#compdef %(prog_name)s
%(complete_func)s() {
    local -a values shown open
    local type value rest
    while IFS=$'\t' read -r type value rest; do
        case $type in
            file) _files; return ;;
            dir) _files -/; return ;;
            open) open+=("$value") ;;
            plain) values+=("$value"); shown+=("$value${rest:+  -- $rest}") ;;
        esac
    done < <(SKINGRAPH_LINE="${(j: :)words[1,CURRENT]}" %(complete_var)s=zsh_complete \
        ${~words[1]} 2>/dev/null)
    (( $#open )) && compadd -U -S '' -V %(prog_name)s -a open
    (( $#values )) && compadd -U -l -V %(prog_name)s -d shown -a values
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""


class _Fish(_Shell):
    name: ClassVar[str] = "fish"
    source_template: ClassVar[str] = r"""function %(complete_func)s
    set -l line (commandline --cut-at-cursor --current-process | string collect)
    for answer in (env SKINGRAPH_LINE="$line" %(complete_var)s=fish_complete %(prog_name)s 2>/dev/null)
        set -l parts (string split \t -- $answer)
        switch $parts[1]
            case file
                __fish_complete_path (commandline --cut-at-cursor --current-token)
            case dir
                __fish_complete_directories (commandline --cut-at-cursor --current-token)
            case '*'
                printf '%%s\t%%s\n' $parts[2] $parts[3]
        end
    end
end
complete --no-files --keep-order --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


def _plain(text: str) -> str:
    """One line without tabs and whatever else a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


SHELLS: Final = {shell.name: add_completion_class(shell) for shell in (_Bash, _Zsh, _Fish)}
