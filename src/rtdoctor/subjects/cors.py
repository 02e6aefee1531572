"""Whether a browser lets a page read an answer from another origin (Fetch standard, CORS).

Only what the headers decide is judged here. What a browser adds by policy of its own, such as its
checks of mixed content or of local networks, is not.
"""

from __future__ import annotations

from collections.abc import Iterable

from rtdoctor.domain.exchange import HttpResponse

_SAFE_METHODS = ("GET", "HEAD", "POST")
_SAFE_HEADERS = ("accept", "accept-language", "content-language")
_SAFE_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
_FORBIDDEN = ("accept-encoding", "connection", "content-length", "cookie", "host", "origin")
_FORBIDDEN_PREFIXES = ("proxy-", "sec-")


def unsafe_headers(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The names of the headers that a page must be allowed to send, in lower case and sorted.

    A header that a page cannot set at all is left out.
    """
    return tuple(sorted({name.lower() for name, text in headers if _is_unsafe(name, text)}))


def needs_preflight(method: str, unsafe: tuple[str, ...]) -> bool:
    """Whether a browser asks the server with OPTIONS before it sends the request itself."""
    return method.upper() not in _SAFE_METHODS or bool(unsafe)


def preflight_headers(origin: str, method: str, unsafe: tuple[str, ...]) -> dict[str, str]:
    """The headers of the OPTIONS request that a browser sends."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if unsafe:
        asked["Access-Control-Request-Headers"] = ",".join(unsafe)
    return asked


def preflight_problem(
    response: HttpResponse,
    origin: str,
    method: str,
    unsafe: tuple[str, ...],
    *,
    with_cookies: bool = False,
) -> str:
    """Why a browser stops after this answer to its preflight; empty when it goes on."""
    problem = origin_problem(response, origin, with_cookies=with_cookies)
    if problem:
        return problem
    if not 200 <= response.status < 300:
        return f"it is answered with {response.status}, and a browser needs 2xx"
    methods = _listed(response, "access-control-allow-methods")
    every_method = "*" in methods and not with_cookies
    if method.upper() not in _SAFE_METHODS and method not in methods and not every_method:
        return f"Access-Control-Allow-Methods does not name {method}"
    allowed = {name.lower() for name in _listed(response, "access-control-allow-headers")}
    for name in unsafe:
        if name not in allowed and ("*" not in allowed or with_cookies):
            return f"Access-Control-Allow-Headers does not name {name}"
    return ""


def allows_authorization_by_wildcard(response: HttpResponse, unsafe: tuple[str, ...]) -> bool:
    """Whether a preflight allows ``Authorization`` by ``*`` alone.

    By the Fetch standard the wildcard does not stand for it. Chromium 156 was seen to let it pass
    (2026-11-29), so other browsers may refuse what works there.
    """
    allowed = {name.lower() for name in _listed(response, "access-control-allow-headers")}
    return "authorization" in unsafe and "authorization" not in allowed and "*" in allowed


def origin_problem(response: HttpResponse, origin: str, *, with_cookies: bool = False) -> str:
    """Why a browser keeps this answer from the page; empty when the page may read it."""
    given = [v for k, v in response.headers if k.lower() == "access-control-allow-origin"]
    if not given:
        return "it has no Access-Control-Allow-Origin"
    # Two headers are one joined value, which is no origin: browsers refuse it.
    allowed = ", ".join(given).strip()
    if allowed == "*":
        if with_cookies:
            return "Access-Control-Allow-Origin is *, which does not do for a request with cookies"
        return ""
    if allowed != origin:
        return f"Access-Control-Allow-Origin is {allowed}, and not {origin}"
    if with_cookies and response.header("access-control-allow-credentials") != "true":
        return "Access-Control-Allow-Credentials is not true, and the request has cookies"
    return ""


def _is_unsafe(name: str, text: str) -> bool:
    lowered = name.lower()
    # The browser sets these itself, so no preflight asks for them.
    if lowered in _FORBIDDEN or lowered.startswith(_FORBIDDEN_PREFIXES):
        return False
    if lowered == "content-type":
        return text.partition(";")[0].strip().lower() not in _SAFE_TYPES
    return lowered not in _SAFE_HEADERS


def _listed(response: HttpResponse, name: str) -> set[str]:
    values = ",".join(text for key, text in response.headers if key.lower() == name)
    return {value.strip() for value in values.split(",")} - {""}
