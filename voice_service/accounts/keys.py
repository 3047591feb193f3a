"""Keys: shown once, kept as hashes."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

PREFIX: Final = "hive_"
"""What every key begins with, so that whoever finds one knows what it is."""
_RANDOM_BYTES: Final = 32
_KEY: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def new_key() -> str:
    """A key that nobody can guess: 256 bits."""
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def fingerprint(key: str) -> str:
    """What is kept of a key, 64 hexadecimal digits. A key is random, so that a plain hash tells nothing of it."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def is_key(text: str) -> bool:
    """Whether a text looks like a key; what does not need not be looked for."""
    return _KEY.fullmatch(text) is not None
