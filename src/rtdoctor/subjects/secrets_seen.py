"""The secrets in exchanges, so that they can be masked wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rtdoctor.domain.secret import Secret
from rtdoctor.secrets.appearance import is_evidence
from rtdoctor.secrets.names import Name, judge
from rtdoctor.subjects.address import address_of
from rtdoctor.subjects.headers import credential_in
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.tokens import tokens_in

_SECRET = (Name.SECRET, Name.SECRET_IN_REQUESTS)


def secrets_of(exchanges: Sequence[Seen]) -> tuple[Secret, ...]:
    """Credentials, cookies and passwords that were sent, and tokens that were answered."""
    values = dict.fromkeys(value for seen in exchanges for value in _values(seen))
    return tuple(
        Secret(value, f"<credential of yours {number}>")
        for number, value in enumerate((v for v in values if v and not is_evidence(v)), 1)
    )


def _values(seen: Seen) -> Iterator[str]:
    shown = credential_in(seen.request)
    if shown is not None:
        yield shown.text
    parameters = address_of(seen.request.url).params
    yield from (v for n, v in (*seen.request.headers, *parameters) if judge(n) in _SECRET)
    yield from (token.value for token in tokens_in(seen.request.body or ""))
    cookies = (v for name, v in seen.request.headers if name.lower() == "cookie")
    for pair in "; ".join(cookies).split(";"):
        yield pair.partition("=")[2].strip()
    if seen.response is not None:
        yield from (token.value for token in tokens_in(seen.response.body))
