"""A shell's text as commands of words, as bash and the Windows command prompt read it.

``shlex`` knows neither ``$'...'``, which browsers write, nor the prompt's ``^``, and it does not
say on which line a word stands. Variables and substitutions stay as they are written: what they
hold is not in the text. Linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_BASH = re.compile(
    r"""(?xs)
      \\\r?\n (?P<continued>)                   # a line that goes on
    | (?P<gap>[ \t\r]+)
    | (?P<comment>(?<![^\s;&|])\#[^\n]*)
    | (?P<end>\n|;|&&?|\|\|?)
    | \$'(?P<ansi>(?:[^'\\]|\\.)*+)'
    | '(?P<single>[^']*+)'
    | "(?P<double>(?:[^"\\]|\\.)*+)"
    | \\(?P<escaped>.)
    | (?P<plain>[^\s'"\\;&|$]+|.)
    """
)
_ANSI = re.compile(
    r"(?s)\\(?:x(?P<hex>[0-9A-Fa-f]{1,2})|u(?P<u>[0-9A-Fa-f]{1,4})|U(?P<U>[0-9A-Fa-f]{1,8})"
    r"|(?P<octal>[0-7]{1,3})|(?P<other>.))"
)
_ANSI_NAMES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "f": "\f",
    "v": "\v",
}
_PROMPT = re.compile(
    r"""(?xs)
      \^\r?\n\r?\n (?P<newline>)                # a line end inside a text
    | \^\r?\n (?P<continued>)
    | \^?"(?P<quote>)
    | (?P<gap>[ \t\r]+)
    | (?P<end>\n|&&?)
    | (?:\\\^?|\^\\\^?)(?P<backslashed>["\\])
    | \^(?P<escaped>.)
    | (?P<plain>[^\s"\\^&]+|.)
    """
)


@dataclass(slots=True)
class Command:
    """The words of one command and the line on which it begins; the first line is 1."""

    line: int
    words: list[str] = field(default_factory=list)


def bash_commands(text: str) -> Iterator[Command]:
    """Every command of a bash text; comments are left out."""
    command, word, line = Command(1), None, 1
    for match in _BASH.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("gap", "end", "comment"):
            if word is not None:
                command.words.append(word)
            word = None
        elif kind != "continued":
            # Pieces without a gap between them are one word: `"a"'b'c`.
            word = (word or "") + _bash_piece(kind, match[kind])
        line += match[0].count("\n")
        if kind == "end":
            if command.words:
                yield command
            command = Command(line)
        # Empty lines and comments before a command do not count as its beginning.
        elif not command.words and word is None:
            command.line = line
    command.words += [] if word is None else [word]
    if command.words:
        yield command


def _bash_piece(kind: str, text: str) -> str:
    if kind == "ansi":
        return _ANSI.sub(_ansi, text)
    if kind == "double":
        return re.sub(r'(?s)\\([$`"\\])|\\\r?\n', lambda m: m[1] or "", text)
    return text


def _ansi(match: re.Match[str]) -> str:
    digits = match["hex"] or match["u"] or match["U"]
    if digits:
        number = int(digits, 16)
        return chr(number) if number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"
    if match["octal"]:
        return chr(int(match["octal"], 8))
    return _ANSI_NAMES.get(match["other"], match["other"])


def prompt_commands(text: str) -> Iterator[Command]:
    """Every command of a text for the Windows command prompt, as Chrome and Firefox write it."""
    command, word, line, quoted = Command(1), None, 1, False
    for match in _PROMPT.finditer(text):
        kind = match.lastgroup or ""
        inside = quoted and kind in ("gap", "end")
        if kind == "quote":
            quoted, word = not quoted, word or ""
        elif kind == "newline" or inside:
            word = (word or "") + ("\n" if kind == "newline" else match[0])
        elif kind in ("gap", "end", "continued"):
            command.words += [] if word is None else [word]
            word = None
        else:
            word = (word or "") + match[kind]
        line += match[0].count("\n")
        if kind == "end" and not inside:
            if command.words:
                yield command
            command = Command(line)
    command.words += [] if word is None else [word]
    if command.words:
        yield command
