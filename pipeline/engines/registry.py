"""How the engines that the settings mean are loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TypeVar

import structlog

from config.engines import ENGINES, Engine
from config.settings import Rooms, Settings
from pipeline.engines import homes
from pipeline.engines.choice import chosen
from pipeline.engines.homes import Wanted
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

log = structlog.get_logger(__name__)

Loaded = TypeVar("Loaded", Translator, Synthesizer)


async def load_recognizer(settings: Settings, engines: Sequence[Engine] = ENGINES) -> Recognizer:
    """Loads what turns speech into words. Raises EngineMissing, EngineError."""
    choice = await asyncio.to_thread(chosen, settings, engines)
    role, device = choice.recognition, settings.recognition.device
    log.info("recognition engine", engine=role.engines[0], model=role.model, why=role.why)
    wanted = Wanted(
        settings=settings,
        device=choice.device if device == "auto" else device,
        model=role.model,
        threads=settings.recognition.threads or choice.threads,
    )
    return await homes.load_recognizer(_named(role.engines[0], engines), wanted)


async def load_translator(
    settings: Settings, recognizer: Recognizer | None = None, engines: Sequence[Engine] = ENGINES
) -> Translator:
    """Loads what turns text into other languages: a chain of all that are chosen and there.

    Args:
        recognizer: the one of this process, if it has one: Whisper translates as well. Closed by its owner.

    Raises:
        EngineMissing: none of them is there.
        EngineError: one is there but cannot be used.
    """
    choice = await asyncio.to_thread(chosen, settings, engines)
    wanted = Wanted(settings=settings, device=choice.device, recognizer=recognizer)
    loading = [
        partial(homes.load_translator, _named(name, engines), wanted) for name in choice.translation.engines
    ]
    loaded, missing = await _all_there(loading, passed_over=EngineMissing)
    if not loaded:
        raise EngineMissing("; ".join(map(str, missing)) or "no translation engine is chosen")
    for reason in missing:
        log.warning("translation engine is missing", reason=str(reason))
    chain = TranslatorChain(loaded)
    log.info("translation engines", engines=chain.info.name, languages=len(chain.info.languages))
    await _warm(chain, settings.rooms)
    return chain


async def load_synthesizer(settings: Settings, engines: Sequence[Engine] = ENGINES) -> Synthesizer:
    """Loads what speaks: a chain of all that are chosen and there.

    Raises:
        EngineMissing: none of them is there.
        EngineError: none of them can be used.
    """
    choice = await asyncio.to_thread(chosen, settings, engines)
    wanted = Wanted(settings=settings, device=choice.device)
    loading = [
        partial(homes.load_synthesizer, _named(name, engines), wanted) for name in choice.speech.engines
    ]
    loaded, failures = await _all_there(loading, passed_over=EngineError)  # the next one speaks instead
    if not loaded:
        raise _none_can_be_used(failures)
    for failure in failures:
        log.warning("speech engine cannot be used", reason=str(failure))
    chain = SynthesizerChain(
        loaded,
        preferred=_preferred(settings, loaded),
        places=None if choice.capacity is None else choice.capacity.places,
        patience_s=settings.speech.timeout_s / 2,
    )
    log.info("speech engines", engines=chain.info.name, languages=len(chain.info.languages))
    await _warm_voices(loaded, settings.rooms)
    return chain


async def _all_there(
    loading: Iterable[Callable[[], Awaitable[Loaded]]], *, passed_over: type[EngineError]
) -> tuple[list[Loaded], list[EngineError]]:
    """Loads one after another; those that fail in the way that is passed over are told.

    Whatever else happens, what was loaded is closed.
    """
    loaded: list[Loaded] = []
    failures: list[EngineError] = []
    try:
        for load in loading:
            try:
                loaded.append(await load())
            except passed_over as error:
                failures.append(error)
    except BaseException:
        for engine in loaded:
            await engine.close()
        raise
    return loaded, failures


def _none_can_be_used(failures: Sequence[EngineError]) -> EngineError:
    reasons = "; ".join(map(str, failures))
    missing = all(isinstance(failure, EngineMissing) for failure in failures)
    return EngineMissing(reasons) if missing else EngineError(reasons)


_WARM_VOICES = 3
_WARM_S = 20.0


async def _warm_voices(engines: Sequence[Synthesizer], rooms: Rooms) -> None:
    """Has a word spoken in the languages that are known to be needed, so that the first clause does not wait for a
    voice to be loaded."""
    for engine in engines:
        there = [code for code in (*rooms.languages, *engine.info.languages) if engine.voices(code)]
        for language in list(dict.fromkeys(there))[:_WARM_VOICES]:
            await _warm_voice(engine, language)


async def _warm_voice(engine: Synthesizer, language: str) -> None:
    request = SynthesisRequest("1.", language, engine.voices(language)[0].name)
    try:
        async with asyncio.timeout(_WARM_S), aclosing(engine.synthesize(request)) as pieces:
            async for _ in pieces:
                pass
    except (EngineError, TimeoutError) as error:
        log.warning("a voice is not ready", engine=engine.info.name, reason=str(error))


def _preferred(settings: Settings, loaded: Sequence[Synthesizer]) -> dict[str, str]:
    """The voices of the settings that are there; one that is not is said, and the language keeps another."""
    engines = {engine.info.name: engine for engine in loaded}
    there = {}
    for language, wish in settings.speech.voices.items():
        name, _, voice = wish.partition(":")
        names = _voice_names(engines.get(name), language)
        if names and (not voice or voice in names):
            there[language] = wish
        else:
            known = ", ".join(names) or "none for this language"
            log.warning("voice of the settings is not there", language=language, voice=wish, known=known)
    return there


def _voice_names(engine: Synthesizer | None, language: str) -> list[str]:
    return [] if engine is None else [voice.name for voice in engine.voices(language)]


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


def _named(name: str, engines: Sequence[Engine]) -> Engine:
    return next(engine for engine in engines if engine.name == name)
