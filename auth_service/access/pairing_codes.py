"""The codes that people type to pair a device: eight signs that are not mistaken for others, 40 bits.

Source: D. Crockford, "Base 32" (https://www.crockford.com/base32.html), its alphabet and how it is read.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGNS: Final = 8
_READ_AS: Final = str.maketrans("OIL", "011", " -")


def new_code() -> str:
    """As people are shown it, e.g. "7KQ2-M9XD"."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS))
    return f"{signs[:4]}-{signs[4:]}"


def read_code(typed: str) -> str | None:
    """The signs of a code, however it was typed; None for what cannot be one."""
    signs = typed.upper().translate(_READ_AS)
    return signs if len(signs) == _SIGNS and set(signs) <= set(_ALPHABET) else None


class CodeMarker:
    """Makes of a code what is stored of it. With a key: all codes could be tried against a plain hash in minutes."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"hive pairing codes v1", hashlib.sha256)

    def mark(self, signs: str) -> str:
        """64 hexadecimal digits.

        Args:
            signs: as `read_code` gives them.
        """
        return hmac.digest(self._key, signs.encode(), hashlib.sha256).hex()
