"""Many people who speak in one room."""

from __future__ import annotations

import pytest

from tests.live.conftest import OpenMeeting
from tests.live.crowd import crowd
from tests.live.guests import until

pytestmark = pytest.mark.live


async def test_ten_speak_at_once(meeting: OpenMeeting) -> None:
    """Ten people who speak at the same time are all recognised, in their own names."""
    async with (
        meeting() as room,
        room.guest("bea", translator_captions="original") as bea,
        crowd(room.room, 10, room.livekit) as names,
    ):
        await until(lambda: {seen.sender for seen in bea.finals("en")} == names, "all are read", 40)
