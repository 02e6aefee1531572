"""The eras and the user's own rules, from YAML to one rule book."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path

from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.sandbox.rules.matching import RuleBook
from rtdoctor.sandbox.rules.rule_file import NEWEST_VERSION, Rule, RuleFile
from rtdoctor.strict_yaml import closest, load
from rtdoctor.text_file import read_text


def rule_book(era: str = TODAY, custom: Path | None = None) -> RuleBook:
    """The rules of an era, with those of a file of the user's before them.

    Raises ``UsageError`` for an unknown era, ``ConfigError`` for a file that is wrong.
    """
    known_era(era)
    own = _read_custom(custom) if custom is not None else RuleFile()
    planted = [replace(rule, note=rule.note or "a rule of the user's file") for rule in own.rules]
    return RuleBook([*planted, *(r.in_era(era) for r in _packaged(era))], seed=own.seed)


def known_era(era: str) -> str:
    """The era, or ``UsageError`` with the closest one there is."""
    if era not in ERAS:
        raise UsageError(f"the sandbox has no era {era!r}", hint=closest(era, ERAS))
    return era


def _packaged(name: str) -> list[Rule]:
    """The rules of a packaged file: its own, then those of the files it extends, in order."""
    path = resources.files(__package__).joinpath("eras", f"{name}.yaml")
    file = load(path.read_text("utf-8"), RuleFile, f"{name}.yaml")
    return [*file.rules, *(rule for base in file.extends for rule in _packaged(base))]


def _read_custom(path: Path) -> RuleFile:
    file = load(read_text(path), RuleFile, str(path), newest=NEWEST_VERSION)
    if file.extends:
        hint = "The rules of the chosen era follow by themselves; choose it with --era."
        raise ConfigError(str(path), "`extends` is for the packaged eras", hint=hint)
    return file
