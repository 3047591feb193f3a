"""Who one is, what one may, and tokens for browsers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from urllib.parse import quote

from hive_client.transport import Transport


@dataclass(frozen=True, slots=True)
class Plan:
    """What a tenant may have."""

    name: str
    messages_per_month: int | None
    promised_s: float
    queue: str
    requests_per_minute: int


@dataclass(frozen=True, slots=True)
class Account:
    """Whose key is shown."""

    tenant: str
    person: str | None
    role: str
    plan: Plan
    used: int
    left: int | None
    """None: no bound."""
    resets_at: datetime
    rights: tuple[str, ...]
    languages: tuple[str, ...] | None
    """None: all that there are."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What is done with the tenant's messages."""

    keeps_messages: bool
    remembers_messages: bool
    translates_outside: bool


@dataclass(frozen=True, slots=True)
class BrowserToken:
    """It ends by itself, and with the key."""

    token: str
    token_type: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TenantKey:
    """What is known of a key."""

    id: str
    person: str | None
    """None: the tenant's own."""
    name: str
    created_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None
    key: str | None = field(default=None, repr=False)
    """Of one that was just made; shown this once."""


@dataclass(frozen=True, slots=True)
class _Keys:
    keys: tuple[TenantKey, ...]


class AccountApi:
    """The account behind the key."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def get(self) -> Account:
        """Raises HiveError."""
        return await self._transport.get(Account, "/api/v1/account")

    async def choices(self) -> Choices:
        """Raises HiveError."""
        return await self._transport.get(Choices, "/api/v1/account/choices")

    async def choose(self, choices: Choices) -> Choices:
        """For organisers of the tenant. Raises HiveError."""
        return await self._transport.ask(Choices, "PUT", "/api/v1/account/choices", json=asdict(choices))

    async def token(self) -> BrowserToken:
        """For a browser, which shall not have the key. Raises HiveError."""
        return await self._transport.ask(BrowserToken, "POST", "/api/v1/token")

    async def keys(self) -> tuple[TenantKey, ...]:
        """Of the tenant, for its organisers; withdrawn ones too. Raises HiveError."""
        return (await self._transport.get(_Keys, "/api/v1/account/keys")).keys

    async def new_key(self, name: str, *, person: str | None = None) -> TenantKey:
        """Makes a key of the tenant, or of a person of it. Raises HiveError."""
        wish = {"name": name, "person": person}
        return await self._transport.ask(
            TenantKey, "POST", "/api/v1/account/keys", json=wish, repeatable=False
        )

    async def withdraw_key(self, key_id: str) -> None:
        """Ends a key and its tokens. Raises HiveError."""
        await self._transport.send("DELETE", f"/api/v1/account/keys/{quote(key_id, safe='')}")
