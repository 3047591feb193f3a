"""Which copy of a service is asked, over real sockets, and how each is found out about."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web

from config.addresses import several
from speech_service.client import Copies, RemoteHearing
from speech_service.client.connection import new_session
from speech_service.client.names import addresses_of, is_name
from speech_service.client.one_copy import Copy
from speech_service.stt import stt_app
from stack.ports import free_port
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.speech_service.serving import listening, settings
from tests.speech_service.test_remote_hearing import SPEECH, TEXTS, WORDS, Listener

SERVICES = settings().services


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


class Saying:
    """A service that says of itself what a test wants."""

    def __init__(self) -> None:
        self.status = 200
        self.health: dict[str, Any] = {"status": "ok", "service": "stt", "parts": {}, "room": 10}
        self.hung = asyncio.Event()
        self.hung.set()
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.host)
        await self.hung.wait()
        return web.json_response(self.health, status=self.status)


@asynccontextmanager
async def said_by(*services: Saying, hosts: Sequence[str] = ()) -> AsyncIterator[list[str]]:
    """The URL of each."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(30))
        urls, port = [], 0
        for number, service in enumerate(services):
            app = web.Application()
            app.router.add_get("/health", service.answer)
            runner = web.AppRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            host = hosts[number] if hosts else "127.0.0.1"
            await web.TCPSite(runner, host, port).start()
            port = runner.addresses[0][1] if hosts else 0
            urls.append(f"http://{host}:{runner.addresses[0][1]}")
        yield urls


def looking(urls: Sequence[str], **options: Any) -> Copies:
    return Copies("the test", ",".join(urls), SERVICES, look_every_s=0.02, **options)


async def test_who_has_the_most_room_left_is_asked_next() -> None:
    """As the copies say themselves, and what was begun there since."""
    large, small = Saying(), Saying()
    large.health |= {"under_way": 3, "room": 10}
    small.health |= {"under_way": 1, "room": 2}
    async with said_by(small, large) as urls, looking(urls).held() as copies:
        await until(lambda: [copy.url for copy in copies.in_order()] == [urls[1], urls[0]])
        large.health["under_way"] = 9
        await until(lambda: [copy.url for copy in copies.in_order()] == urls)


async def test_of_those_that_say_nothing_each_gets_its_turn() -> None:
    """By what our own clients have under way."""
    copies = Copies("the test", "http://127.0.0.1:9, http://127.0.0.1:10", SERVICES)
    async with copies.held():
        first, second = copies.in_order()
        with copies.asking(first):
            assert copies.in_order() == [second, first]
            with copies.asking(second):
                assert copies.in_order() == [first, second]


