"""What a reading leaves aside, and what it cannot say, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rtdoctor.domain.setup import AuthKind
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.shown_credential import kind_of
from rtdoctor.subjects.story import SeenCall, SeenMint, Story
from rtdoctor.wording.outcomes import plural


def notes_on(story: Story, exchanges: int, base_urls: Sequence[str]) -> Iterator[str]:
    """Sentences about a story that the setup itself does not tell."""
    taken = (story.mint is not None) + (story.call is not None)
    if exchanges > taken:
        yield f"{plural(exchanges - taken, 'other request')} ignored"
    if story.other_calls:
        others = _listed(story.other_calls)
        yield f"other calls were seen: {others}; the last one with its token is read"
    if story.other_mints:
        yield f"other token requests were seen: {_listed(story.other_mints)}"
    if len(set(base_urls)) > 1:
        first, *_, last = base_urls
        yield f"the mint goes to {first} and the call to {last}; here both go to one service"
    if story.mint is not None:
        yield from _on_mint(story.mint, story.call)
    for seen in (s.seen for s in (story.mint, story.call) if s is not None):
        if seen.exact:
            yield from _on_answer(seen)


def _on_mint(mint: SeenMint, call: SeenCall | None) -> Iterator[str]:
    if call is not None and call.credential is not None and not mint.matched:
        sent = kind_of(call.credential.text)
        if sent is AuthKind.LITERAL and mint.token is not None:
            yield (
                f"the answer to {mint.seen.origin} holds a token at "
                f"{mint.token.place or 'its top'}, and the call shows “{call.credential.text}”: "
                "the app reads another place"
            )
        elif sent is not AuthKind.LITERAL and mint.seen.exact:
            why = "its answer does not hold the call's token"
            yield f"{mint.seen.origin} is taken for the mint; {why} (inferred)"
    if call is not None and call.credential is None and mint.seen.exact:
        yield f"{mint.seen.origin} is taken for the mint; the call shows no credential (inferred)"


def _on_answer(seen: Seen) -> Iterator[str]:
    """What the recording says of the answer, for comparison with what is answered now."""
    if seen.response is None:
        yield f"{seen.origin} has no answer in it"
    elif seen.response.status == 0:
        why = seen.response.body[:100] or "the browser blocked it or nothing was reached"
        yield f"{seen.origin} got no answer: {why}"
    else:
        yield f"{seen.origin} was answered with {seen.response.status}"


def _listed(origins: Sequence[str]) -> str:
    shown = ", ".join(origins[:3])
    return f"{shown} and {len(origins) - 3} more" if len(origins) > 3 else shown
