"""What can go wrong, as a tree.

HiveError
├── HiveUnreachable          no answer
├── Refused                  an answer that is a problem (RFC 9457)
│   ├── Unusable             400, 406, 408, 413, 415, 416, 422: what was sent cannot be used
│   ├── NotAuthorised        401
│   ├── Forbidden            403
│   ├── NotFound             404, 405
│   ├── Conflict             409
│   ├── Gone                 410
│   ├── RateLimited          429
│   │   └── QuotaUsedUp      429, the month's messages
│   └── ServiceFailed        5xx
│       └── Unavailable      503: come again
├── JobFailed, JobNotOver    of jobs that are waited for
└── WebhookNotGenuine
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final


class HiveError(Exception):
    """Something about the API went wrong."""


class HiveUnreachable(HiveError):
    """There was no answer. Whether a request was carried out is not known, unless it could not even be sent."""


class Refused(HiveError):
    """The service answers with a problem."""

    def __init__(self, status: int, code: str, detail: str, problem: Mapping[str, Any]) -> None:
        """`problem`: the whole answer, with what a program can act on: `known`, `limit`, `problems`."""
        super().__init__(f"{status} {code}: {detail}" if code else f"{status}: {detail}")
        self.status, self.code, self.detail, self.problem = status, code, detail, problem
        self.retry_after_s: float | None = None
        """When to come again; None where the service does not say."""


class Unusable(Refused):
    """What was sent cannot be used, whoever sends it and how often."""


class NotAuthorised(Refused):
    """No key or token, or one that has ended or was withdrawn."""


class Forbidden(Refused):
    """The plan, the role or the link does not allow it."""


class NotFound(Refused):
    """There is no such thing, or not of this tenant."""


class Conflict(Refused):
    """Another request has that idempotency key."""


class Gone(Refused):
    """The time of a link is over."""


class RateLimited(Refused):
    """More requests than are allowed in a minute."""


class QuotaUsedUp(RateLimited):
    """The month's messages are used up: `retry_after_s` is the rest of the month."""


class ServiceFailed(Refused):
    """A fault of the service's own."""


class Unavailable(ServiceFailed):
    """Too much to do, or a part that is away."""


class JobFailed(HiveError):
    """A job is over without a result. `code` is that of the problem it failed with, or "cancelled"."""

    def __init__(self, job_id: str, code: str, detail: str) -> None:
        super().__init__(f"job {job_id}: {code}: {detail}")
        self.job_id, self.code, self.detail = job_id, code, detail


class JobNotOver(HiveError):
    """A job takes longer than was to be waited for; it goes on."""

    def __init__(self, job_id: str, waited_s: float) -> None:
        super().__init__(f"job {job_id} is not over after {waited_s:g} s")
        self.job_id = job_id


class WebhookNotGenuine(HiveError):
    """A call that is not the service's own, or an old one."""


_BY_STATUS: Final[Mapping[int, type[Refused]]] = {
    401: NotAuthorised,
    403: Forbidden,
    404: NotFound,
    405: NotFound,
    409: Conflict,
    410: Gone,
    429: RateLimited,
    503: Unavailable,
}
_QUOTA: Final = "quota_used_up"


def refused(status: int, body: bytes, retry_after: str | None) -> Refused:
    """The error that an answer means. `/tts` says `detail` alone; what is no JSON comes from something between."""
    try:
        tree = json.loads(body)
    except ValueError:
        tree = None
    problem: dict[str, Any] = tree if isinstance(tree, dict) else {}
    code = str(problem.get("code", ""))
    kind = (
        QuotaUsedUp
        if code == _QUOTA
        else _BY_STATUS.get(status, ServiceFailed if status >= 500 else Unusable)
    )
    error = kind(status, code, str(problem.get("detail", "no reason was given")), problem)
    error.retry_after_s = _seconds(problem.get("retry_after_s", retry_after))
    return error


def _seconds(said: object) -> float | None:
    try:
        return max(0.0, float(str(said)))
    except ValueError:  # None, or a date, which this service never sends
        return None
