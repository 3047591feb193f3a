"""A listener who forges captions in a real room: the page believes nothing of hers, and all that was really said."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from livekit import rtc

from protocol.captions import SIGNATURE
from tests.live.conftest import OpenMeeting
from tests.live.guests import Guest, Seen, until
from tests.live.page import believed_by
from worker.signing import CaptionKey

pytestmark = pytest.mark.live

LIE = "I have just sold the company."
LIMIT_S = 60.0


class Forger:
    """Eve: whatever the interpreter sends, she sends her own words with the same attributes, and some of her own."""

    def __init__(self, eve: Guest) -> None:
        self._eve, self._key = eve, CaptionKey()
        self._answered = 0
        self.sent = 0

    async def disguise(self) -> None:
        """Says of herself what an interpreter says."""
        await self._eve.room.local_participant.set_attributes(
            {
                "translator.role": "interpreter",
                "translator.key": self._key.public,
                "lk.agent.state": "speaking",
                "translator.languages": '["en", "es"]',
            }
        )

    async def answer(self) -> None:
        """Forges once for each caption that has come since."""
        for seen in self._eve.captions[self._answered :]:
            if seen.text != LIE:
                for text, attributes in self._forgeries(seen.text, seen.attributes):
                    await self._send(text, attributes)
        self._answered = len(self._eve.captions)

    def _forgeries(self, said: str, seen: Mapping[str, str]) -> list[tuple[str, Mapping[str, str]]]:
        final = {**seen, "lk.transcription_final": "true"}
        unsigned = {name: value for name, value in final.items() if name != SIGNATURE}
        spanish = {
            **unsigned,
            "lk.segment_id": f"{seen['translator.segment']}/es",
            "language": "es",
            "translated": "true",
        }
        own = {name: value.replace("anna/", "eve/") for name, value in unsigned.items()}
        endless = {**own, "translator.start_ms": "1e300", "translator.end_ms": "1e300"}
        return [
            (said, seen),
            (LIE, final),
            (LIE, unsigned),
            (LIE, spanish),
            (LIE, self._key.signed("anna", LIE, unsigned)),
            (LIE, self._key.signed("eve", LIE, own)),
            (LIE, self._key.signed("eve", LIE, endless)),
            (LIE, {**own, SIGNATURE: seen[SIGNATURE]}),
        ]

    async def _send(self, text: str, attributes: Mapping[str, str]) -> None:
        await self._eve.room.local_participant.send_text(
            text, topic="lk.transcription", attributes=dict(attributes), destination_identities=["bob"]
        )
        self.sent += 1


async def test_nothing_forged_is_believed_and_all_that_was_said_stands(
    meeting: OpenMeeting, tmp_path: Path
) -> None:
    """Eve copies, changes and signs; of all that reached Bob his page shows the interpreter's captions alone."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bob", translator_captions="es,original") as bob,
        Guest("eve", room.room, room.livekit, can_publish=False, translator_captions="original") as eve,
    ):
        forger = Forger(eve)
        await forger.disguise()
        await until(lambda: room_sees(bob, "eve", "translator.key"), "Eve's disguise is seen", LIMIT_S)
        await anna.open_microphone()
        async with asyncio.timeout(LIMIT_S):
            while len([seen for seen in bob.finals("es") if seen.sender == "anna"]) < 3 or forger.sent < 24:
                await forger.answer()
                await asyncio.sleep(0.01)
        await anna.stop_microphone()
        await until(lambda: len(of(bob, "eve")) == forger.sent, "all forgeries have reached Bob", LIMIT_S)
        true = {
            (seen.sender, seen.attributes["language"], seen.text) for seen in of(bob, "anna") if seen.final
        }
        believed = await believed_by(bob, tmp_path)

    assert {seen.sender for seen in bob.captions} == {"anna", "eve"}
    assert set(believed.said) == true
    assert not [text for _, _, text in believed.said if text == LIE]
    assert believed.refused == forger.sent
    assert len([seen for seen in bob.captions if seen.text == LIE]) >= 20


def of(reader: Guest, sender: str) -> list[Seen]:
    """What came to `reader` in somebody's name."""
    return [seen for seen in reader.captions if seen.sender == sender]


def room_sees(reader: Guest, identity: str, attribute: str) -> bool:
    """Whether somebody's attribute has reached `reader`."""
    person: rtc.RemoteParticipant | None = reader.room.remote_participants.get(identity)
    return person is not None and attribute in person.attributes
