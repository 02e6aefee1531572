"""The packaged entries: complete, consistent with the facts and with the levels that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

import pytest

from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.knowledge import base as knowledge_base
from rtdoctor.knowledge.base import check_facts, facts_without_entry
from rtdoctor.knowledge.entry import Entry
from rtdoctor.knowledge.signs import Sign
from rtdoctor.plan import catalogue
from rtdoctor.strict_yaml import load

KNOWN = knowledge_base.load()
CATALOGUE = catalogue.read()

ENTRY = """
- id: PRV-EXAMPLE
  title: an example
  why: because
  fix: {text: do it}
  eras: [beta]
  confidence: observed
  kind: paste
  sources: ["somewhere"]
"""


def read(text: str) -> tuple[Entry, ...]:
    return load(text, tuple[Entry, ...], "example.yaml")


def level_uses() -> Iterator[tuple[str, str, str]]:
    for entry in KNOWN.entries:
        if entry.condition is not None:
            for factor, names in entry.condition.levels.items():
                for name in names:
                    yield entry.id, factor, name
        for change in entry.fix.changes:
            for factor, name in change.items():
                yield entry.id, factor, name


def test_every_fact_has_an_entry_or_a_reason() -> None:
    assert check_facts(KNOWN) == ()
    assert len(KNOWN.facts) == 126
    assert [fact for fact, _ in facts_without_entry(KNOWN)] == [
        "NET-CANDIDATES-BETA",
    ]


def test_a_fact_entry_that_goes_missing_is_reported() -> None:
    fewer = knowledge_base.Knowledge(KNOWN.entries[1:], KNOWN.facts)
    assert check_facts(fewer) == (
        f"{KNOWN.entries[0].id}: its entry {KNOWN.entries[0].id} does not exist",
    )


def test_every_level_that_entries_name_exists() -> None:
    known = {factor.value: set(levels) for factor, levels in CATALOGUE.entries.items()}
    wrong = [use for use in level_uses() if use[2] not in known[use[1]]]
    assert wrong == []


def test_entries_that_can_be_probed_suggest_factors() -> None:
    without = [e.id for e in KNOWN.entries if e.fix.changes and e.looks and not e.hints]
    assert without == []


def test_unknown_fields_of_the_facts_are_never_matched_on() -> None:
    fields = [
        (look.type, look.code, look.param, look.message) for e in KNOWN.entries for look in e.looks
    ]
    assert not [f for f in fields if "?" in f]


def test_every_entry_can_be_met_in_a_text_or_by_a_probe_or_says_what_works() -> None:
    silent = {e.id for e in KNOWN.entries if not (e.looks or e.clues or e.works or e.symptoms)}
    assert silent == set()


def test_every_fault_is_told_in_peoples_words_and_in_more_than_one_language() -> None:
    few = [e.id for e in KNOWN.entries if e.works is None and len(e.symptoms) < 2]
    assert few == []
    told = [symptom for e in KNOWN.entries for symptom in e.symptoms]
    assert len(told) == len(set(told))
    english = [
        e.id
        for e in KNOWN.entries
        if e.works is None and all(re.fullmatch(r"[ -~]+", symptom) for symptom in e.symptoms)
    ]
    assert len(english) < len(KNOWN.entries) // 10


def test_what_nobody_can_look_up_is_secondhand_and_never_more_than_likely() -> None:
    for entry in KNOWN.entries:
        unnamed = all(source.startswith("secondhand:") for source in entry.sources)
        assert not any("not recorded" in source for source in entry.sources), entry.id
        assert not unnamed or entry.kind == "secondhand", entry.id
        if entry.kind == "secondhand":
            told = {*(look.strength for look in entry.looks), *(c.strength for c in entry.clues)}
            assert "strong" not in told, entry.id


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        ("  titel: x", 10, "unknown field 'titel'"),
        ("  target: opneai", 10, "'opneai'"),
        ("  hints: [token_bodi]", 2, "did you mean 'token_body'"),
        ("  clues: [{says: x, strength: likely, all: [beta_mint_ulr]}]", 10, "'beta_mint_url'"),
        ("  clues: [{says: x, strength: certain, all: [realtime]}]", 10, "'certain' is not known"),
        ("  condition: {levels: {call_endpont: [calls]}}", 10, "did you mean 'call_endpoint'"),
        ("  looks: [{message: 'Model {modell}'}]", 10, "unknown placeholder {modell}"),
        ("  looks: [{match: prefix}]", 10, "a look needs"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(change: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(ENTRY + change + "\n")
    assert caught.value.where == f"example.yaml:{line}"
    assert said in str(caught.value)


def test_an_entry_needs_a_source() -> None:
    with pytest.raises(ConfigError, match="has no source"):
        read(ENTRY.replace('["somewhere"]', "[]"))


def test_an_unknown_id_names_the_closest() -> None:
    assert KNOWN.entry("sdp-beta-disabled").id == "SDP-BETA-DISABLED"
    with pytest.raises(UsageError, match="did you mean 'SDP-BETA-DISABLED'"):
        KNOWN.entry("SDP-BETA-DISABLE")


def test_single_use_includes_what_holds_since_the_betas_end() -> None:
    ids = {e.id for e in KNOWN.select(era="single-use")}
    assert {"TOK-SINGLE-USE", "TOK-BETA-404"} <= ids
    assert "SDP-EMPTY-400-BETA" not in ids
    assert "TOK-SINGLE-USE" not in {e.id for e in KNOWN.select(era="ga-only")}


def test_every_wording_and_every_sign_is_a_sound_pattern() -> None:
    from rtdoctor.knowledge import signs
    from rtdoctor.knowledge.message_pattern import compile_wording

    for entry in knowledge_base.load().entries:
        for look in entry.looks:
            if look.message is not None:
                assert compile_wording(look.message).pattern
    for sign in signs.signs().values():
        for pattern in sign.patterns:
            assert re.compile(pattern)


@pytest.mark.parametrize("area", [*knowledge_base.AREAS, "signs"])
def test_every_packaged_file_passes_the_strict_reader(area: str) -> None:
    folder = resources.files("rtdoctor.knowledge") / "entries"
    text = (folder / f"{area}.yaml").read_text("utf-8")

    kind = tuple[Sign, ...] if area == "signs" else tuple[Entry, ...]
    assert load(text, kind, area)


def test_an_entry_of_a_provider_is_about_that_provider() -> None:
    services = {
        "PRV-AZURE": "azure", "AZ": "azure", "SDP-AZURE": "azure", "PRV-LITELLM": "litellm",
        "PRV-SPEACHES": "speaches", "PRV-LOCALAI": "localai", "GW-LOCALAI": "localai",
        "PRV-S2S": "s2s", "PRV-XAI": "xai", "PRV-CHATGPT": "chatgpt", "OTHER-CODEX": "chatgpt",
        "PRV-GATEWAY": "gateway", "GW-QWEN": "gateway",
    }  # fmt: skip
    for entry in KNOWN.entries:
        named = [s for prefix, s in services.items() if f"{entry.id}-".startswith(f"{prefix}-")]
        assert entry.target == (named[0] if named else "openai"), entry.id


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("  since: 2026-13-01", "'2026-13-01' is no day"),
        ("  dies: tomorrow", "'tomorrow' is no day"),
        ("  provider: [azzure]", "did you mean 'azure'"),
        ("  looks: [{code: x, transport: [htp]}]", "'htp'"),
        ("  looks: [{code: x, faults: [beta_nam]}]", "'beta_name'"),
    ],
)
def test_what_binds_an_entry_is_checked(change: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        read(ENTRY + change + "\n")


@pytest.mark.parametrize(
    ("look", "param", "fits"),
    [
        ("faults: [beta_name]", "session.voice", True),
        ("faults: [beta_name]", "session.tools[0].meta", False),
        ("faults: [answer_field]", "session.client_secret", True),
        ("faults: [ga_name]", "session.output_modalities", True),
        ("faults: [other_service]", "session.tracing", True),
        ("faults: [beta_name]", "not a path", False),
        ("param: 'session.tools[*].meta'", "session.tools[12].meta", True),
        ("param: 'session.tools[*].meta'", "session.tools[12].name", False),
        ("faults: [beta_name]", "", True),
    ],
)
def test_a_family_of_errors_is_split_by_its_parameter(look: str, param: str, fits: bool) -> None:
    (entry,) = read(ENTRY + f"  looks: [{{code: unknown_parameter, {look}}}]\n")
    signature = Signature(Stage.SESSION, code="unknown_parameter", param=param)
    assert bool(entry.looks[0].fits(signature)) is fits


def test_a_sentence_that_is_only_inferred_is_never_more_than_likely() -> None:
    for entry in KNOWN.entries:
        if entry.confidence == "inferred":
            for look in entry.looks:
                ours = (look.code or "").startswith("rtdoctor.")
                assert ours or look.strength != "strong", entry.id
