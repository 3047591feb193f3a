"""How the engines that the settings mean are loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

import structlog

from config.settings import Rooms, Settings
from pipeline.engines.choice import chosen
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    Recognizer,
    SynthesisRequest,
    Synthesizer,
    Translator,
)
from pipeline.engines.synthesis.chain import SynthesizerChain
from pipeline.engines.translation.chain import TranslatorChain

if TYPE_CHECKING:  # its libraries are loaded where it is used
    from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer

log = structlog.get_logger(__name__)


async def load_recognizer(settings: Settings) -> Recognizer:
    """Loads what turns speech into words. Raises EngineMissing, EngineError."""
    choice = await asyncio.to_thread(chosen, settings)
    role = choice.recognition
    log.info("recognition engine", engine=role.engines[0], model=role.model, why=role.why)
    if role.engines[0] == "pocketsphinx":
        from pipeline.engines.recognition.sphinx.recognizer import SphinxRecognizer

        return await SphinxRecognizer.load(max_speakers=settings.recognition.max_speakers)
    device = settings.recognition.device
    return await load_whisper(
        role.model,
        settings,
        device=choice.device if device == "auto" else device,
        threads=settings.recognition.threads or choice.threads,
    )


async def load_whisper(model: str, settings: Settings, *, device: str, threads: int) -> WhisperRecognizer:
    """Loads a Whisper model by name or directory. Raises EngineMissing, EngineError."""
    from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer

    return await WhisperRecognizer.load(
        model,
        device=device,
        compute_type=settings.recognition.compute_type,
        threads=threads,
        models_dir=settings.models.directory / "whisper",
    )


async def load_translator(settings: Settings, recognizer: Recognizer | None = None) -> Translator:
    """Loads what turns text into other languages: a chain of all that are chosen and there.

    Args:
        recognizer: the one of this process, if it has one: Whisper translates as well. Closed by its owner.

    Raises:
        EngineMissing: none of them is there.
        EngineError: one is there but cannot be used.
    """
    choice = await asyncio.to_thread(chosen, settings)
    loaded: list[Translator] = []
    missing: list[str] = []
    try:
        for name in choice.translation.engines:
            try:
                if name == "whisper":
                    loaded.append(_listening_translator(recognizer))
                else:
                    loaded.append(await load_translation_engine(name, settings, choice.device))
            except EngineMissing as error:
                missing.append(str(error))
    except BaseException:
        for engine in loaded:
            await engine.close()
        raise
    if not loaded:
        raise EngineMissing("; ".join(missing) or "no translation engine is chosen")
    for reason in missing:
        log.warning("translation engine is missing", reason=reason)
    chain = TranslatorChain(loaded)
    log.info("translation engines", engines=chain.info.name, languages=len(chain.info.languages))
    await _warm(chain, settings.rooms)
    return chain


def _listening_translator(recognizer: Recognizer | None) -> Translator:
    from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
    from pipeline.engines.recognition.whisper.translator import WhisperTranslator

    if not isinstance(recognizer, WhisperRecognizer):
        raise EngineMissing("Whisper translates only in the process in which it recognises")
    try:
        return WhisperTranslator(recognizer)
    except EngineError as error:
        raise EngineMissing(str(error)) from error


async def load_synthesizer(settings: Settings) -> Synthesizer:
    """Loads what speaks: a chain of all that are chosen and there.

    Raises:
        EngineMissing: none of them is there.
        EngineError: none of them can be used.
    """
    choice = await asyncio.to_thread(chosen, settings)
    loaded: list[Synthesizer] = []
    failures: list[EngineError] = []
    try:
        for name in choice.speech.engines:
            try:
                loaded.append(await load_voice_engine(name, settings))
            except EngineError as error:  # the next one speaks instead
                failures.append(error)
    except BaseException:
        for engine in loaded:
            await engine.close()
        raise
    reasons = "; ".join(str(failure) for failure in failures)
    if not loaded:
        missing = all(isinstance(failure, EngineMissing) for failure in failures)
        raise EngineMissing(reasons) if missing else EngineError(reasons)
    for failure in failures:
        log.warning("speech engine cannot be used", reason=str(failure))
    chain = SynthesizerChain(
        loaded,
        preferred=_preferred(settings, loaded),
        places=choice.capacity.places if choice.capacity is not None else None,
        patience_s=settings.speech.timeout_s / 2,
    )
    log.info("speech engines", engines=chain.info.name, languages=len(chain.info.languages))
    await _warm_voices(loaded, settings.rooms)
    return chain


_WARM_VOICES = 3
_WARM_S = 20.0


async def _warm_voices(engines: Sequence[Synthesizer], rooms: Rooms) -> None:
    """Has a word spoken in the languages that are known to be needed, so that the first clause does not wait for a
    voice to be loaded."""
    for engine in engines:
        there = [code for code in (*rooms.languages, *engine.info.languages) if engine.voices(code)]
        for language in list(dict.fromkeys(there))[:_WARM_VOICES]:
            request = SynthesisRequest("1.", language, engine.voices(language)[0].name)
            try:
                async with asyncio.timeout(_WARM_S), aclosing(engine.synthesize(request)) as pieces:
                    async for _ in pieces:
                        pass
            except (EngineError, TimeoutError) as error:
                log.warning("a voice is not ready", engine=engine.info.name, reason=str(error))


async def load_voice_engine(name: str, settings: Settings) -> Synthesizer:
    """Loads one that speaks, by its name in the settings. Raises EngineMissing, EngineError."""
    if name == "kokoro":
        from pipeline.engines.synthesis.kokoro import KokoroSynthesizer

        return await KokoroSynthesizer.load(settings.models.directory / "kokoro")
    if name == "piper":
        from pipeline.engines.synthesis.piper import PiperSynthesizer

        return await PiperSynthesizer.load(
            settings.models.directory / "piper", allow_non_commercial=settings.models.allow_non_commercial
        )
    from pipeline.engines.synthesis.espeak import EspeakSynthesizer

    return await EspeakSynthesizer.load()


def _preferred(settings: Settings, loaded: Sequence[Synthesizer]) -> dict[str, str]:
    """The voices of the settings that are there; one that is not is said, and the language keeps another."""
    engines = {engine.info.name: engine for engine in loaded}
    there = {}
    for language, wish in settings.speech.voices.items():
        name, _, voice = wish.partition(":")
        engine = engines.get(name)
        names = [own.name for own in engine.voices(language)] if engine is not None else []
        if names and (not voice or voice in names):
            there[language] = wish
        else:
            known = ", ".join(names) or "none for this language"
            log.warning("voice of the settings is not there", language=language, voice=wish, known=known)
    return there


async def _warm(chain: TranslatorChain, rooms: Rooms) -> None:
    """Has ready what the rooms are known to need; what cannot be had is found out again when it is asked for."""
    pairs = [
        (rooms.source_language, language)
        for language in rooms.languages
        if rooms.source_language not in ("auto", language)
    ]
    try:
        await chain.warm(pairs)
    except EngineError as error:
        log.warning("translation is not ready", reason=str(error))


async def load_translation_engine(name: str, settings: Settings, device: str) -> Translator:
    """Loads one that translates, by its name in the settings. Raises EngineMissing, EngineError."""
    if name == "apertium":
        from pipeline.engines.translation.apertium.translator import ApertiumTranslator

        return await ApertiumTranslator.load()
    from pipeline.engines.translation.opus.translator import OpusTranslator

    return await OpusTranslator.load(
        settings.models.directory / "opus",
        device="auto" if device == "cuda" else "cpu",
        allow_non_commercial=settings.models.allow_non_commercial,
    )
