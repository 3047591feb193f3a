"""How webhooks are signed: `Hive-Signature: t=TIME,v1=HEX`, where HEX is the HMAC-SHA-256 of the bytes `TIME.BODY`.

Whoever checks it refuses what is older than some minutes.
"""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: bytes, body: bytes, at_s: int) -> str:
    """The value of `Hive-Signature` for a body sent at a Unix time."""
    signed = hmac.new(secret, f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={signed}"
