"""The one choke point: everything that leaves the program goes through a ``Redactor``.

Two ways to know a secret: by its *value*, in whatever encoding, because it was registered; and by
its *name or shape* (``named_values``, ``shapes``, ``ip_addresses``), because the service or a page
showed one that nobody registered. Both are replaced by aliases that stay the same throughout a
run, so that the reuse of a token stays visible. What was masked is counted for the report.

The module is above 300 lines because it is one class for one run: what is searched for, how it is
named and how much of it a stranger's text may cost are the same state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

from rtdoctor.domain.secret import Secret
from rtdoctor.errors import RedactionError
from rtdoctor.secrets.aliases import Aliases
from rtdoctor.secrets.appearance import is_alias, is_evidence, is_unmistakable
from rtdoctor.secrets.encodings import hides, is_json, lower, parts, readings, views
from rtdoctor.secrets.hits import Hit, merged
from rtdoctor.secrets.ip_addresses import find_addresses, find_known
from rtdoctor.secrets.kept_words import can_be_hidden
from rtdoctor.secrets.known_values import KnownValues
from rtdoctor.secrets.named_values import find_named, find_pairs
from rtdoctor.secrets.shapes import CREDENTIAL, Found, find_shapes, find_strong_shapes
from rtdoctor.secrets.walker import Walker

T = TypeVar("T")

_ROUNDS = 6
# A stranger's text may consist of nothing but secrets, and each of them costs time. These bound
# what one text, and all texts of a run, can cost.
_MOST_HITS = 2_000  # in one text: of one with more, only the beginning is shown
_BEGINNING = 5_000
_OVERLAP = 4_096  # so far beyond the beginning is looked for a secret that reaches across its end
_LONGEST_JSON = 131_072  # a longer one is not written anew where masking broke it
_MOST_LEARNT = 1_000  # by their shape: the others are masked where their shape shows them
_LONGEST_LEARNT = 16_384
_KINDS = {"ek_…": "ephemeral token", "sk-…": "API key", "xai-…": "xAI key or token"}


class Redactor:
    """Knows the live secrets of a run, hides them, and proves that they are hidden.

    ``quoting``: for a text that is searched and quoted by line. Line numbers stay true, and an
    alias is one word without a number (``sk-…``, ``…``), so that no quote can cut it in two.
    """

    def __init__(self, *, keep_addresses: bool = False, quoting: bool = False) -> None:
        self._keep_addresses = keep_addresses
        self._quoting = quoting
        self._values = KnownValues()
        self._aliases = Aliases(short=quoting)
        self._addresses: dict[str, str] = {}
        # texts cleaned before, with how many of the values learnt they were searched for
        self._memory: dict[str, tuple[str, int]] = {}
        self._learnt = 0
        self._surprises = 0  # values learnt from their shape or place, while cleaning
        self._by_shape = 0  # how many of the values were learnt from their shape
        self._walker = Walker(self.clean_text, self._clean_named, self._learn_literal)

    def add(self, secret: Secret) -> bool:
        """Hide this value from now on, in every encoding.

        False when it cannot be told from ordinary text: shorter than six characters, a number, a
        word such as ``undefined`` that explains a failure, one that reports are made of, or a part
        of an alias. Such a value is hidden by its place only (after ``Authorization:``, in a
        cookie, ...).
        """
        value = secret.reveal().strip()
        name = secret.alias.strip("<>")
        alias = name if is_alias(name) else f"<{name}>"
        if not can_be_hidden(value) or value.lower() in alias.lower():
            return False
        stem = re.sub(r"[#? ]*\d+$", "", name)
        self._learn(value, alias, _KINDS.get(stem, stem))
        return True

    def clean(self, value: T) -> T:
        """The same value with every string in it cleaned: dataclasses, tuples, mappings, text.

        A pair of strings whose first is a header or parameter name is cleaned as such.
        ``TypeError`` for types that are none of these.
        """
        cleaned: T = value
        surprises = -1
        while surprises != self._surprises:
            # a secret that its place gave away may also stand where nothing gives it away
            surprises = self._surprises
            cleaned = self._walker.rebuild(cleaned)
        return cleaned

    def clean_text(self, text: str) -> str:
        """Text without secrets; cleaning twice changes nothing more.

        JSON stays JSON, unless it is far longer than that of a service.
        """
        known = self._remembered(text)
        if known is not None:
            return known
        cleaned = self._clean_flat(text)
        as_json = (
            not self._quoting and len(text) <= _LONGEST_JSON and text.lstrip()[:1] in ("{", "[")
        )
        if as_json and cleaned != text and not is_json(cleaned):
            cleaned = self._clean_json(text, cleaned)
        if len(text) < 65536:
            if len(self._memory) > 20_000:
                self._memory.clear()
            self._memory[text] = (cleaned, self._learnt)
        return cleaned

    def _remembered(self, text: str) -> str | None:
        """What became of a text, unless it may hold a value that was learnt since."""
        known = self._memory.get(text)
        if known is None:
            return None
        cleaned, searched = known
        # A text that is shorter than every known form cannot hold one.
        if searched < self._learnt and len(text) >= self._values.shortest:
            if hides(text) or any(self._values.find(text)) or any(self._values.find_cut(text)):
                return None
            self._memory[text] = (cleaned, self._learnt)
        return cleaned

    def scan(self, data: bytes, *, decoded: bool = True) -> list[str]:
        """The aliases of what is still to be found in final bytes, in any encoding.

        Looks for every known value and masked address, and for shapes that are beyond doubt. Of a
        zip file the members are searched.
        """
        return self._scan(data, decoded=decoded, by_chance=frozenset())

    def _scan(self, data: bytes, *, decoded: bool, by_chance: Collection[str]) -> list[str]:
        names: set[str] = set()
        for part in parts(data):
            text = part.decode("utf-8", "replace")
            for reading in readings(text) if decoded else (text,):
                values = {
                    alias
                    for start, end, alias in self._values.find(reading)
                    if reading[start:end] not in by_chance
                }
                seen = values and reading is not text  # by its value: that says more
                shapes = () if seen else find_strong_shapes(reading)
                names |= values
                names.update(f"{found.mask.kind} (by its shape)" for found in shapes)
            known = find_known(text, self._addresses)
            names.update(self._addresses[address] for address in known)
        return sorted(names)

    def guard(self, data: bytes, *, decoded: bool = True) -> bytes:
        """The same bytes, when no secret is in them; otherwise ``RedactionError`` (exit 5).

        Values that a report may hold by chance do not count: what was observed was cleaned of
        them, and where they stand now they are words and marks of the report itself.
        ``decoded=False`` searches the bytes as they are, for every value in every encoding, but
        does not decode them once more: for what was cleaned a moment before.
        """
        names = self._scan(data, decoded=decoded, by_chance=self._values.by_chance)
        if names:
            raise RedactionError(
                f"the redaction self-test found {', '.join(names)} in {len(data)} bytes "
                "about to be written; nothing was written",
                hint="This is a bug in rtdoctor, unless one of your secrets is a text that is in "
                "every report. Please report it without attaching the run.",
            )
        return data

    def counts(self) -> dict[str, int]:
        """How many different secrets of each kind were hidden so far, for the report."""
        return self._aliases.counts()

    @property
    def known(self) -> int:
        """How many values the self-test searches for."""
        return len(self._values)

    def continue_numbering(self, text: str) -> None:
        """Give new aliases numbers above those in an earlier part of the same run."""
        self._aliases.continue_numbering(text)

    # -- finding ---------------------------------------------------------------------------

    def _find(self, text: str) -> Iterator[Hit]:
        for view in views(text):
            for start, end, alias in self._values.find(view.text):
                yield Hit(*view.span(start, end), 2, alias)
            lowered = lower(view.text)
            for found in chain(find_shapes(view.text, lowered), find_pairs(view.text, lowered)):
                # A value that is known says more than a shape, and a shape more than an address.
                # The alias of an ICE password has to win, or the SDP around it would no longer be
                # valid.
                rank = 3 if found.mask.kind == "ICE password" else 1
                yield Hit(*view.span(found.start, found.end), rank, found=found)
            if not self._keep_addresses:
                for found in find_addresses(view.text):
                    yield Hit(*view.span(found.start, found.end), 0, found=found)
        for start, end, alias in self._values.find_cut(text):
            yield Hit(start, end, 2, alias)

    def _learn_literal(self, text: str) -> None:
        """A credential that was written into a setup, whatever it looks like."""
        if not is_evidence(text) and can_be_hidden(text):
            found = Found(0, len(text), text, CREDENTIAL)
            self._learn(text, self._name(found), CREDENTIAL.kind)

    # -- replacing -------------------------------------------------------------------------

    def _clean_flat(self, text: str) -> str:
        if not text.isascii():
            # what cannot be encoded could never be written: show it instead
            text = text.encode("utf-8", "backslashreplace").decode("utf-8")
        # Until nothing changes, so that cleaning a text again changes nothing.
        for _ in range(_ROUNDS):
            hits = list(islice(self._find(text), _MOST_HITS + 1))
            if len(hits) > _MOST_HITS:
                return self._beginning(text)
            replaced = self._replace(text, hits)
            if replaced == text:
                return text
            text = replaced
        return "<redacted>"  # an alias that contains a secret: nothing better can be said

    def _beginning(self, text: str) -> str:
        """What is shown of a text with more secrets in it than any text of a service."""
        end = min(_BEGINNING, len(text) // 2)
        for start, until, _ in merged(self._find(text[: end + _OVERLAP])):
            if start < end < until:
                end = start
        kept = self._clean_flat(text[:end]) if end else ""
        lines = "\n" * text.count("\n", end) if self._quoting else ""
        return f"{kept}<redacted: {len(text) - end} more characters>{lines}"

    def _replace(self, text: str, hits: Iterable[Hit]) -> str:
        pieces: list[str] = []
        done = 0
        for start, end, best in merged(hits):
            pieces += text[done:start], self._alias(best)
            if self._quoting:
                pieces.append("\n" * text.count("\n", start, end))
            done = end
        return "".join([*pieces, text[done:]])

    def _clean_named(self, name: str, value: str) -> str:
        cleaned = self.clean_text(value)
        hits = [Hit(f.start, f.end, 1, found=f) for f in find_named(name, cleaned)]
        return self._replace(cleaned, hits) if hits else cleaned

    def _clean_json(self, text: str, cleaned: str) -> str:
        """A secret overlapped the punctuation: clean the values and write the JSON anew."""

        def number(digits: str) -> object:
            return digits if self._clean_flat(digits) != digits else json.loads(digits)

        try:
            tree = json.loads(text, parse_int=number, parse_float=number)
        except (ValueError, RecursionError):
            return cleaned  # it was no JSON before either
        again = json.dumps(self.clean(tree), ensure_ascii=False)
        return again if self._clean_flat(again) == again else '["<redacted>"]'

    # -- naming ----------------------------------------------------------------------------

    def _learn(self, value: str, alias: str, kind: str) -> None:
        if value in self._values:
            return
        self._values.add(value, alias)
        self._aliases.set_kind(alias, kind)
        self._learnt += 1

    def _may_learn(self, value: str) -> bool:
        return self._by_shape < _MOST_LEARNT and len(value) <= _LONGEST_LEARNT

    def _alias(self, hit: Hit) -> str:
        if hit.alias is not None:
            return self._aliases.shown(hit.alias)
        assert hit.found is not None
        return self._aliases.shown(self._name(hit.found))

    def _name(self, found: Found) -> str:
        """The alias of a value that was found by its shape, always the same for the same."""
        known = self._aliases.known(found)
        if known is not None:
            return known
        alias = self._aliases.give(found)
        mask, value = found.mask, found.value
        if mask.kind == "IP address":
            self._addresses[value] = alias
        elif mask.learn and is_unmistakable(value) and self._may_learn(value):
            self._by_shape += 1
            self._surprises += mask.kind != "ICE password"  # always given away by its place
            self._learn(value, alias, mask.kind)
        return alias
