"""How a shared screen whose sound is interpreted is named as a speaker."""

from __future__ import annotations

from typing import Final

_SCREEN: Final = "#screen"


def screen_of(identity: str) -> str:
    """The identity under which the sound of somebody's screen is captioned; none that a token gives has the sign."""
    return identity + _SCREEN


def owner_of(identity: str) -> str | None:
    """Whose screen it is; None for a person."""
    return identity.removesuffix(_SCREEN) if identity.endswith(_SCREEN) else None
