"""What the service answered, in words of the wire: which request, which status, which message."""

from __future__ import annotations

from rtdoctor.domain.outcome import Outcome, OutcomeKind, Signature, Stage
from rtdoctor.domain.setup import Setup
from rtdoctor.wording.levels import query_text

_LONGEST = 160


def request_line(setup: Setup, stage: Stage) -> str:
    """The request that a stage's answer belongs to: ``POST /v1/realtime/calls?model=…``."""
    if stage is Stage.MINT:
        return f"{setup.token_endpoint.value.method} {setup.token_endpoint.value.path}"
    endpoint = setup.call_endpoint.value
    return f"{endpoint.method} {endpoint.path}{query_text(setup.call_query.value)}"


def said(signature: Signature) -> str:
    """Status, code and message of a failure: ``404: Invalid URL (POST /v1/realtime/sessions)``."""
    status = str(signature.status) if signature.status is not None else ""
    if signature.is_empty_error:
        return f"{status}, an error object of empty strings".removeprefix(", ")
    # the type is the same for most errors, and a local code is for programs
    code = signature.code or (signature.type if not signature.message else "") or ""
    if signature.is_local and signature.message:
        code = ""
    head = f"{status} {code}".strip()
    message = _cut(signature.message or "")
    return f"{head}: {message}" if head and message else head or message or "no reason was given"


def code_of(signature: Signature) -> str:
    """Status and code alone: ``400 unknown_parameter``; the message where there is neither."""
    if signature.is_local:
        return said(signature)
    status = str(signature.status) if signature.status is not None else ""
    if signature.is_empty_error:
        return f"{status}, empty error".removeprefix(", ")
    return f"{status} {signature.code or ''}".strip() or said(signature)


def describe(setup: Setup, outcome: Outcome) -> str:
    """One answer in a line, with the request it answers."""
    if outcome.kind is OutcomeKind.SKIPPED and outcome.stage is not None:
        return f"answered, up to the stage {outcome.stage}; not tried further: {outcome.reason}"
    if outcome.kind is OutcomeKind.SKIPPED:
        return f"not sent: {outcome.reason}"
    if outcome.is_pass or outcome.signature is None:
        return f"connected, up to the stage {outcome.stage}"
    signature = outcome.signature
    came = said(signature)
    if signature.is_local and signature.message:
        came += f" ({signature.code})"  # our own name for it, to search for
    if signature.stage in (Stage.MINT, Stage.EXCHANGE):
        return f"{request_line(setup, signature.stage)}: {came}"
    return f"the call was answered, then {signature.stage} failed: {came}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
