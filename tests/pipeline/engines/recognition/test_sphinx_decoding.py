"""The bookkeeping around a decoder, with a scripted one."""

from collections.abc import Sequence

from pipeline.engines.recognition.sphinx.decoding import FRAME_SAMPLES, DecodedWord, UtteranceDecoder
from tests.fakes.sphinx_decoder import ScriptedDecoder, ScriptedSegment

SECOND = 100
"""Frames."""


KNOWN = "40,3,-1"
"""A voice that was heard before: nothing is decoded again to learn it."""


def sound(frames: int) -> bytes:
    return bytes(2 * FRAME_SAMPLES * frames)


def steady(*words: tuple[str, int, int]) -> ScriptedDecoder:
    """A decoder that knows a word once it was heard to its end, in its first utterance."""

    def script(utterance: int, heard: int) -> Sequence[ScriptedSegment]:
        return [ScriptedSegment(*word) for word in words if word[2] < heard and utterance == 1]

    return ScriptedDecoder(script)


def test_words_come_without_fillers_and_variants_at_their_samples() -> None:
    """Silence and noise marks are dropped, "to(2)" is "to", frames become samples behind the first one."""
    decoder = UtteranceDecoder(
        steady(("<s>", 0, 19), ("going", 20, 59), ("to(2)", 60, 79), ("[NOISE]", 80, 89))
    )
    decoder.start(16_000, KNOWN)
    decoder.accept(sound(100))

    look = decoder.look()

    assert [word.text for word in look.words] == ["going", "to"]
    assert look.words == (DecodedWord("going", 19_200, 25_600), DecodedWord("to(2)", 25_600, 28_800))
    assert look.heard_to == 32_000


def test_a_word_is_settled_once_it_has_looked_the_same_for_a_while() -> None:
    """A word that changes is new again, with all behind it."""
    texts = {60: "there", 70: "their", 80: "there", 90: "there", 100: "there", 110: "there"}
    scripted = ScriptedDecoder(
        lambda _, heard: [ScriptedSegment("over", 0, 29), ScriptedSegment(texts.get(heard, "there"), 30, 55)]
    )
    decoder = UtteranceDecoder(scripted)
    decoder.start(0, KNOWN)
    decoder.accept(sound(50))
    settled = []
    for _ in range(6):
        decoder.accept(sound(10))
        settled.append(decoder.look().settled_to)

    end_of_over, end_of_there = 30 * FRAME_SAMPLES, 56 * FRAME_SAMPLES
    assert settled == [0, 0, 0, end_of_over, end_of_over, end_of_there]


def test_words_before_a_cut_are_left_out() -> None:
    """A word that lies across the cut stays."""
    decoder = UtteranceDecoder(steady(("one", 0, 29), ("two", 30, 59), ("three", 60, 89)))
    decoder.start(0, KNOWN)
    decoder.accept(sound(100))

    decoder.cut(45 * FRAME_SAMPLES)

    assert [word.text for word in decoder.look().words] == ["two", "three"]


def test_a_long_utterance_begins_a_new_chapter_in_a_pause() -> None:
    """The decoder starts anew within the silence; words before it stay, positions go on."""

    def script(utterance: int, heard: int) -> Sequence[ScriptedSegment]:
        if utterance == 1:
            return [ScriptedSegment("before", 700, 759), ScriptedSegment("<sil>", 760, heard - 1)]
        return [ScriptedSegment("<s>", 0, 9), ScriptedSegment("after", 10, 49)] if heard > 50 else []

    scripted = ScriptedDecoder(script)
    decoder = UtteranceDecoder(scripted)
    decoder.start(0, KNOWN)
    decoder.accept(sound(810))
    decoder.look()
    decoder.accept(sound(60))

    look = decoder.look()

    first = 760 + 12  # half a pause into the silence
    assert scripted.frames == [810, 810 - first + 60]
    assert look.words == (
        DecodedWord("before", 700 * FRAME_SAMPLES, 760 * FRAME_SAMPLES),
        DecodedWord("after", (first + 10) * FRAME_SAMPLES, (first + 50) * FRAME_SAMPLES),
    )


