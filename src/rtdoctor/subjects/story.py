"""Which of many exchanges are the mint and the call: the last complete story among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rtdoctor.domain.token_words import names_token_read, names_token_route
from rtdoctor.migration.dialect import dialect_at
from rtdoctor.subjects.address import address_of, to_service
from rtdoctor.subjects.headers import ShownCredential, credential_in
from rtdoctor.subjects.posted_offer import PostedOffer, posted_offer
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.server_action import is_server_action
from rtdoctor.subjects.tokens import TokenFound, tokens_in

_SHORTEST = 6  # characters of a credential that is looked for in other answers
_CALLS_MATCHED = 20  # more calls than these last ones are no person's


Answered = tuple[Seen, tuple[TokenFound, ...]]
"""An exchange with the tokens in its answer."""


@dataclass(frozen=True, slots=True)
class SeenCall:
    """The exchange that posts the offer."""

    seen: Seen
    offer: PostedOffer
    credential: ShownCredential | None
    earlier: str | None = None  # where the same token was shown before


@dataclass(frozen=True, slots=True)
class SeenMint:
    """The exchange that brought the token, or was to bring it.

    ``token`` is the one that the call shows, or else the likeliest one of the answer. ``matched``
    says that the call shows a token of this answer, ``certain`` that it is a token endpoint or
    brought a token.
    """

    seen: Seen
    token: TokenFound | None
    matched: bool
    certain: bool = True

    @property
    def is_refused(self) -> bool:
        """Whether it is seen that no token was given."""
        answer = self.seen.response
        return self.token is None and answer is not None and answer.status >= 400


@dataclass(frozen=True, slots=True)
class Story:
    """A mint, a call, or both; ``others`` is where more of them were seen."""

    mint: SeenMint | None
    call: SeenCall | None
    other_calls: tuple[str, ...] = field(default=())
    other_mints: tuple[str, ...] = field(default=())


def last_story(exchanges: Sequence[Seen]) -> Story:
    """The last call whose token is seen to be minted, else the last call, else the last mint."""
    tokens = [tokens_in(seen.response.body if seen.response else "") for seen in exchanges]
    mints: list[tuple[int, SeenMint]] = []
    calls: list[tuple[int, SeenCall]] = []
    shown: dict[str, str] = {}
    for number, seen in enumerate(exchanges):
        if seen.request.method.upper() == "OPTIONS":
            continue  # a preflight: the browser's own question
        offer = posted_offer(seen.request)
        if offer is None:
            mints += ((number, mint) for mint in _mint(seen, tokens[number]))
            continue
        credential = credential_in(seen.request)
        text = credential.text if credential else ""
        earlier = shown.get(text) if len(text) >= _SHORTEST else None
        shown.setdefault(text, seen.origin)
        calls.append((number, SeenCall(seen, offer, credential, earlier)))
    call, mint = _joined(list(zip(exchanges, tokens, strict=True)), calls, mints)
    other_calls = tuple(c.seen.origin for _, c in calls if c is not call)
    used = mint.seen if mint else None
    return Story(mint, call, other_calls, tuple(m.seen.origin for _, m in mints if m.seen != used))


def _joined(
    exchanges: list[Answered], calls: list[tuple[int, SeenCall]], mints: list[tuple[int, SeenMint]]
) -> tuple[SeenCall | None, SeenMint | None]:
    """The call that is taken, and its mint."""
    # The last complete story: people try again until they record, and the last try is the one they
    # mean.
    for number, call in reversed(calls[-_CALLS_MATCHED:]):
        matched = _matched(call, exchanges[:number])
        if matched is not None:
            return call, matched
    if not calls:
        return None, _likeliest([mint for _, mint in mints])
    number, call = calls[-1]
    return call, _likeliest([mint for at, mint in mints if at < number])


def _matched(call: SeenCall, before: list[Answered]) -> SeenMint | None:
    """The exchange whose answer holds the credential of the call."""
    shown = call.credential.text if call.credential else ""
    if len(shown) < _SHORTEST:
        return None
    for seen, tokens in reversed(before):
        token = next((token for token in tokens if token.value == shown), None)
        # A backend may hand the token out in a form of its own, such as in a cookie or a page.
        if token is None and _holds(seen.response.body if seen.response else "", shown):
            token = TokenFound("", shown)
        if token is not None:
            return SeenMint(seen, token, matched=True)
    return None


def _holds(body: str, shown: str) -> bool:
    """Whether a credential stands in a text, and not as the beginning of a longer one."""
    at = body.find(shown)
    while at >= 0:
        # Tokens begin alike (`ek_`), and one that was cut off is found within every longer one.
        behind = body[at + len(shown) : at + len(shown) + 1]
        if not behind.isalnum() and behind not in ("_", "-"):
            return True
        at = body.find(shown, at + 1)
    return False


def _likeliest(mints: Sequence[SeenMint]) -> SeenMint | None:
    """The last one at a token endpoint or with a token, else the last token route."""
    certain = [mint for mint in mints if mint.certain]
    return next(reversed(certain or mints), None)


def _mint(seen: Seen, found: tuple[TokenFound, ...]) -> Iterator[SeenMint]:
    """The exchange as a mint, when it can be one by where it went or by its answer."""
    token = found[0] if found else None
    path = address_of(seen.request.url).path
    at_endpoint = to_service(seen.request) and dialect_at(path) is not None
    if at_endpoint or any(token.value.startswith("ek_") for token in found):
        yield SeenMint(seen, token, matched=False, certain=True)
    elif _is_token_route(seen, path):
        yield SeenMint(seen, token, matched=False, certain=False)


def _is_token_route(seen: Seen, path: str) -> bool:
    """Whether this may be the app's own way to a token, by its method and its name."""
    match seen.request.method.upper():
        case "POST":
            return is_server_action(seen.request) or names_token_route(path)
        case "GET":
            body = seen.response.body if seen.response else ""
            is_page = body.lstrip().startswith("<")
            return not is_page and names_token_read(path)
    return False
