"""The recognition service as a `HearingStage`: reconnects, and has what was said meanwhile recognised afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from types import TracebackType

import aiohttp
import structlog

from config.settings import Services
from foundation.failures import most_telling
from pipeline.audio import HEARING_RATE_HZ, AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions
from pipeline.events import Heard, NotHeard, OtherLanguage, UtteranceEnded, UtteranceStarted, Words
from pipeline.replay_buffer import ReplayBuffer
from speech_service.client.connection import (
    BROKEN,
    SEND_S,
    ServiceAway,
    alive_s,
    new_backoff,
    open_socket,
    reason_of,
)
from speech_service.client.continuity import Continuity
from speech_service.client.copies import Copies, hearing_copies
from speech_service.client.one_copy import Copy
from speech_service.wire import (
    FROM_RECOGNITION,
    TO_RECOGNITION,
    Alive,
    Done,
    End,
    Failed,
    Listened,
    Ready,
    Sparing,
    Start,
    Trace,
    WireError,
    encode_frame,
)

log = structlog.get_logger(__name__)

PRE_ROLL = HEARING_RATE_HZ * 3 // 10
"""Sound sent again before the first that is wanted, so that a word in it is whole."""
PIECE = HEARING_RATE_HZ // 5
"""The most sound in one message."""
REPORT_LOST = 5 * HEARING_RATE_HZ
"""While the service is away, lost sound is reported in stretches of this length."""
FINISH_S = 35.0
"""How long the service may take for the last words."""
LAST_ATTEMPTS_S = 5.0
"""How long connecting goes on after the speaker has left."""

REFUSALS = frozenset({"unknown_language", "invalid_request"})
"""Problems that trying again does not solve."""


CATCH_UP = 0.25
"""After a break the backlog must shrink by at least so many seconds a second."""

BACK_TO_NOW = HEARING_RATE_HZ // 2
"""How much of the newest sound is kept when what is older is given up."""


class RecognitionRefused(Exception):
    """The service will not recognise this speaker."""


class TooSlow(Exception):
    """The service recognises more slowly than people speak."""


class RemoteHearing:
    """Recognises speakers by the recognition service; one connection for each, to the copy that is the least busy.

    Args:
        copies: shared with others who ask it; None: as the settings say.
    """

    def __init__(self, services: Services, copies: Copies | None = None) -> None:
        self._services = services
        self._copies = copies or hearing_copies(services)
        self._held = False

    async def __aenter__(self) -> RemoteHearing:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def __call__(
        self, frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions
    ) -> None:
        """Recognises one speaker until `frames` closes; then closes `heard`."""
        if not self._held:
            self._held = True
            self._copies.hold()
        try:
            await _ReconnectingHearing(self._copies, self._services, heard, options).run(frames)
        finally:
            heard.close()

    async def close(self) -> None:
        """Gives connections back; for when nobody is recognised any more."""
        if self._held:
            self._held = False
            await self._copies.release()


class _ReconnectingHearing:
    """One speaker."""

    def __init__(
        self,
        copies: Copies,
        services: Services,
        heard: Channel[Heard],
        options: HearingOptions,
    ) -> None:
        self._copies, self._services, self._heard, self._options = copies, services, heard, options
        self._replay = ReplayBuffer(max(1, int(services.reconnect_buffer_s * HEARING_RATE_HZ)))
        self._continuity = Continuity()
        self._recorded = asyncio.Event()
        self._ended = asyncio.Event()
        self._heard_to = 0
        self._backlog_s = 0.0
        self._connected_at_s = 0.0
        self._service = Ready()
        """What the service said of itself when it was connected."""
        self._told_sparing, self._told_trace = False, ""

    async def run(self, frames: Channel[AudioFrame]) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._record(frames))
            await self._recognise()

    async def _record(self, frames: Channel[AudioFrame]) -> None:
        async for frame in frames:
            self._replay.add(frame)
            self._recorded.set()
        self._ended.set()
        self._recorded.set()

    async def _recognise(self) -> None:
        """Connects as often as is needed until everything is recognised or given up."""
        backoff, give_up_s = new_backoff(), float("inf")
        while True:
            began_s, copy = time.monotonic(), await self._next_copy()
            try:
                with self._copies.asking(copy):
                    await self._converse(copy)
                return
            except RecognitionRefused as refusal:
                await self._put(self._continuity.broken())
                await self._stay_deaf(str(refusal))
                return
            except TooSlow:
                await self._put(self._continuity.broken())
                self._copies.slow(copy)
                if self._copies.another(copy):
                    log.info("recognition goes to the next service", reason="too slow")
                    continue
                await self._report_lost(self._replay.end - BACK_TO_NOW, "recognition could not keep up")
                continue
            except BROKEN as error:
                reason = reason_of(error)
            await self._put(self._continuity.broken())
            self._copies.failed(copy)
            wait_s = backoff.after(time.monotonic() - began_s)
            wait_s = 0.0 if self._copies.another(copy) else wait_s
            log.info("recognition service away", reason=reason, retry_s=wait_s, speaker=self._options.speaker)
            if self._ended.is_set():
                give_up_s = min(give_up_s, time.monotonic() + LAST_ATTEMPTS_S)
                if time.monotonic() + wait_s > give_up_s or self._replay.end <= self._continuity.settled_to:
                    await self._report_lost(self._replay.end, f"the recognition service is away: {reason}")
                    return
            await self._pause(wait_s)
            if self._replay.overrun_to - self._continuity.settled_to >= REPORT_LOST:
                await self._report_lost(self._replay.overrun_to, f"the recognition service is away: {reason}")

    async def _next_copy(self) -> Copy:
        """The one that is best asked now."""
        while True:
            try:
                await self._copies.known(REPORT_LOST / HEARING_RATE_HZ)
            except ServiceAway as away:
                await self._report_lost(self._replay.overrun_to, str(away))
            if ordered := self._copies.in_order():
                return ordered[0]

    async def _pause(self, wait_s: float) -> None:
        if self._ended.is_set():
            await asyncio.sleep(wait_s)
            return
        try:
            async with asyncio.timeout(wait_s):
                await self._ended.wait()
        except TimeoutError:
            return

    async def _stay_deaf(self, reason: str) -> None:
        """Says now and then that nothing is recognised, until the speaker leaves."""
        while not self._ended.is_set():
            await self._report_lost(self._replay.end, reason)
            try:
                async with asyncio.timeout(REPORT_LOST / HEARING_RATE_HZ):
                    await self._ended.wait()
            except TimeoutError:
                continue
        await self._report_lost(self._replay.end, reason)

    async def _report_lost(self, end: int, reason: str) -> None:
        """Gives up the sound before `end` that is not recognised."""
        first = self._continuity.settled_to
        if end > first:
            await self._heard.put(self._continuity.lost(first, end, reason))
            self._replay.forget_before(end)

    async def _put(self, events: Iterable[Heard]) -> None:
        for event in events:
            await self._heard.put(event)

    # --- one connection ----------------------------------------------------------------------------------

    async def _converse(self, copy: Copy) -> None:
        """Recognises on one connection to the end. Raises RecognitionRefused, TooSlow, or one of `BROKEN`."""
        socket = await open_socket(copy.session, f"{copy.url}/ws/stt", self._copies.patience_s)
        copy.answered()
        try:
            async with asyncio.TaskGroup() as group:
                works = self._send(socket), _leave(copy.hangs), _leave(copy.ends)
                beside = [group.create_task(work) for work in works]
                await self._receive(socket)
                for task in beside:
                    task.cancel()
        except ExceptionGroup as failures:
            raise most_telling(failures, RecognitionRefused, TooSlow, *BROKEN) from None
        finally:
            await socket.close()

    async def _send(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Sends what is not settled yet, then what is recorded, then the end."""
        options = self._options
        self._continuity.connected()
        self._service, self._told_sparing, self._told_trace = Ready(), False, options.trace()
        at = max(0, self._continuity.settled_to - PRE_ROLL)
        self._heard_to, self._connected_at_s = at, time.monotonic()
        self._backlog_s = (self._replay.end - at) / HEARING_RATE_HZ
        start = Start(
            speaker=options.speaker,
            language=options.language,
            allowed_languages=options.allowed_languages,
            hints=options.hints,
            first_sample=at,
            traceparent=self._told_trace,
        )
        await socket.send_str(TO_RECOGNITION.encode(start))
        while True:
            at = await self._skip_overrun(at)
            self._recorded.clear()
            piece = self._replay.after(at, PIECE)
            await self._tell_changes(socket)
            if piece is not None:
                async with asyncio.timeout(SEND_S):
                    await socket.send_bytes(encode_frame(piece))
                at = piece.end_sample
            elif self._ended.is_set():
                await socket.send_str(TO_RECOGNITION.encode(End()))
                await asyncio.sleep(FINISH_S)
                raise TimeoutError
            else:
                await self._await_sound(socket)

    async def _skip_overrun(self, at: int) -> int:
        """Where to go on sending after sound that had to make room before it was sent."""
        first, end = max(at, self._continuity.settled_to), self._replay.overrun_to
        if end <= first:
            return at
        await self._heard.put(
            self._continuity.lost(first, end, "the recognition service was away, or too slow, for too long")
        )
        return end

    async def _tell_changes(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Says how closely the speaker is to be followed and which trace comes next, when that has changed.

        Raises TimeoutError.
        """
        wish, trace = self._options.sparing(), self._options.trace()
        async with asyncio.timeout(SEND_S):
            if self._service.takes_sparing and wish != self._told_sparing:
                await socket.send_str(TO_RECOGNITION.encode(Sparing(wish)))
                self._told_sparing = wish
            if self._service.takes_trace and trace != self._told_trace:
                await socket.send_str(TO_RECOGNITION.encode(Trace(trace)))
                self._told_trace = trace

    async def _await_sound(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async with asyncio.timeout(alive_s(self._services)):
                await self._recorded.wait()
        except TimeoutError:
            await socket.send_str(TO_RECOGNITION.encode(Alive()))

    async def _receive(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Takes what was heard until the service is done."""
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise WireError("unexpected message")
            match FROM_RECOGNITION.decode(message.data):
                case Done():
                    return
                case Ready() as ready:
                    self._service = ready
                    log.info("recognition service connected", speaker=self._options.speaker)
                case Listened(to):
                    self._heard_to = max(self._heard_to, to)
                    self._continuity.listened(to)
                case Failed(code=code, message=reason):
                    if code in REFUSALS:
                        raise RecognitionRefused(reason)
                    log.warning("recognition service ends the connection", code=code)
                case event:
                    self._heard_to = max(self._heard_to, _reaches(event))
                    await self._put(self._continuity.take(event))
            self._check_pace()
            self._replay.forget_before(self._continuity.settled_to - PRE_ROLL)
        raise ConnectionResetError("the service closed the connection")

    def _check_pace(self) -> None:
        """Raises TooSlow when recognition is too far behind, or does not catch up after a break."""
        behind_s = (self._replay.end - self._heard_to) / HEARING_RATE_HZ
        left_s = self._backlog_s - CATCH_UP * (time.monotonic() - self._connected_at_s)
        if behind_s > self._services.max_behind_s + max(0.0, left_s) and not self._ended.is_set():
            raise TooSlow


async def _leave(sign: asyncio.Event) -> None:
    """Raises ConnectionResetError once a copy is to be left."""
    await sign.wait()
    raise ConnectionResetError("this copy of the service is left")


def _reaches(event: Heard) -> int:
    """How far the service has come by an event."""
    match event:
        case Words(heard_to=to) | UtteranceEnded(end_sample=to) | NotHeard(end_sample=to):
            return to
        case UtteranceStarted(first_sample=to):
            return to
        case OtherLanguage():
            return 0  # what it is about has been told before
