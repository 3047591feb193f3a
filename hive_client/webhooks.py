"""Calls by which the service tells that a job is over: whether they are its own, and what they say."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Final

from hive_client.errors import WebhookNotGenuine
from hive_client.jobs import Job
from hive_client.reading import read

HEADER: Final = "Hive-Signature"
TOLERANCE_S: Final = 300.0


def verify(
    secret: str,
    header: str,
    body: bytes,
    *,
    tolerance_s: float = TOLERANCE_S,
    now: Callable[[], float] = time.time,
) -> None:
    """Raises WebhookNotGenuine for a call that is not the service's own, or older than `tolerance_s`.

    Args:
        secret: of `Jobs.webhook_secret`.
        header: the value of `Hive-Signature`.
        body: as it came, byte by byte.
        now: Unix time, s.
    """
    fields = dict(part.strip().partition("=")[::2] for part in header.split(","))
    at, shown = fields.get("t", ""), fields.get("v1", "")
    if not (at.isascii() and at.isdigit()):
        raise WebhookNotGenuine("the signature has no time")
    expected = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), shown.encode("utf-8", "replace")):
        raise WebhookNotGenuine("the signature is not that of the service")
    if abs(now() - int(at)) > tolerance_s:
        raise WebhookNotGenuine(f"the call is older than {tolerance_s:g} s")


def job_of(
    secret: str,
    header: str,
    body: bytes,
    *,
    tolerance_s: float = TOLERANCE_S,
    now: Callable[[], float] = time.time,
) -> Job:
    """The job that a genuine call tells of. It may come twice: `job_id` says whether it is known already.

    Raises WebhookNotGenuine, HiveError.
    """
    verify(secret, header, body, tolerance_s=tolerance_s, now=now)
    return read(Job, json.loads(body))
