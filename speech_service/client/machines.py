"""How busy the machines of speech services are, as they say under /machine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from pydantic import TypeAdapter, ValidationError

from pipeline.machine import MachineLoad
from speech_service.client.connection import BROKEN, get_json, reason_of
from speech_service.client.one_copy import Copy
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

MOST_NAME: Final = 200
"""Characters of a name; what is longer is no answer."""
MOST_GPUS: Final = 64


@dataclass(frozen=True, slots=True)
class AskedMachine:
    """What became of asking one service."""

    place: str
    """Its URL, and its address where the name has several."""
    load: MachineLoad | None
    """None: it did not answer, or not in a way that can be read."""


async def look_at_machines(copies: Iterable[Copy]) -> list[AskedMachine]:
    """Asks all services at once, each for a few seconds at most. In their order; raises nothing."""
    return list(await asyncio.gather(*map(_ask, copies)))


async def _ask(copy: Copy) -> AskedMachine:
    try:
        answer = await get_json(copy.session, f"{copy.url}/machine")
        return AskedMachine(copy.place, read_machine(answer))
    except BROKEN as error:
        why = str(error) if isinstance(error, WireError) else reason_of(error)
        log.info("a service does not tell of its machine", place=copy.place, reason=why)
        return AskedMachine(copy.place, None)


def read_machine(answer: Any) -> MachineLoad:
    """What a service says. Raises WireError where it cannot be read."""
    try:
        load = _LOAD.validate_python(answer)
    except ValidationError as error:
        raise WireError("what the machine does cannot be read") from error
    names = [load.name, load.processor, *(gpu.name for gpu in load.gpus)]
    if len(load.gpus) > MOST_GPUS or max(map(len, names)) > MOST_NAME:
        raise WireError("what the machine does cannot be read")
    return load


_LOAD = TypeAdapter(MachineLoad)
