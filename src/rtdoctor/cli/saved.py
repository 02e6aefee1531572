"""A saved run as commands read it, and its diagnosis with what is known today."""

from __future__ import annotations

import os
from pathlib import Path

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.redactor import Redactor


def read_saved(*files: Path) -> tuple[Redactor, list[Run]]:
    """The runs in these files, and the redactor they went through.

    What a stranger saved may hold what our rules would have masked. Raises ``EvidenceError``.
    """
    from rtdoctor.evidence.load import load_run
    from rtdoctor.secrets.environment import knowing_redactor

    redactor = knowing_redactor(os.environ, keep_addresses=True)
    return redactor, [redactor.clean(load_run(file)[0]) for file in files]


def diagnosis_of(run: Run, catalogue: Catalogue | None = None) -> Diagnosis:
    """The diagnosis of a run; with the shipped probes unless others are given."""
    from rtdoctor.diagnose.candidates import terrain_of
    from rtdoctor.diagnose.verdict import diagnose
    from rtdoctor.knowledge import base as knowledge_base

    return diagnose(run, terrain_of(catalogue or probes.read()), knowledge_base.load())
