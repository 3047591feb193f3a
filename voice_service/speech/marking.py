"""What every file with speech that was made here says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SYNTHETIC: Final[Mapping[str, str]] = MappingProxyType({"comment": "Synthetic speech"})
"""No person spoke. Names are FFmpeg's; a WAV file says it behind its sound, so that it keeps the plain head that every
reader expects."""
HEADER: Final = "x-synthetic-speech"
"""Says the same in the head of an answer that is nothing but such sound: a stream of WAV has no end to say it at."""
