"""Several voices as one: which engine speaks a language, and what happens when it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    SynthesisRequest,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.synthesis.chain import LINGER_S, SynthesizerChain
from pipeline.engines.synthesis.espeak import EspeakSynthesizer
from tests.fakes.clock import HandClock
from tests.fakes.voices import ScriptedVoices


async def say(chain: SynthesizerChain, language: str, voice: str = "", text: str = "Hola.") -> Pcm:
    async with aclosing(chain.synthesize(SynthesisRequest(text, language, voice))) as sound:
        pieces = [piece async for piece in sound]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def natural(**broken: EngineError) -> ScriptedVoices:
    return ScriptedVoices("natural", {"es": ("dora", "alex"), "fr": ("siwis",)}, broken=broken)


def plain(**broken: EngineError) -> ScriptedVoices:
    languages = {"es": ("es", "es+f2"), "fr": ("fr", "fr+f2"), "de": ("de", "de+f2")}
    return ScriptedVoices("plain", languages, broken=broken)


async def test_the_first_engine_that_has_a_language_speaks_it() -> None:
    """What one lacks, the next has; what none has is unknown, and has no voices."""
    first, second = natural(), plain()
    chain = SynthesizerChain([first, second])

    for language in ("es", "de"):
        assert len(await say(chain, language))

    assert (first.asked, second.asked) == ([("es", "")], [("de", "")])
    assert chain.info.name == "natural+plain"
    assert chain.info.languages == ("de", "es", "fr")
    assert chain.voices("xx") == ()
    with pytest.raises(UnknownLanguage, match="xx is not available; available: de, es, fr"):
        await say(chain, "xx")


async def test_voices_are_named_by_their_engine() -> None:
    """A name is unique in the chain, and understood by it; those of engines that only stand in are on standby."""
    first, second = natural(), plain()
    chain = SynthesizerChain([first, second])

    assert chain.voices("es") == (
        Voice("natural:dora", "es", "high"), Voice("natural:alex", "es", "low"),
        Voice("plain:es", "es", "low", standby=True), Voice("plain:es+f2", "es", "high", standby=True),
    )  # fmt: skip
    assert [voice.name for voice in chain.voices("de")] == ["plain:de", "plain:de+f2"]

    await say(chain, "es", "natural:alex")
    await say(chain, "es", "plain:es+f2")  # a voice of another engine, asked for by name

    assert (first.asked, second.asked) == ([("es", "alex")], [("es", "es+f2")])


async def test_the_next_engine_speaks_when_one_fails() -> None:
    """Nothing of the clause is lost; the voice that stands in is as high or low, and speakers stay apart."""
    first, second = natural(es=EngineError("the model is broken")), plain()
    chain = SynthesizerChain([first, second])

    assert len(await say(chain, "es", "natural:dora"))
    assert len(await say(chain, "es", "natural:alex"))

    assert second.asked == [("es", "es+f2"), ("es", "es")]


async def test_an_engine_that_does_not_begin_loses_the_clause() -> None:
    """A voice that hangs is stopped; the last engine has all the time it needs."""
    first = ScriptedVoices("natural", {"es": ("dora",)}, hangs=True)
    second = plain()
    chain = SynthesizerChain([first, second], patience_s=0.01)

    assert len(await say(chain, "es"))
    assert first.stopped == 1


async def test_where_nobody_waits_only_the_voice_that_is_asked_for_speaks() -> None:
    """However slow it is; where it fails nobody else pretends to be it."""
    slow = ScriptedVoices("slow", {"es": ("dora",)}, hangs=True)
    broken, other = natural(es=EngineError("the model is broken")), plain()
    chain = SynthesizerChain([slow, broken, other], patience_s=0.01)

    async def speak(voice: str) -> None:
        async for _ in chain.synthesize(SynthesisRequest("Hola.", "es", voice, unhurried=True)):
            pass

    with pytest.raises(EngineError, match="the model is broken"):
        await speak("natural:dora")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await speak("slow:dora")
    assert other.asked == []
    await speak("")  # any voice will do
    assert other.asked


async def test_what_has_begun_is_not_begun_again() -> None:
    """A clause that breaks in the middle is reported, not said twice."""
    first = ScriptedVoices("natural", {"es": ("dora",)}, breaks_after=2)
    second = plain()
    chain = SynthesizerChain([first, second])
    sound = chain.synthesize(SynthesisRequest("Hola.", "es", ""))

    assert len(await anext(sound)) == len(await anext(sound)) == 240
    with pytest.raises(EngineError, match="natural broke off: the voice broke"):
        await anext(sound)
    assert second.asked == []


async def test_all_reasons_are_told_when_nobody_can_speak() -> None:
    """Each engine's own; one that is only overloaded stays an overload."""
    broken = SynthesizerChain([natural(es=EngineError("broken")), plain(es=EngineError("gone"))])
    with pytest.raises(EngineError, match="natural: broken; plain: gone"):
        await say(broken, "es")

    full = EngineOverloaded("speech", 1.0)
    with pytest.raises(EngineOverloaded):
        await say(SynthesizerChain([natural(es=full), plain(es=full)]), "es")
    with pytest.raises(EngineOverloaded):
        await say(SynthesizerChain([natural(es=full)]), "es")


