"""HTTP exchanges recorded to a folder and played back, through vcrpy.

A recording folder holds ``http.json`` (a vcrpy cassette in its JSON form, so that reading a
stranger's never runs a YAML loader) and ``run.json`` (what was observed). Requests are matched
by the probe and step that sent them, since an SDP offer differs every time. Nothing reaches the
disk before it went through the redactor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote, urldefrag

import msgspec

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.setup import Setup
from rtdoctor.errors import EvidenceError
from rtdoctor.evidence.codec import check_limits
from rtdoctor.evidence.load import read_bounded
from rtdoctor.evidence.write import write_report
from rtdoctor.secrets.redactor import Redactor

if TYPE_CHECKING:
    import httpx

HTTP_FILE = "http.json"
RUN_FILE = "run.json"
_TAG = "X-Rtdoctor-Probe"
_OF_CODED_BODY = ("content-encoding", "content-length", "transfer-encoding")
_MAX_NAMES = 4000  # a URL of more than 65,536 characters is refused, and each may become twelve


def label(setup: Setup, purpose: str) -> str:
    """The name under which a step of a setup is recorded. It comes as the URL's fragment."""
    return f"{'/'.join(setup.as_sent().names.values())[:_MAX_NAMES]} {purpose}"


class ExchangesKept:
    """The exchanges of a run as they were read, in vcrpy's terms.

    They are told by the probe and not caught on their way by vcrpy, which would read every answer
    whole, past the limits of the probe.
    """

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.responses: list[dict[str, Any]] = []

    def keep(self, request: httpx.Request, response: HttpResponse) -> None:
        from vcr.request import Request

        body = request.read()
        self.requests.append(Request(request.method, str(request.url), body, request.headers))
        headers: dict[str, list[str]] = {}
        for name, value in response.headers:
            if name.lower() not in _OF_CODED_BODY:  # it is kept decoded
                headers.setdefault(name, []).append(value)
        # As long as it was seen to be, so that a replay finds a body too large as well.
        text = response.body.ljust(response.body_bytes) if response.truncated else response.body
        status = {"code": response.status, "message": None}
        self.responses.append(
            {"status": status, "headers": headers, "body": {"string": text.encode()}}
        )


@contextmanager
def recording(folder: Path, redactor: Redactor) -> Iterator[ExchangesKept]:
    """Keep the exchanges that the block tells of in ``folder``.

    Raises ``EvidenceError`` when the folder already holds a recording or cannot be made, and at
    the end ``UsageError`` when it cannot be written.
    """
    if (folder / HTTP_FILE).exists():
        raise EvidenceError(
            f"{folder} already holds a recording",
            hint="Name another folder, or remove this one first.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvidenceError(f"{folder} cannot be made: {error.strerror}") from None
    kept = ExchangesKept()
    try:
        yield kept
    finally:
        _write(folder / HTTP_FILE, kept, redactor)


@contextmanager
def replaying(folder: Path) -> Iterator[None]:
    """Answer every exchange inside the block from ``folder``; nothing touches the network.

    Raises ``EvidenceError`` when there is no readable recording.
    """
    path = folder / HTTP_FILE
    with _cassette(folder, _Recorded(*_read(path))):
        yield


def not_recorded_error() -> type[Exception]:
    """What vcrpy raises for a request the cassette does not hold."""
    from vcr.errors import CannotOverwriteExistingCassetteException

    error: type[Exception] = CannotOverwriteExistingCassetteException
    return error


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    uri: str
    headers: dict[str, list[str]]
    body: str | None = None


@dataclass(frozen=True, slots=True)
class _Status:
    code: Annotated[int, msgspec.Meta(ge=100, le=999)]
    message: str | None = None


@dataclass(frozen=True, slots=True)
class _Body:
    string: str


@dataclass(frozen=True, slots=True)
class _Response:
    status: _Status
    headers: dict[str, list[str]]
    body: _Body

    def for_vcr(self) -> dict[str, Any]:
        """As vcrpy hands it on. Aliases are not ASCII, which a reason phrase has to be."""
        reason = (self.status.message or "").encode("ascii", "replace").decode()
        headers = {name: [v.encode() for v in values] for name, values in self.headers.items()}
        return {
            "status": {"code": self.status.code, "message": reason},
            "headers": headers,
            "body": {"string": self.body.string.encode("utf-8", "replace")},
        }


@dataclass(frozen=True, slots=True)
class _Interaction:
    request: _Request
    response: _Response


@dataclass(frozen=True, slots=True)
class _File:
    interactions: tuple[_Interaction, ...]


_FILE = msgspec.json.Decoder(_File)


def _read(path: Path) -> tuple[list[Any], list[dict[str, Any]]]:
    """Requests and responses as vcrpy keeps them."""
    from vcr.request import Request

    try:
        data = read_bounded(path)
        # Before anything is built of it: a recording may come from a stranger.
        check_limits(data, str(path))
        file = _FILE.decode(data)
        asked = (i.request for i in file.interactions)
        requests = [Request(r.method, r.uri, r.body, r.headers) for r in asked]
    except EvidenceError as error:
        raise EvidenceError(
            f"{error.message}: not a recording",
            hint="A recording is made by: rtdoctor check --record DIR",
        ) from None
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise EvidenceError(f"{path} is not a recording: {error}") from None
    return requests, [i.response.for_vcr() for i in file.interactions]


def _cassette(folder: Path, persister: _Recorded) -> Any:
    import vcr

    recorder = vcr.VCR(
        serializer="json",
        record_mode="none",
        match_on=["probe"],
        before_record_request=_tagged,
    )
    recorder.register_matcher("probe", _same_step)
    recorder.register_persister(persister)
    return recorder.use_cassette(str(folder / HTTP_FILE))


def _tagged(request: Any) -> Any:
    # vcrpy's own copy of the request: the tag never goes on the wire
    if _TAG not in request.headers:
        request.uri, fragment = urldefrag(request.uri)
        request.headers = {**request.headers, _TAG: unquote(fragment)}
    return request


def _same_step(one: Any, other: Any) -> None:
    # vcrpy takes an AssertionError for: these two do not match.
    assert one.headers.get(_TAG) == other.headers.get(_TAG), "another probe or step"
    assert one.method == other.method, "another method"


class _Recorded:
    """vcrpy's way from disk: what was read and checked before."""

    def __init__(self, requests: list[Any], responses: list[dict[str, Any]]) -> None:
        self._read = requests, responses

    def load_cassette(self, path: str, serializer: Any) -> Any:
        return self._read

    def save_cassette(self, path: str, cassette: dict[str, Any], serializer: Any) -> None:
        """A recording that is played back stays as it is."""


def _write(path: Path, kept: ExchangesKept, redactor: Redactor) -> None:
    from vcr.serialize import serialize
    from vcr.serializers import jsonserializer

    def clean_bytes(body: bytes) -> bytes:
        return redactor.clean_text(body.decode("utf-8", "replace")).encode()

    for request in map(_tagged, kept.requests):
        request.uri = redactor.clean_text(request.uri)
        request.headers = redactor.clean(dict(request.headers))
        if request.body:
            request.body = clean_bytes(request.body)
    for response in kept.responses:
        response["headers"] = redactor.clean(dict(response["headers"]))
        response["body"]["string"] = clean_bytes(response["body"]["string"])
    cassette = {"requests": kept.requests, "responses": kept.responses}
    write_report(path, serialize(cassette, jsonserializer).encode(), redactor)
