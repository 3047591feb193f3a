"""Which licences of weights are known to allow commercial use."""

from __future__ import annotations

import re
from typing import Final

PERMISSIVE: Final = frozenset({"MIT", "Apache-2.0", "CC-BY-4.0", "CC0-1.0"})
PER_VOICE: Final = "per voice"
"""The licence stands in the model card, which is read before the weights are fetched."""

_LICENCE_LINE = re.compile(r"^[\s*-]*licen[cs]e\s*:?\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_FORBIDDING = re.compile(r"non[- ]?commercial|\bnc\b|-nc-|research only|blizzard", re.IGNORECASE)


def licence_of_card(card: str) -> tuple[str, bool]:
    """What a model card says of the licence, and whether that allows commercial use.

    A card that says nothing, or sends the reader elsewhere, does not allow it.
    """
    found = _LICENCE_LINE.search(card)
    if found is None:
        return "not stated", False
    text = found[1].strip()
    allowed = re.search(
        r"\bcc0\b|public domain|\bmit\b|apache|\bbsd\b|cc[- ]by(-sa)?[- ][34]|/licenses/by(-sa)?/",
        text,
        re.IGNORECASE,
    )
    return text, allowed is not None and _FORBIDDING.search(card) is None
