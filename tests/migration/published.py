"""The published shapes of token requests, read strictly: a field that they do not list is wrong.

The service refuses what it does not know (TOK-UNKNOWN-SESSION-PARAM), the schemas do not say so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_type_hints

import jsonschema
import yaml
from openai.types.beta.realtime.session_create_params import SessionCreateParams
from openai.types.beta.realtime.transcription_session_create_params import (
    TranscriptionSessionCreateParams,
)
from openai.types.realtime.realtime_translation_session_create_request_param import (
    RealtimeTranslationSessionCreateRequestParam,
)

from rtdoctor.migration import Dialect
from rtdoctor.migration.places import ValueShape

_FILE = Path(__file__).with_name("published_shapes.yaml")
SCHEMAS: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
SDK: dict[str, Any] = {
    t.__name__: t
    for t in (
        SessionCreateParams,
        TranscriptionSessionCreateParams,
        RealtimeTranslationSessionCreateRequestParam,
    )
}

_REQUESTS = {
    Dialect.SESSIONS: ("RealtimeSessionCreateRequest", SessionCreateParams),
    Dialect.TRANSCRIPTION_SESSIONS: (
        "RealtimeTranscriptionSessionCreateRequest",
        TranscriptionSessionCreateParams,
    ),
    Dialect.CLIENT_SECRETS: ("RealtimeCreateClientSecretRequest", None),
    Dialect.TRANSLATION: ("RealtimeTranslationClientSecretCreateRequest", None),
}
_SESSIONS = {
    ValueShape.REALTIME: ("RealtimeSessionCreateRequestGA", None),
    ValueShape.TRANSCRIPTION: ("RealtimeTranscriptionSessionCreateRequestGA", None),
    ValueShape.TRANSLATION: (
        "RealtimeTranslationSessionCreateRequest",
        RealtimeTranslationSessionCreateRequestParam,
    ),
}


def complaints(body: Any, dialect: Dialect) -> list[str]:
    """What the published shape of the dialect's request says against a body."""
    name, sdk = _REQUESTS[dialect]
    schemas = {n: _closed(s) for n, s in SCHEMAS.items()}
    if sdk is not None:
        # The document's beta schemas lack fields that the official package sends, and demand the
        # token that the answer brings.
        request = schemas[name]
        request.pop("required", None)
        request["properties"].pop("client_secret", None)
        for field, type_ in get_type_hints(sdk).items():
            listed = request["properties"].setdefault(field, {})
            if "properties" in listed and hasattr(type_, "__required_keys__"):
                listed["properties"] = {n: {} for n in get_type_hints(type_)} | listed["properties"]
    document = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    validator = jsonschema.Draft202012Validator(document)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]


def lists(shape: ValueShape, place: str) -> bool:
    """Whether a published schema or the official package knows this place of a request."""
    path = place.split(".")
    if shape in _SESSIONS:
        if path[0] != "session":
            return _in_schema(SCHEMAS["RealtimeCreateClientSecretRequest"], path)
        name, sdk = _SESSIONS[shape]
        path = path[1:]
    else:
        name, sdk = _REQUESTS[Dialect(shape.value)]
    return _in_schema(SCHEMAS[name], path) or (sdk is not None and _in_types(sdk, path))


def published_places(shape: ValueShape) -> set[str]:
    """Every place that the schema of a shape lists, in the whole request."""
    if shape in _SESSIONS:
        inside = _places(SCHEMAS[_SESSIONS[shape][0]])
        return {f"session.{place}" for place in inside}
    return _places(SCHEMAS[_REQUESTS[Dialect(shape.value)][0]])


def _places(schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        return _places(SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]])
    found = set()
    for name, inner in schema.get("properties", {}).items():
        found |= {name} | {f"{name}.{place}" for place in _places(inner)}
    for choice in (*schema.get("anyOf", []), *schema.get("oneOf", [])):
        found |= _places(choice)
    return found


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def _in_schema(schema: dict[str, Any], path: list[str]) -> bool:
    if "$ref" in schema:
        return _in_schema(SCHEMAS[schema["$ref"].rsplit("/", 1)[-1]], path)
    if not path:
        return True
    inside = schema.get("properties", {}).get(path[0])
    if inside is not None and _in_schema(inside, path[1:]):
        return True
    choices = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    return any(_in_schema(choice, path) for choice in choices)


def _in_types(type_: Any, path: list[str]) -> bool:
    if not path:
        return True
    if not hasattr(type_, "__required_keys__"):
        return any(_in_types(part, path) for part in getattr(type_, "__args__", ()))
    hints = get_type_hints(type_)
    return path[0] in hints and _in_types(hints[path[0]], path[1:])
