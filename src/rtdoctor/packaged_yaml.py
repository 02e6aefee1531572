"""The YAML files that ship with the program: read the fast way, since a test has checked them."""

from __future__ import annotations

from importlib import resources
from typing import Any, TypeVar

import msgspec
import yaml

from rtdoctor.strict_yaml import load

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
T = TypeVar("T")


def read_packaged(where: str, type_: type[T]) -> T:
    """The file of this path below the package, such as ``migration/places.yaml``.

    Raises ``ConfigError`` when the file is wrong.
    """
    text = resources.files("rtdoctor").joinpath(*where.split("/")).read_text("utf-8")
    return load_packaged(text, type_, where)


def load_packaged(text: str, type_: type[T], where: str) -> T:
    """As ``strict_yaml.load``, for the text of a file that ships with the program.

    Unknown fields are not looked for here; a test reads every packaged file with ``load``.
    """
    try:
        return msgspec.convert(yaml.load(text, Loader=_Loader), type_)  # noqa: S506 - a safe one
    except (yaml.YAMLError, msgspec.ValidationError):
        return load(text, type_, where)
