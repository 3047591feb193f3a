"""The corpus: what it holds with which voices, how long it is, and what its figures come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import corpus, corpus_run, readings, sounds
from bench.recording import LabelledRecording, Stretch
from bench.talks import ANSWERS, TALKS
from demo.speakers import DemoVoices
from demo.talk import TalkError
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import Voice
from tests.fakes.engines import ToneSynthesizer
from tests.near import near

VOICES = {
    "en": ("af_a", "am_b"), "es": ("ef_a", "em_b"), "fr": ("ff_a",), "it": ("if_a", "im_b"), "pt": ("pf_a", "pm_b"),
    "hi": ("hf_a", "hm_b"), "ja": ("jf_a", "jm_b"), "zh": ("zf_a", "zm_b"),
}  # fmt: skip


class Voiced(ToneSynthesizer):
    """Tones under the names of natural voices; a character takes as long as in speech."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(VOICES, 300.0), seconds_per_character=0.06)

    def voices(self, language: str) -> tuple[Voice, ...]:
        return tuple(Voice(name, language) for name in VOICES.get(language, ()))


@pytest.fixture
def speakers(tmp_path: Path) -> DemoVoices:
    return DemoVoices({"kokoro": Voiced()}, cache=tmp_path)


async def made(speakers: DemoVoices, *only: str) -> dict[str, LabelledRecording]:
    return {item.name: await item.make(speakers) for item in corpus.items(speakers, only=only)}


def test_eight_languages_and_all_kinds_of_trouble(speakers: DemoVoices) -> None:
    items = corpus.items(speakers)

    names = [item.name for item in items]
    assert len(names) == len(set(names))
    assert {item.language for item in items} == {*TALKS, "en es"}
    for kind in (
        "kennedy", "reading", "reading-noise", "reading-hall", "reading-telephone", "reading-silences", "cards",
        "talk-flite", "fast-af_a", "numbers-af_a", "answers-af_a", "dialogue", "crowd", "switches",
        "talk-es-ef_a-telephone", "talk-fr-ff_a-hall", "talk-es-ef_a-noise", "talk-ja-jm_b",
    ):  # fmt: skip
        assert kind in names
    assert [item.name for item in corpus.items(speakers, only=("cards", "crowd"))] == ["cards", "crowd"]


def test_without_voices_the_real_readings_and_flite_are_left() -> None:
    assert [item.name for item in corpus.items(DemoVoices({}))] == [
        "kennedy", "reading", "reading-noise", "reading-hall", "reading-telephone", "reading-silences", "cards",
        "talk-flite",
    ]  # fmt: skip


@pytest.mark.engines
async def test_it_takes_more_than_ten_minutes_and_says_what_is_said(speakers: DemoVoices) -> None:
    recordings = await made(speakers)

    assert sum(each.seconds for each in recordings.values()) > 600
    assert all(each.words and np.abs(each.pcm).max() > 500 for each in recordings.values())
    assert recordings["talk-it-if_a"].text == " ".join(TALKS["it"])
    assert recordings["kennedy"].words[:4] == ["and", "so", "my", "fellow"]
    assert recordings["talk-es-ef_a-hall"].words == recordings["talk-es-ef_a"].words
    assert not np.array_equal(
        recordings["talk-es-ef_a-hall"].pcm[:1000], recordings["talk-es-ef_a"].pcm[:1000]
    )
    fast, plain = recordings["fast-af_a"], recordings["talk-en-af_a"]
    assert fast.words == plain.words
    assert fast.seconds < 0.8 * plain.seconds


async def test_changes_of_language_are_known_by_their_place(speakers: DemoVoices) -> None:
    switches = (await made(speakers, "switches"))["switches"]

    assert switches.language == ""
    assert switches.languages == {"en", "es"}
    assert [stretch.language for stretch in switches.stretches] == ["en", "es", "en"]
    assert switches.stretches[0].first_sample == 0
    assert [a.end_sample for a in switches.stretches[:-1]] == [b.first_sample for b in switches.stretches[1:]]
    assert switches.stretches[-1].end_sample == len(switches.pcm)


async def test_a_voice_speaks_once_and_is_kept(speakers: DemoVoices, tmp_path: Path) -> None:
    engine = Voiced()
    kept = DemoVoices({"kokoro": engine}, cache=tmp_path)

    first = await kept.say("Good morning.", "en", "am_b", rate_hz=HEARING_RATE_HZ)
    second = await kept.say("Good morning.", "en", "am_b", rate_hz=HEARING_RATE_HZ)
    other = await kept.say("Good morning.", "en", "am_b", speed=1.5, rate_hz=HEARING_RATE_HZ)

    assert [(each.text, each.voice, each.speed) for each in engine.asked] == [
        ("Good morning.", "am_b", 1.0), ("Good morning.", "am_b", 1.5),
    ]  # fmt: skip
    assert np.array_equal(first, second)
    assert len(other) < len(first)


