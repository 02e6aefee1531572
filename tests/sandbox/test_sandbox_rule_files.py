"""Rules of the user's own: what they can plant, and what is said when a file is wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from rtdoctor.domain.era import ERAS
from rtdoctor.errors import ConfigError, UsageError
from rtdoctor.sandbox.rules.files import rule_book
from rtdoctor.sandbox.rules.request import ReceivedRequest
from support.sandbox_http import GA_REALTIME, GA_TRANSCRIPTION, Caller, offer
from support.sandbox_process import rtdoctor_sandbox, sandbox_command

DOCS = Path(__file__).parents[2] / "docs" / "sandbox-rules.md"


def complaint(tmp_path: Path, text: str) -> str:
    """What loading a rule file with this text says."""
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as error:
        rule_book("beta", file)
    return str(error.value).replace(str(file), "mine.yaml")


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("rules:\n  - id: a\n    wehn: {}\n    answer: {}\n", "mine.yaml:3", "'when'"),
        ("rules:\n  - id: a\n    when:\n      methd: GET\n    answer: {}\n", ":4", "'method'"),
        ("rules:\n  - id: a\n    when: {endpoint: cal}\n    answer: {}\n", ":3", "'call'"),
        ("rules:\n  - id: a\n    when: {auth: api-key}\n    answer: {}\n", ":3", "'api_key'"),
        (
            "rules:\n  - id: a\n    when:\n      query: {model: {equal: x}}\n    answer: {}\n",
            ":4",
            "'equals'",
        ),
        ("rules:\n  - id: a\n    when: {query: {m: maybe}}\n    answer: {}\n", ":3", "absent"),
        ("rules:\n  - id: a\n", ":2", "exactly one of answer, mint, connect, hang_up, emit"),
        ("rules:\n  - id: a\n    answer: {}\n    hang_up: {}\n", ":2", "exactly one of"),
        (
            "rules:\n  - id: a\n    answer:\n      error: {message: $modell}\n",
            ":4",
            "$modell is no known name",
        ),
        (
            "rules:\n  - id: a\n    when: {query: {m: {matches: '['}}}\n    answer: {}\n",
            ":3",
            "regular expression",
        ),
        ("rules:\n  - id: a\n    answer: {status: 42}\n", ":3", "42"),
        ("rules:\n  - id: a\n    answer: {headers: {x: 'é'}}\n", ":3", "ASCII"),
        ("rules:\n  - id: a\n    probability: 2\n    answer: {}\n", ":2", "`probability`"),
        ("rules:\n  - id: a\n    every: 0\n    answer: {}\n", ":2", "`every`"),
        ("rules:\n  - id: A b\n    answer: {}\n", ":2", "rule id"),
        ("rules:\n  - {id: a, answer: {}}\n  - {id: a, answer: {}}\n", ":1", "given twice"),
        ("rules:\n  - id: a\n    basis: fact\n    answer: {}\n", ":2", "id of the fact"),
        ("extends: [single-use]\n", "mine.yaml", "--era"),
        ("rules: [\n", "mine.yaml", "not valid YAML"),
    ],
)
def test_a_wrong_file_is_told_with_line_and_closest_name(
    tmp_path: Path, text: str, place: str, hint: str
) -> None:
    said = complaint(tmp_path, text)

    assert place in said.splitlines()[0]
    assert hint in said


def test_a_wrong_file_ends_the_process_before_it_listens(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("rules:\n  - id: a\n    wehn: {}\n    answer: {}\n", "utf-8")
    command, environment = sandbox_command("--announce", "--rules", str(file))

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, input="")

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert f"{file}:3" in ended.stderr
    assert "'when'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_era_is_told_with_the_closest() -> None:
    with pytest.raises(UsageError, match="single-use"):
        rule_book("single-used")


@pytest.mark.parametrize("era", ERAS)
def test_packaged_rules_have_unique_ids_and_say_what_they_stand_on(era: str) -> None:
    rules = rule_book(era).rules

    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        if rule.basis == "inferred":
            assert rule.note, f"{rule.id} does not say what is not known"


@pytest.mark.parametrize("era", ERAS)
def test_a_text_that_the_facts_do_not_give_says_that_it_is_the_sandboxes(era: str) -> None:
    worded_like_facts = {"ga-not-yet-there", "no-such-url"}
    for rule in rule_book(era).rules:
        if rule.fact is None and rule.answer is not None and rule.answer.error is not None:
            message = rule.answer.error.message
            # test_sandbox_schema.py looks at the sentences of $fault_message
            own = message.startswith(("Sandbox: ", "$fault_message"))
            assert own or rule.id in worded_like_facts, rule.id


def test_custom_rules_come_before_those_of_the_era() -> None:
    rules = """
