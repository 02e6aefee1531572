"""Levels and setups as tests name them: the founding case and its neighbours."""

from __future__ import annotations

from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallEncoding,
    CallEndpoint,
    CallQuery,
    EncodingKind,
    Level,
    Offer,
    Setup,
    TokenBody,
    TokenEndpoint,
)

SESSIONS = Level("sessions", TokenEndpoint("/v1/realtime/sessions"))
TRANSCRIPTION_SESSIONS = Level(
    "transcription_sessions", TokenEndpoint("/v1/realtime/transcription_sessions")
)
CLIENT_SECRETS = Level("client_secrets", TokenEndpoint("/v1/realtime/client_secrets"))
TOKEN_ENDPOINTS = (TRANSCRIPTION_SESSIONS, SESSIONS, CLIENT_SECRETS)

FOUNDING_BODY = Level(
    "founding",
    TokenBody('{"input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "en"}}'),
)
SESSION_MODEL = Level("session_model", TokenBody('{"model": "gpt-4o-realtime-preview"}'))
GA_REALTIME = Level(
    "ga_realtime", TokenBody('{"session": {"type": "realtime", "model": "gpt-realtime"}}')
)
GA_TRANSCRIPTION = Level(
    "ga_transcription",
    TokenBody(
        '{"session": {"type": "transcription", "audio": {"input": {"transcription":'
        ' {"model": "gpt-4o-transcribe"}}}}}'
    ),
)
EMPTY_BODY = Level("empty", TokenBody("{}"))
TOKEN_BODIES = (FOUNDING_BODY, SESSION_MODEL, GA_REALTIME, GA_TRANSCRIPTION, EMPTY_BODY)

EPHEMERAL = Level("ephemeral", Auth())
API_KEY = Level("api_key", Auth(AuthKind.API_KEY))
UNDEFINED = Level("undefined", Auth(AuthKind.LITERAL, "undefined"))
NO_AUTH = Level("none", Auth(AuthKind.NONE))
AUTHS = (EPHEMERAL, API_KEY, UNDEFINED, NO_AUTH)

NO_BETA = Level("none", BetaHeader())
BETA = Level("both", BetaHeader("realtime=v1", "realtime=v1"))

REALTIME = Level("realtime", CallEndpoint("/v1/realtime"))
CALLS = Level("calls", CallEndpoint("/v1/realtime/calls"))
CALL_ENDPOINTS = (REALTIME, CALLS)

NO_QUERY = Level("none", CallQuery())
MODEL_TRANSCRIBE = Level("model_transcribe", CallQuery((("model", "gpt-4o-transcribe"),)))
MODEL_REALTIME = Level("model_realtime", CallQuery((("model", "gpt-realtime"),)))
INTENT = Level("intent_transcription", CallQuery((("intent", "transcription"),)))
CALL_QUERIES = (MODEL_TRANSCRIBE, MODEL_REALTIME, INTENT, NO_QUERY)

RAW = Level("raw", CallEncoding())
MULTIPART = Level(
    "multipart",
    CallEncoding(
        EncodingKind.MULTIPART, "multipart/form-data", '{"type":"realtime","model":"gpt-realtime"}'
    ),
)
ENCODINGS = (RAW, MULTIPART)

AUDIO_AND_CHANNEL = Level("audio_channel", Offer())
NO_AUDIO = Level("no_audio", Offer(audio=False))
OFFERS = (AUDIO_AND_CHANNEL, NO_AUDIO)

FOUNDING = Setup(
    token_endpoint=TRANSCRIPTION_SESSIONS,
    token_body=FOUNDING_BODY,
    auth=EPHEMERAL,
    beta_header=NO_BETA,
    call_endpoint=REALTIME,
    call_query=MODEL_TRANSCRIBE,
    call_encoding=RAW,
    offer=AUDIO_AND_CHANNEL,
)
