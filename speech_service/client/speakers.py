"""Voices measured and found by whichever copy of the synthesis service can."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

import aiohttp
import numpy as np
import structlog
from pydantic import ValidationError

from config.settings import Services
from foundation.http.problems import Problem
from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.engines.cloning.cloner import CloningRequest
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineMissing,
    EngineOverloaded,
    Resemblance,
    SpeakerTraits,
)
from pipeline.recordings.finishing import AudioFormat, encode
from speech_service.client.answers import RefusedByService, bounded, failure
from speech_service.client.connection import BROKEN, ServiceAway, reason_of
from speech_service.client.copies import Copies, speech_copies
from speech_service.client.one_copy import Copy
from speech_service.cloning import CLONE_PATH, ENGINE_HEADER, PIECE_S, WATERMARK_HEADER, CloningWish
from speech_service.likeness import (
    MOST_LINE_BYTES,
    QUIET_S,
    SEARCH_LINE,
    NoVoiceFound,
    ResemblingRequest,
    Searching,
    SpeakersOffer,
    Traits,
    VoiceFound,
)
from speech_service.problems import error_of
from speech_service.wire import WireError

log = structlog.get_logger(__name__)

SERVICE: Final = "the synthesis service"
KNOWN_S: Final = 5.0
"""So long a call waits for the addresses of the service."""
MEASURE_S: Final = 60.0
SEARCH_S: Final = 900.0
"""The longest search: one that waits again and again behind those who are listened to live."""
CLONE_S: Final = 600.0
MOST_ANSWER_BYTES: Final = 64 * 1024
MOST_SOUND_BYTES: Final = 16_000_000
"""More than two thousand characters can be, at any pace."""

RemoteAnswer = TypeVar("RemoteAnswer")


@dataclass(frozen=True, slots=True)
class ClonedSpeech:
    """A text in somebody's own voice."""

    pcm: Pcm
    """At `pipeline.audio.SPEAKING_RATE_HZ`; empty where there was nothing to say."""
    engine: str
    watermark: str
    """What marks it, e.g. "perth 1.0.1"."""


