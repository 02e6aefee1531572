"""A whole setup in the other generation: token endpoint, body, headers, call and query together.

What one request loses the other one has to say: the model that the beta puts into the call's query
belongs in GA's session, and back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from rtdoctor.domain.setup import (
    AuthKind,
    CallEncoding,
    CallQuery,
    EncodingKind,
    Factor,
    Level,
    Setup,
)
from rtdoctor.migration.dialect import Dialect, Generation, dialect_at, fits
from rtdoctor.migration.json_text import compact_json, parse_object
from rtdoctor.migration.migrated_object import MigratedObject, migrate_object
from rtdoctor.migration.object_kind import REALTIME, TRANSCRIPTION, Form, Kind, kind_of
from rtdoctor.migration.retirements import retirement_steps
from rtdoctor.migration.wording import MigrationStep, steps

_CALLS, _BETA_CALL, _MINT = "/realtime/calls", "/realtime", "client_secrets"
_MODEL_PLACES = {REALTIME: ("model",), TRANSCRIPTION: ("audio", "input", "transcription", "model")}


@dataclass(slots=True)
class _Migration:
    """A setup on its way; ``said`` is what was done, in order."""

    setup: Setup
    said: list[MigrationStep] = field(default_factory=list)

    def put(self, factor: Factor, value: Any, text: str, *basis: str) -> None:
        self.setup = self.setup.with_level(factor, Level("migrated", value))
        self.said.append(MigrationStep(text, basis))

    def leave(self, text: str, *basis: str) -> None:
        self.said.append(MigrationStep(text, basis, is_open=True))

    @property
    def mints(self) -> bool:
        endpoint = self.setup.token_endpoint.value.path
        return self.setup.auth.value.kind.needs_token and endpoint is not None


def migrate_setup(setup: Setup, target: Generation) -> tuple[Setup, tuple[MigrationStep, ...]]:
    """The setup as the target generation wants it, and one sentence for each change.

    A level that changed is called ``migrated``; all others are those of ``setup``.
    """
    going = _Migration(setup)
    ways: dict[Generation, tuple[Callable[[_Migration], None], ...]] = {
        Generation.GA: (
            _mint_to_ga,
            _headers_to_ga,
            _call_to_ga,
            _query_to_ga,
            _part_to_ga,
            _endings_in_ga,
        ),
        Generation.BETA: (_query_to_beta, _mint_to_beta, _part_to_beta, _call_to_beta),
    }
    for way in ways[target]:
        way(going)
    return going.setup, tuple(going.said)


def _mint_to_ga(going: _Migration) -> None:
    path = going.setup.token_endpoint.value.path
    old = dialect_at(path)
    if not going.mints or old is None:
        return
    if old.is_flat and "/realtimeapi/" in (path or ""):
        going.leave("token_endpoint: no fact says where this provider mints for GA", "unknown")
        return
    if old.is_flat:
        new = _with_end(path or "", _MINT)
        endpoint = replace(going.setup.token_endpoint.value, path=new)
        text = f"token_endpoint becomes {new}, the only one that GA has for such a session"
        going.put(Factor.TOKEN_ENDPOINT, endpoint, text, "TOK-BETA-404")
    _body(going, old, Generation.GA)
    _read_at(going, "client_secret.value", "value")


def _mint_to_beta(going: _Migration) -> None:
    path = going.setup.token_endpoint.value.path
    old = dialect_at(path)
    if not going.mints or old is None or old.is_flat:
        return
    if old is Dialect.TRANSLATION:
        going.leave("token_endpoint: the beta has no translation sessions", "inferred")
        return
    session_type = _session_type(going.setup)
    new = "transcription_sessions" if session_type == TRANSCRIPTION else "sessions"
    endpoint = replace(going.setup.token_endpoint.value, path=_with_end(path or "", new))
    text = f"token_endpoint becomes {endpoint.path}, which mints {session_type} sessions"
    going.put(Factor.TOKEN_ENDPOINT, endpoint, text, "TOK-BETA-TTL")
    _body(going, old, Generation.BETA)
    _read_at(going, "value", "client_secret.value")


def _read_at(going: _Migration, old: str, new: str) -> None:
    """Where the client reads the token in the answer to the mint."""
    auth = going.setup.auth.value
    if auth.read_at == old:
        text = f"auth: the token is read at {new}, no longer at {old}"
        going.put(Factor.AUTH, replace(auth, read_at=new), text, "TOK-GA-SHAPE")


def _body(going: _Migration, old: Dialect, target: Generation) -> None:
    body = going.setup.token_body.value
    if body.text is None and target is Generation.BETA:
        return
    content = parse_object(body.text if body.text is not None else "{}")
    written = old if fits(body.text, old) else None
    kind = (
        None
        if content is None
        else kind_of(content, written if written and written.is_flat else None)
    )
    if content == {} and not old.is_flat:
        return
    if content is None or kind is None:
        going.leave("token_body is no session that is known, so it stays as it is")
        return
    _put_body(going, content, migrate_object(content, kind, target))


def _put_body(going: _Migration, old: dict[str, Any], migrated: MigratedObject) -> None:
    if migrated.content == old and going.setup.token_body.value.text is not None:
        return
    body = replace(going.setup.token_body.value, text=compact_json(migrated.content))
    going.setup = going.setup.with_level(Factor.TOKEN_BODY, Level("migrated", body))
    for step in steps(migrated.moves, migrated.added, migrated.shape):
        going.said.append(replace(step, text=f"token_body: {step.text}"))


def _headers_to_ga(going: _Migration) -> None:
    header = going.setup.beta_header.value
    if header.mint is None and header.call is None:
        return
    new = replace(header, mint=None, call=None)
    text = "beta_header is dropped, since GA is asked for without OpenAI-Beta"
    basis = ("TOK-BETA-UNKNOWN-BETA", "SDP-BETA-DISABLED")
    going.put(Factor.BETA_HEADER, new, text, *basis)


def _call_to_ga(going: _Migration) -> None:
    path, mark, query = going.setup.call_endpoint.value.path.partition("?")
    if not path.rstrip("/").endswith(_BETA_CALL):
        return
    new = path.rstrip("/").removesuffix(_BETA_CALL) + _CALLS + mark + query
    endpoint = replace(going.setup.call_endpoint.value, path=new)
    text = f"call_endpoint becomes {new}, where GA takes an SDP offer"
    going.put(Factor.CALL_ENDPOINT, endpoint, text, "SDP-BETA-DISABLED", "SDP-GA-OK")


def _query_to_ga(going: _Migration) -> None:
    """Drop what the token's session says in GA; a model that only the query names moves there."""
    params = going.setup.call_query.value.params
    named = dict(params)
    kept = tuple(pair for pair in params if pair[0] not in ("model", "intent"))
    if kept == params or not going.setup.call_endpoint.value.path.endswith(_CALLS):
        return
    if "?" in going.setup.call_endpoint.value.path:
        going.leave("call_endpoint holds a query of its own, which stays as it is")
    model = named.get("model")
    text = "call_query loses model and intent, which the session has in GA"
    basis = ("SDP-EMPTY-400-MODEL-QUERY", "SDP-TRANSCRIPTION-MODEL-PARAM")
    if going.mints:
        going.put(Factor.CALL_QUERY, CallQuery(kept), text, *basis)
        if model is not None:
            _name_model(going, model)
        return
    is_raw_key = going.setup.auth.value.kind is AuthKind.API_KEY
    encoding = going.setup.call_encoding.value
    if is_raw_key and encoding.kind is EncodingKind.RAW and model is not None:
        going.put(Factor.CALL_QUERY, CallQuery(kept), text, *basis)
        session = compact_json({"type": REALTIME, "model": model})
        new = CallEncoding(EncodingKind.MULTIPART, session=session)
        said = "call_encoding becomes multipart with the session, as the API key needs it in GA"
        going.put(Factor.CALL_ENCODING, new, said, "SDP-GA-MULTIPART-OK")


