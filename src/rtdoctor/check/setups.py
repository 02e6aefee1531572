"""Setups as a program writes them down."""

from __future__ import annotations

from rtdoctor.domain.setup import Setup
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.setup_file import read_subject


def setup_from_yaml(text: str, *, catalogue: Catalogue | None = None) -> Setup:
    """The setup that a client sends, from the text of a setup file.

    Each key is a factor: ``token_endpoint``, ``token_body``, ``auth``, ``beta_header``,
    ``call_endpoint``, ``call_query``, ``call_encoding``, ``offer``. A value is the name of a level
    (``rtdoctor plan --levels`` lists them) or a literal; a factor that is left out has its
    default. ``catalogue`` holds the levels, those of the shipped probes.yaml unless it is given.

    Raises ``ConfigError`` with the line and the closest valid name. Nothing is sent.

    >>> setup = setup_from_yaml("call_query: {params: {model: gpt-realtime-2.1}}")
    >>> setup.call_query.value.params
    (('model', 'gpt-realtime-2.1'),)
    >>> setup.names["call_endpoint"]
    'calls'
    >>> setup_from_yaml("auth: ephemral")
    Traceback (most recent call last):
    rtdoctor.errors.ConfigError: the setup:1: ...
    """
    return read_subject(text, "the setup", catalogue or probes.read())
