"""What a text's own code does, as factor levels: a setup that can be probed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rtdoctor.domain.setup import Factor

_SHOWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("translations_url", {"token_endpoint": "translations_client_secrets",
                          "token_body": "ga_translation", "call_endpoint": "translations_calls"}),
    ("beta_mint_transcription", {"token_endpoint": "transcription_sessions",
                                 "token_body": "founding"}),
    ("beta_mint_url", {"token_endpoint": "sessions", "token_body": "realtime_with_model"}),
    ("flat_body", {"token_endpoint": "client_secrets", "token_body": "flat_at_ga"}),
    ("session_type_transcription", {"token_body": "ga_transcription"}),
    ("ga_mint_url", {"token_endpoint": "client_secrets", "token_body": "ga_realtime"}),
    ("intent_transcription", {"call_query": "intent_transcription"}),
    ("transcribe_model_query", {"call_query": "model_transcribe"}),
    ("calls_model_query", {"call_endpoint": "calls", "call_query": "model_realtime"}),
    ("calls_url", {"call_endpoint": "calls", "call_query": "none"}),
    ("beta_call_url", {"call_endpoint": "realtime"}),
    ("preview_model_query", {"call_query": "model_preview"}),
    ("realtime_model_query", {"call_query": "model_realtime"}),
    ("beta_header", {"beta_header": "both"}),
    ("json_offer", {"call_encoding": "json"}),
    ("sdp_trimmed", {"call_encoding": "trimmed"}),
    ("undefined_bearer", {"auth": "undefined"}),
)  # fmt: skip


_USUAL_CALL = {"call_endpoint": "calls", "call_query": "none"}


def shown_setup(seen: Collection[str]) -> dict[str, str]:
    """The factor levels that the text's own code shows.

    Empty when it shows fewer than two, nothing but the usual call, or both a beta and a GA mint:
    then it tells of a change, and which half is the present is not known.
    """
    if "beta_mint_url" in seen and "ga_mint_url" in seen:
        return {}
    shown: dict[str, str] = {}
    for sign, levels in _SHOWS:
        if sign in seen:
            for factor, level in levels.items():
                # The first sign that tells of a factor decides: the table has the exact ones first.
                shown.setdefault(factor, level)
    return shown if len(shown) > 1 and shown != _USUAL_CALL else {}


def setup_file(setup: Mapping[str, str]) -> str:
    """The setup as the YAML that ``rtdoctor check --setup`` reads."""
    return "".join(f"{f.value}: {setup[f]}\n" for f in Factor if f in setup)
