"""What every test gets: no key from outside, state in a folder of its own, loopback only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from rtdoctor.targets.keys import KEY_VARIABLE
from rtdoctor.testing import plugin

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium_path() is None and not os.environ.get("CI"):
        skip = pytest.mark.skip(reason="needs Chromium (Debian: apt-get install chromium)")
        for item in items:
            if item.get_closest_marker("chromium"):
                item.add_marker(skip)


def chromium_path() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    path = chromium_path()
    assert path is not None, "Chromium is not installed"
    return path
