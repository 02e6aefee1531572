"""Hooks that change a client's traffic with the target, to prove a repair on the client itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtdoctor.domain.exchange import HttpRequest, HttpResponse

RewriteRequest = Callable[[HttpRequest], HttpRequest | HttpResponse]
RewriteResponse = Callable[[HttpRequest, HttpResponse], HttpResponse]


def same_request(request: HttpRequest) -> HttpRequest | HttpResponse:
    """Leave a request as it is."""
    return request


def same_response(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Leave an answer as it is."""
    return response


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What is changed on the way. A value that a hook returns as it got it passes byte for byte.

    ``request`` is called with what the client sent, and returns what is sent to the target, or
    the answer that the client gets without the target being asked. ``response`` is called with
    the client's request and the target's answer, and returns what the client gets.

    Bodies are decoded text. Hooks see tokens, which are live, and the placeholder key, but never
    the real key. A body that is larger than what is kept, or that is not UTF-8, is not shown to a
    hook and passes as it is. The URL may change within the target's origins only.
    """

    request: RewriteRequest = same_request
    response: RewriteResponse = same_response

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be changed, so that bodies need not be held back."""
        return self == Rewriting()
