"""What a channel's listeners are told of whose words they hear: packets on the topic `WORDS_TOPIC`."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordsBegin:
    """From then on the words of one speaker sound on a language's channel."""

    language: str
    speaker: str
    in_ms: int
    """Until the first of them is heard; 0 for those that are being heard."""

    def encode(self) -> bytes:
        """As it travels."""
        message = {"language": self.language, "speaker": self.speaker, "in_ms": self.in_ms}
        return json.dumps(message, ensure_ascii=False).encode()
