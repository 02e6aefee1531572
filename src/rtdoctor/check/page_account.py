"""What a check of a page found, in sentences. Pure; what the page says is quoted, not redacted."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from rtdoctor.browser.page_run import PageRun, Reached
from rtdoctor.check.backend_answer import backend_is_seen, gives_no_token
from rtdoctor.check.page_check import PROOF_S, PageFinished
from rtdoctor.check.page_proof import PageProof, Trial
from rtdoctor.check.page_reading import OF_BACKEND, called_without_token, seen_in
from rtdoctor.check.page_repair import PagePart
from rtdoctor.domain.control_sequences import without_control_sequences
from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.page_result import PageAttempt, PageResult, ProofOnPage
from rtdoctor.migration.json_text import parse_object
from rtdoctor.subjects.address import to_service
from rtdoctor.subjects.posted_offer import posted_offer
from rtdoctor.subjects.seen import Seen
from rtdoctor.wording.command_line import command_line

_LONGEST = 200
_MOST_REQUESTS = 6
_MOST_LINES = 4
_REACHED = {
    Reached.NOTHING: "it was not opened",
    Reached.OPENED: "it was opened",
    Reached.PRESSED: "it was started",
    Reached.MEDIA: "it asked for the microphone or the screen",
    Reached.ASKED: "it sent a request",
    Reached.OFFERED: "it made its offer",
    Reached.ANSWERED: "it set the service's answer",
    Reached.CHANNEL: "its data channel opened",
    Reached.SESSION: "the first event came",
}
_DOES_NOT_PROVE = (
    "This does not prove that sound is heard, that a long conversation works, or that another "
    "browser or network does the same."
)


def page_result(found: PageFinished, command: str) -> PageResult:
    """What the check found, as it is kept and shown; ``command`` is the one that was given."""
    run = found.first
    return PageResult(
        headline=page_headline(found),
        reached=run.reached.name.lower(),
        is_connected=run.is_connected,
        did=what_it_did(found),
        candidates=run.candidates,
        fault=found.fault.text if found.fault and not found.fault.is_of_check else "",
        setup_works=works_without_page(found),
        proof=proof_on_page(found),
        leaves_open=_leaves_open(found),
        next_step=page_next_step(found, command),
        in_code=found.in_code,
    )


def page_headline(found: PageFinished) -> str:
    """One sentence: whether the page works, and if not, how far it came."""
    run = found.first
    if run.is_connected:
        return f"Your page connected: {_connected(run)}."
    if found.fault is not None and found.fault.is_of_check:
        return f"Your page could not be started here: {found.fault.text}"
    if found.fault is not None and found.fault.is_of_service:
        return f"Your page failed: {found.fault.text}"
    if found.fault is not None:
        return f"Your page failed by itself, before or beside the service: {found.fault.text}"
    if run.stopped == "not opened":
        return f"Your page could not be opened: {_short(run.problem)}"
    if run.stopped == "unclear":
        return "It is not clear what starts your page."
    if run.error_events:
        return f"Your page connected, and was then sent an error: {_error_of(run)}"
    if run.reached is Reached.SESSION:
        return "Your page connected, and another request of it was refused."
    if not run.exchanges and not run.own_exchanges:
        return f"Your page asked the service nothing: {_REACHED[run.reached]}, and no more came."
    return f"Your page failed: {_REACHED[run.reached]}, and then no further."


def what_it_did(found: PageFinished) -> tuple[str, ...]:
    """What the page was made to do, asked for, and shows."""
    return tuple(_deeds(found))


def page_next_step(found: PageFinished, command: str) -> str:
    """What to do about the page itself; empty where the diagnosis of its setup says it."""
    if found.fault is not None and found.fault.options:
        return f"{found.fault.next_step}: {command} {command_line(found.fault.options)}"
    if found.fault is not None:
        return found.fault.next_step
    if found.first.stopped == "unclear":
        return "Say what to press: --click SELECTOR"
    if found.first.stopped == "not opened":
        return "Start the app first, or give the file of the page."
    if found.finished is None:
        return "Say what to press with --click SELECTOR, or press it by a --script FILE."
    what = "app" if backend_is_seen(found.first) else "page"
    if works_without_page(found) and found.proof is not None and found.proof.is_proved:
        return f"Change this in your {what}, then check again: {', '.join(found.proof.parts)}."
    return ""


def works_without_page(found: PageFinished) -> str:
    """A sentence for a page that fails with a setup that works; empty for any other."""
    finished = found.finished
    if finished is None or found.first.is_connected:
        return ""
    if finished.diagnosis.verdict is not Verdict.WORKS:
        return ""
    target = finished.run.header.target.describe()
    return (
        f"The same requests, sent by {len(finished.run.observations)} probes of our own, work with "
        f"{target}: what fails is in the {'app' if backend_is_seen(found.first) else 'page'}."
    )


def proof_on_page(found: PageFinished) -> ProofOnPage | None:
    """The repair on the page's own traffic; ``None`` when none was tried."""
    proof = found.proof
    if proof is None or found.first.is_connected:
        return None
    events = found.repair.events if found.repair is not None else {}
    sends = PagePart.EVENTS in proof.parts
    return ProofOnPage(
        changes=tuple(map(str, proof.parts)),
        attempts=tuple(
            PageAttempt(
                tuple(map(str, trial.parts)),
                trial.is_connected,
                _result(trial),
                tuple(str(part) for part in proof.parts if part in trial.idle - {*trial.parts}),
            )
            for trial in proof.trials
        ),
        is_proved=proof.is_proved,
        sentence=_proof_sentence(proof),
        needed=tuple(map(str, proof.needed)),
        events=tuple(_short(text, 600) for text in events.values()) if sends else (),
    )


