"""Source code as a setup: the requests that it makes, with the lines where their values stand.

A value that the code does not tell is left out or has its default, and the reading says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rtdoctor.code.source import SUFFIXES
from rtdoctor.code.source_reading import Role, SourceReading, read_sources
from rtdoctor.code.source_request import SourceRequest
from rtdoctor.domain.setup import Auth, Factor
from rtdoctor.errors import UsageError
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.code_request import seen_request
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.secrets_seen import secrets_of
from rtdoctor.subjects.source_draft import SourceDraft, read_at


def is_source_name(name: str) -> bool:
    """Whether a file of this name holds code that is read."""
    return name.lower().endswith(SUFFIXES)


def reading_of_sources(files: Mapping[str, str], catalogue: Catalogue) -> Reading:
    """The setup that the code of an app comes to, its files together.

    Raises ``UsageError`` when no request of it mints a token or posts an offer.
    """
    source = read_sources(files)
    mint, call = source.mint, source.call
    if mint is None and call is None:
        raise UsageError(
            f"no request to a Realtime service is found in {', '.join(files)}",
            hint="Give the files that ask for the token and that post the SDP offer, or a folder "
            "with both. Or record what the app does as a HAR.",
        )
    draft = SourceDraft(catalogue, catalogue.setup({}), source=source)
    if call is not None:
        draft.read_call(call)
    else:
        draft.put(Factor.AUTH, Auth(read_at=read_at(source, mint)))
    draft.read_headers(mint, call)
    if draft.setup.auth.value.kind.needs_token:
        draft.read_mint(mint)
    else:
        draft.setup = draft.setup.as_sent()
    if call is None:
        draft.complete_call()
    draft.read_offer()
    return Reading(
        kind="source code",
        setup=draft.setup,
        places=tuple(draft.places),
        base_url=next(iter(draft.base_urls), None),
        notes=tuple(_notes(source, mint, call)),
        not_said=tuple(draft.not_said),
        secrets=secrets_of([seen_request(one) for one in (mint, call) if one is not None]),
        sources=dict(files),
    )


def _notes(
    source: SourceReading, mint: SourceRequest | None, call: SourceRequest | None
) -> Iterator[str]:
    for role, one in ((Role.MINT, mint), (Role.CALL, call)):
        others = dict.fromkeys(
            str(r.at) for r in source.of_role(role) if one is not None and r.at != one.at
        )
        if others:
            listed = ", ".join(list(others)[:5])
            yield f"other {'token requests' if role is Role.MINT else 'calls'} stand at {listed}"
    for event in source.events:
        yield f"{event.type} is sent as at {event.at}; a setup does not hold it"
    for cut in source.cut:
        yield f"{cut.file} is read up to line {cut.line}; what follows is not its language"
    if source.token is not None and not source.token.complete:
        steps = source.token.steps
        place = f"{source.token.path} of " if steps else ""
        yield f"the page reads {place}an answer whose route is not in these files"
