"""A pasted text, made ready to be read: cleaned, size bounded, lines known.

Everything after this module sees the cleaned text only, so no output can show a secret.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from rtdoctor.explain.unescape import undo_escapes
from rtdoctor.knowledge.signs import KEPT, patterns, signs
from rtdoctor.secrets.redactor import Redactor

READ_WHOLE = 2_000_000
"""Characters up to which a text is read whole; of a longer one, the two ends."""
_SEARCHED = 200_000  # characters searched for one sign
_OCCURRENCES = 1_000  # of one needle, from either end of the text
_SIGHTINGS = 50  # of one wording that are tried
_ONE_SUBJECT = 2_000  # characters within which two words speak of one thing

_DIFF_FENCE = re.compile(r"^\s{0,3}```diff\b")
_FENCE = re.compile(r"^\s{0,3}```")
_HUNK = re.compile(r"^@@ .{0,60}@@|^diff --git ")
_REMOVED = re.compile(r"^-(?!--)")
_COMMENTED = re.compile(r"^\s{0,40}//")
_COMMENT = re.compile(r"(?:^|[\s;,{}()])//(?=\s)|^\s{0,40}(?:#|--|\*|<!--)\s|[;,)\]}]\s{1,8}#\s")
_LONGEST_LINE = 1_000  # characters of a line that are looked at before a place
# Words before a place that say that it is gone or unwanted: "removed", "no longer", "don't send".
_NEGATED = re.compile(
    r"(?:\b(?:remov|dropp?|delet|omit|avoid|replac)\w{0,4}|\bwithout|\binstead of|\bno longer"
    r"|\b(?:migrated|moved|moving|switched|away) (?:away )?from"
    r"|(?:n't|n’t|\bnot|\bnever) (?:us|send|call|need|includ|set|pass|hit|post|mint)\w{0,5})"
    r"\b[^.;/\n]{0,40}$|\bno [`\"']?$",
    re.IGNORECASE,
)
_PART_OF_WORD = re.compile(r"\S{1,80}$")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of the text: ``start`` and ``end`` are offsets into it."""

    start: int
    end: int


@dataclass(frozen=True)
class Paper:
    """The redacted text with what is needed to search and quote it."""

    text: str
    lower: str
    line_starts: tuple[int, ...]
    idle: frozenset[int] = field(default_factory=frozenset)  # lines that state no present use
    clipped: bool = False

    def line_of(self, at: int) -> int:
        """The number of the line at an offset, from 1."""
        return bisect_right(self.line_starts, at)

    def quote(self, span: Span, longest: int = 140) -> str:
        """The span as it is in the text, shortened at its end."""
        piece = self.text[span.start : span.end].strip()
        first = piece.split("\n", 1)[0] if len(piece) > longest else piece
        return first if len(first) <= longest else first[: longest - 1] + "…"

    def in_use(self, span: Span) -> bool:
        """Whether the line states a use: not commented out, removed by a diff, or negated."""
        line = self.line_of(span.start)
        if line in self.idle:
            return False
        before = self.text[max(self.line_starts[line - 1], span.start - 120) : span.start]
        # a sign may begin within a URL; what was said before the URL counts
        return not any(_NEGATED.search(b) for b in (before, _PART_OF_WORD.sub("", before)))

    def in_comment(self, span: Span) -> bool:
        """Whether it stands in a comment of code, where somebody tells of it."""
        line = self.text[self.line_starts[self.line_of(span.start) - 1] : span.start]
        return _COMMENT.search(line[-_LONGEST_LINE:]) is not None

    def window(self, span: Span, around: int) -> str:
        """The span with so many characters on either side."""
        return self.text[max(0, span.start - around) : span.end + around]

    def around(self, needles: tuple[str, ...], reach: int) -> list[tuple[int, int]]:
        """The parts of the text within ``reach`` of a needle, in order, merged, bounded in sum.

        When they are too much in sum, those at the two ends are kept.
        """
        places = sorted(at for needle in needles for at in self._find(needle))
        parts: list[tuple[int, int]] = []
        for at in places:
            start, end = max(0, at - reach), min(len(self.text), at + reach + 80)
            if parts and start <= parts[-1][1]:
                parts[-1] = (parts[-1][0], end)
            else:
                parts.append((start, end))
        return _two_ends(parts, _SEARCHED)

    def _find(self, needle: str) -> list[int]:
        places: list[int] = []
        at = self.lower.find(needle)
        while at >= 0 and len(places) < _OCCURRENCES:
            places.append(at)
            at = self.lower.find(needle, at + 1)
        if at >= 0:  # too many: the last ones too, since errors come late in a log
            last: list[int] = []
            end = len(self.lower)
            while len(last) < _OCCURRENCES and (end := self.lower.rfind(needle, 0, end)) > at:
                last.append(end)
            places += reversed(last)
        return places


