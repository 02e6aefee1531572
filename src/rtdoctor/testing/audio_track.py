"""The audio track of a fake microphone. It loads aiortc, so import it only where one is needed."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

RATE = 48_000
FRAME_SAMPLES = 960  # 20 ms
_FRAME_BYTES = 2 * FRAME_SAMPLES


class FakeMicrophoneTrack(MediaStreamTrack):
    """Plays a WAV file over and over, in real time."""

    kind = "audio"

    def __init__(self, wav: Path, *, muted: bool, ends_after_s: float | None) -> None:
        super().__init__()
        self.muted = muted
        self._sound = _Loop(_samples(wav))
        self._last_sample = None if ends_after_s is None else round(ends_after_s * RATE)
        self._sent_samples = 0
        self._started_at: float | None = None

    async def recv(self) -> av.AudioFrame:
        """The next frame, when it is due. Raises ``MediaStreamError`` after the end."""
        if self._last_sample is not None and self._sent_samples >= self._last_sample:
            self.stop()
        if self.readyState != "live":
            raise MediaStreamError
        await self._until_due()
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
        heard = self._sound.next()
        frame.planes[0].update(bytes(_FRAME_BYTES) if self.muted else heard)
        frame.sample_rate = RATE
        frame.time_base = Fraction(1, RATE)
        frame.pts = self._sent_samples
        self._sent_samples += FRAME_SAMPLES
        return frame

    async def _until_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._started_at is None:
            self._started_at = now
        # Reckoned from the first frame: a sleep of 20 ms for each would fall behind a little every
        # time.
        await asyncio.sleep(self._started_at + self._sent_samples / RATE - now)


class _Loop:
    """Samples without an end: after the last one comes the first."""

    def __init__(self, samples: bytes) -> None:
        # At least one frame long, so that a frame goes over the end once at most.
        self._samples = samples * -(-_FRAME_BYTES // len(samples))
        self._at = 0

    def next(self) -> bytes:
        piece = self._samples[self._at : self._at + _FRAME_BYTES]
        missing = _FRAME_BYTES - len(piece)
        self._at = missing or self._at + _FRAME_BYTES
        return piece + self._samples[:missing]


def _samples(wav: Path) -> bytes:
    """The sound of the file as 16-bit samples of one channel at 48 kHz."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(str(wav)) as container:
        frames = [f for decoded in container.decode(audio=0) for f in resampler.resample(decoded)]
    # This flushes what the resampler still holds.
    frames += resampler.resample(None)
    # A plane may be longer than its samples, since its size is aligned.
    return b"".join(bytes(f.planes[0])[: 2 * f.samples] for f in frames)
