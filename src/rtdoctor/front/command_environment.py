"""The environment that leads a command's requests for the target through the front."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from rtdoctor.front.client_files import ClientFiles
from rtdoctor.front.front import Front
from rtdoctor.ice.host_addresses import LOOPBACK

_HERE = ("localhost", "127.0.0.1", "::1")
_BUNDLES = (  # who reads it
    "SSL_CERT_FILE",  # OpenSSL, Python's httpx and urllib, Go on Linux, Ruby
    "REQUESTS_CA_BUNDLE",  # Python's requests
    "CURL_CA_BUNDLE",  # curl
)
_AUTHORITIES = (  # beside what is trusted anyway
    "NODE_EXTRA_CA_CERTS",  # Node, Bun
    "DENO_CERT",  # Deno
)


def command_environment(
    front: Front,
    files: ClientFiles,
    environment: Mapping[str, str],
    *,
    openai_base_url: bool = False,
    own_key: bool = False,
) -> dict[str, str]:
    """The user's own environment, changed so that the target is reached through the front.

    Proxy variables and certificates reach most HTTP clients; Node's ``fetch``, which heeds no proxy
    before Node 24, gets a hook. ``openai_base_url`` sets the variable of that name too, for clients
    that heed no proxy. When the front holds a key, the command gets the placeholder as
    ``OPENAI_API_KEY``; else, and with ``own_key``, the user's own stays, since it is the user's own
    backend.
    """
    led = dict(environment)
    for name in ("HTTPS_PROXY", "HTTP_PROXY"):
        led[name] = led[name.lower()] = front.proxy_url
    led["NO_PROXY"] = led["no_proxy"] = _not_through(environment)
    # Clients that know ALL_PROXY may prefer it to the two that are set here.
    led.pop("ALL_PROXY", None)
    led.pop("all_proxy", None)
    led.update(dict.fromkeys(_BUNDLES, str(files.bundle)))
    led.update(dict.fromkeys(_AUTHORITIES, str(files.authority)))
    # Node from 24 on heeds proxies when it is told to; the hook is for all before it.
    led["NODE_USE_ENV_PROXY"] = "1"
    led["NODE_OPTIONS"] = " ".join(
        filter(None, [environment.get("NODE_OPTIONS"), _required(str(files.node_hook))])
    )
    led["RTDOCTOR_FRONT"] = _for_node_hook(front)
    if openai_base_url:
        led["OPENAI_BASE_URL"] = f"{front.base_url}/v1"
    if front.upstream.key is not None and not own_key:
        led["OPENAI_API_KEY"] = front.placeholder
    return led


def _not_through(environment: Mapping[str, str]) -> str:
    """What the user excludes from proxies stays so, and this machine is reached as before."""
    named = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    # A `*` would send everything past the front.
    own = [name.strip() for name in named.split(",") if name.strip() not in ("", "*")]
    return ",".join(dict.fromkeys([*own, *_HERE]))


def _required(script: str) -> str:
    """An option of Node, in quotes, where a backslash is written twice."""
    return f"--require {json.dumps(script, ensure_ascii=False)}"


def _for_node_hook(front: Front) -> str:
    origins = [
        f"https://{parts.hostname}:{parts.port or 443}"
        for parts in map(urlsplit, front.upstream.origins)
        if parts.scheme == "https"
    ]
    place = {"host": LOOPBACK, "port": front.port, "ca": front.ca_pem.decode()}
    return json.dumps({"origins": origins, **place})
