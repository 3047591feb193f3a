"""Which engines could be loaded here: a look at libraries, programs and models, without loading any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.engines import ENGINES, Engine
from config.settings import Models, Settings
from pipeline.engines import homes
from pipeline.engines.protocols import EngineError


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether an engine could be loaded now."""

    engine: Engine
    present: bool
    detail: str
    """What was found, or what is missing."""


def available(settings: Settings, engines: Iterable[Engine] = ENGINES) -> tuple[Availability, ...]:
    """Looks for each of the engines, in that order; loads none. Blocking, a few file look-ups."""
    return tuple(_look(engine, settings.models) for engine in engines)


def _look(engine: Engine, models: Models) -> Availability:
    try:
        return Availability(engine, True, homes.look(engine, models))
    except EngineError as error:
        return Availability(engine, False, str(error))
