"""Messages that only somebody with the media server's API secret can have written.

A data packet without a sender proves nothing: livekit-server tells others about people without tracks up to 3 s late,
and until then their packets have no sender either. So control messages carry their own proof.
"""

from __future__ import annotations

import hashlib
import json
import time

import jwt

AUDIENCE = "translator.control"
LIFE_S = 60


class SealError(ValueError):
    """Not sealed, sealed by somebody else, for another room, changed on the way, or too old."""


def seal(message: str, *, room: str, api_key: str, api_secret: str) -> bytes:
    """The message with its proof, good for one room and `LIFE_S` seconds."""
    claims = {
        "iss": api_key,
        "aud": AUDIENCE,
        "room": room,
        "sha256": _digest(message),
        "exp": int(time.time()) + LIFE_S,
    }
    proof = jwt.encode(claims, api_secret, algorithm="HS256")
    return json.dumps({"message": message, "proof": proof}).encode()


def unseal(data: bytes, *, room: str, api_key: str, api_secret: str) -> str:
    """The message.

    Raises:
        SealError: it may not be believed; says why.
    """
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
            options={"require": ["exp", "iss", "aud"]},
            leeway=5,
        )
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SealError("not sealed") from error
    except jwt.InvalidTokenError as error:
        raise SealError(f"the seal is not good: {error}") from error
    if claims.get("room") != room or claims.get("sha256") != _digest(message):
        raise SealError("the seal is for another message")
    return message


def _digest(message: str) -> str:
    return hashlib.sha256(message.encode()).hexdigest()
