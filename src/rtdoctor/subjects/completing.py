"""The half of a setup that a thing does not show, by the recipe that fits the other half."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from rtdoctor.domain.setup import CallQuery, Factor, Level, Setup, TokenBody
from rtdoctor.migration.dialect import Dialect, dialect_at
from rtdoctor.migration.json_text import compact_json, parse_object
from rtdoctor.migration.places import ValueShape, vocabulary
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.levels import level_of

_MINT = (Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY)
_CALL = (Factor.CALL_ENDPOINT, Factor.CALL_QUERY, Factor.CALL_ENCODING)
_MAX_CHARACTERS = 1_000_000


def with_call_of(setup: Setup, catalogue: Catalogue) -> Setup:
    """The setup with the call that clients of its token endpoint make.

    A model in the query is the one that the token body asks for.
    """
    dialect = dialect_at(setup.token_endpoint.value.path) or Dialect.CLIENT_SECRETS
    found = _recipe(catalogue, lambda r: dialect_at(r.token_endpoint.value.path) is dialect)
    if found is None:
        return setup
    model = (parse_object(setup.token_body.value.text or "") or {}).get("model")
    query: Level[Any] = found.call_query
    if isinstance(model, str) and any(name == "model" for name, _ in query.value.params):
        query = level_of(catalogue, Factor.CALL_QUERY, _with_model(query.value, model))
    return setup.take(found.with_level(Factor.CALL_QUERY, query), frozenset(_CALL))


def with_mint_of(setup: Setup, catalogue: Catalogue) -> Setup:
    """The setup with the mint that goes with its call, for the model that the call names."""
    params = dict(setup.call_query.value.params)

    def fits(recipe: Setup) -> bool:
        same_place = recipe.call_endpoint == setup.call_endpoint
        return same_place and ("intent" in params) == bool(_intent(recipe))

    found = _recipe(catalogue, fits) or _recipe(catalogue, lambda recipe: True)
    if found is None:
        return setup
    body, model = parse_object(found.token_body.value.text or ""), params.get("model")
    if model is not None and body is not None and "model" in body:
        value = TokenBody(compact_json({**body, "model": model}))
        level = level_of(catalogue, Factor.TOKEN_BODY, value)
        found = found.with_level(Factor.TOKEN_BODY, level)
    return setup.take(found, frozenset(_MINT))


def _recipe(catalogue: Catalogue, fits: Any) -> Setup | None:
    """The first recipe for a page that fits: one that does not put the key into it."""
    setups = (recipe.setup for recipe in catalogue.recipes if not recipe.leaks_key)
    return next((setup for setup in setups if fits(setup)), None)


def _intent(setup: Setup) -> str | None:
    return dict(setup.call_query.value.params).get("intent")


def _with_model(query: CallQuery, model: str) -> CallQuery:
    params = ((n, model if n == "model" else text) for n, text in query.params)
    return replace(query, params=tuple(params))


def mint_behind(answer: str, catalogue: Catalogue) -> tuple[Level[Any], Level[Any]] | None:
    """The token endpoint and body that an app's own backend must have used, by its answer.

    A ``session`` beside ``value`` is GA's answer (fact TOK-GA-SHAPE), ``client_secret`` in a
    session is the beta's. ``None`` when the answer tells nothing, as one that holds the token
    alone. Of the session only what a request can hold is kept; the service fills in the rest, so
    not all of it was asked for.
    """
    data = parse_object(answer) if len(answer) <= _MAX_CHARACTERS else None
    if data is None:
        return None
    if isinstance(data.get("session"), dict) and "value" in data:
        is_transcription = data["session"].get("type") == "transcription"
        shape = ValueShape.TRANSCRIPTION if is_transcription else ValueShape.REALTIME
        return _levels(catalogue, "client_secrets", {"session": data["session"]}, shape)
    if isinstance(data.get("client_secret"), dict):
        is_transcription = "transcription" in str(data.get("object"))
        name = "transcription_sessions" if is_transcription else "sessions"
        return _levels(catalogue, name, data, ValueShape(name))
    return None


def _levels(
    catalogue: Catalogue, endpoint: str, answer: dict[str, Any], shape: ValueShape
) -> tuple[Level[Any], Level[Any]]:
    body: dict[str, Any] = {}
    fields = {path for path, field in vocabulary(shape).fields.items() if field.place(shape)}
    for path in sorted(fields, key=len):
        value = _at(answer, path)
        goes_along = any(path[:length] in fields for length in range(1, len(path)))
        if goes_along or value in (None, [], {}):
            continue
        inner = body
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        inner[path[-1]] = value
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    level = level_of(catalogue, Factor.TOKEN_BODY, TokenBody(text))
    return catalogue.entry(Factor.TOKEN_ENDPOINT, endpoint).level, level


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data
