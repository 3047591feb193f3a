"""Who asks, and what they may."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends a request: a tenant's key, or a person of that tenant in a browser."""

    tenant: str
    """Its id; whatever is stored belongs to one."""
    person: str | None
    """Id of the person in whose name it is; None for a key of the tenant itself."""
    key: str
    """Id of the key that was shown, or of the one that the token was made with."""
