"""The wish for fewer looks on its way from the worker to the recognition service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from config.settings import Recognition
from pipeline.audio import AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions, Recognizer, VoiceActivityDetector
from pipeline.events import Heard
from speech_service.client import RemoteHearing
from speech_service.stt import stt_app
from speech_service.wire import FROM_RECOGNITION, Done, Ready, encode_frame
from tests.fakes.cable import cable
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.speech_service.serving import listening, message, served, settings

START = {"type": "start", "speaker": "anna", "language": "en"}
PIECE = np.zeros(800, np.int16)


class Stage:
    """A hearing stage that notes with each piece of sound whether it is to spare."""

    def __init__(self) -> None:
        self.spared: list[bool] = []

    async def __call__(
        self,
        frames: Channel[AudioFrame],
        heard: Channel[Heard],
        *,
        recognizer: Recognizer,
        detector: VoiceActivityDetector,
        options: HearingOptions,
        settings: Recognition,
    ) -> None:
        async for _ in frames:
            self.spared.append(options.sparing())
        heard.close()

    async def until(self, count: int) -> list[bool]:
        """What was noted, once there is so much of it."""
        while len(self.spared) < count:
            await asyncio.sleep(0.001)
        return self.spared


async def test_the_service_spares_while_it_is_told_to() -> None:
    """From a message on, until one that takes it back; it says beforehand that it knows the message."""
    stage = Stage()
    app = stt_app(ScriptedRecognizer(()), LoudnessDetector, settings(), stage=stage)
    async with asyncio.timeout(10), served(app) as client, client.ws_connect("/ws/stt") as socket:
        await socket.send_json(START)
        assert await message(socket) == {"type": "ready", "takes_sparing": True, "takes_trace": True}
        for at, wish in enumerate((None, True, None, False)):
            if wish is not None:
                await socket.send_json({"type": "sparing", "on": wish})
            await socket.send_bytes(encode_frame(AudioFrame(at * len(PIECE), PIECE)))
            await stage.until(at + 1)
        await socket.send_json({"type": "end"})
        assert await message(socket) == {"type": "done"}

    assert stage.spared == [False, True, True, False]


@pytest.mark.parametrize("wrong", [{}, {"on": "perhaps"}, {"on": None}], ids=["nothing", "a word", "null"])
async def test_what_is_no_wish_breaks_the_rules(wrong: dict[str, object]) -> None:
    """The connection ends with the reason."""
    app = stt_app(ScriptedRecognizer(()), LoudnessDetector, settings())
    async with asyncio.timeout(10), served(app) as client, client.ws_connect("/ws/stt") as socket:
        await socket.send_json(START)
        await message(socket)
        await socket.send_json({"type": "sparing", **wrong})
        failed = await message(socket)

    assert (failed["type"], failed["code"]) == ("error", "invalid_request")
    assert failed["message"].startswith("on: ")


class Worker:
    """Plays silence to the service piece by piece, with a wish that the test changes."""

    def __init__(self, hearing: RemoteHearing) -> None:
        self._hearing = hearing
        self.sparing = False
        self._frames: Channel[AudioFrame] = Channel(100)
        self._position = 0

    @asynccontextmanager
    async def speaking(self) -> AsyncIterator[None]:
        heard: Channel[Heard] = Channel(100)
        options = HearingOptions("anna", "en", sparing=lambda: self.sparing)
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(self._hearing(self._frames, heard, options))
            yield
            self._frames.close()

    async def play(self) -> None:
        await self._frames.put(AudioFrame(self._position, PIECE))
        self._position += len(PIECE)


async def test_the_wish_travels_and_comes_back() -> None:
    """It goes before the sound that it is about, once for each change; after a break it is told again."""
    stage = Stage()
    chosen = settings()
    app = stt_app(ScriptedRecognizer(()), LoudnessDetector, chosen, stage=stage)
    async with (
        listening(app, chosen.services, 0) as url,
        cable(url) as laid,
        RemoteHearing(settings(stt_url=laid.url).services) as hearing,
    ):
        worker = Worker(hearing)
        async with worker.speaking():
            await worker.play()
            await stage.until(1)
            worker.sparing = True
            while not stage.spared[-1]:  # the service may not have said yet that it takes the wish
                await worker.play()
                await asyncio.sleep(0.01)
            worker.sparing = False
            while stage.spared[-1]:
                await worker.play()
                await asyncio.sleep(0.01)
            worker.sparing = True
            await worker.play()
            await laid.cut()
            stage.spared.clear()
            await laid.mend()
            while not (stage.spared and stage.spared[-1]):
                await worker.play()
                await asyncio.sleep(0.01)
        assert laid.connections == 2


async def test_an_older_service_is_not_told() -> None:
    """One that does not say that it knows the message would end the connection over it."""
    told: list[str] = []
    pieces = 0

    async def older(request: web.Request) -> web.WebSocketResponse:
        nonlocal pieces
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for received in socket:
            if received.type is aiohttp.WSMsgType.BINARY:
                pieces += 1
                continue
            told.append(received.json()["type"])
            if told[-1] == "start":
                await socket.send_json({"type": "ready"})
            elif told[-1] == "end":
                await socket.send_str(FROM_RECOGNITION.encode(Done()))
        return socket

    app = web.Application()
    app.router.add_get("/ws/stt", older)
    async with TestServer(app) as server:
        url = str(server.make_url("/"))
        async with RemoteHearing(settings(stt_url=url).services) as hearing:
            worker = Worker(hearing)
            worker.sparing = True
            async with worker.speaking():
                for wanted in range(1, 6):
                    await worker.play()
                    while pieces < wanted:
                        await asyncio.sleep(0.001)

    assert told == ["start", "end"]
    assert FROM_RECOGNITION.decode('{"type": "ready"}') == Ready(takes_sparing=False)
