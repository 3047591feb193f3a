"""Whether what Whisper wrote can be what was said, or comes from silence or from a loop."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

COMPRESSION_LIMIT: Final = 2.4
"""Whisper's own limit: text that compresses better than this repeats itself."""

_LONGEST_LOOP: Final = 24
_REPEATS: Final = 3


def compression_ratio(text: str) -> float:
    """How many times smaller zlib makes the text. Source: openai/whisper, `utils.py`."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def loop_start(tokens: Sequence[int]) -> int | None:
    """Where the second round of a loop begins that runs to the end of the tokens; None without a loop.

    A loop is three or more rounds of the same 1 to 24 tokens; a single token must come five times, as people
    do say "no, no, no".
    """
    for size in range(1, min(_LONGEST_LOOP, len(tokens) // _REPEATS) + 1):
        least = size * (_REPEATS if size > 1 else _REPEATS + 2)
        if len(tokens) < least:
            continue
        length = size
        while length < len(tokens) and tokens[-1 - length] == tokens[-1 - length + size]:
            length += 1
        if length >= least:
            return len(tokens) - length + size
    return None