def _name_model(going: _Migration, model: str) -> None:
    body = parse_object(going.setup.token_body.value.text or "")
    session = body.get("session") if body else None
    if body is None or not isinstance(session, dict):
        return
    path = _MODEL_PLACES[_session_type(going.setup)]
    holder: Any = session
    for name in path[:-1]:
        holder = holder.setdefault(name, {})
        if not isinstance(holder, dict):
            return
    if path[-1] in holder:
        return
    holder[path[-1]] = model
    new = replace(going.setup.token_body.value, text=compact_json(body))
    place = ".".join(("session", *path))
    text = f"token_body: {place} is added, since only the call's query named the model"
    going.put(Factor.TOKEN_BODY, new, text, "SDP-EMPTY-400-MODEL-QUERY")


def _part_to_beta(going: _Migration) -> None:
    """A key posts the bare offer in the beta; what the session said beside the model is lost."""
    encoding = going.setup.call_encoding.value
    if encoding.session is None:
        return
    session = parse_object(encoding.session) or {}
    lost = sorted(set(session) - {"type", "model"})
    text = "call_encoding becomes raw, since no source has a session beside the offer in the beta"
    going.put(Factor.CALL_ENCODING, CallEncoding(), text, "SDP-EMPTY-400-BETA", "inferred")
    if lost:
        said = f"call_encoding.session: {', '.join(lost)} must be sent in a session.update"
        going.leave(said, "inferred")


