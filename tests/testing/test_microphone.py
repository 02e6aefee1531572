"""The fake microphone: its frames for aiortc, its flags for Chromium, and that it is heard."""

from __future__ import annotations

import array
import wave
from pathlib import Path

import pytest
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from rtdoctor.errors import UsageError
from rtdoctor.testing import FakeMicrophone
from rtdoctor.testing.audio_track import FakeMicrophoneTrack
from rtdoctor.testing.plugin import StartSandbox
from support.lent_sandbox import call, hang_up, token
from support.sandbox_http import GA_TRANSCRIPTION
from support.webrtc_client import webrtc_client


def write_wav(path: Path, samples: list[int], *, rate: int = 48_000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array.array("h", samples).tobytes())
    return path


def samples(frame: AudioFrame) -> list[int]:
    return array.array("h", bytes(frame.planes[0])[: 2 * frame.samples]).tolist()


async def frames(track: FakeMicrophoneTrack, count: int) -> list[AudioFrame]:
    return [await track.recv() for _ in range(count)]


async def test_frames_are_of_20_ms_at_48_khz_one_after_the_other() -> None:
    first, second, third = await frames(FakeMicrophone().track(), 3)

    assert (first.sample_rate, first.samples, first.layout.name) == (48_000, 960, "mono")
    assert [f.pts for f in (first, second, third)] == [0, 960, 1920]
    assert max(map(abs, samples(second))) > 5_000


async def test_silence_is_silent() -> None:
    [frame] = await frames(FakeMicrophone.silence().track(), 1)

    assert not any(samples(frame))


@pytest.mark.parametrize("length", [7, 960, 1_000, 2_500])
async def test_a_file_is_heard_over_and_over(tmp_path: Path, length: int) -> None:
    sound = [n % 1_000 for n in range(length)]
    track = FakeMicrophone(write_wav(tmp_path / "own.wav", sound)).track()

    heard = [sample for frame in await frames(track, 6) for sample in samples(frame)]

    assert heard == (sound * (len(heard) // length + 1))[: len(heard)]


async def test_a_file_of_another_rate_lasts_as_long(tmp_path: Path) -> None:
    loud_then_quiet = [8_000] * 2 * 800 + [0] * 2 * 800  # 100 ms each, at 8 kHz in stereo
    wav = write_wav(tmp_path / "phone.wav", loud_then_quiet, rate=8_000, channels=2)

    heard = [
        max(map(abs, samples(f))) > 4_000 for f in await frames(FakeMicrophone(wav).track(), 9)
    ]

    assert heard[:4] == [True] * 4
    assert heard[6:] == [False] * 3


async def test_it_can_be_muted_and_heard_again() -> None:
    track = FakeMicrophone(muted=True).track()
    heard = []
    for muted in (True, False, True):
        track.muted = muted
        heard.append(any(samples((await frames(track, 1))[0])))

    assert heard == [False, True, False]


async def test_it_ends_as_one_that_is_unplugged() -> None:
    track = FakeMicrophone(ends_after_s=0.04).track()
    await frames(track, 2)

    with pytest.raises(MediaStreamError):
        await track.recv()
    assert track.readyState == "ended"


@pytest.mark.parametrize(
    ("microphone", "has_sound"),
    [
        (FakeMicrophone(), True),
        (FakeMicrophone(muted=True), False),
        (FakeMicrophone.silence(), False),
    ],
    ids=["beeps", "muted", "silence"],
)
async def test_the_sandbox_hears_it(
    realtime_sandbox: StartSandbox, microphone: FakeMicrophone, has_sound: bool
) -> None:
    service = realtime_sandbox()
    async with webrtc_client() as client:
        offer = await client.offer(track=microphone.track())
        answer = call(service, token(service, GA_TRANSCRIPTION), offer)
        await client.accept(answer.text)
        event = await client.event()
        assert event["type"] == "session.created"
        while not event["type"].endswith("transcription.completed"):
            if not has_sound:  # then no turn ends by itself; refused until there is some audio
                client.send({"type": "input_audio_buffer.commit"})
            event = await client.event()
        hang_up(service, answer)

    [session] = service.sessions
    assert session.audio_ms > 0
    assert (session.sound_ms > 0) == has_sound


def test_chromium_gets_the_file_and_asks_nobody(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "own.wav", [1, 2, 3])
    args = FakeMicrophone(wav).chromium_args()

    assert f"--use-file-for-fake-audio-capture={wav}" in args
    assert "--use-fake-ui-for-media-stream" in args


def test_chromium_hears_silence_from_one_that_is_muted(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "own.wav", [1, 2, 3])

    assert (
        FakeMicrophone(wav, muted=True).chromium_args() == FakeMicrophone.silence().chromium_args()
    )


def test_chromiums_cannot_end() -> None:
    with pytest.raises(UsageError, match="cannot end"):
        FakeMicrophone(ends_after_s=1).chromium_args()


@pytest.mark.parametrize("content", [b"", b"ID3 not a WAV file at all", None])
def test_what_is_no_wav_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "speech.mp3"
    if content is not None:
        path.write_bytes(content)

    for use in (FakeMicrophone(path).track, FakeMicrophone(path).chromium_args):
        with pytest.raises(UsageError, match=r"speech\.mp3 is not a PCM WAV file"):
            use()
