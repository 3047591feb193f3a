"""Who one is, what one may, and tokens for browsers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

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
