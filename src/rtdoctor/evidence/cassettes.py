"""HTTP exchanges recorded to a folder and played back, through vcrpy.

A recording folder holds ``http.json`` (a vcrpy cassette in its JSON form, so that reading a
stranger's never runs a YAML loader) and ``run.json`` (what was observed). Requests are matched
by the probe and step that sent them, since an SDP offer differs every time. Nothing reaches the
disk before it went through the redactor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from rtdoctor.domain.setup import Setup
from rtdoctor.errors import EvidenceError
from rtdoctor.evidence.redact import Redactor

HTTP_FILE = "http.json"
RUN_FILE = "run.json"
_MAX_BYTES = 64_000_000
_TAG = "X-Rtdoctor-Probe"

# which probe and step the request now on its way belongs to; read by the hooks below
sending: ContextVar[str] = ContextVar("sending", default="")


def label(setup: Setup, purpose: str) -> str:
    """The name under which a step of a setup is recorded."""
    return " ".join(["/".join(setup.as_sent().names.values()), purpose])


@contextmanager
def recording(folder: Path, redactor: Redactor) -> Iterator[None]:
    """Record every exchange made inside the block into ``folder``.

    Raises ``EvidenceError`` when the folder already holds a recording or cannot be written.
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
    with _cassette(folder, "all", _Persister(redactor)):
        yield


@contextmanager
def replaying(folder: Path) -> Iterator[None]:
    """Answer every exchange inside the block from ``folder``; nothing touches the network.

    Raises ``EvidenceError`` when there is no readable recording.
    """
    path = folder / HTTP_FILE
    try:
        size = path.stat().st_size
    except OSError as error:
        raise EvidenceError(
            f"{path} cannot be read: {error.strerror}",
            hint="A recording is made by: rtdoctor check --record DIR",
        ) from None
    if not 0 < size <= _MAX_BYTES:
        problem = f"larger than {_MAX_BYTES:,} bytes" if size else "empty"
        raise EvidenceError(f"{path} is not a recording: it is {problem}")
    try:
        with _cassette(folder, "none", _Persister(None)):
            yield
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceError(f"{path} is not a recording: {error}") from None


def not_recorded_error() -> type[Exception]:
    """What vcrpy raises for a request the cassette does not hold."""
    from vcr.errors import CannotOverwriteExistingCassetteException

    error: type[Exception] = CannotOverwriteExistingCassetteException
    return error


def _cassette(folder: Path, mode: str, persister: _Persister) -> Any:
    import vcr

    recorder = vcr.VCR(
        serializer="json",
        record_mode=mode,
        match_on=["probe"],
        before_record_request=_tagged,
        decode_compressed_response=True,
    )
    recorder.register_matcher("probe", _same_step)
    recorder.register_persister(persister)
    return recorder.use_cassette(str(folder / HTTP_FILE))


def _tagged(request: Any) -> Any:
    # vcrpy's own copy of the request: the tag never goes on the wire
    if _TAG not in request.headers:
        request.headers = {**request.headers, _TAG: sending.get()}
    return request


def _same_step(one: Any, other: Any) -> None:
    assert one.headers.get(_TAG) == other.headers.get(_TAG), "another probe or step"
    assert one.method == other.method, "another method"


class _Persister:
    """vcrpy's way to disk, with the redactor in it."""

    def __init__(self, redactor: Redactor | None) -> None:
        self._redactor = redactor

    def load_cassette(self, path: str, serializer: Any) -> Any:
        from vcr.persisters.filesystem import FilesystemPersister

        return FilesystemPersister.load_cassette(path, serializer)

    def save_cassette(self, path: str, cassette: dict[str, Any], serializer: Any) -> None:
        from vcr.serialize import serialize

        if self._redactor is None:
            return
        for request in cassette["requests"]:
            request.uri = self._redactor.clean_text(request.uri)
            request.headers = self._redactor.clean(dict(request.headers))
            if request.body:
                request.body = self._clean_bytes(request.body)
        for response in cassette["responses"]:
            response["headers"] = self._redactor.clean(dict(response["headers"]))
            response["body"]["string"] = self._clean_bytes(response["body"]["string"])
        data = serialize(cassette, serializer).encode()
        Path(path).write_bytes(self._redactor.guard(data))

    def _clean_bytes(self, body: bytes) -> bytes:
        assert self._redactor is not None
        return self._redactor.clean_text(body.decode("utf-8", "replace")).encode()
