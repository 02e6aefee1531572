"""YAML into typed values, strictly: every complaint has file, line and the closest valid name.

Supported types: dataclasses, ``str int float bool``, ``Any`` (plain data), enums, ``Literal``,
``X | None``, ``tuple[X, ...]``, ``dict[str, X]``. ``WHOLE`` of a dataclass is the field that a
mapping with none of its names stands for. Only what JSON can hold; aliases can explode.
"""

from __future__ import annotations

import math
import types
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from typing import Any, Literal, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rtdoctor.errors import ConfigError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
T = TypeVar("T")
_SCALARS: tuple[type, ...] = (str, int, float, bool)
_MAX_BYTES = 2_000_000
_MAX_DEPTH = 40
_ROOT = "the document"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def load(text: str, type_: type[T], where: str, *, newest: int | None = None) -> T:
    """Read ``text`` (of the file named ``where``) as a ``type_``.

    ``newest`` is for a format that people keep: the highest ``version`` that is understood.
    Raises ``ConfigError`` with ``where:line`` and, for a wrong name, the closest valid one.
    """
    if len(text) > _MAX_BYTES:
        raise ConfigError(where, f"the file is larger than {_MAX_BYTES:,} characters")
    try:
        node = _compose(text)
    except _Refused as error:
        raise ConfigError(f"{where}:{error.line}", error.problem) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = f":{mark.line + 1}" if mark is not None else ""
        raise ConfigError(f"{where}{line}", f"not valid YAML: {problem}") from None
    if node is None:
        raise ConfigError(where, "the file is empty")
    reader = _NodeReader(where)
    if newest is not None:
        reader.check_version(node, newest)
    result: T = reader.read(node, type_, _ROOT)
    return result


@contextmanager
def placed(text: str, where: str, *path: str | int) -> Iterator[None]:
    """Complaints inside are about what stands at this path of the file, and give its line.

    For a file that was read already: what a name means is not the reader's to know.
    """
    try:
        yield
    except ConfigError as error:
        place = _place_of(text, where, path)
        raise ConfigError(place, error.problem, hint=error.hint) from None


def _place_of(text: str, where: str, path: Iterable[str | int]) -> str:
    """``where:line`` of what stands at a path of keys and indices; ``where`` if nothing does."""
    node = _compose(text)
    line = 0
    for part in path:
        if isinstance(node, MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part), None)
        elif isinstance(node, SequenceNode) and isinstance(part, int):
            found = (node.value[part], node.value[part]) if part < len(node.value) else None
        else:
            found = None
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
    return f"{where}:{line}" if line else where


def closest(name: str, valid: Iterable[str]) -> str:
    """A sentence that names the nearest valid name, or all of them when none is near."""
    names = list(valid)
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"valid: {', '.join(sorted(names))}" if names else ""


class _Refused(Exception):
    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


def _compose(text: str) -> Node | None:
    # The event parser is iterative, so it can look for what would make the recursive composer
    # overflow (depth) or a small text expand into a large one (aliases).
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(line, "YAML aliases are refused")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise _Refused(line, f"nested deeper than {_MAX_DEPTH} levels")
    node: Node | None = yaml.compose(text, Loader=_Loader)
    return node


