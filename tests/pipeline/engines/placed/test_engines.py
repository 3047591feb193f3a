"""Engines that are placed say what the same engines say in this process: the real ones, in a copy without Ray."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.settings import Models, Recognition, Settings, SpeechSettings, TranslationSettings
from pipeline.engines.placed.asking import PlacedRole
from pipeline.engines.placed.recognizer import placed_recognizer
from pipeline.engines.placed.synthesizer import PlacedSynthesizer
from pipeline.engines.placed.translator import PlacedTranslator
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    HearingOptions,
    SynthesisRequest,
    TranslationRequest,
    UnknownLanguage,
)
from pipeline.engines.recognition.files import FileOptions, FilePiece, PieceHeard
from pipeline.engines.registry import load_recognizer, load_synthesizer, load_translator
from tests.fakes.placed import copy_of
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "opus").mkdir()
    (tmp_path / "opus" / "pocket").symlink_to(sounds.DATA / "opus-pocket-en-es-fr")
    return Settings(
        profile="embedded",
        models=Models(directory=tmp_path, download=False),
        recognition=Recognition(engine="whisper", model=str(sounds.POCKET_WHISPER)),
        translation=TranslationSettings(engines=("opus",)),
        speech=SpeechSettings(engines=("espeak",)),
    )


@asynccontextmanager
async def placed(role: str, settings: Settings, patch: pytest.MonkeyPatch) -> AsyncIterator[PlacedRole]:
    """A copy, whose engine is closed afterwards: Ray ends it with its process."""
    way = await copy_of(role, settings, patch)
    try:
        yield way
    finally:
        replica = way._handle._replica
        for name in ("_whisper", "_translator", "_synthesizer"):
            if hasattr(replica, name):
                await getattr(replica, name).close()


async def test_a_speaker_is_heard_by_weights_that_are_elsewhere(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streams, language and context stay here; a look goes there and comes back the same."""
    here = await load_recognizer(settings)
    async with placed("stt", settings, monkeypatch) as way:
        there = await placed_recognizer(way, max_speakers=1)
        looks = []
        for recognizer in (here, there):
            stream = await recognizer.open(HearingOptions("anna", "en"), first_sample=0)
            await stream.accept(sounds.utterance("rms-budget"))
            looks.append((await stream.hypothesis(), await stream.hypothesis(final=True)))
            await stream.close()
        await here.close()

        assert there.info == here.info
        assert looks[0] == looks[1]
        assert way.figures.told()["copies"] == {"a": 3}
        with pytest.raises(UnknownLanguage):
            await there.open(HearingOptions("anna", "es"), first_sample=0)


async def test_files_are_read_by_weights_that_are_elsewhere(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    async with placed("stt", settings, monkeypatch) as way:
        reader = (await placed_recognizer(way, max_speakers=1)).files
        pieces = [FilePiece(sounds.utterance(name), 0) for name in ("rms-budget", "rms-report")]
        results = await reader.read(pieces, FileOptions("en"), done.append)

    said = [
        " ".join(sounds.plain(" ".join(word.text for word in result.words)))
        for result in results
        if isinstance(result, PieceHeard)
    ]
    assert (said, done) == ([sounds.BUDGET, sounds.REPORT], [1, 2])


async def test_a_text_is_translated_elsewhere(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ways between languages are known here, with regions as they were asked for."""
    request = TranslationRequest("the new budget", "en", "es")
    here = await load_translator(settings)
    async with placed("mt", settings, monkeypatch) as way:
        there = await PlacedTranslator.over(way)
        assert await there.translate(request) == await here.translate(request)
        for pair in (("en", "es"), ("en-GB", "es-MX"), ("es", "fr"), ("en", "en"), ("en", "xx")):
            assert there.route(*pair) == here.route(*pair)
        assert there.info == here.info
        with pytest.raises(UnknownLanguage):
            await there.translate(replace(request, target="xx"))
    await here.close()


async def test_a_clause_is_spoken_elsewhere(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    request = SynthesisRequest("The new budget.", "en", "")
    here = await load_synthesizer(settings)
    async with placed("tts", settings, monkeypatch) as way:
        there = await PlacedSynthesizer.over(way)
        spoken = [
            np.concatenate([piece async for piece in engine.synthesize(request)]) for engine in (here, there)
        ]
        assert there.info == here.info
        assert [there.voices(code) for code in ("en", "es", "xx")] == [
            here.voices(code) for code in ("en", "es", "xx")
        ]
        with pytest.raises(UnknownLanguage):
            await anext(there.synthesize(replace(request, language="xx")))
    await here.close()

    assert np.array_equal(spoken[0], spoken[1])


async def test_what_keeps_a_copy_from_loading_is_told_to_who_asks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It says what to do, as it does where the engine is loaded here; the copy itself lives."""
    lacking = replace(settings, recognition=Recognition(engine="whisper", model="no-such-model"))
    with pytest.raises(EngineMissing, match="no-such-model"):
        await placed_recognizer(await copy_of("stt", lacking, monkeypatch), max_speakers=1)

    sphinx = replace(settings, recognition=Recognition(engine="pocketsphinx"))
    with pytest.raises(EngineError, match="keeps what a speaker says"):
        await placed_recognizer(await copy_of("stt", sphinx, monkeypatch), max_speakers=1)
