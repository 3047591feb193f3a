"""Who may tell a running interpreter what to do, and what the others cost."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from livekit import rtc
from pydantic import SecretStr
from structlog.testing import capture_logs

from config.settings import LiveKit
from protocol.attributes import CONTROL_TOPIC
from protocol.control import Configure
from protocol.sealing import seal
from tests.fakes.clock import HandClock
from tests.fakes.room_events import FakeRoom
from worker.control import FORGERIES_AT_ONCE, FORGERY_EVERY_S, ControlReader

LIVEKIT = LiveKit(api_key="key", api_secret=SecretStr("a secret of thirty-two characters"))


def sealed(message: dict[str, Any], to: str = "agent-1") -> bytes:
    secret = LIVEKIT.api_secret.get_secret_value()
    return seal(json.dumps(message), room="hall", to=to, api_key=LIVEKIT.api_key, api_secret=secret)


DISMISS = sealed({"type": "dismiss"})


class Bench:
    """An organiser's hand on nothing but lists."""

    def __init__(self, version: int = 1) -> None:
        self.room, self.clock = FakeRoom(), HandClock()
        self.wishes: list[Configure] = []
        self.dismissed = 0
        self.keys: list[str] = []
        self.withdrawn = 0
        self.organiser = ControlReader(
            cast(rtc.Room, self.room),
            LIVEKIT,
            version=version,
            configure=self.wishes.append,
            dismiss=self._dismiss,
            hand_over=self.keys.append,
            withdraw=self._withdraw,
            now=self.clock,
        )
        self.organiser.listen()

    def _dismiss(self) -> None:
        self.dismissed += 1

    def _withdraw(self) -> None:
        self.withdrawn += 1


def test_what_the_server_sealed_is_obeyed() -> None:
    """A wish, and a dismissal; nothing after it has stopped listening."""
    bench = Bench()
    bench.room.packet(sealed({"type": "configure", "version": 2, "languages": ["es"]}), CONTROL_TOPIC)
    bench.room.packet(DISMISS, CONTROL_TOPIC)
    bench.room.packet(DISMISS, "another topic")
    assert (bench.wishes, bench.dismissed) == ([Configure(version=2, languages=("es",))], 1)
    bench.organiser.stop()
    assert bench.room.listening() == 0


def test_a_key_is_handed_over_and_withdrawn() -> None:
    """As it is sealed; whoever is in the room can do neither."""
    bench = Bench()
    bench.room.packet(sealed({"type": "key", "sealed": "c2VhbGVk"}), CONTROL_TOPIC)
    bench.room.packet(sealed({"type": "withdraw"}), CONTROL_TOPIC)
    for forged in ({"type": "key", "sealed": "ZXZl"}, {"type": "withdraw"}):
        bench.room.packet(sealed(forged), CONTROL_TOPIC, "eve")
        bench.room.packet(sealed(forged, to="agent-2"), CONTROL_TOPIC)
    assert (bench.keys, bench.withdrawn, bench.wishes) == (["c2VhbGVk"], 1, [])


def test_an_older_wish_does_not_undo_a_newer_one() -> None:
    """Whatever is sent again, comes late or is repeated by somebody."""
    bench = Bench(version=3)
    for version in (2, 5, 4, 5, 0, 6):
        bench.room.packet(sealed({"type": "configure", "version": version}), CONTROL_TOPIC)
    assert [wish.version for wish in bench.wishes] == [5, 5, 6]


@pytest.mark.parametrize(
    ("data", "sender"),
    [
        (DISMISS, "eve"),
        (sealed({"type": "dismiss"}, to="agent-2"), ""),
        (b"{}", ""),
        (b"\xff" * 2_000_000, ""),
    ],
    ids=["sealed, but sent by a participant", "for another interpreter", "not sealed", "much too long"],
)
def test_nothing_else_is(data: bytes, sender: str) -> None:
    """The server is no participant; what it seals is for one interpreter."""
    bench = Bench()
    bench.room.packet(data, CONTROL_TOPIC, sender)
    assert (bench.wishes, bench.dismissed) == ([], 0)


def test_a_flood_of_forgeries_is_one_line_in_the_log() -> None:
    """It is told with the number, and again after a minute."""
    bench = Bench()
    with capture_logs() as logs:
        for _ in range(500):
            bench.room.packet(b"x", CONTROL_TOPIC, "eve")
            bench.room.packet(b"x", CONTROL_TOPIC)
        bench.clock.move(60)
        bench.room.packet(b"x", CONTROL_TOPIC, "eve")
    assert [line["times"] for line in logs] == [1, 1000]


def test_forgeries_by_nobody_do_not_lock_the_organiser_out() -> None:
    """They are looked at at a slow rate; what participants send uses none of it up."""
    bench = Bench()
    for _ in range(10 * FORGERIES_AT_ONCE):
        bench.room.packet(b"x", CONTROL_TOPIC, "eve")
    bench.room.packet(DISMISS, CONTROL_TOPIC)
    assert bench.dismissed == 1
    for _ in range(10 * FORGERIES_AT_ONCE):
        bench.room.packet(b"x", CONTROL_TOPIC)
    bench.room.packet(DISMISS, CONTROL_TOPIC)
    assert bench.dismissed == 1, "it is sent again"
    bench.clock.move(FORGERY_EVERY_S)
    bench.room.packet(DISMISS, CONTROL_TOPIC)
    bench.room.packet(DISMISS, CONTROL_TOPIC)
    assert bench.dismissed == 3, "what is genuine costs nothing"
