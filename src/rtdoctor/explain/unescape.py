"""The escapes of a pasted text undone, without adding or removing a line.

Errors reach people through loggers, proxies and web pages, each of which escapes them in its own
way; a sentence of the service is to be known in all of them.
"""

from __future__ import annotations

import re

_COLOUR = re.compile(r"(?:\x1b|\\(?:x1b|u001b|033|e))\[[0-9;?]{0,20}[A-Za-z]")
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\0", ""))
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f\u3000", " "))
_ENTITIES = {
    "quot": '"', "#34": '"', "#x22": '"', "#39": "'", "#x27": "'", "apos": "'",
    "lt": "<", "gt": ">", "#x2f": "/", "#47": "/", "#96": "`", "#x60": "`", "nbsp": " ",
}  # fmt: skip
_ENTITY = re.compile("&(?:amp;)?(" + "|".join(_ENTITIES) + ");", re.IGNORECASE)
_CODE_POINTS = {
    "0022": '"', "0026": "&", "0027": "'", "002f": "/", "003c": "<", "003d": "=", "003e": ">",
    "0060": "`", "00a0": " ", "200b": "", "200c": "", "200d": "", "2060": "", "feff": "",
}  # fmt: skip
_CODE_POINT = re.compile(r"\\u(" + "|".join(_CODE_POINTS) + ")", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t]{2,}")
_DEEP = re.compile(r"(?<!\\)\\{2,64}+(?=[\"'/nrtux])")  # escaped more than once


def undo_escapes(text: str) -> str:
    """Undo colours, HTML entities, ``\\u0027`` and ``\\/``; drop what nobody sees, and indents.

    A quote mark stays escaped once: wordings match it so, and it shows that it was within a text.
    """
    text = text.replace("\r\n", "\n").translate(_INVISIBLE).translate(_SPACES)
    text = _BLANKS.sub(" ", text)
    # These are fast searches that spare most texts the patterns.
    if "\\\\" in text:
        text = _DEEP.sub(r"\\", text)
    if "[" in text:
        text = _COLOUR.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: _ENTITIES[m.group(1).lower()], text).replace("&amp;", "&")
    if "\\u" in text or "\\U" in text:
        text = _CODE_POINT.sub(lambda m: _CODE_POINTS[m.group(1).lower()], text)
    return text.replace("\\/", "/")
