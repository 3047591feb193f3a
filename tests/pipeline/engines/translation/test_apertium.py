"""Apertium's real programs and dictionaries, as they are installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
)
from pipeline.engines.translation.apertium.translator import ApertiumTranslator

pytestmark = pytest.mark.engines


@pytest_asyncio.fixture
async def apertium() -> AsyncIterator[ApertiumTranslator]:
    translator = await ApertiumTranslator.load()
    yield translator
    await translator.close()


async def say(apertium: ApertiumTranslator, text: str, source: str, target: str) -> str:
    return (await apertium.translate(TranslationRequest(text, source, target))).text


async def test_direct_and_pivot_routes(apertium: ApertiumTranslator) -> None:
    """English reaches Spanish directly and French through Spanish; the result names the way."""
    english = "We have three problems with the new server."

    assert await apertium.translate(TranslationRequest(english, "en", "es")) == TranslationResult(
        "Tenemos tres problemas con el servidor nuevo.", "apertium", ("en", "es")
    )
    assert await apertium.translate(TranslationRequest(english, "en-US", "fr")) == TranslationResult(
        "Nous avons trois problèmes avec le serveur nouveau.", "apertium", ("en-US", "es", "fr")
    )
    assert await say(apertium, "El informe es importante.", "es", "en") == "The report is important."


async def test_recognised_words_without_capitals_and_stops(apertium: ApertiumTranslator) -> None:
    """Lower-case words are translated as if they were written well, and no full stop is invented."""
    assert (
        await say(apertium, "i think that peter will travel to france on monday", "en", "es")
        == "creo que Peter viajará a Francia el lunes"
    )
    assert (
        await say(apertium, "there is a problem with the server in new york", "en", "es")
        == "hay un problema con el servidor en Nueva York"
    )


async def test_stray_capitals_and_doubled_words_are_repaired(apertium: ApertiumTranslator) -> None:
    """Capitals that the rules move inside a sentence, doubled words and spaces do not reach the listener."""
    assert (
        await say(apertium, "Hello everybody and welcome to the meeting.", "en", "es")
        == "Hola todo el mundo y bienvenido a la reunión."
    )
    assert (
        await say(apertium, "I think that we should agree.", "en", "es") == "Creo que tendríamos que acordar."
    )


@pytest.mark.parametrize(
    ("source", "target", "text", "translated"),
    [
        ("en", "es", "We raised $2.5 million last year.", "Criamos 2.5 millones de dólares último año."),
        ("en", "fr", "We raised $2.5 million last year.", "Criamos 2.5 millions de dollars dernier an."),
        ("en", "ca", "We raised $2.5 million last year.", "Vam criar 2.5 milions de dòlars últim any."),
        ("en", "es", "We raised $2.5bn last year.", "Criamos 2500 millones de dólares último año."),
        ("en", "ca", "We raised 3 billion dollars.", "Vam criar 3000 milions de dòlars."),
        ("en", "es", "It costs 5 trillion dollars.", "Cuesta 5 billones de dólares."),
        ("en", "ca", "It costs 5 trillion dollars.", "Costa 5 bilions de dòlars."),
        ("en", "es", "It is a $2.5-million deal.", "Es un trato de 2.5 millones de dólares."),
        ("en", "es", "a 2.5-million-dollar deal", "un trato de 2.5 millones de dólares"),
        ("en", "es", "We spent $3M and €5k.", "Pasamos 3 millones de dólares y 5000 euros."),
        ("en", "es", "It cost $2 to $3 million.", "Costó 2 a 3 millones de dólares."),
        ("en", "es", "It costs $1,250.50 per year.", "Cuesta 1,250.50 dólares por año."),
        ("en", "es", "It costs 5 thousand dollars and £20.", "Cuesta 5000 dólares y 20 libras."),
        ("en", "es", "It costs $1.", "Cuesta 1 dólar."),
        ("fr", "en", "Cela coûte 3 milliards d'euros.", "This costs 3000 million euros."),
        ("fr", "es", "Cela coûte 2,5 M€.", "Eso cuesta 2,5 millones de euros."),
        ("es", "en", "Cuesta $5 millones.", "Cost 5 million dollars."),
        ("it", "es", "Costa 3 miliardi di euro.", "Cuesta 3000 millones de euros."),
    ],
)
async def test_amounts_keep_their_size(
    apertium: ApertiumTranslator, source: str, target: str, text: str, translated: str
) -> None:
    """Currency and scale are put in words that the dictionaries have; marks are the chain's affair."""
    assert await say(apertium, text, source, target) == translated


