"""Control packets on their way to a running interpreter."""

from __future__ import annotations

from typing import Any

from livekit import rtc
from pydantic import SecretStr

from config.sealing import seal
from config.settings import LiveKit
from worker.control import CONTROL_TOPIC, Configure
from worker.organiser import Organiser

SECRET = "a secret of thirty-two characters"


class NamedRoom:
    """Knows its name and one listener."""

    name = "hall"

    def __init__(self) -> None:
        self.listeners: dict[str, Any] = {}

    def on(self, event: str, listener: Any) -> None:
        self.listeners[event] = listener

    def deliver(self, data: bytes) -> None:
        kind = rtc.DataPacketKind.KIND_RELIABLE
        self.listeners["data_received"](rtc.DataPacket(data, kind, None, CONTROL_TOPIC))


def test_a_packet_that_is_sent_again_is_not_obeyed_again() -> None:
    """Who saw a dismissal or a wish cannot repeat it while its seal holds."""
    room, done = NamedRoom(), list[object]()
    livekit = LiveKit(api_key="key", api_secret=SecretStr(SECRET))
    organiser = Organiser(room, livekit, configure=done.append, dismiss=lambda: done.append("dismissed"))  # type: ignore[arg-type]  # a stand-in
    organiser.listen()
    dismiss = seal('{"type": "dismiss"}', room="hall", api_key="key", api_secret=SECRET)
    configure = seal('{"type": "configure"}', room="hall", api_key="key", api_secret=SECRET)

    for packet in (configure, dismiss, configure, dismiss, b"{}", dismiss):
        room.deliver(packet)

    assert done == [Configure(), "dismissed"]
