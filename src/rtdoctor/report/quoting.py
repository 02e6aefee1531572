"""Text and values as literals of a shell, of Python and of JavaScript.

What is quoted comes from strangers: nothing in it may end the literal, or hide from a reader.
"""

from __future__ import annotations

import json
import re
from typing import Any


def shell_word(text: str) -> str:
    """One bash word. NUL cannot be an argument of any program and is left out."""
    if re.fullmatch(r"[A-Za-z0-9_./:-]+", text):
        return text
    if not re.search(
        r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text
    ):
        # Within single quotes bash reads nothing at all, so only the quote itself has to leave
        # them.
        return "'" + text.replace("'", "'\\''") + "'"
    return "$'" + "".join(map(_ansi_c, text)) + "'"


def _ansi_c(char: str) -> str:
    if char in "\\'":
        return "\\" + char
    if char == "\n" or " " <= char <= "~":
        return char
    if char in "\r\t":
        return {"\r": "\\r", "\t": "\\t"}[char]
    return (
        "".join(f"\\x{byte:02x}" for byte in char.encode(errors="replace")) if char != "\0" else ""
    )


def python_text(text: str) -> str:
    """A Python string literal of ASCII only, so that nothing in it can hide."""
    return ascii(text)


def javascript_value(value: object) -> str:
    """A JavaScript literal of ASCII only that cannot end a script element."""
    # `</script>` ends a script element wherever it stands, also inside a string.
    return json.dumps(value).replace("<", "\\u003c")


def javascript_object(value: Any, indent: str = "") -> str:
    """A value over several lines, as JavaScript and JSON write it; ``indent`` is the outer one."""
    text = json.dumps(value, indent=2, ensure_ascii=False).replace("<", "\\u003c")
    visible = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    return visible.replace("\n", f"\n{indent}")


def python_object(value: Any, indent: str = "") -> str:
    """A value over several lines, as Python writes it."""
    inner = indent + "    "
    if isinstance(value, dict) and value:
        members = "".join(
            f"{inner}{python_string(name)}: {python_object(item, inner)},\n"
            for name, item in value.items()
        )
        return f"{{\n{members}{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        items = "".join(f"{inner}{python_object(item, inner)},\n" for item in value)
        return f"[\n{items}{indent}]"
    return python_string(value) if isinstance(value, str) else repr(value)


def python_string(text: str) -> str:
    """A string as Python writes it, in double quotes where that needs no escape."""
    # repr prefers single quotes and escapes what does not print.
    written = repr(text)
    has_quotes = '"' in text or "'" in text
    return written if has_quotes else f'"{written[1:-1]}"'
