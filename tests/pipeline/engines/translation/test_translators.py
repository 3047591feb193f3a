"""Several translators in a row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineOverloaded,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
)
from pipeline.engines.translation.chain import TranslatorChain
from pipeline.text.checks import Fault
from tests.fakes.translators import Answer, ListeningTranslator, TableTranslator


def unfit(source: str, target: str, *, source_language: str, target_language: str) -> Fault | None:
    """Refuses texts with a cross, doubts those with a question mark."""
    if "x" in target:
        return Fault("crossed out")
    return Fault("questionable", doubtful=True) if "?" in target else None


EN_ES = ("en", "es")
HELLO = TranslationRequest("hello", *EN_ES)


async def test_the_first_that_can_is_asked() -> None:
    """Later engines are not troubled while an earlier one knows the pair and does well."""
    first, second = TableTranslator("a", {EN_ES: "hola"}), TableTranslator("b", {EN_ES: "buenas"})
    chain = TranslatorChain([first, second], unfit)

    assert await chain.translate(HELLO) == TranslationResult("hola", "a", EN_ES)
    assert (first.asked, second.asked) == ([HELLO], [])


@pytest.mark.parametrize("fault", [EngineError("broken"), EngineOverloaded("a", 1.0), "x"])
async def test_the_next_one_helps_out(fault: Answer) -> None:
    """An engine that fails, has too much to do or gives a bad translation is followed by the next."""
    chain = TranslatorChain(
        [TableTranslator("a", {EN_ES: fault}), TableTranslator("b", {EN_ES: "hola"})], unfit
    )

    assert await chain.translate(HELLO) == TranslationResult("hola", "b", EN_ES)


async def test_the_last_resort_is_an_error_with_all_reasons() -> None:
    """When nobody can, the error says why each of them could not."""
    chain = TranslatorChain(
        [TableTranslator("a", {EN_ES: EngineError("broken")}), TableTranslator("b", {EN_ES: "x"})], unfit
    )

    with pytest.raises(EngineError, match=r"^a: broken; b: crossed out$"):
        await chain.translate(HELLO)


async def test_a_doubtful_translation_is_better_than_none() -> None:
    """It goes out with its doubt where no engine gives a better one; the first doubtful one is taken."""
    doubtful = TableTranslator("a", {EN_ES: "hola?"})

    alone = TranslatorChain([doubtful], unfit)
    assert await alone.translate(HELLO) == TranslationResult("hola?", "a", EN_ES, doubt="questionable")

    for other in ("y?", "x", EngineError("broken"), EngineOverloaded("b", 1.0)):
        chain = TranslatorChain([doubtful, TableTranslator("b", {EN_ES: other})], unfit)
        assert await chain.translate(HELLO) == TranslationResult("hola?", "a", EN_ES, doubt="questionable")

    helped = TranslatorChain([doubtful, TableTranslator("b", {EN_ES: "hola"})], unfit)
    assert await helped.translate(HELLO) == TranslationResult("hola", "b", EN_ES)


async def test_a_wrong_number_is_a_doubt_that_is_spoken() -> None:
    """With the project's own check: the sentence comes, and says what may be wrong with it."""
    chain = TranslatorChain([TableTranslator("a", {EN_ES: "La tasa es del 35 por ciento."})])

    result = await chain.translate(TranslationRequest("The rate is 3.5 percent.", *EN_ES))

    assert (result.text, result.doubt) == ("La tasa es del 35 por ciento.", "numbers_changed")


async def test_doubt_and_score_of_an_engine_travel() -> None:
    """What an engine says of its translation stays; over a bridge the lower score of the two counts."""

    class Scored(TableTranslator):
        async def translate(self, request: TranslationRequest) -> TranslationResult:
            result = await super().translate(request)
            return replace(result, score=-0.5 if self.info.name == "a" else -0.2, doubt=self.info.name)

    a, b = Scored("a", {EN_ES: "hola"}), Scored("b", {("es", "fr"): "salut"})
    chain = TranslatorChain([a, b], unfit)

    assert await chain.translate(HELLO) == TranslationResult("hola", "a", EN_ES, "a", -0.5)
    bridged = await chain.translate(TranslationRequest("hello", "en", "fr"))
    assert bridged == TranslationResult("salut", "a+b", ("en", "es", "fr"), "a", -0.5)


async def test_numbers_get_the_marks_of_the_language() -> None:
    """Whoever translated, and over a bridge as well."""
    price = "It costs 1,250.50 euros."
    chain = TranslatorChain([TableTranslator("a", {EN_ES: "Cuesta 1,250.50 euros."})])
    assert (await chain.translate(TranslationRequest(price, *EN_ES))).text == "Cuesta 1.250,50 euros."

    second = TableTranslator("b", {("es", "fr"): "Cela coûte 1.250,50 euros."})
    bridge = TranslatorChain([TableTranslator("a", {EN_ES: "Cuesta 1,250.50 euros."}), second])
    result = await bridge.translate(TranslationRequest(price, "en", "fr"))
    assert second.asked[0].text == "Cuesta 1.250,50 euros."
    assert (result.text, result.doubt) == ("Cela coûte 1\u202f250,50 euros.", "")


async def test_an_overloaded_engine_without_substitute_says_when_to_come_back() -> None:
    """The caller learns that waiting helps."""
    chain = TranslatorChain([TableTranslator("a", {EN_ES: EngineOverloaded("a", 2.0)})], unfit)

    with pytest.raises(EngineOverloaded) as caught:
        await chain.translate(HELLO)
    assert caught.value.retry_after_s == 2.0


