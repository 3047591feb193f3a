"""What is erased on somebody's wish is told to the log by its id, so that no backup from before brings it back.

`hive restore --erased LOG` reads these lines.
"""

from __future__ import annotations

from typing import Final, Literal

import structlog

log = structlog.get_logger(__name__)

EVENT: Final = "erased"
ErasedKind = Literal["room", "recording", "device", "tenant", "person", "key", "profile", "message"]


def tell(kind: ErasedKind, *identifiers: str) -> None:
    """Random ids and names of rooms; nothing of what was erased."""
    for identifier in identifiers:
        log.info(EVENT, kind=kind, id=identifier)
