"""Signed strings: links, organisers' tokens, and LiveKit's own tokens.

A link's token is 35 bytes in URL-safe base64: version, kind, identifier (12), expiry (5, Unix seconds), and the first
16 bytes of their HMAC-SHA256. It is checked before the database is asked anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from livekit.api import AccessToken, VideoGrants

from auth_service.policy import Role, grants

_VERSION = 1
_IDENTIFIER_BYTES = 12
_EXPIRY_BYTES = 5
_SIGNATURE_BYTES = 16
_LENGTH = 2 + _IDENTIFIER_BYTES + _EXPIRY_BYTES + _SIGNATURE_BYTES


class TokenKind(IntEnum):
    """What a token opens; signed with it, so that none is taken for the other."""

    INVITATION = 1
    ORGANISER = 2
    """Opens the organiser's calls for the room of an organiser's session."""
    PAIRING = 3
    """Shows and withdraws the devices that were paired from one browser."""


class NotOurs(Exception):
    """Malformed, tampered with, signed with another key, or of another kind."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a link's token says."""

    kind: TokenKind
    identifier: str
    """Of the invitation, of the organiser's identity, or of who paired devices; 24 hexadecimal digits."""
    expires_at: int
    """Unix time, s. Whether that is past is for the reader to judge."""


def new_identifier() -> str:
    """24 random hexadecimal digits: a name, which opens nothing."""
    return secrets.token_hex(_IDENTIFIER_BYTES)


def new_session() -> str:
    """A secret of 256 bits, as 43 URL-safe characters. Only its fingerprint is stored."""
    return secrets.token_urlsafe(32)


def fingerprint(session: str) -> str:
    """What is stored of a session's secret: whoever reads the database cannot renew anything with it."""
    return hashlib.sha256(session.encode()).hexdigest()


class LinkSigner:
    """Makes and reads the tokens in links."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.new(secret.encode(), b"hive links v1", hashlib.sha256).digest()

    def sign(self, claim: Claim) -> str:
        """47 URL-safe characters; the same claim always gives the same."""
        body = bytes([_VERSION, claim.kind]) + bytes.fromhex(claim.identifier)
        body += claim.expires_at.to_bytes(_EXPIRY_BYTES, "big")
        return base64.urlsafe_b64encode(body + self._signature(body)).rstrip(b"=").decode("ascii")

    def read(self, token: str, kind: TokenKind) -> Claim:
        """Raises NotOurs. An expired token is read like any other."""
        try:
            raw = base64.b64decode(
                token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True
            )
        except (UnicodeEncodeError, binascii.Error) as error:
            raise NotOurs("not URL-safe base64") from error
        body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
        if len(raw) != _LENGTH or not hmac.compare_digest(signature, self._signature(body)):
            raise NotOurs("wrong length or signature")
        claim = Claim(
            kind, body[2 : 2 + _IDENTIFIER_BYTES].hex(), int.from_bytes(body[-_EXPIRY_BYTES:], "big")
        )
        if body[0] != _VERSION or body[1] != kind or self.sign(claim) != token:  # one spelling only
            raise NotOurs("another version or kind")
        return claim

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom a LiveKit token is for."""

    room: str
    identity: str
    name: str
    role: Role
    attributes: dict[str, str]
    chat: bool = False
    """Whether the room has a chat."""
    metadata: str = ""
    sound_only: bool = False
    """Whether they publish no picture."""
    deaf: bool = False
    """Whether they receive nothing."""


class TokenMint:
    """Makes LiveKit tokens."""

    def __init__(self, api_key: str, api_secret: str, *, life: timedelta) -> None:
        self._api_key = api_key
        self._api_secret = api_secret
        self.life = life

    def token(self, guest: Guest) -> str:
        """A JWT for one room, with the grants of the guest's role; good for `life` from now."""
        return (
            AccessToken(self._api_key, self._api_secret)
            .with_identity(guest.identity)
            .with_name(guest.name)
            .with_metadata(guest.metadata)
            .with_attributes(guest.attributes)
            .with_grants(self._grants(guest))
            .with_ttl(self.life)
            .to_jwt()
        )

    @staticmethod
    def _grants(guest: Guest) -> VideoGrants:
        return grants(guest.role, guest.room, chat=guest.chat, sound_only=guest.sound_only, deaf=guest.deaf)
