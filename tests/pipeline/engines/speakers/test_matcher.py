"""The blend that lies nearest to somebody's voice is found, within bounds and behind live speech."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio import Pcm
from pipeline.engines.giving_way import LiveFirst
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    SpeakerEmbedding,
    SpeakerTraits,
    SynthesisRequest,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.speakers.blend_search import BlendSearch, MeasuredVoice
from pipeline.engines.speakers.matcher import MOST_WAITING, BlendMatcher
from pipeline.engines.speakers.named_voices import NamedVoices
from pipeline.engines.speakers.sentences import COMPARISONS
from pipeline.engines.synthesis.blends import Blend, read
from pipeline.engines.synthesis.kokoro_partners import stays_understandable
from tests.fakes.engines import info
from tests.fakes.speakers import embedding

LIES = {
    "af_bella": (1.0, 0.0, 0.0, 0.0),
    "am_adam": (0.0, 1.0, 0.0, 0.0),
    "ef_dora": (0.6, 0.0, 0.8, 0.0),
    "em_alex": (0.0, 0.3, 0.2, 0.9),
    "zf_xiaobei": (0.0, 0.0, 1.0, 0.2),
}
"""Where the voices of the tests lie."""
WANTED = SpeakerTraits(embedding(0.5, 0.7, 0.1, 0.1), 6.0, 120.0, 900.0)


class BlendingWorld:
    """A synthesiser and an encoder in one: a blend lies where its parts do, a little elsewhere in each sentence.

    Args:
        awry: how far elsewhere.
    """

    def __init__(self, awry: float = 0.0, *, hangs: bool = False) -> None:
        self.info = info("kokoro", "en", "es", "zh")
        self.said: list[SynthesisRequest] = []
        self.hanging = asyncio.Event()
        self._awry, self._hangs = awry, hangs
        self._last = SynthesisRequest("", "", "")

    def voices(self, language: str) -> tuple[Voice, ...]:
        letters = {"en": "ab", "es": "e", "zh": "z"}.get(language, "-")
        own = (Voice(f"kokoro:{name}", language, blends=True) for name in LIES if name[0] in letters)
        return (*own, Voice("plain:es", language))

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        self.said.append(request)
        if self._hangs:
            self.hanging.set()
            await asyncio.Event().wait()
        self._last = request
        yield np.ones(24_000, np.int16)

    async def describe(self, pcm: Pcm) -> SpeakerTraits:
        assert len(pcm) == 16_000
        held_out = self._last.text == COMPARISONS[self._last.language].held_out
        off = np.zeros(256) + (self._awry if held_out else 0.0)
        found = _mixed(read(self._last.voice)) + off
        return SpeakerTraits(np.asarray(found / np.linalg.norm(found), np.float32), 4.0, 150.0, 900.0)

    async def close(self) -> None:
        return None


def _mixed(blend: Blend) -> NDArray[np.float64]:
    """Higher is nearer to the fourth direction, as it happens."""
    mixed = sum(share / 100 * embedding(*LIES[voice]) for voice, share in blend.parts)
    bent = np.pad([0.0, 0.0, 0.0, 0.02 * blend.semitones], (0, 252))
    return np.asarray(mixed + bent, np.float64)


def matcher(world: BlendingWorld, directory: Path, *, evaluations: int = 24) -> BlendMatcher:
    return BlendMatcher(world, world, NamedVoices(directory, "models"), evaluations=evaluations)


async def test_a_nearer_blend_is_found_and_judged_by_another_sentence(tmp_path: Path) -> None:
    """Its name holds the recipe; it beats the language's nearest voice on a sentence that was not searched with."""
    world, told = BlendingWorld(), list[float]()
    found = await matcher(world, tmp_path).resembling(WANTED, "es", told.append)

    held_out = [one.voice for one in world.said if one.text == COMPARISONS["es"].held_out]
    assert held_out == ["kokoro:blend~ef_dora.100", found.voice]
    assert found.nearest == "kokoro:ef_dora"
    assert found.before == pytest.approx(float(embedding(*LIES["ef_dora"]) @ WANTED.embedding), abs=1e-4)
    assert found.after > 0.97 > found.before
    assert (found.language, told[-1]) == ("es", 1.0)
    assert told == sorted(told)
    assert all(one.unhurried and one.language == "es" for one in world.said)
    assert {voice for one in world.said for voice, _ in read(one.voice).parts} == set(LIES) - {"zf_xiaobei"}


async def test_voices_with_names_are_measured_once(tmp_path: Path) -> None:
    """The next search speaks no more than it may try, and two sentences; other models begin anew."""
    world = BlendingWorld()
    await matcher(world, tmp_path, evaluations=5).resembling(WANTED, "es")
    first = len(world.said)
    world.said.clear()
    await matcher(world, tmp_path, evaluations=5).resembling(WANTED, "es")
    second = len(world.said)
    world.said.clear()
    other = BlendMatcher(world, world, NamedVoices(tmp_path, "other models"), evaluations=5)
    await other.resembling(WANTED, "es")

    assert (first, second, len(world.said)) == (4 + 5 + 2, 5 + 2, 4 + 5 + 2)


