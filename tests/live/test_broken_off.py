"""Who gives up joining a room, at whatever moment and however often, goes on living: LiveKit's library would end the
whole process a while later."""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

import pytest
from livekit import api

from config.settings import LiveKit
from tests.live.server import ROOT

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

JOINERS = 20
PROGRAM = """
import asyncio, sys
from demo.doors import Admission
from demo.participants import Attendee

async def given_up(number, token):
    attendee = Attendee(f"person {number}", {})
    joining = asyncio.create_task(attendee.join(Admission(sys.argv[1], token, f"person {number}")))
    for times in range(1 + number % 2):
        await asyncio.sleep(0.008 * number)
        joining.cancel()
    await asyncio.wait({joining})
    await attendee.leave()

async def main():
    for number, token in enumerate(sys.argv[2:]):
        await given_up(number, token)
    await asyncio.sleep(16)  # the library waits 15 s for a room that it has connected to be taken up
    print("alive")

asyncio.run(main())
"""


async def test_whoever_gives_up_goes_on_living(livekit: LiveKit) -> None:
    """Once or twice over, before the server's answer, with it and after it."""
    key, secret = livekit.api_key, livekit.api_secret.get_secret_value()
    tokens = [
        api.AccessToken(key, secret)
        .with_identity(f"person-{number}")
        .with_ttl(timedelta(minutes=5))
        .with_grants(api.VideoGrants(room_join=True, room="given-up"))
        .to_jwt()
        for number in range(JOINERS)
    ]
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, livekit.url, *tokens, cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await asyncio.wait_for(program.communicate(), 90)
    assert (program.returncode, out) == (0, b"alive\n"), errors.decode()
    async with api.LiveKitAPI(livekit.url.replace("ws", "http", 1), key, secret) as server:
        listed = await server.room.list_rooms(api.ListRoomsRequest())
        people = [
            person.identity
            for room in listed.rooms
            for person in (
                await server.room.list_participants(api.ListParticipantsRequest(room=room.name))
            ).participants
        ]
    assert people == []
