"""What the machines of the services keep up with, as they say themselves under /performance."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from config.settings import Services
from foundation.supervision import Backoff, keep_running
from foundation.tasks import Tasks
from pipeline.capacity import Capacity
from speech_service.client.asking import ASK_EVERY_S, asked
from speech_service.client.connection import BROKEN, ServiceAway, new_backoff
from speech_service.client.copies import Copies, SpeechCopies
from speech_service.client.one_copy import Copy
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

MOST_SPEAKERS = 1000
"""A longer list of languages is no answer."""


def together(hearing: Capacity | None, speaking: Capacity | None) -> Capacity | None:
    """What fits where one machine recognises and another, or the same, speaks; None where one of them is not known."""
    if hearing is None or speaking is None:
        return None
    known = len(speaking.languages)
    languages = tuple(speaking.languages[min(count, known) - 1] for count in range(1, hearing.speakers + 1))
    return replace(hearing, languages=languages, places=speaking.places, sentences=())


def side_by_side(copies: Sequence[Capacity | None]) -> Capacity | None:
    """What fits on several machines that do the same, among which speakers are spread; None where one is not known."""
    known = [capacity for capacity in copies if capacity is not None]
    if len(known) < len(copies) or not known:
        return None
    if len(known) == 1:
        return known[0]
    speakers = sum(capacity.speakers for capacity in known)
    each = [-(-count // len(known)) for count in range(1, speakers + 1)]
    languages = tuple(
        min(capacity.languages[min(count, len(capacity.languages)) - 1] for capacity in known)
        for count in each
    )
    places: Counter[str] = Counter()
    for capacity in known:
        places.update(capacity.places)
    slowest = max(capacity.pass_interval_s for capacity in known)
    return Capacity(speakers, slowest, languages, dict(places))


def read_capacity(performance: Any) -> Capacity | None:
    """What a service's answer says; None where the machine was not measured.

    Raises:
        WireError: it cannot be read.
    """
    machine = performance.get("machine") if isinstance(performance, dict) else None
    said = machine.get("capacity") if isinstance(machine, dict) else None
    if said is None:
        return None
    try:
        capacity = _CAPACITY.validate_python(said)
    except ValidationError as error:
        raise WireError("the capacity cannot be read") from error
    if capacity.speakers < 1 or not 1 <= len(capacity.languages) <= MOST_SPEAKERS:
        raise WireError("the capacity cannot be read")
    return capacity


class RemoteCapacity:
    """Asks the recognition and the synthesis service until they answer, and now and then after that.

    Args:
        own: of this process's machine, where one of the two runs in it.
        copies: shared with others who ask them; None: as the settings say.
    """

    def __init__(
        self,
        services: Services,
        own: Capacity | None = None,
        copies: SpeechCopies | None = None,
        *,
        ask_every_s: float = ASK_EVERY_S,
    ) -> None:
        copies = copies or SpeechCopies.of(services)
        self._hearing, self._speech = copies.hearing, copies.speech
        self._own, self._ask_every_s = own, ask_every_s
        self._said: dict[str, Capacity | None] = {}
        self._tasks: Tasks | None = None

    def start(self) -> None:
        """Begins to ask. Starting twice is fine."""
        if self._tasks is None:
            self._tasks = Tasks()
            self._tasks.start(self._run(), name="capacity of the services")

    async def close(self) -> None:
        """Asks no more."""
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()

    def now(self) -> Capacity | None:
        """What fits at once as it was last said; None while it is not known."""
        return together(self._of(self._hearing), self._of(self._speech))

    def _of(self, copies: Copies) -> Capacity | None:
        return self._said.get(copies.service) if copies else self._own

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for copies in filter(None, (self._hearing, self._speech)):
                following = keep_running(partial(self._follow, copies), name="capacity of a service")
                group.create_task(following, name=f"capacity of {copies.service}")

    async def _follow(self, copies: Copies) -> None:
        backoff = new_backoff()
        async with copies.held():
            while True:
                wait_s = await self._look(copies, backoff)
                await asyncio.sleep(wait_s)

    async def _look(self, copies: Copies, backoff: Backoff) -> float:
        """Takes what those copies say that are there; returns when they are asked again."""
        try:
            await copies.known(ASK_EVERY_S)
        except ServiceAway:
            return backoff.after(0.0)
        answers = await asyncio.gather(*(_ask(copies, copy) for copy in copies))
        if said := [capacity for answer in answers for capacity in answer]:
            self._said[copies.service] = side_by_side(said)
        return self._ask_every_s if len(said) == len(answers) else backoff.after(0.0)


async def _ask(copies: Copies, copy: Copy) -> tuple[Capacity | None, ...]:
    """What a copy says, None where it does not say it; nothing where it is away."""
    try:
        return (read_capacity(await asked(copies, copy, "/performance")),)
    except WireError as error:
        log.info("service does not tell", part=copies.service, reason=str(error))
        return (None,)
    except BROKEN:
        return ()


_CAPACITY = TypeAdapter(Capacity)