def test_a_damaged_file_counts_for_nothing(tmp_path: Path) -> None:
    """What was measured is measured again; where nothing can be written, nothing is kept."""
    kept = NamedVoices(tmp_path, "models")
    kept.keep("es", "Hola.", measured("ef_dora"))
    assert kept.kept("es", "Hola.")["ef_dora"].embedding == pytest.approx(_embedding("ef_dora"), abs=1e-5)
    for file in tmp_path.iterdir():
        file.write_bytes(b"{")
    assert kept.kept("es", "Hola.") == {}
    nowhere = NamedVoices(tmp_path / next(tmp_path.iterdir()).name / "below", "models")
    nowhere.keep("es", "Hola.", measured("ef_dora"))
    assert nowhere.kept("es", "Hola.") == {}


async def test_where_nothing_is_nearer_the_voice_with_the_name_is_told(tmp_path: Path) -> None:
    """The similarity after is never less than before."""
    world = BlendingWorld()
    wanted = replace(WANTED, embedding=embedding(*LIES["em_alex"]), pitch_hz=0.0)
    found = await matcher(world, tmp_path, evaluations=3).resembling(wanted, "es")

    assert (found.voice, found.nearest) == ("kokoro:em_alex", "kokoro:em_alex")
    assert found.after == found.before == pytest.approx(1.0, abs=1e-4)


async def test_a_language_without_guests_keeps_to_its_own_voices(tmp_path: Path) -> None:
    """Chinese is not understood from voices of other languages; what has no voices to blend is unknown."""
    world = BlendingWorld()
    one = matcher(world, tmp_path)
    await one.resembling(WANTED, "zh-TW")

    assert one.languages == ("en", "es", "zh")
    assert {voice for one in world.said for voice, _ in read(one.voice).parts} == {"zf_xiaobei"}
    with pytest.raises(UnknownLanguage, match="de is not available; available: en, es, zh"):
        await one.resembling(WANTED, "de")


async def test_one_search_at_a_time(tmp_path: Path) -> None:
    """A few wait, more are refused; one that is given up lets the next one begin."""
    world = BlendingWorld(hangs=True)
    one = matcher(world, tmp_path)
    running = [asyncio.ensure_future(one.resembling(WANTED, "es")) for _ in range(MOST_WAITING + 1)]
    await world.hanging.wait()
    with pytest.raises(EngineOverloaded, match="the search for voices is overloaded"):
        await one.resembling(WANTED, "es")
    assert len(world.said) == 1
    world.hanging.clear()
    running[0].cancel()
    await world.hanging.wait()
    assert len(world.said) == 2
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_a_search_whose_voice_fails_fails(tmp_path: Path) -> None:
    """What was measured before that is kept."""

    class Failing(BlendingWorld):
        async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
            if len(self.said) == 2:
                raise EngineError("the voice broke")
            async for piece in super().synthesize(request):
                yield piece

    with pytest.raises(EngineError, match="the voice broke"):
        await matcher(Failing(), tmp_path).resembling(WANTED, "es")
    assert len(NamedVoices(tmp_path, "models").kept("es", COMPARISONS["es"].searched)) == 2


def measured(names: str) -> dict[str, MeasuredVoice]:
    return {name: MeasuredVoice(_embedding(name), 150.0) for name in names.split()}


def _embedding(name: str) -> SpeakerEmbedding:
    return embedding(*LIES[name])


def test_no_blend_is_proposed_twice_or_out_of_bounds() -> None:
    """However long it goes on; it ends by itself."""
    search = BlendSearch(measured("af_bella am_adam ef_dora em_alex"), WANTED.embedding, 90.0)
    proposed: list[Blend] = []
    while (blend := search.propose()) is not None and len(proposed) < 500:
        proposed.append(blend)
        similarity = _mixed(blend) @ WANTED.embedding / np.linalg.norm(_mixed(blend))
        search.tell(blend, float(similarity))

    assert len(proposed) == len(set(proposed)) < 500
    assert [read(blend.name) for blend in proposed] == proposed  # each holds all bounds of a name
    assert search.best is not None


@pytest.mark.parametrize(
    ("name", "language", "understood"),
    [
        ("blend~af_bella.100", "en-GB", True),
        ("blend~af_bella.100", "es", True),
        ("blend~af_bella.50~ff_siwis.50", "fr", True),
        ("blend~af_bella.30~am_adam.30~ff_siwis.40", "fr", False),
        ("blend~ef_dora.10~ff_siwis.90", "fr", False),
        ("blend~zf_xiaoyi.90~af_bella.10", "zh", False),
        ("blend~zf_xiaoyi.90~zm_yunxi.10", "zh-CN", True),
        ("blend~hf_alpha.50~af_bella.50", "hi", False),
        ("blend~am_adam.100", "ja", True),
    ],
)
def test_what_stays_understandable(name: str, language: str, understood: bool) -> None:
    """As it was measured, see docs/decisions/0016-voices-that-resemble.md."""
    assert stays_understandable(read(name), language) is understood


async def test_live_work_goes_first() -> None:
    """What nobody waits for begins when nothing live is under way, one piece after the other."""
    turns, order = LiveFirst(), list[str]()
    over = asyncio.Event()

    async def live() -> None:
        async with turns.live():
            order.append("live")
            await over.wait()

    async def unhurried(name: str) -> None:
        async with turns.unhurried():
            order.append(name)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        group.create_task(live())
        group.create_task(live())
        await asyncio.sleep(0)
        group.create_task(unhurried("first"))
        group.create_task(unhurried("second"))
        for _ in range(5):
            await asyncio.sleep(0)
        assert order == ["live", "live"]
        over.set()
    assert order == ["live", "live", "first", "second"]
