"""The audio track towards the client: silent without a single packet, or a tone."""

from __future__ import annotations

import asyncio
import math
from array import array
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from aiortc import MediaStreamTrack

_RATE = 48_000
_FRAME_SAMPLES = 960  # 20 ms
_FRAME_MS = 20
_NOTES_HZ = (400, 600)  # whole periods in a frame, so that frames join without a click
_NOTE_FRAMES = 5
_LOUDNESS = 6_000  # of 32,767


class OutputAudio(MediaStreamTrack):
    """Plays tones one after another; between them nothing is encoded or sent.

    ``on_started`` and ``on_stopped`` get the id of the response whose tone it is.
    """

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.on_started: Callable[[str], None] = lambda response_id: None
        self.on_stopped: Callable[[str], None] = lambda response_id: None
        self._queued: deque[tuple[str, int]] = deque()
        self._wake = asyncio.Event()
        self._playing: str | None = None
        self._frames_left = 0
        self._next_at = 0.0
        self._pts = 0

    def play(self, response_id: str, duration_ms: int) -> None:
        """Append a tone for this response."""
        self._queued.append((response_id, duration_ms // _FRAME_MS))
        self._wake.set()

    def clear(self) -> str | None:
        """Drop what was not played yet; the id of the response that this cut off, if any."""
        self._queued.clear()
        cut, self._playing, self._frames_left = self._playing, None, 0
        return cut

    async def recv(self) -> Any:
        """The next frame, when it is due."""
        while not self._frames_left:
            self._end_tone()
            if self._queued:
                self._begin_tone()
            else:
                self._wake.clear()
                await self._wake.wait()
        now = asyncio.get_running_loop().time()
        if self._next_at > now:
            await asyncio.sleep(self._next_at - now)
        # Reckoned from when the frame was due; what came late does not make the later ones later.
        self._next_at = max(self._next_at, now) + _FRAME_MS / 1000
        self._frames_left = max(0, self._frames_left - 1)
        return self._frame()

    def _begin_tone(self) -> None:
        self._playing, self._frames_left = self._queued.popleft()
        # The pause counts in RTP time, so that a jitter buffer sees no burst (RFC 3550, 5.1).
        silent_s = max(0.0, asyncio.get_running_loop().time() - self._next_at)
        self._pts += int(silent_s * 1000 / _FRAME_MS) * _FRAME_SAMPLES if self._pts else 0
        self.on_started(self._playing)

    def _end_tone(self) -> None:
        played, self._playing = self._playing, None
        if played is not None:
            self.on_stopped(played)

    def _frame(self) -> Any:
        from av import AudioFrame

        note = self._pts // _FRAME_SAMPLES // _NOTE_FRAMES % len(_NOTES_HZ)
        frame = AudioFrame(format="s16", layout="mono", samples=_FRAME_SAMPLES)
        frame.planes[0].update(_TONES[note])
        frame.sample_rate, frame.time_base = _RATE, Fraction(1, _RATE)
        frame.pts = self._pts
        self._pts += _FRAME_SAMPLES
        return frame


def _tone(hertz: int) -> bytes:
    turn = 2 * math.pi * hertz / _RATE
    samples = (round(_LOUDNESS * math.sin(turn * n)) for n in range(_FRAME_SAMPLES))
    return array("h", samples).tobytes()


_TONES = tuple(_tone(hertz) for hertz in _NOTES_HZ)
