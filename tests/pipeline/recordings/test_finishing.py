"""Sound out: every kind of file, whole and in pieces, read back by the project's own decoder."""

from __future__ import annotations

import io
import struct
import wave

import av
import numpy as np
import pytest

from bench.readings import kennedy
from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.recordings.decoding import decode
from pipeline.recordings.finishing import MEDIA_TYPES, STREAMED, AudioFormat, Encoder, encode
from pipeline.recordings.levelling import measure
from tests.near import near

_TAGS = {"title": "Grüße", "comment": "made by a machine"}


def _speech(seconds: float = 3.0) -> Pcm:
    return kennedy()[: int(seconds * HEARING_RATE_HZ)]


def _likeness(one: Pcm, other: Pcm) -> float:
    """How alike two sounds are, 0…1, wherever one begins within a tenth of a second of the other."""
    length = min(len(one), len(other))
    first, second = one[:length].astype(float), other[:length].astype(float)
    size = 2 * length
    spectrum = np.fft.rfft(first, size) * np.conj(np.fft.rfft(second, size))
    found = np.fft.irfft(spectrum, size)
    near_by = np.concatenate([found[:1600], found[-1600:]])
    return float(near_by.max() / (np.linalg.norm(first) * np.linalg.norm(second)))


@pytest.mark.parametrize("rate_hz", [8000, 16_000, 22_050, 24_000, 48_000])
@pytest.mark.parametrize("kind", list(AudioFormat))
def test_every_kind_of_file_holds_the_sound_that_it_was_made_of(kind: AudioFormat, rate_hz: int) -> None:
    speech = _speech()
    sound = decode(encode(speech, HEARING_RATE_HZ, AudioFormat.WAV, level=False), rate_hz=rate_hz, max_s=9)

    read = decode(encode(sound.pcm, rate_hz, kind, level=False), rate_hz=HEARING_RATE_HZ, max_s=9)

    assert len(read.pcm) == near(len(speech), within=0.15 * HEARING_RATE_HZ)
    assert _likeness(read.pcm, speech) > 0.95
    assert read.flaws == ()


@pytest.mark.parametrize("kind", sorted(STREAMED))
def test_a_file_that_is_made_in_pieces_holds_the_same(kind: AudioFormat) -> None:
    speech = _speech()
    encoder = Encoder(HEARING_RATE_HZ, kind, metadata=_TAGS)

    pieces = [encoder.write(speech[at : at + 1000]) for at in range(0, len(speech), 1000)]
    early = sum(map(len, pieces[:24]))
    pieces.append(encoder.close())

    assert encoder.close() == b""
    assert early > 1000, "after half of the sound some of the file is there"
    read = decode(b"".join(pieces), rate_hz=HEARING_RATE_HZ, max_s=9)
    assert len(read.pcm) == near(len(speech), within=0.15 * HEARING_RATE_HZ)
    assert _likeness(read.pcm, speech) > 0.95


@pytest.mark.parametrize("kind", [AudioFormat.FLAC, AudioFormat.M4A])
def test_a_file_whose_head_says_how_long_it_is_cannot_be_made_in_pieces(kind: AudioFormat) -> None:
    with pytest.raises(ValueError, match="cannot be written while"):
        Encoder(HEARING_RATE_HZ, kind)


def test_a_stream_of_wav_begins_with_the_plain_head_and_ends_with_the_sound() -> None:
    encoder = Encoder(24_000, AudioFormat.WAV)
    sound = np.arange(-500, 500, dtype=np.int16)

    data = encoder.write(sound) + encoder.close()

    assert data[:4] + data[8:16] == b"RIFFWAVEfmt "
    assert struct.unpack("<HHIIHH", data[20:36]) == (1, 1, 24_000, 48_000, 2, 16)
    assert data[36:40] + data[44:] == b"data" + sound.astype("<i2").tobytes()


@pytest.mark.parametrize("kind", list(AudioFormat))
def test_what_is_written_about_a_sound_stands_in_every_kind_of_file(kind: AudioFormat) -> None:
    data = encode(_speech(0.5), HEARING_RATE_HZ, kind, metadata=_TAGS)

    with av.open(io.BytesIO(data)) as container:
        found = {**container.metadata, **container.streams.audio[0].metadata}
    assert {name.lower(): value for name, value in found.items()}.items() >= _TAGS.items()


def test_a_whole_wav_file_keeps_the_plain_head_and_says_its_words_behind_the_sound() -> None:
    """Readers that take 44 bytes for the head find the sound, and those that go by sizes all of it and no more."""
    sound = np.arange(-500, 501, dtype=np.int16)

    data = encode(sound, 24_000, AudioFormat.WAV, level=False, metadata=_TAGS)

    assert data[:4] + data[8:16] == b"RIFFWAVEfmt "
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    assert data[36:44] == b"data" + struct.pack("<I", 2 * len(sound))
    assert data[44 : 44 + 2 * len(sound)] == sound.astype("<i2").tobytes()
    with wave.open(io.BytesIO(data)) as file:
        assert file.readframes(10_000) == sound.astype("<i2").tobytes()
    assert list(decode(data, rate_hz=24_000, max_s=9).pcm) == list(sound)


def test_what_a_wav_file_cannot_say_is_refused() -> None:
    with pytest.raises(AudioError, match="cannot be written"):
        encode(_speech(0.5), HEARING_RATE_HZ, AudioFormat.WAV, metadata={"mood": "merry"})


@pytest.mark.parametrize("kind", list(AudioFormat))
def test_the_same_sound_gives_the_same_bytes(kind: AudioFormat) -> None:
    assert encode(_speech(1), HEARING_RATE_HZ, kind) == encode(_speech(1), HEARING_RATE_HZ, kind)


@pytest.mark.parametrize("kind", list(AudioFormat))
@pytest.mark.parametrize("samples", [0, 1, 7])
def test_hardly_any_sound_still_makes_a_file(kind: AudioFormat, samples: int) -> None:
    data = encode(np.full(samples, 9000, np.int16), 24_000, kind)

    with av.open(io.BytesIO(data)) as container:
        assert len(container.streams.audio) == 1


def test_speech_is_brought_to_its_loudness() -> None:
    soft = (_speech(10) // 8).astype(np.int16)

    read = decode(encode(soft, HEARING_RATE_HZ, AudioFormat.FLAC), rate_hz=HEARING_RATE_HZ, max_s=20)

    assert measure(read.pcm, HEARING_RATE_HZ).integrated_lufs == near(-16.0, within=0.5)


@pytest.mark.parametrize(
    "sound", [np.zeros((10, 2), np.int16), np.zeros(10, np.float32)], ids=["stereo", "floats"]
)
def test_other_than_mono_sound_is_refused(sound: Pcm) -> None:
    with pytest.raises(AudioError, match="16-bit mono"):
        encode(sound, 24_000, AudioFormat.WAV)
    with pytest.raises(AudioError, match="16-bit mono"):
        Encoder(24_000, AudioFormat.WAV).write(sound)


@pytest.mark.parametrize("rate_hz", [-1, 0, 10**7])
def test_an_impossible_rate_is_refused(rate_hz: int) -> None:
    with pytest.raises(AudioError, match="samples a second"):
        encode(_speech(), rate_hz, AudioFormat.OGG)


def test_each_kind_has_its_media_type() -> None:
    assert {kind.value: MEDIA_TYPES[kind] for kind in AudioFormat} == {
        "wav": "audio/wav",
        "mp3": "audio/mpeg",
        "ogg": "audio/ogg",
        "flac": "audio/flac",
        "m4a": "audio/mp4",
        "webm": "audio/webm",
    }
