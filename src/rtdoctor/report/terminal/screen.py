"""Lines for the terminal, wrapped to its width and counted before they are shown."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

StyledText = str | tuple[str, str]
"""Text, or text with its style."""

_NARROWEST, _LONG_WORD = 20, 30


class Screen:
    """What a report prints, line by line; nothing is shown before ``show``."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._lines: list[Text] = []

    def __len__(self) -> int:
        return len(self._lines)

    def line(self, *parts: StyledText, indent: int = 0) -> None:
        """One paragraph, wrapped below its own indent, without spaces at line ends."""
        for wrapped in self._wrap(Text.assemble(*parts), indent):
            self._lines.append(Text(" " * indent) + wrapped if wrapped else wrapped)

    def single(self, *parts: StyledText, indent: int = 0) -> None:
        """One line of the screen; what does not fit is cut off with an ellipsis."""
        text = Text.assemble(*parts)
        text.truncate(self._room(indent), overflow="ellipsis")
        text.rstrip()
        self._lines.append(Text(" " * indent) + text if text else text)

    def fit(self, lead: StyledText, text: StyledText, tail: StyledText, most: int) -> bool:
        """A paragraph in at most ``most`` lines; returns whether it had to be cut.

        ``text`` is shortened so that ``lead`` before it and ``tail`` after it stay whole; where
        not even those fit, the tail goes too.
        """
        whole = self._wrap(Text.assemble(lead, text, tail), 0)
        if len(whole) <= most:
            self._lines += whole
            return False
        said, style = (text, "") if isinstance(text, str) else text
        for end in (tail, ""):
            kept = self._longest(lead, said, style, end, most)
            if kept:
                break
        self._lines += kept or whole[:most]
        return True

    def _longest(
        self, lead: StyledText, said: str, style: str, tail: StyledText, most: int
    ) -> list[Text]:
        """The lines with as much of ``said`` as fits; empty when none of it does."""
        best: list[Text] = []
        # More text never takes fewer lines, so the longest that fits is found by halving.
        low, high = 1, min(len(said), most * self._room(0))
        while low <= high:
            middle = (low + high) // 2
            cut = _at_a_word(said, middle) + "…"
            lines = self._wrap(Text.assemble(lead, (cut, style), tail), 0)
            if len(lines) <= most:
                best, low = lines, middle + 1
            else:
                high = middle - 1
        return best

    def fits(self, text: str, most: int, indent: int = 0) -> bool:
        """Whether a paragraph takes at most so many lines."""
        return len(self._wrap(Text(text), indent)) <= most

    def add(self, other: Screen) -> None:
        """Put what another screen gathered below this one's lines."""
        self._lines += other._lines

    def blank(self) -> None:
        self._lines.append(Text(""))

    def title(self, text: str) -> None:
        """A heading below an empty line."""
        self.blank()
        self.line((text, "bold"))

    def show(self) -> None:
        """Print what has been gathered, and forget it."""
        for text in self._lines:
            self.console.print(text, no_wrap=True, crop=False)
        self._lines.clear()

    def _room(self, indent: int) -> int:
        return max(_NARROWEST, self.console.width - indent)

    def _wrap(self, text: Text, indent: int) -> list[Text]:
        lines = list(text.wrap(self.console, self._room(indent)))
        for wrapped in lines:
            wrapped.rstrip()
        return lines


def _at_a_word(text: str, length: int) -> str:
    """So much of the text, without the word that would be broken, unless it is a long one."""
    kept = text[:length]
    space = kept.rfind(" ")
    if text[length : length + 1].strip() and length - space <= _LONG_WORD and space > 0:
        kept = kept[:space]
    return kept.rstrip(" ,;:")
