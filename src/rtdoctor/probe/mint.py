"""The mint: asking the target for an ephemeral token, and judging its answer."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from rtdoctor.domain.error_body import error_signature
from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.outcome import LocalCode, Outcome, Signature, Stage, normalise_message
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import AuthKind, Setup
from rtdoctor.domain.token_place import CannotRead, is_stand_in, read_as_page
from rtdoctor.probe.answer_words import held, json_type, kind_of_text, names
from rtdoctor.probe.service_clock import retry_after_s, seconds_until
from rtdoctor.probe.wire import Credential, WireRequest
from rtdoctor.targets.target import Target

SHORTEST_TTL_S = 10  # fact TOK-GA-TTL
TOKEN_ALIAS = "ek_…#"


@dataclass(slots=True)
class Token:
    """A minted token. ``calls`` counts how often it was shown to the service.

    ``lifetime_s`` is what was left of it when it was minted, by the service's clock.
    """

    secret: Secret
    expires_at: int | None
    lifetime_s: float | None
    minted_at: float = field(default_factory=time.monotonic)
    calls: int = 0

    @property
    def age_ms(self) -> float:
        return (time.monotonic() - self.minted_at) * 1000

    @property
    def left_s(self) -> float | None:
        """Seconds until it has surely expired; ``None`` when the service did not say when."""
        if self.lifetime_s is None:
            return None
        # both times it is reckoned from are whole seconds
        return max(0.0, self.lifetime_s + 1 - self.age_ms / 1000)


def mint_request(setup: Setup, target: Target, key: Secret) -> WireRequest:
    """The request this setup mints with. The setup must have a token endpoint."""
    body = setup.token_body.value
    path = setup.token_endpoint.value.path or ""
    header = setup.beta_header.value
    headers: list[tuple[str, str | Credential]] = [*header.mint_others]
    if not any(name.lower() == "authorization" for name, _ in header.mint_others):
        # The user's own header, such as `Bearer undefined`, is sent in place of the key.
        headers.insert(0, ("Authorization", Credential("Bearer", key)))
    text = body.text
    if setup.auth.value.kind is AuthKind.EXPIRED:
        text = _short_lived(path, text)
    if text is not None:
        headers.append(("Content-Type", body.content_type))
    if header.mint is not None:
        headers.append(("OpenAI-Beta", header.mint))
    method = setup.token_endpoint.value.method
    return WireRequest("mint", method, target.url(path), tuple(headers), text)


def _short_lived(path: str, text: str | None) -> str | None:
    """Ask for the shortest life where the endpoint can be asked (fact TOK-GA-TTL)."""
    if not path.endswith("client_secrets"):
        return text
    try:
        body = json.loads(text or "{}")
    except ValueError:
        return text
    if not isinstance(body, dict):
        return text
    # A life that the user asks for is theirs and stays.
    body.setdefault("expires_after", {"anchor": "created_at", "seconds": SHORTEST_TTL_S})
    return json.dumps(body, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Minted:
    """The value and expiry that an answer held."""

    value: str
    expires_at: int | None
    lifetime_s: float | None = None
    is_token: bool = True
    """False for what a client sends in place of a token that it did not find."""

    @property
    def is_alias(self) -> bool:
        """Whether a recording answered: it holds the token's alias instead of the token."""
        return self.value.startswith(TOKEN_ALIAS)


