"""Rooms of a token service: opened with the operator's key, entered by its links, erased at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import aiohttp

from demo.doors import Admission, Coming
from protocol.attributes import CAPTIONS, LISTEN, SPEAK

ANSWER_S: Final = 20.0
TRIES: Final = 8
"""While the service says that it is asked too often, which a crowd from one address is."""
LONGEST_REST_S: Final = 30.0
ERASING_S: Final = 15.0

_FIELDS: Final = {SPEAK: "speak", LISTEN: "listen", CAPTIONS: "captions"}


class DoorError(Exception):
    """The token service refused, or cannot be reached; says which."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A room that is ours."""

    name: str
    organiser_token: str = field(repr=False)
    invitations: Mapping[Coming, str] = field(repr=False)


class TokenService:
    """Speaks to `auth_service` as an operator and as guests; behind `demo.doors.Doors`."""

    def __init__(self, session: aiohttp.ClientSession, url: str, operator_key: str) -> None:
        self._session, self._url, self._key = session, url.rstrip("/"), operator_key
        self._rooms: dict[str, Opened] = {}

    @classmethod
    @asynccontextmanager
    async def reached(cls, url: str, operator_key: str) -> AsyncIterator[TokenService]:
        """The service at `url`; the rooms that are left at the end are erased."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as session:
            service = cls(session, url, operator_key)
            try:
                yield service
            finally:
                await service.close_all()

    async def offered(self) -> tuple[str, ...] | None:
        """Languages that can be heard there; None where the service does not know. Raises DoorError."""
        heard = (await self._ask("GET", "/config"))["offer"]["heard"]
        return None if heard is None else tuple(heard)

    async def open(self, source_language: str, languages: tuple[str, ...]) -> str:
        """A new room with links for everybody; its name. Raises DoorError."""
        name = f"load-{uuid4().hex[:12]}"
        wanted = {
            "name": name,
            "title": "Load",
            "source_language": source_language,
            "languages": list(languages),
        }
        made = await self._ask("POST", "/rooms", wanted, self._key)
        token = made["organiser_token"]
        # noted before anything else is asked: from now on it has to be erased
        self._rooms[name] = Opened(
            name,
            token,
            {
                "organiser": _secret(made["organiser_link"]),
                "speaker": _secret(made["guest_link"]),
                "reader": _secret(made["captions_link"]),
            },
        )
        listeners = await self._ask("POST", f"/rooms/{name}/invitations", {"role": "listener"}, token)
        self._rooms[name] = Opened(
            name, token, {**self._rooms[name].invitations, "listener": _secret(listeners["link"])}
        )
        return name

    async def admit(self, room: str, name: str, coming: Coming, wishes: Mapping[str, str]) -> Admission:
        """Exchanges a link for a token. Raises DoorError."""
        wanted = {"invitation": self._rooms[room].invitations[coming], "name": name}
        wanted |= {_FIELDS[wish]: value for wish, value in wishes.items() if wish in _FIELDS}
        joined = await self._ask("POST", "/join", wanted)
        return Admission(joined["url"], joined["token"], joined["identity"])

    async def invite(self, room: str) -> None:
        """Raises DoorError."""
        await self._ask("PUT", f"/rooms/{room}/interpreter", {}, self._rooms[room].organiser_token)

    async def dismiss(self, room: str, interpreter: str) -> None:
        """Sends away whatever interpreter is there. Raises DoorError."""
        await self._ask("DELETE", f"/rooms/{room}/interpreter", None, self._rooms[room].organiser_token)

    async def close(self, room: str) -> None:
        """Erases a room; that it is gone already is no error. Raises DoorError."""
        opened = self._rooms.get(room)
        if opened is not None:
            await self._ask("DELETE", f"/rooms/{room}?erase=true", None, opened.organiser_token)
            del self._rooms[room]

    async def close_all(self) -> None:
        """Erases what is left, whatever ends the run. Where that fails the service forgets them in time."""
        try:
            async with asyncio.timeout(ERASING_S):
                for room in list(self._rooms):
                    await self.close(room)
        except (DoorError, TimeoutError):
            return  # it is gone, or going

    async def _ask(self, method: str, path: str, body: Any = None, bearer: str = "") -> Any:
        headers = {"authorization": f"Bearer {bearer}"} if bearer else {}
        try:
            for _ in range(TRIES):
                async with self._session.request(
                    method, f"{self._url}/api/v1{path}", json=body, headers=headers
                ) as response:
                    if response.status != 429:
                        return await _answer(response)
                    rest_s = float(response.headers.get("retry-after", "1"))
                await asyncio.sleep(min(rest_s, LONGEST_REST_S))
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise DoorError(f"{self._url} cannot be asked: {error or type(error).__name__}") from error
        raise DoorError(f"{self._url} says again and again that it is asked too often")


async def _answer(response: aiohttp.ClientResponse) -> Any:
    if response.status >= 400:
        try:
            problem = await response.json(content_type=None)
        except ValueError:
            problem = {}
        said = problem.get("detail") if isinstance(problem, dict) else ""
        raise DoorError(f"the token service refused with {response.status}: {said or response.reason}")
    return await response.json() if response.status != 204 else None


def _secret(link: str) -> str:
    return link.partition("#")[2]
