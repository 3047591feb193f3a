"""The organiser's hand on a running interpreter: packets that only who holds the API secret can have sealed."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from livekit import rtc

from config.settings import LiveKit
from foundation.budget import Budget
from foundation.tally import Tally
from protocol.attributes import CONTROL_TOPIC
from protocol.control import (
    MAX_BYTES,
    Configure,
    ControlError,
    Dismiss,
    HandOver,
    Withdraw,
    read_control,
)
from protocol.sealing import SealError, unseal

log = structlog.get_logger(__name__)

FORGERIES_AT_ONCE = 20
FORGERY_EVERY_S = 0.5
"""How many packets without a sender are looked at that prove to be forged; what is genuine is sent again until it
is acknowledged."""


class ControlReader:
    """Reads the room's control packets; what is forged or cannot be understood is refused and counted.

    Args:
        version: of the wish that is carried out already; an older one is ignored.
        configure: told the organiser's whole new wish.
        dismiss: told that the interpreter shall go.
        hand_over: told the room's key, still sealed.
        withdraw: told that the key is to be forgotten.
    """

    def __init__(
        self,
        room: rtc.Room,
        livekit: LiveKit,
        *,
        version: int,
        configure: Callable[[Configure], None],
        dismiss: Callable[[], None],
        hand_over: Callable[[str], None],
        withdraw: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._room, self._livekit = room, livekit
        self._version, self._configure, self._dismiss = version, configure, dismiss
        self._hand_over, self._withdraw = hand_over, withdraw
        self._forgeries = Budget(burst=FORGERIES_AT_ONCE, interval_s=FORGERY_EVERY_S, now=now)
        self._refused = Tally(now=now)

    def listen(self) -> None:
        """Begins to read."""
        self._room.on("data_received", self._packet)

    def stop(self) -> None:
        """Reads no more."""
        self._room.off("data_received", self._packet)

    def _packet(self, packet: rtc.DataPacket) -> None:
        if packet.topic != CONTROL_TOPIC:
            return
        if packet.participant is not None:  # the server has no identity: whoever has one is not the server
            self._refuse("sent by a participant")
        elif len(packet.data) > 2 * MAX_BYTES:  # sealing escapes the message, which may double it
            self._refuse("too long")
        elif not self._forgeries.left(""):
            self._refuse("too many forgeries")
        else:
            self._read(packet.data)

    def _read(self, data: bytes) -> None:
        key, secret = self._livekit.api_key, self._livekit.api_secret.get_secret_value()
        to = self._room.local_participant.identity
        try:
            told = unseal(data, room=self._room.name, to=to, api_key=key, api_secret=secret)
            message = read_control(told.encode())
        except (SealError, ControlError) as error:
            self._forgeries.take("")
            self._refuse(str(error))
            return
        match message:
            case Dismiss():
                self._dismiss()
            case HandOver(sealed):
                self._hand_over(sealed)
            case Withdraw():
                self._withdraw()
            case Configure(version=version):
                if version >= self._version:  # an older one was sent before, and came late or a second time
                    self._version = version
                    self._configure(message)

    def _refuse(self, reason: str) -> None:
        if times := self._refused.count():
            log.warning("control message was refused", reason=reason, times=times)
