"""What ``import rtdoctor`` gives, and what it does not cost."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import rtdoctor

PACKAGE = Path(rtdoctor.__file__).parent


def modules_after(statement: str) -> set[str]:
    """Names of the top-level packages that a fresh interpreter has loaded afterwards."""
    code = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(PACKAGE.parent)},
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import rtdoctor; dir(rtdoctor)",
        "from rtdoctor import Target, Setup, Run, Diagnosis, Verdict, Limits, RtdoctorError",
        "from rtdoctor.cli.main import cli; cli(['--help'], standalone_mode=False)",
        "from rtdoctor.cli.main import cli; cli(['check', '--help'], standalone_mode=False)",
    ],
)
def test_no_webrtc_stack_and_no_server_is_loaded_before_it_is_used(statement: str) -> None:
    heavy = {"aiortc", "av", "starlette", "uvicorn", "httpx", "vcr", "cryptography", "asyncio"}

    assert not modules_after(statement) & heavy


def test_every_public_name_can_be_imported_and_is_documented() -> None:
    for name in rtdoctor.__all__:
        text = inspect.getdoc(getattr(rtdoctor, name)) or ""
        # a dataclass without a docstring gets its signature for one
        assert len(text) > 20, name
        assert not text.startswith(f"{name}("), name


def test_type_checkers_see_the_names_that_there_are() -> None:
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    seen = {
        alias.asname: (node.module, alias.name)
        for node in ast.walk(stub)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert set(seen) == set(rtdoctor.__all__)
    for name, (module, original) in seen.items():
        assert original == name
        assert getattr(rtdoctor, name) is getattr(sys.modules[module or ""], name)


def test_no_public_name_is_also_a_module() -> None:
    modules = {module.name for module in pkgutil.iter_modules([str(PACKAGE)])}

    assert not modules & set(rtdoctor.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="run_checks"):
        _ = rtdoctor.run_checks  # type: ignore[attr-defined]
