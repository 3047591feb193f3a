"""The key of a room that is encrypted end to end, and how an organiser's page hands it to the interpreter.

People have it in the fragment of their link. The interpreter has a key pair of its own for it, which ends with its
process; what is sealed for that pair is good for one interpreter in one room, and opens nothing for whoever carries it.
docs/protocol.md has the format, `web/src/logic/roomKey.ts` the page's side.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from protocol.statements import base64url, from_base64url, netstrings

KEY_PATTERN: Final = r"[A-Za-z0-9_-]{43}"
"""32 random bytes in base64url without padding. LiveKit's clients take these characters as their shared key."""

HANDOVER_PURPOSE: Final = "HIVE handover 1"
CHECK_PURPOSE: Final = "HIVE key check 1"
ACCESS_PURPOSE: Final = "HIVE access 1"

MAX_SEALED_CHARACTERS: Final = 200
"""Of a sealed key; one has 122."""

PUBLIC_BYTES: Final = 32
_AES_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
CHECK_BYTES: Final = 16


class HandoverError(ValueError):
    """What was handed over is no key for this interpreter in this room; says why, and nothing of the key."""


@dataclass(frozen=True, slots=True)
class Access:
    """What an interpreter states of an encrypted room: whether it can hear it."""

    sealing: str
    """The public X25519 key for which a room's key is sealed: 32 bytes in base64url."""
    check: str = ""
    """Tells the key that it holds from others (`key_check`); empty: it holds none, and hears nothing."""
    number: int = 0
    """Grows with each change."""

    def statement(self, *, room: str, identity: str) -> bytes:
        """What is signed of it: netstrings of the purpose, the room, who states it and the values."""
        return netstrings([ACCESS_PURPOSE, room, identity, self.sealing, self.check, str(self.number)])

    def attribute(self, signature: str) -> str:
        """The value of `protocol.attributes.ACCESS`."""
        values = {"sealing": self.sealing, "check": self.check, "number": self.number, "signature": signature}
        return json.dumps(values)


class Recipient:
    """The key pair of one interpreter for one room's key; it is never written anywhere and ends with the process."""

    def __init__(self, private: X25519PrivateKey | None = None) -> None:
        self._private = private or X25519PrivateKey.generate()
        self.public = base64url(self._private.public_key().public_bytes_raw())

    def opened(self, sealed: str, *, room: str, identity: str) -> str:
        """The room's key.

        Raises:
            HandoverError: damaged, sealed for another interpreter or room, or no key.
        """
        if len(sealed) > MAX_SEALED_CHARACTERS:
            raise HandoverError("too long")
        try:
            raw = from_base64url(sealed)
            ephemeral = raw[:PUBLIC_BYTES]
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
            cipher, nonce = _cipher(shared, base64url(ephemeral), self.public, room, identity)
            key = cipher.decrypt(nonce, raw[PUBLIC_BYTES:], None).decode("ascii")
        except InvalidTag as error:
            raise HandoverError("sealed for somebody else, or damaged") from error
        except ValueError as error:  # not base64, too short, a point of small order, not ASCII
            raise HandoverError("not sealed") from error
        if not is_key(key):
            raise HandoverError("not a key")
        return key


def sealed_for(public: str, key: str, *, room: str, identity: str) -> str:
    """The key as an organiser's page seals it for the interpreter whose sealing key is `public`.

    Returns:
        An ephemeral X25519 key and AES-256-GCM of the room's key, in base64url; key and nonce come from HKDF-SHA256
        over the shared secret and all that the message is bound to. Each ephemeral key seals once.
    """
    ephemeral = X25519PrivateKey.generate()
    own = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(from_base64url(public)))
    cipher, nonce = _cipher(shared, base64url(own), public, room, identity)
    return base64url(own + cipher.encrypt(nonce, key.encode("ascii"), None))


def key_check(key: str, *, room: str) -> str:
    """Tells one key of a room from another and gives nothing of it away: it is derived from 256 random bits."""
    return base64url(_derived(key.encode("ascii"), netstrings([CHECK_PURPOSE, room]), CHECK_BYTES))


def is_key(text: str) -> bool:
    """Whether `text` can be a room's key."""
    return re.fullmatch(KEY_PATTERN, text) is not None


def _cipher(shared: bytes, ephemeral: str, public: str, room: str, identity: str) -> tuple[AESGCM, bytes]:
    bound = netstrings([HANDOVER_PURPOSE, room, identity, ephemeral, public])
    derived = _derived(shared, bound, _AES_KEY_BYTES + _NONCE_BYTES)
    return AESGCM(derived[:_AES_KEY_BYTES]), derived[_AES_KEY_BYTES:]


def _derived(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=info).derive(secret)
