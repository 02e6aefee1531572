"""rtdoctor: find out why a WebRTC connection to a Realtime voice API is refused.

``run_check`` carries out a ``NewSurvey``, ``NewDiagnosis``, ``Resume`` or ``Replay`` and returns a
``Finished``. ``setup_from_yaml`` reads the ``Setup`` that a client sends, ``Target.at`` names the
service, ``serve_sandbox`` runs an embedded one. ``explain_text`` sends nothing: it reads an error.
Every error raised on purpose is an ``RtdoctorError``.

Each name is loaded when it is first used (PEP 562), so that ``import rtdoctor`` and the command
line load no WebRTC stack.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "Diagnosis": "rtdoctor.domain.finding",
    "Explanation": "rtdoctor.explain.explanation",
    "Finished": "rtdoctor.check.full_check",
    "Limits": "rtdoctor.probe.limits",
    "NewDiagnosis": "rtdoctor.check.task",
    "NewSurvey": "rtdoctor.check.task",
    "Observation": "rtdoctor.domain.run",
    "Outcome": "rtdoctor.domain.outcome",
    "Replay": "rtdoctor.check.task",
    "Resume": "rtdoctor.check.task",
    "RtdoctorError": "rtdoctor.errors",
    "Run": "rtdoctor.domain.run",
    "Setup": "rtdoctor.domain.setup",
    "Target": "rtdoctor.targets.target",
    "Verdict": "rtdoctor.domain.finding",
    "Watcher": "rtdoctor.check.watcher",
    "explain_text": "rtdoctor.explain.ranking",
    "run_check": "rtdoctor.check.full_check",
    "serve_sandbox": "rtdoctor.targets.embedded_sandbox",
    "setup_from_yaml": "rtdoctor.check.setups",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'rtdoctor' has no attribute {name!r}")
    found = getattr(import_module(_HOME[name]), name)
    globals()[name] = found  # asked for once
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
