"""Terms of the glossary through translators that read and translators that listen."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.engines.protocols import EngineError, EngineOverloaded, TranslationRequest, TranslationResult
from pipeline.engines.translation.chain import TranslatorChain
from pipeline.text.glossary import Entry, Glossary
from protocol.notes import Doubt
from tests.fakes.translators import Answer, ListeningTranslator, TableTranslator, WordTranslator

SOUND = np.arange(16_000, dtype=np.int16)
ES_EN, EN_FR, ES_FR = ("es", "en"), ("en", "fr"), ("es", "fr")
HIVE = Entry("Colmena", "es", {"en": "HIVE", "fr": "RUCHE"})
GLOSSARY = Glossary((HIVE,))
WORDS = {"abrimos": "we open", "hoy": "today", "Colmena": "Beehive"}


def request(
    target: str = "en", *, text: str = "abrimos Colmena hoy", sound: bool = True
) -> TranslationRequest:
    return TranslationRequest(text, "es", target, sound=SOUND if sound else None, glossary=GLOSSARY)


def heard(text: str, *, doubt: str = "") -> TranslationResult:
    return TranslationResult(text, "w", ES_EN, doubt, from_sound=True)


# --- engines that read -----------------------------------------------------------------------------------


async def test_an_engine_that_reads_gets_a_token() -> None:
    """It sees neither the term nor a glossary; the term is put in where the token comes out."""
    reading = WordTranslator("b", {ES_EN: WORDS})
    result = await TranslatorChain([reading]).translate(request(sound=False))

    assert result == TranslationResult("we open HIVE today", "b", ES_EN)
    assert reading.asked == [TranslationRequest("abrimos Qzva hoy", *ES_EN)]


async def test_a_token_that_is_lost_costs_a_second_call() -> None:
    """With the plain text; the term is then found as what it is usually translated by, which is asked once."""
    reading = WordTranslator("b", {ES_EN: WORDS}, loses="Qzv")
    chain = TranslatorChain([reading])

    for _ in range(2):
        assert await chain.translate(request(sound=False)) == TranslationResult(
            "we open HIVE today", "b", ES_EN
        )
    assert [each.text for each in reading.asked] == [
        "abrimos Qzva hoy", "abrimos Colmena hoy", "Colmena", "abrimos Qzva hoy", "abrimos Colmena hoy",
    ]  # fmt: skip


async def test_a_lost_term_is_a_doubt() -> None:
    """The translation of the engine that is preferred goes out with it: the next one says the rest less well."""
    losing, keeping = TableTranslator("a", {ES_EN: "we open it today"}), WordTranslator("b", {ES_EN: WORDS})
    result = await TranslatorChain([losing, keeping]).translate(request(sound=False))

    assert result == TranslationResult("we open it today", "a", ES_EN, Doubt.TERM_MISSING)
    assert keeping.asked == []


async def test_a_token_goes_over_a_bridge() -> None:
    """Through both engines, and becomes the term of the last language."""
    first = WordTranslator("a", {ES_EN: WORDS})
    second = WordTranslator("b", {EN_FR: {"we": "nous", "open": "ouvrons", "today": "aujourd'hui"}})
    result = await TranslatorChain([first, second]).translate(request("fr", sound=False))

    assert result == TranslationResult("nous ouvrons RUCHE aujourd'hui", "a+b", ("es", "en", "fr"))
    assert [each.text for each in second.asked] == ["we open Qzva today"]


# --- engines that listen ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["we open HIVE today", "we open hive today", "we open Colmena today", "we open colmena today"]
)
async def test_an_engine_that_listens_is_asked_once(said: str) -> None:
    """With the plain text, its terms and the sound; in whatever way it writes the term, it is put right."""
    listening, reading = ListeningTranslator("w", {ES_EN: said}), WordTranslator("b", {ES_EN: WORDS})
    result = await TranslatorChain([listening, reading]).translate(request())

    assert result == heard("we open HIVE today")
    assert [(each.text, each.glossary, each.sound is SOUND) for each in listening.asked] == [
        ("abrimos Colmena hoy", GLOSSARY, True)
    ]
    assert reading.asked == []


async def test_what_it_says_instead_of_a_term_is_found_by_an_engine_that_reads() -> None:
    """That is asked for the term alone, and only once for each; nobody listens twice."""
    listening = ListeningTranslator("w", {ES_EN: "We open the beehive today."})
    reading = WordTranslator("b", {ES_EN: WORDS})
    chain = TranslatorChain([listening, reading])

    for _ in range(2):
        assert await chain.translate(request()) == heard("We open the HIVE today.")
    assert [each.text for each in reading.asked] == ["Colmena"]
    assert len(listening.asked) == 2


@pytest.mark.parametrize("helper", [EngineError("broken"), EngineOverloaded("b", 1.0), "unit"])
async def test_a_term_that_nobody_finds_is_a_doubt(helper: Answer) -> None:
    """As with engines that read; what was heard goes out, in one decode."""
    listening = ListeningTranslator("w", {ES_EN: "We open it today."})
    chain = TranslatorChain([listening, TableTranslator("b", {ES_EN: helper})])

    assert await chain.translate(request()) == heard("We open it today.", doubt=Doubt.TERM_MISSING)
    assert len(listening.asked) == 1


async def test_another_fault_is_still_a_reason_to_ask_the_next() -> None:
    """A wrong number beside a lost term: the engine that has both right is taken."""
    text, wrong = "abrimos 35 Colmena hoy", "We open 53 today."
    listening, reading = ListeningTranslator("w", {ES_EN: wrong}), WordTranslator("b", {ES_EN: WORDS})
    result = await TranslatorChain([listening, reading]).translate(request(text=text))

    assert (result.text, result.engine, result.doubt) == ("we open 35 HIVE today", "b", "")


@pytest.mark.parametrize("pivot", ["We open hive today.", "We open Colmena today."])
async def test_terms_are_kept_when_what_was_heard_goes_on(pivot: str) -> None:
    """Put right in the language between, then through the second engine as a token."""
    listening = ListeningTranslator("w", {ES_EN: pivot})
    second = WordTranslator("b", {EN_FR: {"We": "Nous", "open": "ouvrons", "today.": "aujourd'hui."}})
    result = await TranslatorChain([second, listening]).translate(request("fr"))

    assert result == TranslationResult(
        "Nous ouvrons RUCHE aujourd'hui.", "w+b", ("es", "en", "fr"), from_sound=True
    )
    assert len(listening.asked) == 1
    assert [(each.text, each.sound, each.glossary) for each in second.asked] == [
        ("We open Qzva today.", None, Glossary())
    ]


async def test_a_term_that_is_lost_between_is_a_doubt_at_the_end() -> None:
    """The second engine cannot know of it."""
    listening = ListeningTranslator("w", {ES_EN: "We open it."})
    second = WordTranslator("b", {EN_FR: {"We": "Nous", "open": "ouvrons"}})
    result = await TranslatorChain([listening, second]).translate(request("fr"))

    assert (result.text, result.doubt, len(listening.asked)) == ("Nous ouvrons it.", Doubt.TERM_MISSING, 1)


# --- checks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("listens", [True, False])
async def test_terms_are_no_matter_for_the_checks(listens: bool) -> None:
    """They may hold other numbers than their counterparts, and be all that a clause says."""
    glossary = Glossary(
        (
            Entry("Plan 2030", "es", {"en": "Agenda 31"}),
            *(Entry(name, "es") for name in ("vim", "git", "bash", "tmux")),
        )
    )
    text, english = "Plan 2030 con vim git bash tmux", "Agenda 31 with vim git bash tmux"
    listening, reading = (
        ListeningTranslator("a", {ES_EN: english}),
        WordTranslator("a", {ES_EN: {"con": "with"}}),
    )
    engine = listening if listens else reading
    asked = TranslationRequest(text, *ES_EN, sound=SOUND, glossary=glossary)
    result = await TranslatorChain([engine]).translate(asked)

    assert (result.text, result.doubt) == (english, "")