rules:
  - id: planted
    when: {endpoint: call, query: {model: {equals: gpt-realtime}}, headers: {x-app: present}}
    answer: {status: 418, error: {message: "no $method with ${query:model}", code: teapot}}
"""
    with rtdoctor_sandbox(rules=rules) as sandbox:
        caller = Caller(sandbox)
        planted = caller.send("POST", "/v1/realtime?model=gpt-realtime", headers={"X-App": "1"})
        half = caller.send("POST", "/v1/realtime?model=gpt-realtime")
        caller.close()

    assert (planted.status, planted.error["code"]) == (418, "teapot")
    assert planted.error["message"] == "no POST with gpt-realtime"
    assert planted.provenance == {
        "rule": "planted",
        "fact": "-",
        "basis": "inferred",
        "note": "a rule of the user's file",
    }
    assert half.rule == "beta-call-gone"


def test_every_other_request_can_be_refused() -> None:
    rules = "rules: [{id: a, every: 2, when: {endpoint: mint}, answer: {status: 503}}]"
    with rtdoctor_sandbox(rules=rules) as sandbox:
        caller = Caller(sandbox)
        statuses = [caller.mint("client_secrets", GA_REALTIME).status for _ in range(5)]
        caller.close()

    assert statuses == [503, 200, 503, 200, 503]


def test_a_rule_can_answer_a_number_of_times() -> None:
    rules = "rules: [{id: a, times: 2, when: {endpoint: mint}, answer: {status: 429}}]"
    with rtdoctor_sandbox(rules=rules) as sandbox:
        caller = Caller(sandbox)
        statuses = [caller.mint("client_secrets", GA_REALTIME).status for _ in range(4)]
        counted = sandbox.state()["rules"]
        caller.close()

    assert statuses == [429, 429, 200, 200]
    assert counted == {"a": 2, "mint": 2}


def test_a_seeded_flaky_rule_is_the_same_each_time(tmp_path: Path) -> None:
    file = tmp_path / "flaky.yaml"
    file.write_text("seed: 4\nrules: [{id: flaky, probability: 0.5, answer: {}}]\n", "utf-8")

    def answering() -> list[str]:
        book = rule_book("single-use", file)
        rules = [book.first(ReceivedRequest("other", path="/nowhere")) for _ in range(12)]
        return [rule.id for rule in rules if rule is not None]

    first, second = answering(), answering()

    assert first == second
    assert set(first) == {"flaky", "no-such-url"}


def documented() -> list[str]:
    """The complete rule files of the documentation, in order."""
    blocks = DOCS.read_text("utf-8").split("```yaml\n")[1:]
    return [block.partition("```")[0] for block in blocks]


@pytest.mark.parametrize("text", documented())
def test_a_documented_example_is_a_valid_rule_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(text, "utf-8")

    assert len(rule_book("single-use", file).rules) > len(rule_book("single-use").rules)


def test_the_documented_pair_needs_both_halves() -> None:
    with rtdoctor_sandbox(rules=documented()[0]) as sandbox:
        caller = Caller(sandbox)

        def rule(body: object, query: str) -> str:
            return caller.call(f"/calls{query}", caller.token("client_secrets", body)).rule

        rules = [
            rule(GA_REALTIME, "?model=gpt-realtime"),
            rule(GA_REALTIME, ""),
            rule(GA_TRANSCRIPTION, "?model=gpt-realtime"),
        ]
        caller.close()

    assert rules[0] == "planted-pair"
    assert "planted-pair" not in rules[1:]


def test_the_documented_causes_hide_each_other() -> None:
    with rtdoctor_sandbox(rules=documented()[1]) as sandbox:
        caller = Caller(sandbox)
        told = {"session": {"type": "realtime", "instructions": "x"}}
        kind = {"Content-Type": "application/sdp"}
        token = caller.token("client_secrets", GA_REALTIME)

        def code(**headers: str) -> str:
            said = caller.send(
                "POST",
                "/v1/realtime/calls",
                key=token,
                headers={**kind, **headers},
                content=offer(channel=False),
            )
            return str(said.error["code"])

        codes = [
            caller.mint("client_secrets", told).error["code"],
            code(**{"X-App-Version": "1"}),
            code(),
        ]
        repaired = caller.call("/calls", token).status
        caller.close()

    assert codes == ["planted_mint", "planted_header", "planted_channel"]
    assert repaired == 201
