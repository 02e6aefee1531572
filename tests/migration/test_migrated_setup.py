"""Whole setups: what the beta says in the call belongs in GA's session."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from published import complaints

from rtdoctor.domain.setup import CallQuery, EncodingKind, Factor, Level, Setup
from rtdoctor.migration.dialect import Dialect, Generation
from rtdoctor.migration.migrated_setup import migrate_setup
from rtdoctor.plan import catalogue
from support import levels as lv

GA, BETA = Generation.GA, Generation.BETA
CATALOGUE = catalogue.read()
RECIPES = {recipe.name: recipe.setup for recipe in CATALOGUE.recipes}


def body_of(setup: Setup) -> object:
    return json.loads(setup.token_body.value.text or "null")


def test_the_founding_setup_in_ga() -> None:
    founding = lv.FOUNDING.with_level(Factor.BETA_HEADER, lv.BETA)
    after, said = migrate_setup(founding, GA)

    assert after.token_endpoint == lv.CLIENT_SECRETS
    assert after.call_endpoint == lv.CALLS
    assert after.call_query == lv.NO_QUERY
    assert after.beta_header == lv.NO_BETA
    assert body_of(after) == {
        "session": {
            "type": "transcription",
            "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe", "language": "en"}}},
        }
    }
    assert all(step.basis for step in said)
    assert not any(step.is_open for step in said)


@pytest.mark.parametrize("name", ["beta-realtime", "beta-transcription", "beta-mint-at-sessions"])
def test_a_beta_recipe_becomes_a_well_formed_ga_setup_and_comes_back(name: str) -> None:
    there, _ = migrate_setup(RECIPES[name], GA)

    assert CATALOGUE.is_valid(there)
    assert complaints(body_of(there), Dialect.CLIENT_SECRETS) == []
    back, _ = migrate_setup(there, BETA)
    assert back.token_endpoint == RECIPES[name].token_endpoint
    assert back.call_endpoint == RECIPES[name].call_endpoint


@pytest.mark.parametrize("recipe", [r for r in CATALOGUE.recipes if r.name.startswith("ga-")])
def test_a_ga_recipe_is_right_already(recipe: catalogue.Recipe) -> None:
    assert migrate_setup(recipe.setup, GA) == (recipe.setup, ())


def test_a_model_that_only_the_query_names_moves_into_the_session() -> None:
    body = replace(lv.FOUNDING_BODY.value, text='{"voice": "verse"}')
    setup = replace(
        lv.FOUNDING,
        token_endpoint=lv.SESSIONS,
        token_body=Level("voice", body),
        call_query=lv.MODEL_REALTIME,
    )
    after, said = migrate_setup(setup, GA)

    assert body_of(after) == {
        "session": {
            "type": "realtime",
            "audio": {"output": {"voice": "verse"}},
            "model": "gpt-realtime",
        }
    }
    assert any("only the call's query named the model" in step.text for step in said)


def test_other_parameters_of_the_query_stay() -> None:
    query = Level("q", CallQuery((("model", "m"), ("api-version", "1"))))
    after, _ = migrate_setup(lv.FOUNDING.with_level(Factor.CALL_QUERY, query), GA)

    assert after.call_query.value.params == (("api-version", "1"),)


def test_the_api_key_posts_the_session_beside_the_offer_in_ga() -> None:
    after, _ = migrate_setup(RECIPES["beta-api-key"], GA)

    assert after.call_encoding.value.kind is EncodingKind.MULTIPART
    assert json.loads(after.call_encoding.value.session or "")["type"] == "realtime"
    back, _ = migrate_setup(after, BETA)
    assert back == RECIPES["beta-api-key"]


def test_beta_names_in_the_multipart_session_move() -> None:
    session = '{"type":"realtime","model":"gpt-realtime","voice":"verse"}'
    encoding = Level("m", replace(lv.MULTIPART.value, session=session))
    after, said = migrate_setup(
        RECIPES["ga-unified"].with_level(Factor.CALL_ENCODING, encoding), GA
    )

    assert json.loads(after.call_encoding.value.session or "")["audio"]["output"] == {
        "voice": "verse"
    }
    assert said[0].text == "call_encoding.session: voice moves to audio.output.voice"


def test_the_token_is_read_where_the_answer_has_it() -> None:
    auth = Level("read", replace(lv.EPHEMERAL.value, read_at="client_secret.value"))
    there, _ = migrate_setup(lv.FOUNDING.with_level(Factor.AUTH, auth), GA)
    back, _ = migrate_setup(there, BETA)

    assert there.auth.value.read_at == "value"
    assert back.auth.value.read_at == "client_secret.value"


def test_a_gateways_prefix_and_query_stay() -> None:
    token = replace(lv.SESSIONS.value, path="https://gw.test/openai/v1/realtime/sessions?region=eu")
    setup = lv.FOUNDING.with_level(Factor.TOKEN_ENDPOINT, Level("gw", token))
    after, _ = migrate_setup(setup, GA)

    assert after.token_endpoint.value.path == (
        "https://gw.test/openai/v1/realtime/client_secrets?region=eu"
    )


def test_what_the_beta_never_had_is_left_and_said() -> None:
    after, said = migrate_setup(RECIPES["ga-translation"], BETA)

    assert after == RECIPES["ga-translation"]
    assert [step.text for step in said if step.is_open] == [
        "token_endpoint: the beta has no translation sessions"
    ]


def test_a_body_that_is_no_session_stays_and_is_said() -> None:
    body = Level("text", replace(lv.FOUNDING_BODY.value, text="not JSON"))
    after, said = migrate_setup(lv.FOUNDING.with_level(Factor.TOKEN_BODY, body), GA)

    assert after.token_body.value.text == "not JSON"
    assert any(step.is_open and "token_body" in step.text for step in said)
