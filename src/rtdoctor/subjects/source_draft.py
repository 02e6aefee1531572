"""A setup in the making, out of the requests that source code makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rtdoctor.code.program import SourceSpan
from rtdoctor.code.source_reading import SourceReading, credential_of
from rtdoctor.code.source_request import SourceRequest
from rtdoctor.code.values import (
    AnswerPart,
    Fields,
    FormData,
    JsonText,
    Value,
    known_leaves,
    pieces,
    sketch,
    text_of,
    unknown_leaves,
)
from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallEncoding,
    CallEndpoint,
    CallQuery,
    EncodingKind,
    Factor,
    Offer,
)
from rtdoctor.migration.dialect import Dialect, dialect_at
from rtdoctor.migration.json_text import parse_object
from rtdoctor.subjects.address import Address
from rtdoctor.subjects.code_request import address_in, json_body, seen_request
from rtdoctor.subjects.completing import with_call_of, with_mint_of
from rtdoctor.subjects.draft import Draft
from rtdoctor.subjects.headers import own_headers
from rtdoctor.subjects.mint_reading import mint_levels, mint_places
from rtdoctor.subjects.reading import ReadPlace
from rtdoctor.subjects.shown_credential import kind_of

_USUAL_LABEL = "oai-events"
_NOT_TOLD = "the code does not tell"


@dataclass(slots=True)
class SourceDraft(Draft):
    """A setup that starts as the default one, and takes over what each request of the code says."""

    source: SourceReading = field(kw_only=True)

    def add(self, place: str, value: str, at: SourceSpan, *, unless: str = "") -> None:
        origin = f"{at}, the default of {unless}" if unless else str(at)
        self.places.append(ReadPlace(place, value, origin, bool(unless)))

    def read_mint(self, mint: SourceRequest | None) -> None:
        if mint is None:
            self.setup = with_mint_of(self.setup, self.catalogue)
            why = "no request for a token is in the code; this one goes with the call"
            self._inferred_mint(why)
            return
        levels = mint_levels(seen_request(mint))
        if levels.address.base_url:
            self.base_urls.append(levels.address.base_url)
        self.put(Factor.TOKEN_ENDPOINT, levels.endpoint)
        self.put(Factor.TOKEN_BODY, levels.body)
        if mint.body is not None and levels.body.text is None:
            whole = with_mint_of(self.setup, self.catalogue)
            self.setup = self.setup.with_level(Factor.TOKEN_BODY, whole.token_body)
            self.not_said.append(
                f"the body of the token request at {mint.at}; the usual one is sent"
            )
        elif mint.body is not None:
            self._name_unknown("mint.body", mint.body)
        known = {} if mint.body is None else dict(known_leaves(mint.body))
        for place in mint_places(levels, str(mint.at)):
            path = tuple(place.place.split("/")[1:])
            in_body = place.place.startswith("mint.body/")
            leaf = known.get(path) or known.get((*path, "0")) if in_body else None  # "0" of a list
            if leaf is None:
                self.places.append(place)
            else:
                self.add(place.place, place.value, leaf.at, unless=leaf.unless)

    def _inferred_mint(self, why: str) -> None:
        path = self.setup.token_endpoint.value.path or "none"
        self.places.append(ReadPlace("mint.url.path", path, why, inferred=True))
        body = self.setup.token_body.value.text or "none"
        self.places.append(ReadPlace("mint.body", body, why, inferred=True))

    def _name_unknown(self, place: str, body: Value) -> None:
        for path, value in unknown_leaves(body):
            self.not_said.append(f"{'/'.join((place, *path))} at {value.at}; it is left out")

    def read_headers(self, mint: SourceRequest | None, call: SourceRequest | None) -> None:
        beta: dict[str, str | None] = {}
        others: dict[str, tuple[tuple[str, str], ...]] = {}
        for name, request in (("mint", mint), ("call", call)):
            fields = () if request is None or request.headers is None else request.headers.fields
            found = [f for f in fields if f.name.lower() == "openai-beta"]
            beta[name] = text_of(found[-1].value) if found else None
            pairs = [(f.name, t) for f in fields if (t := text_of(f.value)) is not None]
            others[name] = own_headers(HttpRequest("", "", tuple(pairs)))
            if name == "call":
                for one in found:
                    self.add("call.header.openai-beta", sketch(one.value), one.at)
                for key, value in others[name]:
                    at = next(f.at for f in fields if f.name == key)
                    self.add(f"call.header.{key.lower()}", value, at)
        headers = BetaHeader(beta["mint"], beta["call"], others["mint"], others["call"])
        self.put(Factor.BETA_HEADER, headers)

    def read_call(self, call: SourceRequest) -> None:
        address = address_in(call)
        if address.base_url:
            self.base_urls.append(address.base_url)
        path, method = address.path, sketch(call.method).upper()
        if address.is_realtime:
            self.put(Factor.CALL_ENDPOINT, CallEndpoint(path, method))
            shown = path if method == "POST" else f"{method} {path}"
            start = sketch(call.url)
            if start.startswith("{"):
                unknown = start[1:].partition("}")[0]
                why = f"{call.url.at}; the URL begins with {unknown}, which the code does not tell"
                self.places.append(ReadPlace("call.url.path", shown, why, inferred=True))
            else:
                self.add("call.url.path", shown, call.url.at)
        else:
            self.not_said.append(f"the URL of the call at {call.at}; the usual one is used")
        self.put(Factor.CALL_QUERY, CallQuery(tuple(self._parameters(call, address))))
        self._read_encoding(call)
        self._read_credential(call)

    def _parameters(self, call: SourceRequest, address: Address) -> Iterator[tuple[str, str]]:
        for name, text in address.params:
            if "{" not in text:
                self.add(f"call.query.{name}", text, call.at)
                yield name, text
                continue
            mint = self.source.mint
            model = None if mint is None else _model_of(json_body(mint.body))
            if name == "model" and model is not None:
                why = f"{_NOT_TOLD} it; this is the model of the token request"
                self.places.append(ReadPlace("call.query.model", model, why, inferred=True))
                yield name, model
            else:
                self.not_said.append(f"call.query.{name} at {call.at}; it is left out")

    def _read_encoding(self, call: SourceRequest) -> None:
        headers = () if call.headers is None else call.headers.fields
        found = [f for f in headers if f.name.lower() == "content-type"]
        body = call.body
        if isinstance(body, FormData):
            session = body.fields.get("session")
            text = None if session is None else json_body(session)
            self.put(Factor.CALL_ENCODING, CallEncoding(EncodingKind.MULTIPART, session=text))
            self.add("call.body", "multipart", call.at)
            if session is not None:
                self._name_unknown("call.body/session", session)
            return
        is_json = isinstance(body, Fields | JsonText)
        kind = EncodingKind.JSON if is_json else EncodingKind.RAW
        usual = "application/json" if isinstance(body, Fields) else "text/plain;charset=UTF-8"
        told = text_of(found[-1].value) if found else usual
        is_open = not found and not call.is_known_whole
        content_type = "application/sdp" if is_open or told is None else told
        trim = getattr(body, "trimmed", False)
        self.put(Factor.CALL_ENCODING, CallEncoding(kind, content_type, trim=trim))
        at = found[-1].at if found else call.at
        self.add("call.header.content-type", content_type, at, unless="")
        self.add("call.body", f"{kind}{', its last line end is missing' if trim else ''}", call.at)

    def _read_credential(self, call: SourceRequest) -> None:
        shown = credential_of(call)
        if shown is None:
            if call.is_known_whole and call.headers is not None and not call.headers.is_open:
                self.put(Factor.AUTH, Auth(AuthKind.NONE))
                self.add("credential", "none is sent", call.at)
            else:
                self._inferred_credential()
            return
        scheme, _, text = sketch(shown).strip().partition(" ")
        scheme, text = (scheme, text.strip()) if text else ("", scheme)
        if any(isinstance(piece, AnswerPart) for piece in pieces(shown)):
            mint = self.source.mint
            auth = Auth(scheme=scheme, read_at=read_at(self.source, mint))
            self.put(Factor.AUTH, auth)
            token = self.source.token
            path = token.path if token is not None else ""
            where = f"the token at {path} of the answer" if path else "the token of the answer"
            at = token.steps[-1].at if token is not None and token.steps else shown.at
            self.add("credential", where, at)
            return
        kind = kind_of(text)
        if kind is AuthKind.LITERAL:
            self.put(Factor.AUTH, Auth(AuthKind.LITERAL, text, scheme=scheme))
            self.add("credential", f"{scheme} {text}".strip(), shown.at)
        elif kind is AuthKind.API_KEY:
            self.put(Factor.AUTH, Auth(AuthKind.API_KEY, scheme=scheme))
            self.add("credential", "an API key", shown.at)
        elif kind is AuthKind.EPHEMERAL:
            self.put(Factor.AUTH, Auth(scheme=scheme))
            self.add("credential", "an ephemeral token", shown.at)
        else:
            self._inferred_credential()

    def _inferred_credential(self) -> None:
        why = f"{_NOT_TOLD} it; a token is what a page shows"
        self.put(Factor.AUTH, Auth())
        self.places.append(ReadPlace("credential", "an ephemeral token", why, inferred=True))

    def complete_call(self) -> None:
        self.setup = with_call_of(self.setup, self.catalogue)
        why = "no call is in the code; this one goes with the token"
        path = self.setup.call_endpoint.value.path
        self.places.append(ReadPlace("call.url.path", path, why, inferred=True))
        for name, text in self.setup.call_query.value.params:
            self.places.append(ReadPlace(f"call.query.{name}", text, why, inferred=True))

    def read_offer(self) -> None:
        """What the text adds to the offer. That something is not in it proves nothing."""
        labels = [s for s in self.source.peer if s.name == "createDataChannel" and s.text]
        label = _USUAL_LABEL
        if labels and labels[0].text is not None and isinstance(labels[0].text.value, str):
            label = labels[0].text.value
            self.add("offer.channel.label", label, labels[0].at)
        else:
            why = f"{_NOT_TOLD} it; this is the usual one"
            self.places.append(ReadPlace("offer.channel.label", label, why, inferred=True))
        tracks = [s for s in self.source.peer if s.offers_audio]
        if tracks:
            self.add("offer.audio", "an audio section", tracks[0].at)
        else:
            why = f"{_NOT_TOLD} it; this is the usual offer"
            self.places.append(ReadPlace("offer.audio", "an audio section", why, inferred=True))
        self.put(Factor.OFFER, Offer(True, label))


def read_at(source: SourceReading, mint: SourceRequest | None) -> str | None:
    """Where the client reads the token; ``None`` for the usual place of GA's answer."""
    path = source.token.path if source.token is not None and source.token.complete else ""
    is_ga = mint is not None and dialect_at(address_in(mint).path) is Dialect.CLIENT_SECRETS
    return None if not path or (path == "value" and is_ga) else path


def _model_of(body: str | None) -> str | None:
    data = parse_object(body or "") or {}
    session = data.get("session")
    model = data.get("model") or (session.get("model") if isinstance(session, dict) else None)
    return model if isinstance(model, str) else None
