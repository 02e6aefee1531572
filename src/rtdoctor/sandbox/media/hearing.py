"""What the service hears on the audio track, and the events with which it says so.

No speech is recognised: the transcript of a stretch of sound says how long it was. The order and
names of the events are fact EVT-TRANSCRIPT-EVENTS and the published API description.
"""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.sandbox.conversation_items import ConversationItems, spoken_item
from rtdoctor.sandbox.server_events import Event, new_id, server_event
from rtdoctor.sandbox.sessions import Session

_LOUD = 300  # mean absolute 16-bit sample above which a frame is sound
_SILENCE_MS = 500.0  # the service's own default for server_vad
_STRIDE = 16  # one sample in so many is looked at


@dataclass(slots=True)
class AudioReceiver:
    """Splits the audio of one call into stretches of sound. Times are milliseconds of audio.

    ``heard_ms`` counts all audio, ``loud_ms`` what of it was sound. What is committed becomes one
    of ``items``.
    """

    items: ConversationItems
    heard_ms: float = 0.0
    loud_ms: float = 0.0
    _committed_ms: float = 0.0
    _started_ms: float | None = None
    _quiet_ms: float = 0.0
    _item: str = ""

    def hear(self, samples: memoryview, duration_ms: float, session: Session) -> list[Event]:
        """Take one frame of 16-bit samples; the events it gives rise to, mostly none."""
        looked_at = samples[::_STRIDE].tolist()
        loud = sum(map(abs, looked_at)) > _LOUD * len(looked_at)
        start_ms = self.heard_ms
        self.heard_ms += duration_ms
        if loud:
            self.loud_ms += duration_ms
            self._quiet_ms = 0.0
            if self._started_ms is None and listens(session):
                return [self._starts(start_ms)]
        elif self._started_ms is not None:
            self._quiet_ms += duration_ms
            if self._quiet_ms >= _SILENCE_MS:
                return self._stops(session)
        return []

    @property
    def buffered_ms(self) -> float:
        """The audio since the last commit, by the service or by the client."""
        return self.heard_ms - self._committed_ms

    def commit(self, session: Session) -> list[Event]:
        """The client commits what was heard so far: the events this gives rise to."""
        seconds, self._started_ms = self.buffered_ms / 1000, None
        self._item = new_id("item")
        return self._committed(seconds, session)

    def clear(self) -> Event:
        """The client drops what was heard since the last commit."""
        self._committed_ms, self._started_ms = self.heard_ms, None
        return server_event("input_audio_buffer.cleared")

    def _starts(self, at_ms: float) -> Event:
        self._started_ms = at_ms
        self._item = new_id("item")
        return server_event(
            "input_audio_buffer.speech_started", audio_start_ms=round(at_ms), item_id=self._item
        )

    def _stops(self, session: Session) -> list[Event]:
        assert self._started_ms is not None
        # The silence that ended the stretch is no part of it.
        end_ms = self.heard_ms - self._quiet_ms
        seconds = (end_ms - self._started_ms) / 1000
        self._started_ms = None
        stopped = server_event(
            "input_audio_buffer.speech_stopped", audio_end_ms=round(end_ms), item_id=self._item
        )
        return [stopped, *self._committed(seconds, session)]

    def _committed(self, seconds: float, session: Session) -> list[Event]:
        item, self._committed_ms = self._item, self.heard_ms
        return [
            server_event(
                "input_audio_buffer.committed", previous_item_id=self.items.last_id, item_id=item
            ),
            *self.items.add(spoken_item(item)),
            *(_transcript(item, seconds) if transcribes(session) else []),
        ]


def listens(session: Session) -> bool:
    """Whether the session finds the turns itself: its turn detection is not off."""
    if session.type == "translation":
        return False
    where = (
        ("turn_detection",) if session.dialect == "beta" else ("audio", "input", "turn_detection")
    )
    return isinstance(session.at(*where), dict)


def transcribes(session: Session) -> bool:
    """Whether input is to be transcribed in this session."""
    if session.type == "transcription":
        return True
    if session.dialect == "beta":
        return isinstance(session.at("input_audio_transcription"), dict)
    return isinstance(session.at("audio", "input", "transcription"), dict)


def _transcript(item: str, seconds: float) -> list[Event]:
    name = "conversation.item.input_audio_transcription"
    text = f"[sandbox: {seconds:.1f} s of sound]"
    usage = {"type": "duration", "seconds": round(seconds, 1)}
    return [
        server_event(f"{name}.delta", item_id=item, content_index=0, delta=text),
        server_event(
            f"{name}.completed", item_id=item, content_index=0, transcript=text, usage=usage
        ),
    ]
