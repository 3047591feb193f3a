"""Text as it is handed to a synthesiser: pronunciations in, what cannot be said out."""

from __future__ import annotations

import re

from pipeline.engines.protocols import SynthesisRequest
from pipeline.text.cleaning import speakable

_PHONEME_MARK = re.compile(r"\[\[|\]\]")


def spoken_text(request: SynthesisRequest) -> str:
    """What a request has said; empty when there is nothing to say.

    Pronunciations replace whole words whatever their case. Markup, control characters, emoji and the
    brackets that some engines take for phonemes are left out, never interpreted.
    """
    text = _PHONEME_MARK.sub(" ", request.text)
    for written, spoken in sorted(request.extra.items(), key=lambda entry: -len(entry[0])):
        if written:
            pattern = rf"(?<!\w){re.escape(written)}(?!\w)"
            text = re.sub(pattern, lambda _, said=spoken: said, text, flags=re.IGNORECASE)  # type: ignore[misc]
    return speakable(text, request.language)
