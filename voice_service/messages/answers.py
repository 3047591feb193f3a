"""A whole result as bytes, to be remembered: one line of JSON, then the sound."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from voice_service.messages.records import Interpreted, Stage, TranslatedText


def result_to_bytes(result: Interpreted) -> bytes:
    """The other way round is `result_from_bytes`."""
    head: dict[str, Any] = _RESULT.dump_python(replace(result, audio=None), mode="json")
    return json.dumps(head).encode("ascii") + b"\n" + (result.audio or b"")


def result_from_bytes(data: bytes) -> Interpreted | None:
    """None for what was written otherwise, by an older version. It took no time."""
    head, _, audio = data.partition(b"\n")
    try:
        result = _RESULT.validate_json(head)
    except ValidationError:
        return None
    return replace(result, audio=audio or None, timings=dict.fromkeys(Stage, 0.0))


def translation_to_bytes(translated: TranslatedText) -> bytes:
    """The other way round is `translation_from_bytes`."""
    return _TRANSLATED.dump_json(translated, ensure_ascii=True)


def translation_from_bytes(data: bytes) -> TranslatedText | None:
    """None for what was written otherwise."""
    try:
        return _TRANSLATED.validate_json(data)
    except ValidationError:
        return None


_RESULT = TypeAdapter(Interpreted)
_TRANSLATED = TypeAdapter(TranslatedText)
