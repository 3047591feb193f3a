"""Words out of Whisper's tokens, with the real tokenizers, and answers that are not said twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.engines.recognition.whisper.words import without_echoes, words_of
from pipeline.events import Word
from pipeline.text.joining import text_of
from tests.models import real_model
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines

STEP = 1600
"""Samples from one token to the next."""


@dataclass(frozen=True)
class Alignment:
    """As CTranslate2 has it: (token, fiftieth of a second) pairs, and how sure each token is."""

    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


def aligned(*starts: int, chances: list[float] | None = None) -> Alignment:
    """Tokens that begin at these fiftieths, the last one is the end of the text."""
    return Alignment(list(enumerate(starts)), chances or [0.5] * (len(starts) - 1))


def steady(count: int) -> Alignment:
    """A token each tenth of a second."""
    return aligned(*range(0, 5 * (count + 1), 5))


@pytest.fixture(params=["pocket", "base"])
def place(request: pytest.FixtureRequest) -> Path:
    """The pocket model knows few words, so that most texts come in single letters and bytes."""
    return sounds.POCKET_WHISPER if request.param == "pocket" else real_model("whisper-base")


def tokenizer(place: Path, language: str) -> Any:
    from faster_whisper.tokenizer import Tokenizer
    from tokenizers import Tokenizer as Tokens

    known = Tokens.from_file(str(place / "tokenizer.json"))
    return Tokenizer(known, True, task="transcribe", language=language)


def read(place: Path, text: str, language: str) -> tuple[Word, ...]:
    tokens = tokenizer(place, language)
    ids = tokens.encode(text)
    length = (len(ids) + 1) * STEP
    return words_of(tokens, ids, steady(len(ids)), samples=length, first_sample=0, language=language)


BLANKS = [
    ("en", " It costs $1,250.50, or 3/4 of that.", ["It", "costs", "$1,250.50,", "or", "3/4", "of", "that."]),
    ("en", " At 9:30 AT&T said yes.", ["At", "9:30", "AT&T", "said", "yes."]),
    ("en", " Send an e-mail to a@b.co, not to v2.0", ["Send", "an", "e-mail", "to", "a@b.co,", "not", "to", "v2.0"]),
    ("en", " don't, it's the U.S. 5 p.m. train", ["don't,", "it's", "the", "U.S.", "5", "p.m.", "train"]),
    ("en", ' He said "yes" (twice).', ["He", "said", '"yes"', "(twice)."]),
    ("fr", " Aujourd'hui l'hiver est là.", ["Aujourd'hui", "l'hiver", "est", "là."]),
    ("fr", " C'est « très » froid !", ["C'est", "« très »", "froid !"]),
    ("es", " ¿Qué dijo? ¡Hola!", ["¿Qué", "dijo?", "¡Hola!"]),
    ("it", " L'anno dell'accordo, 3,5%", ["L'anno", "dell'accordo,", "3,5%"]),
    ("ca", " L'aigua col·loquial d'avui", ["L'aigua", "col·loquial", "d'avui"]),
    ("be", " Гэта аб'ява.", ["Гэта", "аб'ява."]),
    ("tr", " Ankara'da 3,5 saat", ["Ankara'da", "3,5", "saat"]),
    ("he", ' צה״ל ו-ארה"ב', ["צה״ל", 'ו-ארה"ב']),
    ("ru", " кто-нибудь скажет", ["кто-нибудь", "скажет"]),
    ("de", " „Guten Tag“, sagte er.", ["„Guten", "Tag“,", "sagte", "er."]),
    ("pl", " biało-czerwony, 12.30", ["biało-czerwony,", "12.30"]),
    ("ko", " 오늘 회의를 시작합니다.", ["오늘", "회의를", "시작합니다."]),
    ("hi", " नमस्ते, आप कैसे हैं?", ["नमस्ते,", "आप", "कैसे", "हैं?"]),
    ("ar", " مرحبا، كيف الحال؟", ["مرحبا،", "كيف", "الحال؟"]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "words"), BLANKS)
def test_a_word_is_what_stands_between_two_blanks(
    place: Path, language: str, text: str, words: list[str]
) -> None:
    """Whatever signs are in it and however the tokens divide it; signs alone go to the word they belong to."""
    found = read(place, text, language)

    assert [word.text for word in found] == words
    assert [word.glued for word in found] == [False] * len(words)
    assert text_of(found, language) == text.strip()


SPACELESS = [
    ("zh", "我们用 Zoom Meeting 开会。", ["Zoom", "Meeting"]),
    ("zh", "第3季度增长12.5%，很好。", ["12.5%，"]),
    ("yue", "我哋用AT&T開會", ["AT&T"]),
    ("ja", "今日はZoomで9:30から会議です。", ["Zoom", "9:30"]),
    ("th", "สวัสดีครับ วันนี้ประชุม Zoom", ["Zoom"]),
    ("my", "မင်္ဂလာပါ ခင်ဗျာ", []),
    ("lo", "ສະບາຍດີ ທຸກຄົນ", []),
    ("km", "សួស្តី អ្នកទាំងអស់គ្នា", []),
]


@pytest.mark.parametrize(("language", "text", "whole"), SPACELESS)
def test_scripts_without_blanks_keep_those_they_have(
    place: Path, language: str, text: str, whole: list[str]
) -> None:
    """Every sign may be a word of its own, runs of another script are not divided, and the text is what was written."""
    found = read(place, text, language)

    assert text_of(found, language) == text
    assert found[0].glued is None
    assert len(found) > len(whole)
    assert set(whole) <= {word.text for word in found}


def test_words_begin_and_end_with_their_tokens() -> None:
    """Positions count from where the sound begins; a word is as sure as its tokens in the mean."""
    tokens = tokenizer(sounds.POCKET_WHISPER, "en")
    pieces = [tokens.encode(text) for text in (" we", " will", " talk")]
    assert [len(piece) for piece in pieces] == [1, 1, 1]
    ids = [token for piece in pieces for token in piece]
    alignment = aligned(5, 20, 40, 60, chances=[0.5, 0.75, 1.0])

    found = words_of(tokens, ids, alignment, samples=32_000, first_sample=100_000, language="en")

    assert found == (
        Word("we", 101_600, 106_400, glued=False, probability=0.5),
        Word("will", 106_400, 112_800, glued=False, probability=0.75),
        Word("talk", 112_800, 119_200, glued=False, probability=1.0),
    )


def test_what_is_piled_up_at_the_end_of_the_sound_was_not_said() -> None:
    """A word may end there, none begins there."""
    tokens = tokenizer(sounds.POCKET_WHISPER, "en")
    ids = tokens.encode(" we will talk")

    found = words_of(tokens, ids, aligned(5, 20, 48, 60), samples=16_000, first_sample=0, language="en")

    assert [(word.text, word.end_sample) for word in found] == [("we", 6400), ("will", 15_360)]
    assert words_of(tokens, [], steady(0), samples=16_000, first_sample=0, language="en") == ()
    assert words_of(tokens, ids, Alignment([], []), samples=16_000, first_sample=0, language="en") == ()


def test_an_alignment_that_is_too_short_ends_the_words() -> None:
    """What has no end in it was not placed, signs included; what has no probability has none."""
    tokens = tokenizer(sounds.POCKET_WHISPER, "en")
    ids = tokens.encode(" we will talk")
    placed = [(0, 5), (0, 9), (1, 20), (2, 40)]  # a token may hold the attention for several steps

    found = words_of(tokens, ids, Alignment(placed, [0.5]), samples=32_000, first_sample=0, language="en")

    assert found == (
        Word("we", 1600, 6400, glued=False, probability=0.5),
        Word("will", 6400, 12_800, glued=False, probability=None),
    )
    ended = tokens.encode(" we will.")
    placed = [(at, 10 * at) for at in range(len(ended))]
    read = words_of(tokens, ended, Alignment(placed, []), samples=32_000, first_sample=0, language="en")
    assert [word.text for word in read] == ["we"]


def test_signs_without_any_word_are_no_words() -> None:
    """Neither dots nor a dash that opens the text."""
    assert read(sounds.POCKET_WHISPER, " ...", "en") == ()
    assert [word.text for word in read(sounds.POCKET_WHISPER, " - we will", "en")] == ["we", "will"]


# --- echoes ----------------------------------------------------------------------------------------------


def loud(*stretches: tuple[float, float], length_s: float = 3.0) -> Any:
    """Quiet sound with loud stretches, each from and to a second."""
    pcm = sounds.silence(length_s)
    for start_s, end_s in stretches:
        first, end = int(start_s * 16_000), int(end_s * 16_000)
        pcm[first:end] = sounds.noise(end_s - start_s, 3000)[: end - first]
    return pcm


def at(text: str, start_s: float, end_s: float, from_sample: int = 0) -> Word:
    return Word(text, from_sample + int(start_s * 16_000), from_sample + int(end_s * 16_000))


def test_an_answer_is_not_said_again_in_the_silence_behind_it() -> None:
    """ "seven" is not 77, whatever stands behind the words; positions are those of the stream."""
    words = (at("7", 0.5, 1.0, 80_000), at("7", 1.0, 1.8, 80_000), at("7.", 1.8, 2.6, 80_000))
    assert without_echoes(words, loud((0.5, 1.0)), 80_000) == words[:1]

    named = (at("in", 0.2, 0.5), at("London,", 0.5, 1.0), at("london", 1.2, 2.5))
    assert without_echoes(named, loud((0.2, 1.0)), 0) == named[:2]


def test_what_takes_no_time_was_not_said() -> None:
    """Even where it is loud."""
    words = (at("ten", 0.5, 1.0), at("ten", 1.0, 1.04))
    assert without_echoes(words, loud((0.5, 2.0)), 0) == words[:1]


def test_a_sentence_is_not_said_again_behind_its_end() -> None:
    """Words that take no time, the last one what was left of the sound: as base said two of the real recordings."""
    once = (at("4,", 0.6, 3.1), at("Queen", 3.1, 3.26), at("of", 3.26, 3.46), at("Clubs", 3.46, 3.54))
    again = (at("4,", 3.54, 3.54), at("Queen", 3.54, 3.54), at("of", 3.54, 3.54), at("clubs.", 3.54, 4.02))
    assert without_echoes((*once, *again), loud((0.6, 3.0)), 0) == (*once[:-1], at("Clubs", 3.46, 4.02))

    begun = (at("He", 0.0, 0.5), at("was", 0.5, 0.8), at("ill.", 0.8, 1.1))
    for echo in (
        (at("He", 1.1, 1.1), at("was", 1.1, 1.1)),
        (at("He", 1.1, 1.1), at("was", 1.1, 1.1), at("ill.", 1.1, 1.1)),
        (at("was", 1.1, 1.1), at("ill", 1.1, 1.12)),
    ):
        assert without_echoes((*begun, *echo), loud((0.0, 1.1)), 0)[:2] == begun[:2]
        assert [word.text for word in without_echoes((*begun, *echo), loud((0.0, 1.1)), 0)] == [
            word.text for word in begun
        ]


def test_a_sentence_that_is_said_twice_stays() -> None:
    """Quick words have no length now and then; others were not said before."""
    plan = (at("a", 0.0, 0.1), at("plan,", 0.1, 0.5), at("a", 0.6, 0.6), at("plan", 0.6, 1.0))
    assert without_echoes(plan, loud((0.0, 1.0)), 0) == plan
    no = tuple(
        at(text, 0.3 * n, 0.3 * n + 0.25) for n, text in enumerate(["I", "do", "not", "I", "do", "not"])
    )
    assert without_echoes(no, loud((0.0, 1.8)), 0) == no
    news = (
        at("we", 0.0, 0.2),
        at("go", 0.2, 0.5),
        at("to", 0.5, 0.5),
        at("the", 0.5, 0.5),
        at("sea", 0.5, 0.9),
    )
    assert without_echoes(news, loud((0.0, 0.9)), 0) == news


def test_what_is_said_twice_stays() -> None:
    """ "no, no": there is a voice behind the second one; only the last word is questioned, and only if it repeats."""
    twice = (at("no", 0.5, 0.8), at("No.", 1.0, 1.3))
    assert without_echoes(twice, loud((0.5, 0.8), (1.0, 1.3)), 0) == twice
    softly = loud((0.5, 0.8), (1.0, 1.3))
    softly[16_000:20_800] //= 4
    assert without_echoes(twice, softly, 0) == twice
    other = (at("no", 0.5, 0.8), at("no", 0.8, 1.8), at("way", 1.8, 2.6))
    assert without_echoes(other, loud((0.5, 0.8)), 0) == other
    assert without_echoes((), np.zeros(0, np.int16), 0) == ()
