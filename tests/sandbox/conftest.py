"""One running sandbox an era for the whole session; tests that count start their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from support.sandbox_http import Caller
from support.sandbox_process import rtdoctor_sandbox

CallerOf = Callable[[str], Caller]


@pytest.fixture(scope="session")
def caller_of() -> Iterator[CallerOf]:
    """Gives a caller of the era's sandbox, which is started when first asked for."""
    callers: dict[str, Caller] = {}
    with ExitStack() as stack:

        def caller(era: str) -> Caller:
            if era not in callers:
                callers[era] = Caller(stack.enter_context(rtdoctor_sandbox(era)))
                stack.callback(callers[era].close)
            return callers[era]

        yield caller


@pytest.fixture
def beta(caller_of: CallerOf) -> Caller:
    return caller_of("beta")


@pytest.fixture
def coexist(caller_of: CallerOf) -> Caller:
    return caller_of("coexist")


@pytest.fixture
def ga_only(caller_of: CallerOf) -> Caller:
    return caller_of("ga-only")


@pytest.fixture
def today(caller_of: CallerOf) -> Caller:
    return caller_of("single-use")
