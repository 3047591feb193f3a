"""The organiser's hand on a running interpreter: packets that only who holds the API secret can have sealed."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from livekit import rtc

from config.sealing import SealError, unseal
from config.settings import LiveKit
from worker.control import CONTROL_TOPIC, Configure, ControlError, Dismiss, read_control

log = structlog.get_logger(__name__)


class Organiser:
    """Reads the room's control packets; what is forged or cannot be understood is refused and logged.

    Args:
        configure: told the organiser's whole new wish.
        dismiss: told that the interpreter shall go.
    """

    def __init__(
        self,
        room: rtc.Room,
        livekit: LiveKit,
        *,
        configure: Callable[[Configure], None],
        dismiss: Callable[[], None],
    ) -> None:
        self._room, self._livekit = room, livekit
        self._configure, self._dismiss = configure, dismiss

    def listen(self) -> None:
        """Begins to read."""
        self._room.on("data_received", self._packet)

    def stop(self) -> None:
        """Reads no more."""
        self._room.off("data_received", self._packet)

    def _packet(self, packet: rtc.DataPacket) -> None:
        if packet.topic != CONTROL_TOPIC:
            return
        key, secret = self._livekit.api_key, self._livekit.api_secret.get_secret_value()
        try:
            told = unseal(packet.data, room=self._room.name, api_key=key, api_secret=secret)
            message = read_control(told.encode())
        except (SealError, ControlError) as error:
            log.warning("control message was refused", reason=str(error))
            return
        if isinstance(message, Dismiss):
            self._dismiss()
        else:
            self._configure(message)
