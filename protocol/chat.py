"""What the translation of a chat message says of itself in the attributes of its text stream on `lk.chat`.

docs/protocol.md explains each; the page reads the same in `web/src/logic/chat.ts`.
"""

from __future__ import annotations

from typing import Final

from protocol.attributes import LANGUAGE
from protocol.captions import DOUBT, SOURCE_LANGUAGE, TRANSLATED

MESSAGE: Final = "translator.message"
"""The id of the message that is translated, as its writer's stream or packet had it."""

WRITER: Final = "translator.writer"
"""Whose message it is: where all is encrypted, the media server names the interpreter as the sender."""

SIGNED_ATTRIBUTES: Final = (MESSAGE, LANGUAGE, TRANSLATED, SOURCE_LANGUAGE, DOUBT)
"""In the order in which they are signed."""

MAX_CHARACTERS: Final = 2000
"""Of one message, in Unicode code points; longer ones are not translated, and pages show no more of them."""


def translation_attributes(
    message: str, writer: str, language: str, source_language: str, doubt: str
) -> dict[str, str]:
    """The attributes of a translation, not signed yet; what says nothing is left out."""
    attributes = {
        MESSAGE: message,
        WRITER: writer,
        LANGUAGE: language,
        TRANSLATED: "true",
        SOURCE_LANGUAGE: source_language,
    }
    return attributes | ({DOUBT: doubt} if doubt else {})
