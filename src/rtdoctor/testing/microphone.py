"""A microphone that no machine needs to have, for Python clients and for Chromium."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rtdoctor.errors import UsageError

if TYPE_CHECKING:
    from rtdoctor.testing.audio_track import FakeMicrophoneTrack

_HERE = Path(__file__).parent
BEEPS = _HERE / "beeps.wav"  # half a second of 440 Hz, then 0.7 s of silence, which ends a turn
SILENCE = _HERE / "silence.wav"


@dataclass(frozen=True, slots=True)
class FakeMicrophone:
    """A microphone that hears a WAV file (PCM) over and over, by default beeps with pauses.

    A muted one gives silence, as a muted ``MediaStreamTrack`` of W3C does. With ``ends_after_s``
    the track ends after so many seconds, as when a real microphone is unplugged.

    >>> FakeMicrophone().track().kind
    'audio'
    >>> FakeMicrophone(muted=True).chromium_args()[0]
    '--use-fake-ui-for-media-stream'
    """

    wav: str | os.PathLike[str] = BEEPS
    muted: bool = False
    ends_after_s: float | None = None

    @classmethod
    def silence(cls) -> FakeMicrophone:
        """A microphone in a silent room."""
        return cls(SILENCE)

    def track(self) -> FakeMicrophoneTrack:
        """A new audio track for aiortc: 48 kHz, one channel, a frame every 20 ms.

        Its ``muted`` may be changed at any time. Raises ``UsageError`` when the file is not a PCM
        WAV file.
        """
        from rtdoctor.testing.audio_track import FakeMicrophoneTrack

        return FakeMicrophoneTrack(
            self._checked_wav(), muted=self.muted, ends_after_s=self.ends_after_s
        )

    def chromium_args(self) -> list[str]:
        """The flags with which Chromium takes this for its microphone and asks nobody.

        They also let it connect over loopback, so that no network is needed. Raises ``UsageError``
        when the file is not a PCM WAV file, and for ``ends_after_s``, which Chromium does not have.
        """
        if self.ends_after_s is not None:
            raise UsageError(
                "Chromium's fake microphone cannot end by itself",
                hint="Call track.stop() in the page, with page.evaluate(...).",
            )
        heard = SILENCE if self.muted else self._checked_wav()
        return [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={heard}",
            "--allow-loopback-in-peer-connection",
        ]

    def _checked_wav(self) -> Path:
        import wave

        path = Path(self.wav).resolve()
        try:
            with wave.open(str(path)) as sound:
                empty = sound.getnframes() == 0
        except (OSError, EOFError, wave.Error) as error:
            # Chromium would be silent about it, and silent
            raise UsageError(f"{self.wav} is not a PCM WAV file: {error}") from None
        if empty:
            raise UsageError(f"{self.wav} holds no sound")
        return path
