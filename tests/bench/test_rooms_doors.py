"""How a crowd speaks to the token service: it waits where it is asked to, and says why it was refused."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.rooms.doors import DoorError, TokenService
from demo.doors import Admission
from protocol.attributes import CAPTIONS, EVENTS, LISTEN, SPEAK


class Desk:
    """Answers as the token service does, from a list; keeps what was asked."""

    def __init__(self, *answers: web.Response) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, str, object]] = []

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path_qs.removeprefix("/api/v1"), body))
        return self._answers.pop(0)

    def server(self) -> TestServer:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        return TestServer(app)


ROOM = {
    "organiser_link": "http://here/join#organises",
    "guest_link": "http://here/join#speaks",
    "captions_link": "http://here/captions/load-1#reads",
    "organiser_token": "may-erase",
}
JOINED = {"url": "ws://media", "token": "in", "identity": "listener-1"}


async def test_who_is_asked_to_wait_waits_and_asks_again() -> None:
    busy = [web.json_response({}, status=429, headers={"retry-after": "0"}) for _ in range(2)]
    desk = Desk(*busy, web.json_response({"offer": {"heard": ["es", "fr"]}}))
    async with desk.server() as server, TokenService.reached(str(server.make_url("")), "") as doors:
        assert await doors.offered() == ("es", "fr")

    assert len(desk.asked) == 3


async def test_people_come_by_the_links_of_a_room_which_is_erased_at_the_end() -> None:
    """Wishes for which joining has no field are left to the client."""
    desk = Desk(
        web.json_response(ROOM, status=201),
        web.json_response({"link": "http://here/join#listens"}, status=201),
        web.json_response(JOINED),
        web.Response(status=204),
    )
    wishes = {SPEAK: "es", LISTEN: "es", CAPTIONS: "es", EVENTS: "on"}
    async with desk.server() as server, TokenService.reached(str(server.make_url("")), "key") as doors:
        room = await doors.open("en", ("es",))
        assert await doors.admit(room, "ann", "listener", wishes) == Admission(
            "ws://media", "in", "listener-1"
        )

    assert [(method, path) for method, path, _ in desk.asked] == [
        ("POST", "/rooms"),
        ("POST", f"/rooms/{room}/invitations"),
        ("POST", "/join"),
        ("DELETE", f"/rooms/{room}?erase=true"),
    ]
    assert desk.asked[2][2] == {
        "invitation": "listens", "name": "ann", "speak": "es", "listen": "es", "captions": "es",
    }  # fmt: skip


async def test_a_refusal_says_what_the_service_said() -> None:
    problem = {"detail": "Rooms are created by the operator here."}
    desk = Desk(web.json_response(problem, status=403))
    async with desk.server() as server, TokenService.reached(str(server.make_url("")), "") as doors:
        with pytest.raises(DoorError, match="refused with 403: Rooms are created by the operator"):
            await doors.open("en", ("es",))


async def test_no_secret_shows_where_an_admission_is_printed() -> None:
    assert "secret" not in repr(Admission("ws://media", "secret", "ann"))
    async with aiohttp.ClientSession() as session:
        assert "operators-key" not in repr(TokenService(session, "http://here", "operators-key"))
