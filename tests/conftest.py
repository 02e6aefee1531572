"""What every test gets: no key from outside, state in a folder of its own, loopback only."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from rtdoctor.targets.keys import KEY_VARIABLE
from rtdoctor.testing import plugin

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

_HERE = Path(__file__).parent
_WITH_PROCESSES = {"benchmarks", "check", "cli", "front", "probe", "sandbox", "testing"}
PACKAGES = _HERE / "browser" / "packages" / "node_modules"
_NOT_QUICK = {"slow", "thorough", "peers", "browser", "root"}
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    for name in (KEY_VARIABLE, *_PROXIES, *(p.lower() for p in _PROXIES), "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def pytest_configure(config: pytest.Config) -> None:
    """Load the plugin also where the sources are on the path and nothing is installed."""
    if not config.pluginmanager.is_registered(plugin):
        config.pluginmanager.register(plugin, "rtdoctor")


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int | None:
    """One worker more than there are cores: the tests of pages mostly wait for a browser."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist reads it itself
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_make_scheduler(config: Any, log: Any) -> object:
    """Idle workers take tests from busy ones: the tests of pages stand side by side in the order,
    and one worker would run them all at the end."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = dict(_missing())
    for item in items:
        markers = {marker.name for marker in item.iter_markers()}
        for marker in markers & missing.keys():
            item.add_marker(pytest.mark.skip(reason=missing[marker]))
        if not markers & _NOT_QUICK and _folder(item) not in _WITH_PROCESSES:
            item.add_marker(pytest.mark.quick)


def _folder(item: pytest.Item) -> str:
    """The folder of a test in ``tests``, and ``""`` for what stands beside the folders."""
    return item.path.relative_to(_HERE).parts[0] if item.path.parent != _HERE else ""


def _missing() -> Iterator[tuple[str, str]]:
    """Markers whose tests cannot run here, each with the reason."""
    if sys.platform == "win32":
        yield "posix", "needs signals, file modes or links of POSIX"
    if sys.platform != "linux":
        yield "linux", "needs Linux"
    # on CI a browser that is missing is a fault, not a reason to skip
    if chromium_path() is None and not os.environ.get("CI"):
        yield "browser", "needs Chromium (Debian: apt-get install chromium)"
    if not PACKAGES.exists() and not os.environ.get("CI"):
        yield "peers", "needs npm packages (npm install --prefix tests/browser/packages)"
    if sys.platform != "linux" or os.geteuid() != 0:
        yield "root", "needs root on Linux, for network namespaces"


def chromium_path() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    path = chromium_path()
    assert path is not None, "Chromium is not installed"
    return path
