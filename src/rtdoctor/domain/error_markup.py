"""What an HTML page or an XML document says instead of a JSON error."""

from __future__ import annotations

import html
import re

from rtdoctor.domain.error_fields import ErrorFields, clean, joined

_READ = 20_000  # characters; error pages say what they have to say at the beginning
# Every repetition has a limit, so that a page made to be slow is read in linear time.
_NOISE = re.compile(r"<(script|style)\b.{0,20000}?</\1\s{0,9}>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]{0,40})\b[^<>]{0,500}>([^<]{1,2000})</")
_TITLES = ("title", "h1", "h2")
_MESSAGES = ("message", "faultstring", "errormessage", "description", "detail", "reason")
_CODES = ("code", "errorcode", "faultcode")


def is_markup(text: str) -> bool:
    """Whether a text is a document of tags, not a sentence that begins with ``<``."""
    return text.lstrip()[:1] == "<" and _TAG.match(text.lstrip()) is not None


def is_page(text: str) -> bool:
    """Whether markup is HTML, which a person reads, and not XML for programs."""
    start = text[:_READ].lower()
    return "<html" in start or "<!doctype html" in start or "<body" in start or "<title" in start


def read_markup(text: str) -> ErrorFields:
    """Title, message and code of a document; its visible text when it has none of them."""
    start = _NOISE.sub(" ", text[:_READ])
    elements = _elements(start)
    code = next((elements[name] for name in _CODES if name in elements), None)
    names = _TITLES if is_page(text) else (*_MESSAGES, *_TITLES)
    message = joined(elements[name] for name in names if name in elements)
    return ErrorFields(message or _visible(start) or None, code=code)


def read_titles(text: str) -> str:
    """The titles and headings of a page alone, without the rest of its text; ``""`` without any."""
    elements = _elements(_NOISE.sub(" ", text[:_READ]))
    return joined(elements[name] for name in _TITLES if name in elements) or ""


def _elements(text: str) -> dict[str, str]:
    """The first text of each element by its name, in lower case and without its namespace."""
    elements: dict[str, str] = {}
    for name, content in _ELEMENT.findall(text):
        said = clean(html.unescape(content))
        if said:
            elements.setdefault(name.lower().rpartition(":")[2], said)
    return elements


def _visible(text: str) -> str:
    return clean(html.unescape(_TAG.sub(" ", text)))
