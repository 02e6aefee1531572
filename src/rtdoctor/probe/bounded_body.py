"""The body of an HTTP answer as far as it may be read: decoded as it comes, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rtdoctor.content_coding import Decoding, ExpandsTooFar, decoders_for

if TYPE_CHECKING:
    import httpx

_FOR_ALL_CODINGS = 4  # times the limit: what several codings of one body may make in between


@dataclass(frozen=True, slots=True)
class BoundedBody:
    """The first bytes of a body without its content codings; ``size`` counts what came of it.

    A coding that is not known is left as it is.
    """

    data: bytes
    size: int
    is_cut: bool


async def bounded_body(answer: httpx.Response, most: int) -> BoundedBody:
    """Read a streamed answer up to ``most`` decoded bytes; the caller closes it.

    Not ``aiter_bytes``, which decodes each part that arrives as a whole: 64 kB of Brotli can be
    gigabytes. Raises ``httpx.DecodingError`` for what is not encoded as its header says.
    """
    import httpx

    decoders = decoders_for(answer.headers.get("content-encoding", "")) or []
    decoding = Decoding(decoders, _FOR_ALL_CODINGS * most)
    kept, size = bytearray(), 0
    try:
        async for data in answer.aiter_raw():
            for part in decoding.next(data):
                kept += part[: most - len(kept)]
                size += len(part)
                if size > most:
                    return BoundedBody(bytes(kept), size, is_cut=True)
    except ExpandsTooFar:
        return BoundedBody(bytes(kept), size, is_cut=True)
    except ValueError as error:
        what = f"the body is not encoded as its header says: {error}"
        raise httpx.DecodingError(what, request=answer.request) from None
    return BoundedBody(bytes(kept), size, is_cut=False)
