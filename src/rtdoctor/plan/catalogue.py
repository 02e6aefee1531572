"""probes.yaml as values: the levels of each factor, their constraints, and the recipes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import Any

from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallEncoding,
    CallEndpoint,
    CallQuery,
    EncodingKind,
    Factor,
    Level,
    Offer,
    Setup,
    TokenBody,
    TokenEndpoint,
)
from rtdoctor.errors import ConfigError
from rtdoctor.migration.json_text import compact_json
from rtdoctor.packaged_yaml import load_packaged
from rtdoctor.plan import schema
from rtdoctor.strict_yaml import closest, load, placed


@dataclass(frozen=True, slots=True)
class ListedLevel:
    """A level with what the file says about it."""

    level: Level[Any]
    title: str
    requires: Mapping[str, tuple[str, ...]]
    excludes: Mapping[str, tuple[str, ...]]
    fact: str | None
    leaks_key: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """A setup known to work in these eras; ``last_seen`` is a date where a source records one."""

    name: str
    title: str
    setup: Setup
    eras: tuple[str, ...]
    last_seen: str | None
    fact: str | None
    leaks_key: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything probes.yaml offers."""

    where: str
    entries: Mapping[Factor, Mapping[str, ListedLevel]]
    defaults: Mapping[Factor, str]
    recipes: tuple[Recipe, ...]
    blocks: tuple[schema.Block, ...]

    def entry(self, factor: Factor, name: str) -> ListedLevel:
        """The entry of this name. Raises ``ConfigError`` that names the closest one."""
        known = self.entries[factor]
        if name not in known:
            raise ConfigError(
                self.where, f"{factor} has no level {name!r}", hint=closest(name, known)
            )
        return known[name]

    def entry_of(self, factor: Factor, level: Level[Any]) -> ListedLevel | None:
        """The entry whose value this level has; ``None`` for a literal that is on no list."""
        return next((e for e in self.entries[factor].values() if e.level == level), None)

    def setup(self, names: Mapping[str, str]) -> Setup:
        """The setup with these level names, defaults elsewhere. Raises ``ConfigError``."""
        chosen = dict(self.defaults)
        for factor, name in names.items():
            chosen[self.factor(factor)] = name
        levels: dict[str, Any] = {f.value: self.entry(f, n).level for f, n in chosen.items()}
        return Setup(**levels)

    def factor(self, name: str) -> Factor:
        """The factor of this name. Raises ``ConfigError`` that names the closest one."""
        try:
            return Factor(name)
        except ValueError:
            hint = closest(name, [f.value for f in Factor])
            raise ConfigError(self.where, f"no factor is called {name!r}", hint=hint) from None

    def objections(self, setup: Setup) -> Iterator[str]:
        """Why this setup makes no sense, one sentence a violated constraint."""
        listed = {f: e for f, level in setup if (e := self.entry_of(f, level)) is not None}
        yield from self.conflicts({f: e.level.name for f, e in listed.items()})

    def conflicts(self, names: Mapping[Factor, str]) -> Iterator[str]:
        """The violated constraints among some listed levels.

        A constraint cannot know what a literal level needs, so only listed ones take part.
        """
        for factor, name in names.items():
            entry = self.entries[factor][name]
            for other, allowed in entry.requires.items():
                got = names.get(Factor(other))
                if got is not None and got not in allowed:
                    yield f"{factor}={name} needs {other}={' or '.join(allowed)}, not {got}"
            for other, barred in entry.excludes.items():
                got = names.get(Factor(other))
                if got is not None and got in barred:
                    yield f"{factor}={name} cannot go with {other}={got}"

    def is_valid(self, setup: Setup) -> bool:
        return next(self.objections(setup), None) is None

    def leaks_key(self, setup: Setup) -> bool:
        """Whether a page built like this would hold the API key."""
        entry = self.entry_of(Factor.AUTH, setup.auth)
        return setup.auth.value.kind is AuthKind.API_KEY or (entry is not None and entry.leaks_key)


def default_text() -> str:
    """The probes.yaml that ships with the program: the file at the top of the project."""
    packaged = resources.files("rtdoctor.plan") / "probes.yaml"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    # an editable install has no copy in the package
    top = resources.files("rtdoctor") / ".." / ".." / "probes.yaml"
    return top.read_text(encoding="utf-8")


