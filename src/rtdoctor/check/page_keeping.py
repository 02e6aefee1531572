"""What a check of a page found goes into its run and its journal, redacted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rtdoctor.check.check import run_header
from rtdoctor.check.diagnosis import diagnosis_of
from rtdoctor.check.full_check import Finished
from rtdoctor.check.journal_place import open_journal
from rtdoctor.check.page_account import page_result
from rtdoctor.check.page_check import PageFinished
from rtdoctor.check.page_runs import Tell
from rtdoctor.check.task import JournalPlace, NewSurvey
from rtdoctor.domain.run import Run
from rtdoctor.errors import EvidenceError, UsageError
from rtdoctor.evidence.journal import JournalWriter
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.target import Target


def numbered(place: JournalPlace, number: int) -> JournalPlace:
    """Where a diagnosis is kept. A journal holds one run, so a second one is kept beside it."""
    if number == 1 or not isinstance(place, Path):
        return place
    return place.with_name(f"{place.stem}-{number}{place.suffix}")


@dataclass(frozen=True, slots=True)
class PageKeeper:
    """Keeps what was found of one page. ``tell`` hears of a journal that cannot be written."""

    target: Target
    journal: JournalPlace
    command: str
    catalogue: Catalogue
    redactor: Redactor
    tell: Tell

    def keep(self, found: PageFinished) -> PageFinished:
        """The same with the page in its run and its journal; the run of a page that showed no setup
        has no probes. Raises ``UsageError`` when a journal for it cannot be made."""
        if found.reading is not None:
            for secret in found.reading.secrets:
                self.redactor.add(secret)
        page = self.redactor.clean(page_result(found, self.command))
        probed = found.finished or self._without_probes(found.first.duration_ms)
        if probed.journal is not None:
            try:
                JournalWriter.add_page(probed.journal, page, self.redactor)
            except (UsageError, EvidenceError) as error:
                self.tell(f"The journal does not hold what the page did: {error.message}")
        # once more with what became known in the runs of the page
        run = self.redactor.clean(replace(probed.run, page=page))
        diagnosis = diagnosis_of(run, self.catalogue) if not found.finished else probed.diagnosis
        return replace(found, finished=replace(probed, run=run, diagnosis=diagnosis))

    def _without_probes(self, duration_ms: float) -> Finished:
        ended, wall_ms = datetime.now(UTC), round(duration_ms, 1)
        begun = (ended - timedelta(milliseconds=wall_ms)).isoformat(timespec="seconds")
        header = self.redactor.clean(run_header(self.target, self.command))
        header = replace(header, started_at=begun)
        run = Run(header, (), "complete", ended.isoformat(timespec="milliseconds"), wall_ms)
        no_probes = NewSurvey(self.target, (), journal=self.journal)
        journal = open_journal(no_probes, header, self.redactor, self.tell)
        if journal is not None:
            journal.end(run.finished, run.wall_ms)
        return Finished(run, diagnosis_of(run, self.catalogue), journal.path if journal else None)
