"""The half of a setup that a thing does not show, by the recipe that fits the other half."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rtdoctor.domain.setup import CallQuery, Factor, Level, Setup, TokenBody
from rtdoctor.migration.dialect import Dialect, dialect_at
from rtdoctor.migration.json_text import compact_json, parse_object
from rtdoctor.migration.places import ValueShape, vocabulary
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.names import Name, judge
from rtdoctor.subjects.levels import level_of
from rtdoctor.subjects.server_action import returned_by

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

    # Better the mint of another recipe, which is said to be inferred, than a setup that cannot be
    # probed.
    found = _recipe(catalogue, fits) or _recipe(catalogue, lambda recipe: True)
    if found is None:
        return setup
    # A recipe mints for a model of its own, and the call names the one that the user means.
    body, model = parse_object(found.token_body.value.text or ""), params.get("model")
    if model is not None and body is not None and "model" in body:
        value = TokenBody(compact_json({**body, "model": model}))
        level = level_of(catalogue, Factor.TOKEN_BODY, value)
        found = found.with_level(Factor.TOKEN_BODY, level)
    return setup.take(found, frozenset(_MINT))


def with_model_of_call(setup: Setup, catalogue: Catalogue) -> Setup:
    """The setup with the model that its call names in the token body too, if that names one."""
    model = dict(setup.call_query.value.params).get("model")
    body = parse_object(setup.token_body.value.text or "")
    holder = next((h for h in (body, _at(body, ("session",))) if _names_model(h)), None)
    if model is None or body is None or holder is None:
        return setup
    holder["model"] = model
    value = TokenBody(compact_json(body), setup.token_body.value.content_type)
    return setup.with_level(Factor.TOKEN_BODY, level_of(catalogue, Factor.TOKEN_BODY, value))


def _names_model(data: Any) -> bool:
    return isinstance(data, dict) and "model" in data


def body_with_usual(
    setup: Setup, left_out: Sequence[str], catalogue: Catalogue
) -> TokenBody | None:
    """The token body with the usual value for what a command leaves open; ``None`` if it is fine.

    That is the whole body when all of it is open, or the model, which a session needs.
    """
    dialect = dialect_at(setup.token_endpoint.value.path) or Dialect.CLIENT_SECRETS
    found = _recipe(catalogue, lambda r: dialect_at(r.token_endpoint.value.path) is dialect)
    usual: TokenBody | None = found.token_body.value if found else None
    all_open = "body" in left_out or "body/session" in left_out
    if usual is None or all_open:
        return usual if all_open else None
    body, model = parse_object(setup.token_body.value.text or ""), _model(usual)
    places = {"body/model": (), "body/session/model": ("session",)}
    at = next((path for place, path in places.items() if place in left_out), None)
    holder = _at(body, at) if at is not None else None
    if model is None or not isinstance(holder, dict) or body is None:
        return None
    # `_at` returns the object inside `body`, so this writes into it.
    holder["model"] = model
    return TokenBody(compact_json(body), setup.token_body.value.content_type)


def query_with_usual_model(setup: Setup, catalogue: Catalogue) -> CallQuery:
    """The call's query with the model that a recipe names at this endpoint."""
    query: CallQuery = setup.call_query.value
    recipes = (r.setup for r in catalogue.recipes if r.setup.call_endpoint == setup.call_endpoint)
    models = (
        dict(r.call_query.value.params).get("model") or _model(r.token_body.value) for r in recipes
    )
    model = next(filter(None, models), None)
    return query if model is None else CallQuery((*query.params, ("model", model)))


def _model(body: TokenBody) -> str | None:
    data = parse_object(body.text or "") or {}
    model = data.get("model") or _at(data, ("session", "model"))
    return model if isinstance(model, str) else None


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
    session is the beta's. An error that was passed on names the URL it is about (fact
    TOK-BETA-404). ``None`` when the answer tells nothing, as one that holds the token
    alone. Of the session only what a request can hold is kept; the service fills in the rest, so
    not all of it was asked for.
    """
    if len(answer) > _MAX_CHARACTERS:
        return None
    data = _answered(answer)
    if isinstance(data.get("session"), dict) and "value" in data:
        is_transcription = data["session"].get("type") == "transcription"
        shape = ValueShape.TRANSCRIPTION if is_transcription else ValueShape.REALTIME
        return _levels(catalogue, "client_secrets", {"session": data["session"]}, shape)
    if isinstance(data.get("client_secret"), dict):
        is_transcription = "transcription" in str(data.get("object"))
        name = "transcription_sessions" if is_transcription else "sessions"
        return _levels(catalogue, name, data, ValueShape(name))
    return _named_in(answer, catalogue)


def _answered(answer: str) -> dict[str, Any]:
    """The object of an answer, or what a server action returned."""
    returned = parse_object(answer) or returned_by(answer)
    return returned if isinstance(returned, dict) else {}


def _named_in(answer: str, catalogue: Catalogue) -> tuple[Level[Any], Level[Any]] | None:
    """The token endpoint whose path stands in an error, with the body that a recipe sends there."""
    for recipe in catalogue.recipes:
        path = recipe.setup.token_endpoint.value.path
        if path is not None and re.search(rf"{re.escape(path)}(?![\w/])", answer):
            return recipe.setup.token_endpoint, recipe.setup.token_body
    return None


def _levels(
    catalogue: Catalogue, endpoint: str, answer: dict[str, Any], shape: ValueShape
) -> tuple[Level[Any], Level[Any]]:
    body: dict[str, Any] = {}
    fields = {path for path, field in vocabulary(shape).fields.items() if field.place(shape)}
    # Shorter paths first: what holds an object goes along whole, and its members are passed over.
    for path in sorted(fields, key=len):
        value = _at(answer, path)
        goes_along = any(path[:length] in fields for length in range(1, len(path)))
        is_secret = judge(path[-1]) is Name.SECRET
        if goes_along or is_secret or value in (None, [], {}):
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