def _two_ends(parts: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    if sum(end - start for start, end in parts) <= most:
        return parts
    head = _up_to(parts, most // 2)
    # Mirrored at 0, so that the same function keeps the last parts.
    tail = _up_to([(-end, -start) for start, end in reversed(parts)], most // 2)
    return head + [(-end, -start) for start, end in reversed(tail)]


def _up_to(parts: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    kept = []
    for start, end in parts:
        if most <= 0:
            break
        kept.append((start, min(end, start + most)))
        most -= end - start
    return kept


def prepare(text: str) -> Paper:
    """Make a paper of any text. Work and memory are bounded by ``READ_WHOLE``."""
    clipped = len(text) > READ_WHOLE
    if clipped:
        half = READ_WHOLE // 2
        # Both ends: an issue states the error at its beginning, a log ends with it.
        text = text[:half] + "\n" + text[-half:]
    text = clean(text)
    lines = text.split("\n")
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return Paper(text, _lower(text), tuple(starts), frozenset(_idle(lines)), clipped)


def clean(text: str) -> str:
    """The text as it is searched and quoted: escapes undone, secrets replaced by aliases.

    Escapes go first, so that a secret cut in two by one is still seen. Lines stay where they are.
    """
    return Redactor(keep_addresses=True, quoting=True).clean_text(undo_escapes(text))


def find_signs(paper: Paper) -> dict[str, tuple[Span, ...]]:
    """Every sign that the text shows, with its first places."""
    found: dict[str, tuple[Span, ...]] = {}
    for sign in signs().values():
        spans: list[Span] = []
        for start, end in paper.around(sign.needles, sign.reach):
            spans += _places(paper, patterns(sign.name), sign.usage, start, end)
            if len(spans) >= KEPT:
                break
        if spans:
            found[sign.name] = tuple(sorted(set(spans))[:KEPT])
    # A word such as `realtime` is common, so it counts only beside the name of the service.
    if "realtime" not in found:
        beside = [
            s for s in found.get("realtime_words", ()) if _is_near(s, found.get("openai", ()))
        ]
        if beside:
            found["realtime"] = tuple(beside)
    return found


def find_each(paper: Paper, pattern: re.Pattern[str], piece: str, reach: int) -> Iterator[Span]:
    """The matches of a pattern, each of which contains ``piece`` (lower case); not all of many."""
    found = (
        Span(match.start(), match.end())
        for start, end in paper.around((piece,), reach)
        for match in pattern.finditer(paper.text, start, end)
    )
    return islice(found, _SIGHTINGS)


def _is_near(span: Span, others: tuple[Span, ...]) -> bool:
    return any(abs(span.start - other.start) <= _ONE_SUBJECT for other in others)


def _places(
    paper: Paper, searched_for: tuple[re.Pattern[str], ...], usage: bool, start: int, end: int
) -> list[Span]:
    spans = []
    for pattern in searched_for:
        for tried, match in enumerate(pattern.finditer(paper.text, start, end)):
            span = Span(match.start(), match.end())
            if not usage or paper.in_use(span):
                spans.append(span)
            # Matches that are not in use are not kept, so the number of those tried needs a limit
            # as well.
            if len(spans) >= KEPT or tried > 20 * KEPT:
                return spans
    return spans


def _lower(text: str) -> str:
    """Lower case of the same length; a few letters elsewhere become two when lowered."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _idle(lines: list[str]) -> set[int]:
    """Numbers of the lines that a diff removes or a comment disables."""
    idle: set[int] = set()
    in_diff = False
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        if _DIFF_FENCE.match(line) or _HUNK.match(line):
            in_diff = True
        elif _FENCE.match(line):
            in_diff = False
        if (in_diff and _REMOVED.match(line)) or _COMMENTED.match(line):
            idle.add(number)
    return idle
