"""What to do after an explanation: what the text cannot tell, and the next command to run. Pure."""

from __future__ import annotations

from rtdoctor.diagnose.explain import Explanation

_CURL = (
    "curl -i -X POST https://api.openai.com/v1/realtime/calls "
    '-H "Authorization: Bearer $EPHEMERAL_TOKEN" -H "Content-Type: application/sdp" '
    "--data-binary @offer.sdp"
)


def cannot_tell(explanation: Explanation) -> tuple[str, ...]:
    """Honest limits of what was concluded from this text alone."""
    limits = []
    if not explanation.matches:
        limits += [
            f"{e.quote!r} (line {e.line}) is an error that every OpenAI endpoint gives, and "
            "nothing ties it to a Realtime call. If it came from one, paste the request's URL too."
            for e in explanation.unattributed
        ]
        return tuple(limits)
    first = explanation.matches[0]
    limits += first.cautions
    if first.entry.decoy and not first.entry.cannot_tell:
        limits.append("What the service answered: the status and body of the failed call decide.")
    if explanation.era is None and len(set(first.entry.eras)) < 3 and not first.entry.decoy:
        limits.append("When it happened: the text has no date, and the service's answers changed.")
    limits.append("Whether this is the only cause: one error often hides the next.")
    if explanation.clipped:
        limits.append("What stands in the middle: the text is long, so only its ends were read.")
    return tuple(dict.fromkeys(limits))


def next_commands(explanation: Explanation) -> tuple[str, ...]:
    """Commands to run next, the most telling first. None of them holds a secret."""
    if not explanation.matches:
        return ()
    first = explanation.matches[0].entry
    commands = [] if explanation.setup else ["rtdoctor check"]
    if explanation.setup:
        commands += ["rtdoctor check --setup setup.yaml", "rtdoctor check"]
    if first.decoy or first.id.startswith("SDP-EMPTY"):
        commands.append(_CURL)
    commands.append(f"rtdoctor knowledge show {first.id}")
    return tuple(commands)
