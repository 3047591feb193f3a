"""Where services are that run in several copies: addresses with commas between, or a list in a settings file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator


def several(addresses: str) -> tuple[str, ...]:
    """Each address once, in order, without a slash at the end; none where the text is empty."""
    parts = (part.strip().rstrip("/") for part in addresses.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _as_text(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return value


Addresses = Annotated[str, BeforeValidator(_as_text)]
"""One URL, or several with commas between."""
