"""The plugin in other people's test suites: pytest in a process of its own, as they run it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.sandbox_process import SOURCES

pytest_plugins = ["pytester"]

TOP = Path(__file__).parents[2]
HEAVY = ("aiortc", "av", "starlette", "uvicorn", "httpx", "click", "rich", "yaml", "playwright")
WITHIN_S = 30
MINT = """
    import httpx, pytest

    def mint(service, **session):
        return httpx.post(
            f"{service.base_url}/v1/realtime/client_secrets",
            headers={"Authorization": f"Bearer {service.api_key}"},
            json={"session": {"type": "realtime", "model": "gpt-realtime", **session}},
        )
"""


@pytest.fixture
def installed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A suite on a machine where rtdoctor is installed, with the entry points of pyproject.toml."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    site = pytester.mkdir("site")
    info = site / "rtdoctor-0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: rtdoctor\nVersion: 0\n")
    entries = [f"{n} = {m}" for n, m in project["entry-points"]["pytest11"].items()]
    info.joinpath("entry_points.txt").write_text("\n".join(["[pytest11]", *entries]))
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SOURCES), str(site)]))
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider -W error")
    return pytester


def refuses_connections(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as s:
        return s.connect_ex((parts.hostname, parts.port)) != 0


def test_importing_the_plugin_loads_nothing_heavy() -> None:
    code = "import sys, rtdoctor.testing.plugin; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}

    loaded = subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)

    assert not set(HEAVY) & set(loaded.split())


def test_a_suite_that_does_not_use_it_starts_no_process(installed: pytest.Pytester) -> None:
    installed.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            assert "rtdoctor.testing.plugin" in sys.modules
            assert "rtdoctor.targets.embedded_sandbox" not in sys.modules
        """
    )

    installed.runpytest_subprocess().assert_outcomes(passed=1)


def test_sync_and_async_tests_use_it(installed: pytest.Pytester) -> None:
    installed.makepyfile(
        MINT
        + """
    def test_sync(realtime_sandbox):
        service = realtime_sandbox()
        assert mint(service).status_code == 200
        assert [r.path for r in service.requests()] == ["/v1/realtime/client_secrets"]

    @pytest.mark.asyncio
    async def test_async(realtime_sandbox):
        service = realtime_sandbox(era="ga-only")
        async with httpx.AsyncClient(base_url=service.env()["OPENAI_BASE_URL"]) as client:
            answer = await client.post("/realtime/client_secrets", json={})
        assert answer.status_code == 401
        assert [r.auth for r in service.requests()] == [("none",)]
    """
    )

    installed.runpytest_subprocess().assert_outcomes(passed=2)


def test_several_eras_run_at_once_and_keep_apart(installed: pytest.Pytester) -> None:
    installed.makepyfile(
        MINT
        + """
    def test_eras(realtime_sandbox):
        beta, today, again = map(realtime_sandbox, ["beta", "single-use", "single-use"])
        assert len({beta.base_url, today.base_url, again.base_url}) == 3
        assert (beta.era, today.era) == ("beta", "single-use")
        assert mint(today).status_code == 200
        assert [len(s.requests()) for s in (beta, today, again)] == [0, 1, 0]
    """
    )

    installed.runpytest_subprocess().assert_outcomes(passed=1)


def test_rules_of_ones_own_hold_for_one_service(installed: pytest.Pytester) -> None:
    rules = "rules: [{id: full, when: {endpoint: mint}, answer: {status: 503}}]"
    installed.path.joinpath("rules.yaml").write_text(rules)
    installed.makepyfile(
        MINT
        + f"""
    from pathlib import Path

    @pytest.mark.parametrize("rules", [{rules!r}, Path("rules.yaml")])
    def test_rules(realtime_sandbox, rules):
        planted = realtime_sandbox(rules=rules)
        assert mint(planted).status_code == 503
        assert [r.rule for r in planted.requests()] == ["full"]
        assert mint(realtime_sandbox()).status_code == 200

    def test_a_wrong_rule(realtime_sandbox):
        realtime_sandbox(rules="rules: [{{idd: full}}]")

    def test_a_wrong_era(realtime_sandbox):
        realtime_sandbox(era="singel-use")
    """
    )

    done = installed.runpytest_subprocess()

    done.assert_outcomes(passed=2, failed=2)
    done.stdout.fnmatch_lines_random(["*did you mean 'id'?*", "*did you mean 'single-use'?*"])


def test_a_failing_test_leaves_nothing_running(installed: pytest.Pytester) -> None:
    installed.makepyfile(
        MINT
        + """
    def test_fails(realtime_sandbox):
        for service in (realtime_sandbox(), realtime_sandbox(rules="rules: []")):
            mint(service)
            print("at", service.base_url)
        assert not service.requests()
    """
    )

    done = installed.runpytest_subprocess()

    done.assert_outcomes(failed=1)
    urls = [line.split()[1] for line in done.outlines if line.startswith("at http")]
    assert len(urls) == 2
    assert all(map(refuses_connections, urls))
    # what failed is shown, and no key with it
    done.stdout.fnmatch_lines(["*SandboxRequest(number=1, endpoint='mint'*"])
    assert "sk-sandbox" not in done.stdout.str()


@pytest.mark.skipif(sys.platform == "win32", reason="needs the signals of POSIX")
@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_an_interrupted_run_leaves_nothing_running(installed: pytest.Pytester, how: str) -> None:
    installed.makepyfile(
        """
        import threading

        def test_waits(realtime_sandbox):
            service = realtime_sandbox()
            service.requests()
            print("at", service.base_url, flush=True)
            threading.Event().wait()
        """
    )
    command = [sys.executable, "-m", "pytest", "-s"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=installed.path, text=True) as run:
        assert run.stdout is not None
        url = next(line for line in run.stdout if "at http" in line).split()[-1]
        run.send_signal(signal.Signals[how])
        run.wait(WITHIN_S)

    wait_until_it_refuses_connections(url)


def wait_until_it_refuses_connections(url: str) -> None:
    """An idle connection lasts as long as the process at its other end, so each one is waited for.

    One that comes while the process ends may still be taken; then the next is tried.
    """
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 0)
    with suppress(ConnectionRefusedError):
        while True:
            with (
                socket.create_connection(address, WITHIN_S) as connection,
                suppress(ConnectionResetError),
            ):
                connection.recv(1)
