"""Rooms for the tests, made over the service's own API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp
from pydantic import SecretStr

from config.settings import LiveKit
from protocol.abilities import Abilities
from tests.browser.servers import API_KEY, API_SECRET
from worker.announcing import tell


@dataclass(frozen=True, slots=True)
class Meeting:
    room: str
    organiser_link: str
    guest_link: str
    captions_link: str
    organiser_token: str


class Rooms:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http

    async def create(
        self,
        *,
        title: str = "Board meeting",
        guests: str = "speaker",
        languages: tuple[str, ...] | None = ("es", "fr", "en"),
        chat: bool = False,
    ) -> Meeting:
        wish = {
            "title": title,
            "source_language": "en",
            "guest_role": guests,
            "languages": languages,
            "chat": chat,
        }
        made = await self._call("POST", "/api/v1/rooms", wish)
        return Meeting(*(made[key] for key in Meeting.__slots__))

    async def invite(self, meeting: Meeting, role: str, **wish: object) -> dict[str, Any]:
        path = f"/api/v1/rooms/{meeting.room}/invitations"
        return await self._call("POST", path, {"role": role, **wish}, meeting.organiser_token)

    async def announce(self, *languages: str) -> None:
        """Tells the service, as a worker does, that these can be recognised, read and heard."""
        livekit = LiveKit(api_key=API_KEY, api_secret=SecretStr(API_SECRET))
        able = Abilities(languages, languages, languages)
        assert await tell(self.http, "", livekit, "0" * 16, able) == 204

    async def engage(self, meeting: Meeting) -> dict[str, Any]:
        """Wishes for an interpreter; one that a test sends in by itself is then kept."""
        path = f"/api/v1/rooms/{meeting.room}/interpreter"
        return await self._call("PUT", path, {}, meeting.organiser_token)

    async def join(self, link: str, name: str) -> dict[str, Any]:
        """What a page gets for a link of a guest or reader."""
        token = link.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
        return await self._call("POST", "/api/v1/join", {"invitation": token, "name": name})

    async def revoke(self, meeting: Meeting, invitation: str, *, remove: bool = False) -> dict[str, Any]:
        path = f"/api/v1/rooms/{meeting.room}/invitations/{invitation}?remove={str(remove).lower()}"
        return await self._call("DELETE", path, None, meeting.organiser_token)

    async def _call(self, method: str, path: str, body: object, token: str = "") -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.http.request(method, path, json=body, headers=headers) as answer:
            answer.raise_for_status()
            result: dict[str, Any] = await answer.json()
            return result