class RemoteSpeakers:
    """A `SpeakerEncoder` and a `VoiceMatcher`, and what clones: asks one copy after the other until one can.

    Usable inside `async with`. Cancelling a call ends the service's work too.

    Args:
        copies: shared with others who ask it; None: as the settings say.
    """

    def __init__(self, services: Services, copies: Copies | None = None) -> None:
        self.info = EngineInfo("remote", "Apache-2.0", "per model", True, False, ())
        self._copies = copies or speech_copies(services)
        self._is_open = False
        self._languages: tuple[str, ...] = ()

    async def __aenter__(self) -> Self:
        self._copies.hold()
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends all connections. Closing twice is fine."""
        if self._is_open:
            self._is_open = False
            await self._copies.release()

    @property
    def languages(self) -> tuple[str, ...]:
        """As a service said when it was last asked by `offer`; empty before that."""
        return self._languages

    async def offer(self) -> SpeakersOffer:
        """What the first service that answers can do; its `missing` says what to do where it cannot.

        Raises:
            EngineError: none answers.
        """
        told = await self._anywhere(self._ask_offer)
        self._languages = tuple(told.languages)
        if told.engine is not None:
            self.info = told.engine
        return told

    async def describe(self, pcm: Pcm) -> SpeakerTraits:
        """Measures the one voice in sound at `HEARING_RATE_HZ`.

        Raises:
            AudioError: not 16-bit mono.
            TooLittleSpeech, EngineMissing, EngineOverloaded, EngineError: as the names say.
        """
        if pcm.ndim != 1 or pcm.dtype != np.int16:
            raise AudioError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
        body = pcm.astype("<i2", copy=False).tobytes()
        return await self._anywhere(lambda copy: self._measure(copy, body))

    async def resembling(
        self, wanted: SpeakerTraits, language: str, progress: Callable[[float], None] | None = None
    ) -> Resemblance:
        """The voice of a language that lies nearest to somebody's; takes some tens of seconds.

        Args:
            progress: told 0…1, again and again; from 0 anew where another service is asked.

        Raises:
            UnknownLanguage, EngineMissing, EngineOverloaded, EngineError: as the names say.
        """
        asked = ResemblingRequest(**Traits.of(wanted).model_dump(), language=language)
        body = asked.model_dump_json().encode("utf-8")
        return await self._anywhere(lambda copy: self._search(copy, body, progress or _ignored))

    async def cloned(self, request: CloningRequest) -> ClonedSpeech:
        """A text in the voice of somebody who has agreed; takes from seconds to minutes.

        Raises:
            UnknownLanguage, EngineMissing, EngineOverloaded, EngineError: as the names say.
        """
        reference = await asyncio.to_thread(
            encode, request.voice.reference, HEARING_RATE_HZ, AudioFormat.FLAC, level=False
        )
        asked = CloningWish(
            text=request.text,
            language=request.language,
            consent=request.voice.consent,
            reference=base64.b64encode(reference).decode("ascii"),
        )
        body = asked.model_dump_json().encode("utf-8")
        return await self._anywhere(lambda copy: self._clone(copy, body))

    async def _anywhere(self, ask: Callable[[Copy], Awaitable[RemoteAnswer]]) -> RemoteAnswer:
        """Asks one after the other. Raises what the last one said, rather that it has no room than that it failed."""
        if not self._is_open:
            raise EngineError(f"{type(self).__name__} is not connected")
        if not self._copies:
            raise ServiceAway(f"{SERVICE} is not configured")
        await self._copies.known(KNOWN_S)
        failed: EngineError = ServiceAway(f"{SERVICE} cannot be asked")
        for copy in self._copies.in_order():
            try:
                return await ask(copy)
            except RefusedByService as refused:
                raise refused.error from None
            except EngineError as error:
                log.info("service passed over", part=SERVICE, url=copy.url, error=type(error).__name__)
                failed = failed if isinstance(failed, EngineOverloaded) else error
            except ValidationError as error:
                failed = EngineError(f"{SERVICE}: the answer cannot be read")
                failed.__cause__ = error
            except BROKEN as error:
                self._copies.failed(copy)
                failed = ServiceAway(f"{SERVICE} cannot be asked: {reason_of(error)}")
                failed.__cause__ = error
        raise failed

    async def _ask_offer(self, copy: Copy) -> SpeakersOffer:
        async with copy.session.get(f"{copy.url}/speakers") as answer:
            return SpeakersOffer.model_validate_json(await self._whole(answer))

    async def _measure(self, copy: Copy, body: bytes) -> SpeakerTraits:
        kind = {"Content-Type": f"audio/pcm;rate={HEARING_RATE_HZ};channels=1"}
        limit = aiohttp.ClientTimeout(total=MEASURE_S, sock_connect=self._copies.patience_s)
        where = f"{copy.url}/speakers/embedding"
        # a file, which is sent in pieces: a minute of sound as one would hold up everything else
        sound = io.BytesIO(body)
        async with copy.session.post(where, data=sound, headers=kind, timeout=limit) as answer:
            return Traits.model_validate_json(await self._whole(answer)).traits()

    async def _clone(self, copy: Copy, body: bytes) -> ClonedSpeech:
        kind = {"Content-Type": "application/json"}
        limit = aiohttp.ClientTimeout(total=CLONE_S, sock_connect=self._copies.patience_s, sock_read=PIECE_S)
        where = f"{copy.url}{CLONE_PATH}"
        async with copy.session.post(where, data=io.BytesIO(body), headers=kind, timeout=limit) as answer:
            data = await self._whole(answer, MOST_SOUND_BYTES)
            told = answer.headers
            pcm = np.frombuffer(data[: len(data) & ~1], "<i2").astype(np.int16)
            return ClonedSpeech(pcm, told.get(ENGINE_HEADER, ""), told.get(WATERMARK_HEADER, ""))

    async def _search(self, copy: Copy, body: bytes, progress: Callable[[float], None]) -> Resemblance:
        kind = {"Content-Type": "application/json"}
        limit = aiohttp.ClientTimeout(
            total=SEARCH_S, sock_connect=self._copies.patience_s, sock_read=4 * QUIET_S
        )
        where = f"{copy.url}/voices/resembling"
        async with copy.session.post(where, data=body, headers=kind, timeout=limit) as answer:
            if answer.status != 200:
                await self._whole(answer)
            async for line in _lines(answer):
                match SEARCH_LINE.validate_json(line):
                    case Searching(done=done):
                        progress(done)
                    case VoiceFound() as found:
                        return found.resemblance()
                    case NoVoiceFound(code=code, message=message, more=more):
                        raise error_of(Problem(0, code, message, more), SERVICE)
        raise WireError("the search broke off")

    async def _whole(self, answer: aiohttp.ClientResponse, most_bytes: int = MOST_ANSWER_BYTES) -> bytes:
        """The body of a 200. Raises RefusedByService, EngineError, WireError for anything else."""
        data = await bounded(answer, most_bytes)
        if answer.status == 200:
            return data
        if answer.status == 404:
            raise EngineMissing(f"{SERVICE} measures no voices: it is older than that")
        raise failure(answer.status, data, SERVICE)


async def _lines(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Lines as they come. Raises WireError for one that is too long."""
    rest = b""
    async for piece in answer.content.iter_any():
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > MOST_LINE_BYTES:
            raise WireError("a line is too long")
        for line in lines:
            if line.strip():
                yield line


def _ignored(_done: float) -> None:
    return None
