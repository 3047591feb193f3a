"""Sends parts of recordings that are over to the token service, and removes them here once it has them.

It looks at the disk alone: what a killed room or worker left behind is sent as well, by the next worker on this
machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
import structlog

from config.settings import Settings
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from protocol.recordings import MAX_PIECE_BYTES, PiecePlace, sign, write_part
from worker.recording.part_folder import WORKING, WaitingPart, waiting

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 2.0
SEND_LIMIT_S: Final = 30.0
AGAIN_S: Final = 30.0
"""After the service did not take a part."""

PIECES_PATH: Final = "/api/v1/recordings/pieces"
PARTS_PATH: Final = "/api/v1/recordings/parts"


class NotTaken(Exception):
    """The token service does not take it now."""


class Unknown(Exception):
    """The token service knows no such recording, or does not want it any more."""


@asynccontextmanager
async def sending(settings: Settings) -> AsyncIterator[None]:
    """Sends meanwhile, where the settings say to whom."""
    tasks = Tasks()
    if settings.services.auth_url:
        tasks.start(keep_running(Sender(settings).run, name="sending recordings"), name="sending recordings")
    try:
        yield
    finally:
        await tasks.close()


class Sender:
    """Looks for what is over, and sends it."""

    def __init__(
        self, settings: Settings, *, look_every_s: float = LOOK_EVERY_S, again_s: float = AGAIN_S
    ) -> None:
        self._settings, self._look_every_s, self._again_s = settings, look_every_s, again_s
        self._directory = settings.recording.directory / WORKING
        self._not_before_s: dict[str, float] = {}

    async def run(self) -> None:
        """Runs until cancelled."""
        timeout = aiohttp.ClientTimeout(total=SEND_LIMIT_S)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                await self.look(session)
                await asyncio.sleep(self._look_every_s)

    async def look(self, session: aiohttp.ClientSession) -> None:
        """Sends each part that is over once."""
        now_s = time.monotonic()
        self._not_before_s = {name: at_s for name, at_s in self._not_before_s.items() if at_s > now_s}
        for path in sorted(self._directory.glob("*")):
            if path.name in self._not_before_s:
                continue
            try:
                with waiting(path) as part:
                    if part is not None:
                        await self._send(session, part)
            except (NotTaken, OSError, TimeoutError, aiohttp.ClientError) as error:
                self._not_before_s[path.name] = time.monotonic() + self._again_s
                log.warning("recording not sent yet", reason=str(error) or type(error).__name__)

    async def _send(self, session: aiohttp.ClientSession, part: WaitingPart) -> None:
        kept_s = self._settings.recording.keep_days * 86400
        if part.told.began_at + part.told.duration_s + kept_s < time.time():
            log.warning("recording given up: nobody took it in time", room=part.room)
            part.remove()
            return
        try:
            for path in part.files():
                await self._send_file(session, part, path)
            await self._post(
                session, PARTS_PATH, PiecePlace(part.room, part.recording, part.part), write_part(part.told)
            )
        except Unknown:
            log.info("recording removed: it is not wanted any more", room=part.room)
        part.remove()

    async def _send_file(self, session: aiohttp.ClientSession, part: WaitingPart, path: Path) -> None:
        """From where the service has it: what was sent before it or this worker was started anew is not sent again."""
        place = PiecePlace(part.room, part.recording, part.part, path.name)
        length, at = await asyncio.to_thread(lambda: path.stat().st_size), 0
        with path.open("rb") as file:
            while at < length:
                file.seek(at)
                piece = await asyncio.to_thread(file.read, MAX_PIECE_BYTES)
                here = PiecePlace(place.room, place.recording, place.part, place.file, at)
                has = await self._post(session, PIECES_PATH, here, piece)
                if not at < has <= length:
                    raise NotTaken(f"the token service has {has} bytes of {length}")
                at = has

    async def _post(self, session: aiohttp.ClientSession, path: str, place: PiecePlace, body: bytes) -> int:
        """How many bytes the service has of the file by now. Raises Unknown, NotTaken."""
        livekit = self._settings.livekit
        token = sign(body, place, api_key=livekit.api_key, api_secret=livekit.api_secret.get_secret_value())
        query = {"room": place.room, "recording": place.recording, "part": place.part}
        if place.file:
            query |= {"file": place.file, "offset": str(place.offset)}
        async with session.post(
            self._settings.services.auth_url.rstrip("/") + path,
            params=query,
            data=body,
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            if answer.status in (404, 410):
                raise Unknown
            if answer.status == 204:
                return 0
            if answer.status != 200:
                raise NotTaken(f"status {answer.status}")
            return int((await answer.json())["bytes"])
