"""Text streams and packets into a real room."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from livekit import rtc
from livekit.rtc.participant import PublishDataError, PublishTranscriptionError

from worker.captions import SendFailed
from worker.encryption import Earshot


class RoomPost:
    """Sends text into a LiveKit room, encrypted where the room is; nothing while nobody could read it.

    Args:
        earshot: what the interpreter can hear: it speaks as it hears.
    """

    def __init__(self, room: rtc.Room, earshot: Callable[[], Earshot] = lambda: Earshot.OPEN) -> None:
        self._room, self._earshot = room, earshot

    async def stream(
        self, text: str, *, topic: str, to: frozenset[str], attributes: Mapping[str, str], sender: str
    ) -> None:
        """Sends a text stream in the name of `sender`, which the server allows to agents."""
        if self._idle(to):
            return
        try:
            writer = await self._local().stream_text(
                destination_identities=sorted(to),
                topic=topic,
                attributes=dict(attributes),
                sender_identity=sender,
            )
            if text:
                await writer.write(text)
            await writer.aclose()
        except (rtc.StreamError, RuntimeError) as error:
            raise SendFailed(str(error)) from error

    async def text(self, text: str, *, topic: str, to: frozenset[str]) -> None:
        """Sends a text stream in the interpreter's own name. Raises SendFailed."""
        if self._idle(to):
            return
        try:
            await self._local().send_text(
                text, destination_identities=sorted(to), topic=topic, compress=False
            )
        except rtc.StreamError as error:
            raise SendFailed(str(error)) from error

    async def packet(self, data: bytes, *, topic: str, to: frozenset[str]) -> None:
        """Sends a packet, which takes less time than a stream. Raises SendFailed."""
        if self._idle(to):
            return
        try:
            await self._local().publish_data(data, destination_identities=sorted(to), topic=topic)
        except PublishDataError as error:
            raise SendFailed(str(error)) from error

    async def legacy(self, transcription: rtc.Transcription) -> None:
        """Sends LiveKit's older packet to everybody. LiveKit never encrypts it: an encrypted room gets none."""
        if self._earshot() is not Earshot.OPEN:
            return
        try:
            await self._local().publish_transcription(transcription)
        except PublishTranscriptionError as error:
            raise SendFailed(str(error)) from error

    def _idle(self, to: frozenset[str]) -> bool:
        """Whether there is nobody to send to: an empty list of destinations would mean everybody."""
        return not to or self._earshot() is Earshot.NOTHING

    def _local(self) -> rtc.LocalParticipant:
        if not is_online(self._room):
            raise SendFailed("the room is not connected")
        return self._room.local_participant


def is_online(room: rtc.Room) -> bool:
    """Whether something sent now can arrive; what is sent while the room reconnects is lost."""
    return room.connection_state == rtc.ConnectionState.CONN_CONNECTED


def attribute_setter(room: rtc.Room) -> Callable[[dict[str, str]], Coroutine[Any, Any, bool]]:
    """What merges attributes into our own; false where the room is not connected just now."""

    async def set_attributes(attributes: dict[str, str]) -> bool:
        if not is_online(room):
            return False
        await room.local_participant.set_attributes(attributes)
        return True

    return set_attributes
