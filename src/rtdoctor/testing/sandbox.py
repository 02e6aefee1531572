"""A running sandbox as a test sees it: where it is, what it was asked, what became of the calls."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_ANSWERS_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxRequest:
    """A request that the sandbox has answered. It holds no credential, only aliases of them.

    ``number`` counts from 1 in the order of the answers. ``endpoint`` is ``mint``, ``call``,
    ``hangup`` or ``other``. ``headers`` have lower-case names. ``auth`` says what the sandbox saw
    in the Authorization header, such as ``api_key``, ``token`` or ``none``. ``rule`` is the id of
    the rule that answered, ``fact`` the recorded fact that it follows, and ``basis`` is ``fact`` or
    ``inferred``. docs/sandbox-rules.md explains these words.

    >>> from urllib.request import Request, urlopen
    >>> from rtdoctor.testing import run_sandbox
    >>> with run_sandbox() as service:
    ...     url = f"{service.base_url}/v1/realtime/client_secrets"
    ...     bearer = {"Authorization": f"Bearer {service.api_key}"}
    ...     answer = urlopen(Request(url, b"{}", {"Content-Type": "application/json", **bearer}))
    ...     [mint] = service.requests()
    >>> mint.endpoint, mint.auth, mint.status, mint.json()
    ('mint', ('api_key',), 200, {})
    """

    number: int
    endpoint: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    auth: tuple[str, ...]
    body: str
    status: int
    rule: str
    fact: str | None
    basis: str

    def json(self) -> Any:
        """The body as JSON data. Raises ``ValueError`` when it is not JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSession:
    """A session that the sandbox opened, by answering an offer.

    ``type`` is ``realtime``, ``transcription`` or ``translation``, ``dialect`` is ``beta`` or
    ``ga``. ``connected`` tells whether DTLS came up, ``channel`` is the label of the data channel.
    ``ended`` is ``None`` while the session is open, else ``hung_up``, ``peer_gone``,
    ``never_connected``, ``too_long`` or ``shut_down``. ``audio_ms`` is how much audio came, in
    milliseconds, and ``sound_ms`` how much of it was not silence.

    >>> from rtdoctor import NewSurvey, Target, run_check, setup_from_yaml
    >>> from rtdoctor.testing import run_sandbox
    >>> with run_sandbox() as service:
    ...     target = Target.at(service.base_url, key=service.api_key)
    ...     finished = await run_check(NewSurvey(target, (setup_from_yaml("auth: ephemeral"),)))
    ...     [session] = service.sessions
    >>> session.type, session.connected, session.ended
    ('realtime', True, 'hung_up')
    """

    id: str
    type: str
    model: str | None
    dialect: str
    connected: bool
    channel: str | None
    ended: str | None
    audio_ms: int
    sound_ms: int


@dataclass(frozen=True, slots=True)
class SandboxSessions:
    """The sessions in the order in which they were opened.

    >>> from rtdoctor.testing import run_sandbox
    >>> with run_sandbox() as service:
    ...     service.sessions.opened, list(service.sessions)
    (0, [])
    """

    all: tuple[SandboxSession, ...]

    def __iter__(self) -> Iterator[SandboxSession]:
        return iter(self.all)

    @property
    def opened(self) -> int:
        """How many offers were answered."""
        return len(self.all)

    @property
    def hung_up(self) -> int:
        """How many of them the client ended with a hang-up request."""
        return sum(session.ended == "hung_up" for session in self.all)

    @property
    def still_open(self) -> int:
        """How many of them have not ended in any way."""
        return sum(session.ended is None for session in self.all)


@dataclass(frozen=True, slots=True)
class RealtimeSandbox:
    """An imitated Realtime service that runs. It is no claim about a real one.

    ``base_url`` has no ``/v1`` at its end. ``api_key`` opens this service and no other.
    Its questions block for a moment, and raise ``CannotTest`` when the sandbox does not answer
    within 10 s.

    >>> from rtdoctor.testing import run_sandbox
    >>> with run_sandbox(era="beta") as service:
    ...     print(service.era, service.requests(), service.expire("ek_unknown"))
    beta [] False
    """

    base_url: str
    api_key: str = field(repr=False)
    era: str
    _sessions_before: int = field(default=0, repr=False)

    def env(self) -> dict[str, str]:
        """The environment variables with which the OpenAI SDKs, and much else, find a service."""
        return {"OPENAI_API_KEY": self.api_key, "OPENAI_BASE_URL": f"{self.base_url}/v1"}

    def requests(self, *, preflights: bool = False) -> list[SandboxRequest]:
        """What was asked so far and is answered, at most the last 10,000 requests.

        The preflight requests of a browser (``OPTIONS``) are left out unless asked for.
        """
        entries = self._ask("GET", "/sandbox/requests")["requests"]
        requests = [SandboxRequest(**{**e, "auth": tuple(e["auth"])}) for e in entries]
        return [r for r in requests if preflights or r.method != "OPTIONS"]

    @property
    def sessions(self) -> SandboxSessions:
        """The sessions that were opened so far, each as it is now."""
        listed = self._ask("GET", "/sandbox/state")["calls"]["list"][self._sessions_before :]
        return SandboxSessions(tuple(SandboxSession(**call) for call in listed))

    def expire(self, token: str) -> bool:
        """Make an ephemeral token too old, without waiting; whether this service minted it."""
        return bool(self._ask("POST", "/sandbox/expire", {"token": token})["expired"])

    def forget(self) -> RealtimeSandbox:
        """The same service, with an empty past for whoever asks the value that is returned."""
        before = self._sessions_before + self.sessions.opened
        self._ask("DELETE", "/sandbox/requests")
        return replace(self, _sessions_before=before)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        from urllib.request import ProxyHandler, Request, build_opener

        from rtdoctor.errors import CannotTest

        data = None if body is None else json.dumps(body).encode()
        request = Request(self.base_url + path, data, method=method)  # noqa: S310 - always http
        without_proxy = build_opener(ProxyHandler({}))
        try:
            with without_proxy.open(request, timeout=_ANSWERS_WITHIN_S) as answer:
                return json.load(answer)
        except (OSError, ValueError) as error:
            raise CannotTest(
                f"the sandbox at {self.base_url} does not answer: {error}",
                hint="It ends with the test, or the block, that started it.",
            ) from None