def _leaves_open(found: PageFinished) -> str:
    if found.first.is_connected:
        return _DOES_NOT_PROVE
    if found.is_out_of_time:
        return f"The proof on your page took more than {PROOF_S:.0f} s and was given up."
    if found.proof is None and found.finished is not None and found.finished.diagnosis.repairs:
        return "No change of the page's traffic stands for this repair: probes alone prove it."
    if _names_no_model(found):
        return "The model of the backend's token is not known: the call of the proof names none."
    return ""


def _names_no_model(found: PageFinished) -> bool:
    """Whether the call that connected leaves out the model that the probed repair names."""
    if found.proof is None or found.repair is None or found.finished is None:
        return False
    proved = dict(found.repair.works.call_query.value.params)
    probed = [dict(r.setup.call_query.value.params) for r in found.finished.diagnosis.repairs]
    is_changed = PagePart.CALL in found.proof.parts
    return is_changed and "model" not in proved and any("model" in p for p in probed)


def _deeds(found: PageFinished) -> Iterator[str]:
    run = found.first
    for press in run.presses:
        verb = "held" if press.by == "hold" else "pressed"
        yield f"{verb} “{_short(press.shown, 60)}”" + (f": {press.error}" if press.error else "")
    for filled in run.filled:
        yield f"filled in “{_short(filled.hint, 60)}”"
    seen = seen_in(run)
    for exchange in seen[:_MOST_REQUESTS]:
        yield _exchange(exchange)
    if len(seen) > _MOST_REQUESTS:
        yield f"and {len(seen) - _MOST_REQUESTS} more requests"
    shown = called_without_token(run)
    if gives_no_token(run):
        yield "the service gave your backend a token, and your backend gave the page none"
    elif shown is not None:
        yield f"it was given a token and called with “{shown}”: it reads the token elsewhere"
    elif found.proof is not None and PagePart.TOKEN in found.proof.needed:
        yield "it was given a token and made no call: it reads the token elsewhere"
    for record in run.of_kind("connection", "local", "remote", "media", "play"):
        if record.error:
            what = {"remote": "setRemoteDescription", "local": "setLocalDescription"}
            yield f"{what.get(record.kind, record.name or record.kind)}: {_short(record.error)}"
    for text in dict.fromkeys(r.text for r in run.of_kind("blocked")):
        yield f"blocked: {text} (--allow-host {text})"
    for record in run.of_kind("error", "rejection", "dialog", "cors", "csp")[:_MOST_LINES]:
        yield f"{record.kind}: {_short(record.error or record.text)}"
    for text in run.error_events[:_MOST_LINES]:
        yield f"error event: {_short(text)}"
    if run.shows:
        yield f"shows: {_short(run.shows)}"
    if not run.is_connected and not _is_refused(run):
        yield from (f"the command printed: {_short(line)}" for line in found.printed[-_MOST_LINES:])
    if run.stopped == "time":
        yield "it was stopped after 30 s"


def _is_refused(run: PageRun) -> bool:
    """Whether the service refused something, which says more than the log of the app."""
    answers = [passed.exchange.response for passed in run.exchanges]
    return any(answer is not None and answer.status >= 400 for answer in answers)


def _exchange(seen: Seen) -> str:
    parts = urlsplit(seen.request.url)
    query = f"?{parts.query}" if parts.query else ""
    asked = f"{seen.request.method} {parts.netloc}{parts.path}{query}"
    what = _short(asked)
    if posted_offer(seen.request):
        what += " (the call)" if to_service(seen.request) else " (with the offer)"
    if seen.origin.endswith(OF_BACKEND):
        what = f"your backend: {what}"
    if seen.response is None:
        return f"{what}: no answer"
    status = seen.response.status
    said = _message(seen.response.body) if status >= 400 else ""
    return f"{what}: {status}" + (f" {said}" if said else "")


def _message(body: str) -> str:
    data = parse_object(body) or {}
    error = data.get("error", data)
    if isinstance(error, dict) and "message" in error:
        return _short(str(error["message"])) or "(an empty error)"
    return _short(body)


def _proof_sentence(proof: PageProof) -> str:
    whole = [t for t in proof.of(proof.parts) if t.is_connected]
    if proof.is_proved:
        changes = "this change" if len(proof.parts) == 1 else f"these {len(proof.parts)} changes"
        return f"With {changes} your page connected: {_connected(whole[0].run)}, no error in 3 s."
    if whole:
        return "Your page connected with this, but not every time, so nothing is proved."
    return "Your page did not connect with this repair, so the repair is not proved on it."


def _result(trial: Trial) -> str:
    run = trial.run
    if trial.is_connected:
        return _connected(run)
    if run.error_events:
        return f"its channel opened, and then an error came: {_error_of(run)}"
    refused = [
        seen for seen in seen_in(run) if seen.response is None or seen.response.status >= 400
    ]
    if refused:
        return _exchange(refused[-1])
    return f"{_REACHED[run.reached]}, and then no further"


def _connected(run: PageRun) -> str:
    first = run.first_event
    return "channel open" + (f", {first[0]} after {first[1]:.0f} ms" if first else "")


def _error_of(run: PageRun) -> str:
    for text in run.error_events:
        return _message(text)
    return ""


def _short(text: str, most: int = _LONGEST) -> str:
    one_line = " ".join(without_control_sequences(text).split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"
