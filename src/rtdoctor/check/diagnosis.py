"""Runs diagnosed with the shipped knowledge and recipes: live, and from a file."""

from __future__ import annotations

from rtdoctor.diagnose import verdict
from rtdoctor.diagnose.candidates import candidates_of
from rtdoctor.diagnose.conversation import Conversation
from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run, RunHeader
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.plan import catalogue as probes
from rtdoctor.plan.catalogue import Catalogue


def diagnosis_of(run: Run, catalogue: Catalogue | None = None) -> Diagnosis:
    """The diagnosis of a run; with the shipped probes unless others are given."""
    return verdict.diagnose(run, candidates_of(catalogue or probes.read()), knowledge_base.load())


def conversation_about(header: RunHeader, catalogue: Catalogue) -> Conversation:
    """The diagnosis of a header's subject, ready to ask for its first probes."""
    return verdict.conversation(header, candidates_of(catalogue), knowledge_base.load())
