"""Facts about the key, the way to the service and what a run leaves behind, which no setup can
cause or cure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rtdoctor.domain.finding import Fact
from rtdoctor.domain.outcome import LocalCode, Signature, Stage
from rtdoctor.domain.run import Observation
from rtdoctor.domain.setup import AuthKind

OBSTACLES = frozenset({"key", "quota", "region", "network"})
"""The kinds of facts that stand in the way of every setup alike."""


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: str
    knowledge: str | None
    text: str
    code: str | None = None
    message: str | None = None  # beginning of the message
    own_key_only: bool = False

    def kind_where(self, connected: bool) -> str:
        """Its kind in a run where a probe ``connected``: then no address stands in the way of
        every test."""
        return "connection" if connected and self.code in _OF_ADDRESSES else self.kind

    def fits(self, observation: Observation, signature: Signature) -> bool:
        if self.own_key_only and not _sent_own_key(observation, signature):
            return False
        if self.code is not None:
            return signature.code == self.code
        # No message begins with NUL, so a sign without a code and a message fits nothing.
        return (signature.message or "").startswith(self.message or "\0")


def _sent_own_key(observation: Observation, signature: Signature) -> bool:
    """Whether the refused request carried the key that was given to rtdoctor."""
    if signature.stage is Stage.MINT:
        return True
    return observation.setup.auth.value.kind is AuthKind.API_KEY


_SIGNS = (
    _Sign(
        "key",
        "AUTH-INCORRECT-KEY",
        "The service does not accept this API key.",
        code="invalid_api_key",
        own_key_only=True,
    ),
    _Sign(
        "key",
        "AUTH-SCOPES",
        "This API key lacks a permission.",
        message="You have insufficient permissions",
    ),
    _Sign("key", "AUTH-MODEL-ACCESS", "This key has no such model.", code="model_not_found"),
    _Sign("quota", "AUTH-QUOTA", "The quota of this key is used up.", code="insufficient_quota"),
    _Sign(
        "quota",
        "AUTH-CREDIT-EXHAUSTED",
        "No credit is left on this key.",
        code="credit_balance_exhausted",
    ),
    _Sign(
        "region",
        "AUTH-REGION",
        "The service is not offered where this machine's address is.",
        code="unsupported_country_region_territory",
    ),
    _Sign("network", None, "The host name does not resolve.", code=LocalCode.DNS.value),
    _Sign("network", None, "No connection to the service.", code=LocalCode.CONNECT.value),
    _Sign("network", None, "TLS to the service fails.", code=LocalCode.TLS.value),
    _Sign("network", None, "The proxy refuses.", code=LocalCode.PROXY.value),
    _Sign("network", None, "The service did not answer in time.", code=LocalCode.TIMEOUT.value),
    _Sign("network", None, "The connection broke.", code=LocalCode.NETWORK.value),
    _Sign(
        "network",
        None,
        "This machine has no address to offer as an ICE candidate.",
        code=LocalCode.NO_LOCAL_CANDIDATES.value,
    ),
    _Sign(
        "network",
        None,
        "The answers have candidates for TCP only. A browser can use them; these probes cannot.",
        code=LocalCode.TCP_CANDIDATES_ONLY.value,
    ),
    _Sign(
        "network",
        None,
        "The addresses in the answers cannot be paired with those of this machine.",
        code=LocalCode.NO_CANDIDATE_PAIR.value,
    ),
    _Sign(
        "network",
        None,
        "The answers have only private or local addresses, and none of them can be reached from "
        "here. A service in a container or behind a tunnel must offer an address of its host.",
        code=LocalCode.PRIVATE_CANDIDATES.value,
    ),
    _Sign(
        "connection",
        None,
        "The answers have no ICE candidates.",
        code=LocalCode.NO_REMOTE_CANDIDATES.value,
    ),
    _Sign(
        "connection",
        None,
        "The ICE user name or password in the SDP answer is not the one that the service expects.",
        code=LocalCode.ICE_CREDENTIALS.value,
    ),
    _Sign(
        "connection",
        None,
        "UDP arrives from the service, but it answers no ICE check.",
        code=LocalCode.ICE_UNANSWERED.value,
    ),
    _Sign(
        "connection",
        None,
        "The certificate of the service is not the one that its SDP answer names.",
        code=LocalCode.DTLS_FINGERPRINT.value,
    ),
    _Sign(
        "connection",
        None,
        "The service closed the connection after DTLS.",
        code=LocalCode.CONNECTION_CLOSED.value,
    ),
)

_OF_ADDRESSES = {
    LocalCode.TCP_CANDIDATES_ONLY.value,
    LocalCode.NO_CANDIDATE_PAIR.value,
    LocalCode.PRIVATE_CANDIDATES.value,
}
_NO_PAIR = {
    LocalCode.ICE_DEADLINE.value: "The HTTP exchange works, but no ICE candidate pair does: UDP "
    "may be blocked.",
    LocalCode.ICE_FAILED.value: "The HTTP exchange works, but ICE fails.",
}


def facts(observations: Iterable[Observation]) -> tuple[Fact, ...]:
    """Each fact that the probes of a run show, with the probes. What one probe shows alone may be
    refuted by another: UDP that connected somewhere is not blocked."""
    seen = tuple(observations)
    found: dict[_Sign, list[str]] = {}
    for observation in seen:
        signature = observation.outcome.signature
        if signature is None:
            continue
        # The first that fits, so that a probe is counted for one fact only.
        sign = next((s for s in _SIGNS if s.fits(observation, signature)), None)
        if sign is not None:
            found.setdefault(sign, []).append(observation.probe)
    connected = any(_connected(o) for o in seen)
    return (
        *(Fact(s.kind_where(connected), s.text, tuple(i), s.knowledge) for s, i in found.items()),
        *_without_pair(seen),
        *_stillborn_tokens(seen),
        *_calls_left_open(seen),
    )


def _without_pair(observations: Sequence[Observation]) -> Iterator[Fact]:
    """Where ICE failed for no reason that the answer shows, the network is suspected; but not
    where another probe of the run connected, or UDP from the service arrived."""
    connected = [o.probe for o in observations if _connected(o)]
    reached = any(_has_code(o, LocalCode.ICE_UNANSWERED.value) for o in observations)
    for code, text in _NO_PAIR.items():
        failed = tuple(o.probe for o in observations if _has_code(o, code))
        if not failed:
            continue
        if connected:
            yield Fact(
                "connection",
                f"ICE failed in some probes, while others connected (such as {connected[0]}): "
                "the network as a whole is not the reason.",
                failed,
            )
        elif reached:
            yield Fact(
                "connection",
                "ICE failed, although UDP from the service reached other probes.",
                failed,
            )
        else:
            yield Fact("network", text, failed, "NET-FIREWALL")


def _has_code(observation: Observation, code: str) -> bool:
    signature = observation.outcome.signature
    return signature is not None and signature.code == code


def _connected(observation: Observation) -> bool:
    """Whether ICE found a pair in this probe, however the probe ended."""
    outcome = observation.outcome
    if outcome.is_evidence and outcome.stage is not None:
        # Who fails at a stage has passed the one before it.
        reached = outcome.stage.order - (not outcome.is_pass)
        if reached >= Stage.ICE.order:
            return True
    if any(s.stage is Stage.ICE and s.status == "ok" for s in observation.stages):
        return True
    seen = observation.connection
    return seen is not None and (
        seen.local_candidate is not None or seen.ice_state in ("connected", "completed")
    )


def _stillborn_tokens(observations: Sequence[Observation]) -> Iterator[Fact]:
    probes = tuple(
        o.probe
        for o in observations
        if o.token is not None and o.token.lifetime_s is not None and o.token.lifetime_s <= 0
    )
    if probes:
        yield Fact(
            "hygiene",
            "The service gave tokens that had already expired: their expires_at is not later than "
            "the Date of the answer that brought them.",
            probes,
        )


def _calls_left_open(observations: Sequence[Observation]) -> Iterator[Fact]:
    left = [o for o in observations if o.sessions_left_open]
    if not left:
        return
    count = sum(o.sessions_left_open for o in left)
    by_reason: dict[str, list[str]] = {}
    for observation in left:
        reason = observation.left_open or "no reason recorded"
        by_reason.setdefault(reason, []).append(observation.probe)
    where = "; ".join(f"{', '.join(ids)} ({reason})" for reason, ids in by_reason.items())
    yield Fact(
        "hygiene",
        f"{count} {'call' if count == 1 else 'calls'} could not be hung up: {where}. Closing the "
        "connection may have ended them, but nothing here confirms it: they may cost until the "
        "service ends them.",
        tuple(o.probe for o in left),
    )
