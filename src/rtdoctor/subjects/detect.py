"""What a text is, told by its content, and the setup in it.

A page that is to be opened and the URL of an app are no texts: a reader for them is to be called
before ``read_subject_text``. The scripts of a page that is given as a file are read as code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rtdoctor.domain.setup import Factor
from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.curl import is_curl, read_curl
from rtdoctor.subjects.fetch_call import has_fetch, read_fetches
from rtdoctor.subjects.har import is_har, read_har
from rtdoctor.subjects.httpie import is_httpie, read_httpie
from rtdoctor.subjects.lone_offer import reading_of_offer
from rtdoctor.subjects.posted_offer import is_offer
from rtdoctor.subjects.postman import is_postman, read_postman
from rtdoctor.subjects.powershell import is_powershell, read_powershell
from rtdoctor.subjects.reading import SETUP_FILE, Reading, ReadPlace
from rtdoctor.subjects.recording import Recording
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.setup_file import read_subject
from rtdoctor.subjects.setup_of_exchanges import reading_of
from rtdoctor.subjects.shell_words import Command, bash_commands, prompt_commands
from rtdoctor.subjects.source_code import is_source_name, reading_of_sources
from rtdoctor.subjects.webrtc_internals import is_dump, read_dump
from rtdoctor.wording.command_line import command_line

READABLE = (
    "a HAR file, a cURL, PowerShell, fetch or HTTPie command, a Postman collection, an SDP offer, "
    "a webrtc-internals dump, source code (JavaScript, TypeScript, Python), or a setup file"
)
_LONGEST = 4_000_000  # characters of a text that is not JSON
_SETUP = re.compile(rf"""(?m)^(?:\{{\s*["']?)?(?:version|{"|".join(Factor)})["']?\s*:""")
_PAGE = re.compile(r"(?i)\s*(?:<!doctype html|<html|<head|<body|<script)")
_CODE = re.compile(
    r"(?m)^\s*(?:(?:import|export|from|def|class|function|type|interface|return|package|const|let|var)\s"
    r"|(?:if|for|while)\s*\(|async\s+function)"
)
_OTHER_CODE = re.compile(r"(?m)^\s*(?:#include|<\?php|package \w|func \w)")
_PROMPT = re.compile(r'\^\r?\n|\^"')
_SAVED_RUN = re.compile(r"\"kind\":\s*\"rtdoctor\.")


def read_subject_text(text: str, name: str, catalogue: Catalogue) -> Reading:
    """The reading of one text, which messages call ``name``.

    Raises ``UsageError`` for what is no subject, and ``ConfigError`` for a broken one.
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise UsageError(f"{name} is empty", hint=f"Give {READABLE}.")
    # Before anything else: a saved run is JSON, and holds requests that a reader would find.
    if _SAVED_RUN.search(text[:1000]):
        raise UsageError(
            f"{name} is a saved run, not a setup",
            hint=f"To run it again: {command_line(['rtdoctor', 'rerun', name])}. "
            f"To look at it: {command_line(['rtdoctor', 'show', name])}",
        )
    if text.lstrip()[0] in "{[":
        data = _json(text, name)
        if is_dump(data):
            dump = read_dump(data, name)
            kind = "webrtc-internals dump"
            return reading_of_offer(
                dump.offer, catalogue, kind=kind, name=name, label=dump.label, notes=dump.notes
            )
        recording = _in_json(data, name)
        if recording is not None:
            return read_recordings([recording], catalogue)
    if len(text) > _LONGEST:
        raise ConfigError(name, f"the text is longer than {_LONGEST:,} characters")
    # From here on the strictest form comes first: whatever a text can be mistaken for, it is asked
    # for later.
    if is_offer(text):
        return reading_of_offer(text, catalogue, kind="SDP offer", name=name)
    if _SETUP.search(text):
        return reading_of_setup_file(text, name, catalogue)
    # A `fetch` in a file of code is code with variables, and not a call that was copied from a
    # browser.
    recording = None if is_source_name(name) else _in_text(text, name)
    if recording is not None:
        return read_recordings([recording], catalogue)
    if is_source_name(name) or (_CODE.search(text) and not _OTHER_CODE.search(text)):
        return reading_of_sources({name: text}, catalogue)
    raise _refusal(text, name)


def recording_in(text: str, name: str) -> Recording | None:
    """The exchanges in one file of several; ``None`` for a file that holds none."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        return _in_json(_json(text, name), name)
    return _in_text(text, name) if len(text) <= _LONGEST else None


def read_recordings(recordings: Sequence[Recording], catalogue: Catalogue) -> Reading:
    """One story out of one recording or several."""
    kinds = list(dict.fromkeys(one.kind for one in recordings))
    reading = reading_of(
        [seen for one in recordings for seen in one.seen],
        catalogue,
        kind=" and ".join(kinds),
        credentials_kept=any(one.credentials_kept for one in recordings),
    )
    return reading.noting(*(note for one in recordings for note in one.notes))


def _json(text: str, name: str) -> Any:
    """The JSON of a text. Raises ``ConfigError`` for JSON that is broken or cut off.

    A setup file may be written in YAML's braces, so what looks like one is left to its reader.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ConfigError(name, "the JSON is nested too deeply to be read") from None
    except json.JSONDecodeError as error:
        if '"entries"' in text[:100_000] or '"PeerConnections"' in text[:1000]:
            raise ConfigError(
                f"{name}:{error.lineno}",
                f"not valid JSON: {error.msg}",
                hint="The file may have been cut off while it was saved or sent; save it again.",
            ) from None
    except ValueError:  # a number of too many digits
        raise ConfigError(name, "not valid JSON: a number is too long") from None
    return None


def _in_json(data: Any, name: str) -> Recording | None:
    if is_har(data):
        return read_har(data, name)
    if is_postman(data):
        return read_postman(data, name)
    return None


def _in_text(text: str, name: str) -> Recording | None:
    """The requests of commands and calls in a text; the first reader that finds one has it."""
    readers: tuple[tuple[str, Callable[[str, str], Iterator[Seen]]], ...] = (
        ("PowerShell command", _powershell),
        ("cURL command", _curl),
        ("HTTPie command", _httpie),
        ("fetch call", _fetch),
    )
    for kind, read in readers:
        # The order counts: a PowerShell text may speak of curl, where that is another name for its
        # own command.
        seen = tuple(read(text, name))
        if seen:
            return Recording(kind if len(seen) == 1 else f"{kind}s", seen, from_text=True)
    return None


def _commands(text: str) -> Iterator[Command]:
    return prompt_commands(text) if _PROMPT.search(text) else bash_commands(text)


def _curl(text: str, name: str) -> Iterator[Seen]:
    if "curl" in text.lower():
        for command in filter(is_curl, _commands(text)):
            yield from read_curl(command, name)


def _httpie(text: str, name: str) -> Iterator[Seen]:
    if re.search(r"(?m)^\s*(?:\$ )?(?:https?|xhs?) ", text):
        for command in filter(is_httpie, bash_commands(text)):
            yield from read_httpie(command, name)


def _powershell(text: str, name: str) -> Iterator[Seen]:
    return read_powershell(text, name) if is_powershell(text) else iter(())


def _fetch(text: str, name: str) -> Iterator[Seen]:
    is_code = _PAGE.match(text) is not None or _CODE.search(text) is not None
    return read_fetches(text, name) if has_fetch(text) and not is_code else iter(())


def reading_of_setup_file(text: str, name: str, catalogue: Catalogue) -> Reading:
    """A setup file as it is: every value stands in it, or is the default.

    Raises ``ConfigError``.
    """
    setup = read_subject(text, name, catalogue)
    places = tuple(ReadPlace(f.value, level.name, name) for f, level in setup)
    return Reading(SETUP_FILE, setup, places)


def _refusal(text: str, name: str) -> UsageError:
    """The error for a page, for source code, and for what is not known."""
    record = "Record what it does as a HAR: network panel, reload, connect, Save all as HAR."
    if _PAGE.match(text):
        return UsageError(
            f"{name} is a page, which is run and not read",
            hint=f"Name its file or its address: rtdoctor check page.html. Or: {record}",
        )
    if _OTHER_CODE.search(text):
        return UsageError(
            f"{name} is code in a language that is not read",
            hint=f"JavaScript, TypeScript and Python are read. {record}",
        )
    return UsageError(f"it is not clear what {name} is", hint=f"Give {READABLE}.")
