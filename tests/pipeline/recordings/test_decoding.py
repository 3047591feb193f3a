"""Sound files: what can be read is used, and what is missing is told."""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.recordings.decoding import FlawKind, Recording, TooMuchSound, decode
from tests.fakes.sound_files import encoded, float_wav, rubbish, wav, wav_of

SECONDS = 6
DAMAGED, INCOMPLETE = FlawKind.DAMAGED, FlawKind.INCOMPLETE


def _speech_like() -> Pcm:
    """A tone whose loudness changes ten times a second."""
    random = np.random.default_rng(3)
    count = SECONDS * HEARING_RATE_HZ
    loudness = np.repeat(random.uniform(0, 9000, SECONDS * 10), HEARING_RATE_HZ // 10)
    tone = np.sin(np.arange(count) * 0.17) * loudness + random.normal(0, 200, count)
    return np.asarray(tone, np.int16)


SOUND = _speech_like()
KINDS = {
    "wav": encoded(SOUND, "wav", "pcm_s16le", 48_000),
    "flac": encoded(SOUND, "flac", "flac", 48_000),
    "opus": encoded(SOUND, "ogg", "libopus", 48_000),
    "mp3": encoded(SOUND, "mp3", "mp3", 44_100),
    "webm": encoded(SOUND, "webm", "libopus", 48_000),
    "live webm": encoded(SOUND, "webm", "libopus", 48_000, live="1"),
    "m4a": encoded(SOUND, "mp4", "aac", 44_100),
    "fragmented m4a": encoded(SOUND, "mp4", "aac", 44_100, movflags="empty_moov+frag_every_frame"),
    "aac": encoded(SOUND, "adts", "aac", 44_100),
    "aiff": encoded(SOUND, "aiff", "pcm_s16be", 44_100),
    "caf": encoded(SOUND, "caf", "pcm_s16le", 48_000),
    "w64": encoded(SOUND, "w64", "pcm_s16le", 48_000),
    "au": encoded(SOUND, "au", "pcm_s16be", 48_000),
}


def read(data: bytes, *, max_s: float = 60.0) -> Recording:
    return decode(data, rate_hz=HEARING_RATE_HZ, max_s=max_s)


def read_s(recording: Recording) -> float:
    return len(recording.pcm) / HEARING_RATE_HZ


def kinds(recording: Recording) -> set[FlawKind]:
    return {flaw.kind for flaw in recording.flaws}


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_has_no_flaw(kind: str) -> None:
    """Nothing is said to be missing where nothing is."""
    recording = read(KINDS[kind])
    assert recording.flaws == ()
    assert math.isclose(read_s(recording), SECONDS, abs_tol=0.1)


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"m4a"}))
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_file_that_breaks_off_is_read_as_far_as_it_goes(kind: str, share: float) -> None:
    """The part that is there is used, and the answer says that the end is missing."""
    data = KINDS[kind]
    recording = read(data[: int(len(data) * share)])
    assert SECONDS * share - 1.2 < read_s(recording) < SECONDS * share + 0.3
    # the header of raw AAC names no length: its last frame is found to be broken
    assert kinds(recording) & ({DAMAGED} if kind == "aac" else {INCOMPLETE})
    assert recording.flaws[-1].at_s >= read_s(recording) - 0.1
    missing_s = recording.flaws[-1].missing_s
    assert missing_s is None or math.isclose(missing_s + read_s(recording), SECONDS, abs_tol=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_rubbish_behind_the_sound_costs_nothing(kind: str) -> None:
    """All of the sound is there; that something else followed may be told."""
    recording = read(KINDS[kind] + rubbish(3000))
    assert SECONDS - 0.1 < read_s(recording) < SECONDS + 0.15
    assert kinds(recording) <= {DAMAGED}


def test_an_mp3_with_rubbish_behind_it() -> None:
    """The case that was reported: the sound is read, and the damage told."""
    recording = read(KINDS["mp3"] + rubbish(3000))
    assert kinds(recording) == {DAMAGED}
    assert recording.flaws[0].at_s == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("kind", ["flac", "opus", "mp3", "webm", "m4a", "fragmented m4a", "aac"])
def test_damage_in_the_middle_costs_only_its_place(kind: str) -> None:
    """What stands before and behind is read, the place is told, and what is behind keeps its time."""
    data = KINDS[kind]
    middle = len(data) // 2
    recording = read(data[:middle] + rubbish(600) + data[middle + 600 :])
    assert DAMAGED in kinds(recording)
    place_s = next(flaw.at_s for flaw in recording.flaws if flaw.kind is DAMAGED)
    assert SECONDS / 2 - 1.2 < place_s < SECONDS / 2 + 0.3
    if kind in ("flac", "opus", "webm", "m4a"):  # the others' frames carry no time
        assert math.isclose(read_s(recording), SECONDS, abs_tol=0.1)
        assert np.corrcoef(_loudness(recording.pcm)[-9:-1], _loudness(SOUND)[-9:-1])[0, 1] > 0.9


def _loudness(pcm: Pcm) -> list[float]:
    """RMS of each tenth of a second."""
    count = len(SOUND) // 1600
    pieces = pcm[: count * 1600].astype(float).reshape(count, 1600)
    return [float(value) for value in np.sqrt((pieces**2).mean(axis=1))]


@pytest.mark.parametrize("kind", ["wav", "flac", "opus", "webm", "aiff", "caf"])
def test_something_else_before_the_file_is_passed_over(kind: str) -> None:
    """Such as the head of a form that was uploaded as it came."""
    form = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
    recording = read(form + KINDS[kind])
    assert math.isclose(read_s(recording), SECONDS, abs_tol=0.1)
    assert [(flaw.kind, flaw.at_s) for flaw in recording.flaws] == [(DAMAGED, 0.0)]


@pytest.mark.parametrize(
    ("container", "codec", "rate_hz", "other_rate_hz"),
    [
        ("ogg", "libopus", 48_000, 16_000),
        ("flac", "flac", 44_100, 16_000),
        ("mp3", "mp3", 44_100, 24_000),
        ("adts", "aac", 44_100, 22_050),
    ],
)
def test_the_form_of_the_sound_may_change_in_the_middle(
    container: str, codec: str, rate_hz: int, other_rate_hz: int
) -> None:
    """Two files one behind the other, with other rates and numbers of channels: all of it is read."""
    first = encoded(SOUND, container, codec, rate_hz)
    second = encoded(SOUND[: 2 * HEARING_RATE_HZ], container, codec, other_rate_hz, layout="mono")
    recording = read(first + second)
    assert math.isclose(read_s(recording), SECONDS + 2, abs_tol=0.25)
    behind = recording.pcm[-HEARING_RATE_HZ:].astype(float)
    said = SOUND[HEARING_RATE_HZ : 2 * HEARING_RATE_HZ].astype(float)
    assert np.linalg.norm(behind) == pytest.approx(np.linalg.norm(said), rel=0.25)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"no sound at all", "not a known kind"),
        (rubbish(5000), "not a known kind"),
        (wav(np.zeros(0, np.int16)), "no sound"),
        (wav(SOUND)[:30], "not a known kind"),
        (KINDS["flac"][:60], "not a known kind|no sound"),
        (KINDS["opus"][:100], "before the first sound"),
        (KINDS["m4a"][: len(KINDS["m4a"]) // 2], "the end of the file is missing"),
        (KINDS["m4a"][:-600], "the end of the file is missing"),
        (wav(SOUND, rate_hz=1), "cannot be read"),
        (float_wav([0.0, math.nan, 0.5]), "cannot be read"),
        (float_wav([0.0, math.inf, 0.5]), "cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_a_file_of_which_nothing_can_be_read_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    """Nothing is made up, and the reason says what to do."""
    with pytest.raises(AudioError, match=reason):
        read(data)


def test_a_title_in_another_encoding_is_no_fault() -> None:
    """Latin-1, as many programs still write it."""
    data = wav(SOUND)
    title = b"LIST\x14\x00\x00\x00INFOINAM\x08\x00\x00\x00R\xe9union\x00"
    titled = data[:4] + (len(data) - 8 + len(title)).to_bytes(4, "little") + data[8:36] + title + data[36:]
    recording = read(titled)
    assert recording.flaws == ()
    assert len(recording.pcm) == len(SOUND)


def test_samples_that_are_no_numbers_cost_their_place_only() -> None:
    """One frame with NaN in a long file is silence, and told."""
    samples = SOUND.astype(np.float32) / 32768
    samples[SECONDS * HEARING_RATE_HZ // 2] = math.nan
    recording = read(float_wav(samples.tolist()))
    assert kinds(recording) == {DAMAGED}
    assert math.isclose(read_s(recording), SECONDS, abs_tol=0.15)


@pytest.mark.parametrize("rate_hz", [8000, 11_025, 22_050, 44_100, 96_000, 192_000])
def test_any_rate_keeps_length_and_loudness(rate_hz: int) -> None:
    tone = (np.sin(np.arange(2 * rate_hz) * 2 * np.pi * 440 / rate_hz) * 9000).astype(np.int16)
    recording = read(wav(tone, rate_hz))
    assert len(recording.pcm) == 2 * HEARING_RATE_HZ
    assert np.abs(recording.pcm[1000:-1000]).max() == pytest.approx(9000, rel=0.01)


@pytest.mark.parametrize(
    "codec", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_mulaw"]
)
def test_any_form_of_samples_keeps_the_loudness(codec: str) -> None:
    recording = read(encoded(SOUND, "wav", codec, HEARING_RATE_HZ, layout="mono"))
    heard, said = recording.pcm.astype(float), SOUND[: len(recording.pcm)].astype(float)
    assert heard @ said / (said @ said) == pytest.approx(1.0, abs=0.01)


def test_floats_beyond_full_scale_are_not_clipped() -> None:
    """The loudest sample comes to full scale."""
    recording = read(float_wav((SOUND.astype(np.float32) / 32768 * 8).tolist()))
    assert np.corrcoef(recording.pcm, SOUND)[0, 1] > 0.9999
    assert np.abs(recording.pcm).max() == 32767


def test_opposite_phase_is_told() -> None:
    """Left and right cancel each other: both are heard nevertheless."""
    recording = read(wav_of([SOUND, -SOUND]))
    assert [flaw.kind for flaw in recording.flaws] == [FlawKind.OPPOSITE_PHASE]
    assert np.abs(recording.pcm.astype(int) - SOUND).max() <= 1


def test_sound_beyond_the_limit_is_refused_without_being_kept() -> None:
    """An hour of silence in a small file takes no more memory than what is allowed."""
    packed = encoded(np.zeros(600 * HEARING_RATE_HZ, np.int16), "flac", "flac", 48_000)
    assert len(packed) < 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(TooMuchSound):
            read(packed, max_s=20.0)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_lie_about_time_is_not_filled_with_silence() -> None:
    """Ogg pages that claim to be hours later add nothing beyond the limit."""
    data = bytearray(KINDS["opus"])
    at = data.find(b"OggS", len(data) // 2)
    data[at + 6 : at + 14] = (48_000 * 36_000).to_bytes(8, "little")
    assert read_s(read(bytes(data), max_s=20.0)) < 20
