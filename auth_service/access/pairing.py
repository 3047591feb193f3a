"""Pairing a device, e.g. a browser's extension, with this installation: by a code that whoever may make rooms makes.

A device has one secret, and exchanges it for rooms of its own (`access.paired_rooms`), whose tokens last minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from auth_service.access.pairing_codes import CodeMarker, new_code, read_code
from auth_service.access.revocations import Revocations
from auth_service.access.tokens import (
    Claim,
    LinkSigner,
    NotOurs,
    TokenKind,
    fingerprint,
    new_identifier,
    new_session,
)
from auth_service.errors import Refused, not_authorised
from auth_service.storage.devices import OPERATOR, Devices, TooManyCodes, TooManyDevices
from auth_service.storage.records import Device
from foundation import erasing

log = structlog.get_logger(__name__)

CODE_S: Final = 600.0
UNUSED_S: Final = 7 * 86400.0
"""A device that was not used for so long has to be paired anew."""
LONGEST_S: Final = 30 * 86400.0
"""After so long every device has."""
_NOTED_EVERY_S: Final = 60.0
"""Uses within so long of each other are noted once."""
_TRY_AGAIN_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class PairingCode:
    """To be typed on a device within `CODE_S`, once."""

    code: str
    expires_at: float
    owner_token: str | None
    """Shows and withdraws the owner's devices; None for the operator, whose key does."""


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A device that was just paired."""

    device: Device
    token: str
    """Known to nobody but the device."""


class Pairing:
    """Raises Refused for what the caller may not do, StorageError when the database is away.

    Owners are the operator, and browsers: where anybody may make rooms nobody signs in, so a browser is given a token
    to know it by.
    """

    def __init__(
        self,
        devices: Devices,
        revocations: Revocations,
        signer: LinkSigner,
        marker: CodeMarker,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._devices, self._revocations = devices, revocations
        self._signer, self._marker, self._clock = signer, marker, clock

    async def make_code(self, owner: str) -> PairingCode:
        """A code whose device will be this owner's."""
        now = self._clock()
        code, expires_at = new_code(), now + CODE_S
        signs = read_code(code)
        assert signs is not None
        try:
            await self._devices.add_code(self._marker.mark(signs), owner, now, expires_at)
        except TooManyDevices as error:
            raise _too_many_devices() from error
        except TooManyCodes as error:
            raise Refused(
                429, "rate_limited", "Too many codes are open; try again later.", retry_after_s=_TRY_AGAIN_S
            ) from error
        log.info("pairing code made", by=_told(owner))
        return PairingCode(code, expires_at, self._owner_token(owner))

    async def redeem(self, typed: str, name: str) -> PairedDevice:
        """Exchanges a code for a device's token. A code that is unknown, used or too old is not told apart."""
        now, token, signs = self._clock(), new_session(), read_code(typed)
        try:
            device = signs and await self._devices.redeem(
                self._marker.mark(signs),
                device=new_identifier(),
                token=fingerprint(token),
                name=name,
                now=now,
                ends_at=now + UNUSED_S,
            )
        except TooManyDevices as error:
            raise _too_many_devices() from error
        if not device:
            raise Refused(404, "code_unknown", "There is no such code, or it was used or is too old.")
        log.info("device paired", device=device.id, by=_told(device.owner))
        return PairedDevice(device, token)

    def new_owner(self) -> str:
        """For a browser that has none yet."""
        return new_identifier()

    def owner(self, token: str) -> str:
        """Whose token it is. Raises NotOurs for what is no owner's, and for one that is too old."""
        claim = self._signer.read(token, TokenKind.PAIRING)
        if claim.expires_at <= self._clock():
            raise NotOurs("too old")
        return claim.identifier

    async def device(self, token: str) -> Device:
        """The device that shows its token; counts as a use of it."""
        found = await self._devices.by_token(fingerprint(token))
        if found is None:
            raise not_authorised()
        now = self._clock()
        if not found.is_good(now) or await self._revocations.holds(found.id):
            raise device_withdrawn()
        if now - found.used_at >= _NOTED_EVERY_S:
            await self._devices.use(found.id, now, min(now + UNUSED_S, found.created_at + LONGEST_S))
        return found

    async def devices(self, owner: str) -> list[Device]:
        """Those of an owner, the newest first; the operator sees everybody's."""
        return await self._devices.of(None if owner == OPERATOR else owner, self._clock())

    async def withdraw(self, identifier: str, owner: str) -> Device:
        """Ends a device of this owner, or anybody's for the operator; the same again changes nothing."""
        found = await self._devices.get(identifier)
        if found is None or owner not in (OPERATOR, found.owner):
            raise Refused(404, "not_found", "You have no such device.")
        await self._devices.withdraw(identifier, self._clock())
        await self._revocations.add(identifier, LONGEST_S)
        erasing.tell("device", identifier)
        log.info("device withdrawn", device=identifier, by=_told(owner))
        return found

    def _owner_token(self, owner: str) -> str | None:
        """Lasts as long as any device of theirs may."""
        if owner == OPERATOR:
            return None
        return self._signer.sign(Claim(TokenKind.PAIRING, owner, int(self._clock() + LONGEST_S + CODE_S)))


def device_withdrawn() -> Refused:
    """For a device that was withdrawn, and for one whose time is over."""
    return Refused(401, "device_revoked", "This device is no longer paired with this installation.")


def _too_many_devices() -> Refused:
    return Refused(409, "too_many_devices", "As many devices are paired as may be; withdraw one first.")


def _told(owner: str) -> str:
    return owner or "operator"
