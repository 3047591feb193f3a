"""Examines this machine: which engines load, which languages they connect, and what else the stack needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from typing import Protocol

from config.engines import ENGINES, Engine
from config.settings import Settings
from pipeline.capacity import Capacity, Measured
from pipeline.engines.availability import available
from pipeline.engines.choice import RoleChoice, chosen
from pipeline.engines.measurements import kept
from pipeline.engines.measuring import measure_and_keep
from pipeline.engines.placed.cluster import require_ray
from pipeline.engines.protocols import EngineError, EngineInfo, EngineMissing, Synthesizer, Translator
from pipeline.engines.registry import load_recognizer, load_synthesizer, load_translator
from pipeline.engines.speakers import resemblyzer
from stack import catalogue, debian, livekit_server
from stack.errors import PortsBusy
from stack.models import ModelStore
from stack.parts import HOST
from stack.ports import Ports, check_free

LOAD_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """One thing that was looked at."""

    name: str
    works: bool
    detail: str
    advice: str = ""
    """What to do about it; empty where there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Route:
    """A direction that can be translated."""

    source: str
    target: str
    passes: tuple[str, ...]
    """All languages on the way, both ends included."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found."""

    profile: str
    """As it is set."""
    means: str
    """What the choices below come to in a word, see `EngineChoice.profile`."""
    can_run: bool
    """Whether each role has what it needs here."""
    roles: tuple[RoleChoice, ...]
    """For recognition, translation and speech: what was chosen, why, and what better would need."""
    loaded: tuple[DoctorFinding, ...]
    """What loading their engines came to."""
    voiceless: tuple[str, ...]
    """Languages that can be translated into and that no voice speaks: they are offered as captions only."""
    measured: Measured | None
    """Times on this machine; None: never measured with these models."""
    capacity: Capacity | None
    """What fits at once."""
    engines: tuple[DoctorFinding, ...]
    """Every engine by itself, whether it is used or not."""
    routes: tuple[Route, ...]
    models: tuple[DoctorFinding, ...]
    machine: tuple[DoctorFinding, ...]
    """Server, ports, GPU, packages."""

    def as_json(self) -> str:
        """For programs: indented, field names as in these classes."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


class _Engine(Protocol):
    @property
    def info(self) -> EngineInfo: ...

    async def close(self) -> None: ...


async def examine(
    settings: Settings,
    *,
    measuring: bool = False,
    say: Callable[[str], None] = lambda line: None,
    engines: Sequence[Engine] = ENGINES,
) -> Examination:
    """Looks at everything; loads engines, but fetches nothing and leaves nothing running.

    Args:
        measuring: whether to measure the machine anew, and to keep the figures for the next start.
        say: gets a line about each thing that is measured.
        engines: those that there are.
    """
    settings = replace(settings, models=replace(settings.models, download=False))
    measured = await _figures(settings, measuring, say)
    choice = await asyncio.to_thread(chosen, settings, engines)
    routes: list[Route] = []
    spoken: list[str] = []

    async def translators() -> Translator:
        translator = await load_translator(settings, engines=engines)
        routes.extend(_routes(translator))
        return translator

    async def voices() -> Synthesizer:
        synthesizer = await load_synthesizer(settings, engines)
        targets = dict.fromkeys(route.target for route in routes)
        spoken.extend(language for language in targets if synthesizer.voices(language))
        return synthesizer

    loaded = (
        await _loads("recognition", lambda: load_recognizer(settings, engines)),
        await _loads("translation", translators),
        await _loads("speech", voices),
    )
    machine = await asyncio.to_thread(_machine, settings)
    return Examination(
        profile=settings.profile,
        means=choice.profile,
        can_run=all(finding.works for finding in (*loaded, machine[0])),
        roles=choice.roles,
        loaded=loaded,
        voiceless=tuple(sorted({route.target for route in routes} - set(spoken))),
        measured=measured,
        capacity=choice.capacity,
        engines=await asyncio.to_thread(_engines, settings, engines),
        routes=tuple(routes),
        models=_models(settings),
        machine=machine,
    )


async def _figures(settings: Settings, measuring: bool, say: Callable[[str], None]) -> Measured | None:
    if measuring:
        return await measure_and_keep(settings, say)
    return await asyncio.to_thread(kept, settings)


async def _loads(name: str, load: Callable[[], Awaitable[_Engine]]) -> DoctorFinding:
    """Loads an engine and lets go of it; what keeps it from loading is the engine's own words."""
    try:
        async with asyncio.timeout(LOAD_LIMIT_S):
            engine = await load()
            info = engine.info
            await engine.close()
    except EngineError as error:
        detail, _, advice = str(error).partition("; ")
        return DoctorFinding(name, False, detail, advice)
    except TimeoutError:
        return DoctorFinding(name, False, f"did not load within {LOAD_LIMIT_S:g} s")
    return DoctorFinding(name, True, f"{info.name}: {_shown(info.languages)}; {_licence(info)}")


