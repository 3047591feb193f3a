"""Speakers who wish to be heard in a voice that resembles theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    TooLittleSpeech,
    UnknownLanguage,
)
from pipeline.events import Clause, ClauseEnd, Spoken, Translation, Trouble
from pipeline.voices import Casting
from protocol.likeness import MOST_SPEAKERS, Likeness, LikenessState, Similarity
from protocol.reports import ReportCode
from tests.fakes.likeness import ScriptedLikeness
from worker.likeness.likenesses import FORBIDDEN, MOST_BROKEN, NO_ENGINE, NOT_FOUND, RoomLikenesses
from worker.likeness.sample import ENOUGH_S, MOST_S
from worker.likeness.speaker import AGAIN_S, ATTEMPTS

pytestmark = pytest.mark.virtual_time

GRACE_S = 20.0
FOUND = {"es": Similarity(0.612, 0.738)}


class Bench:
    """A room's likenesses, and what its people are told."""

    def __init__(
        self, engine: ScriptedLikeness | None, languages: tuple[str, ...] = ("en", "es", "fr")
    ) -> None:
        self.casting, self.told, self.languages = Casting(), list[Trouble](), languages
        self.room = RoomLikenesses(
            engine,
            languages=lambda: self.languages,
            casting=self.casting,
            trouble=self.told.append,
            changed=lambda: None,
            grace_s=GRACE_S,
        )

    def look(
        self,
        *wished: str,
        here: Collection[str] = ("ana", "bo"),
        heard: Mapping[str, Collection[str]] = {"ana": ("es",), "bo": ("es",)},
    ) -> None:
        self.room.look(wished, here, heard)

    def say(self, who: str, length_s: float = ENOUGH_S) -> None:
        self.room.hear(who, np.ones(round(length_s * HEARING_RATE_HZ), np.int16))

    def reasons(self) -> list[tuple[str, str, str, ReportCode]]:
        return [(one.speaker, one.language, one.reason, one.code) for one in self.told]


@asynccontextmanager
async def running(bench: Bench) -> AsyncIterator[Bench]:
    """Searches meanwhile."""
    work = asyncio.create_task(bench.room.run())
    try:
        yield bench
    finally:
        work.cancel()
        await asyncio.wait({work})
        assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()


def spoken(voice: str, instead_of: str = "") -> Spoken:
    clause = Clause("ana", 1, 1, 0, 9, "en", "Hi.", ClauseEnd.PAUSE, 0.0)
    translation = Translation(clause, "es", "Hola.", "echo", ("en", "es"), 0.0)
    return Spoken(translation, voice, 1.0, 0, 0, 0, 0, 0, 0, instead_of=instead_of)


async def test_who_wishes_it_is_spoken_so_once_their_voice_is_measured_and_found() -> None:
    """From their own speech, in the language in which they are heard; nobody else is."""
    async with running(Bench(engine := ScriptedLikeness())) as bench:
        bench.look("ana")
        assert (bench.room.gathers("ana"), bench.room.gathers("bo")) == (True, False)
        bench.say("ana", 4.2)
        bench.say("bo", 100.0)
        await asyncio.sleep(5.0)
        assert bench.room.told() == {"ana": Likeness(LikenessState.GATHERING, speech_s=4)}
        bench.say("ana")
        await asyncio.sleep(5.0)

        assert bench.room.told() == {"ana": Likeness(LikenessState.FOUND, voices=FOUND)}
        assert (bench.casting.likeness("ana", "es"), bench.casting.likeness("bo", "es")) == ("like:es", "")
        assert (bench.room.speaks("ana", "es"), bench.room.speaks("ana", "fr")) == (True, False)
        assert (engine.measured_s, engine.searched) == ([16.2], ["es"])
        assert not bench.room.gathers("ana"), "nothing more is kept of what they say"
        assert bench.told == []


async def test_nothing_is_gathered_while_a_voice_is_measured() -> None:
    """However long that takes."""
    measured = asyncio.Event()
    async with running(Bench(ScriptedLikeness(measured=measured))) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        assert bench.room.told() == {"ana": Likeness(LikenessState.SEARCHING)}
        assert not bench.room.gathers("ana")
        measured.set()
        await asyncio.sleep(2.0)
        assert bench.room.speaks("ana", "es")