async def test_an_overload_beside_another_failure_is_told_as_both() -> None:
    """Of three engines that all fail; the reasons stand in the order in which they were asked."""
    third = ScriptedVoices("third", {"es": ("es",)}, breaks_after=0)
    full = EngineOverloaded("speech", 1.0)
    chain = SynthesizerChain([natural(es=EngineError("broken")), plain(es=full), third])

    with pytest.raises(EngineError, match=f"natural: broken; plain: {full}; third: the voice broke"):
        await say(chain, "es")


async def test_an_engine_that_has_nothing_to_say_is_not_replaced() -> None:
    """It has spoken the clause, which has no sound."""
    second = plain()
    chain = SynthesizerChain([ScriptedVoices("natural", {"es": ("dora",)}, pieces=0), second])

    assert not len(await say(chain, "es"))
    assert second.asked == []


async def test_settings_choose_a_voice_by_language() -> None:
    """An engine, or one voice of it; regions of the language follow, other languages do not."""
    first, second = natural(), plain()
    chain = SynthesizerChain([first, second], preferred={"es": "plain:es+f2", "fr": "plain"})

    await say(chain, "es")
    await say(chain, "fr")

    assert second.asked == [("es", "es+f2"), ("fr", "")]
    by_right = [voice.name for voice in chain.voices("es") if not voice.standby]
    assert by_right == ["plain:es+f2", "plain:es"]
    assert chain.voices("fr")[0].name == "plain:fr"
    assert (
        SynthesizerChain([natural()], preferred={"es": "natural:alex"}).voices("es")[0].name == "natural:alex"
    )


async def test_a_language_beyond_what_the_machine_affords_is_spoken_by_the_next_engine() -> None:
    """Who has a place keeps it while it is used; it is free again some time after."""
    clock = HandClock()
    first, second = natural(), plain()
    chain = SynthesizerChain([first, second], places={"natural": 1}, now=clock)

    await say(chain, "es")
    await say(chain, "fr")
    await say(chain, "es")
    assert (first.asked, second.asked) == ([("es", ""), ("es", "")], [("fr", "")])

    clock.move(LINGER_S + 1)
    await say(chain, "fr")
    assert first.asked[-1] == ("fr", "")


async def test_a_language_that_only_a_full_engine_has_is_spoken_all_the_same() -> None:
    """Late is better than not at all."""
    first = natural()
    chain = SynthesizerChain([first], places={"natural": 1})

    await say(chain, "es")
    await say(chain, "fr")

    assert first.asked == [("es", ""), ("fr", "")]


async def test_who_stops_listening_stops_the_engine() -> None:
    """Closing the chain's sound closes the engine's."""
    first = ScriptedVoices("natural", {"es": ("dora",)}, pieces=100)
    chain = SynthesizerChain([first])

    sound = chain.synthesize(SynthesisRequest("Hola.", "es", ""))
    await anext(sound)
    await sound.aclose()

    assert first.stopped == 1


async def test_all_engines_are_closed() -> None:
    """Even when closing one of them fails."""
    first = ScriptedVoices("natural", {"es": ("dora",)}, close_error=EngineError("stuck"))
    second = plain()

    with pytest.raises(EngineError, match="stuck"):
        await SynthesizerChain([first, second]).close()

    assert second.closed


@pytest.mark.engines
class TestWithEspeak:
    """The chain with a real engine behind a broken one."""

    @pytest.fixture
    async def chain(self) -> AsyncIterator[SynthesizerChain]:
        chain = SynthesizerChain([natural(es=EngineError("broken")), await EspeakSynthesizer.load()])
        yield chain
        await chain.close()

    async def test_espeak_stands_in(self, chain: SynthesizerChain) -> None:
        """Its voices speak for the broken engine's, and differ for its speakers."""
        high, low = await asyncio.gather(say(chain, "es", "natural:dora"), say(chain, "es", "natural:alex"))

        assert len(high) > 1000
        assert high.tobytes() != low.tobytes()
        assert chain.voices("nl")[0].name == "espeak:nl"