def test_a_talk_without_a_pause_never_makes_a_chapter_longer_than_its_bound() -> None:
    """Ten minutes of words without a gap: each chapter stays short, no word is lost or said twice."""

    def script(utterance: int, heard: int) -> Sequence[ScriptedSegment]:
        return [ScriptedSegment("worded", at, at + 49) for at in range(0, heard - 50, 50)]

    scripted = ScriptedDecoder(script)
    decoder = UtteranceDecoder(scripted)
    decoder.start(0, KNOWN)
    most = 0
    for _ in range(600 * 10):
        decoder.accept(sound(10))
        look = decoder.look()
        most = max(most, len(look.words))
        if len(look.words) > 20:
            decoder.cut(look.words[10].end)

    assert max(scripted.frames) <= 2100
    assert scripted.utterances > 25
    assert most <= 21
    gaps = [after.first - before.end for before, after in zip(look.words, look.words[1:], strict=False)]
    assert set(gaps) == {0}


def test_noise_and_music_are_not_words() -> None:
    """One word of seven seconds, sung vowels, and nothing but "ah" are dropped; slow speech is not."""

    def words(*found: tuple[str, int]) -> list[str]:
        at, segments = 0, []
        for text, frames in found:
            segments.append((text, at, at + frames - 1))
            at += frames
        decoder = UtteranceDecoder(steady(*segments))
        decoder.start(0, KNOWN)
        decoder.accept(sound(at + 1))
        return [word.text for word in decoder.look().words]

    assert words(("nowhere", 775)) == []
    assert words(("fr", 59), ("ah", 50), ("fr", 57), ("ar", 71), ("ar", 20), ("u", 33)) == []
    assert words(("ah", 30), ("oh", 30)) == []
    assert words(("no", 50)) == ["no"]
    assert words(("thats", 70), ("right", 70)) == ["thats", "right"]


def test_an_unknown_voice_is_decoded_again_as_it_is_learnt() -> None:
    """After 0.8 and 2 s all of it is heard again; no word changes its place, and settled ones stay so."""
    scripted = ScriptedDecoder(lambda _, heard: [ScriptedSegment("welcome", 20, 59)] if heard > 60 else [])
    decoder = UtteranceDecoder(scripted)
    decoder.start(0, "")
    looks = []
    for _ in range(40):
        decoder.accept(sound(10))
        looks.append(decoder.look())

    word = DecodedWord("welcome", 20 * FRAME_SAMPLES, 60 * FRAME_SAMPLES)
    assert scripted.frames == [80, 200, 400]
    assert [look.words for look in looks] == [()] * 6 + [(word,)] * 34
    assert [look.settled_to > 0 for look in looks] == [False] * 9 + [True] * 31


def test_the_mean_of_an_unknown_voice_is_that_of_its_sound() -> None:
    """PocketSphinx counts its first idea as 500 frames of sound; here it counts as 50."""
    scripted = steady()
    decoder = UtteranceDecoder(scripted)
    decoder.start(0, "")
    # 80 frames whose own mean is 98, 3, -1, as PocketSphinx reports it
    scripted.mean = f"{(500 * 40 + 80 * 98) / 580},3,-1"

    decoder.accept(sound(80))

    own, usual = 98 * 80 / 130, 40 * 50 / 130
    assert scripted.mean == f"{own + usual:.3f},3.000,-1.000"


def test_what_is_learnt_of_a_voice_is_handed_on() -> None:
    """The cepstral mean given at the start is set, and the one at the end returned; too little teaches none."""
    scripted = steady()
    decoder = UtteranceDecoder(scripted)

    decoder.start(0, "1,2,3")

    assert scripted.mean == "1,2,3"
    assert decoder.stop() == "1,2,3"
    assert not decoder.running
    decoder.start(0, "")
    decoder.accept(sound(79))
    assert decoder.stop() == ""