async def test_a_language_that_is_heard_later_is_searched_then() -> None:
    """By the same measure; a region's channel by the language that there is; what cannot be searched is left alone."""
    async with running(Bench(engine := ScriptedLikeness())) as bench:
        bench.look("ana", heard={})
        bench.say("ana")
        await asyncio.sleep(5.0)
        assert bench.room.told() == {"ana": Likeness(LikenessState.SEARCHING)}
        bench.look("ana", heard={"ana": ("fr-CA", "ja")})
        await asyncio.sleep(5.0)
        assert (engine.searched, bench.casting.likeness("ana", "fr-CA")) == (["fr"], "like:fr")
        assert len(engine.measured_s) == 1


async def test_the_wish_can_be_taken_back_at_any_time() -> None:
    """While it is gathered, measured, searched or spoken: all of it is gone at once, and begins anew."""
    gate = asyncio.Event()
    async with running(Bench(engine := ScriptedLikeness(gate=gate))) as bench:
        bench.look("ana")
        bench.say("ana", 4.0)
        bench.look()
        assert bench.room.told() == {}
        bench.look("ana")
        assert bench.room.told() == {"ana": Likeness(LikenessState.GATHERING)}
        bench.say("ana")
        await asyncio.sleep(2.0)
        bench.look()
        await asyncio.sleep(2.0)
        assert (engine.searched, engine.cancelled) == (["es"], ["es"])
        gate.set()
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        assert bench.room.speaks("ana", "es")
        bench.look()
        assert (bench.room.told(), bench.casting.likeness("ana", "es")) == ({}, "")


async def test_the_organiser_can_forbid_it_and_it_ends_at_once() -> None:
    """Whoever has it, and whoever wishes it then, is told once; when it is allowed again it begins anew."""
    async with running(Bench(ScriptedLikeness())) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        bench.room.forbid(True)
        assert (bench.room.told(), bench.casting.likeness("ana", "es")) == (None, "")
        for _ in range(3):
            bench.look("ana")
        assert not bench.room.gathers("ana")
        assert bench.reasons() == [("ana", "", FORBIDDEN, ReportCode.LIKENESS_FORBIDDEN)]
        bench.room.forbid(False)
        bench.look("ana")
        assert bench.room.told() == {"ana": Likeness(LikenessState.GATHERING)}


@pytest.mark.parametrize(("engine", "languages"), [(None, ("es",)), (ScriptedLikeness(), ())])
async def test_where_nothing_can_find_voices_that_is_told_once(
    engine: ScriptedLikeness | None, languages: tuple[str, ...]
) -> None:
    """Also while a service has not said yet what it can do; nothing is gathered."""
    bench = Bench(engine, languages)
    for _ in range(3):
        bench.look("ana")
    assert (bench.room.told(), bench.room.gathers("ana")) == (None, False)
    assert bench.reasons() == [("ana", "", NO_ENGINE, ReportCode.NO_LIKENESS)]
    bench.languages = ("es",)
    bench.look("ana")
    assert bench.room.gathers("ana") is (engine is not None)


async def test_whoever_comes_back_soon_finds_it_as_it_was() -> None:
    """A page that is loaded anew says its wishes a moment after it is there; nobody is spoken so meanwhile."""
    async with running(Bench(engine := ScriptedLikeness())) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        bench.look(here=("bo",))
        assert (bench.room.told(), bench.casting.likeness("ana", "es")) == ({}, "")
        await asyncio.sleep(GRACE_S / 2)
        bench.look()
        assert (bench.room.told(), bench.room.gathers("ana")) == ({}, False)
        bench.look("ana")
        assert bench.casting.likeness("ana", "es") == "like:es"
        bench.look()
        assert bench.casting.likeness("ana", "es") == "", "taken back"
        assert len(engine.measured_s) == 1


async def test_of_those_who_left_nothing_is_kept() -> None:
    """After a grace time it begins anew."""
    async with running(Bench(ScriptedLikeness())) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        bench.look(here=("bo",))
        await asyncio.sleep(GRACE_S + 1)
        bench.look(here=("bo",))
        bench.look("ana")
        assert bench.room.told() == {"ana": Likeness(LikenessState.GATHERING)}


async def test_one_voice_is_looked_for_at_a_time_and_each_speaker_has_their_turn() -> None:
    """Somebody who is heard in many languages does not hold up the others."""
    async with running(Bench(engine := ScriptedLikeness(), ("es", "fr", "it"))) as bench:
        bench.look("ana", "bo", heard={"ana": ("es", "fr", "it"), "bo": ("es", "fr")})
        bench.say("ana")
        bench.say("bo")
        await asyncio.sleep(5.0)
        assert engine.searched == ["es", "es", "fr", "fr", "it"]
        assert engine.most_at_once == 1


