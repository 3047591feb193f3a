"""Messages that only somebody with the media server's API secret can have written.

A data packet without a sender proves nothing: livekit-server tells others about people without tracks up to 3 s late,
and until then their packets have no sender either. So control messages carry their own proof.

The proof names whom the message is for, and no time: no two machines need clocks that agree. What somebody recorded is
good for that one interpreter alone, which ignores a wish that is older than the one it carries out.
"""

from __future__ import annotations

import hashlib
import json

import jwt

from protocol.attributes import CONTROL_TOPIC


class SealError(ValueError):
    """Not sealed, sealed by somebody else, for another room or interpreter, or changed on the way."""


def seal(message: str, *, room: str, to: str, api_key: str, api_secret: str) -> bytes:
    """The message with its proof, good for one participant `to` of one room.

    Raises:
        SealError: the message holds half a surrogate pair, which nothing can carry.
    """
    claims = {
        "iss": api_key,
        "aud": CONTROL_TOPIC,
        "room": room,
        "to": to,
        "sha256": _digest(message),
    }
    proof = jwt.encode(claims, api_secret, algorithm="HS256")
    return json.dumps({"message": message, "proof": proof}).encode()


def unseal(data: bytes, *, room: str, to: str, api_key: str, api_secret: str) -> str:
    """The message.

    Raises:
        SealError: it may not be believed; says why.
    """
    try:
        message, proof = _opened(data)
        claims = jwt.decode(
            proof,
            api_secret,
            algorithms=["HS256"],
            audience=CONTROL_TOPIC,
            issuer=api_key,
            options={"require": ["iss", "aud"]},
        )
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SealError("not sealed") from error
    except jwt.InvalidTokenError as error:
        raise SealError(f"the seal is not good: {error}") from error
    if claims.get("room") != room or claims.get("to") != to or claims.get("sha256") != _digest(message):
        raise SealError("the seal is for another message")
    return message


def _opened(data: bytes) -> tuple[str, str]:
    """The message and its proof, neither of them believed yet."""
    match json.loads(data):
        case {"message": str(message), "proof": str(proof)}:
            return message, proof
    raise SealError("not sealed")


def _digest(message: str) -> str:
    try:
        return hashlib.sha256(message.encode()).hexdigest()
    except UnicodeEncodeError as error:
        raise SealError("half a surrogate pair") from error
