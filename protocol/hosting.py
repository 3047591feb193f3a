"""What the token service tells people's pages about what an organiser did to them: packets on the topic `HOST_TOPIC`.

Such a packet has no sender: the media server names the sender of whatever a participant sends.
"""

from __future__ import annotations

from typing import Any


def muted(*, by: str) -> dict[str, Any]:
    """To whoever was muted; `by`: the organiser's identity."""
    return {"type": "muted", "by": by}


def organisers_changed(identity: str, *, organises: bool, by: str) -> dict[str, Any]:
    """To whoever was made an organiser, or is none any more, and to all organisers. It grants nothing: whoever it names
    asks the service."""
    return {"type": "organisers", "identity": identity, "organises": organises, "by": by}
