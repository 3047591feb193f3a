"""Messages that only somebody with the media server's API secret can have written.

A data packet without a sender proves nothing: livekit-server tells others about people without tracks up to 3 s late,
and until then their packets have no sender either. So control messages carry their own proof.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from typing import Any, Final

import jwt

AUDIENCE: Final = "translator.control"
LIFE_S: Final = 60
LEEWAY_S: Final = 5
"""By so much the clocks of who seals and who opens may differ."""

REMEMBERED: Final = 1000
"""Of so many seals is known that they have been opened; of more at once none is believed."""


class SealError(ValueError):
    """Not sealed, sealed by somebody else, for another room, changed on the way, too old, or opened before."""


def seal(
    message: str, *, room: str, api_key: str, api_secret: str, clock: Callable[[], float] = time.time
) -> bytes:
    """The message with its proof, good once, for one room and `LIFE_S` seconds.

    Raises:
        SealError: the message holds half a surrogate pair, which nothing can carry.
    """
    claims = {
        "iss": api_key,
        "aud": AUDIENCE,
        "jti": secrets.token_urlsafe(16),
        "room": room,
        "sha256": _digest(message),
        "exp": int(clock()) + LIFE_S,
    }
    proof = jwt.encode(claims, api_secret, algorithm="HS256")
    return json.dumps({"message": message, "proof": proof}).encode()


class OpenedSeals:
    """Remembers which seals were opened, so that none is believed twice; one for whoever opens them.

    Args:
        most: how many are remembered.
        clock: Unix time, s.
    """

    def __init__(self, most: int = REMEMBERED, clock: Callable[[], float] = time.time) -> None:
        self._most, self._clock = most, clock
        self._expire_at: dict[str, float] = {}
        """For the name of each seal, in the order in which they were opened."""

    def add(self, name: str, expires_at: float) -> None:
        """Raises SealError: it was opened before, or too many were within their time."""
        if name in self._expire_at:
            raise SealError("the seal was opened before")
        if len(self._expire_at) >= self._most:
            oldest = next(iter(self._expire_at))
            if self._expire_at[oldest] + LEEWAY_S >= self._clock():
                raise SealError("too many messages at once")
            del self._expire_at[oldest]
        self._expire_at[name] = expires_at


def unseal(
    data: bytes,
    *,
    room: str,
    api_key: str,
    api_secret: str,
    opened: OpenedSeals | None = None,
    clock: Callable[[], float] = time.time,
) -> str:
    """The message.

    Args:
        opened: where the seal is noted; None for who opens a single one.
        clock: Unix time, s.

    Raises:
        SealError: it may not be believed; says why.
    """
    message, claims = _read(data, api_key, api_secret)
    left_s = claims["exp"] - clock()
    if left_s < -LEEWAY_S:
        raise SealError("the seal has expired")
    if left_s > LIFE_S + LEEWAY_S:
        raise SealError("the seal is for a later time")
    if claims.get("room") != room or claims.get("sha256") != _digest(message):
        raise SealError("the seal is for another message")
    if opened is not None:
        opened.add(claims["jti"], claims["exp"])
    return message


def _read(data: bytes, api_key: str, api_secret: str) -> tuple[str, dict[str, Any]]:
    """Message and claims of a proof that was made with the secret."""
    try:
        envelope = json.loads(data)
        message, proof = envelope["message"], envelope["proof"]
        if not isinstance(message, str) or not isinstance(proof, str):
            raise SealError("not sealed")
        claims = jwt.decode(
            proof,
            api_secret,
            algorithms=["HS256"],
            audience=AUDIENCE,
            issuer=api_key,
            options={"require": ["exp", "iss", "aud", "jti"], "verify_exp": False},
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:  # half surrogate pairs are ValueErrors
        raise SealError("not sealed") from error
    except jwt.InvalidTokenError as error:
        raise SealError(f"the seal is not good: {error}") from error
    if not isinstance(claims["exp"], int) or not isinstance(claims["jti"], str) or not claims["jti"]:
        raise SealError("the seal is not good: odd claims")
    return message, claims


def _digest(message: str) -> str:
    try:
        return hashlib.sha256(message.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise SealError("half a surrogate pair") from error
