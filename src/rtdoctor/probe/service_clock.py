"""Times as the service means them: its ``Date`` header is its clock, which need not be ours."""

from __future__ import annotations

import time
from datetime import UTC
from email.utils import parsedate_to_datetime

from rtdoctor.domain.exchange import HttpResponse


def seconds_until(moment: float, response: HttpResponse) -> float:
    """Seconds from this answer to a UNIX time the service named, by the service's own clock.

    Without a ``Date`` header our clock has to do.
    """
    return moment - (_http_date(response.header("date")) or time.time())


def lifetime_by_date(expires_at: float | None, response: HttpResponse) -> float | None:
    """Seconds a token had left when it was given, by the service's clock alone.

    ``None`` when the answer does not say when the token expires, or has no ``Date``.
    """
    given_at = _http_date(response.header("date"))
    return None if expires_at is None or given_at is None else expires_at - given_at


def retry_after_s(response: HttpResponse) -> float | None:
    """Seconds to wait by ``Retry-After``, a number or a date (RFC 9110, section 10.2.3)."""
    value = response.header("retry-after") or ""
    try:
        return max(0.0, float(value))
    except ValueError:
        moment = _http_date(value)
        return None if moment is None else max(0.0, seconds_until(moment, response))


def _http_date(value: str | None) -> float | None:
    """The UNIX time of an HTTP date; ``None`` when it is none."""
    try:
        moment = parsedate_to_datetime(value or "")
        # A date with the zone -0000 comes back without one (RFC 5322: UTC, origin unknown).
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