@pytest.mark.parametrize(
    ("source", "target", "text", "translated"),
    [
        ("en", "es", "No.", "No."),
        ("en", "es", "no", "no"),
        ("en", "es", "I said no.", "Dije no."),
        ("en", "es", "The answer is no.", "La respuesta es no."),
        ("en", "es", "No, thank you.", "No, gracias."),
        ("en", "es", "Room No. 7 is free.", "Núm. de sala 7 es libre."),
        ("en", "es", "apples, pears, etc.", "manzanas, peras, etc."),
        ("en", "es", "It takes 5 min.", "Toma 5 min."),
        ("en", "fr", "No.", "Non."),
        ("en", "fr", "no", "non"),
        ("en", "fr", "I said no.", "J'ai dit non."),
        ("en", "fr", "The answer is no.", "La réponse est non."),
        ("en", "fr", "Yes.", "Oui."),
        ("en", "fr", "yes yes", "oui oui"),
        ("en", "ca", "No.", "No."),
        ("en", "ca", "no", "no"),
        ("en", "ca", "The answer is no.", "La resposta és no."),
        ("en", "pt", "no", "não"),
        ("en", "it", "I said no.", "Ho detto no."),
        ("es", "fr", "sí", "oui"),
        ("es", "fr", "Sí, sí.", "Oui, oui."),
        ("es", "fr", "Yo creo que sí", "Je crois que oui"),
        ("es", "fr", "Él habla de sí.", "Il langue de soi."),
        ("es", "fr", "no sé", "je ne sais pas"),
        ("es", "it", "No.", "No."),
        ("es", "it", "No es verdad.", "Non è verità."),
        ("ca", "en", "sí", "yes"),
        ("pt", "fr", "sim", "oui"),
    ],
)
async def test_short_answers_are_answers(
    apertium: ApertiumTranslator, source: str, target: str, text: str, translated: str
) -> None:
    """Yes and no, alone or at the end of a sentence, are neither abbreviations nor pronouns."""
    assert await say(apertium, text, source, target) == translated


async def test_signs_of_the_stream_format_are_only_text(apertium: ApertiumTranslator) -> None:
    """What is special to Apertium passes as it is, and the next request is not disturbed."""
    strange = r"{a} [b] ^c$ d/e f\g @h <i> " + "\x00\x01\x07\u2028"

    assert await say(apertium, strange, "en", "es") == r"{un} [b] ^c$ d/e f\g @h <i>"
    assert await say(apertium, "thank you", "en", "es") == "gracias"


@pytest.mark.parametrize("text", ["", "   ", "...", "😀", "?!", "\n\n"])
async def test_text_without_words_stays(apertium: ApertiumTranslator, text: str) -> None:
    """There is nothing to translate in it."""
    assert await say(apertium, text, "en", "es") == text.strip()


async def test_lines_and_long_texts(apertium: ApertiumTranslator) -> None:
    """Lines stay lines; 100 kB are translated piece by piece; more than the limit is refused in clear words."""
    assert await say(apertium, "thank you\nthe report", "en", "es") == "gracias\nel informe"

    sentence = "The report is ready. "
    long = await say(apertium, sentence * (100_000 // len(sentence)), "en", "es")
    assert long.split(". ") == ["El informe está a punto"] * (100_000 // len(sentence) - 1) + [
        "El informe está a punto."
    ]

    with pytest.raises(EngineError, match="200000 characters, Apertium takes 120000"):
        await say(apertium, "a" * 200_000, "en", "es")


async def test_many_at_once_get_their_own_answers(apertium: ApertiumTranslator) -> None:
    """Twenty requests at once share a few pipelines, and no answer goes astray."""
    answers = await asyncio.gather(
        *(say(apertium, f"We have {number} problems.", "en", "fr") for number in range(100, 120))
    )

    assert answers == [f"Nous avons {number} problèmes." for number in range(100, 120)]
    assert all(len(pipelines) <= 2 for pipelines in apertium.pids.values())


async def test_unknown_languages_are_named(apertium: ApertiumTranslator) -> None:
    """A pair without a way is refused, with the languages that there are."""
    with pytest.raises(UnknownLanguage, match="en to xx") as caught:
        await say(apertium, "hello", "en", "xx")

    assert {"en", "es", "fr"} <= set(caught.value.known)
    assert apertium.route("en", "xx") is None
    assert {"en", "es", "fr", "ca"} <= set(apertium.info.languages)


async def test_nothing_installed_says_what_to_do(tmp_path: Path) -> None:
    """Without any language pair the error tells how to install one."""
    (tmp_path / "xx-yy.mode").write_text("no-such-program 'a.bin' | cat")
    (tmp_path / "eng-deu.mode").write_text("lt-proc 'a.bin' > file")

    with pytest.raises(EngineMissing, match="apt-get install apertium"):
        await ApertiumTranslator.load((tmp_path,))


async def test_idle_pipelines_are_ended() -> None:
    """A pipeline that nobody asked for a while is ended, and started again when it is needed."""
    apertium = await ApertiumTranslator.load(idle_s=0.2)
    try:
        assert await say(apertium, "thank you", "en", "es") == "gracias"
        async with asyncio.timeout(10):
            while apertium.pids:
                await asyncio.sleep(0.02)
        assert await say(apertium, "thank you", "en", "es") == "gracias"
    finally:
        await apertium.close()
