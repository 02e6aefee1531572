"""``rtdoctor sandbox serve``: the embedded service alone, for pages and SDKs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.secrets.clean_stream import as_it_is
from rtdoctor.targets.embedded_sandbox import choose_era


@click.group()
def sandbox() -> None:
    """The embedded Realtime service alone; not the real one."""


@sandbox.command(
    epilog="""\b
Example; the second line in another terminal, with any key that begins with sk-:
  rtdoctor sandbox serve --era beta
  OPENAI_BASE_URL=http://127.0.0.1:8765/v1 OPENAI_API_KEY=sk-any python app.py""",
)
@click.option("--era", default=TODAY, show_default=True, help=f"One of {', '.join(ERAS)}.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    help="Rules of your own, tried before the era's (docs/sandbox-rules.md).",
)
@click.option(
    "--candidates",
    type=click.Choice(["loopback", "host", "all"]),
    default="all",
    show_default=True,
    help="Which addresses the answers offer.",
)
def serve(era: str, host: str, port: int, rules: Path | None, candidates: Any) -> None:
    """Serve one era until interrupted, for your own page or SDK.

    It shows how clients and rtdoctor behave; it is no claim about the real service.
    """
    from rtdoctor.sandbox import server

    server.serve(
        era=choose_era(era, "--era"),
        host=host,
        port=port,
        rules=rules,
        candidates=candidates,
        out=as_it_is(sys.stdout),  # it shows a key that opens this sandbox only
    )
