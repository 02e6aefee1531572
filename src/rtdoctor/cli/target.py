"""Which service a request goes to, and with which key."""

from __future__ import annotations

from rtdoctor.cli.options import read_key
from rtdoctor.cli.request import Request
from rtdoctor.domain.run import RunHeader
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.errors import UsageError
from rtdoctor.ice.host_addresses import is_loopback
from rtdoctor.targets.target import KEY_VARIABLE, OPENAI_BASE_URL, Target
from rtdoctor.targets.trust import base_url_in, elsewhere, host_in
from rtdoctor.wording.printable import printable


def fixed_target(request: Request) -> Target:
    """The target of a request that does not go to the embedded sandbox.

    Raises ``UsageError`` without a key, and where only a file says where the key is to go.
    """
    if request.earlier is not None and request.replay is not None:
        info = request.earlier.header.target
        return Target(info.name, info.base_url, Secret("recorded-api-key", "<api-key>"), info.era)
    key = read_key(request.key_file)
    if key is None:
        raise UsageError(
            f"no API key: set {KEY_VARIABLE}, or name a file with --key-file",
            hint="To see it work without a key: rtdoctor check --sandbox",
        )
    base_url = request.base_url or OPENAI_BASE_URL
    if request.base_url is None and request.earlier is not None:
        base_url = _resumed_base_url(request.earlier.header)
    name = "openai" if base_url == OPENAI_BASE_URL else base_url.split("://", 1)[-1]
    return Target(name, base_url, key)


def refuse_foreign(subject: Setup, target: Target) -> None:
    """Raise ``UsageError`` for a setup that names an endpoint elsewhere than at the target: the
    key would have to go there, and it goes only to the service that the user names."""
    sent = subject.as_sent()
    endpoints = {
        Factor.TOKEN_ENDPOINT: sent.token_endpoint.value.path,
        Factor.CALL_ENDPOINT: sent.call_endpoint.value.path,
    }
    for factor, path in endpoints.items():
        if path is not None and not target.may_see_key(target.url(path)):
            named = printable(path, one_line=True)
            raise UsageError(
                f"{factor}: {named} is not at {target.base_url}, so this setup cannot be sent: "
                "keys and tokens go only to the service that you name",
                hint="Name that service with --base-url URL, and give the endpoint as a path.",
            )


def _resumed_base_url(header: RunHeader) -> str:
    """Where an interrupted run was going; its journal may be a stranger's."""
    setups = header.plan if header.subject is None else (header.subject,)
    for endpoint in (e for setup in setups for e in elsewhere(setup)):
        raise UsageError(
            f"this run goes to {printable(endpoint, one_line=True)}, which is no Realtime endpoint",
            hint="If that is what you want, name the service: --base-url URL",
        )
    base_url = header.target.base_url
    return base_url if is_loopback(host_in(base_url)) else base_url_in(base_url)
