"""A report page as its reader meets it: text, links, ids, attributes."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "br", "rect", "img", "link", "input", "hr", "wbr"}
_APART = {"script", "style"}


class Page(HTMLParser):
    """What a page holds, with its tags checked to be balanced."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.blocks: dict[str, str] = {}
        self._open: list[str] = []
        self._text: list[str] = []
        self._headings: list[tuple[str, list[str]]] = []
        self.feed(text)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self._headings.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._open.pop() == tag, f"badly nested: </{tag}>"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in _APART:
            self.blocks[self._open[-1]] = self.blocks.get(self._open[-1], "") + data
            return
        self._text.append(data)
        if any(tag in self._open for tag in ("h1", "h2", "h3")):
            self._headings[-1][1].append(data)

    @property
    def text(self) -> str:
        """All that is to be read, white space folded."""
        return " ".join("".join(self._text).split())

    def headings(self, *levels: str) -> list[str]:
        """The texts of the headings of these levels, in order."""
        return [" ".join("".join(t).split()) for tag, t in self._headings if tag in levels]

    def values(self, attribute: str) -> list[str]:
        """Every value of an attribute, in order."""
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]

    def with_class(self, name: str) -> list[dict[str, str]]:
        """The attributes of the elements of a class."""
        return [a for _, a in self.tags if name in a.get("class", "").split()]
