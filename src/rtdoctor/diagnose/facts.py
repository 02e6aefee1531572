"""Facts about the key and the way to the service, which no setup can cause or cure."""

from __future__ import annotations

from collections.abc import Iterable
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

    def fits(self, observation: Observation, signature: Signature) -> bool:
        if self.own_key_only and not _sent_own_key(observation, signature):
            return False
        if self.code is not None:
            return signature.code == self.code
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
        "NET-FIREWALL",
        "The HTTP exchange works, but no ICE candidate pair does: UDP may be blocked.",
        code=LocalCode.ICE_DEADLINE.value,
    ),
    _Sign(
        "network",
        "NET-FIREWALL",
        "The HTTP exchange works, but ICE fails.",
        code=LocalCode.ICE_FAILED.value,
    ),
)


def facts(observations: Iterable[Observation]) -> tuple[Fact, ...]:
    """Each fact that probes show, with the probes. Empty when none stands in the way."""
    found: dict[_Sign, list[str]] = {}
    for observation in observations:
        signature = observation.outcome.signature
        if signature is None:
            continue
        sign = next((s for s in _SIGNS if s.fits(observation, signature)), None)
        if sign is not None:
            found.setdefault(sign, []).append(observation.probe)
    return tuple(Fact(s.kind, s.text, tuple(ids), s.knowledge) for s, ids in found.items())
