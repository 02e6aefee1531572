"""What to do after an explanation: what the text cannot tell, and the next command to run. Pure."""

from __future__ import annotations

from rtdoctor.explain.explanation import Explanation
from rtdoctor.knowledge.entry import Entry

_OPENAI = "https://api.openai.com"
_OWN_SERVER = ("PRV-LITELLM", "PRV-SPEACHES", "PRV-LOCALAI", "PRV-S2S")
_OTHER_SERVICE = frozenset({"azure_host", "litellm", "speaches", "localai"})
_AZURE_MINT = (
    'curl -i -X POST "https://$AZURE_RESOURCE.openai.azure.com/openai/v1/realtime/client_secrets" '
    '-H "api-key: $AZURE_OPENAI_API_KEY" -H "Content-Type: application/json" '
    '-d "{\\"session\\":{\\"type\\":\\"realtime\\",\\"model\\":\\"$DEPLOYMENT\\"}}"'
)


def cannot_tell(explanation: Explanation) -> tuple[str, ...]:
    """Honest limits of what was concluded from this text alone."""
    limits = []
    if not explanation.matches:
        limits += [
            f"{e.quote!r} (line {e.line}) is {e.says}, and nothing ties it to a Realtime call. "
            "If it came from one, paste the request's URL too."
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
    """Commands to run next, the most telling first. None of them holds a secret.

    What only the reader knows stands in them as a shell variable.
    """
    if not explanation.matches:
        return ()
    first = explanation.matches[0].entry
    commands = []
    if first.id.startswith("PRV-AZURE") or first.id == "SDP-AZURE":
        commands.append(_AZURE_MINT)
    elif _can_be_probed(first):
        where = ' --base-url "$BASE_URL"' if first.id.startswith(_OWN_SERVER) else ""
        if explanation.setup:
            commands.append(f"rtdoctor check{where} --setup setup.yaml")
        commands.append(f"rtdoctor check{where}")
    # The real answer is hidden there, so the call is made once more where it can be seen.
    if first.decoy or first.id.startswith("SDP-EMPTY"):
        commands.append(_call(_OPENAI if not _OTHER_SERVICE & explanation.signs else "$BASE_URL"))
    commands.append(f"rtdoctor knowledge show {first.id}")
    return tuple(commands)


def _can_be_probed(entry: Entry) -> bool:
    """Whether probes can say more: not of a microphone, nor of what happens in a long session."""
    return bool(entry.hints) or entry.decoy or entry.area in ("token", "auth", "sdp", "webrtc")


def _call(base_url: str) -> str:
    return (
        f'curl -i -X POST "{base_url}/v1/realtime/calls" '
        '-H "Authorization: Bearer $EPHEMERAL_TOKEN" -H "Content-Type: application/sdp" '
        "--data-binary @offer.sdp"
    )
