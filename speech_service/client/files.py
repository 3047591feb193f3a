"""Files recognised by whichever of several recognition services has room."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import aiohttp
import numpy as np
import structlog
from pydantic import ValidationError

from config.settings import Services
from foundation.tracing.spans import headers
from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.engines.protocols import EngineError, EngineOverloaded
from speech_service.client.answers import RefusedByService, bounded, failure
from speech_service.client.connection import BROKEN, CONNECT_S, HttpClient, reason_of
from speech_service.transcripts import Transcript

log = structlog.get_logger(__name__)

SERVICE: Final = "the recognition service"
ASIDE_S: Final = 5.0
"""So long a service that failed is asked last."""
LEAST_ANSWER_S: Final = 60.0
ANSWER_TIMES: Final = 3.0
"""What the service allows itself: so many times the length of the sound, and `LEAST_ANSWER_S` in any case."""
MOST_ANSWER_BYTES: Final = 32_000_000
_LONGEST_PAUSE_S: Final = 5.0


@dataclass(slots=True, eq=False)
class _Place:
    """One service, and how it does."""

    url: str
    under_way: int = 0
    aside_until_s: float = 0.0
    """Asked last until then, on the clock of `time.monotonic`."""


class TranscriptionClient(HttpClient):
    """Asks the least busy of several services, and the next one where it fails or has no room.

    Usable inside `async with`.

    Args:
        urls: of recognition services, at least one.
        wait_s: how long a file waits for room where none of them has any.

    Raises:
        ValueError: no URL.
    """

    def __init__(self, urls: Sequence[str], services: Services, *, wait_s: float = 30.0) -> None:
        if not urls:
            raise ValueError("recognition of files needs at least one URL")
        self._places = [_Place(url.rstrip("/")) for url in urls]
        super().__init__(services)
        self._wait_s = wait_s

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
        """How many of the services say that they are well, and how many there are. Raises nothing."""
        well = await asyncio.gather(*(self._is_well(place) for place in self._places))
        return sum(well), len(self._places)

    async def _is_well(self, place: _Place) -> bool:
        if self._session is None:
            return False
        try:
            async with self._session.get(f"{place.url}/health") as answer:
                return answer.status == 200
        except BROKEN:
            return False

    async def _anywhere(self, body: bytes, query: list[tuple[str, str]]) -> Transcript:
        """Asks one after the other. Raises what the last one said, rather that it has no room than that it failed."""
        failed: EngineError | None = None
        for place in self._in_order():
            place.under_way += 1
            try:
                return await self._ask(place, body, query)
            except RefusedByService as refused:
                raise refused.error from None
            except EngineOverloaded as error:
                failed = error
            except EngineError as error:
                place.aside_until_s = time.monotonic() + ASIDE_S
                log.info("service passed over", service=SERVICE, url=place.url, error=type(error).__name__)
                failed = failed if isinstance(failed, EngineOverloaded) else error
            finally:
                place.under_way -= 1
        assert failed is not None  # there is at least one place
        raise failed

    def _in_order(self) -> list[_Place]:
        now_s = time.monotonic()
        return sorted(self._places, key=lambda place: (place.aside_until_s > now_s, place.under_way))

    async def _ask(self, place: _Place, body: bytes, query: list[tuple[str, str]]) -> Transcript:
        session = self._open()
        length_s = len(body) / 2 / HEARING_RATE_HZ
        limit = aiohttp.ClientTimeout(
            total=max(LEAST_ANSWER_S, ANSWER_TIMES * length_s) + 2 * CONNECT_S, sock_connect=CONNECT_S
        )
        kind = {"Content-Type": f"audio/pcm;rate={HEARING_RATE_HZ};channels=1", **headers()}
        try:
            # a file, which is sent in pieces: minutes of sound as one would hold up everything else
            sound = io.BytesIO(body)
            async with session.post(
                f"{place.url}/transcribe", params=query, data=sound, headers=kind, timeout=limit
            ) as answer:
                data = await bounded(answer, MOST_ANSWER_BYTES)
                if answer.status == 200:
                    return Transcript.model_validate_json(data)
                raise failure(answer.status, data, SERVICE)
        except ValidationError as error:
            raise EngineError(f"{SERVICE}: the answer cannot be read") from error
        except BROKEN as error:
            raise EngineError(f"{SERVICE} cannot be asked: {reason_of(error)}") from error
