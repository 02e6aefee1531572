"""Running the examples of a docstring as they would run in ``python -m asyncio``."""

from __future__ import annotations

import ast
import asyncio
import doctest
import inspect
import io
import traceback
import types
from contextlib import redirect_stdout
from typing import Any

_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_examples(docstring: str, names: dict[str, Any], where: str) -> int:
    """Run every ``>>>`` line of a docstring, all in one event loop; returns how many there were.

    ``await``, ``async for`` and ``async with`` are allowed at the top level. ``AssertionError``
    with expected and real output for the first example that does something else than it says.
    """
    examples = doctest.DocTestParser().get_examples(docstring, where)
    module = {"__name__": "__main__", **names}
    with asyncio.Runner() as runner:
        for example in examples:
            got = _output(example, module, runner)
            checker = doctest.OutputChecker()
            assert _agrees(checker, example, got), (
                f"{where}, line {example.lineno + 1}: {example.source}"
                + checker.output_difference(example, got, _FLAGS)
            )
    return len(examples)


def _agrees(checker: doctest.OutputChecker, example: doctest.Example, got: str) -> bool:
    if example.exc_msg is not None:
        return checker.check_output(example.exc_msg, got, _FLAGS)
    return checker.check_output(example.want, got, _FLAGS)


def _output(example: doctest.Example, module: dict[str, Any], runner: asyncio.Runner) -> str:
    """What the example prints, or the last line of its error."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(example.source, "<example>", "single", flags, dont_inherit=True)
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            result = types.FunctionType(code, module)()
            if inspect.iscoroutine(result):
                runner.run(result)
    except Exception as error:
        if example.exc_msg is None:
            raise
        return "".join(traceback.format_exception_only(error))
    return printed.getvalue()
