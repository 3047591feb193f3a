"""Tells others that a job is over: signed, repeated with growing pauses, never to addresses within.

The signature is that of `foundation.webhooks`, with the tenant's secret.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from foundation.http.problems import Problem, ProblemError
from foundation.webhooks import signature
from voice_service.jobs.deliveries import Deliveries, WebhookDelivery
from voice_service.jobs.records import Job

log = structlog.get_logger(__name__)

PAUSES_S: Final = (10.0, 60.0, 300.0, 1800.0, 7200.0)
"""Before each further attempt; after the last one nobody is told any more, the job can still be asked for."""
PATIENCE_S: Final = 10.0
LOOK_S: Final = 1.0
LONGEST_URL: Final = 2000


def secret_of(service_secret: str, tenant: str) -> str:
    """What a tenant checks signatures with; it follows from the service's own secret, so that nothing is kept."""
    return (
        "whsec_"
        + hmac.new(service_secret.encode(), f"webhooks:{tenant}".encode(), hashlib.sha256).hexdigest()
    )


def check_url(url: str, within: Collection[str] = ()) -> None:
    """Raises ProblemError(422) for a URL that nobody is told by: no HTTPS, with a password, or an address within.

    Args:
        within: hosts that may be told although they are, and by plain HTTP too.
    """
    if len(url) > LONGEST_URL:
        raise _refused(f"is longer than {LONGEST_URL} characters")
    parts = _parts_of(url)
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.scheme not in {"http", "https"}:
        raise _refused("does not begin with https://")
    if host in within:
        return
    if parts.scheme != "https":
        raise _refused("does not begin with https://")
    if parts.username or parts.password:
        raise _refused("holds a name or a password")
    if _named_within(host) or not _public(host):
        raise _refused("leads to an address that is not public")


def _parts_of(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at only when it is asked for
    except ValueError:
        raise _refused("is no URL") from None
    return parts


def _named_within(host: str) -> bool:
    """Names that are never anybody's in public."""
    return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _public(host: str) -> bool:
    """Whether an address is one that everybody can reach; a name counts as such until it is looked up."""
    try:
        address = ip_address(host)
    except ValueError:
        return not host.replace(".", "").isdigit() and not host.lower().startswith(
            "0x"
        )  # odd ways to write one
    return all(each.is_global and not each.is_multicast for each in (address, *_carried(address)))


_NAT64: Final = ip_network("64:ff9b::/96")


def _carried(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """IPv4 addresses that an IPv6 one stands for: whoever translates leads there."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def _refused(what: str) -> ProblemError:
    return ProblemError(Problem(422, "webhook_refused", f"The webhook's URL {what}."))


class PublicResolver(AbstractResolver):
    """Looks names up and leaves out addresses within: a name that pointed elsewhere when it was checked is caught."""

    def __init__(self, within: Collection[str] = ()) -> None:
        """`within`: hosts that may be told although they are."""
        self._inner = DefaultResolver()
        self._within = frozenset(within)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where only addresses within are left."""
        found = await self._inner.resolve(host, port, family)
        allowed = [each for each in found if host in self._within or _public(each["host"])]
        if not allowed:
            raise OSError("the name leads to an address that is not public")
        return allowed

    async def close(self) -> None:
        await self._inner.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """What is needed to tell somebody."""

    service_secret: str
    within: Collection[str]
    clock: Callable[[], float]
    """Unix time, s: it stands in the signature."""


class Webhooks:
    """Tells what is to be told until nothing is left.

    Args:
        answer_of: what is sent of a job, as whoever asks for it is answered.
    """

    def __init__(
        self,
        deliveries: Deliveries,
        answer_of: Callable[[Job], Awaitable[Mapping[str, Any]]],
        told: WebhookSettings,
    ) -> None:
        self._deliveries, self._answer_of, self._told = deliveries, answer_of, told

    async def run(self) -> None:
        """Works until it is cancelled."""
        connector = aiohttp.TCPConnector(resolver=PublicResolver(self._told.within), limit=20)
        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            while True:
                due = await self._deliveries.due()
                async with asyncio.TaskGroup() as group:
                    for delivery in due:
                        group.create_task(self._tell(session, delivery))
                if not due:
                    await asyncio.sleep(LOOK_S)

    async def _tell(self, session: aiohttp.ClientSession, delivery: WebhookDelivery) -> None:
        body = json.dumps(await self._answer_of(delivery.job)).encode()
        at_s = int(self._told.clock())
        secret = secret_of(self._told.service_secret, delivery.job.tenant).encode()
        headers = {
            "content-type": "application/json",
            "hive-signature": signature(secret, body, at_s),
            "hive-delivery": f"{delivery.job.id}.{delivery.attempts + 1}",
            "user-agent": "hive-webhooks",
        }
        try:
            check_url(delivery.job.webhook_url, self._told.within)
            async with session.post(
                delivery.job.webhook_url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                taken = 200 <= answer.status < 300
                reason = f"status {answer.status}"
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, ProblemError) as error:
            taken, reason = False, type(error).__name__
        if taken:
            await self._deliveries.done(delivery)
            return
        again = await self._deliveries.put_off(delivery, PAUSES_S)
        log.info(
            "webhook not taken",
            job=delivery.job.id,
            reason=reason,
            attempt=delivery.attempts + 1,
            again=again,
        )