def _part_to_ga(going: _Migration) -> None:
    encoding = going.setup.call_encoding.value
    content = parse_object(encoding.session or "")
    kind: Kind | None = kind_of(content, Form.SESSION) if content else None
    if content is None or kind is None:
        return
    migrated = migrate_object(content, kind, Generation.GA)
    if migrated.content == content:
        return
    new = replace(encoding, session=compact_json(migrated.content))
    going.setup = going.setup.with_level(Factor.CALL_ENCODING, Level("migrated", new))
    for step in steps(migrated.moves, migrated.added, migrated.shape):
        going.said.append(replace(step, text=f"call_encoding.session: {step.text}"))


def _endings_in_ga(going: _Migration) -> None:
    if not going.said:
        return  # nothing was migrated
    texts = going.setup.token_body.value.text, going.setup.call_encoding.value.session
    for text in texts:
        going.said.extend(retirement_steps(parse_object(text or "") or {}))


def _query_to_beta(going: _Migration) -> None:
    """In the beta the call's query says what kind of session it opens."""
    path = going.setup.call_endpoint.value.path
    if not path.endswith(_CALLS) or going.setup.call_query.value.params:
        return
    session_type = _session_type(going.setup)
    body = parse_object(going.setup.token_body.value.text or "") or {}
    part = parse_object(going.setup.call_encoding.value.session or "")
    session = body.get("session") if part is None else part
    model = session.get("model") if isinstance(session, dict) else None
    if session_type == TRANSCRIPTION:
        params: tuple[tuple[str, str], ...] = (("intent", "transcription"),)
    elif isinstance(model, str):
        params = (("model", model),)
    else:
        going.leave("call_query: the beta's call names the model, and this setup names none")
        return
    text = f"call_query becomes {'='.join(params[0])}, which opens the {session_type} session"
    going.put(Factor.CALL_QUERY, CallQuery(params), text, "SDP-EMPTY-400-BETA")


def _call_to_beta(going: _Migration) -> None:
    path = going.setup.call_endpoint.value.path
    if path.endswith(_CALLS):
        new = path.removesuffix(_CALLS) + _BETA_CALL
        endpoint = replace(going.setup.call_endpoint.value, path=new)
        text = f"call_endpoint becomes {new}, where the beta takes an SDP offer"
        going.put(Factor.CALL_ENDPOINT, endpoint, text, "SDP-EMPTY-400-BETA")


def _session_type(setup: Setup) -> str:
    content = parse_object(setup.token_body.value.text or "")
    kind = kind_of(content) if content else None
    return REALTIME if kind is None or kind.session_type != TRANSCRIPTION else TRANSCRIPTION


def _with_end(path: str, end: str) -> str:
    """The path or URL with another last segment, its query kept."""
    before, mark, query = path.partition("?")
    return before.rstrip("/").rpartition("/")[0] + "/" + end + mark + query
