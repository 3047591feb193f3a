"""Several copies of one service: which are there, how busy each is, and which is asked next.

All clients of a process share one `Copies` for each service, so that each knows what the others have under way. A copy
that fails rests for growing pauses, and is tried again by a question of our own rather than by somebody's speech. Where
there are several, each is asked every second how it does: one that does not answer is left, although its connections
look alive.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog

from config.addresses import several
from config.settings import Services
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    UnknownLanguage,
    UnknownVoice,
)
from speech_service.busyness import read_health
from speech_service.client.connection import BROKEN, CONNECT_S, ServiceAway, reason_of
from speech_service.client.names import addresses_of, is_name
from speech_service.client.one_copy import Copy
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 1.0
LOOK_S: Final = 1.0
"""A copy that says nothing for so long hangs, unless answers usually take long here."""
LONGEST_LOOK_S: Final = 5.0
SLOWER: Final = 4.0
"""So many times longer than usual: machines that are busy are left alone, as moving speakers would cost them more."""
SWITCH_S: Final = 1.0
"""Connecting may take so long where another copy can be asked instead."""
RESOLVE_EVERY_S: Final = 10.0
FAULT_REST_S: Final = 5.0
"""A copy whose engine has failed, has no room or is too slow is asked last for so long."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""From a URL to the addresses of its name; raises OSError."""


