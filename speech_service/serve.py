"""Loads the engines and serves them: recognition, translation and synthesis, each on a port of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI

from config.addresses import several
from config.settings import Services, Settings
from foundation.http.server import Listening
from foundation.tracing.running import tracing
from pipeline.engines.choice import EngineChoice, choose
from pipeline.engines.cloning.loading import load_cloning
from pipeline.engines.limiting import limited
from pipeline.engines.measuring import measured
from pipeline.engines.protocols import EngineInfo, Recognizer
from pipeline.engines.recognition.files import ReadsFiles
from pipeline.engines.speakers.loading import load_likeness
from speech_service.limits import check_reachable, serving
from speech_service.machine import facts, suited, tell
from speech_service.measures import Measures
from speech_service.mt import mt_app
from speech_service.placement import EngineSource, engines_of
from speech_service.stt import stt_app
from speech_service.tts import tts_app

log = structlog.get_logger(__name__)

PORTS = {"stt": 8001, "mt": 8002, "tts": 8003}
SERVICES = tuple(PORTS)


def configured_ports(services: Services) -> dict[str, int]:
    """The ports in the URLs under which clients look for the services; none where engines run inline.

    Of several copies the first one's: those on other ports are told theirs when they are started.
    """
    named = {"stt": services.stt_url, "mt": services.mt_url, "tts": services.tts_url}
    urls = {name: several(addresses)[0] for name, addresses in named.items() if several(addresses)}
    return {name: urlsplit(url).port or PORTS[name] for name, url in urls.items()}


async def serve(
    settings: Settings,
    only: Collection[str] = (),
    ports: Mapping[str, int] | None = None,
    *,
    announce: Callable[[str], None] = print,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Serves until it is cancelled, then ends connections and engines.

    Args:
        only: of "stt", "mt" and "tts"; empty for all that have a URL in the settings.
        ports: for services that are to be on another port than in their URL; 0 for any.
        announce: gets a line for each service once it answers.
        say: gets a line about each step before that which takes its time.

    Raises:
        EngineError: an engine cannot be loaded; the message says what to do.
        SettingsError: others could use the services without a token.
        OSError: a port is in use.
        ValueError: a service that there is not.
    """
    check_reachable(settings.services)  # before models are loaded, which takes its time
    configured = configured_ports(settings.services)
    names = [name for name in SERVICES if name in (only or configured)]
    if unknown := set(only) - set(SERVICES):
        raise ValueError(f"no such service: {', '.join(sorted(unknown))}; there are {', '.join(SERVICES)}")
    wanted = {**PORTS, **configured, **(ports or {})}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(tracing(settings.tracing, _called(names)))
        figures = await measured(settings)
        choice = await asyncio.to_thread(choose, settings, figures)
        settings = suited(settings, choice)
        tell(choice)
        # Engines first: whoever finds a port open also finds a service that answers.
        engines = await stack.enter_async_context(engines_of(settings, choice, names, say))
        recognizer: Recognizer | None = None
        if "stt" in names:
            recognizer = await engines.recognizer()
            stack.push_async_callback(recognizer.close)
        loaded = [(name, *await _load(name, settings, choice, engines, recognizer, stack)) for name in names]
        for name, app, _ in loaded:
            app.state.measures.state("machine", facts(choice, figures))
            _tell_measures(app.state.measures, name, choice, engines)
        servers: dict[str, Listening] = {}
        for name, app, info in loaded:
            servers[name] = await stack.enter_async_context(serving(app, settings.services, wanted[name]))
            announce(f"{name:4} {servers[name].url}  {info.name} ({_some(info.languages)})")
            log.info("service listens", part=name, url=servers[name].url, engine=info.name)
        await _end_of_one(servers)


def _tell_measures(measures: Measures, name: str, choice: EngineChoice, engines: EngineSource) -> None:
    """Copies on Ray, where there are any, and how many speakers there is room for."""
    if (copies := engines.figures(name)) is not None:
        measures.watch_copies(copies)
    if name == "stt" and choice.capacity is not None:
        measures.room = max(1, choice.capacity.speakers)


def _called(names: Sequence[str]) -> str:
    return f"hive-{names[0]}" if len(names) == 1 else "hive-speech"


def _some(languages: Sequence[str]) -> str:
    return ", ".join(languages[:20]) + (" …" if len(languages) > 20 else "")


async def _end_of_one(servers: Mapping[str, Listening]) -> None:
    """Waits until one of the servers has ended: a service that serves no more must not look as if it lived.

    Raises:
        OSError: it ended by itself.
    """
    endings = {
        asyncio.create_task(server.ended(), name=f"{name} ended"): name for name, server in servers.items()
    }
    try:
        ended, _ = await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for ending in endings:
            ending.cancel()
    for ending in ended:
        ending.result()
        raise OSError(f"the server of {endings[ending]} ended by itself")


async def _load(
    name: str,
    settings: Settings,
    choice: EngineChoice,
    engines: EngineSource,
    recognizer: Recognizer | None,
    stack: AsyncExitStack,
) -> tuple[FastAPI, EngineInfo]:
    if name == "stt" and recognizer is not None:
        from pipeline.engines.recognition.silero import SileroModel  # ONNX is for those alone who recognise

        detector = await asyncio.to_thread(SileroModel.load)
        hearing = limited(recognizer, engines.capacity)
        files = recognizer.files if isinstance(recognizer, ReadsFiles) else None
        return stt_app(hearing, detector.detector, settings, files=files), recognizer.info
    if name == "mt":
        translator = await engines.translator(recognizer)
        stack.push_async_callback(translator.close)
        return mt_app(translator, settings), translator.info
    synthesizer = await engines.synthesizer()
    stack.push_async_callback(synthesizer.close)
    likeness = await load_likeness(settings, synthesizer)
    stack.push_async_callback(likeness.close)
    cloning = await load_cloning(settings, device=choice.device)
    stack.push_async_callback(cloning.close)
    return tts_app(synthesizer, settings, likeness, cloning), synthesizer.info
