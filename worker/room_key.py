"""What the interpreter holds of an encrypted room: nothing, until an organiser hands it the room's key.

It joins such a room with a key made up at random, which nobody else has: whatever it sends before it is handed the
room's key, none can read, and it cannot read a thing. The key is in the memory of this process and of LiveKit's
library alone, and ends with the process.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final

import structlog
from livekit import rtc

from protocol.room_key import Access, HandoverError, Recipient, key_check
from protocol.statements import base64url
from worker.encryption import Earshot, Reach
from worker.signing import CaptionKey

log = structlog.get_logger(__name__)

FAILURES: Final = 50
"""Frames of 20 ms in a row that are not deciphered before the library says so; without a bound it never does."""

_UNREADABLE = frozenset(
    {
        rtc.EncryptionState.DECRYPTION_FAILED,
        rtc.EncryptionState.MISSING_KEY,
        rtc.EncryptionState.INTERNAL_ERROR,
    }
)


def encryption_options(*, encrypted: bool) -> rtc.E2EEOptions | None:
    """How to connect: to an encrypted room with a key that nobody has.

    A wrong key must not make the library try keys derived from it, which takes it a tenth of a second for each frame.
    """
    if not encrypted:
        return None
    options = rtc.KeyProviderOptions(
        shared_key=_nobodys_key(), ratchet_window_size=0, failure_tolerance=FAILURES
    )
    return rtc.E2EEOptions(key_provider_options=options)


class RoomKey:
    """The key of one room, as its interpreter holds it.

    Args:
        room: connected, with `encryption_options` where it is encrypted.
        signs: what it states of itself.
    """

    def __init__(self, room: rtc.Room, signs: CaptionKey, *, encrypted: bool) -> None:
        self._room, self._signs = room, signs
        self._recipient = Recipient()
        self._access = Access(self._recipient.public) if encrypted else None
        self._key = b""
        self._unreadable: set[str] = set()

    @property
    def earshot(self) -> Earshot:
        """What can be heard now."""
        if self._access is None:
            return Earshot.OPEN
        return Earshot.SEALED if self._access.check else Earshot.NOTHING

    @property
    def reach(self) -> Reach:
        """Whose sound can be heard now."""
        return Reach(self.earshot, frozenset(self._unreadable))

    def attribute(self) -> str:
        """The signed statement of what it can hear; "" in a room that is not encrypted."""
        if self._access is None:
            return ""
        room, identity = self._room.name, self._room.local_participant.identity
        return self._access.attribute(
            self._signs.signature(self._access.statement(room=room, identity=identity))
        )

    def take(self, sealed: str) -> None:
        """Takes the room's key, or another one in its place; what is no key for this interpreter changes nothing."""
        if self._access is None:
            log.warning("a key was handed over in a room that is not encrypted")
            return
        room, identity = self._room.name, self._room.local_participant.identity
        try:
            key = self._recipient.opened(sealed, room=room, identity=identity)
        except HandoverError as error:
            log.warning("a key was not taken", reason=str(error))
            return
        self._key = key.encode("ascii")
        self._unreadable.clear()
        self._use(self._key)
        self._state(key_check(key, room=room))
        log.info("an organiser has handed over the key of the room")

    def forget(self) -> None:
        """Holds no key any more."""
        if self.earshot is Earshot.SEALED:
            self._key = b""
            self._unreadable.clear()
            self._use(_nobodys_key())
            self._state("")
            log.info("the key of the room is forgotten")

    def deciphers(self, participant: rtc.Participant | None, state: rtc.EncryptionState.ValueType) -> None:
        """What LiveKit's library says of deciphering somebody's sound."""
        if participant is None or participant.identity == self._room.local_participant.identity:
            return
        if state in _UNREADABLE:
            self._unreadable.add(participant.identity)
        else:
            self._unreadable.discard(participant.identity)

    def try_again(self) -> None:
        """Has the library try whom it gave up: they may have changed to this key after the interpreter did."""
        if self._unreadable and self._key:
            self._use(self._key)

    def _use(self, key: bytes) -> None:
        provider = self._room.e2ee_manager.key_provider
        if provider is None:  # the room was joined without encryption options
            raise RuntimeError("an encrypted room was joined as if it were none")
        provider.set_shared_key(key, 0)

    def _state(self, check: str) -> None:
        if self._access is not None:
            self._access = replace(self._access, check=check, number=self._access.number + 1)


def _nobodys_key() -> bytes:
    return base64url(secrets.token_bytes(32)).encode("ascii")
