"""Links that open a piece of sound for whoever has them, and expire."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from foundation.http.problems import Problem, ProblemError

PATH: Final = "/api/v1/objects"
_PURPOSE: Final = b"hive voice object link"


class Links:
    """Makes and checks links."""

    def __init__(self, secret: str, public_url: str) -> None:
        """`public_url`: what links begin with."""
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
        self._base = public_url.rstrip("/") + PATH

    def link(self, name: str, expires: int) -> str:
        """The way to an object until `expires`, Unix seconds."""
        return f"{self._base}/{name}?expires={expires}&signature={self._signature(name, expires)}"

    def check(self, name: str, expires: int, signature: str, now: float) -> None:
        """Raises ProblemError: 403 for a link that was not made here, 410 for one whose time is over."""
        if not hmac.compare_digest(
            self._signature(name, expires).encode(), signature.encode("utf-8", "replace")
        ):
            raise ProblemError(Problem(403, "wrong_signature", "This link was not made here."))
        if now >= expires:
            raise ProblemError(Problem(410, "link_expired", "The time of this link is over."))

    def _signature(self, name: str, expires: int) -> str:
        signed = f"{name}\n{expires}".encode("utf-8", "replace")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()
