"""Codes that pair a device, and the devices that were paired, in the database. Secrets are there as hashes alone.

Every method raises StorageError when the database cannot be reached; `now` is Unix time, s.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth_service.storage.records import Device
from auth_service.storage.tables import devices, pairing_codes
from foundation.database import reading, transaction

MOST_CODES: Final = 5
"""Of one owner at once; the next one ends the one that is nearest to its end."""
MOST_CODES_ALTOGETHER: Final = 1000
MOST_DEVICES: Final = 20
"""Of one owner."""
MOST_DEVICES_ALTOGETHER: Final = 10_000
OPERATOR: Final = ""
"""The owner of what the operator made."""


class TooManyDevices(Exception):
    """The owner has as many as one may have, or the installation has."""


class TooManyCodes(Exception):
    """The installation has as many open codes as may be open at once."""


class Devices:
    """Of all owners; each method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add_code(self, fingerprint: str, owner: str, now: float, expires_at: float) -> None:
        """Raises TooManyDevices, TooManyCodes."""
        theirs = pairing_codes.c.owner == owner
        async with transaction(self._engine) as connection:
            await connection.execute(delete(pairing_codes).where(pairing_codes.c.expires_at <= now))
            await _check_devices(connection, owner, now)
            kept = (
                select(pairing_codes.c.fingerprint)
                .where(theirs)
                .order_by(pairing_codes.c.expires_at.desc(), pairing_codes.c.fingerprint)
                .limit(MOST_CODES - 1)
            )
            await connection.execute(
                delete(pairing_codes).where(theirs, pairing_codes.c.fingerprint.not_in(kept))
            )
            if await _count(connection, pairing_codes) >= MOST_CODES_ALTOGETHER:
                raise TooManyCodes
            await connection.execute(
                insert(pairing_codes).values(fingerprint=fingerprint, owner=owner, expires_at=expires_at)
            )

    async def redeem(
        self, code: str, *, device: str, token: str, name: str, now: float, ends_at: float
    ) -> Device | None:
        """Uses a code up for a new device; None where there is no such code, or none any more.

        Args:
            code: its fingerprint.
            device: the new device's id.
            token: the fingerprint of its token.

        Raises:
            TooManyDevices: the code is not used up then.
        """
        async with transaction(self._engine) as connection:
            good = pairing_codes.c.fingerprint == code, pairing_codes.c.expires_at > now
            owner = await connection.scalar(select(pairing_codes.c.owner).where(*good))
            # of two who redeem one code, the one that deletes it gets the device
            if owner is None or not (await connection.execute(delete(pairing_codes).where(*good))).rowcount:
                return None
            await _check_devices(connection, owner, now)
            await connection.execute(
                insert(devices).values(
                    id=device, fingerprint=token, owner=owner, name=name, created_at=now, used_at=now,
                    ends_at=ends_at,
                )
            )  # fmt: skip
        return Device(device, owner, name, now, now, ends_at)

    async def by_token(self, fingerprint: str) -> Device | None:
        """Also one that is withdrawn or whose time is over, until it is forgotten."""
        return await self._one(devices.c.fingerprint == fingerprint)

    async def get(self, identifier: str) -> Device | None:
        """As `by_token`."""
        return await self._one(devices.c.id == identifier)

    async def of(self, owner: str | None, now: float) -> list[Device]:
        """Those that are good, the newest first; None: everybody's."""
        good = devices.c.withdrawn_at.is_(None), devices.c.ends_at > now
        query = select(devices).where(*good, *([] if owner is None else [devices.c.owner == owner]))
        query = query.order_by(devices.c.created_at.desc(), devices.c.id).limit(MOST_DEVICES_ALTOGETHER)
        async with reading(self._engine) as connection:
            return [_device(row) for row in await connection.execute(query)]

    async def use(self, identifier: str, now: float, ends_at: float) -> None:
        """Notes that it was used; one that is withdrawn stays so."""
        of_it = devices.c.id == identifier, devices.c.withdrawn_at.is_(None)
        async with transaction(self._engine) as connection:
            await connection.execute(update(devices).where(*of_it).values(used_at=now, ends_at=ends_at))

    async def withdraw(self, identifier: str, now: float) -> None:
        """Ends it, and forgets its name; that it was is known until its time would have been over."""
        of_it = devices.c.id == identifier, devices.c.withdrawn_at.is_(None)
        async with transaction(self._engine) as connection:
            await connection.execute(update(devices).where(*of_it).values(withdrawn_at=now, name=""))

    async def _one(self, which: Any) -> Device | None:
        async with reading(self._engine) as connection:
            row = (await connection.execute(select(devices).where(which))).one_or_none()
        return None if row is None else _device(row)


async def _check_devices(connection: AsyncConnection, owner: str, now: float) -> None:
    good = devices.c.withdrawn_at.is_(None), devices.c.ends_at > now
    if await _count(connection, devices, *good, devices.c.owner == owner) >= MOST_DEVICES:
        raise TooManyDevices
    if await _count(connection, devices, *good) >= MOST_DEVICES_ALTOGETHER:
        raise TooManyDevices


async def _count(connection: AsyncConnection, table: Any, *which: Any) -> int:
    return await connection.scalar(select(func.count()).select_from(table).where(*which)) or 0


def _device(row: Row[Any]) -> Device:
    return Device(row.id, row.owner, row.name, row.created_at, row.used_at, row.ends_at, row.withdrawn_at)
