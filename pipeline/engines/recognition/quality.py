"""How much work the recognition of a file is worth."""

from __future__ import annotations

from enum import StrEnum


class Quality(StrEnum):
    """As whoever sends a file asks for it."""

    FAST = "fast"
    """The likeliest word each time; what comes out wrong is tried again once."""
    BALANCED = "balanced"
    """Five sentences side by side; what comes out wrong is tried again once."""
    HIGH = "high"
    """The same, tried again as often as it takes."""
