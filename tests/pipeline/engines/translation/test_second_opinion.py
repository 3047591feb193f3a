"""A translator that listens as second opinion on one that reads: when it is asked, and whose translation is taken."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from pipeline.engines.protocols import EngineError, TranslationRequest, TranslationResult
from pipeline.engines.translation.chain import SECOND_OPINION_S, TranslatorChain
from tests.fakes.translators import Answer, ListeningTranslator, TableTranslator
from tests.fakes.virtual_time import in_virtual_time

SOUND = np.arange(16_000, dtype=np.int16)
ES_EN, EN_FR, ES_FR = ("es", "en"), ("en", "fr"), ("es", "fr")
SAID = "Hoy hemos vendido 35 coches en la ciudad vieja."
RIGHT, WRONG = "Today we have sold 35 cars in the old town.", "Today we have sold 53 cars in the old town."
LOOP = "cars cars cars cars cars cars cars cars"
SHORT, LONG = "Cars.", RIGHT * 9
SPANISH = "Hoy hemos vendido coches en ciudad vieja."
CLAUSE = TranslationRequest(SAID, *ES_EN, sound=SOUND, second_opinion=True)
HEARD = TranslationResult(RIGHT, "w", ES_EN, from_sound=True)


def chain(*answers: Answer, heard: Answer = RIGHT) -> tuple[TranslatorChain, list[TableTranslator]]:
    """One that reads, one that listens, further ones that read."""
    first, *others = (
        TableTranslator(name, {ES_EN: answer}) for name, answer in zip("rst", answers, strict=False)
    )
    engines: list[TableTranslator] = [first, ListeningTranslator("w", {ES_EN: heard}), *others]
    return TranslatorChain(engines), engines


async def test_nothing_in_doubt_costs_nothing() -> None:
    """Nobody listens while the translation of the text passes its checks."""
    translators, (_, listening) = chain(RIGHT)
    assert await translators.translate(CLAUSE) == TranslationResult(RIGHT, "r", ES_EN)
    assert listening.asked == []


@pytest.mark.parametrize(
    "bad", [WRONG, LOOP, LONG, SPANISH, "", "Сегодня мы продали машины в городе"],
    ids=["number", "loop", "too long", "not translated", "empty", "script"],
)  # fmt: skip
async def test_what_passes_the_checks_is_taken(bad: str) -> None:
    """And says who made it; the sound is translated once, before further engines that read are asked."""
    translators, (reading, listening, further) = chain(bad, WRONG)
    assert await translators.translate(CLAUSE) == HEARD
    assert [len(engine.asked) for engine in (reading, listening, further)] == [1, 1, 0]


@pytest.mark.parametrize("heard", [WRONG.replace("53", "36"), LOOP, EngineError("no words in the sound")])
async def test_two_doubtful_translations_leave_the_first(heard: Answer) -> None:
    """What was preferred stays, with its doubt; the sound was translated once."""
    translators, (_, listening) = chain(WRONG, heard=heard)
    assert await translators.translate(CLAUSE) == TranslationResult(WRONG, "r", ES_EN, "numbers_changed")
    assert len(listening.asked) == 1


@pytest.mark.parametrize(
    "request_",
    [replace(CLAUSE, second_opinion=False), replace(CLAUSE, draft=True), replace(CLAUSE, sound=None)],
    ids=["no room", "draft", "no sound"],
)
async def test_where_it_is_not_asked_the_doubtful_one_goes_out(request_: TranslationRequest) -> None:
    """Only for clauses with their sound, and only where the machine has room; those that read are asked anyway."""
    translators, (_, listening) = chain(WRONG)
    assert (await translators.translate(request_)).doubt == "numbers_changed"
    assert listening.asked == []

    translators, (_, listening, _) = chain(WRONG, RIGHT)
    assert await translators.translate(request_) == TranslationResult(RIGHT, "s", ES_EN)
    assert listening.asked == []


async def test_without_room_listening_is_the_last_resort() -> None:
    """A clause that would have no translation at all is not given up; first all that read are asked."""
    busy = replace(CLAUSE, second_opinion=False)
    translators, engines = chain(LOOP, EngineError("broken"))
    assert await translators.translate(busy) == HEARD
    assert [len(engine.asked) for engine in engines] == [1, 1, 1]

    translators, (_, listening, _) = chain(LOOP, WRONG)
    assert await translators.translate(busy) == TranslationResult(WRONG, "s", ES_EN, "numbers_changed")
    assert listening.asked == []


class Sleeper(ListeningTranslator):
    """Answers rightly, but only after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__("w", {ES_EN: RIGHT})
        self._seconds = seconds

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        await asyncio.sleep(self._seconds)
        return await super().translate(request)


