"""The options of ``rtdoctor check`` as values, and which of them go together."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rtdoctor.cli.home import home
from rtdoctor.cli.page_options import PageOptions, page_named, take_page_options
from rtdoctor.cli.token_options import TokenOptions, take_token_options
from rtdoctor.domain.era import ERAS, TODAY
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.targets.base_url import read_base_url
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox, choose_era
from rtdoctor.targets.keys import read_key, require_key
from rtdoctor.targets.target import Target
from rtdoctor.targets.trust import base_url_of_subject
from rtdoctor.wording.own_paths import own_command_line

if TYPE_CHECKING:
    from rtdoctor.check.task import JournalPlace
    from rtdoctor.cli.session import Circumstances
    from rtdoctor.plan.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """The options as they were given, but for those of the outputs.

    ``base_url`` is read already; a key or a file that an option names is not.
    """

    era: str | None
    rules: Path | None
    base_url: str | None
    key_file: Path | None
    thing: str | None
    setup_file: Path | None
    written_file: Path | None
    fix_file: Path | None
    probes_file: Path | None
    values: tuple[str, ...]
    only: tuple[str, ...]
    skip: tuple[str, ...]
    budget: int | None
    full: bool
    dry_run: bool
    record: Path | None
    replay: Path | None
    resume: Path | None
    journal: str | None
    keep_addresses: bool
    ice_timeout: float
    timeout: float
    candidates: str
    jobs: int
    quiet: bool
    page: PageOptions
    token: TokenOptions

    @property
    def journal_place(self) -> JournalPlace:
        """Where the journal is kept: a path, ``"default"``, or ``None`` for nowhere."""
        if self.journal == "none":
            return None
        return Path(self.journal) if self.journal else "default"

    @property
    def command(self) -> str:
        """The command line as it was typed, but for the user's name in its paths."""
        return own_command_line(["rtdoctor", *sys.argv[1:]], home(), Path.cwd())

    @property
    def key(self) -> Secret | None:
        """The key of ``--key-file``. Raises what ``read_key`` raises."""
        return None if self.key_file is None else read_key(self.key_file)

    def target(
        self, sandbox: EmbeddedSandbox | None, seen_base_url: str | None = None
    ) -> Target | EmbeddedSandbox:
        """The service that is probed: ``sandbox`` where it was started.

        ``seen_base_url`` is where the subject's own requests went. It is probed only where a key
        may be sent there. Raises ``UsageError`` without a key.
        """
        key = self.key
        if sandbox is not None:
            sandbox.key = key
            return sandbox
        base_url = self.base_url or base_url_of_subject(seen_base_url)
        return Target.of(base_url, require_key(key or read_key()))

    def circumstances(
        self, catalogue: Catalogue, secrets: tuple[Secret, ...] = ()
    ) -> Circumstances:
        """How a check with these options is carried out, whatever it is about."""
        from rtdoctor.cli.session import Circumstances
        from rtdoctor.probe.limits import Limits
        from rtdoctor.sdp.candidate_scope import CandidateScope

        return Circumstances(
            catalogue=catalogue,
            limits=Limits(
                http_s=self.timeout,
                ice_s=self.ice_timeout,
                probes_alive=self.jobs,
                candidates=CandidateScope(self.candidates),
            ),
            keep_addresses=self.keep_addresses,
            quiet=self.quiet,
            secrets=secrets,
        )


def take_check_options(options: dict[str, Any]) -> CheckOptions:
    """What is left of a command's options when those of the outputs are taken out.

    Raises ``UsageError`` for a page's or a token route's options that do not go together.
    """
    # Both take their options out, so that exactly the fields of `CheckOptions` are left.
    page, token = take_page_options(options), take_token_options(options)
    given = CheckOptions(**options, page=page, token=token)
    _check_page_options(given)
    if given.base_url is None:
        return given
    return replace(given, base_url=read_base_url(given.base_url, "--base-url"))


def one_thing(arguments: tuple[str, ...]) -> str | None:
    """The thing to check. Raises ``UsageError`` for more than one; they may be a command."""
    if len(arguments) > 1:
        raise UsageError(
            f"check takes one THING, and got {len(arguments)} words",  # perhaps keys: not repeated
            hint="Put a command into a file and name it, or pipe it in: rtdoctor check -",
        )
    return arguments[0] if arguments else None


# each option with those that would be ignored beside it, and why
_ALONE = {
    "replay": (
        "resume record setup_file thing era base_url key_file rules only skip full budget",
        "A replay repeats the recorded check as it was.",
    ),
    "resume": (
        "record setup_file thing era only skip full budget",
        "A resumed run goes on as it was begun.",
    ),
    "setup_file": ("thing only skip full", "They choose a survey; --setup diagnoses one setup."),
    "thing": ("only skip full", "They choose a survey; a THING is diagnosed alone."),
    "era": ("base_url", "--sandbox is itself the service."),
    "dry_run": (
        "record replay resume json_file html_file markdown_file junit_file reports",
        "A dry run writes nothing. The plan as JSON: rtdoctor plan --json",
    ),
}


def check_combinations(options: dict[str, Any]) -> None:
    """Raise ``UsageError`` for options that do not go together, those of the outputs included.

    A THING that stands behind ``--sandbox`` is put where a THING belongs.
    """
    _era_or_thing(options)
    if options["era"] is not None:
        choose_era(options["era"], "--sandbox")
    for one, (others, why) in _ALONE.items():
        for other in others.split():
            if _given(options[one]) and _given(options[other]):
                raise UsageError(f"{_flag(one)} and {_flag(other)} exclude each other", hint=why)
    if options["written_file"] is not None and options["thing"] is None:
        raise UsageError("--write keeps what was read out of a THING; name one")
    if options["fix_file"] is not None and options["dry_run"]:
        raise UsageError("--fix needs a repair that was seen to work; leave --dry-run out")
    if options["rules"] is not None and options["era"] is None and options["resume"] is None:
        raise UsageError("--rules are for the sandbox; add --sandbox")


def _era_or_thing(options: dict[str, Any]) -> None:
    """Take what stands behind ``--sandbox`` as the THING when it is one and no era."""
    behind = options["era"]
    if options["thing"] is not None or behind in (None, *ERAS):
        return
    # click takes the next word for the era, as in `--sandbox page.html`.
    if behind == "-" or "://" in behind or Path(behind).exists():
        options["thing"], options["era"] = behind, TODAY


def _check_page_options(given: CheckOptions) -> None:
    if page_named(given.thing) is None:
        if given.page.is_given:
            raise UsageError(
                "--click, --fill, --run and their like are about a page; name one as THING"
            )
    elif given.dry_run or given.record or given.written_file:
        raise UsageError(
            "a page is known only when it has run, so there is no --dry-run, --record or --write"
        )


def _given(value: Any) -> bool:
    return value not in (None, (), False)


def _flag(name: str) -> str:
    if name == "thing":
        return "THING"
    stems = {"era": "sandbox", "reports": "report", "written_file": "write"}
    stem = stems.get(name, name.removesuffix("_file"))
    return "--key-file" if name == "key_file" else f"--{stem.replace('_', '-')}"
