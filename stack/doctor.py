"""Examines this machine: which engines load, which languages they connect, and what else the stack needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from config.settings import Settings
from pipeline.engines.protocols import EngineError, EngineInfo, Translator
from pipeline.engines.registry import (
    available,
    choose_profile,
    load_recognizer,
    load_synthesizer,
    load_translator,
)
from stack import catalogue, debian, livekit_server
from stack.errors import PortsBusy
from stack.models import ModelStore
from stack.parts import HOST
from stack.ports import Ports, check_free

LOAD_LIMIT_S = 120.0


@dataclass(frozen=True, slots=True)
class Finding:
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
    """What "auto" comes to here; else the same."""
    reasons: tuple[str, ...]
    can_run: bool
    """Whether the chosen profile has all that it needs here."""
    chosen: tuple[Finding, ...]
    """What the profile uses: recogniser, translator, synthesiser."""
    engines: tuple[Finding, ...]
    """Every engine by itself."""
    routes: tuple[Route, ...]
    models: tuple[Finding, ...]
    machine: tuple[Finding, ...]
    """Server, ports, GPU, packages."""

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


class _Engine(Protocol):
    info: EngineInfo

    async def close(self) -> None: ...


async def examine(settings: Settings) -> Examination:
    """Looks at everything; loads engines, but fetches nothing and leaves nothing running."""
    settings = replace(settings, models=replace(settings.models, download=False))
    routes: list[Route] = []

    async def translators(chosen: Settings) -> Translator:
        translator = await load_translator(chosen)
        routes.extend(_routes(translator))
        return translator

    chosen = (
        await _loads("recogniser", lambda: load_recognizer(settings)),
        await _loads("translator", lambda: translators(settings)),
        await _loads("synthesiser", lambda: load_synthesizer(settings)),
    )
    choice = await asyncio.to_thread(choose_profile, settings)
    machine = await asyncio.to_thread(_machine, settings)
    return Examination(
        profile=settings.profile,
        means=choice.profile,
        reasons=choice.reasons,
        can_run=all(finding.works for finding in (*chosen, machine[0])),
        chosen=chosen,
        engines=await asyncio.to_thread(_engines, settings),
        routes=tuple(routes),
        models=_models(settings),
        machine=machine,
    )


async def _loads(name: str, load: Callable[[], Awaitable[_Engine]]) -> Finding:
    """Loads an engine and lets go of it; what keeps it from loading is the engine's own words."""
    try:
        async with asyncio.timeout(LOAD_LIMIT_S):
            engine = await load()
            info = engine.info
            await engine.close()
    except EngineError as error:
        detail, _, advice = str(error).partition("; ")
        return Finding(name, False, detail, advice)
    except TimeoutError:
        return Finding(name, False, f"did not load within {LOAD_LIMIT_S:g} s")
    return Finding(name, True, f"{info.name}: {_shown(info.languages)}; {_licence(info)}")


def _shown(languages: Sequence[str]) -> str:
    many = f" and {len(languages) - 16} more" if len(languages) > 16 else ""
    return " ".join(languages[:16]) + many


def _licence(info: EngineInfo) -> str:
    weights = "" if info.weights_licence in ("", "none") else f", weights {info.weights_licence}"
    return f"licence {info.code_licence}{weights}"


def _engines(settings: Settings) -> tuple[Finding, ...]:
    """Every engine that there is, whether the profile uses it or not."""
    found = []
    for state in available(settings):
        detail, _, advice = state.detail.partition("; ")
        if state.present:
            detail, advice = state.detail, ""
        found.append(Finding(state.engine.name, state.present, detail, advice))
    return tuple(found)


def _routes(translator: Translator) -> list[Route]:
    languages = translator.info.languages
    pairs = ((source, target) for source in languages for target in languages if source != target)
    return [
        Route(source, target, passes)
        for source, target in pairs
        if (passes := translator.route(source, target)) is not None
    ]


def _models(settings: Settings) -> tuple[Finding, ...]:
    store = ModelStore(settings.models)
    return tuple(
        Finding(model.name, here, str(store.path(model)), "" if here else f"hive models fetch {model.name}")
        for model in catalogue.listed()
        if (here := store.has(model)) or model.name in catalogue.USUAL
    )


def _machine(settings: Settings) -> tuple[Finding, ...]:
    return _server(), _packages(), _ports(settings), _gpu()


def _server() -> Finding:
    server = livekit_server.find()
    if server is None:
        return Finding("livekit-server", False, "not on the PATH and not built yet", "make setup")
    return Finding("livekit-server", True, str(server))


def _packages() -> Finding:
    absent = debian.missing(debian.ENGINES)
    if not absent:
        return Finding("Debian packages", True, "all that the embedded engines use are installed")
    names = ", ".join(f"{package.names[-1]} ({package.purpose})" for package in absent)
    return Finding("Debian packages", False, f"missing: {names}", debian.command(absent))


def _ports(settings: Settings) -> Finding:
    ports = Ports.of(settings)
    wanted = {name: getattr(ports, name) for name in Ports.__dataclass_fields__}
    try:
        check_free(wanted, HOST)
    except PortsBusy as error:
        detail, _, advice = str(error).partition(". ")
        return Finding("ports", False, detail, advice)
    return Finding("ports", True, f"{', '.join(str(port) for port in sorted(wanted.values()))} are free")


def _gpu() -> Finding:
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    if not count:
        return Finding("GPU", False, "none that CTranslate2 can use; the profile gpu needs one")
    types = ", ".join(sorted(ctranslate2.get_supported_compute_types("cuda")))
    return Finding("GPU", True, f"{count} with {types}")