async def test_a_voice_that_is_not_there_is_named(tmp_path: Path) -> None:
    without = DemoVoices({}, ("kokoro: there is no model",), cache=tmp_path)

    assert without.natural("en") == ()
    assert without.for_answers() == ("flite:rms", "flite:awb", "flite:slt")
    with pytest.raises(TalkError, match="no voice af_heart for en here: kokoro: there is no model"):
        await without.say("Yes.", "en", "af_heart")
    with pytest.raises(TalkError, match="no voice for es here"):
        without.best("es")


def test_forty_answers() -> None:
    assert len(ANSWERS) == len(set(ANSWERS)) == 40


# --- sounds ----------------------------------------------------------------------------------------------


def tone(hertz: float, length_s: float = 1.0) -> Pcm:
    moments = np.arange(int(length_s * HEARING_RATE_HZ)) / HEARING_RATE_HZ
    return (8000 * np.sin(2 * np.pi * hertz * moments)).astype(np.int16)


def power(pcm: Pcm) -> float:
    return float(np.mean(pcm.astype(np.float64) ** 2))


def test_noise_is_as_loud_as_was_asked() -> None:
    speech = tone(440)
    noise = sounds.with_noise(speech, 10.0).astype(np.float64) - speech

    assert 10 * np.log10(power(speech) / np.mean(noise**2)) == near(10.0, within=0.1)
    assert np.array_equal(sounds.with_noise(speech, 10.0), sounds.with_noise(speech, 10.0))


def test_the_telephone_lets_through_what_lies_in_its_band() -> None:
    assert power(sounds.over_the_telephone(tone(1000))) == near(
        power(tone(1000)), within=0.05 * power(tone(1000))
    )
    for hertz in (50, 100, 6000):
        assert power(sounds.over_the_telephone(tone(hertz))) < 0.01 * power(tone(hertz))


def test_a_hall_goes_on_sounding() -> None:
    click = np.zeros(HEARING_RATE_HZ, np.int16)
    click[100] = 20_000

    heard = sounds.in_a_hall(click, reverberation_s=0.7).astype(np.float64)

    assert np.abs(heard).max() == near(20_000, within=200)
    early = power(heard[1000:3000].astype(np.int16))
    late = power(heard[8000:10_000].astype(np.int16))
    assert early > 10 * late
    # 60 dB in 0.7 s are 37.5 dB between these two, 7000 samples apart
    assert early > 0


def test_pieces_are_joined_and_laid_over_each_other() -> None:
    one, two = np.full(10, 100, np.int16), np.full(5, 50, np.int16)

    whole = sounds.joined([one, two, one], (0.01,))
    assert len(whole) == 25 + 2 * 160
    assert np.abs(whole[10:170]).max() < 20
    mixed = sounds.together((0.0, one), (2 / HEARING_RATE_HZ, two))
    assert mixed.tolist() == [100, 100, 150, 150, 150, 150, 150, 100, 100, 100]
    loud = np.full(3, 30_000, np.int16)
    assert sounds.together((0.0, loud), (0.0, loud)).tolist() == [32767] * 3


def test_the_readings_are_there() -> None:
    assert [round(len(readings.sound(name)) / HEARING_RATE_HZ, 1) for name in readings.AUSTEN] == [
        7.1, 3.0, 5.3, 6.0, 3.3,
    ]  # fmt: skip
    assert len(readings.kennedy()) == 11 * HEARING_RATE_HZ


# --- figures ---------------------------------------------------------------------------------------------


def measured(name: str, words: int, streamed: int, offline: int, *, seconds: float = 10.0) -> dict[str, Any]:
    def side(wrong: int) -> dict[str, Any]:
        return {"wrong": wrong / words, "substituted": wrong, "deleted": 0, "inserted": 0, "cores": 0.4}

    return {
        "recording": {"name": name, "language": "en", "seconds": seconds, "words": words},
        "streamed": side(streamed) | {"word_committed_s": {"median": 0.8, "p95": 1.5}, "shown_words_changed": 0.03},
        "offline": side(offline),
        "points_streamed_minus_offline": 100 * (streamed - offline) / words,
    }  # fmt: skip


def test_the_corpus_comes_to_a_mean_and_a_worst() -> None:
    found = [measured("a", 100, 3, 2), measured("b", 50, 2, 0, seconds=30.0), measured("c", 50, 0, 1)]

    assert corpus_run.summary(found) == {
        "seconds": 50.0,
        "words": 200,
        "wrong_streamed": 0.025,
        "wrong_offline": 0.015,
        "mean_points": near(1.0),
        "worst_points": 4.0,
        "worst": "b",
        "cores": 0.4,
    }
    assert corpus_run.summary([]) == {}


def test_the_corpus_as_a_table() -> None:
    found = {
        "engine": "whisper", "model": "base", "pace": "sound", "recordings": [measured("a", 100, 3, 2)],
        "summary": corpus_run.summary([measured("a", 100, 3, 2)]), "passed_over": ["talk-es"], "missing": (),
    }  # fmt: skip

    text = corpus_run.text(found)

    assert "| a | 10 | 100 | 3.0 % | 2.0 % | 1.0 | 0.40 | 0.80 / 1.50 | 3.0 % |" in text
    assert "streamed minus offline, mean over the recordings 1.00 points, worst 1.00 (a)" in text
    assert "not in the recogniser's languages: talk-es" in text
    assert Stretch(0, 1, "en").language == "en"