class Copies:
    """All copies of one service. Started by the first of its clients, closed by the last.

    Args:
        service: how messages call it, e.g. "the translation service".
        addresses: as in the settings, see `config.addresses`.
        rank: drawn once for each copy; of two that are equally busy the lower one is asked. As configured where None.
    """

    def __init__(
        self,
        service: str,
        addresses: str,
        services: Services,
        *,
        rank: Callable[[], float] | None = None,
        look_every_s: float = LOOK_EVERY_S,
        resolve_every_s: float = RESOLVE_EVERY_S,
        resolve: Resolve = addresses_of,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self._urls = several(addresses)
        self._services, self._rank, self._resolve, self._now = services, rank, resolve, now
        self._look_every_s, self._resolve_every_s = look_every_s, resolve_every_s
        self._copies: dict[tuple[str, str], Copy] = {}
        self._ranks: dict[Copy, float] = {}
        self._found = asyncio.Event()
        self._look_up = asyncio.Event()
        self._watchers: list[Callable[[Sequence[Copy]], None]] = []
        self._usual_look_s = 0.0
        self._users = 0
        self._tasks: Tasks | None = None

    def __bool__(self) -> bool:
        """Whether the service is configured."""
        return bool(self._urls)

    def __len__(self) -> int:
        return len(self._copies)

    def __iter__(self) -> Iterator[Copy]:
        return iter(list(self._copies.values()))

    @property
    def patience_s(self) -> float:
        """How long connecting to one of them may take."""
        return SWITCH_S if len(self) > 1 else CONNECT_S

    # --- life --------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Somebody begins to use it."""
        self._users += 1
        if self._tasks is None:
            self._tasks = Tasks()
            for url in self._urls:
                if not is_name(url):
                    self._add(url, "")
            if names := [url for url in self._urls if is_name(url)]:
                follow = partial(self._follow_names, names)
                self._tasks.start(
                    keep_running(follow, name="names of services"), name=f"names of {self.service}"
                )
            elif self._urls:
                self._found.set()

    async def release(self) -> None:
        """Somebody does not use it any more; after the last nothing of it is left."""
        self._users -= 1
        if self._users:
            return
        tasks, self._tasks = self._tasks, None
        if tasks is not None:
            await tasks.close()
        copies = list(self)
        self._copies.clear()
        self._ranks.clear()
        self._found.clear()
        await asyncio.gather(*(copy.close() for copy in copies))

    @asynccontextmanager
    async def held(self) -> AsyncIterator[Copies]:
        """Uses it meanwhile."""
        self.hold()
        try:
            yield self
        finally:
            await self.release()

    def watch(self, changed: Callable[[Sequence[Copy]], None]) -> None:
        """Tells which copies there are, now and whenever that changes."""
        self._watchers.append(changed)
        changed(list(self))

    def unwatch(self, changed: Callable[[Sequence[Copy]], None]) -> None:
        """Tells it no more."""
        self._watchers.remove(changed)

    # --- which is asked -----------------------------------------------------------------------------------

    async def known(self, within_s: float) -> None:
        """Waits until addresses are known. Raises ServiceAway."""
        try:
            async with asyncio.timeout(within_s):
                await self._found.wait()
        except TimeoutError as error:
            raise ServiceAway(f"{self.service} cannot be reached: its address is not known") from error

    def in_order(self) -> list[Copy]:
        """All that are known: rested before those that failed a moment ago, then the least busy."""
        now_s = self._now()
        return sorted(self, key=lambda copy: self._place_in_order(copy, now_s))

    def _place_in_order(self, copy: Copy, now_s: float) -> tuple[float, float, float]:
        resting_s = max(0.0, copy.rests_until_s - now_s)
        return resting_s, copy.busyness, self._ranks.get(copy, 0.0)

    def another(self, than: Copy) -> bool:
        """Whether another one can be asked at once."""
        now_s = self._now()
        return any(copy is not than and copy.rests_until_s <= now_s for copy in self)

    @contextmanager
    def asking(self, copy: Copy) -> Iterator[None]:
        """Counts what is asked, and lets a copy rest whose engine fails."""
        copy.asked += 1
        try:
            yield
        except (UnknownLanguage, UnknownVoice, EngineMissing):
            raise
        except ServiceAway:
            self.failed(copy)
            raise
        except EngineOverloaded as error:
            copy.rest(self._now(), min(error.retry_after_s, FAULT_REST_S))
            raise
        except EngineError:
            copy.rest(self._now(), FAULT_REST_S)
            raise
        finally:
            copy.asked -= 1

    def failed(self, copy: Copy) -> None:
        """It could not be reached, broke off, or would not take more."""
        copy.rest(self._now())
        self._look_up.set()

    def slow(self, copy: Copy) -> None:
        """It does not keep up with what it has."""
        copy.rest(self._now(), FAULT_REST_S)

    # --- how each does ------------------------------------------------------------------------------------

    def _add(self, url: str, address: str) -> None:
        assert self._tasks is not None
        copy = self._copies[url, address] = Copy(url, address, self._services)
        self._ranks[copy] = self._rank() if self._rank is not None else float(len(self._ranks))
        look = keep_running(partial(self._look_after, copy), name="health of a service")
        self._tasks.start(look, name=f"health of {copy.place}")

    async def _look_after(self, copy: Copy) -> None:
        while self._copies.get((copy.url, copy.address)) is copy:
            wait_s = self._look_every_s
            if len(self) > 1:  # who is alone is asked anyway
                await self._look(copy)
                wait_s = max(wait_s, copy.rests_until_s - self._now())
            await asyncio.sleep(wait_s)

    async def _look(self, copy: Copy) -> None:
        began_s = self._now()
        try:
            async with asyncio.timeout(self._look_s), copy.session.get(f"{copy.url}/health") as answer:
                if answer.status == 503:
                    self._leave(copy, copy.ends, "takes nothing more")
                    return
                answer.raise_for_status()
                copy.tell(read_health(await answer.json()))
        except WireError:
            copy.tell(None)
        except TimeoutError:
            self._leave(copy, copy.hangs, "does not answer")
        except BROKEN as error:
            self._leave(copy, copy.hangs, reason_of(error))
        except ValueError:
            copy.tell(None)
        finally:
            self._usual_look_s += 0.3 * (self._now() - began_s - self._usual_look_s)

    @property
    def _look_s(self) -> float:
        return min(LONGEST_LOOK_S, max(LOOK_S, SLOWER * self._usual_look_s))

    def _leave(self, copy: Copy, sign: asyncio.Event, reason: str) -> None:
        self.failed(copy)
        if self.another(copy) and not sign.is_set():
            log.warning("a copy of a service is left", part=self.service, place=copy.place, reason=reason)
            sign.set()

    # --- names --------------------------------------------------------------------------------------------

    async def _follow_names(self, names: Sequence[str]) -> None:
        """Looks them up now and then, and when a copy has failed."""
        while True:
            await asyncio.gather(*(self._look_up_name(url) for url in names))
            if len(self):
                self._found.set()
            self._look_up.clear()
            try:
                async with asyncio.timeout(self._resolve_every_s):
                    await self._look_up.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(min(1.0, self._resolve_every_s))  # many may fail at once

    async def _look_up_name(self, url: str) -> None:
        try:
            found = set(await self._resolve(url))
        except OSError as error:
            log.info("a name is not known", part=self.service, url=url, reason=error.strerror or "")
            found = set()
        added = self._join(url, found)
        dropped = self._drop(url, found) if found else []
        if added or dropped:
            for changed in list(self._watchers):
                changed(list(self))
        for copy in dropped:
            await copy.close()

    def _join(self, url: str, found: set[str]) -> bool:
        new = sorted(address for address in found if (url, address) not in self._copies)
        for address in new:
            self._add(url, address)
        return bool(new)

    def _drop(self, url: str, found: set[str]) -> list[Copy]:
        """Those that are named no more and do not answer: some name servers tell only a part of them each time."""
        gone = [
            copy for copy in self if copy.url == url and copy.address not in found and self._resting(copy)
        ]
        for copy in gone:
            del self._copies[copy.url, copy.address], self._ranks[copy]
        return gone

    def _resting(self, copy: Copy) -> bool:
        return copy.rests_until_s > self._now()


@dataclass(frozen=True, slots=True)
class SpeechCopies:
    """The copies of all three services, for all clients of a process."""

    hearing: Copies
    translation: Copies
    speech: Copies

    @classmethod
    def of(cls, services: Services, *, rank: Callable[[], float] = random.random) -> SpeechCopies:
        """As the settings say; of copies that are equally busy each process asks another one first."""
        return cls(
            hearing_copies(services, rank), translation_copies(services, rank), speech_copies(services, rank)
        )


def hearing_copies(services: Services, rank: Callable[[], float] | None = None) -> Copies:
    """Those of the recognition service."""
    return Copies("the recognition service", services.stt_url, services, rank=rank)


def translation_copies(services: Services, rank: Callable[[], float] | None = None) -> Copies:
    """Those of the translation service."""
    return Copies("the translation service", services.mt_url, services, rank=rank)


def speech_copies(services: Services, rank: Callable[[], float] | None = None) -> Copies:
    """Those of the synthesis service."""
    return Copies("the synthesis service", services.tts_url, services, rank=rank)
