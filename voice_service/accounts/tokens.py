"""Tokens for browsers: JWT (RFC 7519) that a key is exchanged for, and that end with it, or after some minutes."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, Final

import jwt

AUDIENCE: Final = "hive-voice-api"
_ISSUER: Final = "hive-voice"
_ALGORITHM: Final = "HS256"
_PURPOSE: Final = b"hive voice tokens"
_LONGEST: Final = 1000
_CLAIMS: Final = ("iss", "aud", "sub", "iat", "exp")


class Tokens:
    """Signs and reads them, with a key derived from `voice.secret` for this purpose alone."""

    def __init__(self, secret: str, *, life_s: float, clock: Callable[[], float]) -> None:
        """`clock`: Unix time, s."""
        self._key = hmac.digest(secret.encode(), _PURPOSE, "sha256")
        self.life_s = life_s
        self._clock = clock

    def of(self, key: str) -> tuple[str, int]:
        """A token of the key with this id, and when it ends, Unix time in s."""
        now = self._clock()
        ends = int(now + self.life_s)
        claims = {"iss": _ISSUER, "aud": AUDIENCE, "sub": key, "iat": int(now), "exp": ends}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM), ends

    def key_of(self, token: str) -> str | None:
        """Id of the key that a token was made with; None for what is none of ours, and for one that has ended."""
        if len(token) > _LONGEST:
            return None
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=_ISSUER,
                # the times are looked at here, by our clock
                options={
                    "require": list(_CLAIMS),
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (jwt.PyJWTError, ValueError):  # ValueError: what is no text that anything encodes
            return None
        return self._in_time(claims)

    def _in_time(self, claims: dict[str, Any]) -> str | None:
        key, began, ends = claims["sub"], claims["iat"], claims["exp"]
        if not (isinstance(key, str) and isinstance(began, int) and isinstance(ends, int)):
            return None
        now = self._clock()
        # what was made later than now, by a clock that ran ahead, lives no longer for it
        return key if now < ends <= began + self.life_s + 1 and ends <= now + self.life_s + 1 else None
