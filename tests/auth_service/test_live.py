"""With the real livekit-server and real workers of LiveKit's agent framework."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
from livekit import rtc
from livekit.protocol.rtc import SignalResponse
from livekit.rtc.participant import PublishDataError, PublishTrackError
from pydantic import SecretStr

from auth_service.serve import serve
from config.settings import Auth, Settings, Turn
from tests.auth_service.conftest import Api, Room
from tests.live.server import KEY, SECRET, Server
from turn.credentials import credential
from turn.render import livekit_turn_servers, write_private

pytestmark = pytest.mark.live

LIMIT_S = 90.0
RELAY = Turn(host="turn.example", secret=SecretStr("relay-secret"))


class ServerWithHooks(Server):
    """livekit-server that tells the auth service what happens, and hands out relay credentials."""

    webhook = ""
    turn_servers: list[dict[str, object]] = []  # noqa: RUF012  set once, before the start

    def _config(self) -> dict[str, object]:
        config = super()._config()
        rtc_config = config["rtc"]
        assert isinstance(rtc_config, dict)
        config["rtc"] = {**rtc_config, "turn_servers": self.turn_servers}
        return config | {"webhook": {"api_key": KEY, "urls": [self.webhook]}}


def _media_server(directory: Path, webhook: str, secret_file: Path) -> ServerWithHooks:
    """A started server; on other ports where somebody took one of them between the choice and the start."""
    for attempt in range(5):
        server = ServerWithHooks(directory)
        server.webhook = webhook
        server.turn_servers = livekit_turn_servers(RELAY, secret_file)
        try:
            server.start()
        except RuntimeError as error:
            if "address already in use" not in str(error) or attempt == 4:
                raise
            (directory / "livekit.log").unlink()
        else:
            return server
    raise AssertionError("unreachable")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[tuple[Api, str]]:
    """The service and the media server, each knowing the other; yields the API and the media server's URL."""
    secret_file = tmp_path / "turn.secret"
    write_private(secret_file, "relay-secret\n")
    with socket.socket() as held:  # bound but not listening: nobody else gets the port, the service does
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        server = await asyncio.to_thread(_media_server, tmp_path, f"{url}/api/v1/webhook", secret_file)
        settings = Settings(
            development=True,
            livekit=server.settings,
            auth=Auth(port=port, database_url=SecretStr(f"sqlite:///{tmp_path}/rooms.sqlite3")),
            turn=RELAY,
        )
        started = asyncio.Event()
        serving = asyncio.create_task(serve(settings, started=lambda port: started.set()))
        async with asyncio.timeout(LIMIT_S):
            await started.wait()
    try:
        async with httpx.AsyncClient(base_url=url, timeout=10) as client:
            yield Api(client), server.settings.url
    finally:
        server.stop()
        serving.cancel()
        await asyncio.wait([serving])


class Worker:
    """One worker process and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[dict[str, Any]] = []
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, url: str, log: Path) -> Worker:
        command = (sys.executable, "-m", "tests.fakes.interpreter_worker", url, KEY, SECRET, "translator")
        with log.open("ab") as errors:
            return cls(
                await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=errors)
            )

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(json.loads(line))

    async def kill(self) -> None:
        """As a crash would: nobody is told."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._reading


@contextlib.asynccontextmanager
async def workers(number: int, url: str, log: Path) -> AsyncIterator[list[Worker]]:
    started = [await Worker.start(url, log) for _ in range(number)]
    try:
        await until(lambda: all({"registered": True} in worker.said for worker in started))
        yield started
    finally:
        for worker in started:
            await worker.kill()


