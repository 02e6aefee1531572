"""A token for each call: what a page that shows one token twice has to change, on its traffic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rtdoctor.check.page_repair import with_headers
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.front.rewriting import Rewriting
from rtdoctor.subjects.headers import credential_in
from rtdoctor.subjects.posted_offer import posted_offer


@dataclass(slots=True)
class TokenForEachCall:
    """Puts a spare token into each call of one run that shows a token which was shown before."""

    spares: Sequence[str]
    _shown: set[str] = field(default_factory=set)
    _used: int = 0

    def before(self, rewriting: Rewriting) -> Rewriting:
        """The rewriting, applied to calls with a token of their own."""
        then = rewriting.request

        def request(sent: HttpRequest) -> HttpRequest | HttpResponse:
            return then(self._with_own_token(sent))

        return replace(rewriting, request=request)

    def _with_own_token(self, sent: HttpRequest) -> HttpRequest:
        shown = credential_in(sent)
        if shown is None or posted_offer(sent) is None:
            return sent
        if shown.text not in self._shown or self._used >= len(self.spares):
            self._shown.add(shown.text)
            return sent
        token = self.spares[self._used]
        self._used += 1
        value = f"{shown.scheme} {token}".strip()
        return replace(sent, headers=with_headers(sent.headers, {shown.header: value}))
