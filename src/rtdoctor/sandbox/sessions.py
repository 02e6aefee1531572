"""Session objects, shaped as the published API description shows them, in both dialects."""

from __future__ import annotations

import copy
import secrets
from dataclasses import dataclass
from typing import Any

WITHOUT_TURNS = ("gpt-realtime-whisper", "gpt-live-transcribe")  # fact EVT-TURN-DETECTION
DEFAULT_MODEL = {"beta": "gpt-4o-realtime-preview", "ga": "gpt-realtime-2.1"}
_GA_FORMAT = {"type": "audio/pcm", "rate": 24000}
_SERVER_VAD = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 200,
}
_DEFAULTS: dict[tuple[str, str], dict[str, Any]] = {
    ("ga", "realtime"): {
        "object": "realtime.session",
        "model": DEFAULT_MODEL["ga"],
        "output_modalities": ["audio"],
        "instructions": "",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": 0,
        "audio": {
            "input": {
                "format": _GA_FORMAT,
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": _SERVER_VAD,
            },
            "output": {"format": _GA_FORMAT, "voice": "alloy", "speed": 1.0},
        },
        "include": None,
    },
    ("ga", "transcription"): {
        "object": "realtime.transcription_session",
        "expires_at": 0,
        "audio": {
            "input": {
                "format": _GA_FORMAT,
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": _SERVER_VAD,
            }
        },
    },
    ("ga", "translation"): {
        "expires_at": 0,
        "audio": {"input": {"transcription": None, "noise_reduction": None}, "output": {}},
    },
    ("beta", "realtime"): {
        "object": "realtime.session",
        "model": DEFAULT_MODEL["beta"],
        "modalities": ["audio", "text"],
        "instructions": "",
        "voice": "alloy",
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "input_audio_transcription": None,
        "turn_detection": _SERVER_VAD,
        "tools": [],
        "tool_choice": "auto",
        "temperature": 0.8,
        "max_response_output_tokens": "inf",
        "expires_at": 0,
    },
    ("beta", "transcription"): {
        "object": "realtime.transcription_session",
        "input_audio_format": "pcm16",
        "input_audio_transcription": None,
        "turn_detection": _SERVER_VAD,
        "expires_at": 0,
    },
}


@dataclass(frozen=True, slots=True)
class Session:
    """A session as a token carries it or a call runs it. ``body`` is what the service shows."""

    dialect: str
    type: str
    body: dict[str, Any]

    @classmethod
    def new(cls, dialect: str, type_: str, asked: dict[str, Any] | None = None) -> Session:
        """The defaults of the dialect with what the client asked for laid over them."""
        body: dict[str, Any] = {} if dialect == "beta" else {"type": type_}
        body["id"] = f"sess_{secrets.token_hex(11)}"
        # The defaults are nested, and every session changes its own copy.
        body.update(copy.deepcopy(_DEFAULTS[dialect, type_]))
        _lay_over(body, asked or {})
        session = cls(dialect, type_, body)
        if (dialect, type_) == ("ga", "transcription") and session.model in WITHOUT_TURNS:
            # asking for turn detection is refused by a rule; here nobody did
            body["audio"]["input"]["turn_detection"] = None
        return session

    def updated(self, asked: dict[str, Any]) -> Session:
        """The same session after a ``session.update``; its id, type and model stay."""
        body = copy.deepcopy(self.body)
        kept = ("id", "object", "type", "model")
        _lay_over(body, {name: value for name, value in asked.items() if name not in kept})
        return Session(self.dialect, self.type, body)

    @property
    def model(self) -> str | None:
        """The session's model; of a transcription session, the transcription model."""
        if self.type != "transcription":
            model = self.at("model")
        elif self.dialect == "beta":
            model = self.at("input_audio_transcription", "model")
        else:
            model = self.at("audio", "input", "transcription", "model")
        return model if isinstance(model, str) else None

    def at(self, *names: str) -> Any:
        """The value at a path of the session object, or ``None``."""
        value: Any = self.body
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
        return value


def _lay_over(body: dict[str, Any], asked: dict[str, Any]) -> None:
    for name, value in asked.items():
        below = body.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            _lay_over(below, value)
        else:
            body[name] = copy.deepcopy(value)