async def until(true: Callable[[], object] | Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while True:
            answer = true()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def connected(joined: dict[str, Any]) -> AsyncIterator[rtc.Room]:
    room = rtc.Room()
    try:
        await room.connect(joined["url"], joined["token"])
        yield room
    finally:
        await room.disconnect()


def agents(room: rtc.Room) -> list[str]:
    kind = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
    return [person.identity for person in room.remote_participants.values() if person.kind == kind]


class Organiser:
    def __init__(self, api: Api, room: Room) -> None:
        self._api, self._room = api, room
        self._url = f"/api/v1/rooms/{room.name}/interpreter"

    async def invite(self, **wish: Any) -> dict[str, Any]:
        answer = await self._api.client.put(self._url, json=wish, headers=self._room.headers)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    async def sees(self, state: str, other_than: str = "") -> bool:
        answer = (await self._api.client.get(self._url, headers=self._room.headers)).json()
        return bool(answer["state"] == state and (not other_than or answer["identity"] != other_than))

    async def applied(self, languages: list[str]) -> bool:
        answer = (await self._api.client.get(self._url, headers=self._room.headers)).json()
        return bool(answer["applied"] and answer["languages"] == languages)

    async def dismiss(self) -> None:
        assert (await self._api.client.delete(self._url, headers=self._room.headers)).status_code == 204


async def test_an_interpreter_whose_worker_died_is_replaced(service: tuple[Api, str], tmp_path: Path) -> None:
    """Invited many times it comes once; it is told of changes; killed, another comes in its place and the room never
    keeps two; dismissed, it goes for good."""
    api, url = service
    room = await api.room(name="board", languages=["es", "fr"])
    organiser = Organiser(api, room)
    assert (await organiser.invite())["state"] == "invited"
    async with workers(2, url, tmp_path / "workers.log") as started:
        joined = (await api.join(room.guest)).json()
        async with connected(joined) as guest:
            await until(lambda: organiser.sees("present"))
            await asyncio.gather(*(organiser.invite(languages=["es"], muted=["es"]) for _ in range(5)))
            (first,) = agents(guest)
            (has_it,) = [worker for worker in started if len(worker.said) > 1]
            wish: dict[str, Any] = {"version": 2, "languages": ["es"], "muted": ["es"], "glossary": None}
            await until(lambda: organiser.applied(wish["languages"]))
            assert has_it.said[1] == {
                "room": "board",
                "metadata": {"version": 1, "languages": ["es", "fr"], "muted": [], "glossary": None},
                "identity": first,
            }
            told = [said["control"] for said in has_it.said[2:]]
            assert told
            assert all(each == {"type": "configure", **wish} for each in told)

            await has_it.kill()
            await until(lambda: organiser.sees("present", other_than=first))
            await until(lambda: agents(guest) and first not in agents(guest))
            (second,) = agents(guest)
            (other,) = [worker for worker in started if worker is not has_it]
            assert other.said[1:] == [
                {"room": "board", "metadata": wish | {"after": [first]}, "identity": second}
            ]

            await organiser.dismiss()
            await until(lambda: not agents(guest))
            elsewhere = await api.room(name="hall", languages=["es"])
            other_organiser = Organiser(api, elsewhere)
            async with connected((await api.join(elsewhere.guest)).json()):
                await other_organiser.invite()  # whoever comes where one is wanted would have come back here
                await until(lambda: other_organiser.sees("present"))
            assert (agents(guest), await organiser.sees("absent")) == ([], True)


async def test_roles_may_do_what_they_may_and_no_more(service: tuple[Api, str]) -> None:
    """In a room with chat a reader reaches nobody, a listener writes but does not speak, a speaker speaks, all change
    their language."""
    api, _ = service
    room = await api.room(chat=True)
    listener = (await api.join((await api.invite(room, role="listener"))["token"])).json()
    reader = (await api.join(room.reader)).json()
    speaker = (await api.join(room.guest)).json()
    heard: list[tuple[str, bytes]] = []
    tracks: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        hall = {}
        for joined in (speaker, listener, reader):
            hall[joined["role"]] = await stack.enter_async_context(connected(joined))

        def data(packet: rtc.DataPacket) -> None:
            heard.append((packet.participant.identity if packet.participant else "", packet.data))

        for there in hall.values():
            there.on("data_received", data)
            there.on("track_published", lambda publication, by: tracks.append(by.identity))
        source = rtc.AudioSource(48_000, 1)
        stack.push_async_callback(source.aclose)
        for role in ("reader", "listener", "speaker"):
            track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            with contextlib.suppress(PublishTrackError, TimeoutError):
                async with asyncio.timeout(2):
                    await hall[role].local_participant.publish_track(track, options)
            with contextlib.suppress(PublishDataError):
                await hall[role].local_participant.publish_data(role.encode())
            await hall[role].local_participant.set_attributes({"translator.captions": "fr"})
        everybody = {joined["identity"] for joined in (speaker, listener, reader)}
        await until(
            lambda: (
                {
                    person.identity
                    for there in hall.values()
                    for person in there.remote_participants.values()
                    if person.attributes.get("translator.captions") == "fr"
                }
                == everybody
            )
        )
        await until(lambda: (speaker["identity"], b"speaker") in heard and tracks)

    assert set(heard) == {(listener["identity"], b"listener"), (speaker["identity"], b"speaker")}
    assert set(tracks) == {speaker["identity"]}


async def test_who_was_removed_does_not_come_back(service: tuple[Api, str]) -> None:
    """Withdrawing a link with removal disconnects who came by it; their token, though valid, gets them no other."""
    api, _ = service
    room = await api.room()
    invitation = await api.invite(room, role="speaker")
    joined = (await api.join(invitation["token"])).json()
    async with connected(joined) as first:
        gone = asyncio.Event()
        first.on("disconnected", lambda *_: gone.set())
        url = f"/api/v1/rooms/{room.name}/invitations/{invitation['id']}?remove=true"
        answer = await api.client.delete(url, headers=room.headers)
        assert answer.json() == {"removed": 1}
        async with asyncio.timeout(LIMIT_S):
            await gone.wait()
    async with connected(joined) as again:
        await until(lambda: not again.isconnected())


async def test_any_client_gets_relay_credentials_from_the_media_server(service: tuple[Api, str]) -> None:
    """What livekit-server hands out by itself opens the same relay as what we hand out, and runs out as well."""
    api, url = service
    joined = (await api.join((await api.room()).guest)).json()
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/rtc?protocol=15&access_token={joined['token']}") as signals,
    ):
        message = SignalResponse.FromString((await signals.receive(LIMIT_S)).data)
    servers = [
        server for server in message.join.ice_servers if any("turn.example" in each for each in server.urls)
    ]
    assert {each for server in servers for each in server.urls} == {
        "turn:turn.example:3478?transport=udp",
        "turn:turn.example:3478?transport=tcp",
    }
    for server in servers:
        expiry = int(server.username.split(":")[0])
        assert server.credential == credential(server.username, "relay-secret")
        assert 0 < expiry - time.time() <= 3600


async def test_an_interpreter_that_is_wanted_from_the_beginning_comes_with_the_first_person(
    service: tuple[Api, str], tmp_path: Path
) -> None:
    """Nobody is sent to an empty room."""
    api, url = service
    async with workers(1, url, tmp_path / "workers.log") as (worker,):
        room = await api.room(name="early", languages=["es"], interpreter=True)
        organiser = Organiser(api, room)
        assert await organiser.sees("invited")
        assert worker.said == [{"registered": True}]
        async with connected((await api.join(room.guest)).json()) as guest:
            await until(lambda: organiser.sees("present"))
            await until(lambda: len(agents(guest)) == 1)
            assert worker.said[1]["metadata"]["languages"] == ["es"]
