"""One HTML file: no network, no script that runs, the run itself inside."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Observation, Run
from rtdoctor.evidence import codec
from rtdoctor.evidence.folding import fold
from rtdoctor.report import own_answer
from rtdoctor.report import support_block as vendor
from rtdoctor.report.html import heatmap, text
from rtdoctor.report.html.findings import Findings, KnowledgeLookup
from rtdoctor.report.html.probes import ProbeDetail, ProbeView, exchange_title, views
from rtdoctor.report.html.waterfall import WIDTH
from rtdoctor.report.view import selection
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import outcomes as words
from rtdoctor.wording import page as page_text
from rtdoctor.wording import requests as setup_text
from rtdoctor.wording.levels import factor_name


def render(
    run: Run,
    diagnosis: Diagnosis,
    redactions: Mapping[str, int],
    knowledge_lookup: KnowledgeLookup,
) -> str:
    """The page for a finished run.

    ``redactions`` counts what was replaced, by kind; ``knowledge_lookup`` explains an entry's id.
    """
    css = _style()
    probes = views(run)
    findings = Findings(run, diagnosis, probes, knowledge_lookup)
    interactions = findings.interactions()
    necessary = [pair for found in interactions for pair in found.pairs if pair.repeated]
    opening = page_text.opening(run, diagnosis)
    headline, after_headline = words.headline(opening.sentence)
    full = selection.detailed(run, diagnosis)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            script_id=codec.SCRIPT_ID,
            diagnosis=diagnosis,
            opening=opening,
            headline=headline,
            after_headline=after_headline,
            necessary=necessary if diagnosis.causes else [],
            known=_is_anything_known(diagnosis),
            redactions=redactions,
            lookup=knowledge_lookup,
            css=Markup(css),  # noqa: S704
            style_hash=b64encode(sha256(css.encode()).digest()).decode(),
            carried=_carried(run, diagnosis),
            probes=probes,
            details=_details(run, diagnosis, probes, full),
            groups=_groups(run, probes, full),
            interactions=interactions,
            own_answers=findings.own_answers(),
            contradictions=findings.contradictions(),
            suspicions=findings.suspicions(),
            tried=findings.tried(),
            ruled_out=findings.ruled_out(),
            next_step=finding_text.next_step(run, diagnosis),
            most_shown=selection.PATTERNS,
            repairs=findings.repairs(),
            start_from=_start_from(run),
            map=heatmap.heat_map(run, diagnosis),
            vendor_block=vendor.block(run, diagnosis),
        )
    )


_ESCAPED = re.compile(
    "[<>&\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def _carried(run: Run, diagnosis: Diagnosis) -> Markup:
    """The run as JSON in which no character can end the element or hide in the source."""
    carried = fold(codec.encode(run, diagnosis)).decode()
    return Markup(_ESCAPED.sub(_json_escape, carried))  # noqa: S704


def _json_escape(match: re.Match[str]) -> str:
    # Above `>` are characters beyond ASCII, some of which JSON writes as two escapes.
    return json.dumps(match[0])[1:-1] if match[0] > ">" else f"\\u{ord(match[0]):04x}"


def _details(
    run: Run, diagnosis: Diagnosis, probes: Mapping[str, ProbeView], full: frozenset[str]
) -> list[ProbeDetail]:
    control = next((o for o in run.observations if o.probe == diagnosis.control), None)
    reference = control or _start_from(run)
    shown = (o for o in run.observations if o.probe in full)
    return [ProbeDetail.of(probes[o.probe], run, reference) for o in shown]


def _groups(
    run: Run, probes: Mapping[str, ProbeView], full: frozenset[str]
) -> list[tuple[ProbeView, list[ProbeView]]]:
    """The probes that are not shown in full, by outcome, each group with its example."""
    groups = []
    for _, members in selection.by_signature(run):
        rest = [probes[o.probe] for o in members if o.probe not in full]
        if rest:
            groups.append((rest[0], rest))
    skipped = [p for p in probes.values() if not p.ran and p.id not in full]
    return groups + ([(skipped[0], skipped)] if skipped else [])


def _start_from(run: Run) -> Observation | None:
    """A setup that connects and keeps the key out of the browser, for a survey's reader."""
    goal = run.header.goal
    connecting = [o for o in run.observations if o.outcome.judged(goal).is_pass]
    # Rather a setup that needs no key in the page, although any that connects is a start.
    safe = [o for o in connecting if o.setup.auth.value.kind.needs_token]
    return next(iter(safe or connecting), None)


def _is_anything_known(found: Diagnosis) -> bool:
    """Whether there is more to say of the findings than the matrix and the pairs show."""
    of_factors = found.causes or found.ruled_out or found.unresolved or found.likely
    return bool(of_factors or found.pending or found.facts or found.drift)


@cache
def _style() -> str:
    return files(__package__).joinpath("style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rtdoctor.report.html"),
        autoescape=True,
        # Escaping makes a text harmless as HTML; this makes it harmless as characters.
        finalize=text.visible,
        # A misspelt name in a template is an error and not an empty text.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        words=words,
        page_text=page_text,
        factor_name=factor_name,
        told=finding_text,
        own_label=own_answer.LABEL,
        axis=WIDTH,
        legend=heatmap.legend,
        exchange_title=exchange_title,
        setup_text=setup_text.text,
        pretty=setup_text.pretty,
    )
    environment.filters.update(
        ms=words.duration,
        when=text.when,
        prose=text.prose,
        breakable=text.breakable,
        whole=text.whole,
        shorten=text.shorten,
        cut=text.cut,
    )
    return environment
