"""Make src/rtdoctor/schema/published.json from OpenAI's published OpenAPI document, and beside it
tests/schema/published_answers.json, by which the sandbox's answers are checked.

    python tools/published_schema.py OPENAPI.yaml DATE

DATE is the day of the document (github.com/openai/openai-openapi, MIT). Kept is what says whether
a request is right; prose and examples go. published_schema.yaml lists the requests and
the places where the document is known to be wrong. docs/schema.md says when to run this.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from rtdoctor.migration.places import ValueShape, load

HERE = Path(__file__).parent
OUT = HERE.parent / "src/rtdoctor/schema/published.json"
ANSWERS = HERE.parent / "tests/schema/published_answers.json"
SOURCE = "https://github.com/openai/openai-openapi (MIT)"
REF = "#/components/schemas/"
KEPT = [
    *("type", "required", "properties", "additionalProperties", "items", "enum", "const"),
    *("minimum", "maximum", "minItems", "maxItems", "maxLength", "pattern", "x-basis"),
]
BETA = {
    ValueShape.SESSIONS: "RealtimeSessionCreateRequest",
    ValueShape.TRANSCRIPTION_SESSIONS: "RealtimeTranscriptionSessionCreateRequest",
}

Node = dict[str, Any]


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    document = yaml.safe_load(Path(sys.argv[1]).read_text("utf-8"))
    recipe = yaml.safe_load((HERE / "published_schema.yaml").read_text("utf-8"))
    schemas: Node = deepcopy(document["components"]["schemas"])
    for amendment in recipe["amend"]:
        amend(schemas, amendment)
    add_places_of_the_beta(schemas)
    origin = {"source": SOURCE, "date": sys.argv[2]}
    data = {
        **origin,
        "requests": recipe["requests"],
        "answers": only_in_answers(schemas, recipe),
        "$defs": reachable(schemas, recipe["requests"].values()),
    }
    write(OUT, data)
    for amendment in recipe["amend_answers"]:
        amend(schemas, amendment)
    told = recipe["told"]
    write(ANSWERS, {**origin, "answers": told, "$defs": reachable(schemas, told.values())})


def write(path: Path, data: Node) -> None:
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", "utf-8")
    print(f"{path}: {path.stat().st_size:,} bytes, {len(data['$defs'])} schemas")


def amend(schemas: Node, amendment: Node) -> None:
    """Change one place of one schema, and note on what basis."""
    name = amendment["schema"]
    if "copy" in amendment:
        schemas[name] = deepcopy(schemas[amendment["copy"]])
    for old, new in amendment.get("replace", {}).items():
        branches = schemas[name]["anyOf"]
        branches[branches.index({"$ref": REF + old})] = {"$ref": REF + new}
    for new in amendment.get("add", ()):
        schemas[name]["anyOf"].append({"$ref": REF + new})
    node = schemas.setdefault(name, {})
    for step in amendment.get("at", "").split("/") if amendment.get("at") else ():
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    changed = amendment.get("set", {})
    if "$ref" in changed or "anyOf" in changed:  # a new shape, not another keyword
        node.clear()
    node.update(deepcopy(changed))
    facts = [b for b in amendment["basis"] if b.isupper()]
    if facts:
        node.setdefault("x-basis", {}).update(dict.fromkeys(changed, facts))


def add_places_of_the_beta(schemas: Node) -> None:
    """Add fields that migration/places.yaml knows in the beta's requests and the document lacks."""
    for shape, name in BETA.items():
        for field in load().fields:
            place = field.place(shape)
            if place is not None:
                add_place(schemas, schemas[name], place)


def add_place(schemas: Node, node: Node, place: tuple[str, ...]) -> None:
    while "$ref" in node:
        node = schemas[node["$ref"].removeprefix(REF)]
    name, *rest = place
    child = node.setdefault("properties", {}).setdefault(name, {})
    if rest:
        add_place(schemas, child, tuple(rest))


def only_in_answers(schemas: Node, recipe: Node) -> list[str]:
    """The names at the top of a session that the service sets and no request has."""
    pairs = recipe["answers"]
    answered = {name for pair in pairs for name in schemas[pair["answer"]]["properties"]}
    asked = {name for pair in pairs for name in schemas[pair["request"]]["properties"]}
    asked |= {name for request in BETA.values() for name in schemas[request]["properties"]}
    return sorted(answered - asked | set(recipe["also_in_answers"]))


def reachable(schemas: Node, roots: Any) -> Node:
    """The schemas that the roots need, each in its compact form."""
    kept: Node = {}
    wanted = list(roots)
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = compact(schemas[name], schemas)
            wanted += references(kept[name])
    return kept


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from references(inner)


def compact(node: Node, schemas: Node) -> Node:
    """A schema without prose, closed, with every choice written as one flat ``anyOf``.

    An object with listed properties takes no others, since the service refuses unknown names
    (TOK-UNKNOWN-SESSION-PARAM) though the document does not say so.
    """
    branches = list(alternatives(node, schemas))
    if node.get("nullable") or ("default" in node and node["default"] is None):
        branches.append({"type": "null"})
    unique = [b for n, b in enumerate(branches) if b not in branches[:n]]
    if any(is_open(b) for b in unique):  # "string, or one of these": any string will do
        unique = [b for b in unique if not ("enum" in b and b["type"] == "string")]
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


def alternatives(node: Node, schemas: Node) -> Iterator[Node]:
    if "$ref" in node:
        name = node["$ref"].removeprefix(REF)
        inner = compact(schemas[name], schemas)
        yield from inner.get("anyOf", [{"$ref": f"#/$defs/{name}"}])
        return
    for keyword in ("anyOf", "oneOf", "allOf"):
        if keyword in node:
            for branch in node[keyword]:
                inner = compact(branch, schemas)
                yield from inner.get("anyOf", [inner])
            return
    yield plain(node, schemas)


def plain(node: Node, schemas: Node) -> Node:
    kept = {k: node[k] for k in KEPT if k in node}
    if "const" in kept:
        kept["enum"] = [kept.pop("const")]
    if "properties" in kept:
        inner = kept["properties"]
        kept["properties"] = {name: compact(inner[name], schemas) for name in inner}
        kept.setdefault("type", "object")
        kept.setdefault("additionalProperties", False)
    if "items" in kept:
        kept["items"] = compact(kept["items"], schemas)
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = compact(kept["additionalProperties"], schemas)
    if not kept.get("required", True):
        del kept["required"]
    basis = {k: kept["x-basis"][k] for k in kept.get("x-basis", {}) if k in kept}
    kept.pop("x-basis", None)
    return kept | ({"x-basis": basis} if basis else {})


def is_open(branch: Node) -> bool:
    return branch == {"type": "string"}


if __name__ == "__main__":
    main()
