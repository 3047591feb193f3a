"""Sound in: real speech in every kind of file, and files that are none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.readings import kennedy
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.recordings.decoding import FlawKind
from pipeline.recordings.finishing import AudioFormat, encode
from pipeline.recordings.levelling import measure
from pipeline.recordings.preparing import Prepared, SoundFault, UnusableSound, prepare
from pipeline.recordings.quality import clipped_share, signal_to_noise_db
from tests.fakes.sound_files import encoded, rubbish, wav
from tests.near import near

_MOST_BYTES = 50_000_000


def _silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * HEARING_RATE_HZ), np.int16)


def _file(*pieces: Pcm, kind: AudioFormat = AudioFormat.WAV) -> bytes:
    return encode(np.concatenate(pieces), HEARING_RATE_HZ, kind, level=False)


def _prepared(data: bytes, max_s: float = 300, max_bytes: int = _MOST_BYTES) -> Prepared:
    return prepare(data, max_s=max_s, max_bytes=max_bytes)


@pytest.mark.parametrize("kind", list(AudioFormat))
def test_speech_in_every_kind_of_file_is_levelled_and_freed_of_silence_at_its_ends(kind: AudioFormat) -> None:
    speech = kennedy()

    found = _prepared(_file(_silence(2), (speech // 4).astype(np.int16), _silence(3), kind=kind))

    assert found.duration_s == near(5 + len(speech) / HEARING_RATE_HZ, within=0.1)
    assert found.offset_s == near(2.0, within=0.3)
    assert found.trimmed_end / HEARING_RATE_HZ == near(3.0, within=0.3)
    assert found.original_samples == found.trimmed_start + len(found.pcm) + found.trimmed_end
    level = measure(found.pcm, HEARING_RATE_HZ)
    assert level.integrated_lufs == near(-20.0, within=1.0)
    assert level.true_peak_dbtp <= -3.0
    assert found.loudness.integrated_lufs == near(-27.4, within=1.0)
    assert found.flaws == ()


def test_a_place_in_the_prepared_sound_is_found_again_in_the_file() -> None:
    speech = kennedy()
    found = _prepared(_file(_silence(1.7), speech, _silence(1)))

    place = int((1.7 + 4.0) * HEARING_RATE_HZ)
    there = found.pcm[place - found.trimmed_start :][:8000].astype(float)

    assert np.corrcoef(there, speech[4 * HEARING_RATE_HZ :][:8000])[0, 1] > 0.99


def test_a_pause_in_the_middle_and_soft_noise_stay() -> None:
    noise = np.random.default_rng(1).normal(0, 60, 3 * HEARING_RATE_HZ).astype(np.int16)
    speech = kennedy()[: 3 * HEARING_RATE_HZ]

    found = _prepared(_file(noise, speech, _silence(4), speech, noise))

    assert found.trimmed_start == found.trimmed_end == 0
    assert len(found.pcm) == 16 * HEARING_RATE_HZ


def test_silence_alone_is_kept_as_it_is() -> None:
    found = _prepared(_file(_silence(5)))

    assert (len(found.pcm), found.trimmed_start, found.trimmed_end) == (5 * HEARING_RATE_HZ, 0, 0)
    assert not found.pcm.any()
    assert found.loudness.integrated_lufs == -math.inf
    assert found.signal_to_noise_db is None


@pytest.mark.parametrize(
    ("data", "fault", "reason"),
    [
        (b"", SoundFault.EMPTY, "the file is empty"),
        (b"x", SoundFault.UNREADABLE, "not a known kind"),
        (b"Dear all, please find attached.\n" * 400, SoundFault.UNREADABLE, "not a known kind"),
        (b'{"audio": "UklGRg=="}', SoundFault.UNREADABLE, "not a known kind"),
        (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1/a.ts\n", SoundFault.UNREADABLE, "not a known kind"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", SoundFault.UNREADABLE, "not a known kind"),
        (b"PK\x03\x04" + bytes(5000), SoundFault.UNREADABLE, "not a known kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), SoundFault.UNREADABLE, "not a known kind"),
        (rubbish(100_000), SoundFault.UNREADABLE, "read"),
        (bytes(100_000), SoundFault.UNREADABLE, "read"),
        (wav(np.zeros(0, np.int16)), SoundFault.UNREADABLE, "holds no sound"),
        (wav(np.ones(1, np.int16)), SoundFault.TOO_SHORT, "1 s at least"),
        (wav(np.ones(8000, np.int16)), SoundFault.TOO_SHORT, "0.50 s long"),
        (wav(np.zeros(301 * HEARING_RATE_HZ, np.int16)), SoundFault.TOO_LONG, "longer than 300 s"),
        (wav(kennedy())[:44], SoundFault.UNREADABLE, "end of the file|holds no sound"),
        (_file(kennedy(), kind=AudioFormat.M4A)[:9000], SoundFault.UNREADABLE, "end of the file"),
    ],
    ids=[
        *(
            "empty",
            "one-byte",
            "text",
            "json",
            "playlist",
            "concat",
            "archive",
            "picture",
            "rubbish",
            "zeros",
        ),
        *("no-samples", "one-sample", "half-second", "301-seconds", "head-alone", "no-moov"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_reason(data: bytes, fault: SoundFault, reason: str) -> None:
    with pytest.raises(UnusableSound, match=reason) as refused:
        _prepared(data)

    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [*((kind, 1.0) for kind in AudioFormat), (AudioFormat.MP3, 300.0), (AudioFormat.WAV, 300.0)],
)
def test_the_shortest_and_the_longest_are_taken_in_every_kind(kind: AudioFormat, seconds: float) -> None:
    found = _prepared(_file(_silence(seconds), kind=kind))

    assert found.duration_s == near(seconds, within=0.2)


@pytest.mark.parametrize(("max_s", "fault"), [(300.0, SoundFault.TOO_LONG), (10_000.0, SoundFault.TOO_LARGE)])
def test_a_small_file_that_would_unpack_to_hours_is_refused(max_s: float, fault: SoundFault) -> None:
    """By its length, and where that is allowed, by what it would take in memory."""
    bomb = encode(np.zeros(2 * 3600 * 8000, np.int16), 8000, AudioFormat.FLAC, level=False)
    assert len(bomb) < 2_000_000

    with pytest.raises(UnusableSound) as refused:
        _prepared(bomb, max_s=max_s)

    assert refused.value.fault is fault


def test_a_file_of_too_many_bytes_is_refused_unread() -> None:
    with pytest.raises(UnusableSound) as refused:
        _prepared(_file(kennedy()), max_bytes=100_000)

    assert refused.value.fault is SoundFault.TOO_LARGE


def test_a_file_that_breaks_off_is_taken_and_says_so() -> None:
    data = _file(kennedy(), kind=AudioFormat.FLAC)

    found = _prepared(data[: len(data) // 2])

    assert {flaw.kind for flaw in found.flaws} & {FlawKind.INCOMPLETE}
    assert 3 < found.duration_s < 8


def test_stereo_at_a_high_rate_becomes_mono_at_the_rate_of_recognition() -> None:
    found = _prepared(encoded(kennedy(), "wav", "pcm_s24le", 96_000))

    assert found.duration_s == near(11.0, within=0.1)
    assert found.pcm.ndim == 1


def test_what_is_clipped_and_how_much_noise_there_is_can_be_told() -> None:
    speech = kennedy()
    loud = np.clip(speech.astype(np.int32) * 8, -32768, 32767).astype(np.int16)
    noise = np.random.default_rng(1).normal(0, 300, len(speech))
    noisy = np.clip(speech + noise, -32768, 32767).astype(np.int16)

    assert clipped_share(speech) == 0.0
    assert 0.02 < clipped_share(loud) < 0.5
    ratios = [signal_to_noise_db(sound, HEARING_RATE_HZ) for sound in (speech, noisy, noise.astype(np.int16))]
    clean_db, noisy_db, none_db = (ratio or 0.0 for ratio in ratios)
    assert clean_db > 30
    assert 12 < noisy_db < 30
    assert 0 < none_db < 3
