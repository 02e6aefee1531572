"""What a browser keeps of a login, in Playwright's form: cookies, and local storage by origin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from rtdoctor.errors import ConfigError
from rtdoctor.text_file import read_text

_SHORTEST = 8  # characters of a value that is worth hiding


class _Item(msgspec.Struct):
    name: str
    value: str


class _Origin(msgspec.Struct, rename="camel"):
    origin: str
    local_storage: tuple[_Item, ...] = ()


class _State(msgspec.Struct):
    cookies: tuple[_Item, ...] = ()
    origins: tuple[_Origin, ...] = ()


def values_kept(path: Path) -> Iterator[str]:
    """The values in a file that Playwright wrote with ``storage_state(path=...)``; all may be
    secret. Raises ``ConfigError`` for a file that is missing or has another form."""
    try:
        state = msgspec.json.decode(read_text(path), type=_State)
    except msgspec.MsgspecError as error:
        raise ConfigError(
            str(path),
            f"this is no storage state: {error}",
            hint='Playwright writes one: context.storage_state(path="state.json").',
        ) from None
    items = [*state.cookies, *(item for o in state.origins for item in o.local_storage)]
    return (item.value for item in items if len(item.value) >= _SHORTEST)
