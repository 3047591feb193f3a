"""Files recognised by whichever copy of the recognition service has room."""

from __future__ import annotations

import asyncio
import io
import time
from types import TracebackType
from typing import Final, Literal, Self

import aiohttp
import numpy as np
import structlog
from pydantic import ValidationError

from config.settings import Services
from foundation.tracing.spans import headers
from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.engines.protocols import EngineError, EngineOverloaded
from speech_service.client.answers import RefusedByService, bounded, failure
from speech_service.client.connection import BROKEN, CONNECT_S, ServiceAway, reason_of
from speech_service.client.copies import LOOK_S, Copies, hearing_copies
from speech_service.client.one_copy import Copy
from speech_service.transcripts import Transcript

log = structlog.get_logger(__name__)

SERVICE: Final = "the recognition service"
LEAST_ANSWER_S: Final = 60.0
ANSWER_TIMES: Final = 3.0
"""What the service allows itself: so many times the length of the sound, and `LEAST_ANSWER_S` in any case."""
MOST_ANSWER_BYTES: Final = 32_000_000
_LONGEST_PAUSE_S: Final = 5.0
_KNOWN_S: Final = 5.0
"""So long a file waits for the addresses of the service."""


class TranscriptionClient:
    """Asks the least busy copy of the recognition service, and the next one where it fails or has no room.

    Usable inside `async with`.

    Args:
        copies: shared with others who ask it; None: as the settings say.
        wait_s: how long a file waits for room where none of them has any.
    """

    def __init__(self, services: Services, copies: Copies | None = None, *, wait_s: float = 30.0) -> None:
        self._copies = copies or hearing_copies(services)
        self._wait_s = wait_s
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._copies.hold()
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        await self._copies.release()

    async def transcribe(
        self,
        pcm: Pcm,
        *,
        language: str | None,
        allowed_languages: tuple[str, ...] = (),
        hints: tuple[str, ...] = (),
        quality: Literal["fast", "balanced", "high"] = "balanced",
    ) -> Transcript:
        """Recognises sound at `HEARING_RATE_HZ`. Cancelling it ends the service's work too.

        Args:
            language: what is spoken; None to detect it among `allowed_languages`.
            hints: names and terms that may come.

        Raises:
            AudioError: not 16-bit mono.
            UnknownLanguage: no service knows the language.
            EngineOverloaded: none had room in time.
            EngineError: none could do it.
        """
        if pcm.ndim != 1 or pcm.dtype != np.int16:
            raise AudioError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
        query = [("quality", quality), *(("allowed_languages", code) for code in allowed_languages)]
        query += [("hints", hint) for hint in hints]
        if language is not None:
            query.append(("language", language))
        return await self._patiently(pcm.astype("<i2", copy=False).tobytes(), query)

    async def _patiently(self, body: bytes, query: list[tuple[str, str]]) -> Transcript:
        """Asks again while all are overloaded and there is time."""
        until_s = time.monotonic() + self._wait_s
        while True:
            try:
                return await self._anywhere(body, query)
            except EngineOverloaded as error:
                pause_s = min(max(error.retry_after_s, 0.1), _LONGEST_PAUSE_S)
                if time.monotonic() + pause_s > until_s:
                    raise
            await asyncio.sleep(pause_s)

    async def answering(self) -> tuple[int, int]:
        """How many of the copies say that they are well, and how many there are. Raises nothing."""
        well = await asyncio.gather(*(_is_well(copy) for copy in self._copies if self._is_open))
        return sum(well), max(len(well), int(bool(self._copies)))

    async def _anywhere(self, body: bytes, query: list[tuple[str, str]]) -> Transcript:
        """Asks one after the other. Raises what the last one said, rather that it has no room than that it failed."""
        if not self._is_open:
            raise EngineError(f"{type(self).__name__} is not connected")
        if not self._copies:
            raise ServiceAway(f"{SERVICE} is not configured")
        await self._copies.known(_KNOWN_S)
        failed: EngineError = ServiceAway(f"{SERVICE} cannot be asked")
        for copy in self._copies.in_order():
            try:
                with self._copies.asking(copy):
                    return await self._ask(copy, body, query)
            except RefusedByService as refused:
                raise refused.error from None
            except EngineError as error:
                log.info("service passed over", part=SERVICE, url=copy.url, error=type(error).__name__)
                failed = failed if isinstance(failed, EngineOverloaded) else error
        raise failed

    async def _ask(self, copy: Copy, body: bytes, query: list[tuple[str, str]]) -> Transcript:
        length_s = len(body) / 2 / HEARING_RATE_HZ
        limit = aiohttp.ClientTimeout(
            total=max(LEAST_ANSWER_S, ANSWER_TIMES * length_s) + 2 * CONNECT_S,
            sock_connect=self._copies.patience_s,
        )
        kind = {"Content-Type": f"audio/pcm;rate={HEARING_RATE_HZ};channels=1", **headers()}
        try:
            # a file, which is sent in pieces: minutes of sound as one would hold up everything else
            sound = io.BytesIO(body)
            async with copy.session.post(
                f"{copy.url}/transcribe", params=query, data=sound, headers=kind, timeout=limit
            ) as answer:
                data = await bounded(answer, MOST_ANSWER_BYTES)
                if answer.status == 200:
                    return Transcript.model_validate_json(data)
                raise failure(answer.status, data, SERVICE)
        except ValidationError as error:
            raise EngineError(f"{SERVICE}: the answer cannot be read") from error
        except BROKEN as error:
            raise ServiceAway(f"{SERVICE} cannot be asked: {reason_of(error)}") from error


async def _is_well(copy: Copy) -> bool:
    try:
        async with asyncio.timeout(2 * LOOK_S), copy.session.get(f"{copy.url}/health") as answer:
            return answer.status == 200
    except BROKEN:
        return False
