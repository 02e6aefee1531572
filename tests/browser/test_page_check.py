"""Pages that fail: each cause is found, and the repair is proved on the page itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from browser.backend import Answer, minting, server_action
from browser.conftest import PageStage, open_stage
from browser.page_shapes import BLOCKED, BROKEN, OWN_FAULTS, WORKING, PageShape
from browser.proofs import assert_proved
from rtdoctor.check.page_account import page_headline, page_result, proof_on_page, what_it_did
from rtdoctor.check.page_repair import PagePart
from rtdoctor.domain.finding import Verdict
from rtdoctor.errors import ExitCode

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGES = Path(__file__).parent / "pages"
CHANGED = {
    "GA token at the beta URL": (PagePart.CALL,),
    "client_secret.value of a GA answer": (PagePart.TOKEN,),
    "client_secret?.value": (PagePart.TOKEN,),
    "client_secret as a string": (PagePart.TOKEN,),
    "beta everywhere": (PagePart.MINT, PagePart.CALL),
    "left-over header": (PagePart.CALL,),
    "channel after the offer": (PagePart.OFFER,),
    "no channel": (PagePart.OFFER,),
    "no audio": (PagePart.OFFER,),
    "session.update of the beta": (PagePart.EVENTS,),
}
SAID = {
    "CSP": "Content-Security-Policy (connect-src) forbids requests to api.openai.com",
    "no such microphone": "was refused: OverconstrainedError",
    "header that no preflight allows": "does not allow its header x-trace",
    "script error": "ReferenceError: settings is not defined",
    "hangs": "runs without end",
    "hangs on load": "runs without end",
}
BETA = {"model": "gpt-4o-realtime-preview-2024-12-17", "voice": "verse"}
GA = {"session": {"type": "realtime", "model": "gpt-realtime"}}


@pytest.mark.parametrize(("name", "parts"), CHANGED.items(), ids=CHANGED)
async def test_the_repair_is_proved_on_the_page(
    stage: PageStage, name: str, parts: tuple[PagePart, ...]
) -> None:
    found = await stage.checked(BROKEN[name].html)

    assert_proved(found, parts)
    proof = proof_on_page(found)
    assert proof is not None
    assert "your page connected: channel open" in proof.sentence


@pytest.mark.parametrize(("name", "said"), SAID.items(), ids=SAID)
async def test_a_fault_of_the_page_is_not_blamed_on_the_service(
    stage: PageStage, name: str, said: str
) -> None:
    found = await stage.checked(OWN_FAULTS[name].html)

    assert said in page_headline(found)
    assert found.finished is None
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED


@pytest.mark.parametrize(
    ("name", "said", "options"),
    [
        ("library of another host", "load https://unpkg.com/react. Then a script", "--allow-cdn"),
        ("module of another host", "load https://sdk.test/a.js. Nothing", "--allow-host sdk.test"),
        ("page that a script builds", "load https://unpkg.com/react. It shows", "--allow-cdn"),
        ("request to another host", "It asks sdk.test, which", "--allow-host sdk.test"),
    ],
)
async def test_what_this_check_blocks_is_no_fault_of_the_page(
    stage: PageStage, name: str, said: str, options: str
) -> None:
    found = await stage.checked(BLOCKED[name].html)

    result = page_result(found, "rtdoctor check page.html --sandbox")
    assert result.headline.startswith("Your page could not be started here: ")
    assert said in result.headline
    assert result.next_step.endswith(f"rtdoctor check page.html --sandbox {options}")
    assert not result.fault
    assert found.exit_code is ExitCode.CANNOT_TEST


async def test_a_blocked_style_sheet_is_not_the_reason(stage: PageStage) -> None:
    found = await stage.checked(BLOCKED["no script, and a style sheet of another host"].html)

    assert "Nothing in the page listens to “Start”, which was pressed." in page_headline(found)
    assert "blocked: unpkg.com (--allow-host unpkg.com)" in what_it_did(found)
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED


async def test_a_script_that_the_page_can_do_without_is_not_the_reason(stage: PageStage) -> None:
    found = await stage.checked(BLOCKED["statistics"].html)

    assert found.first.is_connected


@pytest.mark.parametrize("name", ["no button", "button of another kind"])
async def test_a_page_that_nobody_can_start_is_not_judged(stage: PageStage, name: str) -> None:
    found = await stage.checked(OWN_FAULTS[name].html)

    assert found.exit_code is ExitCode.CANNOT_TEST
    assert page_headline(found) == "It is not clear what starts your page."


async def test_a_page_that_works_is_told_with_what_that_leaves_open(stage: PageStage) -> None:
    found = await stage.checked(WORKING["plain"].html)

    assert found.exit_code is ExitCode.WORKS
    result = page_result(found, "rtdoctor check")
    assert result.is_connected
    assert result.proof is None
    assert "does not prove" in result.leaves_open


async def test_a_token_that_two_calls_show_is_the_cause(stage: PageStage) -> None:
    found = await stage.checked(BROKEN["token used twice"].html)

    assert_proved(found, (PagePart.EACH,))
    assert found.finished is not None
    assert "used token" in found.finished.diagnosis.sentence


@pytest.mark.parametrize("status", [None, 200], ids=["as it came", "as 200"])
async def test_a_refused_mint_that_a_backend_passes_on(
    stage: PageStage, status: int | None
) -> None:
    assert stage.target.key is not None
    key, base_url = stage.target.key.reveal(), stage.target.base_url
    route = minting(base_url, key, "/v1/realtime/sessions", BETA, status=status)
    found = await stage.checked((PAGES / "with-backend.html").read_text(), session=route)

    assert_proved(found, (PagePart.MINT, PagePart.CALL))
    assert found.reading is not None
    inferred = {place.place for place in found.reading.places if place.inferred}
    assert "mint.url.path" in inferred
    assert not any(name.startswith("call.") for name in inferred)  # the repaired page showed it


async def test_a_backend_that_answers_as_ga_does(stage: PageStage) -> None:
    assert stage.target.key is not None
    route = minting(
        stage.target.base_url, stage.target.key.reveal(), "/v1/realtime/client_secrets", GA
    )
    found = await stage.checked((PAGES / "with-backend.html").read_text(), session=route)

    assert_proved(found, (PagePart.TOKEN, PagePart.CALL))


async def test_a_token_of_an_unseen_backend_was_asked_for_in_a_way_that_works(
    stage: PageStage,
) -> None:
    assert stage.target.key is not None
    key, base_url = stage.target.key.reveal(), stage.target.base_url
    mint = minting(base_url, key, "/v1/realtime/client_secrets", GA)

    def token(body: bytes) -> Answer:
        return 200, "application/json", json.dumps({"token": json.loads(mint(body)[2])["value"]})

    html = (PAGES / "with-backend.html").read_text()
    html = html.replace("data.client_secret.value", "data.token")
    found = await stage.checked(html, session=token)

    assert_proved(found, (PagePart.CALL,))
    assert found.finished is not None
    assert found.finished.diagnosis.sentence.startswith("The call is refused")


async def test_an_answer_that_a_page_takes_for_the_token_as_it_is(stage: PageStage) -> None:
    shape = PageShape(
        mint=PageShape().mint.replace("data = await minted.json()", "data = await minted.text()"),
        token="data",
    )
    found = await stage.checked(shape.html)

    assert_proved(found, (PagePart.TOKEN,))


@pytest.mark.parametrize("dialect", ["beta", "GA"])
async def test_a_server_action_of_next(stage: PageStage, dialect: str) -> None:
    assert stage.target.key is not None
    key, base_url = stage.target.key.reveal(), stage.target.base_url
    path, body = {"beta": ("sessions", BETA), "GA": ("client_secrets", GA)}[dialect]
    stage.routes["40session"] = server_action(minting(base_url, key, f"/v1/realtime/{path}", body))
    stage.routes["00settings"] = server_action(lambda _: (200, "", '{"voice": "verse"}'))
    found = await stage.checked((PAGES / "server-action.html").read_text())

    first = PagePart.MINT if dialect == "beta" else PagePart.TOKEN
    assert_proved(found, (first, PagePart.CALL))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((500, "text/plain", "OPENAI_API_KEY is not set"), "500 and without a token: OPENAI"),
        ((404, "text/plain", "Not found"), "404 and without a token: Not found"),
    ],
    ids=["missing variable", "missing route"],
)
async def test_a_backend_that_fails_by_itself(stage: PageStage, answer: Answer, said: str) -> None:
    html = (PAGES / "with-backend.html").read_text()
    found = await stage.checked(html, session=lambda _: answer)

    assert said in page_headline(found)
    assert found.finished is None
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED


async def test_an_address_with_a_missing_value_is_told_as_such(stage: PageStage) -> None:
    html = (PAGES / "with-backend.html").read_text().replace('"/session"', '"/undefined/session"')
    found = await stage.checked(html)

    assert "/undefined/session and was answered with 404" in page_headline(found)
    assert "not set" in page_headline(found)
    assert "(inferred)" in page_headline(found)
    assert found.finished is None
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED


async def test_a_backend_that_asks_for_a_login_is_told_with_the_way_to_give_one(
    stage: PageStage,
) -> None:
    html = (PAGES / "with-backend.html").read_text()
    refused = (401, "application/json", '{"detail":"Not authenticated"}')

    found = await stage.checked(html, session=lambda _: refused)

    assert "401 and without a token" in page_headline(found)
    assert found.fault is not None
    assert "--storage-state" in found.fault.next_step


async def test_an_app_that_answers_with_an_error_has_no_page_to_start(stage: PageStage) -> None:
    subject = stage.subject("")
    stage.routes["GET /"] = lambda _: (500, "text/html", "<p>auth/invalid-api-key</p>")

    found = await stage.check(subject).run()

    assert "answered" in page_headline(found)
    assert "with 500" in page_headline(found)
    assert found.exit_code is ExitCode.FAILURE_REPRODUCED


async def test_all_causes_of_a_page_are_found_in_the_order_of_sight(stage: PageStage) -> None:
    found = await stage.checked((PAGES / "beta-app.html").read_text())

    assert_proved(found, (PagePart.MINT, PagePart.CALL, PagePart.EVENTS))
    assert found.finished is not None
    assert found.finished.diagnosis.verdict is Verdict.EXPLAINED
    assert "TypeError" in " ".join(what_it_did(found))
    assert found.repair is not None
    (event,) = found.repair.events.values()
    assert '"instructions":"Speak like a pirate."' in event  # what the user means stays


async def test_the_founding_page(chromium: str) -> None:
    async with open_stage("beta") as beta:
        found = await beta.checked((PAGES / "founding.html").read_text())

    assert_proved(found, (PagePart.CALL,))
    assert found.finished is not None
    assert "?intent=transcription instead of" in found.finished.diagnosis.sentence
