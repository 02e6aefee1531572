"""Errors that are fit to be shown: one of ours, or a trace without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from traceback import format_exception

from rtdoctor.errors import InternalError, RtdoctorError
from rtdoctor.secrets.redactor import Redactor


@contextmanager
def fit_to_be_shown(redactor: Redactor) -> Iterator[None]:
    """A bug inside the block ends in an ``InternalError`` whose trace holds no secrets.

    Only the redactor of a run knows which ones the run has seen.
    """
    try:
        yield
    # A closed pipe and a full disk are OSErrors, and the command line has words for them.
    except (RtdoctorError, OSError):
        raise
    except Exception as error:
        ours = _ours(error)
        if ours is not None:
            raise ours from None
        raise InternalError(redactor.clean_text("".join(format_exception(error)))) from None


def _ours(error: BaseException) -> RtdoctorError | None:
    """The error raised on purpose in a group that a task group made of it, if there is one."""
    if isinstance(error, BaseExceptionGroup):
        # A task group wraps what its tasks raise, and our own errors have words for the user.
        return next(filter(None, map(_ours, error.exceptions)), None)
    return error if isinstance(error, RtdoctorError) else None
