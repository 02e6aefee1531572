"""The report for an issue tracker: at most 60 lines, with the details folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from rtdoctor.domain.exchange import HttpExchange
from rtdoctor.domain.finding import Answered, Cause, Diagnosis, Fact, Pattern
from rtdoctor.domain.outcome import Outcome
from rtdoctor.domain.run import Run
from rtdoctor.report import support_block as vendor
from rtdoctor.report.markdown_page import on_page, what_it_did
from rtdoctor.report.markdown_text import code, fence, prose
from rtdoctor.report.own_answer import LABEL, own_answers
from rtdoctor.report.view.matrix import column_of, row_of
from rtdoctor.report.view.selection import by_signature, is_inferred
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import levels, places
from rtdoctor.wording import outcomes as words
from rtdoctor.wording import page as page_text
from rtdoctor.wording import requests as setup_text
from rtdoctor.wording.outcomes import KnowledgeText

MAX_LINES = 60
_DIFF_LINES, _REFUSALS, _FACTS, _VENDOR_PROBES, _ANSWERS = 20, 6, 3, 2, 2


def render(
    run: Run,
    diagnosis: Diagnosis,
    redactions: Mapping[str, int],
    knowledge_lookup: Callable[[str], KnowledgeText | None],
) -> str:
    """GitHub-flavoured Markdown of at most ``MAX_LINES`` lines.

    The verdict, the change and the cause come first; the folded sections follow as far as there
    is room, and what had to be left out is named.
    """
    lines = [*_head(run, diagnosis), *_change(run, diagnosis)]
    lines += _causes(run, diagnosis, knowledge_lookup)
    lines += _known(run, diagnosis)
    end = list(_end(run, diagnosis, redactions))
    left_out = []
    for title, body in _folded(run, diagnosis):
        section = ["", f"<details><summary>{title}</summary>", "", *body, "", "</details>"]
        # Two lines are kept for what may have to be left out.
        if body and len(lines) + len(section) + len(end) + 2 <= MAX_LINES:
            lines += section
        elif body:
            left_out.append(title.lower())
    if left_out:
        lines += ["", f"Left out here, in the HTML report: {', '.join(left_out)}."]
    return "\n".join([*lines, *end]) + "\n"


def _folded(run: Run, diagnosis: Diagnosis) -> tuple[tuple[str, list[str]], ...]:
    """The folded sections, the most telling first: a sandbox has no support to ask."""
    witness = "Failing and passing exchange", list(_witness(run, diagnosis))
    support = "For the service's support", list(_support(run, diagnosis))
    refusals = "Every refusal", list(_refusals(run))
    page = "What the page did", list(what_it_did(run.page)) if run.page is not None else []
    if run.header.target.is_sandbox:
        return page, witness, refusals, support
    return page, witness, support, refusals


def _ids(probes: Sequence[str], most: int = 4) -> str:
    shown = " ".join(map(code, probes[:most]))
    return shown + (f" and {len(probes) - most} more" if len(probes) > most else "")


def _head(run: Run, diagnosis: Diagnosis) -> Iterator[str]:
    opening = page_text.opening(run, diagnosis)
    yield f"## rtdoctor: {opening.verdict}"
    yield ""
    first, rest = words.headline(opening.sentence)
    yield f"**{prose(first)}**" + (f" {prose(rest)}" if rest else "")
    yield ""
    yield from _own(run, diagnosis)
    if run.header.target.is_sandbox:
        yield f"> {words.SANDBOX_BANNER.format(era=prose(run.header.target.era or ''))}"
        yield ""
    target = run.header.target
    against = "" if target.is_sandbox else f" Against {code(target.describe())}."
    yield f"{words.counts_line(run)}.{against} Begun {code(run.header.started_at)}."
    if run.finished != "complete":
        yield f"The run {words.finished(run)}."


def _own(run: Run, diagnosis: Diagnosis) -> Iterator[str]:
    answers = own_answers(run, diagnosis)
    for answered in answers[:_ANSWERS]:
        yield f"- {LABEL} {_answered(answered)}"
    if len(answers) > _ANSWERS:
        yield f"- and {len(answers) - _ANSWERS} other answers"
    if run.page is not None:
        yield from on_page(run.page, page_text.opening(run, diagnosis).sentence)
    yield f"- Next: {prose(finding_text.next_step(run, diagnosis))}"
    yield ""


def _answered(answered: Answered) -> str:
    named = f"; the error names {code(answered.place)}" if answered.place else ""
    seen = f" ({_ids(answered.probes)}{named})" if answered.probes else ""
    return code(answered.text) + seen


def _change(run: Run, diagnosis: Diagnosis) -> Iterator[str]:
    subject = run.header.subject
    if subject is None or not diagnosis.repairs:
        return
    first, *others = diagnosis.repairs
    yield ""
    repeated = ", and repeated" if len(first.probes) > 1 else ""
    works = words.AT_A_PRICE if first.leaks_key else words.SMALLEST
    yield f"**{works}** (connected: {_ids(first.probes)}{repeated})"
    yield ""
    diff = [line for line in setup_text.diff(subject, first.setup) if _moved(line)]
    yield from fence(diff[:_DIFF_LINES] + ["  …"] * (len(diff) > _DIFF_LINES), "diff")
    for warning in words.repair_warnings(first)[:3]:
        yield f"⚠ {prose(warning)}"
    if others:
        rest = (
            code(levels.changes(r.changes, subject, r.setup))
            + (" (leaks the key)" if r.leaks_key else "")
            for r in others[:3]
        )
        yield f"Also works: {'; '.join(rest)}."


def _moved(line: str) -> bool:
    """A line that changes, or the name of the request it belongs to."""
    return line[:1] in ("-", "+") or (line.startswith("  # ") and not line.endswith(": as it is"))


def _causes(
    run: Run, diagnosis: Diagnosis, lookup: Callable[[str], KnowledgeText | None]
) -> Iterator[str]:
    found: tuple[Cause | Pattern, ...] = diagnosis.causes or diagnosis.patterns
    for number, cause in enumerate(found[:2], 1):
        yield ""
        inside = cause.inside if isinstance(cause, Cause) else ()
        pairs = finding_text.level_texts(cause.levels, run, _failing(cause), inside)
        shared = " with ".join(code(f"{name} {text}") for name, text in pairs)
        kind = _kind(cause)
        title = f"{kind} {number}" if len(found) > 1 else kind
        said, stage = code(cause.signature.describe()), words.stage_name(cause.signature.stage)
        yield f"**{title}:** {shared} → {said} at {stage}. {_tally(cause, run)}"
        yield from (f"Inside: {code(line)}" for found in inside for line in places.lines(found))
        if _rests_on_inference(run, cause):
            yield f"Inferred: {words.SANDBOX_INFERRED}"
        for entry in cause.knowledge[:1]:
            text = lookup(entry)
            if text is not None:
                yield f"Known beside the probes: {prose(text.title)}. {prose(text.why)}"
    if len(found) > 2:
        yield f"The HTML report has {len(found) - 2} more."


def _kind(found: Cause | Pattern) -> str:
    if isinstance(found, Pattern):
        return "Pattern"
    return "Cause" if found.is_proved else "Suspected cause"


def _rests_on_inference(run: Run, found: Cause | Pattern) -> bool:
    failing = set(_failing(found))
    return any(is_inferred(o) for o in run.observations if o.probe in failing)


def _failing(found: Cause | Pattern) -> tuple[str, ...]:
    return found.failing_probes if isinstance(found, Cause) else found.failing


def _tally(found: Cause | Pattern, run: Run) -> str:
    return words.tally(found) if isinstance(found, Cause) else words.pattern_tally(found, run)


def _beside(run: Run, diagnosis: Diagnosis) -> Iterator[str]:
    """What was seen and is not proved, what contradicts itself, what was tried in vain."""
    for suspicion in diagnosis.suspicions[:_FACTS]:
        told = code(finding_text.suspicion(suspicion, run))
        failed, passed = _ids(suspicion.failing), _ids(suspicion.passing)
        yield f"- {finding_text.SUSPICIONS}: {told} ({failed} failed, {passed} passed)"
    for contradiction in diagnosis.contradictions[:_FACTS]:
        answers = "; ".join(map(_answered, contradiction.answers[:_FACTS]))
        yield f"- {finding_text.contradiction(contradiction)}: {answers}"
    if diagnosis.tried:
        tried = (f"{code(finding_text.tried(t, run))} ({code(t.probe)})" for t in diagnosis.tried)
        shown = "; ".join(list(tried)[:_FACTS])
        more = len(diagnosis.tried) - _FACTS
        yield f"- {finding_text.TRIED}: {shown}" + (f" and {more} more" if more > 0 else "")


def _known(run: Run, diagnosis: Diagnosis) -> Iterator[str]:
    necessary = [
        f"{levels.factor_names(w.factors)} ({code(w.failing)} fails, {code(w.passing)} passes)"
        for cause in diagnosis.causes
        for w in cause.witnesses
        if w.repeated
    ]
    rows = [
        *([f"- Necessary, each pair repeated: {'; '.join(necessary[:6])}"] if necessary else []),
        *_beside(run, diagnosis),
        *_listed("Ruled out", [levels.factor_name(r.factor) for r in diagnosis.ruled_out]),
        *_listed("Unresolved", [levels.factor_name(u.factor) for u in diagnosis.unresolved]),
        *([f"- Pending: {words.pending(diagnosis.pending)}"] if diagnosis.pending else []),
        *_listed("Likely, not probed", [lint.text for lint in diagnosis.likely[:_FACTS]]),
        *(f"- {f.kind.capitalize()}: {prose(f.text)}" for f in _new(diagnosis)[:_FACTS]),
        *(f"- Drift: {code(d.knowledge)}: {prose(d.text)}" for d in diagnosis.drift[:1]),
    ]
    if rows:
        yield ""
        yield from rows


def _new(diagnosis: Diagnosis) -> list[Fact]:
    """The facts that the verdict has not told already."""
    return [fact for fact in diagnosis.facts if fact.text not in diagnosis.sentence]


def _listed(word: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield f"- {word}: {', '.join(map(prose, items))}"


def _refusals(run: Run) -> Iterator[str]:
    groups = [(o, seen) for o, seen in by_signature(run) if not o.is_pass]
    if not groups:
        return
    yield "| probes | answer | example |"
    yield "|--:|---|---|"
    for outcome, seen in groups[:_REFUSALS]:
        setup = seen[0].setup
        example = f"{row_of(setup).label} → {column_of(setup).auth} {column_of(setup).label}"
        answer, shown = _cell(_answer(outcome)), _cell(example)
        answer += " (inferred)" if is_inferred(seen[0]) else ""
        yield f"| {len(seen)} | {answer} | {code(seen[0].probe)} {shown} |"
    if len(groups) > _REFUSALS:
        yield f"| | and {len(groups) - _REFUSALS} more | |"


def _answer(outcome: Outcome) -> str:
    return outcome.signature.describe() if outcome.signature is not None else "no reason recorded"


def _cell(text: str) -> str:
    return code(text[:120]).replace("|", "\\|")


def _witness(run: Run, diagnosis: Diagnosis) -> Iterator[str]:
    witness = next((w for cause in diagnosis.causes for w in cause.witnesses), None)
    probes = {o.probe: o for o in run.observations}
    if witness is None or witness.failing not in probes or witness.passing not in probes:
        return
    lines = []
    for probe, word in ((witness.failing, "fails"), (witness.passing, "passes")):
        sent = [e for e in probes[probe].exchanges if e.purpose != "hangup"]
        lines += [f"{probe} {word}", *(f"  {_exchange(e)}" for e in sent[-2:])]
    yield from fence(lines)


def _exchange(exchange: HttpExchange) -> str:
    request, response = exchange.request, exchange.response
    if response is None:
        return f"{request.method} {request.url} -> {exchange.error or 'no answer'}"
    body = " ".join(response.body.split())
    if response.body.startswith("v=0"):
        body = "an SDP answer"
    elif exchange.purpose == "mint" and response.status < 300:
        body = "a token"
    return f"{request.method} {request.url} -> {response.status} {body[:200]}"


def _support(run: Run, diagnosis: Diagnosis) -> Iterator[str]:
    lines = vendor.short(run, diagnosis, _VENDOR_PROBES)
    if lines:
        yield from fence(lines)


def _end(run: Run, diagnosis: Diagnosis, redactions: Mapping[str, int]) -> Iterator[str]:
    env, ledger = run.header.environment, run.ledger
    hidden = ", ".join(f"{prose(kind)} ×{n}" for kind, n in redactions.items()) or "nothing"
    yield ""
    yield (
        f"rtdoctor {code(env.rtdoctor)}, Python {code(env.python)}, {code(env.platform)};"
        f" {ledger.tokens_minted} tokens minted, {ledger.sessions_opened} sessions opened,"
        f" {ledger.sessions_hung_up} hung up. Redacted here: {hidden}."
    )
    yield f"Does not prove: {prose(words.does_not_prove(diagnosis)[-1])}"
    as_code = (
        ", `rtdoctor show report.html --as js` (curl, python, prompt) writes the change as code"
    )
    more = as_code if diagnosis.repairs else ""
    if not run.observations:
        return
    yield f"With the HTML report, `rtdoctor rerun report.html` {words.RERUN}{more}."
