"""A client of HIVE's public API: voice messages, jobs, text to speech, voices, accounts.

It imports nothing of the rest, and is built as a wheel of its own (`pip wheel ./hive_client`). A part of the API is a
file with its class and its answers (`messages`, `jobs`, `speech`, `account`), and an attribute of `HiveClient`.
"""

from hive_client.client import HiveClient
from hive_client.errors import (
    Conflict,
    Forbidden,
    Gone,
    HiveError,
    HiveUnreachable,
    JobFailed,
    JobNotOver,
    NotAuthorised,
    NotFound,
    QuotaUsedUp,
    RateLimited,
    Refused,
    ServiceFailed,
    Unavailable,
    Unusable,
    WebhookNotGenuine,
)
from hive_client.transport import Retries

__all__ = [
    "Conflict",
    "Forbidden",
    "Gone",
    "HiveClient",
    "HiveError",
    "HiveUnreachable",
    "JobFailed",
    "JobNotOver",
    "NotAuthorised",
    "NotFound",
    "QuotaUsedUp",
    "RateLimited",
    "Refused",
    "Retries",
    "ServiceFailed",
    "Unavailable",
    "Unusable",
    "WebhookNotGenuine",
]