async def test_the_next_speaker_goes_to_the_copy_with_fewer() -> None:
    """Of two real recognition services, whoever of another room is there counts too."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(60))
        engines = [ScriptedRecognizer(WORDS) for _ in range(2)]
        urls = [
            await stack.enter_async_context(
                listening(stt_app(one, LoudnessDetector, settings()), SERVICES, 0)
            )
            for one in engines
        ]
        elsewhere = [
            asyncio.create_task(_talk(RemoteHearing(settings(stt_url=urls[0]).services))) for _ in range(2)
        ]
        copies = await stack.enter_async_context(looking(urls).held())
        await until(lambda: [copy.url for copy in copies.in_order()] == [urls[1], urls[0]])
        hearing = RemoteHearing(SERVICES, copies)
        speaking = asyncio.create_task(_talk(hearing))
        await until(lambda: engines[1].open_streams == 1)
        for task in (*elsewhere, speaking):
            task.cancel()
        await asyncio.wait([*elsewhere, speaking])


async def _talk(hearing: RemoteHearing) -> None:
    async with hearing:
        await Listener(hearing).play(SPEECH, pace_s=0.05)


async def test_one_that_hangs_is_left_and_taken_again() -> None:
    """Its connections look alive: a question that is not answered tells."""
    hung, well = Saying(), Saying()
    async with said_by(hung, well) as urls, looking(urls).held() as copies:
        await until(lambda: bool(hung.asked and well.asked))
        stuck = copies.in_order()[0]
        hung.hung.clear()
        await stuck.hangs.wait()
        assert copies.in_order()[0].url == urls[1]
        hung.hung.set()
        await until(lambda: not stuck.hangs.is_set() and copies.in_order()[0] is stuck)


async def test_one_that_takes_nothing_more_is_left_at_once() -> None:
    """A speaker goes on elsewhere; what it was asked it may finish."""
    ending, well = Saying(), Saying()
    async with said_by(ending, well) as urls, looking(urls).held() as copies:
        first = copies.in_order()[0]
        ending.status = 503
        await first.ends.wait()
        assert not first.hangs.is_set()
        assert [copy.url for copy in copies.in_order()] == urls[::-1]


async def test_who_is_alone_is_not_left() -> None:
    """There is nobody else: whoever speaks waits for it."""
    alone = Saying()
    alone.status = 503
    async with said_by(alone) as urls, looking(urls).held() as copies:
        await asyncio.sleep(0.1)
        (copy,) = copies
        assert (alone.asked, copy.ends.is_set()) == ([], False)


async def test_one_that_fails_rests_longer_each_time() -> None:
    """Until it has answered."""
    now_s = [0.0]
    copies = Copies("the test", "http://127.0.0.1:9, http://127.0.0.1:10", SERVICES, now=lambda: now_s[0])
    rests = []
    async with copies.held():
        copy = copies.in_order()[0]
        for _ in range(6):
            now_s[0] = copy.rests_until_s
            copies.failed(copy)
            rests.append(copy.rests_until_s - now_s[0])
        copy.answered()
        now_s[0] = copy.rests_until_s
        copies.failed(copy)
        rests.append(copy.rests_until_s - now_s[0])

    assert rests == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 0.5]


async def test_a_name_with_several_addresses_is_several_copies() -> None:
    """Each is asked by that name, at its own address; one that comes later is found."""
    first, second = Saying(), Saying()
    known = ["127.0.0.1"]

    async def resolve(url: str) -> Sequence[str]:
        return known

    async with said_by(first, second, hosts=("127.0.0.1", "127.0.0.2")) as urls:
        port = urlsplit(urls[0]).port
        name = f"http://speech.example:{port}"
        copies = looking([name], resolve=resolve, resolve_every_s=0.05)
        async with copies.held():
            await copies.known(5)
            assert [copy.place for copy in copies] == [f"{name} at 127.0.0.1"]
            known.append("127.0.0.2")
            await until(lambda: bool(first.asked and second.asked))
            assert {*first.asked, *second.asked} == {f"speech.example:{port}"}
            assert {copy.address for copy in copies} == {"127.0.0.1", "127.0.0.2"}


async def test_an_address_that_is_named_no_more_is_kept_while_it_answers() -> None:
    """Some name servers tell only a part each time."""
    staying, going = Saying(), Saying()
    known = ["127.0.0.1", "127.0.0.2"]

    async def resolve(url: str) -> Sequence[str]:
        return known

    async with said_by(staying, going, hosts=("127.0.0.1", "127.0.0.2")) as urls:
        name = f"http://speech.example:{urlsplit(urls[0]).port}"
        async with looking([name], resolve=resolve, resolve_every_s=0.02).held() as copies:
            seen: list[int] = []
            copies.watch(lambda there: seen.append(len(there)))
            await until(lambda: bool(going.asked))
            known.pop()
            count = len(going.asked)
            await until(lambda: len(going.asked) > count + 2)
            assert len(copies) == 2
            going.status = 503
            await until(lambda: len(copies) == 1)
            assert seen[-1] == 1


async def test_the_name_stays_in_tls(tmp_path: Path) -> None:
    """Whatever address a copy has, it is asked for the certificate of its name."""
    made = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x"]
    command += ["-keyout", str(made[0]), "-out", str(made[1])]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made[1], made[0])
    asked: list[str] = []
    context.sni_callback = lambda _, name, __: asked.append(name)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server, new_session(SERVICES, "127.0.0.1") as session:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.get(f"https://speech.example:{port}/")

    assert asked == ["speech.example"]


async def test_addresses_are_looked_up() -> None:
    """By the machine's own resolver; what is an address already needs none."""
    assert await addresses_of("http://localhost:8001") == ("127.0.0.1",)
    urls = ["http://speech:8001", "http://10.0.0.5:8001", "http://[::1]:1", "http://localhost:1"]
    assert [is_name(url) for url in urls] == [True, False, False, False]
    with pytest.raises(socket.gaierror):
        await addresses_of("http://nowhere.invalid")


