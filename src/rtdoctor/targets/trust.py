"""What a saved file may make this program do with the reader's key: a stranger may have written
it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rtdoctor.domain.run import RunHeader
from rtdoctor.domain.setup import Factor, Setup
from rtdoctor.errors import UsageError
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.target import OPENAI_BASE_URL, Target
from rtdoctor.wording.command_line import command_line
from rtdoctor.wording.printable import printable

# Under other paths a key can invite members, delete files or start jobs.
_REALTIME = re.compile(r"/(?:openai/)?(?:v1/)?realtime(?:/[A-Za-z0-9_-]+)*/?")
_PLAIN_URL = re.compile(r"[a-z]+://[A-Za-z0-9._:/\[\]-]+")


def base_url_in(file_says: str) -> str:
    """The base URL a saved run names, when a key may be sent there for its word alone.

    Raises ``UsageError`` for any but OpenAI's: the reader has to name it.
    """
    if file_says == OPENAI_BASE_URL:
        return file_says
    if host_in(file_says).endswith(".invalid"):
        raise UsageError(
            "the address of the service was masked in the file",
            hint="Name the service again with --base-url.",
        )
    named = printable(file_says, one_line=True)
    # Readers paste a hint into their shell, and not every shell has quotes that make text harmless.
    url = file_says if _PLAIN_URL.fullmatch(file_says) else "URL"
    raise UsageError(
        f"this run probed {named}, which a stranger may have written into the file",
        hint=f"If your key belongs there: {command_line(['--base-url', url])}",
    )


def base_url_of_subject(subject_says: str | None) -> str:
    """The base URL of a subject that names one, as a recording does; OpenAI's if it names none.

    Raises ``UsageError`` for any but OpenAI's: the user has to name it before a key goes there.
    """
    if subject_says is None or subject_says == OPENAI_BASE_URL:
        return OPENAI_BASE_URL
    named = printable(Redactor().clean_text(subject_says), one_line=True)
    url = subject_says if _PLAIN_URL.fullmatch(subject_says) and named == subject_says else "URL"
    option = command_line(["--base-url", url])
    raise UsageError(
        f"the requests that were read go to {named}, and a key goes only to a service that you "
        "name",
        hint=f"If your key belongs there: {option}. Without a key: --sandbox",
    )


def resumed_base_url(header: RunHeader) -> str:
    """Where an interrupted run was going. Raises ``UsageError`` for what its journal, which may be
    a stranger's, cannot decide alone."""
    setups = header.plan if header.subject is None else (header.subject,)
    for endpoint in (e for setup in setups for e in elsewhere(setup)):
        raise UsageError(
            f"this run goes to {printable(endpoint, one_line=True)}, which is no Realtime endpoint",
            hint="If that is what you want, name the service: --base-url URL",
        )
    return base_url_in(header.target.base_url)


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


def host_in(url: str) -> str:
    """The host of a URL that may be none; then empty."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def elsewhere(setup: Setup) -> tuple[str, ...]:
    """The endpoints of a setup that are not a Realtime service's."""
    paths = (setup.token_endpoint.value.path, setup.call_endpoint.value.path)
    return tuple(p for p in paths if p is not None and not _REALTIME.fullmatch(_path(p)))


def _path(endpoint: str) -> str:
    try:
        return urlsplit(endpoint).path if "://" in endpoint else endpoint.partition("?")[0]
    except ValueError:
        return endpoint