def _shown(languages: Sequence[str]) -> str:
    many = f" and {len(languages) - 16} more" if len(languages) > 16 else ""
    return " ".join(languages[:16]) + many


def _licence(info: EngineInfo) -> str:
    weights = "" if info.weights_licence in ("", "none") else f", weights {info.weights_licence}"
    return f"licence {info.code_licence}{weights}"


def _engines(settings: Settings, engines: Sequence[Engine]) -> tuple[DoctorFinding, ...]:
    """Every engine that there is."""
    found = []
    for state in available(settings, engines):
        detail, _, advice = state.detail.partition("; ")
        found.append(DoctorFinding(state.engine.name, state.present, detail, advice))
    return (*found, _voice_encoder(settings))


def _voice_encoder(settings: Settings) -> DoctorFinding:
    """It is no engine that settings name: what speaks with Kokoro has it where its weights are."""
    try:
        return DoctorFinding("resemblyzer", True, resemblyzer.look(settings.models))
    except EngineError as error:
        detail, _, advice = str(error).partition("; ")
        return DoctorFinding("resemblyzer", False, detail, advice)


def _routes(translator: Translator) -> list[Route]:
    languages = translator.info.languages
    pairs = ((source, target) for source in languages for target in languages if source != target)
    return [
        Route(source, target, passes)
        for source, target in pairs
        if (passes := translator.route(source, target)) is not None
    ]


def _models(settings: Settings) -> tuple[DoctorFinding, ...]:
    store = ModelStore(settings.models)
    return tuple(
        DoctorFinding(
            model.name, here, str(store.path(model)), "" if here else f"hive models fetch {model.name}"
        )
        for model in catalogue.listed()
        if (here := store.has(model)) or model.name in catalogue.USUAL
    )


def _machine(settings: Settings) -> tuple[DoctorFinding, ...]:
    return _server(), _packages(), _ports(settings), _gpu(), _ray()


def _server() -> DoctorFinding:
    server = livekit_server.find()
    if server is None:
        return DoctorFinding("livekit-server", False, "not on the PATH and not built yet", "make setup")
    return DoctorFinding("livekit-server", True, str(server))


def _packages() -> DoctorFinding:
    absent = debian.missing(debian.ENGINES)
    if not absent:
        return DoctorFinding("Debian packages", True, "all that the embedded engines use are installed")
    names = ", ".join(f"{package.names[-1]} ({package.purpose})" for package in absent)
    return DoctorFinding("Debian packages", False, f"missing: {names}", debian.command(absent))


def _ports(settings: Settings) -> DoctorFinding:
    ports = Ports.of(settings)
    wanted = {name: getattr(ports, name) for name in Ports.__dataclass_fields__}
    try:
        check_free(wanted, HOST)
    except PortsBusy as error:
        detail, _, advice = str(error).partition(". ")
        return DoctorFinding("ports", False, detail, advice)
    return DoctorFinding(
        "ports", True, f"{', '.join(str(port) for port in sorted(wanted.values()))} are free"
    )


def _ray() -> DoctorFinding:
    """It is no part of a usual installation: who wants copies of the engines brings it."""
    try:
        require_ray()
    except EngineMissing as error:
        detail, _, advice = str(error).partition("; ")
        return DoctorFinding("Ray", False, f"{detail}: engines run in the services alone", advice)
    return DoctorFinding("Ray", True, f"{metadata.version('ray')}, for `hive speech --placement ray`")


def _gpu() -> DoctorFinding:
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    if not count:
        return DoctorFinding("GPU", False, "none that CTranslate2 can use")
    types = ", ".join(sorted(ctranslate2.get_supported_compute_types("cuda")))
    return DoctorFinding("GPU", True, f"{count} with {types}")
