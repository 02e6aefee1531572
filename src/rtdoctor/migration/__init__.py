"""Requests, events, setups and code, as another endpoint or the other generation wants them."""

from rtdoctor.migration.bodies import Move, Moved, migrate
from rtdoctor.migration.dialect import Dialect, dialect_at, fits
from rtdoctor.migration.wording import explain_moves

__all__ = ["Dialect", "Move", "Moved", "dialect_at", "explain_moves", "fits", "migrate"]