@pytest.mark.parametrize(
    ("read", "seconds", "taken", "took_s"),
    [
        ((WRONG,), SECOND_OPINION_S - 0.1, "w", SECOND_OPINION_S - 0.1),
        ((WRONG,), 60.0, "r", SECOND_OPINION_S),
        ((LOOP, RIGHT), 60.0, "s", SECOND_OPINION_S),
        ((LOOP,), 3.0, "w", 3.0),
    ],
    ids=["in time", "too late", "another is asked", "nothing else"],
)
def test_nobody_waits_long_for_a_second_opinion(
    read: tuple[Answer, ...], seconds: float, taken: str, took_s: float
) -> None:
    """A clause that has a translation goes out with it; one that would have none waits as long as it may."""
    first, *others = (
        TableTranslator(name, {ES_EN: answer}) for name, answer in zip("rs", read, strict=False)
    )
    translators = TranslatorChain([first, Sleeper(seconds), *others])

    async def work() -> tuple[str, float]:
        result = await translators.translate(CLAUSE)
        return result.engine, asyncio.get_running_loop().time()

    engine, at_s = in_virtual_time(work())
    assert (engine, round(at_s, 3)) == (taken, took_s)


async def test_who_is_preferred_listens_without_being_asked_for_a_second_opinion() -> None:
    """Where no better translator is there, hearing is the first opinion, with or without room."""
    listening, reading = ListeningTranslator("w", {ES_EN: RIGHT}), TableTranslator("r", {ES_EN: WRONG})
    for room in (True, False):
        request = replace(CLAUSE, second_opinion=room)
        assert await TranslatorChain([listening, reading]).translate(request) == HEARD
    assert reading.asked == []


# --- by way of English -----------------------------------------------------------------------------------

FRENCH, FRENCH_WRONG = (
    "Nous avons vendu 35 voitures aujourd'hui.",
    "Nous avons vendu 53 voitures aujourd'hui.",
)


async def test_speech_goes_by_way_of_english_where_nobody_knows_the_pair() -> None:
    """Listening into English, then reading on from there; final clauses only."""
    listening, onward = ListeningTranslator("w", {ES_EN: RIGHT}), TableTranslator("o", {EN_FR: FRENCH})
    translators = TranslatorChain([onward, listening])

    assert translators.route(*ES_FR) == ("es", "en", "fr")
    result = await translators.translate(replace(CLAUSE, target="fr"))
    assert result == TranslationResult(FRENCH, "w+o", ("es", "en", "fr"), from_sound=True)
    assert [each.text for each in onward.asked] == [RIGHT]


async def test_a_pair_that_is_there_gets_a_second_opinion_by_way_of_english() -> None:
    """Only where the direct translation is in doubt, and where there is room."""
    direct = TableTranslator("d", {ES_FR: FRENCH_WRONG})
    listening, onward = ListeningTranslator("w", {ES_EN: RIGHT}), TableTranslator("o", {EN_FR: FRENCH})
    translators = TranslatorChain([direct, listening, onward])
    clause = replace(CLAUSE, target="fr")

    assert translators.route(*ES_FR) == ES_FR
    assert (await translators.translate(clause)).engine == "w+o"
    assert (await translators.translate(replace(clause, second_opinion=False))).doubt == "numbers_changed"
    assert len(listening.asked) == 1


@pytest.mark.parametrize("listening_first", [True, False])
async def test_two_that_read_and_one_that_listens_make_two_ways(listening_first: bool) -> None:
    """The preferred one first; the other where it fails or is in doubt."""
    listening, reading = ListeningTranslator("w", {ES_EN: RIGHT}), TableTranslator("r", {ES_EN: RIGHT})
    onward = TableTranslator("o", {EN_FR: FRENCH})
    order = [listening, reading, onward] if listening_first else [reading, listening, onward]
    translators = TranslatorChain(order)
    clause = replace(CLAUSE, target="fr")

    expected = ("w+o", "r+o") if listening_first else ("r+o", "w+o")
    assert (await translators.translate(clause)).engine == expected[0]
    for failing in order[:1]:
        failing._answers[ES_EN] = EngineError("broken")
    assert (await translators.translate(clause)).engine == expected[1]
