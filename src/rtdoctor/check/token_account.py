"""What a check of a token route tells its reader, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.check.route_faults import RouteNote
from rtdoctor.check.token_check import TokenFinished
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Observation
from rtdoctor.wording.outcomes import outcome_line


def token_account(finished: TokenFinished, *, has_key: bool) -> list[str]:
    """The headline, what was seen of the route, the call, and what to do next."""
    lines = [_headline(finished)]
    if finished.notes:
        lines += ["", "The token route"]
        lines += (f"  {_mark(note)} {_with_basis(note)}" for note in finished.notes)
    if finished.call is not None:
        lines += ["", "A call with a fresh token" if finished.notes else "A call with the token"]
        lines += (f"  {line}" for line in _call_lines(finished.call, has_key=has_key))
    following = _next_step(finished, has_key=has_key)
    return [*lines, "", f"Next: {following}"] if following else lines


def _headline(finished: TokenFinished) -> str:
    faults = [note for note in finished.notes if note.is_fault]
    if finished.call is None:
        return "The token route has a fault, and no call was made."
    outcome = finished.call.outcome
    if outcome.is_fail:
        return "The call with a token of this route fails." if finished.notes else "The call fails."
    if outcome.kind in (OutcomeKind.TRANSIENT, OutcomeKind.SKIPPED):
        return "The call could not be tested."
    if faults:
        return "A token of this route opens a call, but the route has a fault."
    return "A token of this route opens a call." if finished.notes else "The token opens a call."


def _mark(note: RouteNote) -> str:
    return "✗" if note.is_fault else "·"


def _with_basis(note: RouteNote) -> str:
    return f"{note.text} (inferred)" if note.inferred else note.text


def _call_lines(call: Observation, *, has_key: bool) -> Iterator[str]:
    setup = call.setup
    query = "&".join(f"{name}={value}" for name, value in setup.call_query.value.params)
    path = setup.call_endpoint.value.path + (f"?{query}" if query else "")
    yield f"{setup.call_endpoint.value.method} {path}: {outcome_line(call.outcome)}"
    yield "which call goes with the token is inferred; your page may call in another way"
    if call.sessions_opened and not call.left_open:
        yield "the call was hung up"
    elif call.left_open:
        yield f"the call was closed here, and may be open at the service: {call.left_open}"
        if not has_key:
            yield "it was hung up with the token; with a key in OPENAI_API_KEY, the key is used"


def _next_step(finished: TokenFinished, *, has_key: bool) -> str:
    faults = [note for note in finished.notes if note.is_fault]
    if finished.call_failed and finished.setup is not None and not has_key:
        return (
            "with a key in OPENAI_API_KEY, the setup behind the route is diagnosed as well. The "
            "key goes to the service alone, not to the route."
        )
    if finished.call_failed and finished.setup is not None:
        return (
            "the setup behind the route, as its answer shows it, is diagnosed below with tokens "
            "that your key mints. Where that works, look at how the backend mints."
        )
    if faults:
        return "mend what is marked with ✗ in the backend, and check again."
    return ""
