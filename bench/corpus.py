"""The corpus: real readings and spoken talks of known words, plain and as rooms, lines and people make them.

What voices say is made on demand and kept in the cache; only the real readings are shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

from bench import readings, sounds
from bench.recording import LabelledRecording, Stretch
from bench.talks import ANSWERS, DIALOGUE, NUMBERS, PAUSES_S, SWITCHES, TALKS
from demo.scripts import PRESIDENT_SAYS
from demo.speakers import DemoVoices
from demo.talk import TALK
from pipeline.audio import HEARING_RATE_HZ, Pcm

Make = Callable[[DemoVoices], Coroutine[None, None, LabelledRecording]]


@dataclass(frozen=True, slots=True)
class Item:
    """One recording of the corpus."""

    name: str
    language: str
    about: str
    make: Make


def items(speakers: DemoVoices, *, only: Sequence[str] = ()) -> list[Item]:
    """All that can be made with the voices that are here; of these, those whose name contains one of `only`."""
    found = [*_real(), *_spoken(speakers), *_people(speakers)]
    return [item for item in found if not only or any(part in item.name for part in only)]


# --- real readings ---------------------------------------------------------------------------------------


def _real() -> list[Item]:
    austen = " ".join(readings.AUSTEN.values())

    def reading(pauses_s: Sequence[float]) -> Pcm:
        return sounds.joined([readings.sound(name) for name in readings.AUSTEN], pauses_s)

    def item(name: str, about: str, text: str, sound: Callable[[], Pcm]) -> Item:
        async def make(speakers: DemoVoices) -> LabelledRecording:
            return LabelledRecording(name, sound(), "en", text)

        return Item(name, "en", about, make)

    return [
        item("kennedy", "a speech in a hall", PRESIDENT_SAYS, readings.kennedy),
        item("reading", "a novel, pauses of 0.4 to 1 s", austen, lambda: reading((0.4, 0.7, 1.0))),
        item(
            "reading-noise",
            "the same, noise 10 dB below",
            austen,
            lambda: sounds.with_noise(reading((0.6,)), 10.0),
        ),
        item("reading-hall", "the same in a hall", austen, lambda: sounds.in_a_hall(reading((0.6,)))),
        item(
            "reading-telephone",
            "the same over the telephone",
            austen,
            lambda: sounds.over_the_telephone(reading((0.6,))),
        ),
        item(
            "reading-silences", "the same, 5 to 20 s between", austen, lambda: reading((5.0, 20.0, 8.0, 12.0))
        ),
        item(
            "cards",
            "short answers into a poor microphone",
            " ".join(readings.CARDS.values()),
            lambda: sounds.joined([readings.sound(name) for name in readings.CARDS], (1.2, 2.0)),
        ),
    ]


# --- voices ----------------------------------------------------------------------------------------------


def _spoken(speakers: DemoVoices) -> list[Item]:
    found = []
    for language in TALKS:
        found += [_talk(language, voice) for voice in _two(speakers.natural(language))]
    long_talk = tuple(line.text for line in TALK)
    pauses_s = tuple(line.pause_s for line in TALK)
    found.append(_lines("talk-flite", "en", long_talk, "flite:rms", pauses_s, "a synthetic voice of old"))
    for voice in speakers.natural("en")[:1]:
        found.append(_lines(f"talk-{voice}", "en", long_talk, voice, pauses_s, "a talk of a minute"))
        found.append(_lines(f"numbers-{voice}", "en", NUMBERS, voice, (0.7,), "numbers"))
        found.append(_lines(f"fast-{voice}", "en", TALKS["en"], voice, (0.3,), "fast speech", speed=1.35))
        found.append(_lines(f"answers-{voice}", "en", ANSWERS[:16], voice, (1.5, 2.5), "single words"))
    return found + _disturbed(speakers)


def _disturbed(speakers: DemoVoices) -> list[Item]:
    """Talks over the telephone, in a hall and in noise."""
    found = []
    for language in ("es", "fr"):
        for voice in speakers.natural(language)[:1]:
            found.append(_changed(_talk(language, voice), "telephone", sounds.over_the_telephone))
            found.append(_changed(_talk(language, voice), "hall", sounds.in_a_hall))
            found.append(_changed(_talk(language, voice), "noise", lambda pcm: sounds.with_noise(pcm, 10.0)))
    return found


def _two(voices: Sequence[str]) -> Sequence[str]:
    """The default voice, and one of the other register where there is one."""
    others = [voice for voice in voices[1:] if voice[1:2] != voices[0][1:2]]
    return [*voices[:1], *others[:1]]


def _talk(language: str, voice: str) -> Item:
    return _lines(f"talk-{language}-{voice}", language, TALKS[language], voice, PAUSES_S, "seven sentences")


def _lines(
    name: str,
    language: str,
    lines: Sequence[str],
    voice: str,
    pauses_s: Sequence[float],
    about: str,
    speed: float = 1.0,
) -> Item:
    async def make(speakers: DemoVoices) -> LabelledRecording:
        said = [await _say(speakers, line, language, voice, speed) for line in lines]
        return LabelledRecording(name, sounds.joined(said, pauses_s), language, " ".join(lines))

    return Item(name, language, about, make)


def _changed(item: Item, how: str, change: Callable[[Pcm], Pcm]) -> Item:
    name = f"{item.name}-{how}"

    async def make(speakers: DemoVoices) -> LabelledRecording:
        plain = await item.make(speakers)
        return LabelledRecording(name, change(plain.pcm), plain.language, plain.text)

    return Item(name, item.language, f"{item.about}, {how}", make)


# --- several people --------------------------------------------------------------------------------------


def _people(speakers: DemoVoices) -> list[Item]:
    english, spanish = _two(speakers.natural("en")), speakers.natural("es")
    found = []
    if len(english) == 2:
        found.append(_dialogue("dialogue", english, (0.5, 0.35, 0.8), "two voices in turn, short answers"))
        found.append(_crowd("crowd", english, "a voice, another one 15 dB below it"))
    if english and spanish:
        found.append(_switching("switches", {"en": english[0], "es": spanish[0]}))
    return found


def _dialogue(name: str, voices: Sequence[str], pauses_s: Sequence[float], about: str) -> Item:
    async def make(speakers: DemoVoices) -> LabelledRecording:
        said = [await _say(speakers, line, "en", voices[number % 2]) for number, line in enumerate(DIALOGUE)]
        return LabelledRecording(name, sounds.joined(said, pauses_s), "en", " ".join(DIALOGUE))

    return Item(name, "en", about, make)


def _crowd(name: str, voices: Sequence[str], about: str) -> Item:
    async def make(speakers: DemoVoices) -> LabelledRecording:
        near = sounds.joined([await _say(speakers, line, "en", voices[0]) for line in TALKS["en"]], PAUSES_S)
        far = sounds.joined([await _say(speakers, line, "en", voices[1]) for line in DIALOGUE], (0.4,))
        quiet = (far[: len(near)] * 10 ** (-15 / 20)).astype(far.dtype)
        return LabelledRecording(
            name, sounds.together((0.0, near), (0.5, quiet)), "en", " ".join(TALKS["en"])
        )

    return Item(name, "en", about, make)


def _switching(name: str, voices: dict[str, str]) -> Item:
    async def make(speakers: DemoVoices) -> LabelledRecording:
        pieces, stretches, first = [], [], 0
        for language, text in SWITCHES:
            said = await _say(speakers, text, language, voices[language])
            pieces += [said, sounds.pause(1.2)]
            end = first + len(said) + len(pieces[-1])
            stretches.append(Stretch(first, end, language))
            first = end
        whole = sounds.joined(pieces, (0.0,))
        return LabelledRecording(name, whole, "", " ".join(text for _, text in SWITCHES), tuple(stretches))

    return Item(name, "en es", "changes of language, not announced", make)


async def _say(speakers: DemoVoices, text: str, language: str, voice: str, speed: float = 1.0) -> Pcm:
    return await speakers.say(text, language, voice, speed=speed, rate_hz=HEARING_RATE_HZ)
