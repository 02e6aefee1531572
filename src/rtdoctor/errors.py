"""The error tree. Every message says what happened, where, and what to do next.

RtdoctorError
 ├── UsageError          the command line or the environment is wrong          exit 2
 ├── ConfigError         a YAML file is wrong: file, line, closest valid name  exit 2
 ├── CannotTest          no verdict is possible: key, quota, network           exit 3
 ├── EvidenceError       a run, report or cassette cannot be read              exit 2
 ├── RedactionError      a secret was found in bytes about to be written       exit 5
 └── InternalError       this should never happen; please report it            exit 70
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a finished command tells its caller (design, section 6)."""

    WORKS = 0
    FAILURE_REPRODUCED = 1
    USAGE = 2
    CANNOT_TEST = 3
    INCONCLUSIVE = 4
    REDACTION = 5
    INTERNAL = 70
    INTERRUPTED = 130


class RtdoctorError(Exception):
    """Base of all errors that rtdoctor raises on purpose; nothing in their text is secret.

    ``message`` says what happened and where, ``hint`` what to do next (or is empty). ``exit_code``
    is what the command line ends with.

    >>> from rtdoctor import setup_from_yaml
    >>> try:
    ...     setup_from_yaml("auth: ephemral")
    ... except RtdoctorError as error:
    ...     print(int(error.exit_code), error.hint)
    2 ...ephemeral...
    """

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(RtdoctorError):
    """The command was called in a way it cannot carry out; nothing was sent."""

    exit_code = ExitCode.USAGE


class ConfigError(RtdoctorError):
    """A configuration file is wrong; nothing was sent.

    ``where`` is ``file:line`` (or ``file`` when the line is unknown), ``problem`` the rest.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, where: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{where}: {message}", hint=hint)
        self.where = where
        self.problem = message


class CannotTest(RtdoctorError):
    """The service could not be tested at all, so no cause may be claimed."""

    exit_code = ExitCode.CANNOT_TEST


class EvidenceError(RtdoctorError):
    """A saved run, report or cassette is unreadable or not one of ours."""

    exit_code = ExitCode.USAGE


class RedactionError(RtdoctorError):
    """A live secret was found in the final bytes; nothing was written."""

    exit_code = ExitCode.REDACTION


class InternalError(RtdoctorError):
    """A bug in rtdoctor."""