def read(
    text: str | None = None,
    where: str = "probes.yaml",
    values: Mapping[str, str] | None = None,
) -> Catalogue:
    """Read and check a probes file (the shipped one by default). Raises ``ConfigError``."""
    if text is None:
        text = default_text()
        parsed = load_packaged(text, schema.ProbesFile, where)
    else:
        parsed = load(text, schema.ProbesFile, where, newest=schema.NEWEST_VERSION)
    for name in values or {}:
        if name not in parsed.values:
            raise ConfigError(
                where, f"there is no value called {name!r}", hint=closest(name, parsed.values)
            )
    fill = {**parsed.values, **(values or {})}
    entries: dict[Factor, dict[str, ListedLevel]] = {}
    for factor in Factor:
        raw_levels = getattr(parsed.factors, factor.value)
        with placed(text, where, "factors", factor.value):
            if not raw_levels:
                raise ConfigError(where, f"{factor} has no levels")
        entries[factor] = {}
        for name, raw in raw_levels.items():
            with placed(text, where, "factors", factor.value, name):
                entries[factor][name] = _entry(factor, name, raw, fill)
    # The levels have to be there before anything that mentions them can be checked.
    bare = Catalogue(where, entries, {}, (), parsed.survey)
    for path, factor_name, level_name in _mentions(parsed):
        with placed(text, where, *path):
            bare.entry(bare.factor(factor_name), level_name)
    defaults = {Factor(f): n for f, n in parsed.defaults.items()}
    with placed(text, where, "defaults"):
        for factor in Factor:
            if factor not in defaults:
                raise ConfigError(where, f"defaults: {factor} has no default level")
    with_defaults = Catalogue(where, entries, defaults, (), parsed.survey)
    recipes = []
    for name, recipe in parsed.recipes.items():
        with placed(text, where, "recipes", name):
            recipes.append(_recipe(with_defaults, name, recipe))
    return Catalogue(where, entries, defaults, tuple(recipes), parsed.survey)


def _recipe(catalogue: Catalogue, name: str, raw: schema.RecipeEntry) -> Recipe:
    setup = catalogue.setup(raw.setup)
    for objection in catalogue.objections(setup):
        raise ConfigError(catalogue.where, f"recipe {name}: {objection}")
    return Recipe(name, raw.title, setup, raw.eras, raw.last_seen, raw.fact, raw.leaks_key)


def _mentions(parsed: schema.ProbesFile) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Where the file mentions a level: the path there, the factor's and the level's name."""
    for name, level in parsed.defaults.items():
        yield ("defaults", name), name, level
    for factor in Factor:
        for name, entry in getattr(parsed.factors, factor.value).items():
            for field, constraint in (("requires", entry.requires), ("excludes", entry.excludes)):
                for other, levels in constraint.items():
                    for level in levels:
                        path = ("factors", factor.value, name, field, other)
                        yield path, other, level
    for recipe_name, recipe in parsed.recipes.items():
        for name, level in recipe.setup.items():
            yield ("recipes", recipe_name, "setup", name), name, level
    for number, block in enumerate(parsed.survey):
        for factor in Factor:
            for index, level in enumerate(getattr(block, factor.value)):
                yield ("survey", number, factor.value, index), factor.value, level
        for field, several in (("calls", block.calls), ("skip", block.skip)):
            for index, names in enumerate(several):
                for name, level in names.items():
                    yield ("survey", number, field, index, name), name, level


def _entry(factor: Factor, name: str, raw: Any, values: Mapping[str, str]) -> ListedLevel:
    return ListedLevel(
        level=Level(name, level_value(factor, _filled(raw, values))),
        title=_fill(raw.title, values),
        requires=raw.requires,
        excludes=raw.excludes,
        fact=raw.fact,
        leaks_key=getattr(raw, "leaks_key", False),
    )


def _filled(raw: Any, values: Mapping[str, str]) -> dict[str, Any]:
    """The level's own fields with ``$name`` replaced in every text."""

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return _fill(value, values)
        if isinstance(value, Mapping):
            return {fill(k): fill(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [fill(v) for v in value]
        return value

    return {name: fill(getattr(raw, name)) for name in type(raw).__dataclass_fields__}


def _fill(text: str, values: Mapping[str, str]) -> str:
    template = Template(text)
    for name in template.get_identifiers():
        if name not in values:
            hint = closest(name, values)
            # The place is filled in by `placed`, which knows the path.
            raise ConfigError("", f"there is no value called {name!r}", hint=hint)
    # Every name is known by now; `safe` keeps a `$` that begins no name.
    return template.safe_substitute(values)


def level_value(factor: Factor, raw: Mapping[str, Any]) -> Any:
    """The value of a level from its fields in YAML, whether listed or written into a setup."""
    match factor:
        case Factor.TOKEN_ENDPOINT:
            return TokenEndpoint(raw["path"], raw["method"])
        case Factor.TOKEN_BODY:
            text = raw["text"] if raw["json"] is None else compact_json(raw["json"])
            return TokenBody(text, raw["content_type"])
        case Factor.AUTH:
            kind = AuthKind(raw["kind"])
            return Auth(kind, raw["text"], raw["header"], raw["scheme"], raw["read_at"])
        case Factor.BETA_HEADER:
            others = (tuple(raw["mint_others"].items()), tuple(raw["call_others"].items()))
            return BetaHeader(raw["mint"], raw["call"], *others)
        case Factor.CALL_ENDPOINT:
            return CallEndpoint(raw["path"] or "/", raw["method"])
        case Factor.CALL_QUERY:
            return CallQuery(tuple(raw["params"].items()))
        case Factor.CALL_ENCODING:
            session = None if raw["session"] is None else compact_json(raw["session"])
            return CallEncoding(
                EncodingKind(raw["kind"]), raw["content_type"], session, raw["trim"]
            )
        case Factor.OFFER:
            return Offer(raw["audio"], raw["channel"], raw["sdp"])
