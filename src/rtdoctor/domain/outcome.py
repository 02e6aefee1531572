"""What a probe proves: how far it came, or where and with which signature it failed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages of a negotiation, in the order they happen."""

    MINT = "mint"
    OFFER = "offer"
    EXCHANGE = "exchange"
    ICE = "ice"
    DTLS = "dtls"
    CHANNEL = "channel"
    SESSION = "session"
    MEDIA = "media"

    @property
    def order(self) -> int:
        return _ORDER[self]

    @property
    def next(self) -> Stage:
        """The stage after this one; the last stage is its own successor."""
        stages = list(Stage)
        return stages[min(self.order + 1, len(stages) - 1)]


_ORDER = {stage: i for i, stage in enumerate(Stage)}


class LocalCode(StrEnum):
    """rtdoctor's own failure codes: the closed vocabulary for what no server said."""

    # the answer of the service is unusable
    NOT_JSON = "rtdoctor.not_json"
    EMPTY_BODY = "rtdoctor.empty_body"
    BODY_TOO_LARGE = "rtdoctor.body_too_large"
    NO_TOKEN = "rtdoctor.no_token"
    TOKEN_NOT_A_STRING = "rtdoctor.token_not_a_string"
    TOKEN_NOT_READ = "rtdoctor.token_not_read"
    REDIRECT = "rtdoctor.redirect_not_followed"
    ANSWER_NOT_SDP = "rtdoctor.answer_not_sdp"
    ANSWER_REJECTED = "rtdoctor.answer_rejected"
    ANSWER_WITHOUT_ICE = "rtdoctor.answer_without_ice_credentials"
    NO_SECTIONS = "rtdoctor.no_sections"
    NO_REMOTE_CANDIDATES = "rtdoctor.no_remote_candidates"
    TCP_CANDIDATES_ONLY = "rtdoctor.tcp_candidates_only"
    PRIVATE_CANDIDATES = "rtdoctor.private_candidates_unreachable"
    ICE_CREDENTIALS = "rtdoctor.ice_credentials_rejected"
    # our side could not make or keep the connection
    NO_LOCAL_CANDIDATES = "rtdoctor.no_local_candidates"
    NO_CANDIDATE_PAIR = "rtdoctor.no_candidate_pair"
    OFFER_FAILED = "rtdoctor.offer_failed"
    ICE_FAILED = "rtdoctor.ice_failed"
    ICE_DEADLINE = "rtdoctor.ice_deadline"
    ICE_UNANSWERED = "rtdoctor.ice_checks_unanswered"
    DTLS_FAILED = "rtdoctor.dtls_failed"
    DTLS_DEADLINE = "rtdoctor.dtls_deadline"
    DTLS_FINGERPRINT = "rtdoctor.dtls_fingerprint_mismatch"
    CHANNEL_DEADLINE = "rtdoctor.channel_deadline"
    CHANNEL_REFUSED = "rtdoctor.channel_refused"
    CHANNEL_CLOSED = "rtdoctor.channel_closed"
    CONNECTION_CLOSED = "rtdoctor.connection_closed"
    NO_CHANNEL = "rtdoctor.no_channel_in_offer"
    NO_FIRST_EVENT = "rtdoctor.no_first_event"
    NOT_RECORDED = "rtdoctor.not_in_the_recording"
    NOT_REACHED = "rtdoctor.goal_not_reached"
    # the network, always transient
    DNS = "rtdoctor.dns_failure"
    CONNECT = "rtdoctor.connect_failure"
    TLS = "rtdoctor.tls_failure"
    TIMEOUT = "rtdoctor.timeout"
    NETWORK = "rtdoctor.network_failure"
    PROXY = "rtdoctor.proxy_failure"


