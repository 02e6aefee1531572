"""For the tests of an application that talks to a Realtime service.

The pytest plugin gives the fixture ``realtime_sandbox``; ``run_sandbox`` is the same for a fixture
of a wider scope. docs/testing-your-app.md has complete examples.

Nothing here loads a WebRTC stack, a web framework or an HTTP client before a test needs it, since
pytest imports the plugin in every run, also where no test uses it.
"""

from rtdoctor.testing.microphone import FakeMicrophone
from rtdoctor.testing.processes import run_sandbox
from rtdoctor.testing.sandbox import (
    RealtimeSandbox,
    SandboxRequest,
    SandboxSession,
    SandboxSessions,
)

__all__ = [
    "FakeMicrophone",
    "RealtimeSandbox",
    "SandboxRequest",
    "SandboxSession",
    "SandboxSessions",
    "run_sandbox",
]
