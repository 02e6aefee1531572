"""The key that stands in a page, and the one that its requests are sent with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rtdoctor.check.page_repair import with_headers
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.domain.setup import AuthKind
from rtdoctor.front.rewriting import RewriteRequest, Rewriting
from rtdoctor.subjects.headers import credential_in
from rtdoctor.subjects.shown_credential import is_placeholder, kind_of


@dataclass(frozen=True, slots=True)
class PageKey:
    """Puts the front's placeholder where a page shows a key that opens nothing.

    That is a text such as ``YOUR_API_KEY``. In the sandbox it is any API key, since only the
    sandbox's own opens something there. A key of the user's that a page shows to the real service
    is left as it is. The front puts the real key in when the request leaves.
    """

    placeholder: str
    in_sandbox: bool

    def before(self, rewriting: Rewriting) -> Rewriting:
        """The rewriting, applied to requests that have a key that opens something."""
        then: RewriteRequest = rewriting.request

        def request(sent: HttpRequest) -> HttpRequest | HttpResponse:
            return then(self.put_into(sent))

        return replace(rewriting, request=request)

    def put_into(self, sent: HttpRequest) -> HttpRequest:
        """The request with the placeholder, or as it is."""
        shown = credential_in(sent)
        if shown is None or kind_of(shown.text) is not AuthKind.API_KEY:
            return sent
        if not (self.in_sandbox or is_placeholder(shown.text)):
            return sent
        value = f"{shown.scheme} {self.placeholder}".strip()
        return replace(sent, headers=with_headers(sent.headers, {shown.header: value}))
