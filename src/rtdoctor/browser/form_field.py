"""What is filled into an empty field of a page, told by its type and its words. Pure."""

from __future__ import annotations

import re

import msgspec

_KEY = re.compile(
    r"(?i)(?<![^\W_])key(?![^\W_])|api.?key|sk-|clé|schlüssel|clave|chave|chiave|キー(?![ワボ])|密钥|키(?!보드)"
)


class FormField(msgspec.Struct, frozen=True):
    """An empty field as press.js tells it. ``hint`` is its label, placeholder, name and id."""

    type: str = "text"
    hint: str = ""
    is_required: bool = False
    options: tuple[str, ...] = ()


def value_for(wanted: FormField, placeholder: str) -> str | None:
    """What to fill in; ``None`` leaves the field alone, as every field for a password."""
    # Before passwords are left alone: the field for an API key is often of that type.
    if _KEY.search(wanted.hint) and wanted.type in ("text", "password", "textarea"):
        return placeholder
    if wanted.type == "password":
        return None
    if wanted.type == "select":
        return wanted.options[0] if wanted.options else None
    if not wanted.is_required:
        return None
    match wanted.type:
        case "email":
            return "someone@example.com"
        case "url":
            return "https://example.com"
        case "number":
            return "1"
        case "tel":
            return "+15550100"
        case "date":
            return "2026-01-01"
        case _:
            return "test"
