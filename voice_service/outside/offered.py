"""Which services outside the house there are, in the order in which they are asked, and what they can do."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from pipeline.engines.protocols import EngineError
from voice_service.outside.services import OutsideTranslator

log = structlog.get_logger(__name__)

_KNOWN_S: Final = 3600.0
_ASK_AGAIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a service said that it can do."""

    name: str
    reads: frozenset[str]
    writes: frozenset[str]


class Offered:
    """Asks each service once an hour what it can do; one that cannot say offers nothing for a minute."""

    def __init__(
        self, services: Sequence[OutsideTranslator], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.services = tuple(services)
        self._now = now
        self._offers: dict[str, tuple[float, Offer]] = {}

    async def offers(self) -> tuple[Offer, ...]:
        """Raises nothing."""
        return tuple([await self._offer(service) for service in self.services])

    async def _offer(self, service: OutsideTranslator) -> Offer:
        until_s, offer = self._offers.get(service.name, (0.0, Offer(service.name, frozenset(), frozenset())))
        if self._now() < until_s:
            return offer
        try:
            offer, known_s = Offer(service.name, *await service.languages()), _KNOWN_S
        except EngineError as error:
            log.warning("a translation service does not tell its languages", reason=str(error))
            known_s = _ASK_AGAIN_S
        self._offers[service.name] = (self._now() + known_s, offer)
        return offer