@dataclass(frozen=True, slots=True)
class Signature:
    """What makes two failures the same failure.

    ``None`` means the field was absent; ``""`` means the service sent an empty string,
    which is the founding case (fact SDP-EMPTY-400-BETA). ``message`` is normalised.
    """

    stage: Stage
    status: int | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether rtdoctor, not the service, gave this failure its code."""
        return self.code is not None and self.code.startswith("rtdoctor.")

    @property
    def is_empty_error(self) -> bool:
        """An error object whose every field is an empty string."""
        return self.type == self.code == self.param == self.message == ""

    def describe(self) -> str:
        """One line for people: ``400 invalid_offer: Invalid SDP offer…``."""
        parts = [str(self.status)] if self.status is not None else []
        if self.is_empty_error:
            return " ".join([*parts, "(an error object of empty strings)"])
        if self.code or self.type:
            parts.append(self.code or self.type or "")
        text = " ".join(parts)
        if self.message:
            return f"{text}: {self.message}" if text else self.message
        return text or "(nothing was said)"


# The exact patterns come first: the later ones would take parts of what they name.
_VOLATILE = (
    (re.compile(r"\b(req|sess|rtc|event|call|proj|org|user)_[A-Za-z0-9_-]{6,}"), r"\1_…"),
    (re.compile(r"\b(sk|ek)[-_][A-Za-z0-9_*.…#-]{3,}"), r"\1_…"),
    # a credential that the service itself has masked half, as a message about a key shows it
    (re.compile(r"(?<![\w.-])[\w.-]*[*•]{3,}[\w*•.-]*(?<![.-])"), "…"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}\b"), "uuid…"),
    (re.compile(r"\b\d{10,}\b"), "…"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "…"),
    (re.compile(r"\b\d{1,2}:\d\d:\d\d(\.\d+)?\b"), "…"),
    (re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12,}\b"), "…"),
    (re.compile(r"\s+"), " "),
)


def normalise_message(message: str | None) -> str | None:
    """Drop what changes from probe to probe (ids, tokens, times), keep the rest.

    Model names, parameter names and URLs stay: they are evidence.
    """
    if message is None:
        return None
    for pattern, stand_in in _VOLATILE:
        message = pattern.sub(stand_in, message)
    return message.strip()[:500]


class OutcomeKind(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    TRANSIENT = "transient"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a probe. Use the constructors below; ``stage`` is a pass's depth.

    pass       every stage up to ``stage`` was really done.
    fail       the service or the connection refused at ``stage``; evidence.
    transient  429, 5xx, time-outs, DNS, TLS: says nothing about the setup; never evidence.
    skipped    not run; ``reason`` says why, ``because_of`` names the probe that implied it.

    ``retry_after_s`` is what the service asked for in seconds (Retry-After, RFC 9110, section
    10.2.3).

    >>> from rtdoctor.domain.outcome import Signature, Stage
    >>> Outcome.passed(Stage.CHANNEL).describe()
    'passed up to channel'
    >>> Outcome.failed(Signature(Stage.EXCHANGE, 400, code="invalid_offer")).describe()
    'fail at exchange: 400 invalid_offer'
    """

    kind: OutcomeKind
    stage: Stage | None = None
    signature: Signature | None = None
    reason: str = ""
    because_of: str | None = None
    retry_after_s: float | None = None

    @classmethod
    def passed(cls, depth: Stage, *, untried: str = "") -> Outcome:
        """Every stage up to ``depth`` was done. ``untried`` says why the probe could not go on to
        the next one, where it could not."""
        return cls(OutcomeKind.PASS, depth, reason=untried)

    @classmethod
    def failed(cls, signature: Signature) -> Outcome:
        """A refusal at the stage of ``signature``. It is evidence."""
        return cls(OutcomeKind.FAIL, signature.stage, signature)

    @classmethod
    def transient(cls, signature: Signature, *, retry_after_s: float | None = None) -> Outcome:
        """A breakdown at the stage of ``signature`` that says nothing about the setup."""
        return cls(OutcomeKind.TRANSIENT, signature.stage, signature, retry_after_s=retry_after_s)

    @classmethod
    def skipped(cls, reason: str, *, because_of: str | None = None) -> Outcome:
        """Nothing was sent, for this reason."""
        return cls(OutcomeKind.SKIPPED, reason=reason, because_of=because_of)

    @property
    def is_pass(self) -> bool:
        """Whether every stage up to ``stage`` was done, whichever that is."""
        return self.kind is OutcomeKind.PASS

    @property
    def is_fail(self) -> bool:
        """Whether it was refused at ``stage``."""
        return self.kind is OutcomeKind.FAIL

    @property
    def is_evidence(self) -> bool:
        """Only passes and failures may support a finding."""
        return self.is_pass or self.is_fail

    def describe(self) -> str:
        """One line for people: ``fail at exchange: 400 invalid_offer: …``."""
        if self.kind is OutcomeKind.SKIPPED:
            return f"not run: {self.reason}"
        if self.is_pass:
            return f"passed up to {self.stage}" + (f"; {self.reason}" if self.reason else "")
        said = self.signature.describe() if self.signature else "(nothing was said)"
        return f"{self.kind} at {self.stage}: {said}"

    def judged(self, goal: Stage) -> Outcome:
        """The same outcome seen from a goal: a pass that stops short of it is a failure; one that
        could not be tried any further says nothing."""
        if self.is_pass and self.stage is not None and self.stage.order < goal.order:
            if self.reason:
                return Outcome(OutcomeKind.SKIPPED, self.stage, reason=self.reason)
            missing = self.stage.next
            return Outcome.failed(Signature(missing, code=LocalCode.NOT_REACHED.value))
        return self
