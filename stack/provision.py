"""Which models fit this machine, and having them before anything starts."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from config.engines import ENGINES
from config.settings import Settings
from stack import catalogue
from stack.catalogue import USUAL
from stack.errors import StackError, Unreachable
from stack.model import Model
from stack.models import ModelStore, Say

FOR_TESTS: Final = (
    "whisper-base",
    "whisper-tiny.en",
    "kokoro-int8",
    "voice-encoder",
    "piper-en_US-joe-medium",
    "watermark",
)
"""Real weights that the tests use where they are."""


@dataclass(frozen=True, slots=True)
class MachineResources:
    """What decides which models fit."""

    cores: int
    memory_gib: float
    gpu: bool


def machine() -> MachineResources:
    """This one. Blocking: looks for a GPU."""
    try:
        import ctranslate2

        gpu = ctranslate2.get_cuda_device_count() > 0
    except (ImportError, RuntimeError):
        gpu = False
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return MachineResources(cores, psutil.virtual_memory().total / 2**30, gpu)


def usual(machine: MachineResources) -> tuple[str, ...]:
    """The models that a machine begins with: recognition, voices, translation."""
    if machine.gpu:
        better = {"whisper-base": "whisper-large-v3-turbo", "kokoro-int8": "kokoro"}
        return tuple(better.get(name, name) for name in USUAL)
    if machine.cores < 2 or machine.memory_gib < 3:
        # a natural voice of Kokoro takes a core and half a gigabyte by itself
        rest = tuple(name for name in USUAL if name not in ("whisper-base", "kokoro-int8", "voice-encoder"))
        return ("whisper-tiny", "whisper-tiny.en", *rest)
    return USUAL


def wanted(settings: Settings, machine: MachineResources) -> list[Model]:
    """The usual models that the settings have a use for; none where they keep to what needs no models."""
    if settings.profile == "embedded":
        return []
    models = [catalogue.find(name) for name in usual(machine)]
    if settings.recognition.model:
        others = [model for model in models if model.engine != "whisper"]
        models = [*_named(settings.recognition.model), *others]
    used = _used_engines(settings)
    return [model for model in models if model.engine in used]


def _used_engines(settings: Settings) -> set[str]:
    """Those that the settings name, or leave to be chosen."""
    asked = {
        "recognition": {settings.recognition.engine},
        "translation": set(settings.translation.engines),
        "speech": set(settings.speech.engines),
        "cloning": {settings.speech.cloning},
    }
    used = {engine.name for engine in ENGINES if {"auto", engine.name} & asked[engine.roles[0]]}
    if "kokoro" in used:  # whose voices are the ones that can be made to resemble somebody's
        used.add("resemblyzer")
    return used


def _named(whisper: str) -> list[Model]:
    """The model of a name in the settings; none for a directory of theirs, or a name that only they know."""
    if Path(whisper).is_dir():
        return []
    try:
        return [catalogue.find(f"whisper-{whisper}")]
    except StackError:  # the engine will say what it misses
        return []


Fetch = Callable[[ModelStore, Model], Awaitable[object]]


async def provide(settings: Settings, models: Iterable[Model], fetch: Fetch, say: Say) -> list[Model]:
    """Fetches what is not here; what cannot be had is told in one line and left out.

    Args:
        fetch: brings one model, with whatever display its caller has.

    Returns:
        What is still missing.
    """
    store = ModelStore(settings.models)
    missing = [model for model in models if not store.has(model)]
    if not missing or not settings.models.download:
        return missing
    out_of_reach: list[Model] = []
    lost: list[Model] = []
    for model in missing:
        try:
            await fetch(store, model)
        except Unreachable:
            out_of_reach.append(model)
        except (StackError, OSError) as error:
            say(f"without {model.name}: {error}")
            lost.append(model)
    if out_of_reach:
        say(f"without {_names(out_of_reach)}: nobody who hands them out can be reached from here")
    return out_of_reach + lost


def _names(models: Iterable[Model]) -> str:
    return ", ".join(model.name for model in models)