def read_mint(response: HttpResponse) -> Minted | Outcome:
    """The token of an answer, or the outcome that stands in for one.

    The token is read at ``value`` (GA, fact TOK-GA-SHAPE) or ``client_secret.value`` (beta).
    """
    refused = refusal(Stage.MINT, response)
    if refused is not None:
        return refused

    def failed(code: LocalCode, message: str = "") -> Outcome:
        return Outcome.failed(
            Signature(Stage.MINT, response.status, code=code.value, message=message or None)
        )

    if not response.body.strip():
        return failed(LocalCode.EMPTY_BODY)
    try:
        data: Any = json.loads(response.body)
    except (ValueError, RecursionError):
        what = kind_of_text(response.body, response.header("content-type") or "")
        return failed(LocalCode.NOT_JSON, f"the answer is not JSON, it is {what}")
    if not isinstance(data, dict):
        return failed(LocalCode.NO_TOKEN, f"the answer is JSON, but {json_type(data)}")
    nested = data.get("client_secret")
    holder: dict[str, Any] = data
    # Where both shapes are there, GA's is read first, as clients of today do.
    if isinstance(nested, dict) and "value" not in data:
        holder = nested
    value = holder.get("value", None if holder is nested else nested)
    if value is None:
        return failed(
            LocalCode.NO_TOKEN,
            f"neither value nor client_secret.value is there; the answer {held(data)}",
        )
    if not isinstance(value, str):
        return failed(
            LocalCode.TOKEN_NOT_A_STRING,
            f"the token is {json_type(value)}; the answer {held(data)}",
        )
    expires_at = _unix_time(holder.get("expires_at"))
    lifetime_s = None if expires_at is None else seconds_until(expires_at, response)
    minted = Minted(value, expires_at, lifetime_s)
    if not value or not (minted.is_alias or (value.isascii() and value.isprintable())):
        # A header can carry printable ASCII only, so with any other token the call could not be
        # sent.
        fault = "not plain text" if value else "an empty string"
        return failed(LocalCode.NO_TOKEN, f"the token is {fault}; the answer {held(data)}")
    return minted


def read_at(response: HttpResponse, place: str) -> Minted | Outcome:
    """What a client that reads the token at ``place`` gets of an answer (see ``token_place``).

    Where reading throws, the client sends no call, so that is a failure of the mint.
    """
    refused = refusal(Stage.MINT, response)
    if refused is not None:
        return refused
    try:
        data: Any = json.loads(response.body)
    except (ValueError, RecursionError):
        what = kind_of_text(response.body, response.header("content-type") or "")
        return _not_read(response, place, f"it is not JSON, it is {what}")
    has = f"the answer has {names(data)}"
    try:
        text = read_as_page(data, place)
    except CannotRead as error:
        missing = error.before or "the answer"
        return _not_read(response, place, f"{missing} is {error.what} there; {has}")
    # `undefined` and `[object Object]` are what a page goes on with, so the call is made and its
    # answer is evidence.
    if is_stand_in(text):
        return Minted(text, None, is_token=False)
    minted = Minted(text, None)
    if not text or not (minted.is_alias or (text.isascii() and text.isprintable())):
        return _not_read(response, place, f"an empty or unprintable text is there; {has}")
    return minted


def _not_read(response: HttpResponse, place: str, why: str) -> Outcome:
    message = f"the token is read at {place}, and {why}"
    return Outcome.failed(
        Signature(Stage.MINT, response.status, code=LocalCode.TOKEN_NOT_READ.value, message=message)
    )


def refusal(stage: Stage, response: HttpResponse) -> Outcome | None:
    """The outcome of an answer that is not a success, at any HTTP stage.

    429 and 5xx say nothing about the setup: transient. Everything else refused is evidence.
    """
    if response.truncated and response.status < 400:  # the beginning of an error is enough
        return Outcome.failed(
            Signature(
                stage,
                response.status,
                code=LocalCode.BODY_TOO_LARGE.value,
                message=f"the answer is larger than {len(response.body):,} characters",
            )
        )
    if 200 <= response.status < 300:
        return None
    if 300 <= response.status < 400:
        where = normalise_message(f"to {response.header('location') or 'nowhere'}")
        return Outcome.failed(
            Signature(stage, response.status, code=LocalCode.REDIRECT.value, message=where)
        )
    content_type = response.header("content-type") or ""
    signature = error_signature(stage, response.status, response.body, content_type)
    if response.status == 429 or response.status >= 500:
        return Outcome.transient(signature, retry_after_s=retry_after_s(response))
    return Outcome.failed(signature)


def _unix_time(value: Any) -> int | None:
    """``expires_at`` where it can be one: hostile answers hold numbers that no clock shows."""
    # A bool is an int to Python.
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40:
        return value
    return None
