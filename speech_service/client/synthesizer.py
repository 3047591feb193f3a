"""One copy of the synthesis service."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncGenerator

import aiohttp
import structlog
from pydantic import TypeAdapter, ValidationError

from config.settings import Services
from foundation.http.problems import Problem
from foundation.tracing.spans import carried
from pipeline.audio import SPEAKING_RATE_HZ, AudioError, Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineOverloaded,
    SynthesisRequest,
    UnknownVoice,
    Voice,
)
from pipeline.engines.synthesis.blends import check_voice
from pipeline.text.languages import base
from speech_service.client.connection import ServiceAway, get_json
from speech_service.client.copies import Copies
from speech_service.client.one_copy import Copy
from speech_service.client.reconnecting import ReconnectingSocket
from speech_service.problems import error_of
from speech_service.wire import (
    FROM_SYNTHESIS,
    TO_SYNTHESIS,
    Alive,
    Cancel,
    Cancelled,
    Ended,
    Failed,
    More,
    Speak,
    WireError,
    decode_sound,
)

log = structlog.get_logger(__name__)

SERVICE = "the synthesis service"

WINDOW_SAMPLES = 10 * SPEAKING_RATE_HZ
"""The most of one speech that waits here; the service goes on as it is used."""


class _Speech:
    """What has arrived of one speech."""

    def __init__(self) -> None:
        self._pieces: deque[Pcm] = deque()
        self._samples = 0
        self._over = False
        self._error: EngineError | None = None
        self._changed = asyncio.Event()

    @property
    def over(self) -> bool:
        """Whether the service has nothing more to say about it."""
        return self._over

    def add(self, pcm: Pcm) -> None:
        """Raises WireError when the service sends more than it may."""
        if self._samples + len(pcm) > WINDOW_SAMPLES:
            raise WireError("more sound than was asked for")
        self._pieces.append(pcm)
        self._samples += len(pcm)
        self._changed.set()

    def end(self, error: EngineError | None = None) -> None:
        """Nothing more will arrive; what has is still delivered."""
        if not self._over:
            self._over, self._error = True, error
            self._changed.set()

    async def next(self, within_s: float) -> Pcm | None:
        """The next piece; None at the end. Raises EngineError."""
        while not self._pieces:
            if self._error is not None:
                raise self._error
            if self._over:
                return None
            self._changed.clear()
            try:
                async with asyncio.timeout(within_s):
                    await self._changed.wait()
            except TimeoutError as error:
                raise EngineError(f"{SERVICE} sent nothing for {within_s:g} s") from error
        pcm = self._pieces.popleft()
        self._samples -= len(pcm)
        return pcm


class SynthesizerLine:
    """A connection to one copy, on which many texts are spoken at once."""

    def __init__(self, copies: Copies, copy: Copy, services: Services) -> None:
        self.info = EngineInfo("remote", "Apache-2.0", "per model", True, False, ())
        self.copy = copy
        self._url, self._most = copy.url, services.max_requests
        self._voices: dict[str, tuple[Voice, ...]] = {}
        self._numbers = itertools.count(1)
        self._speeches: dict[int, _Speech] = {}
        self.socket = ReconnectingSocket(
            copies,
            copy,
            "/ws/synthesize",
            services,
            prepare=self._learn,
            take=self._take,
            lost=self._lost,
            alive=TO_SYNTHESIS.encode(Alive()),
        )

    def voices(self, language: str) -> tuple[Voice, ...]:
        """As the service said when it was last connected; empty before the first time."""
        return self._voices.get(language) or self._voices.get(base(language), ())

    def speaks(self, request: SynthesisRequest) -> bool:
        """Whether it has the voice that is asked for, or any of the language."""
        if not request.voice:
            return bool(self.voices(request.language))
        try:
            check_voice(self, request.voice, request.language)
        except UnknownVoice:
            return False
        return True

    async def synthesize(self, request: SynthesisRequest, piece_s: float) -> AsyncGenerator[Pcm, None]:
        """Speech piece by piece, each within `piece_s`; closing it stops the service's work.

        Raises ServiceAway where the connection breaks, UnknownLanguage, EngineOverloaded, EngineError.
        """
        number, speech = self._begin(request)
        try:
            while (pcm := await speech.next(piece_s)) is not None:
                yield pcm
                self._post_quietly(TO_SYNTHESIS.encode(More(number, len(pcm))))
        finally:
            del self._speeches[number]
            if not speech.over:
                self._post_quietly(TO_SYNTHESIS.encode(Cancel(number)))

    def _begin(self, request: SynthesisRequest) -> tuple[int, _Speech]:
        if len(self._speeches) >= self._most:
            raise EngineOverloaded(SERVICE, 0.5)
        number, speech = next(self._numbers) % 2**32, _Speech()
        message = Speak(
            id=number,
            text=request.text,
            language=request.language,
            voice=request.voice,
            speed=request.speed,
            pronunciations=request.extra,
            unhurried=request.unhurried,
            window=WINDOW_SAMPLES,
            traceparent=carried(),
        )
        self.socket.post(TO_SYNTHESIS.encode(message))
        self._speeches[number] = speech
        return number, speech

    def _post_quietly(self, message: str) -> None:
        """What may get lost: the service then stops by itself."""
        if not self.socket.connected:
            return
        try:
            self.socket.post(message)
        except EngineOverloaded:
            log.debug("message not sent, too much waits", part=SERVICE)

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self._take_sound(message)
            return
        match FROM_SYNTHESIS.decode(message):
            case Ended(id=number) | Cancelled(id=number):
                self._end(number, None)
            case Failed(id=None, code=code):
                log.warning("service ends the connection", part=SERVICE, code=code)
            case Failed(id=int(number), code=code, message=text, more=more):
                self._end(number, error_of(Problem(0, code, text, more), SERVICE))

    def _take_sound(self, message: bytes) -> None:
        try:
            number, pcm = decode_sound(message)
        except AudioError as error:
            raise WireError(str(error)) from error
        if speech := self._speeches.get(number):  # else it was cancelled a moment ago
            speech.add(pcm)

    def _end(self, number: int, error: EngineError | None) -> None:
        if speech := self._speeches.get(number):
            speech.end(error)

    def _lost(self) -> None:
        for speech in self._speeches.values():
            speech.end(ServiceAway(f"the connection to {SERVICE} broke"))

    async def _learn(self, session: aiohttp.ClientSession) -> None:
        tree = await get_json(session, f"{self._url}/voices")
        try:
            info = _INFO.validate_python(tree["engine"])
            found = _VOICES.validate_python(tree["voices"])
        except (KeyError, TypeError, ValidationError) as error:
            raise WireError("the list of voices cannot be read") from error
        voices: dict[str, tuple[Voice, ...]] = {}
        for voice in found:
            voices[voice.language] = (*voices.get(voice.language, ()), voice)
        self.info, self._voices = info, voices


_INFO = TypeAdapter(EngineInfo)
_VOICES = TypeAdapter(list[Voice])