async def test_no_more_people_than_everybody_can_be_told_of() -> None:
    """Nobody is spoken so of whom it is not said."""
    bench = Bench(ScriptedLikeness())
    crowd = [f"guest-{at}" for at in range(MOST_SPEAKERS + 5)]
    bench.look(*crowd, here=crowd)
    assert len(bench.room.told() or {}) == MOST_SPEAKERS
    assert not bench.room.gathers(crowd[-1])


async def test_an_engine_that_is_busy_is_asked_again_for_long() -> None:
    """Those who are listened to go first; nobody is told of it."""
    busy = [EngineOverloaded("likeness", 30.0)] * 20
    async with running(Bench(ScriptedLikeness(searching=busy))) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(30.0 * 20 - 10)
        assert bench.room.told() == {"ana": Likeness(LikenessState.SEARCHING)}
        await asyncio.sleep(40.0)
        assert bench.room.speaks("ana", "es")
        assert bench.told == []


async def test_too_little_speech_is_gathered_anew_and_more_of_it() -> None:
    """What was measured in vain is dropped all the same."""
    async with running(Bench(engine := ScriptedLikeness(measuring=[TooLittleSpeech(1.0, 3.0)]))) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(AGAIN_S * 2)
        assert bench.room.told() == {"ana": Likeness(LikenessState.GATHERING)}
        bench.say("ana")
        await asyncio.sleep(2.0)
        assert engine.measured_s == [ENOUGH_S]
        bench.say("ana", MOST_S)
        await asyncio.sleep(2.0)
        assert engine.measured_s == [ENOUGH_S, MOST_S]
        assert bench.room.speaks("ana", "es")


@pytest.mark.parametrize(
    ("error", "tries"),
    [(EngineError("it broke"), ATTEMPTS), (EngineMissing("no weights"), 1), (UnknownLanguage("es", ()), 1)],
)
async def test_what_cannot_be_found_is_told_once_and_the_usual_voice_speaks(
    error: EngineError, tries: int
) -> None:
    """What may pass is tried again, a little later each time."""
    async with running(Bench(engine := ScriptedLikeness(searching=[error] * 10))) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(AGAIN_S * 2**ATTEMPTS * 2)
        assert len(engine.searched) == tries
        assert bench.room.told() == {"ana": Likeness(LikenessState.FAILED)}
        assert bench.reasons() == [("ana", "es", NOT_FOUND, ReportCode.NO_LIKENESS)]
        assert bench.casting.likeness("ana", "es") == ""


async def test_a_voice_that_cannot_be_measured_is_told_without_a_language() -> None:
    """And nothing more is gathered, until the wish is taken back and said again."""
    async with running(Bench(ScriptedLikeness(measuring=[EngineMissing("no weights")]))) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        assert bench.reasons() == [("ana", "", NOT_FOUND, ReportCode.NO_LIKENESS)]
        assert not bench.room.gathers("ana")
        bench.look()
        bench.look("ana")
        assert bench.room.gathers("ana")


async def test_a_voice_that_fails_again_and_again_is_given_up() -> None:
    """The usual one has spoken each time; one that failed now and then stays."""
    async with running(Bench(ScriptedLikeness())) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        for _ in range(MOST_BROKEN - 1):
            bench.room.spoken(spoken("usual", "like:es"))
        bench.room.spoken(spoken("like:es"))
        bench.room.spoken(spoken("usual"))  # was begun before
        for _ in range(MOST_BROKEN - 1):
            bench.room.spoken(spoken("usual", "like:es"))
        assert bench.room.speaks("ana", "es")
        bench.room.spoken(spoken("usual", "like:es"))
        await asyncio.sleep(100.0)
        assert not bench.room.speaks("ana", "es")
        assert bench.room.told() == {"ana": Likeness(LikenessState.FAILED)}
        assert bench.reasons() == [("ana", "es", NOT_FOUND, ReportCode.NO_LIKENESS)]


async def test_who_is_spoken_so_is_told_also_while_the_engine_is_away() -> None:
    """What was found needs no engine: it goes on, and everybody knows."""
    async with running(Bench(ScriptedLikeness())) as bench:
        bench.look("ana")
        bench.say("ana")
        await asyncio.sleep(2.0)
        bench.languages = ()
        bench.look("ana")
        assert bench.room.told() == {"ana": Likeness(LikenessState.FOUND, voices=FOUND)}