class _NodeReader:
    def __init__(self, where: str) -> None:
        self.where = where
        self._constructor = yaml.SafeLoader("")

    def fail(self, node: Node, message: str, hint: str = "") -> NoReturn:
        raise ConfigError(f"{self.where}:{node.start_mark.line + 1}", message, hint=hint)

    def read(self, node: Node, type_: Any, what: str) -> Any:
        origin, args = get_origin(type_), get_args(type_)
        if type_ is Any:
            return self.plain(node)
        if origin in (Union, types.UnionType):
            return self.union(node, args, what)
        if origin is Literal:
            return self.choice(node, {str(a): a for a in args}, what)
        if origin is tuple:
            return self.sequence(node, args[0], what)
        if origin is dict:
            return self.mapping(node, args[1], what)
        if isinstance(type_, type) and issubclass(type_, Enum):
            return self.choice(node, {str(m.value): m for m in type_}, what)
        if is_dataclass(type_):
            return self.record(node, type_, what)
        return self.scalar(node, type_, what)

    def check_version(self, node: Node, newest: int) -> None:
        """Refuse a later format, before its new fields are called unknown."""
        entries = node.value if isinstance(node, MappingNode) else []
        for key, value in entries:
            if key.value == "version":
                version = self.scalar(value, int, "version")
                if version > newest:
                    self.fail(
                        value,
                        f"the file has format version {version}; "
                        f"this version of rtdoctor reads up to {newest}",
                        "Upgrade rtdoctor to read it: pip install --upgrade rtdoctor",
                    )
                if version < 1:
                    self.fail(
                        value, f"there is no format version {version}", "Versions begin at 1."
                    )

    def plain(self, node: Node) -> Any:
        """What JSON can hold, as it was written: keys and dates stay text."""
        if isinstance(node, MappingNode):
            pairs = self.pairs(node, "a mapping")
            return {key: self.plain(value) for key, (_, value) in pairs.items()}
        if isinstance(node, SequenceNode):
            return [self.plain(item) for item in node.value]
        if node.tag == _TIMESTAMP:
            return node.value
        # the safe loader's constructor makes plain data only
        try:
            value = self._constructor.construct_document(node)
        except (yaml.YAMLError, ValueError) as error:
            self.fail(node, str(getattr(error, "problem", None) or error))
        if isinstance(value, float) and not math.isfinite(value):
            self.fail(node, f"{node.value} is no number in JSON")
        if value is not None and not isinstance(value, _SCALARS):
            self.fail(node, f"{node.tag} is not supported")
        return value

    def union(self, node: Node, args: tuple[Any, ...], what: str) -> Any:
        is_null = isinstance(node, ScalarNode) and node.tag.endswith(":null")
        if is_null and type(None) in args:
            return None
        rest = [a for a in args if a is not type(None)]
        if len(rest) > 1:
            kind = _kind(node)
            for a in rest:
                # The shape of the node chooses: a mapping the dataclass, a list the tuple, a scalar
                # its exact type.
                shape = dict if is_dataclass(a) else get_origin(a)
                if shape is kind and (kind or type(self.plain(node)) is a):
                    return self.read(node, a, what)
            if all(a in _NAMES or is_dataclass(a) for a in rest):
                self.wrong_type(node, [_NAMES.get(a, "a mapping") for a in rest], what)
        return self.read(node, rest[0], what)

    def choice(self, node: Node, valid: dict[str, Any], what: str) -> Any:
        value = node.value if isinstance(node, ScalarNode) else None
        if value not in valid:
            self.fail(node, f"{what}: {value!r} is not known", closest(str(value), valid))
        return valid[value]

    def sequence(self, node: Node, item: Any, what: str) -> tuple[Any, ...]:
        if not isinstance(node, SequenceNode):
            self.fail(node, f"{what} must be a list")
        return tuple(self.read(n, item, f"{what}[{i}]") for i, n in enumerate(node.value))

    def pairs(self, node: Node, what: str) -> dict[str, tuple[Node, Node]]:
        if not isinstance(node, MappingNode):
            self.fail(node, f"{what} must be a mapping", "Write it as lines of `name: value`.")
        seen: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.tag.endswith(":merge"):
                self.fail(key, f"{what}: a key must be text, and no YAML merge key (<<)")
            if key.value in seen:
                # PyYAML would keep the last of them without a word.
                self.fail(key, f"{what}: {key.value!r} is given twice")
            seen[key.value] = (key, value)
        return seen

    def mapping(self, node: Node, item: Any, what: str) -> dict[str, Any]:
        return {
            key: self.read(value, item, _below(what, key))
            for key, (_, value) in self.pairs(node, what).items()
        }

    def record(self, node: Node, type_: Any, what: str) -> Any:
        hints = _hints(type_)
        known = {f.name: f for f in fields(type_) if f.init}
        given = self.pairs(node, what)
        whole = getattr(type_, "WHOLE", None)
        if whole is not None and given and not known.keys() & given.keys():
            return type_(**{whole: self.read(node, hints[whole], what)})
        for name, (key, _) in given.items():
            if name not in known:
                self.fail(key, f"{what}: unknown field {name!r}", closest(name, known))
        for name, f in known.items():
            if name not in given and f.default is MISSING and f.default_factory is MISSING:
                self.fail(node, f"{what}: the field {name!r} is missing")
        values = {
            name: self.read(value, hints[name], _below(what, name))
            for name, (_, value) in given.items()
        }
        try:
            return type_(**values)
        except ValueError as error:
            self.fail(node, f"{what}: {error}")

    def scalar(self, node: Node, type_: Any, what: str) -> Any:
        value = self.plain(node)
        if type_ is float and type(value) is int:
            return float(value)
        # The exact type: for isinstance, true is a whole number.
        if type_ in _SCALARS and type(value) is not type_:
            self.wrong_type(node, [_NAMES[type_]], what)
        return value

    def wrong_type(self, node: Node, names: Iterable[str], what: str) -> NoReturn:
        given = "a mapping" if isinstance(node, MappingNode) else "a list"
        if isinstance(node, ScalarNode):
            given = repr(node.value)
        # YAML takes no, 1.0 and 2026-01-01 for other types unless they stand in quotes.
        unquoted = isinstance(node, ScalarNode) and not node.style and _NAMES[str] in names
        hint = f'As text it needs quotes: "{node.value}"' if unquoted else ""
        self.fail(node, f"{what} must be {' or '.join(names)}, not {given}", hint)


_hints = cache(get_type_hints)  # resolving annotations costs more than all the reading


def _below(what: str, name: str) -> str:
    return name if what == _ROOT else f"{what}.{name}"


def _kind(node: Node) -> type | None:
    if isinstance(node, MappingNode):
        return dict
    return tuple if isinstance(node, SequenceNode) else None


_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
