"""What is done to a pasted text before it is read: escapes undone, secrets taken out.

Errors reach people through loggers, proxies and web pages, each of which escapes them in its own
way; a sentence of the service is to be known in all of them. Escapes go first, so that a secret
cut in two by one is still seen. No step adds or removes a line.
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

_ASSIGNED = r"(?:api[-_]?key|password|passwd|pwd|secret|cookie|authorization)"
_CODE = r"[A-Za-z_]{1,60}(?:\.[A-Za-z_]{1,60}){1,8}(?![\w.+/=~%-])"  # config.openai.apiKey
_SHAPES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("sk-",), r"\bsk-[A-Za-z0-9_*.…-]{6,400}", "sk-…"),
    (("ek_",), r"\bek_[A-Za-z0-9_*.…-]{6,400}", "ek_…"),
    (("eyj",), r"\beyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_.-]{5,4000}", "eyJ…"),
    (("ghp_", "gho_", "ghs_", "ghu_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{10,400}", "gh_…"),
    (
        ("github_pat_", "xai-", "akia", "aiza", "gocspx-", "hf_"),
        r"\b(?:github_pat_|xai-|AKIA|AIza|GOCSPX-|hf_)[A-Za-z0-9_-]{10,400}",
        "…",
    ),
    (
        ("bearer",),
        r"(\bbearer\s{1,4})(?!sk-…|ek_…|eyJ…)[A-Za-z0-9+/_=.~-]{20,4000}",
        r"\1…",
    ),
    (("basic",), r"(\bbasic\s{1,4})[A-Za-z0-9+/=]{16,4000}", r"\1…"),
    (
        ("key", "passw", "pwd", "secret", "cookie", "authorization"),
        rf"({_ASSIGNED}\\?[\"']?\s{{0,3}}[:=]\s{{0,3}}\\?[\"']?)"
        rf"(?!bearer\b|basic\b|sk-…|ek_…|process\.|os\.|env\.|import\.|{_CODE})"
        r"[A-Za-z0-9+/_=.~%-]{16,4000}",
        r"\1…",
    ),
    (
        ("token", "value", "credential"),
        r"((?:token|value|credential)\\?[\"']\s{0,3}[:=]\s{0,3}\\?[\"'])"
        r"(?!sk-…|ek_…|eyJ…)(?=[A-Za-z_.-]{0,400}[0-9])[A-Za-z0-9+/_=.~-]{32,4000}",
        r"\1…",
    ),
    (
        ("api key provided",),
        r"(\bAPI key provided:\s{0,3})(?!undefined|null|\[object|sk-…|ek_…)[^\s\"'\\,}]{8,400}",
        r"\1…",
    ),
    (("ice-pwd",), r"(a=ice-pwd:)[^\s\\\"']{8,256}", r"\1…"),
    (("__cf_bm", "_cfuvid"), r"\b(__cf_bm|_cfuvid)=[^;\s'\"]{8,600}", r"\1=…"),
)
_COMPILED_SHAPES = tuple((n, re.compile(p, re.IGNORECASE), to) for n, p, to in _SHAPES)


def clean(text: str) -> str:
    """The text as it is searched and quoted: escapes undone, no shape of a secret left."""
    return redact_shapes(undo_escapes(text))


def undo_escapes(text: str) -> str:
    """Undo colours, HTML entities, ``\\u0027`` and ``\\/``; drop what nobody sees, and indents.

    A quote mark stays escaped once: wordings match it so, and it shows that it was within a text.
    """
    text = text.replace("\r\n", "\n").translate(_INVISIBLE).translate(_SPACES)
    text = _BLANKS.sub(" ", text)
    if "\\\\" in text:
        text = _DEEP.sub(r"\\", text)
    if "[" in text:
        text = _COLOUR.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(lambda m: _ENTITIES[m.group(1).lower()], text).replace("&amp;", "&")
    if "\\u" in text or "\\U" in text:
        text = _CODE_POINT.sub(lambda m: _CODE_POINTS[m.group(1).lower()], text)
    return text.replace("\\/", "/")


def redact_shapes(text: str) -> str:
    """Replace what has the shape of a secret: keys, tokens, passwords, cookies."""
    lower = text.lower()
    for needles, pattern, stand_in in _COMPILED_SHAPES:
        if any(needle in lower for needle in needles):
            text = pattern.sub(stand_in, text)
    return text