def test_several_addresses_in_one_text() -> None:
    assert several(" http://a:1/, http://b:1,,http://a:1 ") == ("http://a:1", "http://b:1")
    assert several("") == ()


@pytest.mark.parametrize("away_s", [2.0, 5.5])
async def test_no_word_is_lost_or_said_twice_when_a_copy_dies(away_s: float) -> None:
    """In mid-sentence, and in a pause; nobody waits for it to come back, and one that refuses is no obstacle."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(60))
        engines = [ScriptedRecognizer(WORDS) for _ in range(2)]
        dying = listening(stt_app(engines[0], LoudnessDetector, settings()), SERVICES, 0)
        url = await dying.__aenter__()
        other = await stack.enter_async_context(
            listening(stt_app(engines[1], LoudnessDetector, settings()), SERVICES, 0)
        )
        refusing = f"http://127.0.0.1:{free_port()}"
        chosen = settings(stt_url=f"{url}, {refusing}, {other}", max_behind_s=60.0).services
        hearing = await stack.enter_async_context(RemoteHearing(chosen))
        listener, ending = Listener(hearing), list[asyncio.Task[Any]]()

        async def meanwhile(frame: Any) -> None:
            if not ending and frame.end_sample >= away_s * 16_000:
                ending.append(asyncio.create_task(dying.__aexit__(None, None, None)))

        await listener.play(SPEECH, meanwhile)
        await ending[0]

    listener.check_order()
    assert [word.text for word in listener.committed] == TEXTS


async def test_a_copy_that_is_too_slow_is_left_before_anything_is_lost() -> None:
    """The sound that it has not come to is recognised by another one."""
    slow, well = Stuck(WORDS), ScriptedRecognizer(WORDS)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(asyncio.timeout(60))
        urls = [
            await stack.enter_async_context(
                listening(stt_app(one, LoudnessDetector, settings()), SERVICES, 0)
            )
            for one in (slow, well)
        ]
        chosen = settings(stt_url=",".join(urls), max_behind_s=2.0).services
        hearing = await stack.enter_async_context(RemoteHearing(chosen))
        listener = Listener(hearing)
        await listener.play(SPEECH, pace_s=0.03)

    assert [word.text for word in listener.committed] == TEXTS


class Stuck(ScriptedRecognizer):
    """Takes a second for each look."""

    async def open(self, options: Any, *, first_sample: int, context: str = "") -> Any:
        stream = await super().open(options, first_sample=first_sample, context=context)
        look = stream.hypothesis

        async def slowly(**wishes: bool) -> Any:
            await asyncio.sleep(1.0)
            return await look(**wishes)

        stream.hypothesis = slowly  # type: ignore[method-assign]
        return stream


def test_a_copy_says_where_it_is() -> None:
    assert Copy("http://a:1", "", SERVICES).place == "http://a:1"
    assert Copy("http://a:1", "10.0.0.1", SERVICES).place == "http://a:1 at 10.0.0.1"
