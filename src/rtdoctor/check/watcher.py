"""What the caller of a check may hear while it goes on."""

from __future__ import annotations

from rtdoctor.domain.run import Observation, RunHeader, TargetInfo


class Watcher:
    """Told of a check as it happens. These methods do nothing: override those that you need.

    They are called in the event loop of the check and hold it up, so they should return at once.
    An error that one of them raises ends the check.

    >>> from rtdoctor import NewSurvey, run_check, serve_sandbox, setup_from_yaml
    >>> class Printing(Watcher):
    ...     def observed(self, observation):
    ...         print(observation.probe, observation.outcome.is_pass)
    >>> async with serve_sandbox() as sandbox:
    ...     survey = NewSurvey(sandbox, (setup_from_yaml("auth: ephemeral"),))
    ...     finished = await run_check(survey, watcher=Printing())
    #1 True
    """

    def begins(self, header: RunHeader, target: TargetInfo) -> None:
        """The first probe is about to be sent. A resumed run keeps its header, and ``target`` is
        where it goes on."""

    def observed(self, observation: Observation) -> None:
        """A probe has ended; secrets are masked already."""

    def journal_problem(self, problem: str) -> None:
        """The journal cannot be kept as it should be; the run goes on."""
