"""The fields of a multipart form (RFC 7578), as a recording keeps it."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import HTTP

_MAX_CHARACTERS = 2_000_000
BOUNDARY = "rtdoctor-read-this"


def form_fields(body: str, content_type: str) -> dict[str, str]:
    """The text of each named field; empty for a body that is no multipart form.

    The boundary is read from the first line, since some recordings leave it out of the header.
    """
    if body[:8].lower() == "content-":  # the headers of the form, as some recordings keep them
        body = body.partition("\r\n\r\n")[2]
    first, line_end, _ = body.lstrip("\r\n").partition("\n")
    boundary = first.rstrip("\r").removeprefix("--")
    is_form = "multipart/" in content_type.lower() or first.startswith("--")
    if not (is_form and line_end and first.startswith("--") and boundary):
        return {}
    if len(body) > _MAX_CHARACTERS or '"' in boundary or len(boundary) > 200:
        return {}
    head = f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n\r\n'
    message = message_from_bytes((head + body).encode("utf-8", "replace"), policy=HTTP)
    parts = message.get_payload()
    fields: dict[str, str] = {}
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            continue
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            fields.setdefault(name, payload.decode("utf-8", "replace"))
    return fields


def form_body(fields: list[tuple[str, str, str]]) -> str:
    """A multipart body of name, content type and text of each field."""
    parts = []
    for name, content_type, text in fields:
        kind = f"Content-Type: {content_type}\r\n" if content_type else ""
        head = f'Content-Disposition: form-data; name="{name}"\r\n{kind}'
        parts.append(f"--{BOUNDARY}\r\n{head}\r\n{text}\r\n")
    return "".join(parts) + f"--{BOUNDARY}--\r\n"
