"""A LiveKit room that only tells events, for those who listen to them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from livekit import rtc


class FakeRoom:
    """Has a name, an identity of its own, others, and handlers that a test calls."""

    def __init__(self, name: str = "hall", identity: str = "agent-1", others: tuple[str, ...] = ()) -> None:
        self.name = name
        self.local_participant = SimpleNamespace(identity=identity)
        self.remote_participants: dict[str, object] = dict.fromkeys(others)
        self.connected = True
        self._handlers: dict[str, list[Callable[..., None]]] = {}
        self._texts: dict[str, Callable[[Any, str], None]] = {}

    def on(self, event: str, handler: Callable[..., None]) -> None:
        self._handlers.setdefault(event, []).append(handler)

    def off(self, event: str, handler: Callable[..., None]) -> None:
        self._handlers[event].remove(handler)

    def register_text_stream_handler(self, topic: str, handler: Callable[[Any, str], None]) -> None:
        self._texts[topic] = handler

    def unregister_text_stream_handler(self, topic: str) -> None:
        del self._texts[topic]

    def isconnected(self) -> bool:
        return self.connected

    def listening(self) -> int:
        """How many handlers there are."""
        return sum(map(len, self._handlers.values()))

    def tell(self, event: str, *news: object) -> None:
        for handler in list(self._handlers.get(event, [])):
            handler(*news)

    def leave(self, identity: str) -> None:
        """Somebody leaves."""
        del self.remote_participants[identity]
        self.tell("participant_disconnected", identity)

    def packet(self, data: bytes, topic: str, sender: str = "") -> None:
        """A data packet comes; the server's has no sender."""
        participant = SimpleNamespace(identity=sender) if sender else None
        self.tell("data_received", rtc.DataPacket(data, rtc.DataPacketKind.KIND_RELIABLE, participant, topic))  # type: ignore[arg-type]

    def text(self, reader: Any, topic: str, sender: str) -> None:
        """A text stream comes."""
        self._texts[topic](reader, sender)