async def test_two_engines_make_a_bridge() -> None:
    """Where each knows one half, both are asked in turn; the result names both and the whole way."""
    first = TableTranslator("a", {EN_ES: "hola", ("en", "ca"): "bon dia"})
    second = TableTranslator("b", {("es", "fr"): "salut", ("ca", "fr"): "bonjour"})
    chain = TranslatorChain([first, second], unfit)
    request = TranslationRequest("hello", "en", "fr", context=(("a", "b"),))

    assert chain.route("en", "fr") == ("en", "es", "fr")
    assert await chain.translate(request) == TranslationResult("salut", "a+b", ("en", "es", "fr"))
    assert second.asked == [TranslationRequest("hola", "es", "fr")]


async def test_a_bridge_replaces_a_failed_engine() -> None:
    """The way through two engines is taken when the only direct one fails."""
    a = TableTranslator("a", {("en", "fr"): "x", EN_ES: "hola"})
    b = TableTranslator("b", {("es", "fr"): "salut"})
    chain = TranslatorChain([a, b], unfit)

    assert (await chain.translate(TranslationRequest("hello", "en", "fr"))).route == ("en", "es", "fr")
    assert chain.route("en", "fr") == ("en", "fr")


async def test_unknown_pairs_are_refused_with_what_there_is() -> None:
    """The error lists the languages of all engines."""
    chain = TranslatorChain(
        [TableTranslator("a", {EN_ES: "hola"}), TableTranslator("b", {("es", "fr"): "x"})]
    )

    with pytest.raises(UnknownLanguage, match="en to de is not available; available: en, es, fr"):
        await chain.translate(TranslationRequest("hello", "en", "de"))
    assert chain.route("en", "de") is None


async def test_a_chain_says_what_all_of_it_is() -> None:
    """Licences add up, one non-commercial engine makes the chain non-commercial, closing closes all."""
    engines = [TableTranslator("a", {EN_ES: "hola"}), TableTranslator("nc", {("es", "fr"): "salut"})]
    chain = TranslatorChain(engines)

    assert chain.info == EngineInfo(
        "a+nc", "MIT", "a-licence AND nc-licence", False, False, ("en", "es", "fr"), True
    )
    await chain.close()
    assert [engine.closed for engine in engines] == [True, True]


async def test_the_usual_check_refuses_loops() -> None:
    """Without a check of its own a chain uses the project's: a translation caught in a loop is not spoken."""
    looping = TableTranslator("a", {EN_ES: "socios socios socios socios socios socios"})
    chain = TranslatorChain([looping, TableTranslator("b", {EN_ES: "hola"})])

    assert (await chain.translate(HELLO)).engine == "b"


# --- translators that listen -----------------------------------------------------------------------------

SOUND = np.arange(16_000, dtype=np.int16)


ES_EN = ("es", "en")


async def test_the_sound_goes_to_who_listens() -> None:
    """And to who is asked next; a text without sound is a matter for the next engine."""
    listening, reading = ListeningTranslator("w", {ES_EN: "hello"}), TableTranslator("b", {ES_EN: "hi"})
    chain = TranslatorChain([listening, reading], unfit)
    assert chain.info.uses_sound

    request = TranslationRequest("hola", *ES_EN, sound=SOUND)
    assert await chain.translate(request) == TranslationResult("hello", "w", ES_EN, from_sound=True)
    assert listening.asked[0].sound is SOUND
    assert reading.asked == []
    assert await chain.translate(TranslationRequest("hola", *ES_EN)) == TranslationResult("hi", "b", ES_EN)


async def test_a_draft_is_refused_where_the_first_engine_listens() -> None:
    """Another engine's draft would be replaced before the reader's eyes: nobody is asked."""
    listening, reading = ListeningTranslator("w", {ES_EN: "hello"}), TableTranslator("b", {ES_EN: "hi"})
    draft = TranslationRequest("hola", *ES_EN, draft=True, sound=SOUND)

    with pytest.raises(EngineError, match=r"^w translates finished clauses only$"):
        await TranslatorChain([listening, reading], unfit).translate(draft)
    assert (listening.asked, reading.asked) == ([], [])
    assert await TranslatorChain([reading, listening], unfit).translate(draft) == TranslationResult(
        "hi", "b", ES_EN
    )


async def test_a_draft_of_another_pair_is_translated() -> None:
    """Only the pairs that the listening engine would translate are without drafts."""
    listening, reading = ListeningTranslator("w", {ES_EN: "hello"}), TableTranslator("b", {EN_ES: "hola"})
    chain = TranslatorChain([listening, reading], unfit)

    assert (await chain.translate(replace(HELLO, draft=True))).text == "hola"


async def test_over_a_bridge_only_the_first_engine_hears() -> None:
    """The sound is not what the second one translates; drafts are refused here as well."""
    listening = ListeningTranslator("w", {ES_EN: "hello"})
    second = TableTranslator("b", {("en", "fr"): "salut"})
    chain = TranslatorChain([second, listening], unfit)
    request = TranslationRequest("hola", "es", "fr", sound=SOUND)

    bridged = TranslationResult("salut", "w+b", ("es", "en", "fr"), from_sound=True)
    assert await chain.translate(request) == bridged
    assert listening.asked[0].sound is SOUND
    assert [(part.text, part.sound) for part in second.asked] == [("hello", None)]
    with pytest.raises(EngineError, match=r"^w translates finished clauses only$"):
        await chain.translate(replace(request, draft=True))


async def test_an_engine_that_listens_is_not_warmed() -> None:
    """There is nothing to be heard yet, and its model is loaded; the others are warmed."""
    listening, reading = ListeningTranslator("w", {ES_EN: "hello"}), TableTranslator("b", {EN_ES: "hola"})
    await TranslatorChain([listening, reading], unfit).warm([ES_EN, EN_ES])

    assert listening.asked == []
    assert [request.source for request in reading.asked] == ["en"]
